// Made by jax 0.10.2, jax.jit; see tools/generate_mlir_examples.py.
module @jit_products attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x3x4xf32>, %arg1: tensor<2x4x5xf32>) -> (tensor<2x3x5xf32> {jax.result_info = "result[0]"}, tensor<2x2x3x5xf32> {jax.result_info = "result[1]"}, tensor<3x5xf32> {jax.result_info = "result[2]"}, tensor<2x3x5xbf16> {jax.result_info = "result[3]"}, tensor<f32> {jax.result_info = "result[4]"}, tensor<2x3x5xi8> {jax.result_info = "result[5]"}) {
    %0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %1 = stablehlo.dot_general %arg1, %arg0, contracting_dims = [1] x [2], precision = [DEFAULT, DEFAULT] : (tensor<2x4x5xf32>, tensor<2x3x4xf32>) -> tensor<2x5x2x3xf32>
    %2 = stablehlo.transpose %1, dims = [2, 0, 3, 1] : (tensor<2x5x2x3xf32>) -> tensor<2x2x3x5xf32>
    %3 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [0, 2] x [0, 1], precision = [DEFAULT, DEFAULT] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<3x5xf32>
    %4 = stablehlo.convert %arg0 : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
    %5 = stablehlo.convert %arg1 : (tensor<2x4x5xf32>) -> tensor<2x4x5xbf16>
    %6 = stablehlo.dot_general %4, %5, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3x4xbf16>, tensor<2x4x5xbf16>) -> tensor<2x3x5xbf16>
    %7 = stablehlo.slice %arg0 [0:1, 0:1, 0:4] : (tensor<2x3x4xf32>) -> tensor<1x1x4xf32>
    %8 = stablehlo.reshape %7 : (tensor<1x1x4xf32>) -> tensor<4xf32>
    %9 = stablehlo.slice %arg1 [0:1, 0:4, 0:1] : (tensor<2x4x5xf32>) -> tensor<1x4x1xf32>
    %10 = stablehlo.reshape %9 : (tensor<1x4x1xf32>) -> tensor<4xf32>
    %11 = stablehlo.dot_general %8, %10, contracting_dims = [0] x [0], precision = [DEFAULT, DEFAULT] : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
    %cst = stablehlo.constant dense<5.000000e+00> : tensor<f32>
    %12 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<2x3x4xf32>
    %13 = stablehlo.multiply %arg0, %12 : tensor<2x3x4xf32>
    %14 = stablehlo.convert %13 : (tensor<2x3x4xf32>) -> tensor<2x3x4xi8>
    %cst_0 = stablehlo.constant dense<5.000000e+00> : tensor<f32>
    %15 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x4x5xf32>
    %16 = stablehlo.multiply %arg1, %15 : tensor<2x4x5xf32>
    %17 = stablehlo.convert %16 : (tensor<2x4x5xf32>) -> tensor<2x4x5xi8>
    %18 = stablehlo.dot_general %14, %17, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3x4xi8>, tensor<2x4x5xi8>) -> tensor<2x3x5xi8>
    return %0, %2, %3, %6, %11, %18 : tensor<2x3x5xf32>, tensor<2x2x3x5xf32>, tensor<3x5xf32>, tensor<2x3x5xbf16>, tensor<f32>, tensor<2x3x5xi8>
  }
}

// Made by iree-opt 3.13.0, --iree-stablehlo-input-transformation-pipeline; see tools/generate_mlir_examples.py.
#map = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3, d1, d0)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d3, d2, d0, d1)>
module @jit_convolutions {
  func.func public @main(%arg0: tensor<2x8x8x4xf32>, %arg1: tensor<3x3x4x6xf32>, %arg2: tensor<3x3x1x8xf32>, %arg3: tensor<3x3x4x6xf32>) -> (tensor<2x4x4x6xf32>, tensor<2x6x6x8xf32>, tensor<2x8x8x6xf32>, tensor<2x16x16x6xf32>, tensor<2x6x7x4xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x4x4x6xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %padded = tensor.pad %arg0 low[0, 0, 0, 0] high[0, 1, 1, 0] {
    ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x4xf32> to tensor<2x9x9x4xf32>
    %2 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%padded, %arg1 : tensor<2x9x9x4xf32>, tensor<3x3x4x6xf32>) outs(%1 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %collapsed = tensor.collapse_shape %arg2 [[0, 1, 2, 3]] : tensor<3x3x1x8xf32> into tensor<72xf32>
    %expanded = tensor.expand_shape %collapsed [[0, 1, 2, 3]] output_shape [3, 3, 4, 2] : tensor<72xf32> into tensor<3x3x4x2xf32>
    %3 = tensor.empty() : tensor<2x6x6x4x2xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x6x6x4x2xf32>) -> tensor<2x6x6x4x2xf32>
    %5 = linalg.depthwise_conv_2d_nhwc_hwcm {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%arg0, %expanded : tensor<2x8x8x4xf32>, tensor<3x3x4x2xf32>) outs(%4 : tensor<2x6x6x4x2xf32>) -> tensor<2x6x6x4x2xf32>
    %collapsed_0 = tensor.collapse_shape %5 [[0], [1], [2], [3, 4]] : tensor<2x6x6x4x2xf32> into tensor<2x6x6x8xf32>
    %6 = tensor.empty() : tensor<2x8x8x6xf32>
    %7 = linalg.fill ins(%cst : f32) outs(%6 : tensor<2x8x8x6xf32>) -> tensor<2x8x8x6xf32>
    %padded_1 = tensor.pad %arg0 low[0, 2, 2, 0] high[0, 2, 2, 0] {
    ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x4xf32> to tensor<2x12x12x4xf32>
    %8 = linalg.conv_2d_nhwc_hwcf {dilations = dense<2> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%padded_1, %arg1 : tensor<2x12x12x4xf32>, tensor<3x3x4x6xf32>) outs(%7 : tensor<2x8x8x6xf32>) -> tensor<2x8x8x6xf32>
    %9 = tensor.empty() : tensor<2x16x16x6xf32>
    %10 = linalg.fill ins(%cst : f32) outs(%9 : tensor<2x16x16x6xf32>) -> tensor<2x16x16x6xf32>
    %11 = tensor.empty() : tensor<2x18x18x4xf32>
    %12 = linalg.fill ins(%cst : f32) outs(%11 : tensor<2x18x18x4xf32>) -> tensor<2x18x18x4xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %12[0, 2, 2, 0] [2, 8, 8, 4] [1, 2, 2, 1] : tensor<2x8x8x4xf32> into tensor<2x18x18x4xf32>
    %13 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%inserted_slice, %arg3 : tensor<2x18x18x4xf32>, tensor<3x3x4x6xf32>) outs(%10 : tensor<2x16x16x6xf32>) -> tensor<2x16x16x6xf32>
    %14 = tensor.empty() : tensor<2x4x8x8xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x8x8x4xf32>) outs(%14 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %16 = tensor.empty() : tensor<6x4x3x3xf32>
    %17 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1 : tensor<3x3x4x6xf32>) outs(%16 : tensor<6x4x3x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<6x4x3x3xf32>
    %18 = tensor.empty() : tensor<2x8x8x4xf32>
    %19 = linalg.generic {indexing_maps = [#map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x8x8xf32>) outs(%18 : tensor<2x8x8x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x8x4xf32>
    %20 = tensor.empty() : tensor<3x3x4x6xf32>
    %21 = linalg.generic {indexing_maps = [#map4, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<6x4x3x3xf32>) outs(%20 : tensor<3x3x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<3x3x4x6xf32>
    %22 = tensor.empty() : tensor<2x7x4x6xf32>
    %23 = linalg.fill ins(%cst : f32) outs(%22 : tensor<2x7x4x6xf32>) -> tensor<2x7x4x6xf32>
    %padded_2 = tensor.pad %19 low[0, 1, 0, 0] high[0, 0, 2, 0] {
    ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x4xf32> to tensor<2x9x10x4xf32>
    %extracted_slice = tensor.extract_slice %padded_2[0, 0, 1, 0] [2, 9, 9, 4] [1, 1, 1, 1] : tensor<2x9x10x4xf32> to tensor<2x9x9x4xf32>
    %24 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<[1, 2]> : tensor<2xi64>} ins(%extracted_slice, %21 : tensor<2x9x9x4xf32>, tensor<3x3x4x6xf32>) outs(%23 : tensor<2x7x4x6xf32>) -> tensor<2x7x4x6xf32>
    %25 = tensor.empty() : tensor<2x6x7x4xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x7x4x6xf32>) outs(%25 : tensor<2x6x7x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x7x4xf32>
    return %2, %collapsed_0, %8, %13, %26 : tensor<2x4x4x6xf32>, tensor<2x6x6x8xf32>, tensor<2x8x8x6xf32>, tensor<2x16x16x6xf32>, tensor<2x6x7x4xf32>
  }
}


// RUN: accelc-opt %s -p convert-stablehlo-to-graph --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file | accelc-opt -p convert-stablehlo-to-graph --split-input-file | filecheck %s --check-prefix=AGAIN

// AGAIN: graph.add %x, %b

// What jax repeats, elementwise operations repeat themselves.
// CHECK: graph.func @main
// CHECK-NEXT: graph.add %x, %b {{.*}} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
func.func public @main(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> (tensor<2x3xf32> {jax.result_info = "result"}) {
  %0 = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = stablehlo.add %x, %0 : tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// -----

// A product keeps batch axes and moves what is summed next to each other.
// CHECK: graph.transpose %a perm [0, 2, 1]
// CHECK: graph.matmul %{{.*}}, %b {{.*}} : (tensor<2x5x3xf32>, tensor<2x3x4xf32>) -> tensor<2x5x4xf32>
func.func @main(%a: tensor<2x3x5xf32>, %b: tensor<2x3x4xf32>) -> tensor<2x5x4xf32> {
  %0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3x5xf32>, tensor<2x3x4xf32>) -> tensor<2x5x4xf32>
  return %0 : tensor<2x5x4xf32>
}

// -----

// Private functions are inlined; a body that takes the maximum is a maximum.
// CHECK: graph.func @main
// CHECK: graph.reduce "max" %x axes [1]
// CHECK-NOT: @largest
module @jit_f attributes {mhlo.num_partitions = 1 : i32} {
  func.func public @main(%x: tensor<2x3xf32>) -> tensor<2xf32> {
    %0 = call @largest(%x) : (tensor<2x3xf32>) -> tensor<2xf32>
    return %0 : tensor<2xf32>
  }
  func.func private @largest(%x: tensor<2x3xf32>) -> tensor<2xf32> {
    %lowest = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %0 = "stablehlo.reduce"(%x, %lowest) <{dimensions = array<i64: 1>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %1 = stablehlo.maximum %b, %a : tensor<f32>
      stablehlo.return %1 : tensor<f32>
    }) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    return %0 : tensor<2xf32>
  }
}

// -----

// A loop that counts has a count.
// CHECK: graph.for 5(%x, %zero)
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %0:2 = stablehlo.while(%a = %x, %i = %zero) : tensor<4xf32>, tensor<i32>
  cond {
    %limit = stablehlo.constant dense<10> : tensor<i32>
    %1 = stablehlo.compare LT, %i, %limit, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %step = stablehlo.constant dense<2> : tensor<i32>
    %1 = stablehlo.add %i, %step : tensor<i32>
    %2 = stablehlo.tanh %a : tensor<4xf32>
    stablehlo.return %2, %1 : tensor<4xf32>, tensor<i32>
  }
  return %0#0 : tensor<4xf32>
}

// -----

// Rows picked by clamped indices.
// CHECK: graph.gather %x, %{{.*}} axis 0
func.func @main(%x: tensor<9x6xf32>, %i: tensor<4x1xi32>) -> tensor<4x6xf32> {
  %0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 6>}> : (tensor<9x6xf32>, tensor<4x1xi32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// -----

// Locations, also those defined behind their use, name inputs and operations.
// CHECK: input_names = ["weights[0]"]
// CHECK: graph.tanh %x {loc_name = "jit(f)/tanh"}
func.func @main(%x: tensor<4xf32> loc("weights[0]")) -> tensor<4xf32> {
  %0 = stablehlo.tanh %x : tensor<4xf32> loc(#loc1)
  return %0 : tensor<4xf32>
}
#loc = loc("file.py":3:4)
#loc1 = loc("jit(f)/tanh"(#loc))

// RUN: accelc-opt %s -p convert-linalg-to-graph --split-input-file --verify-diagnostics | filecheck %s

// What a difference reduces to depends on the order.
// CHECK: linalg.generic: its body does not combine the output with what it computes; supported are sums, products
#x = affine_map<(i) -> (i)>
#y = affine_map<(i) -> ()>
func.func @main(%x: tensor<3xf32>, %e: tensor<f32>) -> tensor<f32> {
  %y = linalg.generic {indexing_maps = [#x, #y], iterator_types = ["reduction"]} ins(%x : tensor<3xf32>) outs(%e : tensor<f32>) {
  ^bb0(%p: f32, %q: f32):
    %0 = arith.subf %q, %p : f32
    linalg.yield %0 : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// Elements that repeat by a quotient are no axis of a tensor.
// CHECK: linalg.generic: a map has '(d0 floordiv 2)'; supported are sums of multiples of indices
#x = affine_map<(i) -> (i floordiv 2)>
#y = affine_map<(i) -> (i)>
func.func @main(%x: tensor<2xf32>, %e: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.generic {indexing_maps = [#x, #y], iterator_types = ["parallel"]} ins(%x : tensor<2xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32):
    linalg.yield %p : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Control flow is not of this dialect.
// CHECK: scf.if: is of the dialect 'scf'; converted here are arith, func, linalg, math, tensor
func.func @main(%c: i1, %x: tensor<2xf32>) -> tensor<2xf32> {
  %y = scf.if %c -> (tensor<2xf32>) {
    scf.yield %x : tensor<2xf32>
  } else {
    scf.yield %x : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}

// -----

// Layouts of another machine mean nothing here.
// CHECK: linalg.pack: has no meaning in the graph dialect (docs/mlir.md lists what has)
func.func @main(%x: tensor<4x4xf32>, %e: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %0 = "linalg.pack"(%x, %e) <{inner_dims_pos = array<i64: 0, 1>, static_inner_tiles = array<i64: 2, 2>}> : (tensor<4x4xf32>, tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %0 : tensor<2x2x2x2xf32>
}

// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// Shapes that do not broadcast are named with the axis.
graph.func @f(%x: tensor<4x6xf32>, %y: tensor<4xf32>) {
  %0 = graph.add %x, %y : (tensor<4x6xf32>, tensor<4xf32>) -> tensor<4x6xf32>
  graph.return
}
// CHECK: shapes 4x6, 4 do not broadcast: axis -1 has sizes [4, 6]

// -----

// A result has exactly the broadcast shape.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.add %x, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<6x4xf32>
  graph.return
}
// CHECK: result has shape [6, 4], expected [4, 6]

// -----

// Floats and integers do not mix.
graph.func @f(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  %0 = graph.mul %x, %y : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>
  graph.return
}
// CHECK: element types f32, i32 -> f32 are not legal; this takes floats of any widths giving floats

// -----

// Comparisons give truth values.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.less %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return
}
// CHECK: element types f32, f32 -> f32 are not legal; this takes floats of any widths, or integers of one type, giving i1

// -----

// Bit operations do not take floats.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.and %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return
}
// CHECK: this takes integers of one type giving the same type

// -----

// Transcendental functions take floats.
graph.func @f(%x: tensor<4xi32>) {
  %0 = graph.exp %x : tensor<4xi32> -> tensor<4xi32>
  graph.return
}
// CHECK: element types i32 -> i32 are not legal; this takes floats to floats of any width

// -----

// A unary operation keeps the shape.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.neg %x : tensor<4xf32> -> tensor<5xf32>
  graph.return
}
// CHECK: result has shape [5], expected [4]

// -----

// `not` is logical.
graph.func @f(%x: tensor<4xi32>) {
  %0 = graph.not %x : tensor<4xi32> -> tensor<4xi32>
  graph.return
}
// CHECK: this takes i1 to i1

// -----

// The condition of a choice is a truth value.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.select %x, %x, %x : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return
}
// CHECK: condition has element type f32, not i1

// -----

// Both sides of a choice have one type.
graph.func @f(%p: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xf16>) {
  %0 = graph.select %p, %x, %y : (tensor<4xi1>, tensor<4xf32>, tensor<4xf16>) -> tensor<4xf32>
  graph.return
}
// CHECK: a, b and result have different element types

// -----

// One bit has nowhere to be shifted to.
graph.func @f(%p: tensor<4xi1>) {
  %0 = graph.shl %p, %p : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  graph.return
}
// CHECK: element types i1, i1 -> i1 are not legal; this takes integers of one type other than i1 giving the same type

// -----

// Only floats of 8 bits saturate; integers always do.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.cast %x {saturate} : tensor<4xf32> -> tensor<4xi8>
  graph.return
}
// CHECK: saturate is for casts of floats to 8-bit floats, not f32 -> i8

// -----

// All sizes are static.
graph.func @f(%x: tensor<?xf32>) {
  %0 = graph.neg %x : tensor<?xf32> -> tensor<?xf32>
  graph.return
}
// CHECK: tensor<?xf32> has a dynamic size; all sizes are static here

// -----

// Elements are numbers.
graph.func @f(%x: tensor<4xcomplex<f32>>) {
  %0 = graph.neg %x : tensor<4xcomplex<f32>> -> tensor<4xcomplex<f32>>
  graph.return
}
// CHECK: complex<f32> is neither an integer nor a float type

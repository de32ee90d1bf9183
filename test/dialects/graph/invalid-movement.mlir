// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// A reshape keeps the number of elements.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.reshape %x : tensor<4x6xf32> -> tensor<5x5xf32>
  graph.return
}
// CHECK: 4x6 has 24 elements, 5x5 has 25

// -----

// A movement keeps the element type.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.reshape %x : tensor<4x6xf32> -> tensor<24xf16>
  graph.return
}
// CHECK: result has element type f16, expected f32

// -----

// A transposition names every axis once.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.transpose %x perm [0, 0] : tensor<4x6xf32> -> tensor<4x4xf32>
  graph.return
}
// CHECK: perm 0x0 is not a permutation of the 2 axes

// -----

// A slice stays inside.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.slice %x starts [2, 0] steps [1, 1] : tensor<4x6xf32> -> tensor<3x6xf32>
  graph.return
}
// CHECK: axis 0: elements 2 to 4 step 1 leave the axis of size 4

// -----

// A slice moves.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.slice %x starts [0, 0] steps [0, 1] : tensor<4x6xf32> -> tensor<3x6xf32>
  graph.return
}
// CHECK: axis 0: step is 0

// -----

// An inserted slice stays inside, backwards too.
graph.func @f(%x: tensor<4x6xf32>, %s: tensor<4x2xf32>) {
  %0 = graph.insert_slice %s, %x starts [2, 0] steps [-1, 1] : (tensor<4x2xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  graph.return
}
// CHECK: axis 0: elements 2 to -1 step -1 leave the axis of size 4

// -----

// Joined tensors agree outside the axis.
graph.func @f(%x: tensor<4x6xf32>, %y: tensor<3x6xf32>) {
  %0 = graph.concat %x, %y axis 1 : (tensor<4x6xf32>, tensor<3x6xf32>) -> tensor<4x12xf32>
  graph.return
}
// CHECK: shapes 4x6, 3x6 differ outside axis 1

// -----

// Padding only adds.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.pad %x low [0, -1] high [0, 0] interior [0, 0] value 0.0 : tensor<4x6xf32> -> tensor<4x5xf32>
  graph.return
}
// CHECK: low 0x-1 has a negative entry

// -----

// Integers are padded with whole numbers.
graph.func @f(%x: tensor<4xi32>) {
  %0 = graph.pad %x low [1] high [0] interior [0] value 0.5 : tensor<4xi32> -> tensor<5xi32>
  graph.return
}
// CHECK: value 0.5 is not a value of i32

// -----

// Only sizes of 1 are repeated.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.broadcast %x : tensor<4x6xf32> -> tensor<8x6xf32>
  graph.return
}
// CHECK: shapes 4x6, 8x6 do not broadcast

// -----

// Indices are integers.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.gather %x, %x axis 0 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6x6xf32>
  graph.return
}
// CHECK: indices have element type f32, not an integer type

// -----

// Batch axes of the table and of the indices are the same.
graph.func @f(%x: tensor<4x6xf32>, %i: tensor<3x2xi64>) {
  %0 = graph.gather %x, %i axis 1 batch 1 : (tensor<4x6xf32>, tensor<3x2xi64>) -> tensor<4x2xf32>
  graph.return
}
// CHECK: batch axes [4] and [3] differ

// -----

// The batch ends before the axis.
graph.func @f(%x: tensor<4x6xf32>, %i: tensor<4x2xi64>) {
  %0 = graph.gather %x, %i axis 0 batch 1 : (tensor<4x6xf32>, tensor<4x2xi64>) -> tensor<2x6xf32>
  graph.return
}
// CHECK: 1 batch axes are outside [0, 0]

// -----

// A scatter combines in one of a few ways.
graph.func @f(%x: tensor<4x6xf32>, %i: tensor<2xi64>, %u: tensor<2x6xf32>) {
  %0 = graph.scatter "xor" %x, %i, %u axis 0 : (tensor<4x6xf32>, tensor<2xi64>, tensor<2x6xf32>) -> tensor<4x6xf32>
  graph.return
}
// CHECK: reduction "xor" is not one of none, add, mul, max, min

// -----

// Updates have the shape of what would be gathered.
graph.func @f(%x: tensor<4x6xf32>, %i: tensor<2xi64>, %u: tensor<3x6xf32>) {
  %0 = graph.scatter "add" %x, %i, %u axis 0 : (tensor<4x6xf32>, tensor<2xi64>, tensor<3x6xf32>) -> tensor<4x6xf32>
  graph.return
}
// CHECK: updates have shape [3, 6], expected [2, 6]

// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// Contraction sizes agree.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.matmul %x, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  graph.return
}
// CHECK: matmul of 4x6 and 4x6: contraction sizes 6 and 4 differ

// -----

// Floats and integers are not multiplied.
graph.func @f(%x: tensor<4x4xf32>, %y: tensor<4x4xi8>) {
  %0 = graph.matmul %x, %y : (tensor<4x4xf32>, tensor<4x4xi8>) -> tensor<4x4xf32>
  graph.return
}
// CHECK: element types f32, i8 -> f32 are not legal; all floats or all integers

// -----

// Channels of x are those of the weight in all groups.
graph.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  %0 = graph.conv %x, %w strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 1 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x6x6xf32>
  graph.return
}
// CHECK: x has 4 channels, expected weight axis 1 (2) x group (1)

// -----

// Every spatial axis has a stride.
graph.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  %0 = graph.conv %x, %w strides [1] pads [0, 0, 0, 0] dilations [1, 1] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x6x6xf32>
  graph.return
}
// CHECK: strides has 1 entries, expected 2 for 2 spatial axes

// -----

// Pads are not negative.
graph.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  %0 = graph.conv %x, %w strides [1, 1] pads [0, 0, 0, -1] dilations [1, 1] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x6x6xf32>
  graph.return
}
// CHECK: pads 0x0x0x-1 has an entry below 0

// -----

// The result has all whole windows, no more.
graph.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  %0 = graph.conv %x, %w strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x4x4xf32>
  graph.return
}
// CHECK: result has shape [1, 6, 4, 4], expected [1, 6, 3, 3]

// -----

// A bias has one entry per output channel.
graph.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>, %b: tensor<4xf32>) {
  %0 = graph.conv %x, %w, %b strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>, tensor<4xf32>) -> tensor<1x6x6x6xf32>
  graph.return
}
// CHECK: bias has shape [4], expected [6]

// -----

// A transposed convolution cannot crop more than there is.
graph.func @f(%x: tensor<1x3x2xf32>, %w: tensor<3x4x2xf32>) {
  %0 = graph.conv_transpose %x, %w strides [1] pads [2, 2] dilations [1] group 1 output_padding [0] : (tensor<1x3x2xf32>, tensor<3x4x2xf32>) -> tensor<1x4x0xf32>
  graph.return
}
// CHECK: pads 2x2 crop more than the whole result

// -----

// A transposed convolution's weight has x's channels first.
graph.func @f(%x: tensor<1x3x2xf32>, %w: tensor<4x3x2xf32>) {
  %0 = graph.conv_transpose %x, %w strides [1] pads [0, 0] dilations [1] group 1 output_padding [0] : (tensor<1x3x2xf32>, tensor<4x3x2xf32>) -> tensor<1x4x3xf32>
  graph.return
}
// CHECK: x has 3 channels, expected weight axis 0 (4), divisible by group 1

// -----

// Pool kinds are known.
graph.func @f(%x: tensor<1x4x8xf32>) {
  %0 = graph.pool "sum" %x kernel [2] strides [2] pads [0, 0] dilations [1] : tensor<1x4x8xf32> -> tensor<1x4x4xf32>
  graph.return
}
// CHECK: kind "sum" is not one of max, average

// -----

// A window starts inside the padded input.
graph.func @f(%x: tensor<1x4x8xf32>) {
  %0 = graph.pool "max" %x kernel [2] strides [2] pads [0, 0] dilations [1] : tensor<1x4x8xf32> -> tensor<1x4x5xf32>
  graph.return
}
// CHECK: spatial axis 0: window 4 starts at 8, outside the padded input of 8

// -----

// Integers are not averaged.
graph.func @f(%x: tensor<1x4x8xi8>) {
  %0 = graph.pool "average" %x kernel [2] strides [2] pads [0, 0] dilations [1] : tensor<1x4x8xi8> -> tensor<1x4x4xi8>
  graph.return
}
// CHECK: element types i8 -> i8 are not legal; floats, or the same integers for a maximum

// -----

// Reduced axes are distinct.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.reduce "sum" %x axes [1, 1] : tensor<4x6xf32> -> tensor<4xf32>
  graph.return
}
// CHECK: axes 1x1 are not distinct axes of a tensor of rank 2

// -----

// Nothing has no maximum.
graph.func @f(%x: tensor<4x0xf32>) {
  %0 = graph.reduce "max" %x axes [1] : tensor<4x0xf32> -> tensor<4xf32>
  graph.return
}
// CHECK: the max of no elements is not defined

// -----

// A softmax has an axis of its tensor.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.softmax %x axis 2 : tensor<4x6xf32> -> tensor<4x6xf32>
  graph.return
}
// CHECK: axis 2 is not an axis of a tensor of rank 2

// -----

// Indices are 64-bit integers.
graph.func @f(%x: tensor<4x6xf32>) {
  %0 = graph.argmax %x axis 1 : tensor<4x6xf32> -> tensor<4xi32>
  graph.return
}
// CHECK: indices have element type i32, not i64

// -----

// Normalization runs over at least one channel.
graph.func @f(%x: tensor<1x8xf32>) {
  %0 = graph.lrn %x size 0 alpha 1.0 beta 1.0 bias 1.0 : tensor<1x8xf32> -> tensor<1x8xf32>
  graph.return
}
// CHECK: size 0 is below 1

// -----

// A recurrent layer's directions are those of its weights.
graph.func @f(%x: tensor<5x1x3xf32>, %w: tensor<1x8x3xf32>, %r: tensor<1x8x2xf32>) {
  %0, %1, %2 = graph.lstm "bidirectional" %x, %w, %r : tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32> -> tensor<5x2x1x2xf32>, tensor<2x1x2xf32>, tensor<2x1x2xf32>
  graph.return
}
// CHECK: r has 1 directions, "bidirectional" has 2

// -----

// A recurrent layer's weights have four gates.
graph.func @f(%x: tensor<5x1x3xf32>, %w: tensor<1x6x3xf32>, %r: tensor<1x8x2xf32>) {
  %0, %1, %2 = graph.lstm "forward" %x, %w, %r : tensor<5x1x3xf32>, tensor<1x6x3xf32>, tensor<1x8x2xf32> -> tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>
  graph.return
}
// CHECK: w has shape [1, 6, 3], expected [1, 8, 3]

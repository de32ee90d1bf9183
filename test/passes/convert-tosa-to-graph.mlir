// RUN: accelc-opt %s -p convert-tosa-to-graph --split-input-file | filecheck %s

// Pads and zero points of version 1.0 are operands; the layout of TOSA is channels last.
// CHECK: graph.conv %{{.*}}, %{{.*}} strides [1, 1] pads [1, 1, 1, 1] dilations [1, 1] group 1
// CHECK: graph.transpose %{{.*}} perm [0, 2, 3, 1]
func.func @main(%x: tensor<1x4x4x2xf32>, %w: tensor<3x3x3x2xf32>, %b: tensor<3xf32>) -> tensor<1x4x4x3xf32> {
  %z = tosa.const values(dense<0.0> : tensor<1xf32>) : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z pad([1, 1, 1, 1]) stride([1, 1]) dilation([1, 1]) acc_type(f32) : (tensor<1x4x4x2xf32>, tensor<3x3x3x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// -----

// The same of a version before.
// CHECK: graph.conv %{{.*}}, %{{.*}} strides [1, 1] pads [1, 1, 1, 1] dilations [1, 1] group 1
func.func @main(%x: tensor<1x4x4x2xf32>, %w: tensor<3x3x3x2xf32>, %b: tensor<3xf32>) -> tensor<1x4x4x3xf32> {
  %0 = tosa.conv2d %x, %w, %b {dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<3x3x3x2xf32>, tensor<3xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// -----

// Shapes are values that are known; the result is kept in rank.
// CHECK: graph.reshape %x
// CHECK: graph.reduce "sum" %{{.*}} axes [1] {{.*}} -> tensor<2xf32>
func.func @main(%x: tensor<2x2x2xf32>) -> tensor<2x1xf32> {
  %s = tosa.const_shape {values = dense<[2, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.reshape %x, %s : (tensor<2x2x2xf32>, !tosa.shape<2>) -> tensor<2x4xf32>
  %1 = tosa.reduce_sum %0 axis(1) : (tensor<2x4xf32>) -> tensor<2x1xf32>
  return %1 : tensor<2x1xf32>
}

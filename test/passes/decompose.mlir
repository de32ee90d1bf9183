// RUN: accelc-opt %s -p decompose --split-input-file | filecheck %s

// Softmax subtracts the maximum, so that no exponential overflows; the source location stays.
// CHECK-LABEL: graph.func @softmax
// CHECK-NEXT: %[[M:.*]] = graph.reduce "max" %x axes [1] keepdims {loc_name = "s"}
// CHECK-NEXT: %[[S:.*]] = graph.sub %x, %[[M]]
// CHECK-NEXT: %[[E:.*]] = graph.exp %[[S]]
// CHECK-NEXT: %[[T:.*]] = graph.reduce "sum" %[[E]] axes [1] keepdims
// CHECK-NEXT: graph.div %[[E]], %[[T]]
graph.func @softmax(%x : tensor<2x8xf32>) -> tensor<2x8xf32> {
  %y = graph.softmax %x axis 1 {loc_name = "s"} : tensor<2x8xf32> -> tensor<2x8xf32>
  graph.return %y : tensor<2x8xf32>
}

// -----

// The sum over neighbouring channels is a 1x1 convolution with a band, which also scales and adds the bias.
// CHECK-LABEL: graph.func @lrn
// CHECK: graph.constant {{.*}}dense<{{\[\[\[}}5.000000e-01], [5.000000e-01]], {{\[\[}}0.000000e+00], [5.000000e-01]]]>
// CHECK: graph.conv
// CHECK-NEXT: graph.log
// CHECK: graph.mul
// CHECK-NEXT: graph.exp
// CHECK-NEXT: graph.mul %x
graph.func @lrn(%x : tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %y = graph.lrn %x size 2 alpha 1.0 beta 0.5 bias 2.0 : tensor<1x2x4xf32> -> tensor<1x2x4xf32>
  graph.return %y : tensor<1x2x4xf32>
}

// -----

// A transposed convolution is a convolution of a spread input with flipped filters.
// CHECK-LABEL: graph.func @conv_transpose
// CHECK: graph.pad %x low [0, 0, 1] high [0, 0, 2] interior [0, 0, 1]
// CHECK: graph.constant {{.*}}dense<{{\[\[\[}}3.000000e+00, 2.000000e+00, 1.000000e+00]]]>
// CHECK: graph.conv {{.*}} strides [1] pads [0, 0]
graph.func @conv_transpose(%x : tensor<1x1x4xf32>) -> tensor<1x1x8xf32> {
  %w = graph.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %y = graph.conv_transpose %x, %w strides [2] pads [1, 1] dilations [1] group 1 output_padding [1]
    : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x8xf32>
  graph.return %y : tensor<1x1x8xf32>
}

// -----

// Known exponents are functions or products.
// CHECK-LABEL: graph.func @powers
// CHECK-NEXT: graph.square
// CHECK-NEXT: graph.sqrt
// CHECK-NEXT: graph.return
graph.func @powers(%x : tensor<4xf32>) -> tensor<4xf32> {
  %two = graph.constant dense<2.0> : tensor<f32>
  %half = graph.constant dense<0.5> : tensor<1xf32>
  %a = graph.pow %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = graph.pow %a, %half : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}

// -----

// A division is a multiplication only if that is exact.
// CHECK-LABEL: graph.func @divisions
// CHECK: graph.constant {{.*}}dense<2.500000e-01>
// CHECK: graph.mul
// CHECK: graph.div
graph.func @divisions(%x : tensor<4xf32>) -> tensor<4xf32> {
  %four = graph.constant dense<4.0> : tensor<f32>
  %three = graph.constant dense<3.0> : tensor<f32>
  %a = graph.div %x, %four : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = graph.div %a, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}

// -----

// A window over everything is a reduction.
// CHECK-LABEL: graph.func @global_pool
// CHECK-NEXT: graph.reduce "mean" %x axes [2, 3] keepdims
graph.func @global_pool(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x1x1xf32> {
  %y = graph.pool "average" %x kernel [4, 4] strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1]
    : tensor<1x8x4x4xf32> -> tensor<1x8x1x1xf32>
  graph.return %y : tensor<1x8x1x1xf32>
}

// -----

// A factor and a summand per channel change filters and bias.
// CHECK-LABEL: graph.func @scaled_conv
// CHECK-DAG: dense<{{\[\[\[}}2.000000e+00]], {{\[\[}}6.000000e+00]]]>
// CHECK-DAG: dense<[5.000000e+00, 7.000000e+00]>
// CHECK: graph.conv
// CHECK-NEXT: graph.return
graph.func @scaled_conv(%x : tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  %w = graph.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %f = graph.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %b = graph.constant dense<[[[5.0], [7.0]]]> : tensor<1x2x1xf32>
  %c = graph.conv %x, %w strides [1] pads [0, 0] dilations [1] group 1
    : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %m = graph.mul %c, %f : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %y = graph.add %m, %b : (tensor<1x2x4xf32>, tensor<1x2x1xf32>) -> tensor<1x2x4xf32>
  graph.return %y : tensor<1x2x4xf32>
}

// -----

// A convolution with another use keeps its filters.
// CHECK-LABEL: graph.func @shared_conv
// CHECK: graph.conv
// CHECK-NEXT: graph.mul
graph.func @shared_conv(%x : tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %w = graph.constant dense<3.0> : tensor<1x1x1xf32>
  %f = graph.constant dense<2.0> : tensor<f32>
  %c = graph.conv %x, %w strides [1] pads [0, 0] dilations [1] group 1
    : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %m = graph.mul %c, %f : (tensor<1x1x4xf32>, tensor<f32>) -> tensor<1x1x4xf32>
  graph.return %c, %m : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// The parts of silu are one function; a gate of another value is not.
// CHECK-LABEL: graph.func @silu
// CHECK-NEXT: graph.silu %x
// CHECK-NEXT: graph.sigmoid
// CHECK-NEXT: graph.mul
graph.func @silu(%x : tensor<4xf32>, %z : tensor<4xf32>) -> tensor<4xf32> {
  %s = graph.sigmoid %x : tensor<4xf32> -> tensor<4xf32>
  %a = graph.mul %s, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %g = graph.sigmoid %z : tensor<4xf32> -> tensor<4xf32>
  %y = graph.mul %a, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}

// -----

// Filters without data are turned around by the program.
// CHECK-LABEL: graph.func @unknown_filters
// CHECK: %[[X:.*]] = graph.pad %x low [0, 0, 2] high [0, 0, 2]
// CHECK: %[[W:.*]] = graph.slice %w starts [0, 0, 2] steps [1, 1, -1]
// CHECK: graph.conv %[[X]]
graph.func @unknown_filters(%x : tensor<1x1x4xf32>, %w : tensor<1x1x3xf32>) -> tensor<1x1x6xf32> {
  %y = graph.conv_transpose %x, %w strides [1] pads [0, 0] dilations [1] group 1 output_padding [0]
    : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x6xf32>
  graph.return %y : tensor<1x1x6xf32>
}

// -----

// Filters of narrow numbers take in no factor, and a summand keeps the precision of the sums.
// CHECK-LABEL: graph.func @narrow_filters
// CHECK: %[[B:.*]] = graph.constant {{.*}}dense<3.170000e+02> : tensor<1xf32>
// CHECK: %[[Y:.*]] = graph.conv %x, %{{.*}}, %[[B]]
// CHECK: graph.mul %[[Y]]
graph.func @narrow_filters(%x : tensor<1x1x4xbf16>) -> tensor<1x1x4xf32> {
  %w = graph.constant dense<3.0> : tensor<1x1x1xbf16>
  %b = graph.constant dense<317.0> : tensor<f32>
  %f = graph.constant dense<0.3> : tensor<f32>
  %c = graph.conv %x, %w strides [1] pads [0, 0] dilations [1] group 1
    : (tensor<1x1x4xbf16>, tensor<1x1x1xbf16>) -> tensor<1x1x4xf32>
  %s = graph.add %c, %b : (tensor<1x1x4xf32>, tensor<f32>) -> tensor<1x1x4xf32>
  %y = graph.mul %s, %f : (tensor<1x1x4xf32>, tensor<f32>) -> tensor<1x1x4xf32>
  graph.return %y : tensor<1x1x4xf32>
}

// -----

// The first place of a maximum is the least of those that equal it, or hold NaN, which wins.
// CHECK-LABEL: graph.func @argmax
// CHECK: %[[M:.*]] = graph.reduce "max" %x axes [1] keepdims
// CHECK: %[[E:.*]] = graph.equal %x, %[[M]]
// CHECK: %[[U:.*]] = graph.isnan %x
// CHECK: %[[B:.*]] = graph.or %[[E]], %[[U]]
// CHECK: %[[P:.*]] = graph.constant {{.*}}dense<[0.000000e+00, 1.000000e+00, 2.000000e+00]>
// CHECK: %[[N:.*]] = graph.constant {{.*}}dense<3.000000e+00> : tensor<f32>
// CHECK: %[[S:.*]] = graph.select %[[B]], %[[P]], %[[N]]
// CHECK: %[[I:.*]] = graph.reduce "min" %[[S]] axes [1]
// CHECK: graph.cast %[[I]] {{.*}}: tensor<2xf32> -> tensor<2xi64>
graph.func @argmax(%x : tensor<2x3xf32>) -> tensor<2xi64> {
  %y = graph.argmax %x axis 1 : tensor<2x3xf32> -> tensor<2xi64>
  graph.return %y : tensor<2xi64>
}

// -----

// A product of five: two pairs, then one, then what was left over.
// CHECK-LABEL: graph.func @product
// CHECK: %[[A:.*]] = graph.slice %x starts [0] steps [1]
// CHECK: %[[B:.*]] = graph.slice %x starts [2] steps [1]
// CHECK: graph.mul %[[A]], %[[B]]
// CHECK: graph.slice %x starts [4] steps [1]
// CHECK: graph.concat
// CHECK: graph.mul
// CHECK: graph.mul
// CHECK-NOT: graph.reduce
graph.func @product(%x : tensor<5xi32>) -> tensor<i32> {
  %y = graph.reduce "prod" %x axes [0] : tensor<5xi32> -> tensor<i32>
  graph.return %y : tensor<i32>
}

// -----

// A pool over three axes is one over the last two, then one over the first.
// CHECK-LABEL: graph.func @volume
// CHECK: %[[A:.*]] = graph.reshape %x : tensor<1x2x4x6x6xf32> -> tensor<1x8x6x6xf32>
// CHECK: %[[B:.*]] = graph.pool "max" %[[A]] kernel [2, 3] strides [2, 3] pads [0, 0, 0, 0] dilations [1, 1]
// CHECK: %[[C:.*]] = graph.reshape %[[B]] : tensor<1x8x3x2xf32> -> tensor<1x2x4x6xf32>
// CHECK: graph.pool "max" %[[C]] kernel [4, 1] strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1]
graph.func @volume(%x : tensor<1x2x4x6x6xf32>) -> tensor<1x2x1x3x2xf32> {
  %y = graph.pool "max" %x kernel [4, 2, 3] strides [1, 2, 3] pads [0, 0, 0, 0, 0, 0] dilations [1, 1, 1]
    : tensor<1x2x4x6x6xf32> -> tensor<1x2x1x3x2xf32>
  graph.return %y : tensor<1x2x1x3x2xf32>
}

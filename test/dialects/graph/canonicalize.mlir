// RUN: accelc-opt %s -p canonicalize --split-input-file | filecheck %s

// Movements, casts and identities whose result is their operand disappear.
graph.func @idle(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = graph.reshape %x : tensor<4x6xf32> -> tensor<4x6xf32>
  %1 = graph.transpose %0 perm [0, 1] : tensor<4x6xf32> -> tensor<4x6xf32>
  %2 = graph.slice %1 starts [0, 0] steps [1, 1] : tensor<4x6xf32> -> tensor<4x6xf32>
  %3 = graph.pad %2 low [0, 0] high [0, 0] interior [0, 0] value 1.0 : tensor<4x6xf32> -> tensor<4x6xf32>
  %4 = graph.concat %3 axis 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %5 = graph.cast %4 : tensor<4x6xf32> -> tensor<4x6xf32>
  %6 = graph.identity %5 : tensor<4x6xf32> -> tensor<4x6xf32>
  %7 = graph.broadcast %6 : tensor<4x6xf32> -> tensor<4x6xf32>
  graph.return %7 : tensor<4x6xf32>
}
// CHECK-LABEL: @idle
// CHECK-NEXT:  graph.return %x

// -----

// The same shape does not make a movement idle: reversed elements, square transpositions, narrowing identities stay.
graph.func @busy(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xbf16>) {
  %0 = graph.slice %x starts [3, 0] steps [-1, 1] : tensor<4x4xf32> -> tensor<4x4xf32>
  %1 = graph.transpose %x perm [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %2 = graph.identity %x : tensor<4x4xf32> -> tensor<4x4xbf16>
  graph.return %0, %1, %2 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xbf16>
}
// CHECK-LABEL: @busy
// CHECK-NEXT:  [[A:%.+]] = graph.slice
// CHECK-NEXT:  [[B:%.+]] = graph.transpose
// CHECK-NEXT:  [[C:%.+]] = graph.identity
// CHECK-NEXT:  graph.return [[A]], [[B]], [[C]]

// -----

// Chains of one kind of movement are one movement, which keeps the name of the last.
graph.func @chains(%x: tensor<2x3x4xf32>) -> (tensor<24xf32>, tensor<4x2x3xf32>, tensor<5x2x3x4xf32>) {
  %0 = graph.reshape %x : tensor<2x3x4xf32> -> tensor<6x4xf32>
  %1 = graph.reshape %0 {loc_name = "flat"} : tensor<6x4xf32> -> tensor<24xf32>
  %2 = graph.transpose %x perm [1, 0, 2] : tensor<2x3x4xf32> -> tensor<3x2x4xf32>
  %3 = graph.transpose %2 perm [2, 1, 0] : tensor<3x2x4xf32> -> tensor<4x2x3xf32>
  %4 = graph.broadcast %x : tensor<2x3x4xf32> -> tensor<1x2x3x4xf32>
  %5 = graph.broadcast %4 : tensor<1x2x3x4xf32> -> tensor<5x2x3x4xf32>
  graph.return %1, %3, %5 : tensor<24xf32>, tensor<4x2x3xf32>, tensor<5x2x3x4xf32>
}
// CHECK-LABEL: @chains
// CHECK-NEXT:  [[R:%.+]] = graph.reshape %x {loc_name = "flat"} : tensor<2x3x4xf32> -> tensor<24xf32>
// CHECK-NEXT:  [[T:%.+]] = graph.transpose %x perm [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
// CHECK-NEXT:  [[B:%.+]] = graph.broadcast %x : tensor<2x3x4xf32> -> tensor<5x2x3x4xf32>
// CHECK-NEXT:  graph.return [[R]], [[T]], [[B]]

// -----

// Neutral elements disappear on the sides where they are neutral.
graph.func @neutral(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<4xf32>
  %0 = graph.add %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.mul %one, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.sub %1, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = graph.div %2, %one : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %3 : tensor<4xf32>
}
// CHECK-LABEL: @neutral
// CHECK-NEXT:  graph.return %x

// -----

// 0 - x and 1 / x are work; so is an addition of 0 that changes shape or width.
graph.func @not_neutral(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<2x4xf32>, tensor<4xbf16>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %wide = graph.constant dense<0.0> : tensor<2x4xf32>
  %0 = graph.sub %zero, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.div %one, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.add %x, %wide : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = graph.add %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xbf16>
  graph.return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<2x4xf32>, tensor<4xbf16>
}
// CHECK-LABEL: @not_neutral
// CHECK:       graph.sub
// CHECK-NEXT:  graph.div
// CHECK-NEXT:  graph.add
// CHECK-NEXT:  graph.add

// -----

// A widening cast is exact, so the next cast starts from the narrow value; a narrowing cast is not, and stays.
graph.func @casts(%x: tensor<4xbf16>, %y: tensor<4xf32>) -> (tensor<4xi32>, tensor<4xf32>) {
  %0 = graph.cast %x : tensor<4xbf16> -> tensor<4xf32>
  %1 = graph.cast %0 : tensor<4xf32> -> tensor<4xi32>
  %2 = graph.cast %y : tensor<4xf32> -> tensor<4xbf16>
  %3 = graph.cast %2 : tensor<4xbf16> -> tensor<4xf32>
  graph.return %1, %3 : tensor<4xi32>, tensor<4xf32>
}
// CHECK-LABEL: @casts
// CHECK-NEXT:  [[A:%.+]] = graph.cast %x : tensor<4xbf16> -> tensor<4xi32>
// CHECK-NEXT:  [[B:%.+]] = graph.cast %y : tensor<4xf32> -> tensor<4xbf16>
// CHECK-NEXT:  [[C:%.+]] = graph.cast [[B]] : tensor<4xbf16> -> tensor<4xf32>
// CHECK-NEXT:  graph.return [[A]], [[C]]

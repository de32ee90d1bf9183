// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// A function is called with its own weights, then with others; a function that calls hands weights on.
graph.func @layer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = graph.weight "layers.0.w" : tensor<4xf32>
  %y = graph.mul %x, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}
graph.func @pair(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %a = graph.call @layer(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %b = graph.call @layer(%a) {weights = {"layers.0.w" = "onnx::w 1"}} : (tensor<4xf32>) -> tensor<4xf32>
  graph.return %a, %b : tensor<4xf32>, tensor<4xf32>
}
graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a, %b = graph.call @pair(%x) {loc_name = "l", weights = {"onnx::w 1" = "w2"}} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  graph.return %b : tensor<4xf32>
}
// CHECK-LABEL: graph.func @pair
// CHECK-NEXT: %a = graph.call @layer(%x) : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT: %b = graph.call @layer(%a) {weights = {layers.0.w = "onnx::w 1"}} : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-LABEL: graph.func @main
// CHECK-NEXT: %a, %b = graph.call @pair(%x) {loc_name = "l", weights = {"onnx::w 1" = "w2"}} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)

// -----

// Executed once for each of two halves of the rows; both see all of the second operand.
graph.func @rows(%x: tensor<4x2xf32>, %w: tensor<2x2xf32>) -> tensor<2x4xf32> {
  %y = graph.matmul %x, %w : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
  %t = graph.transpose %y perm [1, 0] : tensor<4x2xf32> -> tensor<2x4xf32>
  graph.return %t : tensor<2x4xf32>
}
graph.func @halves(%x: tensor<8x2xf32>, %w: tensor<2x2xf32>) -> tensor<2x8xf32> {
  %y = graph.call @rows(%x, %w) times 2 along [0, -1] joining [1] {loc_name = "r"} : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<2x8xf32>
  graph.return %y : tensor<2x8xf32>
}
// CHECK-LABEL: graph.func @halves
// CHECK-NEXT: graph.call @rows(%x, %w) times 2 along [0, -1] joining [1] {loc_name = "r"} : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<2x8xf32>

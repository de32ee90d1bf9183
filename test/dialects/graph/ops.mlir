// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// Functions keep the source model's names; weights stand for data kept elsewhere; constants are inline.
graph.func @main(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) attributes {input_names = ["in"], output_names = ["out", "state"]} {
  %w = graph.weight "fc1.w" {layer = 2 : i64} : tensor<3xf32>
  %c = graph.constant dense<[1, 2, 3]> : tensor<3xi64>
  %s = graph.constant {loc_name = "n"} dense<1.500000e+00> : tensor<64x64xbf16>
  %e = graph.constant dense<> : tensor<0xi64>
  %t = graph.constant dense<true> : tensor<i1>
  graph.return %w, %x : tensor<3xf32>, tensor<3xf32> mutates [0]
}
// CHECK-LABEL: graph.func @main(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) attributes {input_names = ["in"], output_names = ["out", "state"]} {
// CHECK-NEXT: %w = graph.weight "fc1.w" {layer = 2 : i64} : tensor<3xf32>
// CHECK-NEXT: %c = graph.constant dense<[1, 2, 3]> : tensor<3xi64>
// CHECK-NEXT: %s = graph.constant {loc_name = "n"} dense<1.500000e+00> : tensor<64x64xbf16>
// CHECK-NEXT: %e = graph.constant dense<> : tensor<0xi64>
// CHECK-NEXT: %t = graph.constant dense<true> : tensor<i1>
// CHECK-NEXT: graph.return %w, %x : tensor<3xf32>, tensor<3xf32> mutates [0]

// -----

// Partitions are isolated; framework calls keep the operator with its attributes and omitted inputs.
graph.func @main(%x: tensor<3xf32>) -> tensor<1x3xi64> {
  %r = graph.partition "accelerator"(%x) : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    %y = graph.relu %a : tensor<3xf32> -> tensor<3xf32>
    graph.yield %y : tensor<3xf32>
  }
  %q = graph.partition "host"(%r) attributes {home_reason = "why"} : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%b: tensor<3xf32>):
    graph.yield %b : tensor<3xf32>
  }
  %f = graph.call_framework "NonZero"(%q) {domain = "", opset = 17 : i64, onnx_attributes = {alpha = 1.000000e+00 : f32}, present = array<i64: 1, 0>} : (tensor<3xf32>) -> tensor<1x3xi64>
  graph.return %f : tensor<1x3xi64>
}
// CHECK-LABEL: graph.func @main(%x: tensor<3xf32>) -> tensor<1x3xi64> {
// CHECK-NEXT: %r = graph.partition "accelerator"(%x) : (tensor<3xf32>) -> tensor<3xf32> {
// CHECK-NEXT: ^bb0(%a: tensor<3xf32>):
// CHECK-NEXT: %y = graph.relu %a
// CHECK-NEXT: graph.yield %y : tensor<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: %q = graph.partition "host"(%r) attributes {home_reason = "why"} : (tensor<3xf32>) -> tensor<3xf32> {
// CHECK:      %f = graph.call_framework "NonZero"(%q) {domain = "", opset = 17 : i64, onnx_attributes = {alpha = 1.000000e+00 : f32}, present = array<i64: 1, 0>} : (tensor<3xf32>) -> tensor<1x3xi64>

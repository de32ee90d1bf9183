// RUN: accelc-opt %s -p 'set-precision{precision=bf16}' --split-input-file | filecheck %s
// RUN: accelc-opt %s -p 'set-precision{precision=model}' --split-input-file | filecheck %s --check-prefix=MODEL

// Everything inside computes in bf16; arguments and results keep their types. `model` changes nothing.
// CHECK-LABEL: graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
// CHECK-NEXT: %[[X:.*]] = graph.cast %x : tensor<4xf32> -> tensor<4xbf16>
// CHECK-NEXT: graph.weight "w" : tensor<4xbf16>
// CHECK-NEXT: %[[Y:.*]] = graph.add %[[X]], {{.*}} -> tensor<4xbf16>
// CHECK-NEXT: %[[R:.*]] = graph.cast %[[Y]] : tensor<4xbf16> -> tensor<4xf32>
// CHECK-NEXT: graph.return %[[R]] : tensor<4xf32>
// MODEL-NOT: bf16
graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
  %w = graph.weight "w" : tensor<4xf32>
  %y = graph.add %x, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}

// -----

// Integers and truth values stay; casts between floats vanish; constants are rounded and stay finite.
// CHECK-LABEL: graph.func @kinds
// CHECK: graph.constant {{.*}}tensor<bf16>
// CHECK-NOT: inf
// CHECK: graph.greater {{.*}} -> tensor<4xi1>
// CHECK-NOT: graph.cast {{.*}} -> tensor<4xf16>
// CHECK: graph.cast {{.*}} : tensor<4xbf16> -> tensor<4xi64>
graph.func @kinds(%x : tensor<4xf32>) -> (tensor<4xi1>, tensor<4xi64>) {
  %c = graph.constant dense<-3.40282346e+38> : tensor<f32>
  %b = graph.greater %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %h = graph.cast %x : tensor<4xf32> -> tensor<4xf16>
  %i = graph.cast %h : tensor<4xf16> -> tensor<4xi64>
  graph.return %b, %i : tensor<4xi1>, tensor<4xi64>
}

// -----

// A framework gets and gives the types of the model.
// CHECK-LABEL: graph.func @framework
// CHECK: graph.relu {{.*}} -> tensor<4xbf16>
// CHECK-NEXT: %[[C:.*]] = graph.cast {{.*}} : tensor<4xbf16> -> tensor<4xf32>
// CHECK-NEXT: %[[F:.*]] = graph.call_framework "Elu"(%[[C]]) {{.*}} : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT: graph.cast %[[F]] : tensor<4xf32> -> tensor<4xbf16>
graph.func @framework(%x : tensor<4xf32>) -> tensor<4xf32> {
  %a = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  %b = graph.call_framework "Elu" (%a) {domain = "", opset = 17 : i64, onnx_attributes = {}} : (tensor<4xf32>) -> tensor<4xf32>
  %y = graph.relu %b : tensor<4xf32> -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}

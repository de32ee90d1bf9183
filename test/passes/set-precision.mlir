// RUN: accelc-opt %s -p 'set-precision{precision=bf16}' --split-input-file | filecheck %s
// RUN: accelc-opt %s -p 'set-precision{precision=model}' --split-input-file | filecheck %s --check-prefix=MODEL
// RUN: accelc-opt %s -p 'set-precision{precision=bf16 thin=0}' --split-input-file | filecheck %s --check-prefix=THIN

// Products multiply bf16 and sum to f32, and the rest is f32. Elements that are only moved before a product are rounded
// before they move. `model` changes nothing.
// CHECK-LABEL: graph.func @products(%x: tensor<1x17x8x8xf32>) -> tensor<1x17x3x3xf32> {
// CHECK-NEXT: %[[X:.*]] = graph.cast %x : tensor<1x17x8x8xf32> -> tensor<1x17x8x8xbf16>
// CHECK-NEXT: %[[W:.*]] = graph.weight "w" : tensor<17x17x1x1xbf16>
// CHECK-NEXT: %[[B:.*]] = graph.weight "b" : tensor<17xf32>
// CHECK-NEXT: %[[Y:.*]] = graph.conv %[[X]], %[[W]], %[[B]] {{.*}} -> tensor<1x17x8x8xf32>
// CHECK-NEXT: %[[R:.*]] = graph.relu %[[Y]] : tensor<1x17x8x8xf32> -> tensor<1x17x8x8xf32>
// CHECK-NEXT: %[[N:.*]] = graph.cast %[[R]] : tensor<1x17x8x8xf32> -> tensor<1x17x8x8xbf16>
// CHECK-NEXT: %[[P:.*]] = graph.pool "max" %[[N]] {{.*}} : tensor<1x17x8x8xbf16> -> tensor<1x17x4x4xbf16>
// CHECK-NEXT: %[[S:.*]] = graph.slice %[[P]] {{.*}} : tensor<1x17x4x4xbf16> -> tensor<1x17x3x3xbf16>
// CHECK-NEXT: %[[Z:.*]] = graph.conv %[[S]], %[[W]] {{.*}} -> tensor<1x17x3x3xf32>
// CHECK-NEXT: graph.return %[[Z]] : tensor<1x17x3x3xf32>
// MODEL-NOT: bf16
graph.func @products(%x : tensor<1x17x8x8xf32>) -> tensor<1x17x3x3xf32> {
  %w = graph.weight "w" : tensor<17x17x1x1xf32>
  %b = graph.weight "b" : tensor<17xf32>
  %y = graph.conv %x, %w, %b strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 1
    : (tensor<1x17x8x8xf32>, tensor<17x17x1x1xf32>, tensor<17xf32>) -> tensor<1x17x8x8xf32>
  %r = graph.relu %y : tensor<1x17x8x8xf32> -> tensor<1x17x8x8xf32>
  %p = graph.pool "max" %r kernel [2, 2] strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1]
    : tensor<1x17x8x8xf32> -> tensor<1x17x4x4xf32>
  %s = graph.slice %p starts [0, 0, 0, 0] steps [1, 1, 1, 1]
    : tensor<1x17x4x4xf32> -> tensor<1x17x3x3xf32>
  %z = graph.conv %s, %w strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 1
    : (tensor<1x17x3x3xf32>, tensor<17x17x1x1xf32>) -> tensor<1x17x3x3xf32>
  graph.return %z : tensor<1x17x3x3xf32>
}

// -----

// What others use too stays in f32 beside its rounded form; a weight gets a second entry.
// CHECK-LABEL: graph.func @shared
// CHECK-NEXT: %[[X:.*]] = graph.cast %x : tensor<17x17xf32> -> tensor<17x17xbf16>
// CHECK-NEXT: %[[W:.*]] = graph.weight "w" : tensor<17x17xf32>
// CHECK-NEXT: %[[V:.*]] = graph.weight "w.bf16" : tensor<17x17xbf16>
// CHECK-NEXT: %[[P:.*]] = graph.matmul %[[X]], %[[V]] : (tensor<17x17xbf16>, tensor<17x17xbf16>) -> tensor<17x17xf32>
// CHECK-NEXT: %[[S:.*]] = graph.add %[[P]], %x
// CHECK-NEXT: graph.add %[[S]], %[[W]]
graph.func @shared(%x : tensor<17x17xf32>) -> tensor<17x17xf32> {
  %w = graph.weight "w" : tensor<17x17xf32>
  %p = graph.matmul %x, %w : (tensor<17x17xf32>, tensor<17x17xf32>) -> tensor<17x17xf32>
  %s = graph.add %p, %x : (tensor<17x17xf32>, tensor<17x17xf32>) -> tensor<17x17xf32>
  %y = graph.add %s, %w : (tensor<17x17xf32>, tensor<17x17xf32>) -> tensor<17x17xf32>
  graph.return %y : tensor<17x17xf32>
}

// -----

// A product with a matrix of few rows or columns is as precise as the model: here one of a column in each group.
// CHECK-LABEL: graph.func @thin
// CHECK-NOT: bf16
// THIN-LABEL: graph.func @thin
// THIN: graph.conv {{.*}} : (tensor<1x2x8x8xbf16>, tensor<2x1x1x1xbf16>) -> tensor<1x2x8x8xf32>
graph.func @thin(%x : tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32> {
  %w = graph.weight "w" : tensor<2x1x1x1xf32>
  %y = graph.conv %x, %w strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 2
    : (tensor<1x2x8x8xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x8x8xf32>
  graph.return %y : tensor<1x2x8x8xf32>
}

// -----

// A constant with other uses gets a rounded twin, which is no computation.
// CHECK-LABEL: graph.func @constant
// THIN-LABEL: graph.func @constant
// THIN: graph.constant {{.*}} tensor<2x2xf32>
// THIN-NEXT: %[[C:.*]] = graph.constant {{.*}} tensor<2x2xbf16>
// THIN-NEXT: graph.matmul %{{.*}}, %[[C]] : (tensor<2x2xbf16>, tensor<2x2xbf16>) -> tensor<2x2xf32>
graph.func @constant(%x : tensor<2x2xf32>) -> tensor<2x2xf32> {
  %c = graph.constant dense<[[1.0, 1.1], [1.2, 1.3]]> : tensor<2x2xf32>
  %p = graph.matmul %x, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = graph.add %p, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  graph.return %y : tensor<2x2xf32>
}

// -----

// Other floats become f32, inside of loops too; integers and truth values stay; casts between equal types vanish;
// constants are rounded and stay finite.
// CHECK-LABEL: graph.func @kinds
// CHECK: graph.constant {{.*}}tensor<f32>
// CHECK-NOT: inf
// CHECK: graph.greater {{.*}} -> tensor<4xi1>
// CHECK-NOT: graph.cast {{.*}} -> tensor<4xf16>
// CHECK: graph.cast {{.*}} : tensor<4xf32> -> tensor<4xi64>
// CHECK: graph.for 2({{.*}}) : (tensor<17x17xf32>) -> tensor<17x17xf32> {
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<i64>, %[[A:.*]]: tensor<17x17xf32>):
// CHECK-NEXT: %[[N:.*]] = graph.cast %[[A]] : tensor<17x17xf32> -> tensor<17x17xbf16>
// CHECK-NEXT: graph.matmul %[[N]], %[[N]] : (tensor<17x17xbf16>, tensor<17x17xbf16>) -> tensor<17x17xf32>
graph.func @kinds(%x : tensor<4xf64>, %m : tensor<17x17xf64>) -> (tensor<4xi1>, tensor<4xi64>, tensor<17x17xf64>) {
  %c = graph.constant dense<-1.7976931348623157e+308> : tensor<f64>
  %b = graph.greater %x, %c : (tensor<4xf64>, tensor<f64>) -> tensor<4xi1>
  %h = graph.cast %x : tensor<4xf64> -> tensor<4xf16>
  %i = graph.cast %h : tensor<4xf16> -> tensor<4xi64>
  %l = graph.for 2 (%m) : (tensor<17x17xf64>) -> tensor<17x17xf64> {
  ^bb0(%k: tensor<i64>, %a: tensor<17x17xf64>):
    %y = graph.matmul %a, %a : (tensor<17x17xf64>, tensor<17x17xf64>) -> tensor<17x17xf64>
    graph.yield %y : tensor<17x17xf64>
  }
  graph.return %b, %i, %l : tensor<4xi1>, tensor<4xi64>, tensor<17x17xf64>
}

// -----

// A framework gets and gives the types of the model.
// CHECK-LABEL: graph.func @framework
// CHECK: %[[A:.*]] = graph.relu {{.*}} -> tensor<4xf32>
// CHECK-NEXT: %[[C:.*]] = graph.cast %[[A]] : tensor<4xf32> -> tensor<4xf16>
// CHECK-NEXT: %[[F:.*]] = graph.call_framework "Elu"(%[[C]]) {{.*}} : (tensor<4xf16>) -> tensor<4xf16>
// CHECK-NEXT: graph.cast %[[F]] : tensor<4xf16> -> tensor<4xf32>
graph.func @framework(%x : tensor<4xf16>) -> tensor<4xf16> {
  %a = graph.relu %x : tensor<4xf16> -> tensor<4xf16>
  %b = graph.call_framework "Elu" (%a) {domain = "", opset = 17 : i64, onnx_attributes = {}} : (tensor<4xf16>) -> tensor<4xf16>
  %y = graph.relu %b : tensor<4xf16> -> tensor<4xf16>
  graph.return %y : tensor<4xf16>
}

// RUN: accelc-opt %s -p 'partition-hierarchical{target=tiny}' --split-input-file | filecheck %s

// Work on the accelerator goes into one isolated partition; the weight is copied into it instead of crossing its border.
graph.func @main(%x: tensor<4x8xf32>) -> tensor<4x3xf32> {
  %w = graph.weight "w" : tensor<8x3xf32>
  %0 = graph.matmul %x, %w : (tensor<4x8xf32>, tensor<8x3xf32>) -> tensor<4x3xf32>
  %1 = graph.relu %0 : tensor<4x3xf32> -> tensor<4x3xf32>
  graph.return %1 : tensor<4x3xf32>
}
// CHECK-LABEL: graph.func @main(%x: tensor<4x8xf32>)
// CHECK-NEXT:  [[P:%.+]] = graph.partition "accelerator"(%x) : (tensor<4x8xf32>) -> tensor<4x3xf32> {
// CHECK-NEXT:  ^bb0([[A:%.+]]: tensor<4x8xf32>):
// CHECK-NEXT:    [[W:%.+]] = graph.weight "w"
// CHECK-NEXT:    [[M:%.+]] = graph.matmul [[A]], [[W]]
// CHECK-NEXT:    [[R:%.+]] = graph.relu [[M]]
// CHECK-NEXT:    graph.yield [[R]]
// CHECK-NEXT:  }
// CHECK-NEXT:  graph.return [[P]]

// -----

// Double precision runs on the host, and the partition says why.
graph.func @main(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = graph.add %x, %x : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  graph.return %0 : tensor<4xf64>
}
// CHECK-LABEL: graph.func @main(%x: tensor<4xf64>)
// CHECK-NEXT:  graph.partition "host"(%x) attributes {home_reason = "element type f64 is not one the engines compute with

// -----

// An operator only the framework knows splits what runs around it; independent branches share the partitions.
graph.func @main(%x: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64x64xf32>) {
  %0 = graph.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = graph.call_framework "Magic"(%0) {domain = "", opset = 1 : i64, onnx_attributes = {}} : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %2 = graph.matmul %1, %1 : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %3 = graph.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  graph.return %2, %3 : tensor<64x64xf32>, tensor<64x64xf32>
}
// CHECK-LABEL: graph.func @main(%x: tensor<64x64xf32>)
// CHECK:       [[A:%.+]], [[B:%.+]] = graph.partition "accelerator"(%x)
// CHECK:       [[F:%.+]] = graph.partition "framework"([[A]]) attributes {home_reason = "operator Magic is not known to the compiler"}
// CHECK:       [[C:%.+]] = graph.partition "accelerator"([[F]])
// CHECK-NOT:   graph.partition
// CHECK:       graph.return [[C]], [[B]]

// -----

// A weight that is a result stays outside; one without readers disappears.
graph.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %w = graph.weight "kept" : tensor<4xf32>
  %v = graph.weight "unread" : tensor<4xf32>
  graph.return %x, %w : tensor<4xf32>, tensor<4xf32>
}
// CHECK-LABEL: graph.func @main(%x: tensor<4xf32>)
// CHECK-NEXT:  [[W:%.+]] = graph.weight "kept"
// CHECK-NEXT:  graph.return %x, [[W]]

// RUN: accelc-opt %s -p 'split-batches{share=20}' --split-input-file | filecheck %s

// A head's scores fit where those of both do not: everything for one head, then everything for the other.
// CHECK-LABEL: graph.func @attention
// CHECK-NEXT: %[[Q:.*]] = graph.slice %q starts [0, 0, 0] steps [1, 1, 1] : tensor<2x512x64xf32> -> tensor<1x512x64xf32>
// CHECK-NEXT: %[[K:.*]] = graph.slice %k starts [0, 0, 0]
// CHECK-NEXT: %[[V:.*]] = graph.slice %v starts [0, 0, 0]
// CHECK-NEXT: %[[S:.*]] = graph.matmul %[[Q]], %[[K]] {loc_name = "scores"}
// CHECK-SAME: -> tensor<1x512x512xf32>
// CHECK-NEXT: %[[A:.*]] = graph.add %[[S]], %m
// CHECK-NEXT: %[[P:.*]] = graph.softmax %[[A]] axis 2
// CHECK-NEXT: %[[C:.*]] = graph.matmul %[[P]], %[[V]] {loc_name = "context"}
// CHECK-NEXT: graph.slice %q starts [1, 0, 0]
// CHECK: %[[D:.*]] = graph.matmul {{.*}} {loc_name = "context"}
// CHECK-NEXT: graph.concat %[[C]], %[[D]] axis 0 {loc_name = "context"}
// CHECK-NEXT: graph.return
graph.func @attention(%q : tensor<2x512x64xf32>, %k : tensor<2x64x512xf32>, %v : tensor<2x512x64xf32>,
                      %m : tensor<512x512xf32>) -> tensor<2x512x64xf32> {
  %s = graph.matmul %q, %k {loc_name = "scores"}
    : (tensor<2x512x64xf32>, tensor<2x64x512xf32>) -> tensor<2x512x512xf32>
  %a = graph.add %s, %m : (tensor<2x512x512xf32>, tensor<512x512xf32>) -> tensor<2x512x512xf32>
  %p = graph.softmax %a axis 2 : tensor<2x512x512xf32> -> tensor<2x512x512xf32>
  %c = graph.matmul %p, %v {loc_name = "context"}
    : (tensor<2x512x512xf32>, tensor<2x512x64xf32>) -> tensor<2x512x64xf32>
  graph.return %c : tensor<2x512x64xf32>
}

// -----

// A matrix that all share is not a batch.
// CHECK-LABEL: graph.func @shared
// CHECK-NOT: graph.slice
graph.func @shared(%x : tensor<2x512x64xf32>, %w : tensor<64x512xf32>, %v : tensor<512x8xf32>)
    -> tensor<2x512x8xf32> {
  %s = graph.matmul %x, %w : (tensor<2x512x64xf32>, tensor<64x512xf32>) -> tensor<2x512x512xf32>
  %e = graph.exp %s : tensor<2x512x512xf32> -> tensor<2x512x512xf32>
  %c = graph.matmul %e, %v : (tensor<2x512x512xf32>, tensor<512x8xf32>) -> tensor<2x512x8xf32>
  graph.return %c : tensor<2x512x8xf32>
}

// -----

// The products leave the function: they are written out whichever order they are computed in.
// CHECK-LABEL: graph.func @returned
// CHECK-NOT: graph.slice
graph.func @returned(%q : tensor<2x512x64xf32>, %k : tensor<2x64x512xf32>) -> tensor<2x512x512xf32> {
  %s = graph.matmul %q, %k : (tensor<2x512x64xf32>, tensor<2x64x512xf32>) -> tensor<2x512x512xf32>
  %e = graph.exp %s : tensor<2x512x512xf32> -> tensor<2x512x512xf32>
  graph.return %e : tensor<2x512x512xf32>
}

// -----

// What the second product needs depends on the first result of all heads: the chain ends before it.
// CHECK-LABEL: graph.func @crossed
// CHECK-NOT: graph.slice
graph.func @crossed(%q : tensor<2x512x64xf32>, %k : tensor<2x64x512xf32>) -> tensor<2x512x1xf32> {
  %s = graph.matmul %q, %k : (tensor<2x512x64xf32>, tensor<2x64x512xf32>) -> tensor<2x512x512xf32>
  %m = graph.reduce "max" %s axes [0, 1] keepdims : tensor<2x512x512xf32> -> tensor<1x1x512xf32>
  %t = graph.transpose %m perm [0, 2, 1] : tensor<1x1x512xf32> -> tensor<1x512x1xf32>
  %b = graph.broadcast %t : tensor<1x512x1xf32> -> tensor<2x512x1xf32>
  %c = graph.matmul %s, %b : (tensor<2x512x512xf32>, tensor<2x512x1xf32>) -> tensor<2x512x1xf32>
  graph.return %c : tensor<2x512x1xf32>
}

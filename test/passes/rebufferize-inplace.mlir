// RUN: accelc-opt %s -p rebufferize-inplace --split-input-file | filecheck %s

// A write through a slice: the sum is computed where the slice lies, and the update of the whole writes nothing more.
graph.func @main(%v: tensor<4xf32>, %x: tensor<2xf32>) -> tensor<4xf32> {
  %s = graph.slice %v starts [1] steps [1] : tensor<4xf32> -> tensor<2xf32>
  %a = graph.add %s, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = graph.insert_slice %a, %v starts [1] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %r : tensor<4xf32> mutates [0]
}
// CHECK-LABEL: graph.func @main
// CHECK:       graph.add {{%.+}}, %x {reuses = 0 : i64}
// CHECK-NEXT:  graph.insert_slice {{%.+}}, %v starts [1] steps [1] {reuses = 1 : i64}

// -----

// Arguments that the function does not list as mutated are not written: the sum is new, the update copies.
graph.func @main(%v: tensor<4xf32>, %x: tensor<2xf32>) -> tensor<4xf32> {
  %s = graph.slice %v starts [1] steps [1] : tensor<4xf32> -> tensor<2xf32>
  %a = graph.add %s, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = graph.insert_slice %a, %v starts [1] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %r : tensor<4xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK-NOT:   reuses

// -----

// The old contents are read after the update in program order: the reader goes first, which costs nothing.
graph.func @main(%u: tensor<4096xf32>, %x: tensor<2xf32>) -> (tensor<4096xf32>, tensor<4096xf32>) {
  %v = graph.exp %u : tensor<4096xf32> -> tensor<4096xf32>
  %r = graph.insert_slice %x, %v starts [1] steps [1] : (tensor<2xf32>, tensor<4096xf32>) -> tensor<4096xf32>
  %o = graph.relu %v : tensor<4096xf32> -> tensor<4096xf32>
  graph.return %r, %o : tensor<4096xf32>, tensor<4096xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK:       [[V:%.+]] = graph.exp %u
// CHECK-NEXT:  graph.relu [[V]] :
// CHECK-NEXT:  graph.insert_slice %x, [[V]] starts [1] steps [1] {reuses = 1 : i64}

// -----

// The reader depends on the update: nothing helps, the update copies.
graph.func @main(%u: tensor<4xf32>, %x: tensor<2xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %v = graph.exp %u : tensor<4xf32> -> tensor<4xf32>
  %r = graph.insert_slice %x, %v starts [1] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
  %o = graph.matmul %v, %r : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  %p = graph.add %v, %o : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  graph.return %r, %p : tensor<4xf32>, tensor<4xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK:       graph.insert_slice %x, {{%.+}} starts [1] steps [1] :

// -----

// Inside a partition its operands belong to others; what it computes itself may be written.
graph.func @main(%u: tensor<4xf32>, %x: tensor<2xf32>) -> tensor<4xf32> {
  %0 = graph.partition "accelerator" (%u, %x) : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>, %b: tensor<2xf32>):
    %1 = graph.insert_slice %b, %a starts [0] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = graph.insert_slice %b, %1 starts [2] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
    graph.yield %2 : tensor<4xf32>
  }
  graph.return %0 : tensor<4xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK:      [[A:%.+]] = graph.insert_slice %b, %a starts [0] steps [1] :
// CHECK-NEXT: graph.insert_slice %b, [[A]] starts [2] steps [1] {reuses = 1 : i64}

// -----

// The caller gives up %c: the partition writes the update in its memory, and the reader of the old contents goes first.
graph.func @main(%c: tensor<4096xf32>, %x: tensor<2xf32>) -> (tensor<4096xf32>, tensor<4096xf32>) {
  %0, %1 = graph.partition "accelerator" (%c, %x) : (tensor<4096xf32>, tensor<2xf32>) -> (tensor<4096xf32>, tensor<4096xf32>) {
  ^bb0(%a: tensor<4096xf32>, %b: tensor<2xf32>):
    %2 = graph.insert_slice %b, %a starts [8] steps [1] : (tensor<2xf32>, tensor<4096xf32>) -> tensor<4096xf32>
    %3 = graph.relu %a : tensor<4096xf32> -> tensor<4096xf32>
    graph.yield %3, %2 : tensor<4096xf32>, tensor<4096xf32>
  }
  graph.return %0, %1 : tensor<4096xf32>, tensor<4096xf32> into [-1, 0]
}
// CHECK-LABEL: graph.func @main
// CHECK:      graph.relu %a
// CHECK-NEXT: graph.insert_slice %b, %a starts [8] steps [1] {reuses = 1 : i64}
// CHECK-NEXT: graph.yield {{.*}} into [-1, 0]

// -----

// The host reads %c after the partition: its memory is not free.
graph.func @main(%c: tensor<4xf32>, %x: tensor<2xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.partition "accelerator" (%c, %x) : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>, %b: tensor<2xf32>):
    %2 = graph.insert_slice %b, %a starts [1] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
    graph.yield %2 : tensor<4xf32>
  }
  %1 = graph.partition "host" (%c) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %2 = graph.neg %a : tensor<4xf32> -> tensor<4xf32>
    graph.yield %2 : tensor<4xf32>
  }
  graph.return %0, %1 : tensor<4xf32>, tensor<4xf32> into [0, -1]
}
// CHECK-LABEL: graph.func @main
// CHECK-NOT:   reuses
// CHECK-NOT:   graph.yield {{.*}} into

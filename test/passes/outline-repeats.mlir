// RUN: accelc-opt %s -p 'outline-repeats{least-saved=3}' --split-input-file | filecheck %s

// Three layers become calls: what one layer makes for the next, and what all share, are arguments; weights are named by
// each call; an intermediate value that is read outside of one layer is a result of all.
graph.func @main(%x: tensor<4x4xf32>, %m: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %w0 = graph.weight "h.0.w" : tensor<4x4xf32>
  %w1 = graph.weight "h.1.w" : tensor<4x4xf32>
  %w2 = graph.weight "h.2.w" : tensor<4x4xf32>
  %c = graph.constant dense<2.0> : tensor<4x4xf32>
  %a0 = graph.matmul %x, %w0 {loc_name = "h.0.fc"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %b0 = graph.add %a0, %m {loc_name = "h.0.add"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %d0 = graph.add %b0, %c {loc_name = "h.0.c"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %a1 = graph.matmul %d0, %w1 {loc_name = "h.1.fc"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %b1 = graph.add %a1, %m {loc_name = "h.1.add"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %d1 = graph.add %b1, %c {loc_name = "h.1.c"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %a2 = graph.matmul %d1, %w2 {loc_name = "h.2.fc"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %b2 = graph.add %a2, %m {loc_name = "h.2.add"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %d2 = graph.add %b2, %c {loc_name = "h.2.c"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  graph.return %d2, %b1 : tensor<4x4xf32>, tensor<4x4xf32>
}
// CHECK-LABEL: graph.func @repeat0(%0: tensor<4x4xf32>, %1: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
// CHECK-NEXT: %w0 = graph.weight "h.0.w" : tensor<4x4xf32>
// CHECK-NEXT: %a0 = graph.matmul %0, %w0 {loc_name = "h.*.fc"}
// CHECK-NEXT: %b0 = graph.add %a0, %1 {loc_name = "h.*.add"}
// CHECK-NEXT: %c = graph.constant dense<2.000000e+00> : tensor<4x4xf32>
// CHECK-NEXT: %d0 = graph.add %b0, %c
// CHECK-NEXT: graph.return %b0, %d0
// CHECK-LABEL: graph.func @main
// CHECK-NEXT: %b0, %d0 = graph.call @repeat0(%x, %m) :
// CHECK-NEXT: %b1, %d1 = graph.call @repeat0(%d0, %m) {weights = {h.0.w = "h.1.w"}} :
// CHECK-NEXT: %b2, %d2 = graph.call @repeat0(%d1, %m) {weights = {h.0.w = "h.2.w"}} :
// CHECK-NEXT: graph.return %d2, %b1

// -----

// Two functions of the same operations are not the same function when one reads itself where the other reads outside.
graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = graph.exp %x : tensor<4xf32> -> tensor<4xf32>
  %b = graph.neg %a : tensor<4xf32> -> tensor<4xf32>
  %c = graph.add %b, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %d = graph.exp %c : tensor<4xf32> -> tensor<4xf32>
  %e = graph.neg %d : tensor<4xf32> -> tensor<4xf32>
  %f = graph.add %e, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %f : tensor<4xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK-NOT: graph.call
// CHECK: graph.return %f

// -----

// Constants of different values are different operations.
graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %2 = graph.constant dense<2.0> : tensor<4xf32>
  %3 = graph.constant dense<3.0> : tensor<4xf32>
  %a = graph.exp %x : tensor<4xf32> -> tensor<4xf32>
  %b = graph.neg %a : tensor<4xf32> -> tensor<4xf32>
  %c = graph.add %b, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %d = graph.exp %c : tensor<4xf32> -> tensor<4xf32>
  %e = graph.neg %d : tensor<4xf32> -> tensor<4xf32>
  %f = graph.add %e, %3 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %f : tensor<4xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK-NOT: graph.call
// CHECK: graph.return %f

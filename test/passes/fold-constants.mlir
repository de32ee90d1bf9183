// RUN: accelc-opt %s -p fold-constants --split-input-file | filecheck %s

// Operations on constants are computed, and what is no longer used disappears.
// CHECK-LABEL: graph.func @known
// CHECK-NEXT: graph.constant {{.*}}dense<[3.000000e+00, 4.000000e+00]>
// CHECK-NEXT: graph.add
// CHECK-NEXT: graph.return
graph.func @known(%x : tensor<2xf32>) -> tensor<2xf32> {
  %a = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = graph.constant dense<2.0> : tensor<f32>
  %c = graph.add %a, %b : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %y = graph.add %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  graph.return %y : tensor<2xf32>
}

// -----

// A weight without data is not known, so nothing is computed; a weight nobody reads goes.
// CHECK-LABEL: graph.func @unknown
// CHECK-NEXT: graph.weight "w"
// CHECK-NEXT: graph.transpose
// CHECK-NEXT: graph.return
graph.func @unknown() -> tensor<4x2xf32> {
  %w = graph.weight "w" : tensor<2x4xf32>
  %v = graph.weight "v" : tensor<2x4xf32>
  %y = graph.transpose %w perm [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
  graph.return %y : tensor<4x2xf32>
}

// -----

// A repetition that would make a large constant of a small one is left to the program.
// CHECK-LABEL: graph.func @growth
// CHECK: graph.broadcast
graph.func @growth() -> tensor<4096xf32> {
  %a = graph.constant dense<[1.0]> : tensor<1xf32>
  %y = graph.broadcast %a : tensor<1xf32> -> tensor<4096xf32>
  graph.return %y : tensor<4096xf32>
}

// -----

// A tensor without elements needs no program, nor does what is made of such tensors only.
// CHECK-LABEL: graph.func @empty
// CHECK-NOT: graph.add
// CHECK-NOT: graph.matmul
// CHECK: graph.constant dense<0.0{{.*}}> : tensor<2x3xf32>
// CHECK: graph.return
graph.func @empty(%x : tensor<0x3xf32>, %y : tensor<3xf32>, %z : tensor<2x0xf32>) -> (tensor<0x3xf32>, tensor<2x3xf32>) {
  %a = graph.add %x, %y : (tensor<0x3xf32>, tensor<3xf32>) -> tensor<0x3xf32>
  %b = graph.matmul %z, %a : (tensor<2x0xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
  graph.return %a, %b : tensor<0x3xf32>, tensor<2x3xf32>
}

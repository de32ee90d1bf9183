// RUN: not accelc-opt %s -p 'split-batches{share=0}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'split-batches{target=nothing}' 2>&1 | filecheck %s --check-prefix=TARGET

// A tensor cannot be larger than no part of a memory, and there is no memory without a machine.
// CHECK: share 0 of SBUF: expected an integer of at least 1
// TARGET: unknown target 'nothing'
graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}

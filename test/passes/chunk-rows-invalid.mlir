// RUN: not accelc-opt %s -p 'chunk-rows{rows=0}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'chunk-rows{share=-1}' 2>&1 | filecheck %s --check-prefix=SHARE
// RUN: not accelc-opt %s -p 'chunk-rows{target=nothing}' 2>&1 | filecheck %s --check-prefix=TARGET

// A chunk has rows, and what fits on chip depends on the machine.
// CHECK: rows of a chunk 0: expected an integer of at least 1
// SHARE: share of SBUF -1: expected an integer of at least 1
// TARGET: unknown target 'nothing'
graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}

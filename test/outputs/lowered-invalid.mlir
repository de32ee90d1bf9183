// RUN: not accelc-opt %s -t accelc-asm --split-input-file 2>&1 | filecheck %s --check-prefix=GRAPH
// RUN: not accelc-opt %s -t acx --split-input-file -o %t.acx 2>&1 | filecheck %s --check-prefix=SPLIT
// RUN: not xdsl-opt %s -t acx --split-input-file 2>&1 | filecheck %s --check-prefix=TEXT
// RUN: not accelc-opt %s -t 'accelc-asm{weight="w"}' --split-input-file 2>&1 | filecheck %s --check-prefix=OPTION

// What is not lowered is refused where it stands, with the passes that are missing; other modules: test_outputs.py.
// GRAPH: error: graph.relu is not lowered; run -p normalize-inplace,decompose,partition-hierarchical,lower-to-engine,schedule-engines,assign-memory first
// SPLIT: error: -t acx writes one file: leave --split-input-file out
// TEXT:  -t acx writes bytes, and this driver's output is text: name a file, or - for standard output, as in -t 'acx{file="x.acx"}'
// OPTION: error: form of output 'accelc-asm' has no option 'weight'; did you mean 'weights'? (its options: weights)
graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = graph.relu %x : tensor<4x8xf32> -> tensor<4x8xf32>
  graph.return %0 : tensor<4x8xf32>
}

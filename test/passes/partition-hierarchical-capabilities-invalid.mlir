// RUN: accelc targets show tiny --toml > %t.toml
// RUN: echo '[[capabilities.op]]' >> %t.toml
// RUN: echo 'name = "exp"' >> %t.toml
// RUN: cp %t.toml %t.wrong.toml
// RUN: echo 'when = "x[0] <= 16"' >> %t.toml
// RUN: echo 'when = "y[0] <= 16"' >> %t.wrong.toml
// RUN: not accelc-opt %s -p 'partition-hierarchical{target="%t.toml" force=accelerator}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'partition-hierarchical{target="%t.wrong.toml"}' 2>&1 | filecheck %s --check-prefix TABLE

// Where no other home is left, the error names the operation and the predicate it failed; a wrong predicate is located.
graph.func @main(%x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = graph.exp %x {loc_name = "e"} : tensor<64xf32> -> tensor<64xf32>
  graph.return %0 : tensor<64xf32>
}
// CHECK: error: graph.exp 'e' cannot run on the forced accelerator: the capability table allows graph.exp when x[0] <= 16
// TABLE: wrong.toml:{{[0-9]+}}:1: error: capabilities.op[0].when: unknown name 'y' (known: result, x)

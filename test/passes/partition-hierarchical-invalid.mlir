// RUN: not accelc-opt %s -p 'partition-hierarchical{target=tiny force=accelerator}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'partition-hierarchical{force=gpu}' 2>&1 | filecheck %s --check-prefix FORCE
// RUN: not accelc-opt %s -p 'partition-hierarchical{islands=all}' 2>&1 | filecheck %s --check-prefix ISLANDS
// RUN: not accelc-opt %s -p 'partition-hierarchical{target=tiny},partition-hierarchical{target=tiny}' 2>&1 | filecheck %s --check-prefix TWICE

// What cannot run where it is forced to is named, with the reason.
graph.func @main(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = graph.add %x, %x {loc_name = "sum"} : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  graph.return %0 : tensor<4xf64>
}
// CHECK: error: graph.add 'sum' cannot run on the forced accelerator: element type f64 is not one the engines compute with
// FORCE: error: force 'gpu' is not one of accelerator, host, framework
// ISLANDS: error: islands 'all' is not one of cost, none
// TWICE: error: graph.func @main is partitioned already

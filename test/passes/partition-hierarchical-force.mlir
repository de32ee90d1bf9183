// RUN: accelc-opt %s -p 'partition-hierarchical{force=host}' | filecheck %s
// RUN: accelc-opt %s -p 'partition-hierarchical{target=tiny islands=none}' | filecheck %s --check-prefix ISLAND
// RUN: accelc-opt %s -p 'partition-hierarchical{target=tiny}' | filecheck %s --check-prefix REPAIRED

// A small float addition between double precision: forced to the host, kept as an island, or moved because that is cheaper.
graph.func @main(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = graph.cast %x : tensor<4xf64> -> tensor<4xf32>
  %1 = graph.add %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.cast %1 : tensor<4xf32> -> tensor<4xf64>
  graph.return %2 : tensor<4xf64>
}
// CHECK:        graph.partition "host"(%x) attributes {home_reason = "forced"}
// CHECK-NOT:    graph.partition

// ISLAND:       graph.partition "host"
// ISLAND:       graph.partition "accelerator"
// ISLAND-NEXT:  ^bb0
// ISLAND-NEXT:  graph.add
// ISLAND:       graph.partition "host"

// REPAIRED:     graph.partition "host"
// REPAIRED-SAME: cheaper on the host than moving its tensors to the accelerator and back
// REPAIRED-NOT: graph.partition

// RUN: accelc-opt %s -p 'partition-hierarchical{target=tiny}' --split-input-file | filecheck %s
// RUN: accelc targets show tiny --toml > %t.toml
// RUN: echo '[[capabilities.op]]' >> %t.toml
// RUN: echo 'name = "exp"' >> %t.toml
// RUN: echo 'when = "x[0] <= 16"' >> %t.toml
// RUN: accelc-opt %s -p 'partition-hierarchical{target="%t.toml"}' --split-input-file | filecheck %s --check-prefix TABLE

// A function that no engine has, between work of the accelerator, is taken apart: nothing leaves the device.
graph.func @main(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = graph.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = graph.softplus %0 : tensor<64x64xf32> -> tensor<64x64xf32>
  %2 = graph.matmul %1, %1 : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  graph.return %2 : tensor<64x64xf32>
}
// CHECK-LABEL: graph.func @main(%x: tensor<64x64xf32>)
// CHECK-NEXT:  graph.partition "accelerator"(%x)
// CHECK:       graph.matmul
// CHECK-NOT:   graph.partition
// CHECK:       graph.exp
// CHECK:       graph.log
// CHECK:       graph.relu
// CHECK:       graph.matmul

// The target's table takes the exponential away: now only the whole function has a home that pays.
// TABLE-LABEL: graph.func @main(%x: tensor<64x64xf32>)
// TABLE:       graph.partition "accelerator"
// TABLE:       graph.partition "host"{{.*}}function softplus is not one of the target's
// TABLE:       graph.partition "accelerator"

// -----

// Softmax is taken apart where all its parts have engines, and stays whole on the host where the exponential has none.
graph.func @main(%x: tensor<64x256xf32>, %y: tensor<256x64xf32>) -> tensor<64x64xf32> {
  %0 = graph.softmax %x axis 1 : tensor<64x256xf32> -> tensor<64x256xf32>
  %1 = graph.matmul %0, %y : (tensor<64x256xf32>, tensor<256x64xf32>) -> tensor<64x64xf32>
  graph.return %1 : tensor<64x64xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK-NEXT:  graph.partition "accelerator"
// CHECK-NOT:   graph.partition
// CHECK:       graph.return

// TABLE-LABEL: graph.func @main
// TABLE-NEXT:  graph.partition "host"(%x) attributes {home_reason = "graph.softmax has no form in engine instructions"}
// TABLE:         graph.softmax
// TABLE:       graph.partition "accelerator"
// TABLE:         graph.matmul

// -----

// An operation that the target's table forbids goes to the host, and the partition says which predicate it failed.
graph.func @main(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = graph.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = graph.exp %0 : tensor<64x64xf32> -> tensor<64x64xf32>
  graph.return %1 : tensor<64x64xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK-NOT:   graph.partition "host"
// CHECK:       graph.return

// TABLE-LABEL: graph.func @main
// TABLE:       graph.partition "host"{{.*}}the capability table allows graph.exp when x[0] <= 16"

// RUN: accelc targets show tiny --toml > %t.toml
// RUN: sed -i 's/^name .*/name = "mine"/' %t.toml
// RUN: accelc-opt %s -p 'lower-to-engine{target="%t.toml"},schedule-engines,assign-memory,insert-delays,schedule-systolic-tiles' | filecheck %s

// A machine described in a file is found again by the passes that follow, whatever its name.
// CHECK:       engine.program @accelerator0 target "{{.*}}.toml"
// CHECK:       engine.activate on scalar relu
graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> {
  %r = graph.partition "accelerator" (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32> {
  ^bb0(%a : tensor<4x8xf32>):
    %0 = graph.relu %a : tensor<4x8xf32> -> tensor<4x8xf32>
    graph.yield %0 : tensor<4x8xf32>
  }
  graph.return %r : tensor<4x8xf32>
}

// RUN: not accelc-opt %s -p decompose 2>&1 | filecheck %s
// RUN: accelc-opt %s -p 'decompose{save="%t.safetensors"}' | filecheck %s --check-prefix=SAVED

// The band of eight channels is a new weight: without a file it would be lost.
// CHECK: decompose makes new weights ('n.band'...); name a file for them with the option save=FILE
// SAVED: graph.weight "n.band"
graph.func @main(%x : tensor<1x8x4xf32>) -> tensor<1x8x4xf32> {
  %y = graph.lrn %x size 3 alpha 1.0 beta 0.5 bias 2.0 {loc_name = "n"} : tensor<1x8x4xf32> -> tensor<1x8x4xf32>
  graph.return %y : tensor<1x8x4xf32>
}

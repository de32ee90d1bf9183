// RUN: accelc-opt %s -p 'lower-to-engine{target=tiny}' --split-input-file --verify-diagnostics | filecheck %s
// RUN: not accelc-opt %s -p 'lower-to-engine{target=tinny}' --split-input-file 2>&1 | filecheck %s --check-prefix=TARGET
// RUN: not accelc-opt %s -p 'lower-to-engine{resident=2.0}' --split-input-file 2>&1 | filecheck %s --check-prefix=SHARE

// A share is between nothing and all.
// SHARE: error: lower-to-engine: resident 2.0 is no share; expected 0 to 1

// A target that does not exist is named, with the closest one.
// TARGET: error: unknown target 'tinny'; did you mean 'tiny'?

// Weights are packed while they are lowered: their data are needed.
// CHECK: weight 'w' of partition accelerator0 has no data; give the pass a safetensors file with it
graph.func @main(%x : tensor<4x4xf32>) -> tensor<4x4xf32> {
  %r = graph.partition "accelerator" (%x) : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%a : tensor<4x4xf32>):
    %w = graph.weight "w" : tensor<4x4xf32>
    %c = graph.matmul %a, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    graph.yield %c : tensor<4x4xf32>
  }
  graph.return %r : tensor<4x4xf32>
}

// -----

// An op without a form on the machine belongs to another partition.
// CHECK: graph.argmax cannot run on the accelerator of target 'tiny': graph.argmax has no form in engine instructions
graph.func @main(%x : tensor<4x4xf32>) -> tensor<4x1xi64> {
  %r = graph.partition "accelerator" (%x) : (tensor<4x4xf32>) -> tensor<4x1xi64> {
  ^bb0(%a : tensor<4x4xf32>):
    %c = graph.argmax %a axis 1 keepdims : tensor<4x4xf32> -> tensor<4x1xi64>
    graph.yield %c : tensor<4x1xi64>
  }
  graph.return %r : tensor<4x1xi64>
}

// -----

// What does not fit HBM is named, with its size and the limit.
// CHECK: tensor 'in0' needs 4194304 bytes in hbm of target 'tiny', which has 1048576; use a target with more memory
graph.func @main(%x : tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
  %r = graph.partition "accelerator" (%x) : (tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
  ^bb0(%a : tensor<1024x1024xf32>):
    %y = graph.relu %a : tensor<1024x1024xf32> -> tensor<1024x1024xf32>
    graph.yield %y : tensor<1024x1024xf32>
  }
  graph.return %r : tensor<1024x1024xf32>
}

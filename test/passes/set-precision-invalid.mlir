// RUN: not accelc-opt %s -p 'set-precision{precision=bf61}' 2>&1 | filecheck %s

// A precision that does not exist is named, with the closest one and all that exist.
// CHECK: unknown precision 'bf61'; did you mean 'bf16'?; known are model, fp32, bf16, fp16
graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}

// RUN: not accelc-opt %s -p 'set-precision{precision=bf61}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'set-precision{precision=int8 thin=0}' 2>&1 | filecheck %s --check-prefix=WEIGHT

// A precision that does not exist is named, with the closest one and all that exist.
// CHECK: unknown precision 'bf61'; did you mean 'bf16'?; known are model, fp32, bf16, fp16, fp8, int8
// Steps of 8-bit operands follow from the elements of weights.
// WEIGHT: graph.matmul 'fc': the elements of its weight are not known, from which the steps of 8-bit operands follow
graph.func @main(%x : tensor<4x4xf32>) -> tensor<4x4xf32> {
  %w = graph.weight "w" : tensor<4x4xf32>
  %y = graph.matmul %x, %w {loc_name = "fc"} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  graph.return %y : tensor<4x4xf32>
}

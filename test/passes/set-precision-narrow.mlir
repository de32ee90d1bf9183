// RUN: accelc-opt %s -p 'set-precision{precision=int8 thin=0}' | filecheck %s --check-prefixes=CHECK,INT8
// RUN: accelc-opt %s -p 'set-precision{precision=fp8 thin=0}' | filecheck %s --check-prefixes=CHECK,FP8

// A weight has a step for each column, known here; an operand that is computed has one for each row, found by its largest
// magnitude. Sums are scaled by both; of int8 they are exact.
// CHECK-LABEL: graph.func @main
// CHECK: %[[A:.*]] = graph.abs %x
// CHECK: %[[S:.*]] = graph.reduce "max" %[[A]] axes [1] keepdims : tensor<3x2xf32> -> tensor<3x1xf32>
// CHECK: %[[M:.*]] = graph.max %[[S]]
// CHECK: %[[STEP:.*]] = graph.mul %[[M]]
// CHECK: %[[Q:.*]] = graph.div %x, %[[STEP]]
// INT8: %[[R:.*]] = graph.round %[[Q]]
// INT8: %[[N:.*]] = graph.cast %[[R]] : tensor<3x2xf32> -> tensor<3x2xi8>
// FP8: %[[N:.*]] = graph.cast %[[Q]] {saturate} : tensor<3x2xf32> -> tensor<3x2xf8E4M3FN>
// INT8: %[[W:.*]] = graph.constant dense<{{.*}}127, 64{{.*}}, {{.*}}-32, 127{{.*}}> : tensor<2x2xi8>
// INT8: %[[Y:.*]] = graph.matmul %[[N]], %[[W]] : (tensor<3x2xi8>, tensor<2x2xi8>) -> tensor<3x2xi32>
// INT8: %[[F:.*]] = graph.cast %[[Y]] : tensor<3x2xi32> -> tensor<3x2xf32>
// FP8: %[[F:.*]] = graph.matmul %[[N]], %{{.*}} : (tensor<3x2xf8E4M3FN>, tensor<2x2xf8E4M3FN>) -> tensor<3x2xf32>
// CHECK: %[[B:.*]] = graph.mul %[[F]], %{{.*}} : (tensor<3x2xf32>, tensor<1x2xf32>) -> tensor<3x2xf32>
// CHECK: graph.mul %[[B]], %[[STEP]] : (tensor<3x2xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
graph.func @main(%x : tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = graph.constant dense<[[4.0, 1.0], [-1.0, 2.0]]> : tensor<2x2xf32>
  %y = graph.matmul %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  graph.return %y : tensor<3x2xf32>
}

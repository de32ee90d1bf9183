// RUN: not accelc-opt %s -p fold-constants 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'fold-constants{weights="absent.safetensors"}' 2>&1 | filecheck %s --check-prefix=FILE

// FILE: cannot read weights 'absent.safetensors'

// An index that leaves the axis cannot be computed.
// CHECK: graph.gather: index 7 is outside
graph.func @main() -> tensor<1xf32> {
  %x = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %i = graph.constant dense<[7]> : tensor<1xi64>
  %y = graph.gather %x, %i axis 0 : (tensor<2xf32>, tensor<1xi64>) -> tensor<1xf32>
  graph.return %y : tensor<1xf32>
}

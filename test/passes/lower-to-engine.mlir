// RUN: accelc-opt %s -p 'lower-to-engine{target=tiny save="%t.safetensors"}' | filecheck %s
// RUN: accelc-opt %s -p 'lower-to-engine{target=tiny save="%t.safetensors" resident=0.0}' | filecheck %s --check-prefix=SPILL

// Weights, bias and activation leave PSUM in one instruction; a residual needs one more.
// CHECK:       graph.partition "accelerator"
// CHECK-SAME:  program = "accelerator0"
// CHECK-LABEL: engine.program @accelerator0 target "tiny"
// CHECK-DAG:   %in0 = engine.buffer "in0" input hbm<32xf32>
// CHECK-DAG:   %out0 = engine.buffer "out0" output hbm<32xf32>
// CHECK:       engine.matmul
// CHECK:       engine.tensor_tensor on vector {{.*}} add
// CHECK-NEXT:  engine.activate on scalar relu
// CHECK:       engine.dma_copy on dma0 %conv[{{.*}} to %out0
// CHECK:       engine.end

// Without room on chip the convolution's result is made in HBM, where it goes.
// SPILL-LABEL: engine.program @accelerator0
// SPILL-NOT:   scratch hbm
// SPILL:       engine.activate on scalar relu
// SPILL-NEXT:  engine.dma_copy on dma0 %{{.*}} to %out0
// SPILL-NOT:   %out0
// SPILL:       engine.end
graph.func @main(%x : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %r = graph.partition "accelerator" (%x) : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  ^bb0(%a : tensor<1x2x4x4xf32>):
    %w = graph.constant dense<0.5> : tensor<2x2x3x3xf32>
    %b = graph.constant dense<[1.0, -1.0]> : tensor<2xf32>
    %c = graph.conv %a, %w, %b strides [1, 1] pads [1, 1, 1, 1] dilations [1, 1] group 1
      : (tensor<1x2x4x4xf32>, tensor<2x2x3x3xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
    %s = graph.add %c, %a : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    %y = graph.relu %s : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
    graph.yield %y : tensor<1x2x4x4xf32>
  }
  graph.return %r : tensor<1x2x4x4xf32>
}

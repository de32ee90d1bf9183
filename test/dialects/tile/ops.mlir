// RUN: accelc-opt %s | accelc-opt | filecheck %s
// RUN: accelc-opt %s --print-op-generic | accelc-opt | filecheck %s

// Every op of the dialect in both forms: a product with each way to write an order, elementwise ops and a
// transfer with their blocks.
engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x48xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) grid [2, 2, 2] block [4, 12, 4] order row
  tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) accumulate grid [2, 2, 2] block [4, 12, 4] order column panel 4
  tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) grid [2, 2, 2] block [4, 12, 4] order switch 1 panel 2 waits (s >= 1)
  tile.activate on scalar relu(1.0 * %p[0:4, 0 + (2, 12):(16, 1)] + 0.0) into %y[0:4, 0 + (2, 12):(12, 1)] blocks 2
  tile.tensor_tensor on vector %y[0:4, 0:16] add %p[0:4, 0:16] into %y[0:4, 0:16] blocks 4
  tile.tensor_scalar on vector %p[0:4, 0:16] mul 2.0 into %y[0:4, 0:16] blocks 2
  tile.scalar_tensor_tensor on vector (%p[0:4, 0:16] mul %y[0:4, 63:64]) add %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
  tile.reduce on vector max %p[0:4, 0 + (8, 6):(6, 1)] axes 1 into %y[0:4, 0:8] blocks 8
  tile.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16] blocks 1 signals (s at complete)
  tile.select on vector %p[0:4, 0:16] where %p[0:4, 16:32] into %y[0:4, 0:16] blocks 2
  tile.custom on vector clamp(%p[0:4, 0:16]) with [-1.0, 1.0] into %y[0:4, 0:16] blocks 4
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 2 along [0, 1] waits (s >= 2)
  engine.end
}
// CHECK:        tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) grid [2, 2, 2] block [4, 12, 4] order row
// CHECK-NEXT:   tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) accumulate grid [2, 2, 2] block [4, 12, 4] order column panel 4
// CHECK-NEXT:   tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) grid [2, 2, 2] block [4, 12, 4] order switch 1 panel 2 waits (s >= 1)
// CHECK-NEXT:   tile.activate on scalar relu(1.0 * %p[0:4, 0 + (2, 12):(16, 1)] + 0.0) into %y[0:4, 0 + (2, 12):(12, 1)] blocks 2
// CHECK-NEXT:   tile.tensor_tensor on vector %y[0:4, 0:16] add %p[0:4, 0:16] into %y[0:4, 0:16] blocks 4
// CHECK-NEXT:   tile.tensor_scalar on vector %p[0:4, 0:16] mul 2.0 into %y[0:4, 0:16] blocks 2
// CHECK-NEXT:   tile.scalar_tensor_tensor on vector (%p[0:4, 0:16] mul %y[0:4, 63:64]) add %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
// CHECK-NEXT:   tile.reduce on vector max %p[0:4, 0 + (8, 6):(6, 1)] axes 1 into %y[0:4, 0:8] blocks 8
// CHECK-NEXT:   tile.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16] blocks 1 signals (s at complete)
// CHECK-NEXT:   tile.select on vector %p[0:4, 0:16] where %p[0:4, 16:32] into %y[0:4, 0:16] blocks 2
// CHECK-NEXT:   tile.custom on vector clamp(%p[0:4, 0:16]) with [-1.0, 1.0] into %y[0:4, 0:16] blocks 4
// CHECK-NEXT:   tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 2 along [0, 1] waits (s >= 2)

// RUN: accelc-opt %s -p tile-unroll | filecheck %s

// Blocks appear in the order of the schedule; the first one waits, the last one signals; the first step overwrites.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x48xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (20):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) grid [2, 2, 2] block [4, 12, 4] order column panel 2 waits (s >= 1) signals (t at complete) {layer = 1 : i64}
  tile.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2 waits (t >= 1)
  engine.end
}
// CHECK:       engine.matmul on tensor %w at [0] m 4, %x at [0] over (12):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) waits (s >= 1) {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [0] m 4, %x at [12] over (8):(1) n_block 8 rows [0:4] into %p at 16 + (32, 16) {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [6] m 4, %x at [24] over (12):(1) n_block 12 rows [0:2] into %p at 0 + (32, 16) accumulate {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [6] m 4, %x at [36] over (8):(1) n_block 8 rows [0:2] into %p at 16 + (32, 16) accumulate {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [4] m 2, %x at [0] over (12):(1) n_block 12 rows [0:4] into %p at 32 + (32, 16) {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [4] m 2, %x at [12] over (8):(1) n_block 8 rows [0:4] into %p at 48 + (32, 16) {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [10] m 2, %x at [24] over (12):(1) n_block 12 rows [0:2] into %p at 32 + (32, 16) accumulate {layer = 1 : i64}
// CHECK-NEXT:  engine.matmul on tensor %w at [10] m 2, %x at [36] over (8):(1) n_block 8 rows [0:2] into %p at 48 + (32, 16) accumulate signals (t at complete) {layer = 1 : i64}
// CHECK-NEXT:  engine.copy on vector %p[0:4, 0:8] into %y[0:4, 0:8] waits (t >= 1)
// CHECK-NEXT:  engine.copy on vector %p[0:4, 8:16] into %y[0:4, 8:16]
// CHECK-NEXT:  engine.end

// Parts of a transfer hold the same elements of both sides, whichever dimension is cut.
engine.program @transfer target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 3 along [1, 2] waits (s >= 2) signals (t at read)
  engine.end
}
// CHECK:       engine.dma_copy on dma0 %y[0:4, 0 + (2, 4):(32, 1)] to %h[0 + (4, 2, 4):(12, 48, 1)] waits (s >= 2)
// CHECK-NEXT:  engine.dma_copy on dma0 %y[0:4, 4 + (2, 4):(32, 1)] to %h[4 + (4, 2, 4):(12, 48, 1)]
// CHECK-NEXT:  engine.dma_copy on dma0 %y[0:4, 8 + (2, 4):(32, 1)] to %h[8 + (4, 2, 4):(12, 48, 1)] signals (t at read)
// CHECK-NEXT:  engine.end

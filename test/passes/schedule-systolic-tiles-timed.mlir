// RUN: accelc-opt %s -p schedule-systolic-tiles | filecheck %s
// RUN: accelc-opt %s -p assign-memory -p schedule-systolic-tiles | filecheck %s
// RUN: accelc-opt %s -p 'schedule-systolic-tiles{order=row}' | filecheck %s --check-prefix ROW

// By itself the product ends first in row order. Its stationary tiles arrive one after the other, and column order uses
// each of them four times before it needs the next: timed with its transfers, the program ends earlier that way.
engine.program @main target "tiny" {
  %h = engine.buffer "h" weight hbm<64xbf16>
  %w = engine.buffer "w" scratch sbuf<4x16xbf16>
  %x = engine.buffer "x" scratch sbuf<4x64xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  engine.dma_copy on dma0 %h[0:1, 0 + (4, 4):(4, 1)] to %w[0:4, 0:4]
  engine.dma_copy on dma0 %h[0:1, 16 + (4, 4):(4, 1)] to %w[0:4, 4:8]
  engine.dma_copy on dma0 %h[0:1, 32 + (4, 4):(4, 1)] to %w[0:4, 8:12]
  engine.dma_copy on dma0 %h[0:1, 48 + (4, 4):(4, 1)] to %w[0:4, 12:16]
  engine.matmul on tensor %w at [0, 4, 8, 12] m 4, %x at [0, 16, 32, 48] over (16):(1) n_block 4 rows [0:4, 0:4, 0:4, 0:4] into %p at 0 + (64, 16)
  engine.copy on vector %p[0:4, 0 + (4, 4):(16, 1)] into %y[0:4, 0 + (4, 4):(4, 1)]
  engine.end
}
// CHECK: order column panel 4
// ROW:   order row

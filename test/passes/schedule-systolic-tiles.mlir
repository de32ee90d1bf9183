// RUN: accelc-opt %s -p schedule-systolic-tiles | filecheck %s
// RUN: accelc-opt %s -p 'schedule-systolic-tiles{order=column}' | filecheck %s --check-prefix COLUMN
// RUN: accelc-opt %s -p 'schedule-systolic-tiles{order=switch}' | filecheck %s --check-prefix SWITCH

// A product gets grid, block and order; what reads its output blocks, and what reads that in turn, is cut with them.
// Transfers, and ops that read no PSUM, stay whole; waits, signals and layers are kept.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x48xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  engine.dma_copy on dma0 %x[0:4, 0:12] to %w[0:4, 0:12] signals (s at complete)
  engine.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) waits (s >= 1) {layer = 2 : i64}
  engine.tensor_scalar on vector %p[0:4, 0 + (2, 12):(16, 1)] mul 2.0 into %y[0:4, 0 + (2, 12):(12, 1)]
  engine.activate on scalar relu(1.0 * %y[0:4, 0 + (2, 12):(12, 1)] + 0.0) into %y[0:4, 0 + (2, 12):(12, 1)]
  engine.copy on vector %y[0:4, 0:24] into %y[0:4, 24:48]
  engine.end
}
// CHECK:       engine.dma_copy on dma0
// CHECK-NEXT:  tile.matmul on tensor {{.*}} grid [2, 2, 2] block [4, 12, 4] order row waits (s >= 1) {layer = 2 : i64}
// CHECK-NEXT:  tile.tensor_scalar on vector {{.*}} blocks 2
// CHECK-NEXT:  tile.activate on scalar {{.*}} blocks 2
// CHECK-NEXT:  engine.copy on vector
// COLUMN:      grid [2, 2, 2] block [4, 12, 4] order column panel 4
// SWITCH:      grid [2, 2, 2] block [4, 12, 4] order switch 1 panel 4

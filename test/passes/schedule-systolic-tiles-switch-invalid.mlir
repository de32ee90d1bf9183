// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{order=switch switch=3}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{order=switch switch=-1}' 2>&1 | filecheck %s --check-prefix NEGATIVE

// A switch lies between none and all contraction steps: at most R * C cycles of the R x C blocks.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x48xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16)
  engine.end
}
// CHECK:    error: engine.matmul: switch after 3 contraction steps, legal are 0..2, those of its 2 x 2 x 2 blocks; choose one of them, or none for the closed form
// NEGATIVE: error: engine.matmul: switch after -1 contraction steps, legal are 0..2

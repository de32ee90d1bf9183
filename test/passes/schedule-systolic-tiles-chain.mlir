// RUN: accelc-opt %s -p 'schedule-systolic-tiles{search=on}' | filecheck %s
// RUN: accelc-opt %s -p 'schedule-systolic-tiles{order=switch}' | filecheck %s --check-prefix CLOSED
// RUN: accelc-opt %s -p 'schedule-systolic-tiles{order=switch switch=1}' | filecheck %s --check-prefix ONE

// Two products in a chain: the second reads what was evacuated of the first. Searched together they hide the delay.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x64xbf16>
  %x = engine.buffer "x" scratch sbuf<4x64xbf16>
  %y = engine.buffer "y" scratch sbuf<4x64xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %q = engine.buffer "q" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0, 16, 32, 48] m 16, %x at [0, 4, 8, 12] over (4):(1) n_block 4 rows [0:4, 0:4, 0:4, 0:4] into %p at 0 + (4, 64)
  engine.copy on vector %p[0:4, 0 + (4, 4):(4, 1)] into %y[0:4, 0 + (4, 4):(4, 1)]
  engine.matmul on tensor %w at [0, 16, 32, 48] m 16, %y at [0, 4, 8, 12] over (4):(1) n_block 4 rows [0:4, 0:4, 0:4, 0:4] into %q at 0 + (4, 64)
  engine.end
}
// ONE-COUNT-2: order switch 1 panel 4
// CHECK:      order switch 2 panel 4
// CHECK:      order switch 3 panel 4
// CLOSED:     order switch 2 panel 4
// CLOSED:     order switch 3 panel 4

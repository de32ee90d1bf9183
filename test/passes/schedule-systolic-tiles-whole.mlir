// RUN: accelc-opt %s -p schedule-systolic-tiles | filecheck %s

// Ops that cannot be cut, or that would be slower in parts, stay as they are.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x48xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %q = engine.buffer "q" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  engine.matmul on tensor %w at [0] m 4, %x at [0] over (32):(1) n_block 8 rows [0:4] into %p at 0 + (64, 16)
  engine.copy on vector %p[0:4, 0:8] into %y[0:4, 0:8]
  engine.copy on vector %q[0:4, 0 + (2, 8):(16, 1)] into %y[0:4, 0 + (2, 8):(8, 1)]
  engine.copy on vector %p[0:4, 0 + (4, 2):(16, 1)] into %y[0:4, 0 + (4, 2):(2, 1)]
  engine.copy on vector %p[0:4, 0 + (2, 8):(16, 1)] into %p[0:4, 8 + (2, 8):(16, 1)]
  engine.reduce on vector add %p[0:4, 0 + (2, 8):(16, 1)] axes 2 into %y[0:4, 0:1]
  engine.memset on vector 0.0 into %p[0:4, 0 + (2, 8):(16, 1)]
  engine.copy on scalar %p[0:4, 0 + (4, 6):(16, 1)] into %y[0:4, 0 + (3, 8):(16, 1)]
  engine.end
}
// CHECK:       tile.matmul
// One output block; no product at all.
// CHECK-NEXT:  engine.copy on vector %p[0:4, 0:8]
// CHECK-NEXT:  engine.copy on vector %q
// Two of four elements in each of the four blocks: parts of one block are shorter than the initiation interval of 4.
// CHECK-NEXT:  tile.copy on vector {{.*}} blocks 2
// The op would read what an earlier block of it wrote.
// CHECK-NEXT:  engine.copy on vector %p{{.*}} into %p
// Nothing is left to cut.
// CHECK-NEXT:  engine.reduce
// CHECK-NEXT:  engine.memset
// The blocks read do not end where those written end.
// CHECK-NEXT:  engine.copy on scalar

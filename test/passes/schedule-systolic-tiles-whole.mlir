// RUN: accelc-opt %s -p schedule-systolic-tiles | filecheck %s

// Ops that cannot be cut, or that would be slower in parts, stay as they are.
engine.program @main target "tiny" {
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  engine.copy on vector %p[0:4, 0 + (1, 16):(0, 1)] into %y[0:4, 0 + (1, 16):(0, 1)]
  engine.copy on vector %p[0:4, 0 + (8, 1):(1, 1)] into %y[0:4, 0 + (8, 1):(1, 1)]
  engine.copy on vector %p[0:4, 0 + (2, 8):(8, 1)] into %p[0:4, 8 + (2, 8):(8, 1)]
  engine.reduce on vector add %p[0:4, 0 + (2, 8):(8, 1)] axes 2 into %y[0:4, 0:1]
  engine.memset on vector 0.0 into %p[0:4, 0 + (2, 8):(8, 1)]
  engine.copy on scalar %p[0:4, 0 + (6, 8):(8, 1)] into %y[0:4, 0 + (3, 16):(16, 1)]
  engine.end
}
// One block; blocks of an element, which are shorter than the engine's initiation interval: four elements at least.
// CHECK:       engine.copy on vector %p[0:4, 0 + (1, 16)
// CHECK-NEXT:  tile.copy on vector {{.*}} blocks 2
// The op would read what an earlier block of it wrote.
// CHECK-NEXT:  engine.copy on vector %p[0:4, 0 + (2, 8):(8, 1)] into %p[0:4, 8
// Nothing is left to cut.
// CHECK-NEXT:  engine.reduce
// CHECK-NEXT:  engine.memset
// Patterns of different shapes are cut where both have a boundary.
// CHECK-NEXT:  tile.copy on scalar {{.*}} blocks 3

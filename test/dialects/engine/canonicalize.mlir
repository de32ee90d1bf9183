// RUN: accelc-opt %s -p canonicalize,cse,dce,canonicalize | filecheck %s

// Ops act through memory: none is dead, equal, or free to move, although nothing uses a result of theirs.
engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  %unused = engine.buffer "unused" input hbm<16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0:16]
  engine.memset on vector 0.0 into %x[0:4, 0:16]
  engine.delay on dma0 "slot" default 0 maximum 4
  tile.copy on vector %x[0:4, 0:8] into %x[0:4, 0:8] blocks 2
  engine.end
}
// CHECK:      %x = engine.buffer
// CHECK-NEXT: %unused = engine.buffer
// CHECK-NEXT: engine.memset
// CHECK-NEXT: engine.memset
// CHECK-NEXT: engine.delay
// CHECK-NEXT: tile.copy
// CHECK-NEXT: engine.end

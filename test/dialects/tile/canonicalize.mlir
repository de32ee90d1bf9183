// RUN: accelc-opt %s -p canonicalize,cse,dce,canonicalize | filecheck %s

// Blocks act through memory like the ops they stand for: none is dead, equal to another, or free to move.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x48xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) accumulate grid [2, 2, 2] block [4, 12, 4] order row
  tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16) accumulate grid [2, 2, 2] block [4, 12, 4] order row
  tile.tensor_scalar on vector %p[0:4, 0:16] mul 1.0 into %y[0:4, 0:16] blocks 2
  tile.tensor_tensor on vector %y[0:4, 0:16] add %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
  tile.tensor_tensor on vector %y[0:4, 0:16] add %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
  tile.copy on vector %y[0:4, 0:16] into %y[0:4, 0:16] blocks 2
  engine.end
}
// CHECK:      %y = engine.buffer
// CHECK-NEXT: tile.matmul
// CHECK-NEXT: tile.matmul
// CHECK-NEXT: tile.tensor_scalar
// CHECK-NEXT: tile.tensor_tensor
// CHECK-NEXT: tile.tensor_tensor
// CHECK-NEXT: tile.copy
// CHECK-NEXT: engine.end

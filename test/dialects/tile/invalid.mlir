// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// The grid covers every block exactly once.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 1, 1] block [4, 12, 4] order row
  engine.end
}
// CHECK: grid [2, 1, 1] does not cover the product; expected [2, 2, 1]

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2] block [4, 12, 4] order row
  engine.end
}
// CHECK: grid [2, 2] and block [4, 12, 4]: three sizes each expected, blocks positive

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 13, 4] order row
  engine.end
}
// CHECK: block [4, 13, 4] differs from n_block in its second size

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 3] order row
  engine.end
}
// CHECK: block [4, 12, 3] is smaller than the 4 rows of a step

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 4] order spiral
  engine.end
}
// CHECK: order 'spiral' is unknown; legal are row, column, alternate, diagonal, switch

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 4] order switch 2 panel 2
  engine.end
}
// CHECK: switch after 2 steps; legal are 0..1, the steps

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 4] order switch -1 panel 2
  engine.end
}
// CHECK: switch after -1 steps; legal are 0..1, the steps

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 4] order column 1 panel 2
  engine.end
}
// CHECK: switch after 1 steps in order 'column'; only order switch turns, leave them out

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 4] order column panel 0
  engine.end
}
// CHECK: panel of 0 outputs; at least 1 expected

// -----

// Output blocks lie in the buffer and do not overlap.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x48xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16) grid [2, 2, 1] block [4, 12, 4] order row
  engine.end
}
// CHECK: output blocks cover elements 0:60 of out, which has 48

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  tile.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 8) grid [2, 2, 1] block [4, 12, 4] order row
  engine.end
}
// CHECK: output blocks overlap: 12 elements at 0 reach the block at 8

// -----

// Blocks of elementwise ops are equal parts, each independent of the others.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  tile.copy on vector %y[0:4, 0:8] into %y[0:4, 0:8] blocks 3
  engine.end
}
// CHECK: blocks is 3; source_ap has outermost size 8, which it does not divide

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  tile.copy on vector %y[0:4, 0:8] into %y[0:4, 0:8] blocks 0
  engine.end
}
// CHECK: blocks is 0; at least 1 expected

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  tile.copy on vector %y[0:4, 0:8] into %y[0:4, 4:12] blocks 2
  engine.end
}
// CHECK: source_ap reads the buffer that is written, elsewhere: such an op cannot be cut in blocks

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  %z = engine.buffer "z" scratch sbuf<4x16xf32>
  tile.reduce on vector add %y[0:4, 0 + (2, 8):(8, 1)] axes 2 into %z[0:4, 0:1] blocks 2
  engine.end
}
// CHECK: blocks is 2; out_ap has outermost size 1, which it does not divide

// -----

// A transfer is cut at the same elements of both sides, into equal parts.
engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 2 along [0, 0]
  engine.end
}
// CHECK: along [0, 0]: 4 times 2 elements of the source are cut, 1 times 4 of the destination; equal ones expected

// -----

engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 5 along [1, 2]
  engine.end
}
// CHECK: blocks is 5, which does not divide the 12 elements along [1, 2]

// -----

engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 0 along [1, 2]
  engine.end
}
// CHECK: blocks is 0; at least 1 expected

// -----

engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 2 along [0, 3]
  engine.end
}
// CHECK: along [0, 3]: destination has dimensions 0..2

// -----

engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0 + (2, 12):(32, 1)] to %h[0 + (4, 2, 12):(12, 48, 1)] blocks 2 along [0]
  engine.end
}
// CHECK: along [0]: a dimension of the source and one of the destination expected

// -----

// Parts of a copy within a buffer could change what later ones read.
engine.program @main target "tiny" {
  %h = engine.buffer "h" output hbm<256xf32>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.dma_copy on dma0 %y[0:4, 0:24] to %y[0:4, 12:36] blocks 2 along [0, 0]
  engine.end
}
// CHECK: a copy within a buffer cannot be cut in blocks

// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// Products go from SBUF to PSUM.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  engine.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %y at 0 + (32, 16)
  engine.end
}
// CHECK: out is in sbuf; legal are psum

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: element types fp16, bf16 -> fp32 are not legal: operands have one type, and floats accumulate in fp32

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xi32>
  engine.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: element types bf16, bf16 -> int32 are not legal

// -----

// One entry per contraction step in each list.
engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x12xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0, 6] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: 1 step rows, 1 step partitions, 2 stationary and 1 moving offsets: expected one of each per step

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 25 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: n_block is 25; legal are 1..24, the outermost moving size

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [1] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: step 0 reads columns 1:7 of a stationary buffer with 6

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 6, %x at [1] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: step 0 reads elements 1:25 of a moving buffer with 24 per partition

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [2:5] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: step 0 reads partitions 2:5 of operands with 4

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 6, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 56 + (32, 16)
  engine.end
}
// CHECK: block (0, 0) of 12 elements at 56 ends beyond the 64 of out

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 0, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.end
}
// CHECK: m is 0; at least 1 expected

// -----

engine.program @main target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x6xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0] m 1000000000000, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (0, 0)
  engine.end
}
// CHECK: 24000000000000 results (m times all moving elements) for the 256 elements of out

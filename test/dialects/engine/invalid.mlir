// RUN: accelc-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// The body of a program is closed, and holds ops of a program only.
engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
}
// CHECK: Operation engine.buffer terminates block in single-block region but is not a terminator

// -----

"engine.program"() ({
^bb0:
}) {sym_name = "main", target = "tiny"} : () -> ()
// CHECK: Operation engine.program contains empty block in single-block region that expects at least a terminator

// -----

// All storage is declared: passes find the buffer behind every operand.
engine.program @main target "tiny" {
^bb0(%x: !engine.buf<array<i64: 4, 16>, f32, "sbuf">):
  engine.end
}
// CHECK: the body has arguments; data outside the program are buffers with a role

// -----

// Symbols bind buffers to data: each is used once.
engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  %y = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.end
}
// CHECK: two buffers have the symbol 'x'

// -----

// The runtime sets a delay by the name of its slot.
engine.program @main target "tiny" {
  engine.delay on dma0 "s" default 0 maximum 10
  engine.delay on dma1 "s" default 5 maximum 20
  engine.end
}
// CHECK: two delays have the slot 's'

// -----

// Nothing but buffers and lane ops.
engine.program @main target "tiny" {
  %x = arith.constant 1 : i32
  engine.end
}
// CHECK: arith.constant is not legal in a program: expected buffers, lane ops and engine.end

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" local sbuf<4x16xf32>
  engine.end
}
// CHECK: role 'local' is unknown; legal are input, output, weight, scratch

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch cache<4x16xf32>
  engine.end
}
// CHECK: space 'cache' is unknown; legal are hbm, sbuf, psum, wfifo

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf64>
  engine.end
}
// CHECK: element type f64 is not legal; legal are f32, bf16, f16, f8E4M3FN, f8E5M2, i8, ui8, i32

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch hbm<4x16xf32>
  engine.end
}
// CHECK: shape [4, 16] is not legal in hbm: 1 positive size expected

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" input sbuf<4x16xf32>
  engine.end
}
// CHECK: role input needs a buffer in hbm, not in sbuf

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch psum<4x16xbf16>
  engine.end
}
// CHECK: psum holds fp32 or int32, not bf16

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32> at -4
  engine.end
}
// CHECK: the address is negative

// -----

// A buffer is declared before it is used.
engine.program @main target "tiny" {
  engine.memset on vector 0.0 into %x[0:4, 0:16]
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.end
}
// CHECK: %x is no buffer declared before this op

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on tensor 0.0 into %x[0:4, 0:16]
  engine.end
}
// CHECK: lane 'tensor' does not execute engine.memset; legal are vector, scalar, gpsimd

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0:17]
  engine.end
}
// CHECK: out_ap visits elements 0:17 of a buffer with 16 per partition

// -----

// Negative strides count from the first element visited.
engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 2 + (4):(-1)]
  engine.end
}
// CHECK: out_ap visits elements -1:3 of a buffer with 16 per partition

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[2:5, 0:16]
  engine.end
}
// CHECK: out_ap visits partitions 2:5 of a buffer with 4

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0 + (2, 0):(8, 1)]
  engine.end
}
// CHECK: out_ap has sizes [2, 0]; every size is at least 1

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0 + (2, 8):(8)]
  engine.end
}
// CHECK: out_ap has 2 sizes, 1 strides and 2 partition bounds; expected as many sizes as strides

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0:16] waits (s >= 0)
  engine.end
}
// CHECK: waits for 0: semaphores start at 0, wait for 1

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0:16] signals (s at start)
  engine.end
}
// CHECK: signals at 'start'; legal are read, complete

// -----

// What the syntax shows is not repeated in the attribute dictionary.
engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.memset on vector 0.0 into %x[0:4, 0:16] {lane = "vector"}
  engine.end
}
// CHECK: attribute 'lane' is part of the syntax of engine.memset

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.delay on vector "slot" default 5 maximum 4
  engine.end
}
// CHECK: default 5 is outside 0..4, the maximum

// -----

// Only an input's memory may become that of an output.
engine.program @main target "tiny" {
  %x = engine.buffer "x" weight hbm<16xf32> {updated = "y"}
  engine.end
}
// CHECK: role weight cannot be updated: only an input's memory may become an output's

// -----

// The output in the memory of an input has a symbol of its own.
engine.program @main target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> {updated = "y"}
  %y = engine.buffer "y" output hbm<16xf32>
  engine.end
}
// CHECK: two buffers have the symbol 'y'

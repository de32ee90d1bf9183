// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// Buffers have a symbol, a role, a memory and, after assign-memory, an address.
engine.program @buffers target "tiny" {
  %x = engine.buffer "in0" input hbm<240xbf16> at 64
  %y = engine.buffer "an odd name" scratch sbuf<4x72xf8E4M3FN>
  %p = engine.buffer "acc" scratch psum<4x64xi32> at 0
  %w = engine.buffer "w" weight hbm<16xui8> {note = "kept"}
  engine.end
}
// CHECK:      engine.program @buffers target "tiny" {
// CHECK-NEXT:   %x = engine.buffer "in0" input hbm<240xbf16> at 64
// CHECK-NEXT:   %y = engine.buffer "an odd name" scratch sbuf<4x72xf8E4M3FN>
// CHECK-NEXT:   %p = engine.buffer "acc" scratch psum<4x64xi32> at 0
// CHECK-NEXT:   %w = engine.buffer "w" weight hbm<16xui8> {note = "kept"}
// CHECK-NEXT:   engine.end
// CHECK-NEXT: }

// -----

// Transfers by indices keep all four dimensions of both sides.
engine.program @indexed target "trn-like" {
  %x = engine.buffer "x" input hbm<96xf32>
  %i = engine.buffer "i" input hbm<8xi64>
  %y = engine.buffer "y" scratch hbm<96xf32>
  engine.dma_gather on dma0 %x[4 + (1, 2, 6, 4):(0, 24, 4, 1)] at %i[2:5] to %y[0 + (1, 2, 3, 4):(0, 12, 4, 1)]
  engine.dma_scatter on dma1 %y[0 + (1, 2, 3, 4):(0, 12, 4, 1)] max at %i[0:3] to %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)]
  engine.end
}
// CHECK:        engine.dma_gather on dma0 %x[4 + (1, 2, 6, 4):(0, 24, 4, 1)] at %i[2:5] to %y[0 + (1, 2, 3, 4):(0, 12, 4, 1)]
// CHECK-NEXT:   engine.dma_scatter on dma1 %y[0 + (1, 2, 3, 4):(0, 12, 4, 1)] max at %i[0:3] to %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)]

// -----

// Access patterns are ranges where they are contiguous, layouts elsewhere; HBM has no partitions.
engine.program @transfers target "tiny" {
  %x = engine.buffer "x" input hbm<96xf32>
  %y = engine.buffer "y" scratch sbuf<4x24xbf16>
  engine.dma_copy on dma0 %x[0:96] to %y[0:4, 0:24]
  engine.dma_copy on dma1 %x[7 + (4, 2, 3):(24, -3, 1)] to %y[0:1, 0:24]
  engine.dma_copy on dma0 %y[2:4, 23 + (3):(-1)] to %y[0:2, 4:7] waits (dma0.complete >= 1, s >= 2) signals (t at read, u at complete) {layer = 3 : i64}
  engine.delay on dma0 "layer3.weights" default 0 maximum 1000
  engine.delay on tensor "throttle.tensor" default 0 maximum 9 throttle {layer = 0 : i64}
  engine.end
}
// CHECK:        engine.dma_copy on dma0 %x[0:96] to %y[0:4, 0:24]
// CHECK-NEXT:   engine.dma_copy on dma1 %x[7 + (4, 2, 3):(24, -3, 1)] to %y[0:1, 0:24]
// CHECK-NEXT:   engine.dma_copy on dma0 %y[2:4, 23 + (3):(-1)] to %y[0:2, 4:7] waits (dma0.complete >= 1, s >= 2) signals (t at read, u at complete) {layer = 3 : i64}
// CHECK-NEXT:   engine.delay on dma0 "layer3.weights" default 0 maximum 1000
// CHECK-NEXT:   engine.delay on tensor "throttle.tensor" default 0 maximum 9 throttle {layer = 0 : i64}

// -----

// A matrix product lists its contraction steps.
engine.program @products target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x18xbf16>
  %x = engine.buffer "x" scratch sbuf<4x72xbf16>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  engine.matmul on tensor %w at [0, 6, 12] m 6, %x at [0, 24, 48] over (24):(1) n_block 12 rows [0:4, 0:4, 2:4] into %p at 0 + (32, 16)
  engine.matmul on tensor %w at [0] m 4, %x at [3] over (2, 5):(24, 2) n_block 1 rows [1:2] into %p at 16 + (0, 16) accumulate
  engine.end
}
// CHECK:        engine.matmul on tensor %w at [0, 6, 12] m 6, %x at [0, 24, 48] over (24):(1) n_block 12 rows [0:4, 0:4, 2:4] into %p at 0 + (32, 16)
// CHECK-NEXT:   engine.matmul on tensor %w at [0] m 4, %x at [3] over (2, 5):(24, 2) n_block 1 rows [1:2] into %p at 16 + (0, 16) accumulate

// -----

// Elementwise ops show the expression they compute; fp32 numbers keep their value.
engine.program @elementwise target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x16xf32>
  %p = engine.buffer "p" scratch psum<4x16xf32>
  engine.activate on scalar relu(1.0 * %p[0:4, 0:16] + -0.1) into %a[0:4, 0:16]
  engine.activate on scalar exp(0.333333343 * %p[0:4, 0:16] + %a[0:4, 3 + (16):(0)]) into %a[0:4, 0:16]
  engine.tensor_tensor on vector %a[0:4, 0:8] add %p[0:4, 8:16] into %a[0:4, 0:8]
  engine.tensor_scalar on vector %a[0:4, 0:8] mul 2.0 into %a[0:4, 8:16]
  engine.tensor_scalar on vector %a[0:4, 0:8] max -inf rsub 1.0e-30 into %a[0:4, 8:16]
  engine.scalar_tensor_tensor on vector (%a[0:4, 0:8] mul %a[0:4, 15:16]) sub %p[0:4, 0:8] into %a[0:4, 0:8]
  engine.copy on gpsimd %a[0:1, 0:8] into %a[3:4, 8:16]
  engine.memset on vector nan into %p[0:4, 0:16]
  engine.memset on vector 3 into %p[0:4, 0:16]
  engine.end
}
// CHECK:        engine.activate on scalar relu(1.0 * %p[0:4, 0:16] + -0.1) into %a[0:4, 0:16]
// CHECK-NEXT:   engine.activate on scalar exp(0.33333334 * %p[0:4, 0:16] + %a[0:4, 3 + (16):(0)]) into %a[0:4, 0:16]
// CHECK-NEXT:   engine.tensor_tensor on vector %a[0:4, 0:8] add %p[0:4, 8:16] into %a[0:4, 0:8]
// CHECK-NEXT:   engine.tensor_scalar on vector %a[0:4, 0:8] mul 2.0 into %a[0:4, 8:16]
// CHECK-NEXT:   engine.tensor_scalar on vector %a[0:4, 0:8] max -inf rsub 1.0e-30 into %a[0:4, 8:16]
// CHECK-NEXT:   engine.scalar_tensor_tensor on vector (%a[0:4, 0:8] mul %a[0:4, 15:16]) sub %p[0:4, 0:8] into %a[0:4, 0:8]
// CHECK-NEXT:   engine.copy on gpsimd %a[0:1, 0:8] into %a[3:4, 8:16]
// CHECK-NEXT:   engine.memset on vector nan into %p[0:4, 0:16]
// CHECK-NEXT:   engine.memset on vector 3.0 into %p[0:4, 0:16]

// -----

// A choice keeps what its result holds where the predicate is zero; integers have operations of their own.
engine.program @choice target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x16xf32>
  %p = engine.buffer "p" scratch sbuf<4x16xui8>
  %i = engine.buffer "i" scratch sbuf<4x16xi64>
  engine.tensor_scalar on vector %a[0:4, 0:8] not_equal 0.0 into %p[0:4, 0:8]
  engine.select on vector %a[0:4, 8:16] where %p[0:4, 0:8] into %a[0:4, 0:8]
  engine.tensor_scalar on gpsimd %i[0:4, 0:8] shl 32.0 sar 32.0 into %i[0:4, 8:16]
  engine.tensor_tensor on gpsimd %i[0:4, 0:8] mod %i[0:4, 8:16] into %i[0:4, 0:8]
  engine.end
}
// CHECK:        engine.tensor_scalar on vector %a[0:4, 0:8] not_equal 0.0 into %p[0:4, 0:8]
// CHECK-NEXT:   engine.select on vector %a[0:4, 8:16] where %p[0:4, 0:8] into %a[0:4, 0:8]
// CHECK-NEXT:   engine.tensor_scalar on gpsimd %i[0:4, 0:8] shl 32.0 sar 32.0 into %i[0:4, 8:16]
// CHECK-NEXT:   engine.tensor_tensor on gpsimd %i[0:4, 0:8] mod %i[0:4, 8:16] into %i[0:4, 0:8]

// -----

// Instructions of other packages have their name, one or two sources, and immediates; what is legal depends on them.
engine.program @others target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x16xf32>
  %p = engine.buffer "p" scratch psum<4x16xf32>
  engine.custom on vector clamp(%p[0:4, 0:8]) with [-1.5, inf] into %a[0:4, 0:8] waits (s >= 1)
  engine.custom on gpsimd xlogy(%a[0:4, 0 + (8):(0)], %p[0:4, 0 + (2, 4):(8, 1)]) into %a[0:4, 8:16] {layer = 1 : i64}
  engine.end
}
// CHECK:        engine.custom on vector clamp(%p[0:4, 0:8]) with [-1.5, inf] into %a[0:4, 0:8] waits (s >= 1)
// CHECK-NEXT:   engine.custom on gpsimd xlogy(%a[0:4, 0 + (8):(0)], %p[0:4, 0 + (2, 4):(8, 1)]) into %a[0:4, 8:16] {layer = 1 : i64}

// -----

// Reductions go along the innermost dimensions, or across the partitions.
engine.program @reductions target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x48xf32>
  engine.reduce on vector add %a[0:4, 0 + (8, 6):(6, 1)] axes 1 into %a[0:4, 0:8]
  engine.partition_reduce on gpsimd max %a[0:4, 0:8] into %a[1:2, 8:16]
  engine.end
}
// CHECK:        engine.reduce on vector add %a[0:4, 0 + (8, 6):(6, 1)] axes 1 into %a[0:4, 0:8]
// CHECK-NEXT:   engine.partition_reduce on gpsimd max %a[0:4, 0:8] into %a[1:2, 8:16]

// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// A DMA reaches HBM and SBUF; both sides visit as many elements.
engine.program @main target "tiny" {
  %p = engine.buffer "p" scratch psum<4x16xf32>
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.dma_copy on dma0 %p[0:4, 0:16] to %x[0:4, 0:16]
  engine.end
}
// CHECK: source is in psum; legal are hbm, sbuf

// -----

engine.program @main target "tiny" {
  %x = engine.buffer "x" scratch sbuf<4x16xf32>
  engine.dma_copy on dma0 %x[0:4, 0:16] to %x[0:4, 0:15]
  engine.end
}
// CHECK: reads 64 elements and writes 60

// -----

// Elementwise ops work on chip, on patterns of one size.
engine.program @main target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32>
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.copy on vector %x[0:16] into %y[0:1, 0:16]
  engine.end
}
// CHECK: source is in hbm; legal are sbuf, psum

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.copy on vector %y[0:2, 0:8] into %y[0:4, 0:4]
  engine.end
}
// CHECK: source_ap visits 2 partitions of 8 elements, out_ap 4 of 4

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.tensor_tensor on vector %y[0:4, 0:4] cross %y[0:4, 4:8] into %y[0:4, 8:12]
  engine.end
}
// CHECK: op 'cross' is unknown; legal are add, sub, mul, div, max, min, rsub, rdiv, equal, less

// -----

"engine.program"() ({
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.tensor_scalar"(%y, %y) {lane = "vector", op0 = "add", value0 = 1.0 : f32, op1 = "none", value1 = 2.0 : f32, source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 4 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  "engine.end"() : () -> ()
}) {sym_name = "main", target = "tiny"} : () -> ()
// CHECK: value1 is 2.0; without op1 it is 0.0

// -----

// Scalars of scalar_tensor_tensor are fp32 in SBUF, one a partition.
engine.program @main target "tiny" {
  %s = engine.buffer "s" scratch sbuf<4x16xbf16>
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.scalar_tensor_tensor on vector (%y[0:4, 0:4] mul %s[0:4, 0:1]) add %y[0:4, 4:8] into %y[0:4, 8:12]
  engine.end
}
// CHECK: scalar is bf16 in sbuf; fp32 in sbuf expected

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.scalar_tensor_tensor on vector (%y[0:4, 0:4] mul %y[0:2, 12:14]) add %y[0:4, 4:8] into %y[0:4, 8:12]
  engine.end
}
// CHECK: scalar_ap visits 2 elements of partitions 0:2; expected 1 of 0:4, those of lhs_ap

// -----

"engine.program"() ({
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.activate"(%y, %y, %y) {lane = "scalar", func = "relu", scale = 1.0 : f32, bias_value = 0.0 : f32, source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 4 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  "engine.end"() : () -> ()
}) {sym_name = "main", target = "tiny"} : () -> ()
// CHECK: a bias buffer needs a bias_ap

// -----

"engine.program"() ({
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.activate"(%y, %y, %y) {lane = "scalar", func = "relu", scale = 1.0 : f32, bias_value = 0.5 : f32, source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, bias_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 4 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  "engine.end"() : () -> ()
}) {sym_name = "main", target = "tiny"} : () -> ()
// CHECK: bias_value is 0.5; with a bias buffer it is 0.0

// -----

// Reductions.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.reduce on vector add %y[0:4, 0 + (2, 4):(4, 1)] axes 3 into %y[0:4, 8:9]
  engine.end
}
// CHECK: axes is 3; legal are 1..2, the dimensions of source_ap

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.reduce on vector add %y[0:4, 0 + (2, 4):(4, 1)] axes 1 into %y[0:4, 8:9]
  engine.end
}
// CHECK: out_ap visits 4 partitions of 1 elements; the source leaves 4 of 2

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.reduce on vector mean %y[0:4, 0:4] axes 1 into %y[0:4, 8:9]
  engine.end
}
// CHECK: op 'mean' is unknown; legal are add, max, min

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.partition_reduce on gpsimd add %y[0:4, 0:4] into %y[0:4, 8:12]
  engine.end
}
// CHECK: out_ap visits 4 partitions of 4 elements; expected 1 of 4

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.tensor_scalar on vector %y[0:4, 0:4] shl 1.0 into %y[0:4, 8:12]
  engine.end
}
// CHECK: 'shl' shifts integers, not fp32

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xi32>
  engine.tensor_scalar on vector %y[0:4, 0:4] shl 1.5 into %y[0:4, 8:12]
  engine.end
}
// CHECK: values [1.5, 0.0] beside a shift; whole numbers expected

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xi32>
  %x = engine.buffer "x" scratch sbuf<4x16xbf16>
  engine.tensor_tensor on vector %y[0:4, 0:4] sar %x[0:4, 0:4] into %y[0:4, 8:12]
  engine.end
}
// CHECK: 'sar' shifts integers, not bf16

// -----

engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.select on vector %y[0:4, 0:4] where %y[0:4, 4:6] into %y[0:4, 8:12]
  engine.end
}
// CHECK: predicate_ap visits 4 partitions of 2 elements, out_ap 4 of 4

// -----

// An instruction of another package has a name that the assembler can read.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.custom on vector "Clamp it"(%y[0:4, 0:4]) into %y[0:4, 8:12]
  engine.end
}
// CHECK: instruction 'Clamp it' is no name of one; expected at most 32 of a-z 0-9 _, the first a letter

// -----

// Its sources visit as many elements as its result.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.custom on vector clamp(%y[0:4, 0:4], %y[0:4, 0:3]) into %y[0:4, 8:12]
  engine.end
}
// CHECK: other_ap visits 4 partitions of 3 elements, out_ap 4 of 4

// -----

// A record has room for three immediates.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  engine.custom on vector clamp(%y[0:4, 0:4]) with [1.0, 2.0, 3.0, 4.0] into %y[0:4, 8:12]
  engine.end
}
// CHECK: 4 immediates; a record has room for 3

// -----

// A pattern of a second source is none without its buffer.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  "engine.custom"(%y, %y) {lane = "vector", instruction = "clamp", immediates = [], source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, other_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}
// CHECK: other_ap is there without the buffer 'other'

// -----

// A second source is visited by a pattern.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  "engine.custom"(%y, %y, %y) {lane = "vector", instruction = "clamp", immediates = [], source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}
// CHECK: a second source needs an other_ap

// -----

// A bias pattern is none without its buffer.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x16xf32>
  "engine.activate"(%y, %y) {lane = "scalar", func = "relu", scale = 1.0 : f32, bias_value = 0.0 : f32, source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, bias_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}
// CHECK: bias_ap is there without the buffer 'bias'

// -----

// Sides of an indexed transfer agree but for the indexed dimension.
engine.program @main target "trn-like" {
  %x = engine.buffer "x" input hbm<96xf32>
  %i = engine.buffer "i" input hbm<8xi64>
  engine.dma_gather on dma0 %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)] at %i[0:3] to %x[0 + (1, 3, 3, 4):(0, 12, 4, 1)]
  engine.end
}
// CHECK: source has sizes [1, 2, 6, 4], destination [1, 3, 3, 4]: all four but the third must agree

// -----

// There is one index for each element of the dense side's batch and indexed dimension.
engine.program @main target "trn-like" {
  %x = engine.buffer "x" input hbm<96xf32>
  %i = engine.buffer "i" input hbm<8xi64>
  engine.dma_gather on dma0 %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)] at %i[0:4] to %x[0 + (1, 2, 3, 4):(0, 12, 4, 1)]
  engine.end
}
// CHECK: index visits sizes [4], expected 3 neighbours

// -----

// Indices are integers, wide enough for an address.
engine.program @main target "trn-like" {
  %x = engine.buffer "x" input hbm<96xf32>
  engine.dma_gather on dma0 %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)] at %x[0:3] to %x[0 + (1, 2, 3, 4):(0, 12, 4, 1)]
  engine.end
}
// CHECK: index holds fp32; legal are int32, int64

// -----

// Elements are combined by what a DMA engine can do.
engine.program @main target "trn-like" {
  %x = engine.buffer "x" input hbm<96xf32>
  %i = engine.buffer "i" input hbm<8xi64>
  engine.dma_scatter on dma0 %x[0 + (1, 2, 3, 4):(0, 12, 4, 1)] div at %i[0:3] to %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)]
  engine.end
}
// CHECK: op 'div' is unknown; legal are none, add, mul, max, min

// -----

// Indices count through HBM.
engine.program @main target "trn-like" {
  %x = engine.buffer "x" scratch sbuf<1x96xf32>
  %i = engine.buffer "i" input hbm<8xi64>
  engine.dma_gather on dma0 %x[0:1, 0 + (1, 2, 6, 4):(0, 24, 4, 1)] at %i[0:3] to %x[0:1, 0 + (1, 2, 3, 4):(0, 12, 4, 1)]
  engine.end
}
// CHECK: source is in sbuf; legal are hbm

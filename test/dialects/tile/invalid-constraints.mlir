// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// The number of blocks is an integer.
// CHECK: "two" should be of base attribute integer
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "tile.copy"(%y, %y) {lane = "vector", blocks = "two", source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 8 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// It is there.
// CHECK: attribute 'blocks' expected in operation 'tile.copy'
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "tile.copy"(%y, %y) {lane = "vector", source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 8 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// A transfer in blocks says which dimensions are cut.
// CHECK: attribute 'along' expected in operation 'tile.dma_copy'
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  %z = "engine.buffer"() {symbol = "z", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "tile.dma_copy"(%y, %z) {lane = "dma0", blocks = 2 : i64, source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, destination_ap = #engine.ap<array<i64: 0, 4>, 8 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// An operand is a buffer.
// CHECK: operand 'source' at position 0 does not verify:
// CHECK-NEXT: i32 should be of base attribute engine.buf
engine.program @p target "tiny" {
  %x = "builtin.unrealized_conversion_cast"() : () -> i32
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.copy"(%x, %y) {lane = "vector", source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>} : (i32, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// The result of a declaration is a buffer.
// CHECK: result 'result' at position 0 does not verify:
// CHECK-NEXT: tensor<4xf32> should be of base attribute engine.buf
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> tensor<4xf32>
  engine.end
}

// -----

// An op has all its operands.
// CHECK: Expected 2 operands, but got 1
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.copy"(%y) {lane = "vector", source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// An attribute that is not optional is there.
// CHECK: attribute 'out_ap' expected in operation 'engine.memset'
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.memset"(%y) {lane = "vector", value = 0.0 : f32} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// An access pattern is one.
// CHECK: "all" should be of base attribute engine.ap
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.memset"(%y) {lane = "vector", value = 0.0 : f32, out_ap = "all"} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// Immediates are numbers.
// CHECK: "one" should be of base attribute float
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.custom"(%y, %y) {lane = "vector", instruction = "clamp", immediates = ["one"], source_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">, !engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// Waits are a list of waits.
// CHECK: expected ArrayAttr attribute, but got
engine.program @p target "tiny" {
  %y = "engine.buffer"() {symbol = "y", role = "scratch"} : () -> !engine.buf<array<i64: 4, 16>, f32, "sbuf">
  "engine.memset"(%y) {lane = "vector", value = 0.0 : f32, out_ap = #engine.ap<array<i64: 0, 4>, 0 : i64, array<i64: 4>, array<i64: 1>>, waits = 1 : i64} : (!engine.buf<array<i64: 4, 16>, f32, "sbuf">) -> ()
  engine.end
}

// -----

// A program has one body.
// CHECK: Expected 1 region, but got 0
"engine.program"() {sym_name = "p", target = "tiny"} : () -> ()

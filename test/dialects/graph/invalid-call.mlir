// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// A call names a function of the module.
graph.func @main(%x: tensor<4xf32>) {
  %y = graph.call @layer(%x) : (tensor<4xf32>) -> tensor<4xf32>
  graph.return
}
// CHECK: there is no graph.func @layer in the module

// -----

// Operands have the types of the function's arguments.
graph.func @layer(%x: tensor<5xf32>) {
  graph.return
}
graph.func @main(%x: tensor<4xf32>) {
  graph.call @layer(%x) : (tensor<4xf32>) -> ()
  graph.return
}
// CHECK: operands 0 has type tensor<4xf32>, expected tensor<5xf32>

// -----

// Results are as many as the function's.
graph.func @layer(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<4xf32>) {
  graph.call @layer(%x) : (tensor<4xf32>) -> ()
  graph.return
}
// CHECK: 0 results, expected 1

// -----

// Functions that call each other would never end.
graph.func @a() {
  graph.call @b() : () -> ()
  graph.return
}
graph.func @b() {
  graph.call @a() : () -> ()
  graph.return
}
// CHECK: graph.func @b calls itself: it would not end

// -----

// Only weights of the function can be replaced.
graph.func @layer() {
  %w = graph.weight "w" : tensor<4xf32>
  graph.return
}
graph.func @main() {
  graph.call @layer() {weights = {"v" = "w"}} : () -> ()
  graph.return
}
// CHECK: weights: graph.func @layer has no weight 'v'

// -----

// What takes a weight's place is a weight, by name.
graph.func @layer() {
  %w = graph.weight "w" : tensor<4xf32>
  graph.return
}
graph.func @main() {
  graph.call @layer() {weights = {"w" = 1 : i64}} : () -> ()
  graph.return
}
// CHECK: weights: 'w' must be given the name of a weight

// -----

// Chunks of what, and joined to what?
graph.func @rows(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<8xf32>) {
  %y = "graph.call"(%x) {callee = @rows, times = 2 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  graph.return
}
// CHECK: times, along and joining are given together or not at all

// -----

// Once is a call without times.
graph.func @rows(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<8xf32>) {
  %y = "graph.call"(%x) {callee = @rows, times = 1 : i64, along = array<i64: 0>, joining = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>
  graph.return
}
// CHECK: times 1: expected at least 2

// -----

// Every operand is chunked or whole.
graph.func @rows(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<8xf32>) {
  %y = "graph.call"(%x) {callee = @rows, times = 2 : i64, along = array<i64: 0, 0>, joining = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>
  graph.return
}
// CHECK: along [0, 0] has not one entry for each of 1

// -----

// Results have no whole.
graph.func @rows(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<8xf32>) {
  %y = "graph.call"(%x) {callee = @rows, times = 2 : i64, along = array<i64: 0>, joining = array<i64: -1>} : (tensor<8xf32>) -> tensor<8xf32>
  graph.return
}
// CHECK: joining: a tensor of rank 1 has no axis -1

// -----

// Chunks are equal.
graph.func @rows(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<8xf32>) {
  %y = "graph.call"(%x) {callee = @rows, times = 3 : i64, along = array<i64: 0>, joining = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>
  graph.return
}
// CHECK: along: 8 rows are not 3 equal chunks

// -----

// An execution sees a chunk.
graph.func @rows(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32>
}
graph.func @main(%x: tensor<8xf32>) {
  %y = "graph.call"(%x) {callee = @rows, times = 4 : i64, along = array<i64: 0>, joining = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>
  graph.return
}
// CHECK: operands 0 has type tensor<2xf32>, expected tensor<4xf32>

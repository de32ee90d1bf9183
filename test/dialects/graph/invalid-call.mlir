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

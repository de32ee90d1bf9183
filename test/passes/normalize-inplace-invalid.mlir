// RUN: accelc-opt %s -p normalize-inplace --split-input-file --verify-diagnostics | filecheck %s

// A view that repeats elements cannot be written: two different values would land in one cell.
graph.func @main(%v: !graph.var<tensor<4xf32>>, %x: tensor<2x4xf32>) {
  %b = graph.view_broadcast %v : !graph.var<tensor<4xf32>> -> !graph.var<tensor<2x4xf32>>
  graph.store_ %b, %x {loc_name = "n"} : !graph.var<tensor<2x4xf32>>, tensor<2x4xf32>
  graph.return
}
// CHECK: graph.store_ ('n') writes a view that repeats elements: several of its elements are one cell of storage

// -----

// Nor can a captured constant, also not through a view.
graph.func @main(%x: tensor<2xf32>) {
  %w = graph.weight "w" : tensor<2x2xf32>
  %v = graph.variable captured %w : tensor<2x2xf32> -> !graph.var<tensor<2x2xf32>>
  %t = graph.view_transpose %v perm [1, 0] : !graph.var<tensor<2x2xf32>> -> !graph.var<tensor<2x2xf32>>
  graph.apply_ "mul" %t, %x : !graph.var<tensor<2x2xf32>>, tensor<2xf32>
  graph.return
}
// CHECK: graph.apply_ writes a constant that the program captured; copy it to a variable of its own first

// -----

// An operation of another dialect that takes a variable cannot be rewritten.
graph.func @main(%v: !graph.var<tensor<2xf32>>) {
  "test.op"(%v) : (!graph.var<tensor<2xf32>>) -> ()
  graph.return
}
// CHECK: test.op takes a variable, which only the in-place operations of graph do; load it first

// -----

// A constant stays one inside a loop.
graph.func @main(%x: tensor<2xf32>) {
  %v = graph.variable captured %x : tensor<2xf32> -> !graph.var<tensor<2xf32>>
  graph.for 2 (%v) : (!graph.var<tensor<2xf32>>) -> () {
  ^bb0(%i: tensor<i64>, %a: !graph.var<tensor<2xf32>>):
    graph.apply_ "neg" %a {loc_name = "step"} : !graph.var<tensor<2xf32>>
    graph.yield
  }
  graph.return
}
// CHECK: graph.apply_ ('step') writes a constant that the program captured; copy it to a variable of its own first

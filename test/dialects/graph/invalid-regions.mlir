// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// A loop does not run fewer than zero times.
graph.func @f() {
  graph.for -1 () : () -> () {
  ^bb0(%i: tensor<i64>):
    graph.yield
  }
  graph.return
}
// CHECK: count -1: a loop has at least 0 iterations

// -----

// Every result of a loop is carried.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.for 2 () : () -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>):
    %c = graph.constant dense<0.0> : tensor<4xf32>
    graph.yield %c : tensor<4xf32>
  }
  graph.return
}
// CHECK: 1 results but 0 operands: each result is carried

// -----

// What is carried keeps its type.
graph.func @f(%x: tensor<4xf32>) {
  %0 = graph.for 2 (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<4xf32>):
    %c = graph.constant dense<0.0> : tensor<3xf32>
    graph.yield %c : tensor<3xf32>
  }
  graph.return
}
// CHECK: yielded values 0 has type tensor<3xf32>, expected tensor<4xf32>

// -----

// A variable is written, not carried.
graph.func @f(%v: !graph.var<tensor<4xf32>>) {
  %0 = graph.for 2 (%v) : (!graph.var<tensor<4xf32>>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %a: !graph.var<tensor<4xf32>>):
    %c = graph.constant dense<0.0> : tensor<4xf32>
    graph.yield %c : tensor<4xf32>
  }
  graph.return
}
// CHECK: carried operands 0 has type !graph.var<tensor<4xf32>>, expected tensor<4xf32>

// -----

// A loop's first argument is the iteration.
graph.func @f(%x: tensor<4xf32>) {
  graph.for 2 (%x) : (tensor<4xf32>) -> () {
  ^bb0(%a: tensor<4xf32>):
    graph.yield
  }
  graph.return
}
// CHECK: 1 block arguments, expected 2

// -----

// Both bodies of a branch have the same arguments.
graph.func @f(%c: tensor<i1>, %x: tensor<4xf32>) {
  graph.if %c (%x) : (tensor<i1>, tensor<4xf32>) -> () {
  ^bb0(%a: tensor<4xf32>):
    graph.yield
  } else {
    graph.yield
  }
  graph.return
}
// CHECK: 0 block arguments of the second body, expected 1

// -----

// Both bodies yield the results.
graph.func @f(%c: tensor<i1>, %x: tensor<4xf32>) {
  %0 = graph.if %c (%x) : (tensor<i1>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    graph.yield
  } else {
  ^bb1(%a: tensor<4xf32>):
    graph.yield %a : tensor<4xf32>
  }
  graph.return
}
// CHECK: 0 values of the first body, expected 1

// -----

// A condition is one truth value.
graph.func @f(%c: tensor<i64>) {
  graph.if %c () : (tensor<i64>) -> () {
    graph.yield
  } else {
    graph.yield
  }
  graph.return
}
// CHECK: Expected attribute tensor<i1> but got tensor<i64>

// -----

// A body that ends in something else is no body.
graph.func @f() {
  graph.for 2 () : () -> () {
  ^bb0(%i: tensor<i64>):
    graph.return
  }
  graph.return
}
// CHECK: the body of graph.for must end in graph.yield

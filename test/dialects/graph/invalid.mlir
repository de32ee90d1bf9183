// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// A function returns what its type says.
graph.func @f(%x: tensor<4xf32>) -> tensor<3xf32> {
  graph.return %x : tensor<4xf32>
}
// CHECK: returned values 0 has type tensor<4xf32>, expected tensor<3xf32>

// -----

// A function returns as many values as its type says.
graph.func @f(%x: tensor<4xf32>) {
  graph.return %x : tensor<4xf32>
}
// CHECK: 1 returned values, expected 0

// -----

// A body ends in its terminator.
graph.func @f(%x: tensor<4xf32>) {
  graph.yield %x : tensor<4xf32>
}
// CHECK: the body of graph.func @f must end in graph.return

// -----

// Every argument has a name, or none has.
graph.func @f(%x: tensor<4xf32>) attributes {input_names = ["a", "b"]} {
  graph.return
}
// CHECK: input_names has not one name for each of 1

// -----

// A mutated argument exists.
graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32> mutates [1]
}
// CHECK: mutates names argument 1 of 1

// -----

// A mutated argument has the type of its result.
graph.func @f(%x: tensor<4xf32>, %y: tensor<3xf32>) -> tensor<4xf32> {
  graph.return %x : tensor<4xf32> mutates [1]
}
// CHECK: mutated argument 1 has another type than its result

// -----

// A constant has the type of its value.
graph.func @f() {
  %0 = "graph.constant"() {value = dense<"0x0001"> : tensor<2xi8>} : () -> tensor<3xi8>
  graph.return
}
// CHECK: value has type tensor<2xi8>

// -----

// A partition is at a home that exists.
graph.func @f(%x: tensor<4xf32>) {
  graph.partition "gpu"() : () -> () {
    graph.yield
  }
  graph.return
}
// CHECK: home "gpu" is not one of accelerator, host, framework

// -----

// A partition's block takes its operands.
graph.func @f(%x: tensor<4xf32>) {
  graph.partition "host"(%x) : (tensor<4xf32>) -> () {
    graph.yield
  }
  graph.return
}
// CHECK: 0 block arguments, expected 1

// -----

// A partition is isolated: values from outside are its operands.
graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.partition "host"() : () -> tensor<4xf32> {
    graph.yield %x : tensor<4xf32>
  }
  graph.return %0 : tensor<4xf32>
}
// CHECK: Operation using value defined out of its IsolatedFromAbove parent: YieldOp(graph.yield %x : tensor<4xf32>)

// -----

// A framework call marks as many inputs present as it has.
graph.func @f(%x: tensor<4xf32>) {
  graph.call_framework "Magic"(%x) {domain = "", opset = 1 : i64, onnx_attributes = {}, present = array<i64: 1, 1>} : (tensor<4xf32>) -> ()
  graph.return
}
// CHECK: present [1, 1] marks 2 inputs, there are 1 operands

// -----

// Memory that is given up: one entry for each result.
graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %y : tensor<4xf32> into [0, 0]
}
// CHECK: into [0, 0] has not one entry for each of 1 values

// -----

// One argument holds one result.
graph.func @f(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %y = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %y, %y : tensor<4xf32>, tensor<4xf32> into [0, 0]
}
// CHECK: into [0, 0] repeats an argument

// -----

// It is the memory of an argument.
graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %y : tensor<4xf32> into [1]
}
// CHECK: into names argument 1 of 1

// -----

// It has the size of the result.
graph.func @f(%x: tensor<4xf32>, %z: tensor<2xf32>) -> tensor<4xf32> {
  %y = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %y : tensor<4xf32> into [1]
}
// CHECK: argument 1 of type tensor<2xf32> cannot hold a result of type tensor<4xf32>

// -----

// An argument that a partition hands on stays where it is.
graph.func @f(%x: tensor<4xf32>) {
  %0, %1 = graph.partition "accelerator" (%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: tensor<4xf32>):
    %y = graph.relu %a : tensor<4xf32> -> tensor<4xf32>
    graph.yield %y, %a : tensor<4xf32>, tensor<4xf32> into [0, -1]
  }
  graph.return
}
// CHECK: argument 0 is returned and cannot hold another result

// -----

// A value is used behind its definition.
graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %1 = graph.neg %0 : tensor<4xf32> -> tensor<4xf32>
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %1 : tensor<4xf32>
}
// CHECK: operand 0 of graph.neg is used before it is defined

// -----

// No value is made of itself, in a body of a partition either.
graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.partition "accelerator" (%x) : (tensor<4xf32>) -> (tensor<4xf32>) {
  ^bb0(%a: tensor<4xf32>):
    %y = graph.relu %y : tensor<4xf32> -> tensor<4xf32>
    graph.yield %y : tensor<4xf32>
  }
  graph.return %0 : tensor<4xf32>
}
// CHECK: operand 0 of graph.relu is used before it is defined

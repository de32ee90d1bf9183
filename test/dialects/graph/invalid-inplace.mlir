// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// A stored value fits the variable.
graph.func @f(%v: !graph.var<tensor<4xf32>>, %x: tensor<3xf32>) {
  graph.store_ %v, %x : !graph.var<tensor<4xf32>>, tensor<3xf32>
  graph.return
}
// CHECK: shapes 4, 3 do not broadcast

// -----

// A stored value does not enlarge the variable.
graph.func @f(%v: !graph.var<tensor<4xf32>>, %x: tensor<2x4xf32>) {
  graph.store_ %v, %x : !graph.var<tensor<4xf32>>, tensor<2x4xf32>
  graph.return
}
// CHECK: tensor<2x4xf32> does not broadcast to tensor<4xf32>

// -----

// A stored value does not change the element type.
graph.func @f(%v: !graph.var<tensor<4xf32>>, %x: tensor<4xf16>) {
  graph.store_ %v, %x : !graph.var<tensor<4xf32>>, tensor<4xf16>
  graph.return
}
// CHECK: tensor<4xf32> cannot hold elements of type f16

// -----

// An in-place operation is one that exists.
graph.func @f(%v: !graph.var<tensor<4xf32>>) {
  graph.apply_ "frob" %v : !graph.var<tensor<4xf32>>
  graph.return
}
// CHECK: function "frob" is no unary or binary operation

// -----

// An in-place binary operation has its second operand.
graph.func @f(%v: !graph.var<tensor<4xf32>>) {
  graph.apply_ "add" %v : !graph.var<tensor<4xf32>>
  graph.return
}
// CHECK: function "add" takes 1 further operands, got 0

// -----

// An in-place operation keeps the element type.
graph.func @f(%v: !graph.var<tensor<4xf32>>, %x: tensor<4xf32>) {
  graph.apply_ "less" %v, %x : !graph.var<tensor<4xf32>>, tensor<4xf32>
  graph.return
}
// CHECK: element types f32, f32 -> f32 are not legal

// -----

// A load gives the contents.
graph.func @f(%v: !graph.var<tensor<4xf32>>) {
  %0 = graph.load %v : !graph.var<tensor<4xf32>> -> tensor<5xf32>
  graph.return
}
// CHECK: contents have type tensor<4xf32>

// -----

// A view stays inside its source.
graph.func @f(%v: !graph.var<tensor<4xf32>>) {
  %0 = graph.view_slice %v starts [2] steps [1] : !graph.var<tensor<4xf32>> -> !graph.var<tensor<3xf32>>
  graph.return
}
// CHECK: axis 0: elements 2 to 4 step 1 leave the axis of size 4

// -----

// A view keeps the element type.
graph.func @f(%v: !graph.var<tensor<4xf32>>) {
  %0 = graph.view_reshape %v : !graph.var<tensor<4xf32>> -> !graph.var<tensor<4xi32>>
  graph.return
}
// CHECK: a view of f32 cannot have element type i32

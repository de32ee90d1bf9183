// RUN: accelc-opt %s -p normalize-inplace --split-input-file | filecheck %s

// A write through a view updates the storage; the written argument becomes a further result.
graph.func @main(%v: !graph.var<tensor<4xf32>>, %x: tensor<2xf32>) attributes {input_names = ["v", "x"], output_names = []} {
  %s = graph.view_slice %v starts [1] steps [1] : !graph.var<tensor<4xf32>> -> !graph.var<tensor<2xf32>>
  graph.apply_ "add" %s, %x {loc_name = "n"} : !graph.var<tensor<2xf32>>, tensor<2xf32>
  graph.return
}
// CHECK-LABEL: graph.func @main(%v: tensor<4xf32>, %x: tensor<2xf32>) -> tensor<4xf32> attributes {input_names = ["v", "x"], output_names = ["v (written)"]} {
// CHECK-NEXT:  [[S:%.+]] = graph.slice %v starts [1] steps [1] {loc_name = "n"} : tensor<4xf32> -> tensor<2xf32>
// CHECK-NEXT:  [[A:%.+]] = graph.add [[S]], %x {loc_name = "n"}
// CHECK-NEXT:  [[R:%.+]] = graph.insert_slice [[A]], %v starts [1] steps [1]
// CHECK-NEXT:  graph.return [[R]] : tensor<4xf32> mutates [0]

// -----

// A load before a write keeps the old value, an alias after it sees the new one; an unwritten argument is no result.
graph.func @main(%v: !graph.var<tensor<2x3xf32>>, %x: tensor<3x2xf32>) -> (tensor<2x3xf32>, tensor<6xf32>) {
  %i = graph.load %v : !graph.var<tensor<2x3xf32>> -> tensor<2x3xf32>
  %c = graph.variable %i : tensor<2x3xf32> -> !graph.var<tensor<2x3xf32>>
  %flat = graph.view_reshape %c : !graph.var<tensor<2x3xf32>> -> !graph.var<tensor<6xf32>>
  %t = graph.view_transpose %c perm [1, 0] : !graph.var<tensor<2x3xf32>> -> !graph.var<tensor<3x2xf32>>
  %old = graph.load %c : !graph.var<tensor<2x3xf32>> -> tensor<2x3xf32>
  graph.store_ %t, %x : !graph.var<tensor<3x2xf32>>, tensor<3x2xf32>
  %new = graph.load %flat : !graph.var<tensor<6xf32>> -> tensor<6xf32>
  graph.return %old, %new : tensor<2x3xf32>, tensor<6xf32>
}
// CHECK-LABEL: graph.func @main(%v: tensor<2x3xf32>, %x: tensor<3x2xf32>)
// CHECK-NEXT:  [[T:%.+]] = graph.transpose %x perm [1, 0]
// CHECK-NEXT:  [[F:%.+]] = graph.reshape [[T]]
// CHECK-NEXT:  graph.return %v, [[F]] : tensor<2x3xf32>, tensor<6xf32>{{$}}

// -----

// A scalar stored into a view is repeated first.
graph.func @main(%v: !graph.var<tensor<4xf32>>, %x: tensor<f32>) {
  %s = graph.view_slice %v starts [3] steps [-2] : !graph.var<tensor<4xf32>> -> !graph.var<tensor<2xf32>>
  graph.store_ %s, %x : !graph.var<tensor<2xf32>>, tensor<f32>
  graph.return
}
// CHECK-LABEL: graph.func @main(%v: tensor<4xf32>, %x: tensor<f32>)
// CHECK-NEXT:  [[B:%.+]] = graph.broadcast %x : tensor<f32> -> tensor<2xf32>
// CHECK-NEXT:  graph.insert_slice [[B]], %v starts [3] steps [-2]

// -----

// A pure program stays as it is.
graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}
// CHECK-LABEL: graph.func @main(%x: tensor<4xf32>)
// CHECK-NEXT:  [[R:%.+]] = graph.relu %x
// CHECK-NEXT:  graph.return [[R]]

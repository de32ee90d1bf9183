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

// -----

// A short loop is unrolled. Two aliases of one storage stay aliases in every iteration.
graph.func @main(%v: !graph.var<tensor<4xf32>>, %x: tensor<2xf32>) {
  %s = graph.view_slice %v starts [0] steps [1] : !graph.var<tensor<4xf32>> -> !graph.var<tensor<2xf32>>
  graph.for 2 (%s, %v, %x) : (!graph.var<tensor<2xf32>>, !graph.var<tensor<4xf32>>, tensor<2xf32>) -> () {
  ^bb0(%i: tensor<i64>, %a: !graph.var<tensor<2xf32>>, %b: !graph.var<tensor<4xf32>>, %y: tensor<2xf32>):
    graph.store_ %a, %y : !graph.var<tensor<2xf32>>, tensor<2xf32>
    graph.apply_ "neg" %b : !graph.var<tensor<4xf32>>
    graph.yield
  }
  graph.return
}
// CHECK-LABEL: graph.func @main(%v: tensor<4xf32>, %x: tensor<2xf32>) -> tensor<4xf32> {
// CHECK-NEXT:  [[A:%.+]] = graph.insert_slice %x, %v starts [0] steps [1]
// CHECK-NEXT:  [[B:%.+]] = graph.neg [[A]]
// CHECK-NEXT:  [[C:%.+]] = graph.insert_slice %x, [[B]] starts [0] steps [1]
// CHECK-NEXT:  [[D:%.+]] = graph.neg [[C]]
// CHECK-NEXT:  graph.return [[D]] : tensor<4xf32> mutates [0]

// -----

// A long loop stays: the storage it writes is carried through it, before what only is read.
graph.func @main(%v: !graph.var<tensor<4xf32>>, %u: !graph.var<tensor<4xf32>>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %r = graph.for 5000 (%x, %u, %v) : (tensor<4xf32>, !graph.var<tensor<4xf32>>, !graph.var<tensor<4xf32>>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %c: tensor<4xf32>, %p: !graph.var<tensor<4xf32>>, %q: !graph.var<tensor<4xf32>>):
    %l = graph.load %p : !graph.var<tensor<4xf32>> -> tensor<4xf32>
    graph.apply_ "add" %q, %l : !graph.var<tensor<4xf32>>, tensor<4xf32>
    graph.yield %c : tensor<4xf32>
  }
  graph.return %r : tensor<4xf32>
}
// CHECK-LABEL: graph.func @main(%v: tensor<4xf32>, %u: tensor<4xf32>, %x: tensor<4xf32>)
// CHECK-NEXT:  [[R:%.+]], [[V:%.+]] = graph.for 5000(%x, %v, %u) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
// CHECK-NEXT:  ^{{.*}}(%i: tensor<i64>, %c: tensor<4xf32>, [[Q:%.+]]: tensor<4xf32>, [[P:%.+]]: tensor<4xf32>):
// CHECK-NEXT:    [[N:%.+]] = graph.add [[Q]], [[P]]
// CHECK-NEXT:    graph.yield %c, [[N]]
// CHECK:       graph.return [[R]], [[V]] : tensor<4xf32>, tensor<4xf32> mutates [0]

// -----

// A branch yields every storage that either body writes; the other body yields what it was given.
graph.func @main(%v: !graph.var<tensor<2xf32>>, %c: tensor<i1>) {
  graph.if %c (%v) : (tensor<i1>, !graph.var<tensor<2xf32>>) -> () {
  ^bb0(%a: !graph.var<tensor<2xf32>>):
    graph.apply_ "neg" %a : !graph.var<tensor<2xf32>>
    graph.yield
  } else {
  ^bb1(%b: !graph.var<tensor<2xf32>>):
    graph.yield
  }
  graph.return
}
// CHECK-LABEL: graph.func @main(%v: tensor<2xf32>, %c: tensor<i1>) -> tensor<2xf32> {
// CHECK-NEXT:  [[R:%.+]] = graph.if %c(%v) : (tensor<i1>, tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT:  ^{{.*}}([[A:%.+]]: tensor<2xf32>):
// CHECK-NEXT:    [[N:%.+]] = graph.neg [[A]]
// CHECK-NEXT:    graph.yield [[N]]
// CHECK-NEXT:  } else {
// CHECK-NEXT:  ^{{.*}}([[B:%.+]]: tensor<2xf32>):
// CHECK-NEXT:    graph.yield [[B]]
// CHECK:       graph.return [[R]] : tensor<2xf32> mutates [0]

// -----

// A branch whose condition follows from the iteration becomes the body taken.
graph.func @main(%v: !graph.var<tensor<2xf32>>) {
  graph.for 2 (%v) : (!graph.var<tensor<2xf32>>) -> () {
  ^bb0(%i: tensor<i64>, %a: !graph.var<tensor<2xf32>>):
    %one = graph.constant dense<1> : tensor<i64>
    %c = graph.less %i, %one : (tensor<i64>, tensor<i64>) -> tensor<i1>
    graph.if %c (%a) : (tensor<i1>, !graph.var<tensor<2xf32>>) -> () {
    ^bb1(%b: !graph.var<tensor<2xf32>>):
      graph.apply_ "neg" %b : !graph.var<tensor<2xf32>>
      graph.yield
    } else {
    ^bb2(%b: !graph.var<tensor<2xf32>>):
      graph.apply_ "relu" %b : !graph.var<tensor<2xf32>>
      graph.yield
    }
    graph.yield
  }
  graph.return
}
// CHECK-LABEL: graph.func @main(%v: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NOT:   graph.if
// CHECK:       [[N:%.+]] = graph.neg %v
// CHECK:       [[R:%.+]] = graph.relu [[N]]
// CHECK-NEXT:  graph.return [[R]]

// -----

// A slice of everything is the value itself; written back to front, nothing of the old value is left either.
graph.func @main(%v: !graph.var<tensor<2x3xf32>>, %x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = graph.view_slice %v starts [0, 0] steps [1, 1] : !graph.var<tensor<2x3xf32>> -> !graph.var<tensor<2x3xf32>>
  %b = graph.view_slice %s starts [0, 2] steps [1, -1] : !graph.var<tensor<2x3xf32>> -> !graph.var<tensor<2x3xf32>>
  graph.store_ %b, %x : !graph.var<tensor<2x3xf32>>, tensor<2x3xf32>
  %y = graph.load %s : !graph.var<tensor<2x3xf32>> -> tensor<2x3xf32>
  graph.return %y : tensor<2x3xf32>
}
// CHECK-LABEL: graph.func @main
// CHECK-NEXT:  [[Y:%.+]] = graph.slice %x starts [0, 2] steps [1, -1]
// CHECK-NEXT:  graph.return [[Y]], [[Y]] : tensor<2x3xf32>, tensor<2x3xf32> mutates [0]

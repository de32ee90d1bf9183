// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// Variables, views and writes.
graph.func @inplace(%a: !graph.var<tensor<8xf32>>, %x: tensor<2x4xf32>) {
  %v = graph.variable %x : tensor<2x4xf32> -> !graph.var<tensor<2x4xf32>>
  %k = graph.variable captured %x : tensor<2x4xf32> -> !graph.var<tensor<2x4xf32>>
  %l = graph.load %v : !graph.var<tensor<2x4xf32>> -> tensor<2x4xf32>
  graph.store_ %v, %l : !graph.var<tensor<2x4xf32>>, tensor<2x4xf32>
  graph.apply_ "relu" %v : !graph.var<tensor<2x4xf32>>
  graph.apply_ "add" %v, %l : !graph.var<tensor<2x4xf32>>, tensor<2x4xf32>
  %s = graph.view_slice %a starts [7] steps [-2] : !graph.var<tensor<8xf32>> -> !graph.var<tensor<3xf32>>
  %t = graph.view_transpose %v perm [1, 0] : !graph.var<tensor<2x4xf32>> -> !graph.var<tensor<4x2xf32>>
  %r = graph.view_reshape %v : !graph.var<tensor<2x4xf32>> -> !graph.var<tensor<8xf32>>
  %b = graph.view_broadcast %a : !graph.var<tensor<8xf32>> -> !graph.var<tensor<2x8xf32>>
  graph.return
}
// CHECK-LABEL: graph.func @inplace(
// CHECK-NEXT: {{.*}} = graph.variable {{%.+}} : tensor<2x4xf32> -> !graph.var<tensor<2x4xf32>>{{$}}
// CHECK-NEXT: {{.*}} = graph.variable captured {{%.+}} : tensor<2x4xf32> -> !graph.var<tensor<2x4xf32>>{{$}}
// CHECK-NEXT: {{.*}} = graph.load {{%.+}} : !graph.var<tensor<2x4xf32>> -> tensor<2x4xf32>{{$}}
// CHECK-NEXT: graph.store_ {{%.+}}, {{%.+}} : !graph.var<tensor<2x4xf32>>, tensor<2x4xf32>{{$}}
// CHECK-NEXT: graph.apply_ "relu" {{%.+}} : !graph.var<tensor<2x4xf32>>{{$}}
// CHECK-NEXT: graph.apply_ "add" {{%.+}}, {{%.+}} : !graph.var<tensor<2x4xf32>>, tensor<2x4xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.view_slice {{%.+}} starts [7] steps [-2] : !graph.var<tensor<8xf32>> -> !graph.var<tensor<3xf32>>{{$}}
// CHECK-NEXT: {{.*}} = graph.view_transpose {{%.+}} perm [1, 0] : !graph.var<tensor<2x4xf32>> -> !graph.var<tensor<4x2xf32>>{{$}}
// CHECK-NEXT: {{.*}} = graph.view_reshape {{%.+}} : !graph.var<tensor<2x4xf32>> -> !graph.var<tensor<8xf32>>{{$}}
// CHECK-NEXT: {{.*}} = graph.view_broadcast {{%.+}} : !graph.var<tensor<8xf32>> -> !graph.var<tensor<2x8xf32>>{{$}}

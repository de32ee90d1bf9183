// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// Every operation that moves elements.
graph.func @movement(%x: tensor<4x6xf32>, %i: tensor<2x2xi64>, %s: tensor<4x2xf32>, %j: tensor<4x3xi32>) {
  %0 = graph.reshape %x : tensor<4x6xf32> -> tensor<3x8xf32>
  %1 = graph.transpose %x perm [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
  %2 = graph.slice %x starts [3, 0] steps [-1, 2] : tensor<4x6xf32> -> tensor<4x3xf32>
  %3 = graph.insert_slice %s, %x starts [0, 2] steps [1, 1] : (tensor<4x2xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %4 = graph.concat %x, %s axis 1 : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
  %5 = graph.pad %x low [0, 1] high [0, 2] interior [1, 0] value -1.500000e+00 : tensor<4x6xf32> -> tensor<7x9xf32>
  %6 = graph.broadcast %s : tensor<4x2xf32> -> tensor<3x4x2xf32>
  %7 = graph.gather %x, %i axis 0 : (tensor<4x6xf32>, tensor<2x2xi64>) -> tensor<2x2x6xf32>
  %8 = graph.gather %x, %j axis 1 batch 1 : (tensor<4x6xf32>, tensor<4x3xi32>) -> tensor<4x3xf32>
  %9 = graph.scatter "add" %x, %j, %8 axis 1 batch 1 : (tensor<4x6xf32>, tensor<4x3xi32>, tensor<4x3xf32>) -> tensor<4x6xf32>
  %10 = graph.scatter "none" %x, %i, %7 axis 0 : (tensor<4x6xf32>, tensor<2x2xi64>, tensor<2x2x6xf32>) -> tensor<4x6xf32>
  graph.return
}
// CHECK-LABEL: graph.func @movement(
// CHECK-NEXT: {{.*}} = graph.reshape {{%.+}} : tensor<4x6xf32> -> tensor<3x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.transpose {{%.+}} perm [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.slice {{%.+}} starts [3, 0] steps [-1, 2] : tensor<4x6xf32> -> tensor<4x3xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.insert_slice {{%.+}}, {{%.+}} starts [0, 2] steps [1, 1] : (tensor<4x2xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.concat {{%.+}}, {{%.+}} axis 1 : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.pad {{%.+}} low [0, 1] high [0, 2] interior [1, 0] value -1.500000e+00 : tensor<4x6xf32> -> tensor<7x9xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.broadcast {{%.+}} : tensor<4x2xf32> -> tensor<3x4x2xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.gather {{%.+}}, {{%.+}} axis 0 : (tensor<4x6xf32>, tensor<2x2xi64>) -> tensor<2x2x6xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.gather {{%.+}}, {{%.+}} axis 1 batch 1 : (tensor<4x6xf32>, tensor<4x3xi32>) -> tensor<4x3xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.scatter "add" {{%.+}}, {{%.+}}, {{%.+}} axis 1 batch 1 : (tensor<4x6xf32>, tensor<4x3xi32>, tensor<4x3xf32>) -> tensor<4x6xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.scatter "none" {{%.+}}, {{%.+}}, {{%.+}} axis 0 : (tensor<4x6xf32>, tensor<2x2xi64>, tensor<2x2x6xf32>) -> tensor<4x6xf32>{{$}}

// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// A loop carries a tensor and takes a variable; a branch yields from either body.
graph.func @regions(%x: tensor<4xf32>, %v: !graph.var<tensor<4xf32>>, %c: tensor<i1>) {
  %0 = graph.for 3 (%x, %v) : (tensor<4xf32>, !graph.var<tensor<4xf32>>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<4xf32>, %w: !graph.var<tensor<4xf32>>):
    graph.apply_ "add" %w, %a : !graph.var<tensor<4xf32>>, tensor<4xf32>
    graph.yield %a : tensor<4xf32>
  }
  %1 = graph.if %c (%x) : (tensor<i1>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    graph.yield %a : tensor<4xf32>
  } else {
  ^bb1(%b: tensor<4xf32>):
    graph.yield %b : tensor<4xf32>
  }
  graph.return
}
// CHECK-LABEL: graph.func @regions(
// CHECK-NEXT: {{.*}} = graph.for 3(%x, %v) : (tensor<4xf32>, !graph.var<tensor<4xf32>>) -> tensor<4xf32> {
// CHECK-NEXT: ^{{.*}}(%i: tensor<i64>, %a: tensor<4xf32>, %w: !graph.var<tensor<4xf32>>):
// CHECK:      {{.*}} = graph.if %c(%x) : (tensor<i1>, tensor<4xf32>) -> tensor<4xf32> {
// CHECK:      } else {
// CHECK-NEXT: ^{{.*}}({{%.+}}: tensor<4xf32>):

// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// Every unary operation.
graph.func @unary(%x: tensor<4x8xf32>, %p: tensor<4xi1>) {
  %0 = graph.relu %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %1 = graph.exp %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %2 = graph.log %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %3 = graph.sqrt %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %4 = graph.rsqrt %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %5 = graph.reciprocal %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %6 = graph.tanh %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %7 = graph.sigmoid %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %8 = graph.erf %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %9 = graph.gelu %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %10 = graph.silu %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %11 = graph.abs %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %12 = graph.neg %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %13 = graph.square %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %14 = graph.sign %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %15 = graph.floor %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %16 = graph.ceil %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %17 = graph.round %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %18 = graph.sin %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %19 = graph.cos %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %at = graph.atan %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %20 = graph.softplus %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %21 = graph.identity %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %n = graph.not %p : tensor<4xi1> -> tensor<4xi1>
  %m = graph.isnan %x : tensor<4x8xf32> -> tensor<4x8xi1>
  %w = graph.relu %x {loc_name = "node", layer = 3 : i64} : tensor<4x8xf32> -> tensor<4x8xbf16>
  graph.return
}
// CHECK-LABEL: graph.func @unary(
// CHECK-NEXT: {{.*}} = graph.relu {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.exp {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.log {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.sqrt {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.rsqrt {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.reciprocal {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.tanh {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.sigmoid {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.erf {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.gelu {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.silu {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.abs {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.neg {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.square {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.sign {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.floor {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.ceil {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.round {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.sin {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.cos {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.atan {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.softplus {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.identity {{%.+}} : tensor<4x8xf32> -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.not {{%.+}} : tensor<4xi1> -> tensor<4xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.isnan {{%.+}} : tensor<4x8xf32> -> tensor<4x8xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.relu {{%.+}} {loc_name = "node", layer = 3 : i64} : tensor<4x8xf32> -> tensor<4x8xbf16>{{$}}

// -----

// Every binary operation; shapes broadcast, widths may differ, comparisons give i1.
graph.func @binary(%x: tensor<4x8xf32>, %y: tensor<8xbf16>, %i: tensor<2x1xi32>, %j: tensor<3xi32>, %p: tensor<4x1xi1>) {
  %0 = graph.add %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %1 = graph.sub %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %2 = graph.mul %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %3 = graph.div %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %4 = graph.max %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %5 = graph.min %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %6 = graph.pow %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %7 = graph.mod %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  %c0 = graph.equal %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>
  %c1 = graph.less %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>
  %c2 = graph.greater %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>
  %c3 = graph.less_equal %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>
  %c4 = graph.greater_equal %x, %y : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>
  %b0 = graph.and %i, %j : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %b1 = graph.or %i, %j : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %b2 = graph.xor %i, %j : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %b3 = graph.add %i, %j : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %b4 = graph.shl %i, %j : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %b5 = graph.shr %i, %j : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %s = graph.select %p, %x, %x : (tensor<4x1xi1>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %t = graph.cast %x : tensor<4x8xf32> -> tensor<4x8xi8>
  %u = graph.cast %x {saturate} : tensor<4x8xf32> -> tensor<4x8xf8E5M2>
  graph.return
}
// CHECK-LABEL: graph.func @binary(
// CHECK-NEXT: {{.*}} = graph.add {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.sub {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.mul {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.div {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.max {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.min {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.pow {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.mod {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.equal {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.less {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.greater {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.less_equal {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.greater_equal {{%.+}}, {{%.+}} : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xi1>{{$}}
// CHECK-NEXT: {{.*}} = graph.and {{%.+}}, {{%.+}} : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>{{$}}
// CHECK-NEXT: {{.*}} = graph.or {{%.+}}, {{%.+}} : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>{{$}}
// CHECK-NEXT: {{.*}} = graph.xor {{%.+}}, {{%.+}} : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>{{$}}
// CHECK-NEXT: {{.*}} = graph.add {{%.+}}, {{%.+}} : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>{{$}}
// CHECK-NEXT: {{.*}} = graph.shl {{%.+}}, {{%.+}} : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>{{$}}
// CHECK-NEXT: {{.*}} = graph.shr {{%.+}}, {{%.+}} : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>{{$}}
// CHECK-NEXT: {{.*}} = graph.select {{%.+}}, {{%.+}}, {{%.+}} : (tensor<4x1xi1>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.cast {{%.+}} : tensor<4x8xf32> -> tensor<4x8xi8>{{$}}
// CHECK-NEXT: {{.*}} = graph.cast {{%.+}} {saturate} : tensor<4x8xf32> -> tensor<4x8xf8E5M2>{{$}}

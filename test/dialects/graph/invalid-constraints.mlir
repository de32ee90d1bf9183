// RUN: accelc-opt %s --split-input-file --verify-diagnostics | filecheck %s

// Operands are tensors.
// CHECK: operand 'x' at position 0 does not verify:
// CHECK-NEXT: f32 should be of base attribute tensor
%x = "builtin.unrealized_conversion_cast"() : () -> f32
%y = "graph.relu"(%x) : (f32) -> tensor<4xf32>

// -----

// All operands of a group are.
// CHECK: operand 'inputs' at positions 0 to 1 does not verify:
// CHECK-NEXT: vector<4xf32> should be of base attribute tensor
%a, %b = "builtin.unrealized_conversion_cast"() : () -> (tensor<4xf32>, vector<4xf32>)
%y = "graph.concat"(%a, %b) {axis = 0 : i64} : (tensor<4xf32>, vector<4xf32>) -> tensor<8xf32>

// -----

// An operation has all its results.
// CHECK: Expected 1 result, but got 2
%x = "builtin.unrealized_conversion_cast"() : () -> tensor<4xf32>
%y, %z = "graph.relu"(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)

// -----

// A branch is taken on a truth value.
// CHECK: operand 'condition' at position 0 does not verify:
// CHECK-NEXT: Expected attribute tensor<i1> but got tensor<i64>
%c = "builtin.unrealized_conversion_cast"() : () -> tensor<i64>
"graph.if"(%c) ({
  "graph.yield"() : () -> ()
}, {
  "graph.yield"() : () -> ()
}) : (tensor<i64>) -> ()

// -----

// A body is one block.
// CHECK: Region 'body' at position 0 expected a single block, but got 2 blocks
"graph.for"() ({
^bb0(%i : tensor<i64>):
  "graph.yield"() : () -> ()
^bb1:
  "graph.yield"() : () -> ()
}) {count = 1 : i64} : () -> ()

// -----

// A kind is a string.
// CHECK: 1 : i64 should be of base attribute string
%x = "builtin.unrealized_conversion_cast"() : () -> tensor<4xf32>
%y = "graph.reduce"(%x) {kind = 1 : i64, axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>

// -----

// The axis is a 64-bit integer.
// CHECK: Expected attribute i64 but got i32
%x = "builtin.unrealized_conversion_cast"() : () -> tensor<4xf32>
%y = "graph.softmax"(%x) {axis = 0 : i32} : (tensor<4xf32>) -> tensor<4xf32>

// -----

// A variable stores a tensor.
// CHECK: operand 'var' at position 0 does not verify:
// CHECK-NEXT: tensor<4xf32> should be of base attribute graph.var
%x = "builtin.unrealized_conversion_cast"() : () -> tensor<4xf32>
%y = "graph.load"(%x) : (tensor<4xf32>) -> tensor<4xf32>

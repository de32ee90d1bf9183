// RUN: accelc-opt %s -p convert-tosa-to-graph --split-input-file --verify-diagnostics | filecheck %s

// Operations of another runtime have no meaning.
// CHECK: tosa.custom: an operation of another runtime; replace it in the source program
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tosa.custom %x {domain_name = "d", implementation_attrs = "", operator_name = "o"} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Shapes are constants, although they are operands.
// CHECK: tosa.tile: multiples (operand 1) is not known when compiling; supported are constants
func.func @main(%x: tensor<4xf32>, %m: tensor<1xi64>) -> tensor<8xf32> {
  %0 = tosa.tile %x, %m : (tensor<4xf32>, tensor<1xi64>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// Tables that interpolate are not supported.
// CHECK: tosa.table: of int16; supported are tables of 256 entries for int8
func.func @main(%x: tensor<4xi16>, %t: tensor<513xi16>) -> tensor<4xi32> {
  %0 = tosa.table %x, %t : (tensor<4xi16>, tensor<513xi16>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

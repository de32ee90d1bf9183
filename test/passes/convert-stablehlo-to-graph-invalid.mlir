// RUN: accelc-opt %s -p convert-stablehlo-to-graph --split-input-file --verify-diagnostics | filecheck %s

// A function of another runtime is named.
// CHECK: stablehlo.custom_call: calls 'cublas_gemm', a function of another runtime; replace it in the source program
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.custom_call @cublas_gemm(%x) {backend_config = ""} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// How often a loop runs must not depend on its data.
// CHECK: stablehlo.while: the number of iterations is not known when compiling
func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.while(%a = %x) : tensor<f32>
  cond {
    %limit = stablehlo.constant dense<10.0> : tensor<f32>
    %1 = stablehlo.compare LT, %a, %limit, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %1 = stablehlo.multiply %a, %a : tensor<f32>
    stablehlo.return %1 : tensor<f32>
  }
  return %0 : tensor<f32>
}

// -----

// There is no source of random numbers.
// CHECK: stablehlo.rng_bit_generator: there are no random numbers on the machine; make them before, as inputs
func.func @main(%s: tensor<2xui64>) -> tensor<2xui64> {
  %0, %1 = "stablehlo.rng_bit_generator"(%s) <{rng_algorithm = #stablehlo<rng_algorithm DEFAULT>}> : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4xui32>)
  return %0 : tensor<2xui64>
}

// -----

// Axes that are summed have one size.
// CHECK: stablehlo.dot_general: contracting axes 1 and 0 have sizes 3 and 4
func.func @main(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) -> tensor<2x5xf32> {
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return %0 : tensor<2x5xf32>
}

// -----

// The declared type is checked against what the attributes say.
// CHECK: stablehlo.slice: gives float32[2] by its operands and attributes, but its type is tensor<3xf32>
func.func @main(%x: tensor<4xf32>) -> tensor<3xf32> {
  %0 = stablehlo.slice %x [0:2] : (tensor<4xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// Sizes are static.
// CHECK: func.func: tensor<?xf32> has a dynamic size; supported are static ones
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// Recursion does not end when it is inlined.
// CHECK: func.call: '@main' calls itself
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @main(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Another dialect has another pass.
// CHECK: tosa.abs: is of the dialect 'tosa'; converted here are arith, chlo, func, math, sdy, stablehlo
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tosa.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A difference is no reduction.
// CHECK: stablehlo.reduce: its body is no function that is known
func.func @main(%x: tensor<4xf32>, %i: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.reduce(%x init: %i) across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
   reducer(%a: tensor<f32>, %b: tensor<f32>)  {
    %1 = stablehlo.subtract %a, %b : tensor<f32>
    stablehlo.return %1 : tensor<f32>
  }
  return %0 : tensor<f32>
}

graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> attributes {input_names = ["x"], output_names = ["y"]} {
  %0 = sketch.clamp %x from -1.5 to 2.0 {loc_name = "limit"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  graph.return %0 : tensor<4x8xf32>
}

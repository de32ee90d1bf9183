graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x16xf32> attributes {input_names = ["x"], output_names = ["y"]} {
  %w = graph.weight "w" : tensor<8x16xf32>
  %b = graph.weight "b" : tensor<16xf32>
  %0 = sketch.dense %x, %w, %b : (tensor<4x8xf32>, tensor<8x16xf32>, tensor<16xf32>) -> tensor<4x16xf32>
  %1 = sketch.clip %0 : (tensor<4x16xf32>) -> tensor<4x16xf32>
  graph.return %1 : tensor<4x16xf32>
}

// RUN: accelc-opt %s --split-input-file | accelc-opt --split-input-file | filecheck %s
// RUN: accelc-opt %s --split-input-file --print-op-generic | accelc-opt --split-input-file | filecheck %s

// Contractions, with and without bias.
graph.func @linear(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>, %b: tensor<6xf32>, %m: tensor<2x1x4x5xbf16>, %n: tensor<3x5x7xbf16>) {
  %0 = graph.matmul %m, %n : (tensor<2x1x4x5xbf16>, tensor<3x5x7xbf16>) -> tensor<2x3x4x7xf32>
  %1 = graph.conv %x, %w strides [2, 1] pads [1, 1, 0, 1] dilations [1, 2] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x4x6xf32>
  %2 = graph.conv %x, %w, %b strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x6x6xf32>
  %v = graph.weight "up" : tensor<4x3x2x2xf32>
  %3 = graph.conv_transpose %x, %v strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1] group 1 output_padding [1, 0] : (tensor<1x4x8x8xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x17x16xf32>
  %4 = graph.conv_transpose %x, %v, %b strides [1, 1] pads [1, 0, 0, 1] dilations [1, 1] group 2 output_padding [0, 0] : (tensor<1x4x8x8xf32>, tensor<4x3x2x2xf32>, tensor<6xf32>) -> tensor<1x6x8x8xf32>
  graph.return
}
// CHECK-LABEL: graph.func @linear(
// CHECK-NEXT: {{.*}} = graph.matmul {{%.+}}, {{%.+}} : (tensor<2x1x4x5xbf16>, tensor<3x5x7xbf16>) -> tensor<2x3x4x7xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.conv {{%.+}}, {{%.+}} strides [2, 1] pads [1, 1, 0, 1] dilations [1, 2] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x4x6xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.conv {{%.+}}, {{%.+}}, {{%.+}} strides [1, 1] pads [0, 0, 0, 0] dilations [1, 1] group 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x6x6xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.weight "up" : tensor<4x3x2x2xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.conv_transpose {{%.+}}, {{%.+}} strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1] group 1 output_padding [1, 0] : (tensor<1x4x8x8xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x17x16xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.conv_transpose {{%.+}}, {{%.+}}, {{%.+}} strides [1, 1] pads [1, 0, 0, 1] dilations [1, 1] group 2 output_padding [0, 0] : (tensor<1x4x8x8xf32>, tensor<4x3x2x2xf32>, tensor<6xf32>) -> tensor<1x6x8x8xf32>{{$}}

// -----

// Windows and reductions; flags appear only when set.
graph.func @reductions(%x: tensor<1x4x8x8xf32>) {
  %0 = graph.pool "max" %x kernel [2, 2] strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1] : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>
  %1 = graph.pool "average" %x kernel [3, 3] strides [2, 2] pads [1, 1, 1, 1] dilations [1, 1] count_include_pad : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>
  %2 = graph.reduce "mean" %x axes [2, 3] keepdims : tensor<1x4x8x8xf32> -> tensor<1x4x1x1xf32>
  %3 = graph.reduce "prod" %x axes [0] : tensor<1x4x8x8xf32> -> tensor<4x8x8xf32>
  %4 = graph.softmax %x axis 1 : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>
  %5 = graph.argmax %x axis 3 : tensor<1x4x8x8xf32> -> tensor<1x4x8xi64>
  %6 = graph.argmax %x axis 1 keepdims select_last : tensor<1x4x8x8xf32> -> tensor<1x1x8x8xi64>
  %7 = graph.lrn %x size 5 alpha 1.000000e-04 beta 7.500000e-01 bias 1.000000e+00 : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>
  graph.return
}
// CHECK-LABEL: graph.func @reductions(
// CHECK-NEXT: {{.*}} = graph.pool "max" {{%.+}} kernel [2, 2] strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1] : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.pool "average" {{%.+}} kernel [3, 3] strides [2, 2] pads [1, 1, 1, 1] dilations [1, 1] count_include_pad : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.reduce "mean" {{%.+}} axes [2, 3] keepdims : tensor<1x4x8x8xf32> -> tensor<1x4x1x1xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.reduce "prod" {{%.+}} axes [0] : tensor<1x4x8x8xf32> -> tensor<4x8x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.softmax {{%.+}} axis 1 : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.argmax {{%.+}} axis 3 : tensor<1x4x8x8xf32> -> tensor<1x4x8xi64>{{$}}
// CHECK-NEXT: {{.*}} = graph.argmax {{%.+}} axis 1 keepdims select_last : tensor<1x4x8x8xf32> -> tensor<1x1x8x8xi64>{{$}}
// CHECK-NEXT: {{.*}} = graph.lrn {{%.+}} size 5 alpha 1.000000e-04 beta 7.500000e-01 bias 1.000000e+00 : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>{{$}}

// -----

// The recurrent layer without and with all its optional inputs.
graph.func @recurrent(%x: tensor<5x1x3xf32>, %w: tensor<2x8x3xf32>, %r: tensor<2x8x2xf32>, %b: tensor<2x16xf32>, %l: tensor<1xi32>, %h: tensor<2x1x2xf32>, %p: tensor<2x6xf32>) {
  %0, %1, %2 = graph.lstm "bidirectional" %x, %w, %r : tensor<5x1x3xf32>, tensor<2x8x3xf32>, tensor<2x8x2xf32> -> tensor<5x2x1x2xf32>, tensor<2x1x2xf32>, tensor<2x1x2xf32>
  %3, %4, %5 = graph.lstm "bidirectional" %x, %w, %r bias %b : tensor<2x16xf32> sequence_lengths %l : tensor<1xi32> initial_h %h : tensor<2x1x2xf32> initial_c %h : tensor<2x1x2xf32> peephole %p : tensor<2x6xf32> input_forget : tensor<5x1x3xf32>, tensor<2x8x3xf32>, tensor<2x8x2xf32> -> tensor<5x2x1x2xf32>, tensor<2x1x2xf32>, tensor<2x1x2xf32>
  graph.return
}
// CHECK-LABEL: graph.func @recurrent(
// CHECK-NEXT: {{.*}} = graph.lstm "bidirectional" {{%.+}}, {{%.+}}, {{%.+}} : tensor<5x1x3xf32>, tensor<2x8x3xf32>, tensor<2x8x2xf32> -> tensor<5x2x1x2xf32>, tensor<2x1x2xf32>, tensor<2x1x2xf32>{{$}}
// CHECK-NEXT: {{.*}} = graph.lstm "bidirectional" {{%.+}}, {{%.+}}, {{%.+}} bias {{%.+}} : tensor<2x16xf32> sequence_lengths {{%.+}} : tensor<1xi32> initial_h {{%.+}} : tensor<2x1x2xf32> initial_c {{%.+}} : tensor<2x1x2xf32> peephole {{%.+}} : tensor<2x6xf32> input_forget : tensor<5x1x3xf32>, tensor<2x8x3xf32>, tensor<2x8x2xf32> -> tensor<5x2x1x2xf32>, tensor<2x1x2xf32>, tensor<2x1x2xf32>{{$}}

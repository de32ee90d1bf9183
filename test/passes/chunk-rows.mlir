// RUN: accelc-opt %s -p 'chunk-rows{target=tiny share=1}' --split-input-file | filecheck %s

// The product needs all rows of its right operand: a second loop. Chunks of columns are not contiguous, so that they
// leave the first loop turned; the two transpositions meet and vanish.
// CHECK-LABEL: graph.func @layer.rows0(%0: tensor<256x64xf32>) -> (tensor<256x64xf32>, tensor<256x64xf32>)
// CHECK-NEXT: %[[Y:.*]] = graph.relu %0
// CHECK-NEXT: graph.return %[[Y]], %[[Y]]
// CHECK-LABEL: graph.func @layer.rows1(%0: tensor<256x64xf32>, %1: tensor<64x512xf32>) -> tensor<256x512xf32>
// CHECK-NEXT: graph.matmul %0, %1
// CHECK-LABEL: graph.func @layer(%x: tensor<512x64xf32>)
// CHECK-NEXT: %[[A:.*]], %[[B:.*]] = graph.call @layer.rows0(%x) times 2 along [0] joining [0, 0]
// CHECK-NEXT: %[[T:.*]] = graph.transpose %[[B]] perm [1, 0] : tensor<512x64xf32> -> tensor<64x512xf32>
// CHECK-NEXT: %[[R:.*]] = graph.call @layer.rows1(%[[A]], %[[T]]) times 2 along [0, -1] joining [0]
// CHECK-NEXT: graph.return %[[R]]
graph.func @layer(%x : tensor<512x64xf32>) -> tensor<512x512xf32> {
  %y = graph.relu %x : tensor<512x64xf32> -> tensor<512x64xf32>
  %t = graph.transpose %y perm [1, 0] : tensor<512x64xf32> -> tensor<64x512xf32>
  %s = graph.matmul %y, %t : (tensor<512x64xf32>, tensor<64x512xf32>) -> tensor<512x512xf32>
  graph.return %s : tensor<512x512xf32>
}

// -----

// A weight with rows is chunked with them, one without goes into the body; the mean over rows is computed once, between.
// CHECK-LABEL: graph.func @mean.rows0(%0: tensor<200x32xf32>, %1: tensor<200x32xf32>)
// CHECK: graph.weight "w" : tensor<32xf32>
// CHECK-LABEL: graph.func @mean.rows1(%0: tensor<200x32xf32>, %1: tensor<32xf32>)
// CHECK-LABEL: graph.func @mean(%x: tensor<400x32xf32>)
// CHECK-NEXT: %[[M:.*]] = graph.weight "mask" : tensor<400x32xf32>
// CHECK: %[[Y:.*]] = graph.call @mean.rows0(%x, %[[M]]) times 2 along [0, 0] joining [0]
// CHECK-NEXT: %[[MEAN:.*]] = graph.reduce "mean" %[[Y]] axes [0]
// CHECK-NEXT: graph.call @mean.rows1(%[[Y]], %[[MEAN]]) times 2 along [0, -1] joining [0]
graph.func @mean(%x : tensor<400x32xf32>) -> tensor<400x32xf32> {
  %m = graph.weight "mask" : tensor<400x32xf32>
  %w = graph.weight "w" : tensor<32xf32>
  %a = graph.add %x, %m : (tensor<400x32xf32>, tensor<400x32xf32>) -> tensor<400x32xf32>
  %b = graph.mul %a, %w : (tensor<400x32xf32>, tensor<32xf32>) -> tensor<400x32xf32>
  %c = graph.reduce "mean" %b axes [0] : tensor<400x32xf32> -> tensor<32xf32>
  %d = graph.sub %b, %c : (tensor<400x32xf32>, tensor<32xf32>) -> tensor<400x32xf32>
  graph.return %d : tensor<400x32xf32>
}

// -----

// Few rows, or nothing that is larger than SBUF: nothing to gain.
// CHECK-LABEL: graph.func @few
// CHECK-NOT: graph.call
graph.func @few(%x : tensor<256x64xf32>) -> tensor<256x64xf32> {
  %y = graph.relu %x : tensor<256x64xf32> -> tensor<256x64xf32>
  graph.return %y : tensor<256x64xf32>
}

// -----

// CHECK-LABEL: graph.func @small
// CHECK-NOT: graph.call
graph.func @small(%x : tensor<512x4xf32>) -> tensor<512x4xf32> {
  %y = graph.relu %x : tensor<512x4xf32> -> tensor<512x4xf32>
  graph.return %y : tensor<512x4xf32>
}

// -----

// 521 is prime: chunks would be single rows.
// CHECK-LABEL: graph.func @prime
// CHECK-NOT: graph.call
graph.func @prime(%x : tensor<521x64xf32>) -> tensor<521x64xf32> {
  %y = graph.relu %x : tensor<521x64xf32> -> tensor<521x64xf32>
  graph.return %y : tensor<521x64xf32>
}

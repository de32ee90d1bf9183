// RUN: accelc-opt %s -p rebufferize-inplace --split-input-file --verify-diagnostics | filecheck %s

// A function that still writes in place has no values to share buffers.
graph.func @main(%v: !graph.var<tensor<4xf32>>) {
  graph.apply_ "neg" %v {loc_name = "n"} : !graph.var<tensor<4xf32>>
  graph.return
}
// CHECK: graph.apply_ 'n' works on a variable: run normalize-inplace first

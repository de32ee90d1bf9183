// RUN: accelc-opt %s -p outline-repeats --split-input-file --verify-diagnostics | filecheck %s
// RUN: not accelc-opt %s -p 'outline-repeats{least-saved=0}' --split-input-file 2>&1 | filecheck %s --check-prefix=OPTION

// What a write in place reads is not said by its operands.
graph.func @main(%v: !graph.var<tensor<4xf32>>) {
  graph.apply_ "neg" %v {loc_name = "n"} : !graph.var<tensor<4xf32>>
  graph.return
}
// CHECK: graph.apply_ works on a variable: run normalize-inplace before outline-repeats
// OPTION: outline-repeats: least-saved 0: expected at least 1

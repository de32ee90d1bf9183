// RUN: accelc-opt %s -p sync-vector-clock --split-input-file --verify-diagnostics | filecheck %s
// RUN: accelc-opt %s -p 'sync-vector-clock{model=phases}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=MODEL

// Dependencies come from addresses, so that they must be there.
// CHECK: buffer 'a' has no address: run assign-memory before emission
// MODEL: unknown vector-clock model 'phases': legal are phase, simple; did you mean 'phase'?
engine.program @p target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  engine.memset on vector 0.0 into %a[0:4, 0:4]
  engine.end
}

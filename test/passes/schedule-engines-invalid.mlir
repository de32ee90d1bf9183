// RUN: accelc-opt %s -p schedule-engines --split-input-file --verify-diagnostics | filecheck %s

// An op on an engine that has no cost for it is refused: the target does not execute it there.
// CHECK: engine.memset on lane 'scalar': no such engine of target 'tiny' executes it; lanes are tensor, vector, scalar, gpsimd, dma0, dma1
engine.program @lane target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  engine.memset on scalar 0.0 into %a[0:4, 0:4]
  engine.end
}

// RUN: accelc-opt %s -p schedule-engines --split-input-file --verify-diagnostics | filecheck %s
// RUN: not accelc-opt %s -p 'schedule-engines{heuristic=longest_tail}' 2>&1 | filecheck %s --check-prefix=RULE
// RUN: not accelc-opt %S/schedule-engines.mlir -p 'schedule-engines{timeline="%t.none/time.json"}' 2>&1 | filecheck %s --check-prefix=FILE

// A heuristic that does not exist is named, with the legal ones and the closest.
// RULE: error: schedule-engines: unknown heuristic 'longest_tail': legal are portfolio, program, longest-tail, heft, johnson; did you mean 'longest-tail'?

// A timeline is not lost silently.
// FILE: error: schedule-engines: cannot write timeline '{{.*}}/time.json': No such file or directory; name a file in a folder that exists

// An op on an engine that has no cost for it is refused: the target does not execute it there.
// CHECK: engine.memset on lane 'scalar': no such engine of target 'tiny' executes it; lanes are tensor, vector, scalar, gpsimd, dma0, dma1
engine.program @lane target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  engine.memset on scalar 0.0 into %a[0:4, 0:4]
  engine.end
}

// -----

// No order helps an op whose buffers do not fit the memory together; it must be cut.
// CHECK: schedule-engines: engine.copy a b: its buffers need 5120 bytes of one sbuf partition, target 'tiny' has 4096: cut the op into tiles, or use a target with more memory.sbuf.partition_bytes
engine.program @large target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x640xf32>
  %b = engine.buffer "b" scratch sbuf<4x640xf32>
  engine.copy on vector %a[0:4, 0:640] into %b[0:4, 0:640]
  engine.end
}

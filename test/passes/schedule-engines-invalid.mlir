// RUN: accelc-opt %s -p schedule-engines --split-input-file --verify-diagnostics | filecheck %s
// RUN: not accelc-opt %s -p 'schedule-engines{heuristic=longest_tail}' 2>&1 | filecheck %s --check-prefix=RULE
// RUN: not accelc-opt %S/schedule-engines-spill.mlir -p 'schedule-engines{spill=false},assign-memory' 2>&1 | filecheck %s --check-prefix=KEPT
// RUN: not accelc-opt %S/schedule-engines.mlir -p 'schedule-engines{timeline="%t.none/time.json"}' 2>&1 | filecheck %s --check-prefix=FILE

// A heuristic that does not exist is named, with the legal ones and the closest.
// RULE: error: schedule-engines: unknown heuristic 'longest_tail': legal are portfolio, program, longest-tail, heft, johnson; did you mean 'longest-tail'?

// A timeline is not lost silently.
// FILE: error: schedule-engines: cannot write timeline '{{.*}}/time.json': No such file or directory; name a file in a folder that exists

// Without spilling, a program that does not fit in any order is left to `assign-memory`, which names what has no place.
// KEPT: error: buffer '{{[abc]}}' needs 2048 bytes, one sbuf partition of target 'tiny' has 4096, of which 4096 are held by 2 other live buffers

// An op on an engine that has no cost for it is refused: the target does not execute it there.
// CHECK: engine.memset on lane 'scalar': target 'tiny' has no cost rule for 'memset' there, so the engine does not execute it; it executes activate, copy
engine.program @lane target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  engine.memset on scalar 0.0 into %a[0:4, 0:4]
  engine.end
}

// -----

// No order and no transfer helps an op whose buffers do not fit the memory together; it must be cut.
// CHECK: schedule-engines: engine.copy a b: its buffers need 5120 bytes of one sbuf partition, target 'tiny' has 4096: cut the op into tiles, or use a target with more memory.sbuf.partition_bytes
engine.program @large target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x640xf32>
  %b = engine.buffer "b" scratch sbuf<4x640xf32>
  engine.copy on vector %a[0:4, 0:640] into %b[0:4, 0:640]
  engine.end
}

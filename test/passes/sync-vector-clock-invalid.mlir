// RUN: accelc-opt %s -p sync-vector-clock --split-input-file --verify-diagnostics | filecheck %s
// RUN: accelc-opt %s -p 'sync-vector-clock{model=phases}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=MODEL
// RUN: accelc-opt %s -p 'sync-vector-clock{mechanism=events}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=MECHANISM
// RUN: accelc-opt %s -p 'sync-vector-clock{fallback=none}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=FALLBACK
// RUN: accelc-opt %s -p 'sync-vector-clock{width=17}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=WIDTH
// RUN: accelc-opt %s -p 'sync-vector-clock{mechanism=event width=4}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=BIT
// RUN: accelc-opt %s -p 'sync-vector-clock{registers=4}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=REGISTERS
// RUN: accelc-opt %s -p 'sync-vector-clock{mechanism=event registers=33}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=MANY
// RUN: accelc-opt %s -p 'sync-vector-clock{mechanism=event registers=1 fallback=error}' --split-input-file --verify-diagnostics | filecheck %s --check-prefix=FEW

// Dependencies come from addresses, so that they must be there.
// CHECK: buffer 'a' has no address: run assign-memory before emission
// MODEL: unknown vector-clock model 'phases': legal are phase, simple; did you mean 'phase'?
// MECHANISM: unknown mechanism 'events': legal are counter, event; did you mean 'event'?
// FALLBACK: unknown fallback 'none': legal are counter, error
// WIDTH: width=17: semaphores of target 'tiny' have 1 to 16 bits to count with (sync.width_bits); 0 uses all without rolling over
// BIT: width is the number of bits of a counter: event registers have one; use mechanism=counter
// REGISTERS: registers limits event registers: use mechanism=event
engine.program @p target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  engine.memset on vector 0.0 into %a[0:4, 0:4]
  engine.end
}

// -----

// Two edges that are pending together do not fit one event register; a target has no more registers than semaphores.
// FEW: engine.activate number 3 (on scalar) waits, but 1 event registers are all in use (1 such waits): without guards 2 registers suffice (registers), the target has 32 semaphores (sync.semaphores); or use mechanism=counter
// MANY: 33 event registers asked for (registers): the target has 32 semaphores (sync.semaphores)
engine.program @few target "tiny" {
  %x = engine.buffer "x" input hbm<64xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x8xf32> at 0
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 4:8]
  engine.activate on scalar relu(1.0 * %a[0:4, 0:4] + 0.0) into %a[0:4, 0:4]
  engine.activate on scalar relu(1.0 * %a[0:4, 4:8] + 0.0) into %a[0:4, 4:8]
  engine.end
}

// RUN: accelc-opt %s -p verify-sync --split-input-file --verify-diagnostics | filecheck %s

// A reader that does not wait for its data.
// CHECK:      engine.dma_copy number 1 (on dma1) reads sbuf at partition 0, byte 0 without waiting until engine.memset number 0 (on vector) has written it (read after write)
// CHECK-NEXT: run sync-vector-clock after the last change of order or addresses
engine.program @none target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.memset on vector 0.0 into %a[0:4, 0:4]
  engine.dma_copy on dma1 %a[0:4, 0:4] to %x[0 + (4, 4):(4, 1)]
  engine.end
}

// -----

// A wait for too little: the first of two writers is known to be complete, the second is not.
// CHECK: engine.dma_copy number 2 (on dma1) reads sbuf at partition 0, byte 8 without waiting until engine.memset number 1 (on vector) has written it (read after write)
engine.program @little target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.memset on vector 0.0 into %a[0:4, 0:2] signals (ready at complete)
  engine.memset on vector 0.0 into %a[0:4, 2:4] signals (ready at complete)
  engine.dma_copy on dma1 %a[0:4, 0:4] to %x[0 + (4, 4):(4, 1)] waits (ready >= 1)
  engine.end
}

// -----

// A wait for a writer's operands does not order its result.
// CHECK: engine.dma_copy number 1 (on dma1) reads sbuf at partition 0, byte 16 without waiting until engine.copy number 0 (on vector) has written it (read after write)
engine.program @phase target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4] signals (seen at read)
  engine.dma_copy on dma1 %b[0:4, 0:4] to %x[0 + (4, 4):(4, 1)] waits (seen >= 1)
  engine.end
}

// -----

// A semaphore that nobody raises far enough blocks its lane for ever.
// CHECK: engine.memset number 0 (on vector) waits for semaphore 'never' >= 1, which only reaches 0
engine.program @never target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.memset on vector 0.0 into %a[0:4, 0:4] waits (never >= 1)
  engine.end
}

// -----

// A semaphore of two lanes does not tell which of them has signalled.
// CHECK: both raise semaphore 'shared', at different phases or on different lanes: its value does not tell which of them has happened
engine.program @shared target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.memset on vector 0.0 into %a[0:4, 0:4] signals (shared at complete)
  engine.activate on scalar relu(1.0 * %b[0:4, 0:4] + 0.0) into %b[0:4, 0:4] signals (shared at complete)
  engine.end
}

// -----

// A wait modulo four that starts from nothing known cannot tell the third signal from none.
// CHECK: engine.dma_copy number 3 (on dma1) reads sbuf at partition 0, byte 16 without waiting until engine.memset number 2 (on vector) has written it (read after write)
engine.program @modulo target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x6xf32> at 0
  engine.memset on vector 0.0 into %a[0:4, 0:2] signals (ready at complete)
  engine.memset on vector 0.0 into %a[0:4, 2:4] signals (ready at complete)
  engine.memset on vector 0.0 into %a[0:4, 4:6] signals (ready at complete)
  engine.dma_copy on dma1 %a[0:4, 4:6] to %x[0 + (4, 2):(4, 1)] waits (ready >= 3 mod 4)
  engine.end
}

// -----

// A producer that can run half a turn past a wait may roll over it.
// CHECK: engine.dma_copy number 1 (on dma1) may find semaphore 'ready' rolled over: nothing keeps engine.memset number 3 (on vector) from raising it half a turn past the value waited for
engine.program @overtaken target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x8xf32> at 0
  engine.memset on vector 0.0 into %a[0:4, 0:2] signals (ready at complete)
  engine.dma_copy on dma1 %a[0:4, 0:2] to %x[0 + (4, 2):(4, 1)] waits (ready >= 1 mod 4)
  engine.memset on vector 0.0 into %a[0:4, 2:4] signals (ready at complete)
  engine.memset on vector 0.0 into %a[0:4, 4:6] signals (ready at complete)
  engine.end
}

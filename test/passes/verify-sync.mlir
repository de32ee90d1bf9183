// RUN: accelc-opt %s -p verify-sync | filecheck %s

// A program whose waits suffice passes unchanged, whoever wrote the waits.
// CHECK: engine.dma_copy on dma1 %a[0:4, 0:4] to %x[0 + (4, 4):(4, 1)] waits (ready >= 2)
engine.program @p target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.memset on vector 0.0 into %a[0:4, 0:2] signals (ready at complete)
  engine.memset on vector 0.0 into %a[0:4, 2:4] signals (ready at complete)
  engine.dma_copy on dma1 %a[0:4, 0:4] to %x[0 + (4, 4):(4, 1)] waits (ready >= 2)
  engine.end
}

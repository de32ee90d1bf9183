// RUN: accelc-opt %s -p sync-vector-clock | filecheck %s
// RUN: accelc-opt %s -p sync-vector-clock,verify-sync | filecheck %s
// RUN: accelc-opt %s -p 'sync-vector-clock{model=simple}' | filecheck %s --check-prefix=SIMPLE

// A chain over three lanes needs one wait per link. The store also overwrites what the load read; the computation it
// waits for knows that already.
// CHECK-LABEL: engine.program @chain
// CHECK:       dma_copy on dma0 {{.*}} signals (dma0.complete at complete)
// CHECK-NEXT:  copy on vector {{.*}} waits (dma0.complete >= 1) signals (vector.complete at complete)
// CHECK-NEXT:  dma_copy on dma1 {{.*}} waits (vector.complete >= 1){{$}}
engine.program @chain target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.dma_copy on dma1 %b[0:4, 0:4] to %x[0 + (4, 4):(4, 1)]
  engine.end
}

// A writer of what another lane reads waits until it has read; the simple model knows only completion.
// CHECK-LABEL:  engine.program @read
// CHECK:        copy on vector {{.*}} signals (vector.read at read)
// CHECK-NEXT:   dma_copy on dma0 {{.*}} waits (vector.read >= 1)
// SIMPLE-LABEL: engine.program @read
// SIMPLE:       copy on vector {{.*}} signals (vector.complete at complete)
// SIMPLE-NEXT:  dma_copy on dma0 {{.*}} waits (vector.complete >= 1)
engine.program @read target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.end
}

// Compute engines order their own conflicts; DMA queues do not.
// CHECK-LABEL: engine.program @own
// CHECK:       copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]{{$}}
// CHECK-NEXT:  copy on vector %b[0:4, 0:4] into %a[0:4, 0:4] signals
// CHECK-NEXT:  dma_copy on dma0 {{.*}} waits (vector.complete >= 1) signals (dma0.complete at complete)
// CHECK-NEXT:  dma_copy on dma0 {{.*}} waits (dma0.complete >= 1){{$}}
engine.program @own target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.copy on vector %b[0:4, 0:4] into %a[0:4, 0:4]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.dma_copy on dma0 %a[0:4, 0:4] to %x[0 + (4, 4):(4, 1)]
  engine.end
}

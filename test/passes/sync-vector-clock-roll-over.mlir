// RUN: accelc-opt %s -p 'assign-memory,sync-vector-clock{width=2},verify-sync' | filecheck %s
// RUN: accelc-opt %s -p 'assign-memory,sync-vector-clock{mechanism=event},verify-sync' | filecheck %s --check-prefix=EVENT
// RUN: accelc-opt %s -p 'assign-memory,sync-vector-clock{mechanism=event registers=2},verify-sync' | filecheck %s --check-prefix=SPILL
// RUN: accelc-opt %s -p 'assign-memory,sync-vector-clock{print-vector-clocks=true}' | accelc-opt -p verify-sync | filecheck %s --check-prefix=CLOCK

// Half a turn of two bits is two signals: the first of three is dropped, and its consumer waits for the second.
// CHECK-LABEL: engine.program @lag
// CHECK:       dma_copy on dma0 {{.*}} to %a[0:4, 0:4]{{$}}
// CHECK-NEXT:  dma_copy on dma0 {{.*}} to %a[0:4, 4:8] signals (dma0.complete.scalar at complete)
// CHECK-NEXT:  dma_copy on dma0 {{.*}} to %a[0:4, 8:12] signals (dma0.complete.scalar at complete)
// CHECK-NEXT:  activate on scalar {{.*}} waits (dma0.complete.scalar >= 1 mod 4)
// CHECK-NEXT:  activate on scalar {{.*}} into %a[0:4, 4:8]{{$}}
// CHECK-NEXT:  activate on scalar {{.*}} waits (dma0.complete.scalar >= 2 mod 4)

// An event register is one bit. The three edges are pending together, so that each has its own.
// EVENT-LABEL: engine.program @lag
// EVENT:       waits (event0 >= 1 mod 2)
// EVENT-NEXT:  {{.*}} waits (event1 >= 1 mod 2)
// EVENT-NEXT:  {{.*}} waits (event2 >= 1 mod 2)

// With two registers a counter carries the third.
// SPILL-LABEL: engine.program @lag
// SPILL:       waits (event0 >= 1 mod 2)
// SPILL-NEXT:  {{.*}} waits (event1 >= 1 mod 2)
// SPILL-NEXT:  {{.*}} waits (dma0.complete >= 1)

// A clock counts the ops of every lane that have passed a phase.
// CLOCK-LABEL: engine.program @lag
// CLOCK:       activate {{.*}} waits (dma0.complete >= 2) {vc = #engine.vc<{dma0.read = 2 : i64, dma0.complete = 2 : i64}>}
engine.program @lag target "tiny" {
  %x = engine.buffer "x" input hbm<64xf32>
  %a = engine.buffer "a" scratch sbuf<4x16xf32>
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 4:8]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 8:12]
  engine.activate on scalar relu(1.0 * %a[0:4, 0:4] + 0.0) into %a[0:4, 0:4]
  engine.activate on scalar relu(1.0 * %a[0:4, 4:8] + 0.0) into %a[0:4, 4:8]
  engine.activate on scalar relu(1.0 * %a[0:4, 8:12] + 0.0) into %a[0:4, 8:12]
  engine.end
}

// A register is used again by an edge whose producer and consumer both know that the last one has passed.
// EVENT-LABEL: engine.program @again
// EVENT:       dma_copy on dma0 {{.*}} signals (event0 at complete)
// EVENT-NEXT:  copy on vector {{.*}} waits (event0 >= 1 mod 2) signals (event1 at read)
// EVENT-NEXT:  dma_copy on dma0 {{.*}} waits (event1 >= 1 mod 2) signals (event0 at complete)
// EVENT-NEXT:  copy on vector {{.*}} waits (event0 >= 0 mod 2){{$}}
engine.program @again target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32>
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  %b = engine.buffer "b" scratch sbuf<4x8xf32>
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 4:8]
  engine.end
}

// Two bits are held back from a third turn: the producer of the third signal waits for the consumer of the first.
// CHECK-LABEL: engine.program @held
// CHECK:       dma_copy on dma0 {{.*}} to %a[0:4, 0:4] signals (dma0.complete.scalar at complete)
// CHECK-NEXT:  activate on scalar {{.*}} waits (dma0.complete.scalar >= 1 mod 4) signals (scalar.read.dma0 at read)
// CHECK-NEXT:  dma_copy on dma0 {{.*}} to %a[0:4, 4:8] signals (dma0.complete.scalar at complete)
// CHECK-NEXT:  activate on scalar {{.*}} waits (dma0.complete.scalar >= 2 mod 4)
// CHECK-NEXT:  dma_copy on dma0 {{.*}} to %a[0:4, 8:12] waits (scalar.read.dma0 >= 1 mod 4) signals (dma0.complete.scalar at complete)
// CHECK-NEXT:  activate on scalar {{.*}} waits (dma0.complete.scalar >= 3 mod 4)
engine.program @held target "tiny" {
  %x = engine.buffer "x" input hbm<64xf32>
  %a = engine.buffer "a" scratch sbuf<4x16xf32>
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.activate on scalar relu(1.0 * %a[0:4, 0:4] + 0.0) into %a[0:4, 0:4]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 4:8]
  engine.activate on scalar relu(1.0 * %a[0:4, 4:8] + 0.0) into %a[0:4, 4:8]
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 8:12]
  engine.activate on scalar relu(1.0 * %a[0:4, 8:12] + 0.0) into %a[0:4, 8:12]
  engine.end
}

// RUN: accelc-opt %s -p insert-delays | filecheck %s
// RUN: accelc-opt %s -p 'insert-delays{start=false points=burst max-slots=1 throttle=tensor}' | filecheck %s --check-prefix=BURST
// RUN: accelc-opt %s -p 'insert-delays{policy=stagger element=1 elements=2 maximum-ns=5000}' | filecheck %s --check-prefix=STAGGER
// RUN: accelc-opt %s -p 'insert-delays{throttle=vector maximum-ns=9}' | filecheck %s --check-prefix=THROTTLE

// Each lane of transfers gets a slot at its start, each layer one on the lane of its first transfer.
// CHECK:      engine.delay on dma0 "start.dma0" default 0 maximum 100000000 {layer = 0 : i64}
// CHECK-NEXT: engine.delay on dma0 "layer0" default 0 maximum 100000000 {layer = 0 : i64}
// CHECK-NEXT: engine.dma_copy on dma0 %x
// CHECK-NEXT: engine.copy
// CHECK-NEXT: engine.delay on dma1 "start.dma1" default 0 maximum 100000000 {layer = 1 : i64}
// CHECK-NEXT: engine.delay on dma1 "layer1" default 0 maximum 100000000 {layer = 1 : i64}
// CHECK-NEXT: engine.dma_copy on dma1 %y
// CHECK-NEXT: engine.dma_copy on dma0 %x
// CHECK-NEXT: engine.copy
// CHECK-NEXT: engine.dma_copy

// The longest burst of consecutive transfers, when there is one slot only.
// BURST-NOT:  engine.delay
// BURST:      engine.copy
// BURST-NEXT: engine.delay on dma1 "burst0" default 0
// BURST-NEXT: engine.dma_copy on dma1 %y
// BURST-NOT:  engine.delay

// The second of two elements starts later by half of the transfers of the longest layer, on every lane of transfers.
// STAGGER:     engine.delay on dma0 "start.dma0" default 18 maximum 5000
// STAGGER:     engine.delay on dma0 "layer0" default 0 maximum 5000
// STAGGER:     engine.delay on dma1 "start.dma1" default 18 maximum 5000
// STAGGER:     engine.delay on dma1 "layer1" default 0 maximum 5000
// STAGGER-NOT: engine.delay

// A throttle stands before the first op of its lane.
// THROTTLE:      engine.delay on vector "throttle.vector" default 0 maximum 9 throttle {layer = 0 : i64}
// THROTTLE-NEXT: engine.copy on vector
// THROTTLE-NOT:  throttle
engine.program @p target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %y = engine.buffer "y" input hbm<16xf32> at 64
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4] {layer = 0 : i64}
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4] {layer = 0 : i64}
  engine.dma_copy on dma1 %y[0 + (4, 4):(4, 1)] to %a[0:4, 0:4] {layer = 1 : i64}
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %b[0:4, 0:4] {layer = 1 : i64}
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4] {layer = 1 : i64}
  engine.dma_copy on dma1 %b[0:4, 0:4] to %y[0 + (4, 4):(4, 1)] {layer = 1 : i64}
  engine.end
}

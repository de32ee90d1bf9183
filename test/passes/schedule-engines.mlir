// RUN: accelc-opt %s -p 'schedule-engines{heuristic=longest-tail}' | filecheck %s --check-prefixes=CHECK,TAIL
// RUN: accelc-opt %s -p 'schedule-engines{heuristic=program}' | filecheck %s --check-prefix=KEPT
// RUN: accelc-opt %s -p 'schedule-engines{timeline="%t.txt"}' | filecheck %s --check-prefix=SAME
// RUN: filecheck %s --check-prefix=TEXT --input-file %t.txt
// RUN: accelc-opt %s -p 'schedule-engines{timeline="%t.json"}' | filecheck %s --check-prefix=SAME
// RUN: filecheck %s --check-prefix=JSON --input-file %t.json

// The timeline goes to a file of its own, as text or JSON; the IR is printed as ever.
// SAME: engine.program @prefetch
// TEXT: program prefetch on tiny: {{[0-9.]+}} ns simulated, order by program
// TEXT: dma0 {{.*}}###
// TEXT: engine.dma_copy w v
// JSON: "program": "prefetch"
// JSON: "op": "engine.dma_copy w v"

// The load of the second layer's weights moves in front of the first layer, which hides it; its first use still
// follows. The store, which waits for a computation, gets another queue than the loads.
// CHECK-LABEL: engine.program @prefetch
// CHECK:       engine.dma_copy on [[Q:dma[0-9]+]] %w[{{.*}}] to %v[0:4, 0:512] {cycles = 1154 : i64}
// CHECK:       engine.activate on scalar {{.*}} into %h[0:4, 0:64] {cycles = 64 : i64}
// CHECK:       engine.tensor_tensor on vector %h{{.*}} add %v[0:4, 0:64] into %h
// CHECK-NOT:   on [[Q]]
// CHECK:       engine.dma_copy on dma{{[0-9]+}} %h
engine.program @prefetch target "tiny" {
  %x = engine.buffer "x" input hbm<256xf32>
  %w = engine.buffer "w" weight hbm<2048xf32>
  %y = engine.buffer "y" output hbm<256xf32>
  %a = engine.buffer "a" scratch sbuf<4x64xf32>
  %h = engine.buffer "h" scratch sbuf<4x64xf32>
  %v = engine.buffer "v" scratch sbuf<4x512xf32>
  engine.dma_copy on dma0 %x[0 + (4, 64):(64, 1)] to %a[0:4, 0:64]
  engine.activate on scalar relu(1.0 * %a[0:4, 0:64] + 0.0) into %h[0:4, 0:64]
  engine.activate on scalar relu(1.0 * %h[0:4, 0:64] + 0.0) into %h[0:4, 0:64]
  engine.activate on scalar relu(1.0 * %h[0:4, 0:64] + 0.0) into %h[0:4, 0:64]
  engine.dma_copy on dma0 %w[0 + (4, 512):(512, 1)] to %v[0:4, 0:512]
  engine.tensor_tensor on vector %h[0:4, 0:64] add %v[0:4, 0:64] into %h[0:4, 0:64]
  engine.dma_copy on dma0 %h[0:4, 0:64] to %y[0 + (4, 64):(64, 1)]
  engine.end
}

// A load never passes an op that touches its destination.
// CHECK-LABEL: engine.program @barrier
// CHECK:       engine.memset on vector 0.0 into %v
// CHECK-NEXT:  engine.dma_copy on dma{{[0-9]+}} %w
engine.program @barrier target "tiny" {
  %w = engine.buffer "w" weight hbm<16xf32>
  %v = engine.buffer "v" scratch sbuf<4x8xf32>
  engine.memset on vector 0.0 into %v[0:4, 0:8]
  engine.dma_copy on dma0 %w[0 + (4, 4):(4, 1)] to %v[0:4, 0:4]
  engine.end
}

// A load stays where it is when its buffer would overfill the memory beside what is live before it.
// CHECK-LABEL: engine.program @occupancy
// CHECK:       engine.copy on vector %a
// CHECK:       engine.copy on vector %b
// CHECK-NEXT:  engine.dma_copy on dma{{[0-9]+}} %w
engine.program @occupancy target "tiny" {
  %w = engine.buffer "w" weight hbm<2048xf32>
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x512xf32>
  %v = engine.buffer "v" scratch sbuf<4x512xf32>
  engine.memset on vector 0.0 into %a[0:4, 0:512]
  engine.copy on vector %a[0:4, 0:512] into %b[0:4, 0:512]
  engine.copy on vector %b[0:4, 0:512] into %b[0:4, 0:512]
  engine.dma_copy on dma0 %w[0 + (4, 512):(512, 1)] to %v[0:4, 0:512]
  engine.copy on vector %v[0:4, 0:4] into %v[0:4, 4:8]
  engine.end
}

// The products of two branches, in program order one behind the other: the branch with the longer tail goes first, and
// the second product runs while the first is evacuated.
// TAIL-LABEL: engine.program @branches
// TAIL:       engine.matmul on tensor %w{{.*}}, %x
// TAIL:       engine.activate on scalar {{.*}}%q
// TAIL:       engine.copy on vector %p
// KEPT-LABEL: engine.program @branches
// KEPT:       engine.copy on vector %p
// KEPT:       engine.activate on scalar {{.*}}%q
engine.program @branches target "tiny" {
  %w = engine.buffer "w" scratch sbuf<4x4xf32>
  %x = engine.buffer "x" scratch sbuf<4x8xf32>
  %p = engine.buffer "p" scratch psum<4x8xf32>
  %q = engine.buffer "q" scratch psum<4x8xf32>
  %a = engine.buffer "a" scratch sbuf<4x8xf32>
  %b = engine.buffer "b" scratch sbuf<4x8xf32>
  engine.memset on vector 1.0 into %w[0:4, 0:4]
  engine.memset on vector 1.0 into %x[0:4, 0:8]
  engine.matmul on tensor %w at [0] m 4, %x at [0] over (8):(1) n_block 8 rows [0:4] into %p at 0 + (8, 8)
  engine.copy on vector %p[0:4, 0:8] into %a[0:4, 0:8]
  engine.matmul on tensor %w at [0] m 4, %x at [0] over (8):(1) n_block 8 rows [0:4] into %q at 0 + (8, 8)
  engine.activate on scalar relu(1.0 * %q[0:4, 0:8] + 0.0) into %b[0:4, 0:8]
  engine.activate on scalar relu(1.0 * %b[0:4, 0:8] + 0.0) into %b[0:4, 0:8]
  engine.activate on scalar relu(1.0 * %b[0:4, 0:8] + 0.0) into %b[0:4, 0:8]
  engine.end
}

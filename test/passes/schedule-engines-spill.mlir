// RUN: accelc-opt %s -p 'schedule-engines{heuristic=program},assign-memory' | filecheck %s
// RUN: accelc-opt %s -p schedule-engines,assign-memory | accelc-opt -p sync-vector-clock | accelc-opt -p verify-sync | filecheck %s --check-prefix=WHOLE

// Three values of half of SBUF each. `a`, whose next use is farthest, goes to HBM directly after its last change, and
// comes back in a buffer of its own, in front of its next use. `b` stays.
// CHECK-LABEL: engine.program @farthest
// CHECK-NOT:   "b.spill"
// CHECK:       "a.spill" scratch hbm<2048xf32>
// CHECK-NEXT:  "a.1" scratch sbuf<4x512xf32>
// CHECK:       engine.memset on vector 1.0 into %a[0:4, 0:512]
// CHECK-NEXT:  engine.dma_copy on dma{{[0-9]+}} %a[0:4, 0:512] to %{{.*}}[0 + (4, 512):(512, 1)]
// CHECK-NEXT:  engine.memset on vector 2.0 into %b
// CHECK:       engine.tensor_tensor on vector %c[0:4, 0:512] add %b
// CHECK:       engine.dma_copy on dma{{[0-9]+}} %{{.*}}[0 + (4, 512):(512, 1)] to [[A:%.*]][0:4, 0:512]
// CHECK:       engine.tensor_tensor on vector %c[0:4, 0:512] add [[A]][0:4, 0:512] into %c
// WHOLE-LABEL: engine.program @farthest
engine.program @farthest target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x512xf32>
  %c = engine.buffer "c" scratch sbuf<4x512xf32>
  engine.memset on vector 1.0 into %a[0:4, 0:512]
  engine.memset on vector 2.0 into %b[0:4, 0:512]
  engine.memset on vector 3.0 into %c[0:4, 0:512]
  engine.tensor_tensor on vector %c[0:4, 0:512] add %b[0:4, 0:512] into %c[0:4, 0:512]
  engine.tensor_tensor on vector %c[0:4, 0:512] add %a[0:4, 0:512] into %c[0:4, 0:512]
  engine.end
}

// What was loaded from an input or a weight and not changed is in HBM already: it is loaded again, and nothing is stored.
// CHECK-LABEL: engine.program @again
// CHECK-NOT:   spill
// CHECK:       engine.dma_copy on dma{{[0-9]+}} %w[0 + (4, 512):(512, 1)] to %a
// CHECK:       engine.dma_copy on dma{{[0-9]+}} %w[0 + (4, 512):(512, 1)] to [[A:%.*]][0:4, 0:512]
// CHECK:       engine.tensor_tensor on vector %c[0:4, 0:512] add [[A]]
// CHECK-NOT:   engine.dma_copy
// WHOLE-LABEL: engine.program @again
engine.program @again target "tiny" {
  %w = engine.buffer "w" weight hbm<2048xf32>
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x512xf32>
  %c = engine.buffer "c" scratch sbuf<4x512xf32>
  engine.dma_copy on dma0 %w[0 + (4, 512):(512, 1)] to %a[0:4, 0:512]
  engine.tensor_scalar on vector %a[0:4, 0:512] mul 2.0 into %b[0:4, 0:512]
  engine.tensor_scalar on vector %b[0:4, 0:512] mul 2.0 into %c[0:4, 0:512]
  engine.tensor_tensor on vector %c[0:4, 0:512] add %b[0:4, 0:512] into %c[0:4, 0:512]
  engine.tensor_tensor on vector %c[0:4, 0:512] add %a[0:4, 0:512] into %c[0:4, 0:512]
  engine.end
}

// Only what has contents moves: 2 partitions, the elements 8 to 16.
// CHECK-LABEL: engine.program @part
// CHECK:       engine.dma_copy on dma{{[0-9]+}} %a[0:2, 8:16] to %{{.*}}[8 + (2, 8):(512, 1)]
// CHECK:       engine.dma_copy on dma{{[0-9]+}} %{{.*}}[8 + (2, 8):(512, 1)] to %{{.*}}[0:2, 8:16]
// WHOLE-LABEL: engine.program @part
engine.program @part target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x1024xf32>
  engine.memset on vector 1.0 into %a[0:2, 8:16]
  engine.memset on vector 2.0 into %b[0:4, 0:1024]
  engine.copy on vector %b[0:2, 0:8] into %b[0:2, 8:16]
  engine.copy on vector %a[0:2, 8:16] into %a[0:2, 8:16]
  engine.end
}

// No DMA reaches PSUM: an engine copies what leaves it to SBUF.
// CHECK-LABEL: engine.program @accumulators
// CHECK:       "p.spill" scratch sbuf<4x64xf32>
// CHECK:       engine.memset on vector 1.0 into %p[0:4, 0:64]
// CHECK-NEXT:  engine.copy on vector %p[0:4, 0:64] into [[S:%.*]][0:4, 0:64]
// CHECK:       engine.copy on vector [[S]][0:4, 0:64] into [[P:%.*]][0:4, 0:64]
// CHECK:       engine.copy on vector [[P]][0:4, 0:64] into %a
// WHOLE-LABEL: engine.program @accumulators
engine.program @accumulators target "tiny" {
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %q = engine.buffer "q" scratch psum<4x64xf32>
  %a = engine.buffer "a" scratch sbuf<4x64xf32>
  engine.memset on vector 1.0 into %p[0:4, 0:64]
  engine.memset on vector 2.0 into %q[0:4, 0:64]
  engine.copy on vector %q[0:4, 0:64] into %a[0:4, 0:64]
  engine.copy on vector %p[0:4, 0:64] into %a[0:4, 0:64]
  engine.end
}

// A program that fits is left alone.
// CHECK-LABEL: engine.program @fits
// CHECK-NOT:   engine.dma_copy
// WHOLE-LABEL: engine.program @fits
engine.program @fits target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x512xf32>
  engine.memset on vector 1.0 into %a[0:4, 0:512]
  engine.memset on vector 2.0 into %b[0:4, 0:512]
  engine.copy on vector %a[0:4, 0:512] into %b[0:4, 0:512]
  engine.end
}

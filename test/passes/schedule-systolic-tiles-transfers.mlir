// RUN: accelc-opt %s -p schedule-systolic-tiles --split-input-file | filecheck %s

// A long store is cut along the blocks in which its source is written; what is loaded for the product, along those that
// it reads first. Both are more than this machine takes to start a transfer.
engine.program @main target "trn-like" {
  %x = engine.buffer "x" input hbm<524288xf32>
  %h = engine.buffer "h" output hbm<262144xf32>
  %w = engine.buffer "w" scratch sbuf<128x512xf32>
  %xs = engine.buffer "xs" scratch sbuf<128x4096xf32>
  %p = engine.buffer "p" scratch psum<128x2048xf32>
  %y = engine.buffer "y" scratch sbuf<128x2048xf32>
  engine.dma_copy on dma0 %x[0 + (128, 4, 512):(1, 128, 512)] to %xs[0:128, 0 + (4, 512):(512, 1)] {layer = 1 : i64}
  engine.matmul on tensor %w at [0] m 128, %xs at [0] over (2048):(1) n_block 512 rows [0:128] into %p at 0 + (2048, 512)
  engine.activate on scalar relu(1.0 * %p[0:128, 0 + (4, 512):(512, 1)] + 0.0) into %y[0:128, 0 + (4, 512):(512, 1)]
  engine.dma_copy on dma1 %y[0:128, 0:2048] to %h[0 + (128, 2048):(2048, 1)]
  engine.end
}
// CHECK:       tile.dma_copy on dma0 {{.*}} blocks 4 along [1, 0] {layer = 1 : i64}
// CHECK-NEXT:  tile.matmul
// CHECK-NEXT:  tile.activate on scalar {{.*}} blocks 4
// CHECK-NEXT:  tile.dma_copy on dma1 {{.*}} blocks 4 along [0, 1]

// -----

// Nothing is gained where all of it is written at once, where it is short, and of weights that are loaded in advance.
engine.program @main target "trn-like" {
  %h = engine.buffer "h" output hbm<262144xf32>
  %k = engine.buffer "k" weight hbm<65536xf32>
  %w = engine.buffer "w" scratch sbuf<128x512xf32>
  %v = engine.buffer "v" scratch sbuf<128x512xf32>
  %xs = engine.buffer "xs" scratch sbuf<128x4096xf32>
  %p = engine.buffer "p" scratch psum<128x2048xf32>
  %y = engine.buffer "y" scratch sbuf<128x2048xf32>
  engine.memset on vector 1.0 into %y[0:128, 0:2048]
  engine.dma_copy on dma1 %y[0:128, 0:2048] to %h[0 + (128, 2048):(2048, 1)]
  engine.matmul on tensor %w at [0] m 128, %xs at [0] over (2048):(1) n_block 512 rows [0:128] into %p at 0 + (2048, 512)
  engine.activate on scalar relu(1.0 * %p[0:128, 0 + (4, 512):(512, 1)] + 0.0) into %y[0:128, 0 + (4, 512):(512, 1)]
  engine.dma_copy on dma2 %y[0:128, 0 + (4, 2):(512, 1)] to %h[0 + (128, 4, 2):(8, 2, 1)]
  engine.dma_copy on dma3 %k[0 + (128, 512):(512, 1)] to %v[0:128, 0:512]
  engine.matmul on tensor %v at [0, 128, 256, 384] m 128, %xs at [0, 0, 0, 0] over (2048):(1) n_block 512 rows [0:128, 0:128, 0:128, 0:128] into %p at 0 + (2048, 512)
  engine.activate on scalar relu(1.0 * %p[0:128, 0 + (4, 512):(512, 1)] + 0.0) into %xs[0:128, 0 + (4, 512):(512, 1)]
  engine.end
}
// CHECK:      engine.dma_copy on dma1
// CHECK:      engine.dma_copy on dma2
// CHECK-NEXT: engine.dma_copy on dma3

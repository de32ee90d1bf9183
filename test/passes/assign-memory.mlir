// RUN: accelc-opt %s -p assign-memory | filecheck %s

// Buffers bound to outside data live through the program; %c takes the place of %a, which is dead by then.
// CHECK-LABEL: engine.program @ranges
// CHECK-NEXT:  %x = engine.buffer "x" input hbm<16xf32> at 0
// CHECK-NEXT:  %y = engine.buffer "y" output hbm<16xf32> at 64
// CHECK-NEXT:  %a = engine.buffer "a" scratch sbuf<4x512xf32> at 0
// CHECK-NEXT:  %b = engine.buffer "b" scratch sbuf<4x256xf32> at 2048
// CHECK-NEXT:  %c = engine.buffer "c" scratch sbuf<4x512xf32> at 0
engine.program @ranges target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32>
  %y = engine.buffer "y" output hbm<16xf32>
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x256xf32>
  %c = engine.buffer "c" scratch sbuf<4x512xf32>
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.copy on vector %b[0:4, 0:4] into %c[0:4, 0:4]
  engine.dma_copy on dma0 %c[0:4, 0:4] to %y[0 + (4, 4):(4, 1)]
  engine.end
}

// Each PSUM buffer begins at a bank (64 bytes on this target), however small it is.
// CHECK-LABEL: engine.program @banks
// CHECK:       "p" scratch psum<4x4xf32> at 0
// CHECK:       "q" scratch psum<4x4xf32> at 64
engine.program @banks target "tiny" {
  %p = engine.buffer "p" scratch psum<4x4xf32>
  %q = engine.buffer "q" scratch psum<4x4xf32>
  %s = engine.buffer "s" scratch sbuf<4x4xf32>
  engine.tensor_tensor on vector %p[0:4, 0:4] add %q[0:4, 0:4] into %s[0:4, 0:4]
  engine.end
}

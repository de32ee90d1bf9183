// RUN: accelc-opt %s -t accelc-asm | filecheck %s
// RUN: xdsl-opt %s -t accelc-asm | filecheck %s
// RUN: accelc-opt %s -t accelc-asm -o %t.s && accelc as %t.s -o %t.acx && accelc-opt %s -t acx -o %t.direct.acx
// RUN: accelc dis %t.direct.acx | filecheck %s
// RUN: accelc sim %t.direct.acx --timing-only | filecheck %s --check-prefix=SIM

// Programs alone are segments in their order; buffers with data of the caller are named after program and symbol.
// CHECK:      .input "first.x" float32[16]
// CHECK-NEXT: .input "second.x" float32[16]
// CHECK-NEXT: .output "first.y" float32[16]
// CHECK-NEXT: .output "second.x'" float32[16]
// CHECK:      .segment "first"
// CHECK:      .stream vector
// CHECK-NEXT:   copy dst=sbuf.fp32[0+4]@0x10(4:1) {{.*}} wait=s1>=1 update0=s0+1@complete
// CHECK:      .segment "second"
// CHECK:      .bind in_place "second.x'" fp32[16] @0x0
// SIM: time        216 ns
engine.program @first target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %y = engine.buffer "y" output hbm<16xf32> at 64
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  %b = engine.buffer "b" scratch sbuf<4x4xf32> at 16
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.dma_copy on dma1 %b[0:4, 0:4] to %y[0 + (4, 4):(4, 1)]
  engine.end
}
engine.program @second target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0 {updated = "x'"}
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.dma_copy on dma1 %a[0:4, 0:4] to %x[0 + (4, 4):(4, 1)]
  engine.end
}

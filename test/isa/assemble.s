; RUN: accelc as %s -o %t.acx && accelc dis %t.acx | filecheck %s
; RUN: accelc dis %t.acx --stream vector | filecheck %s --check-prefix STREAM

; A program written by hand is printed in the canonical form: numbers in hexadecimal, operands after parameters.
.program 1.0
.target "tiny"
.output "y" float32[8]
.segment "main"
.outputs "y"
.hbm 64
.bind output "y" fp32[8] @0
.semaphore 0 "done"
.core 0
.stream vector
  memset dst=sbuf.fp32[0+1]@256(1:0,8:1) value=1.50 update0=s0+1@complete
  halt
.stream dma1
  dma_copy src=sbuf.fp32@256(8:4) dst=hbm.fp32@0(8:4) wait=s0>=1
  halt

; CHECK:      .program 1.0
; CHECK:      |name = "tiny"
; CHECK:      .bind output "y" fp32[8] @0x0
; CHECK-NEXT: .semaphore 0 "done"
; CHECK-NEXT: .core 0
; CHECK-NEXT: .stream vector
; CHECK-NEXT:   memset value=1.5 dst=sbuf.fp32[0+1]@0x100(8:1) update0=s0+1@complete  ; 0
; CHECK-NEXT:   halt  ; 1
; CHECK-NEXT: .stream dma1
; CHECK-NEXT:   dma_copy dst=hbm.fp32@0x0(8:4) src=sbuf.fp32@0x100(8:4) wait=s0>=1  ; 0

; STREAM-NOT: .program
; STREAM:     .stream vector
; STREAM-NOT: dma_copy

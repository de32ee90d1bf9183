; RUN: not accelc as %s -o %t.acx 2>&1 | filecheck %s
; RUN: not ls %t.acx

; A record the target does not allow is reported with its line, and no file is written.
.program 1.0
.target "tiny"
.segment "main"
.core 0
.stream vector
  copy dst=sbuf.fp32[0+4]@0(8:1) src0=psum.fp32[0+4]@240(8:1)
  halt

; CHECK: error: {{.*}}assemble-invalid.s:10: {{.*}} stream 'vector': record 0 (copy): field 'src0.offset' = 240:
; CHECK-SAME: touches bytes 240 to 271 of a partition of 256 bytes

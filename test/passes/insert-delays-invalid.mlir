// RUN: not accelc-opt %s -p 'insert-delays{points=op}' 2>&1 | filecheck %s --check-prefix=POINTS
// RUN: not accelc-opt %s -p 'insert-delays{policy=cap}' 2>&1 | filecheck %s --check-prefix=POLICY
// RUN: not accelc-opt %s -p 'insert-delays{element=2 elements=2}' 2>&1 | filecheck %s --check-prefix=ELEMENT
// RUN: not accelc-opt %s -p 'insert-delays{max-slots=-1}' 2>&1 | filecheck %s --check-prefix=SLOTS
// RUN: not accelc-opt %s -p 'insert-delays{policy=stagger element=1 elements=2 maximum-ns=2}' 2>&1 | filecheck %s --check-prefix=MAXIMUM
// RUN: not accelc-opt %s -p 'insert-delays{throttle=tensr}' 2>&1 | filecheck %s --check-prefix=THROTTLE
// RUN: not accelc-opt %s -p 'insert-delays{policy=stagger start=false}' 2>&1 | filecheck %s --check-prefix=START
// RUN: not accelc-opt %s -p insert-delays,insert-delays 2>&1 | filecheck %s --check-prefix=TWICE

// Options that cannot be used are named with their legal values; a program gets its delays once.
// POINTS:  insert-delays: unknown points 'op': legal are layer, burst
// POLICY:  insert-delays: unknown policy 'cap': legal are off, stagger
// ELEMENT: insert-delays: element 2 is not one of 2: legal are 0 to elements - 1
// SLOTS:   insert-delays: max-slots -1 and maximum-ns 100000000 must not be negative
// MAXIMUM: insert-delays: staggering needs a delay of {{[0-9]+}} cycles, the maximum is 2: raise maximum-ns, or stagger fewer elements
// THROTTLE: insert-delays: unknown throttle lane 'tensr': legal are tensor, vector, scalar, gpsimd; did you mean 'tensor'?
// START:   insert-delays: policy 'stagger' needs the delays at the start: leave out start=false
// TWICE:   insert-delays: program 'p' has delays already
engine.program @p target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4] {layer = 0 : i64}
  engine.end
}

// RUN: not accelc-opt %s 2>&1 | filecheck %s

// A verifier error is one diagnostic with the operation underlined, and no traceback.
func.func @f() -> i32 { func.return }
// CHECK:      error: Expected arguments to have the same types as the function output types
// CHECK-NOT:  Traceback
// CHECK:      "func.return"() : () -> ()
// CHECK-NEXT: ^^^^^^^^^^^^^

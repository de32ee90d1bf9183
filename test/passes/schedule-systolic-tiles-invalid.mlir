// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{order=colum}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p schedule-systolic-tiles 2>&1 | filecheck %s --check-prefix TARGET

// Unknown orders and unknown targets are named, with the legal ones.
engine.program @main target "huge" {
  engine.end
}
// CHECK:  error: unknown block order 'colum': legal are auto, row, column, alternate, diagonal, switch; did you mean 'column'?
// TARGET: error: unknown target 'huge' (presets:

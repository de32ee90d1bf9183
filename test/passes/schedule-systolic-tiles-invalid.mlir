// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{order=colum}' 2>&1 | filecheck %s
// RUN: not accelc-opt %s -p schedule-systolic-tiles 2>&1 | filecheck %s --check-prefix TARGET
// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{search=yes}' 2>&1 | filecheck %s --check-prefix SEARCH
// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{order=row search=on}' 2>&1 | filecheck %s --check-prefix BOTH
// RUN: not accelc-opt %s -p 'schedule-systolic-tiles{switch=2}' 2>&1 | filecheck %s --check-prefix ORDER

// Unknown orders and unknown targets are named, with the legal ones.
engine.program @main target "huge" {
  engine.end
}
// CHECK:  error: unknown block order 'colum': legal are auto, row, column, alternate, diagonal, switch; did you mean 'column'?
// TARGET: error: unknown target 'huge' (presets:
// SEARCH: error: search is 'yes': legal are off, on
// BOTH:   error: search with order 'row': a search chooses the orders; use order auto, or search off
// ORDER:  error: switch 2 with order 'auto': only order switch turns from columns to rows

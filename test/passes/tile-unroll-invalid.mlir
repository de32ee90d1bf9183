// RUN: not accelc-opt %s -p 'tile-unroll{limit=3}' 2>&1 | filecheck %s

// Programs too large to read are refused.
engine.program @main target "tiny" {
  %y = engine.buffer "y" scratch sbuf<4x64xf32>
  tile.copy on vector %y[0:4, 0:16] into %y[0:4, 0:16] blocks 4
  engine.end
}
// CHECK: error: tile.copy has 4 blocks, tile-unroll writes out at most 3; raise its limit

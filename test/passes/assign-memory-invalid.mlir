// RUN: accelc-opt %s -p assign-memory --split-input-file --verify-diagnostics | filecheck %s

// A buffer larger than the memory is named, with its size, the limit and a remedy.
// CHECK: buffer 'huge' needs 8192 bytes, one sbuf partition of target 'tiny' has 4096: lower with smaller tiles, or use a target with more memory.sbuf.partition_bytes
engine.program @large target "tiny" {
  %a = engine.buffer "huge" scratch sbuf<4x2048xf32>
  engine.memset on vector 0.0 into %a[0:4, 0:4]
  engine.end
}

// -----

// A memory that is full names the buffer that finds no room, and the largest of those that hold it.
// CHECK: buffer 'c' needs 2048 bytes, one sbuf partition of target 'tiny' has 4096, of which 3072 are held by 2 other live buffers, the largest 'a' (2048), 'b' (1024): lower with smaller tiles
engine.program @full target "tiny" {
  %a = engine.buffer "a" scratch sbuf<4x512xf32>
  %b = engine.buffer "b" scratch sbuf<4x256xf32>
  %c = engine.buffer "c" scratch sbuf<4x512xf32>
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.tensor_tensor on vector %a[0:4, 0:4] add %b[0:4, 0:4] into %c[0:4, 0:4]
  engine.end
}

// -----

// A target without a weight FIFO cannot hold buffers in one.
// CHECK: the program uses memory 'wfifo', which target 'tiny' does not have: lower the model for 'tiny'
engine.program @fifo target "tiny" {
  %w = engine.buffer "w" scratch wfifo<4x4xbf16>
  engine.end
}

// The command lists every preset, with the figures machines are compared by.
// RUN: accelc targets | filecheck %s --check-prefix=LIST
// LIST: target {{.*}}array {{.*}}clock {{.*}}peak
// LIST: gemmini-like  16 x 16
// LIST: tiny          4 x 4 {{.*}} 16 KiB
// LIST: tpu-like      256 x 256 {{.*}}91.75 TOPS int8
// LIST: trn-like      128 x 128 {{.*}}91.75 TOPS bf16

// A machine is shown with its memories, its engines' operations, and the hash programs are bound to.
// RUN: accelc targets show tiny | filecheck %s --check-prefix=SHOW
// SHOW: tiny: ISA 1.0, sha256 {{[0-9a-f]+}}
// SHOW: PSUM {{.*}}4 partitions x 256 B in 4 banks
// SHOW: gpsimd {{.*}}4 lanes: iota, affine_select, gather, partition_reduce

// A file with mistakes is refused; every mistake has its place, key, value and legal values.
// RUN: not accelc targets check %S/Inputs/wrong.toml 2>&1 | filecheck %s --check-prefix=WRONG
// WRONG: wrong.toml:3:1: error: isa: missing key 'instr_bytes'
// WRONG: wrong.toml:3:20: error: isa.minr: unknown key; did you mean 'minor'? (known: instr_bytes, major, minor)
// WRONG: wrong.toml:5:1: error: time.tick_hz: '5.6 GHz' is not an integer from 1000000 to 1000000000000 Hz

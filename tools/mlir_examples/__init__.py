"""Programs whose MLIR text, written by other compilers, is in `test/unit/mlir/Inputs`."""

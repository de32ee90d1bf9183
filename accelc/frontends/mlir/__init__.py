"""
Programs of other compilers, in the dialects `stablehlo`, `tosa` and `linalg` on tensors, as `graph` IR.

`syntax` parses their text, `rules` say what each operation computes, `plans` are the mathematics without IR.
"""

from accelc.frontends.mlir.convert import convert_module
from accelc.frontends.mlir.loading import SUFFIX, import_mlir

__all__ = ["SUFFIX", "convert_module", "import_mlir"]

"""
Text of the dialects `stablehlo`, `chlo`, `tosa`, `linalg` and `tensor`, as other compilers print it.

xDSL knows some of their operations, and none of the pretty forms that jax and IREE print. Operations are parsed
without definitions of their own, into what the generic form would give, for passes that only read them.
"""

from accelc.frontends.mlir.syntax.parser import UpstreamParser

__all__ = ["UpstreamParser"]

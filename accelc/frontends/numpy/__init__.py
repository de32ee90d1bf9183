"""
Programs written with NumPy as `graph` IR: slices that are views, writes in place, `out=`, loops.

`trace` calls a Python function once with stand-ins for its arrays and records what it does to them.
"""

from accelc.frontends.numpy.array import TracedArray
from accelc.frontends.numpy.compiled import compile_traced, run_traced
from accelc.frontends.numpy.program import Spec, Traced, branch, loop, trace

__all__ = ["Spec", "Traced", "TracedArray", "branch", "compile_traced", "loop", "run_traced", "trace"]

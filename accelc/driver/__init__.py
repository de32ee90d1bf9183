"""
The driver: a model in, a compiled program out, and a whole run with its checks.

`compile_model` is behind `accelc compile` and `accelc.compile`; `run_model` adds execution, the reference and the
report, and is behind `accelc run`.
"""

from accelc.driver.compiling import CompiledModel, Placement, compile_imported, compile_model, placements_of
from accelc.driver.importing import Progress, silent
from accelc.driver.running import RunResult, run_model
from accelc.options import DEFAULT_TARGET, FORCED, PRECISIONS, REPEAT_LAYERS, CompileOptions

__all__ = [
    "DEFAULT_TARGET",
    "FORCED",
    "PRECISIONS",
    "REPEAT_LAYERS",
    "CompileOptions",
    "CompiledModel",
    "Placement",
    "Progress",
    "RunResult",
    "compile_imported",
    "compile_model",
    "placements_of",
    "run_model",
    "silent",
]

"""
Programs that jax, IREE and LLVM wrote as MLIR text, compiled, executed on the simulator, against what they compute.

Files, inputs and results (jax's, or NumPy's for TOSA and what was made of it) are those of `test/unit/mlir/Inputs`. All
goes to the accelerator that can (`accelerator-first`), as programs this small would be left to the host.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from accelc.analysis.work import work_of
from accelc.driver import CompileOptions, RunResult, run_model
from accelc.frontends.mlir import import_mlir
from accelc.isa.program import HostSegment
from accelc.runtime.host import parse_function
from benchmarks.measure import Measurement

FOLDER = Path(__file__).parents[2] / "test/unit/mlir"
PROGRAMS = (
    "jax/mlp_step",
    "jax/transformer_block",
    "jax/cnn_step",
    "linalg/transformer_block",
    "linalg/classifier",
    "linalg/classifier_generic",
    "tosa/classifier_v0",
    "tosa/classifier_v1",
    "tosa/quantized",
)
REDUCED_PROGRAMS = ("tosa/classifier_v1",)
LEAST = 0.99
"""Share of the arithmetic that is on the accelerator."""


def measure(reduced: bool) -> Iterator[Measurement]:
    """Error and share of each program; of one program only when `reduced`."""
    sys.path.append(str(FOLDER))
    support: Any = import_module("mlir_support")
    for name in REDUCED_PROGRAMS if reduced else PROGRAMS:
        path = FOLDER / "Inputs" / f"{name}.mlir"
        inputs, outputs = support.arrays(path)
        imported = import_mlir(path, {}, {}, None)
        total = sum(work_of(op).operations for op in imported.module.walk())
        given = {spec.name: array for spec, array in zip(imported.inputs, inputs, strict=True)}
        result = run_model(path, CompileOptions(force="accelerator-first"), inputs=given, check=False)
        found = [np.asarray(result.execution.outputs[value.name]) for value in result.compiled.program.outputs]
        error = max(support.difference(a, b) for a, b in zip(found, outputs, strict=True))
        yield Measurement.at_most(f"relative error, {name}", error, "", support.TOLERANCE)
        yield Measurement.at_least(f"arithmetic on the accelerator, {name}", share(result, total), "", LEAST)


def share(result: RunResult, total: int) -> float:
    """Share of a program's `total` scalar operations that no launched host segment executed."""
    segments = {segment.name: segment for segment in result.compiled.program.segments}
    host = 0
    for launch in result.execution.segments:
        segment = segments[launch.name]
        if isinstance(segment, HostSegment):
            host += sum(work_of(op).operations for op in parse_function(segment).walk())
    return 1 - host / total

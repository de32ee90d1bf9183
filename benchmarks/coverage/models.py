"""
Where the multiply-accumulates of published networks are executed: at least 99 % of them on the accelerator.

The work of the host is counted in the functions of the segments that were launched, launch by launch; that of the
accelerator in the records of its array, which do at least what is left of the model's.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

import accelc
from accelc.analysis.work import macs_of
from accelc.dialects import graph
from accelc.driver import RunResult
from accelc.frontends.onnx import import_onnx
from accelc.isa.program import HostSegment
from accelc.profile.build import profile
from accelc.profile.summary import summarize
from accelc.runtime.host import parse_function
from benchmarks.measure import Measurement

Array = npt.NDArray[Any]
MODELS = ("minilm", "silero", "ocr_direction", "ocr_detection", "ocr_recognition")
REDUCED_MODELS = ("silero",)
LEAST = 0.99

sys.path.append(str(Path(__file__).parents[2] / "examples"))


def measure(reduced: bool) -> Iterator[Measurement]:
    """One share for each network; one network only when `reduced`."""
    for name in REDUCED_MODELS if reduced else MODELS:
        model, inputs = network(name)
        result = accelc.run(model, inputs=inputs)
        agrees = result.comparison is not None and result.comparison.within_tolerance
        if not isinstance(result, accelc.RunResult) or not agrees:
            raise RuntimeError(f"{name}: the numbers are not those of the reference: {result.comparison}")
        shapes = {key: array.shape for key, array in inputs.items()}
        total = sum(macs_of(op) for op in import_onnx(model, shapes).module.walk())
        yield Measurement.at_least(f"MACs on the accelerator, {name}", share(name, result, total), "", LEAST)


def network(name: str) -> tuple[Path | ModelProto, Mapping[str, Array]]:
    """A network of `examples/model_files.py`, and inputs of its shapes."""
    files: Any = import_module("model_files")
    path: Path = files.file_of(name)
    if name == "minilm":
        minilm: Any = import_module("minilm")
        vocabulary = minilm.read_vocabulary(path.parent)
        ids, mask = minilm.tokenize("The accelerator runs a transformer.", vocabulary, 32)
        return minilm.build(path.parent), {"input_ids": ids, "attention_mask": mask}
    rng = np.random.default_rng(0)
    shapes: Mapping[str, tuple[int, ...]] = files.INPUT_SHAPES[name]
    inputs: dict[str, Array] = {key: rng.random(shape, np.float32) for key, shape in shapes.items()}
    if name == "silero":
        inputs |= dict.fromkeys(("h", "c"), np.zeros((1, 1, 128), np.float32))
    return path, inputs


def share(name: str, result: RunResult, total: int) -> float:
    """
    Share of a model's `total` MACs that were executed on the accelerator.

    Raises RuntimeError when a framework took part, whose work is not known, or the array did less than the share.
    """
    program = result.compiled.program
    segments = {segment.name: segment for segment in program.segments}
    host = 0
    for launch in result.execution.segments:
        segment = segments[launch.name]
        if isinstance(segment, HostSegment):
            operations = list(parse_function(segment).walk())
            if any(isinstance(op, graph.CallFrameworkOp) for op in operations):
                raise RuntimeError(f"{name}: a framework executed part of the model")
            host += sum(macs_of(op) for op in operations)
    done = summarize(profile(program, result.execution, result.compiled.target)).macs
    if done < total - host:
        raise RuntimeError(f"{name}: the array did {done} MACs, the model has {total} less {host} of the host")
    return 1 - host / total

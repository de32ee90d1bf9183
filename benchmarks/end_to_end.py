"""
Suite `end-to-end`: cost and quality of whole models on `trn-like`.

ResNet-50 is compiled and executed with numbers: seconds, memory, and time over the lower bound have limits. For every
model the ratio of simulated time to the lower bound is reported. The peer is onnxruntime executing the same model on
this computer: it computes the same numbers without cycles.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.measure import Measurement, run_accelc

TARGET = "trn-like"
LIGHT_MODELS = (
    "bvlc_alexnet",
    "densenet121",
    "inception_v1",
    "inception_v2",
    "resnet50",
    "shufflenet",
    "squeezenet",
    "vgg19",
    "zfnet512",
)
MAX_SECONDS = 20.0
MAX_BYTES = 3e9
MAX_RATIO = 3.0
"""Limits for ResNet-50: compile plus functional simulation, its memory, and total time over the lower bound."""


def light_model(name: str) -> Path:
    """File of a model inside the package `onnx`."""
    spec = find_spec("onnx")
    if spec is None or spec.origin is None:
        raise RuntimeError("the suite end-to-end needs the package onnx: pip install 'accelc[onnx]'")
    return Path(spec.origin).parent / "backend" / "test" / "data" / "light" / f"light_{name}.onnx"


def measure() -> Iterator[Measurement]:
    """All numbers of the suite."""
    yield from _resnet50()
    for name in LIGHT_MODELS:
        if name != "resnet50":
            report, _ = run_accelc(str(light_model(name)), "--target", TARGET, "--timing-only")
            yield Measurement.reported(f"{name}: total over lower bound", _ratio(report), "x")


def _resnet50() -> Iterator[Measurement]:
    model = light_model("resnet50")
    report, finished = run_accelc(str(model), "--target", TARGET, "--no-check")
    seconds = report["seconds"]
    spent = seconds["import"] + seconds["compile"] + seconds["simulate"]
    yield Measurement.at_most("resnet50: compile and simulate", spent, "s", MAX_SECONDS, _onnxruntime_seconds(model))
    yield Measurement.at_most("resnet50: peak memory", float(finished.peak_bytes), "bytes", MAX_BYTES)
    yield Measurement.at_most("resnet50: total over lower bound", _ratio(report), "x", MAX_RATIO)


def _ratio(report: dict[str, Any]) -> float:
    return report["time"]["total_ns"] / report["time"]["lower_bound_ns"]


def _onnxruntime_seconds(model: Path) -> float | None:
    """Seconds of loading and one execution, or None if the peer is not installed."""
    if find_spec("onnxruntime") is None:
        print("baseline missing: onnxruntime is not installed", file=sys.stderr)
        return None
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    start = perf_counter()
    session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    data = np.zeros(session.get_inputs()[0].shape, np.float32)
    session.run(None, {session.get_inputs()[0].name: data})
    return perf_counter() - start

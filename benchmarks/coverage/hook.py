"""
NumPy scripts and PyTorch networks on the machine: how far their numbers are from NumPy's and torch's.

Errors are the largest difference of any element of a result, relative to the largest element of that result.
"""

import contextlib
import io
from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module, util
from pathlib import Path
from typing import Any

import numpy as np

import accelc
from benchmarks.measure import Measurement

EXAMPLES = Path(__file__).parents[2] / "examples" / "numpy"
SCRIPTS = {"mlp": (20,), "kmeans": (4,), "attention": (), "life": (12,)}
"""Arguments of each script's `main`."""
REDUCED_SCRIPTS = ("attention",)
NETWORKS = ("bert", "gpt", "cnn")
LARGEST_ERROR = 1e-6
LARGEST_TORCH_ERROR = 5e-6
"""Of a step of training: a gradient is the end of a longer chain of sums than what a script computes."""
LARGEST_OVERHEAD_US = 50.0
STEPS = 400
"""Iterations of the loop that measures the hook."""


def measure(reduced: bool) -> Iterator[Measurement]:
    """Errors and overhead of the scripts, then errors of the networks; one script only when `reduced`."""
    for name in REDUCED_SCRIPTS if reduced else SCRIPTS:
        yield from script(name)
    yield Measurement.at_most(
        "hook: overhead of a call", overhead(STEPS // 8 if reduced else STEPS), "us", LARGEST_OVERHEAD_US
    )
    if reduced or util.find_spec("torch") is None:
        return
    for name in NETWORKS:
        yield from network(name)


def load(name: str) -> Any:
    """A script as a module."""
    spec = util.spec_from_file_location(f"script_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def script(name: str) -> Iterator[Measurement]:
    """One script, unmodified, on `trn-like`."""
    module = load(name)
    with contextlib.redirect_stdout(io.StringIO()):
        expected = module.main(*SCRIPTS[name])
        with accelc.hook("trn-like") as session:
            found = module.main(*SCRIPTS[name])
    report = session.report
    if report.races or report.interpreted:
        raise RuntimeError(f"{name}: races {report.races}, not compiled: {dict(report.interpreted)}")
    error = max(error_of(np.asarray(found[key]), array) for key, array in expected.items())
    hooked, returned = report.hooked_calls.total(), report.returned_calls.total()
    executed = report.operations.total()
    yield Measurement.at_most(f"hook: error of {name}.py", error, "", LARGEST_ERROR)
    yield Measurement.reported(f"hook: calls hooked, {name}.py", hooked / (hooked + returned), "")
    yield Measurement.reported(
        f"hook: operations on the accelerator, {name}.py", report.operations["accelerator"] / executed, ""
    )


def error_of(found: Any, expected: Any) -> float:
    """Largest difference of two arrays, relative to the largest element."""
    a, b = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    return float(np.abs(a - b).max() / max(float(np.abs(b).max()), np.finfo(np.float64).tiny))


def overhead(steps: int) -> float:
    """Microseconds of the hook for each call of a loop of small updates, when all of its kinds of calls are known."""
    with accelc.hook(None) as session:
        loop(steps // 4)
        session.report.hook_seconds = 0.0
        session.report.hooked_calls.clear()
        session.report.returned_calls.clear()
        loop(steps)
        return session.report.overhead_us


def loop(steps: int) -> None:
    """Arithmetic, views, reductions and writes in place on small arrays."""
    x = make(1.0)
    y = make(0.5)
    for step in range(steps):
        a = x * y + x
        b = np.maximum(a - 0.25, 0)
        total = b.sum(axis=0)
        x[1:] -= 0.1 * a[1:]
        y = b * 0.99
        if step % 20 == 19:
            float(total[0])


def make(value: float) -> Any:
    """An array, made where the hook is active."""
    return np.full((8, 8), value, np.float32)


def identity(function: Any) -> Any:
    """Eager execution."""
    return function


def network(name: str) -> Iterator[Measurement]:
    """Forward, backward and one step of SGD through `torch.compile`."""
    networks: Any = import_module("benchmarks.coverage.torch_networks")
    backend: Any = import_module("accelc.frontends.torch.backend")
    torch: Any = import_module("torch")
    torch._dynamo.reset()
    module, inputs, classes = networks.examples(name)
    other, report = deepcopy(module), backend.TorchReport()
    options = {"target": "trn-like", "report": report}

    def compiled(function: Any) -> Any:
        return torch.compile(function, backend=backend.accelc, options=options)

    expected = networks.trained(module, inputs, classes, identity)
    found = networks.trained(other, inputs, classes, compiled)
    if report.races or report.kept:
        raise RuntimeError(f"{name}: races {report.races}, left to torch: {dict(report.kept)}")
    pairs = zip(found, expected, strict=True)
    error = max(error_of(mine.numpy(), theirs.numpy()) for (_, mine), (_, theirs) in pairs if theirs.abs().max() > 0)
    yield Measurement.at_most(f"torch: error of a step of {name}", error, "", LARGEST_TORCH_ERROR)
    yield Measurement.reported(
        f"torch: operations on the accelerator, {name}",
        report.operations["accelerator"] / report.operations.total(),
        "",
    )

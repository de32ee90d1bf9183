"""The framework tier: operators of the source framework, executed by the framework itself."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt

from accelc.dialects.graph import CallFrameworkOp
from accelc.errors import ModelError, UsageError

Array = npt.NDArray[Any]
Framework = Callable[[CallFrameworkOp, Sequence[Array]], Sequence[Array]]

FRAMEWORKS = ("onnxruntime", "onnx")
"""Frameworks that can execute an operator, the preferred one first."""


def load_framework(name: str | None = None) -> Framework:
    """
    The callback of a framework, by default the first of `FRAMEWORKS` that is installed.

    Raises UsageError for an unknown name and ModelError when the package is not installed.
    """
    if name is not None and name not in FRAMEWORKS:
        raise UsageError(f"unknown framework '{name}' (frameworks: {', '.join(FRAMEWORKS)})")
    chosen = next((f for f in ((name,) if name else FRAMEWORKS) if find_spec(f) is not None), None)
    # Even onnxruntime gets its models through the package `onnx`.
    if chosen is None or find_spec("onnx") is None:
        raise ModelError(
            f"operators kept for a framework need one of the packages {', '.join(FRAMEWORKS)}: "
            "install it with: pip install 'accelc[framework]'"
        )
    from accelc.frontends.onnx import run_onnxruntime, run_reference

    return {"onnxruntime": run_onnxruntime, "onnx": run_reference}[chosen]


def lazy_framework(name: str | None = None) -> Framework:
    """A callback that loads its framework when the first operator is executed."""
    loaded: list[Framework] = []

    def call(op: CallFrameworkOp, inputs: Sequence[Array]) -> Sequence[Array]:
        if not loaded:
            loaded.append(load_framework(name))
        return loaded[0](op, inputs)

    return call

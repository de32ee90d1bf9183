"""The framework tier: operators of the source framework, executed by the framework itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt

from accelc.dialects.graph import CallFrameworkOp
from accelc.errors import ModelError, UsageError

Array = npt.NDArray[Any]
Framework = Callable[[CallFrameworkOp, Sequence[Array]], Sequence[Array]]

FRAMEWORKS = ("onnxruntime", "onnx")
"""Frameworks that can execute an operator, the preferred one first; the next is asked where one cannot."""

TORCH = "torch"
"""Domain of the operators that only torch executes."""
REFERENCE_FIRST = frozenset({"Bernoulli", "DFT", "Dropout", "MaxUnpool", "Resize", "STFT"})
"""
Operators that onnxruntime executes otherwise than the standard's own tests expect, so that ONNX's reference is asked
first: coarser Fourier transforms, resizing of corners by other sizes, other random numbers for a seed.
"""


@dataclass(frozen=True)
class FrameworkCall:
    """An operator that a framework executed, the model's node, and why frameworks before it did not."""

    op_type: str
    loc_name: str
    framework: str
    passed_over: tuple[str, ...]


class Frameworks:
    """
    Executes operators by the first of `FRAMEWORKS` that can, or by one of them alone; `calls` is what it executed.

    Packages are looked for when the first operator comes. Raises UsageError for an unknown name.
    """

    def __init__(self, name: str | None = None) -> None:
        if name is not None and name not in FRAMEWORKS:
            raise UsageError(f"unknown framework '{name}' (frameworks: {', '.join(FRAMEWORKS)})")
        self.calls: list[FrameworkCall] = []
        self._names = FRAMEWORKS if name is None else (name,)

    def __call__(self, op: CallFrameworkOp, inputs: Sequence[Array]) -> Sequence[Array]:
        """
        Results of one operator.

        Raises ModelError, with the reason of each framework, when none can execute it or none is installed.
        """
        if op.domain.data == TORCH:
            from accelc.frontends.torch.operators import run_operator

            place = op.loc_name.data if op.loc_name is not None else ""
            self.calls.append(FrameworkCall(op.op_type.data, place, TORCH, ()))
            return run_operator(op, inputs)
        reasons: list[str] = []
        for name in preferred(
            op.op_type.data, self._names, empty=not op.domain.data and not all(a.size for a in inputs)
        ):
            try:
                results = _runner(name)(op, inputs)
            except ModelError as error:
                reasons.append(str(error))
                continue
            place = op.loc_name.data if op.loc_name is not None else ""
            self.calls.append(FrameworkCall(op.op_type.data, place, name, tuple(reasons)))
            return results
        raise ModelError("; ".join(reasons))


def installed(names: Sequence[str] = FRAMEWORKS) -> tuple[str, ...]:
    """The frameworks among `names` that are installed. Raises ModelError if none is."""
    # Even onnxruntime gets its models through the package `onnx`.
    found = tuple(name for name in names if find_spec(name) is not None)
    if not found or find_spec("onnx") is None:
        raise ModelError(
            f"operators kept for a framework need one of the packages {', '.join(FRAMEWORKS)}: "
            "install it with: pip install 'accelc[framework]'"
        )
    return found


def preferred(op_type: str, names: Sequence[str] = FRAMEWORKS, *, empty: bool = False) -> tuple[str, ...]:
    """
    The frameworks among `names` that are installed, in the order to ask for an operator. Raises ModelError.

    With `empty` operands it is the reference alone: kernels of onnxruntime divide by sizes, which ends the process.
    """
    found = installed(names)
    if empty and "onnx" in found:
        return ("onnx",)
    return found[::-1] if op_type in REFERENCE_FIRST else found


def _runner(name: str) -> Framework:
    from accelc.frontends.onnx import run_onnxruntime, run_reference

    return {"onnxruntime": run_onnxruntime, "onnx": run_reference}[name]

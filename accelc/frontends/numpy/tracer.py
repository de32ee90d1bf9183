"""What a trace writes to: nested blocks, the storages each of them sees, constants, and the line of the source."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.constants import Constants
from accelc.dialects.graph_ops.base import GraphOp
from accelc.errors import ModelError

Array = npt.NDArray[Any]
OWN_MODULES = ("accelc.frontends.numpy.", "numpy.")
"""Frames of these packages are not the user's."""


@dataclass
class Scope:
    """A block being written, and the block argument of every storage from outside that it uses."""

    block: Block
    captures: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])


@dataclass
class Tracer:
    """One trace. `scopes` are the blocks being written, from the function to the innermost loop."""

    scopes: list[Scope]
    weights: dict[str, Array] = field(default_factory=dict[str, Array])

    @property
    def scope(self) -> Scope:
        """The innermost block."""
        return self.scopes[-1]

    def add(self, op: Operation) -> SSAValue:
        """Append an operation; its result. Raises ModelError naming the source line if it is not legal."""
        self.append(op)
        return op.results[0]

    def append(self, op: Operation) -> None:
        """Append an operation without looking at its results. Raises ModelError as `add`."""
        if isinstance(op, GraphOp):
            op.loc_name = StringAttr(self.location())
        try:
            op.verify_()
        except VerifyException as error:
            self.refuse(str(error))
        self.scope.block.add_op(op)

    def refuse(self, message: str, cause: Exception | None = None) -> NoReturn:
        """Raise ModelError with the source line that is being traced."""
        raise ModelError(f"{self.location()}: {message}") from cause

    def resolve(self, variable: SSAValue, home: Scope) -> SSAValue:
        """A storage of scope `home` as seen in the innermost block: itself, or an argument of that block."""
        if home not in self.scopes:
            self.refuse(
                "an array made in the body of a loop or branch is used outside of it; write to an array from outside"
            )
        for scope in self.scopes[self.scopes.index(home) + 1 :]:
            if variable not in scope.captures:
                argument = scope.block.insert_arg(variable.type, len(scope.block.args))
                scope.captures[variable] = argument
            variable = scope.captures[variable]
        return variable

    def constant(self, array: Array) -> SSAValue:
        """A value with these elements."""
        return self.add(Constants(self.weights).make(np.ascontiguousarray(array).reshape(array.shape), "constant"))

    @staticmethod
    def location() -> str:
        """File and line of the statement that is being traced."""
        frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        while frame is not None and f"{frame.f_globals.get('__name__', '')}.".startswith(OWN_MODULES):
            frame = frame.f_back
        return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}" if frame is not None else "?"


def layout(shadows: Sequence[Array], dtype: npt.DTypeLike) -> Array:
    """An uninitialized array with the shape and memory order that NumPy gives an elementwise result."""
    iterator: Any = np.nditer(
        (*shadows, None),
        flags=["zerosize_ok"],
        op_dtypes=[*(s.dtype for s in shadows), np.dtype(dtype)],
    )
    return iterator.operands[-1]

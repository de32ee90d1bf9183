"""What every front end gives: a module, the data of its weights, its interface."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp

from accelc.dialects import graph

Array = npt.NDArray[Any]
DType = np.dtype[Any]


@dataclass(frozen=True)
class TensorSpec:
    """Name, shape (elements) and dtype of an input or output of a model."""

    name: str
    shape: tuple[int, ...]
    dtype: DType

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype.name}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True)
class ImportedModel:
    """A model as a module with one `graph.func @main`, its weights by name, and its interface in order."""

    module: ModuleOp
    weights: dict[str, Array]
    inputs: list[TensorSpec]
    outputs: list[TensorSpec]

    @property
    def function(self) -> graph.FuncOp:
        """The function `@main`."""
        from accelc.interpreters.graph.runner import find_function

        return find_function(self.module)

"""One ONNX node during import: its inputs as tensors, its attributes with types checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto

from accelc.errors import ModelError
from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.loading import describe
from accelc.frontends.onnx.tensors import Array

Results = Tensor | Sequence[Tensor]


@dataclass(frozen=True)
class Node:
    """A node, the opset version of its domain, and the builder to import it with."""

    proto: NodeProto
    opset: int
    inputs: Sequence[Tensor | None]
    builder: Builder
    folder: Path | None
    import_body: Callable[[GraphProto], list[Tensor]]

    def error(self, message: str) -> ModelError:
        """A diagnostic located at this node."""
        return ModelError(f"{describe(self.proto)}: {message}")

    def unsupported(self, what: str) -> "Unsupported":
        """Raised to keep the node as a framework operation."""
        return Unsupported(what)

    # --- inputs ---------------------------------------------------------------------------------------------------

    def optional(self, index: int) -> Tensor | None:
        """Input `index`, or None when it is omitted."""
        return self.inputs[index] if index < len(self.inputs) else None

    def input(self, index: int = 0) -> Tensor:
        """Input `index`; omitting it is an error."""
        tensor = self.optional(index)
        if tensor is None:
            raise self.error(f"input {index} is missing")
        return tensor

    def all_inputs(self) -> list[Tensor]:
        """Every input; none may be omitted."""
        if not self.inputs:
            raise self.error("it has no inputs")
        return [self.input(i) for i in range(len(self.inputs))]

    def constant(self, index: int) -> Array:
        """
        The elements of input `index`, which must not depend on the model's inputs.

        Raises NeedsValueError if it does.
        """
        tensor = self.input(index)
        if tensor.data is None:
            raise NeedsValueError(
                f"{describe(self.proto)}: input '{self.proto.input[index]}' determines shapes and depends on the "
                "values of the model's inputs; only shapes known at import are supported",
                tensor,
            )
        tensor.decides = True
        return tensor.data

    def integers(self, index: int) -> list[int]:
        """The constant integers of input `index`, flattened."""
        values = self.constant(index)
        if values.dtype.kind not in "iu" or values.ndim > 1:
            raise self.error(f"input '{self.proto.input[index]}' is not a vector of integers")
        return [int(v) for v in values.reshape(-1)]

    def single(self, index: int) -> float:
        """The only element of constant input `index`: an integer or a float of Python."""
        values = self.constant(index)
        if values.size != 1:
            raise self.error(f"input '{self.proto.input[index]}' has {values.size} elements, expected one")
        value: Any = values.reshape(-1)[0]
        return int(value) if values.dtype.kind in "iub" else float(value)

    def whole(self, index: int) -> int:
        """The only element of constant input `index`, a whole number of any type."""
        value = self.single(index)
        if not float(value).is_integer():
            raise self.error(f"input '{self.proto.input[index]}' is {value}, expected a whole number")
        return int(value)

    # --- attributes -----------------------------------------------------------------------------------------------

    def attribute(self, name: str, kind: int) -> AttributeProto | None:
        """Attribute `name`, checked to be of the ONNX attribute type `kind`."""
        for attribute in self.proto.attribute:
            if attribute.name == name:
                if attribute.type != kind:
                    expected = AttributeProto.AttributeType.Name(kind)  # pyright: ignore[reportArgumentType]
                    raise self.error(f"attribute '{name}' is not of type {expected}")
                return attribute
        return None

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        found = self.attribute(name, AttributeProto.INT)
        return default if found is None else found.i

    def number(self, name: str, default: float) -> float:
        """A float attribute (stored as f32: its shortest decimal form is taken)."""
        found = self.attribute(name, AttributeProto.FLOAT)
        return default if found is None else found.f

    def text(self, name: str, default: str) -> str:
        """A string attribute."""
        found = self.attribute(name, AttributeProto.STRING)
        return default if found is None else found.s.decode()

    def ints(self, name: str) -> list[int] | None:
        """A list of integers, or None."""
        found = self.attribute(name, AttributeProto.INTS)
        return None if found is None else list(found.ints)

    def tensor(self, name: str) -> TensorProto | None:
        """A tensor attribute, or None."""
        found = self.attribute(name, AttributeProto.TENSOR)
        return None if found is None else found.t

    def axis(self, value: int, rank: int) -> int:
        """An axis in `[-rank, rank)`, counted from the front."""
        if not -rank <= value < rank:
            raise self.error(f"axis {value} is outside [{-rank}, {rank - 1}] of a tensor of rank {rank}")
        return value % rank

    def axes(self, values: Sequence[int], rank: int) -> list[int]:
        """Distinct axes, counted from the front."""
        axes = [self.axis(v, rank) for v in values]
        if len(set(axes)) != len(axes):
            raise self.error(f"axes {list(values)} repeat an axis")
        return axes

    def axes_of(self, since: int, index: int = 1) -> list[int] | None:
        """Axes from the attribute, or from input `index` since an opset; None when omitted."""
        if self.opset < since:
            return self.ints("axes")
        return None if self.optional(index) is None else self.integers(index)

    def wants(self, output: int) -> bool:
        """Whether output `output` is named."""
        return output < len(self.proto.output) and bool(self.proto.output[output])

    def scalar_constant(self, index: int) -> float | None:
        """The value of input `index` when it is a known single number."""
        tensor = self.optional(index)
        if tensor is None or tensor.data is None or tensor.data.size != 1:
            return None
        return float(np.asarray(tensor.data, np.float64).reshape(()))


class NeedsValueError(ModelError):
    """A node whose import needs the elements of a tensor that are known only when the model runs."""

    def __init__(self, message: str, tensor: Tensor) -> None:
        super().__init__(message)
        self.tensor = tensor


class Unsupported(Exception):
    """An operator, or a variant of one, that the `graph` dialect cannot express; the node is kept for the framework."""


Handler = Callable[[Node], Results]
Table = dict[str, Handler]

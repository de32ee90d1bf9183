"""One operation being converted: its operands as `graph` values, and what its results must be."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xdsl.ir import Block, SSAValue

from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import Array, DType, dtype_of
from accelc.frontends.mlir.view import ConversionError, View
from accelc.frontends.mlir.writer import Writer

if TYPE_CHECKING:
    from accelc.frontends.mlir.convert import Converter

Env = MutableMapping[SSAValue, SSAValue]
"""Value of the other compiler -> value of the `graph` dialect."""
Results = SSAValue | Sequence[SSAValue]
Rule = Callable[["Call"], Results]
Table = Mapping[str, Rule]
"""Name of an operation -> how to compute its results."""


@dataclass(frozen=True)
class Call:
    """`view` is the operation, `writer` takes what it becomes, `env` has the values around it."""

    view: View
    writer: Writer
    env: Env
    converter: "Converter"

    def error(self, message: str) -> ConversionError:
        """A diagnostic located at the operation."""
        return self.view.error(message)

    def __len__(self) -> int:
        """Number of operands."""
        return len(self.view.op.operands)

    def operand(self, index: int) -> SSAValue:
        """An operand. Raises ConversionError if it is missing."""
        if index >= len(self):
            raise self.error(f"has {len(self)} operands, expected at least {index + 1}")
        return self.value(self.view.op.operands[index])

    @property
    def operands(self) -> list[SSAValue]:
        """All operands."""
        return [self.operand(i) for i in range(len(self))]

    def value(self, source: SSAValue) -> SSAValue:
        """What a value of the other compiler became."""
        found = self.env.get(source)
        if found is None:
            raise self.error(f"uses a value of type {source.type} that is no tensor")
        return found

    def first(self, count: int) -> list[SSAValue]:
        """The first operands. Raises ConversionError if there are fewer."""
        return [self.operand(i) for i in range(count)]

    def known(self, index: int, what: str) -> Array:
        """The elements of an operand that must be a constant."""
        found = self.writer.known(self.operand(index))
        if found is None:
            raise self.error(f"{what} (operand {index}) is not known when compiling; supported are constants")
        return found

    def shape(self, index: int = 0) -> tuple[int, ...]:
        """Shape of an operand."""
        return shape_of(self.operand(index))

    def dtype(self, index: int = 0) -> DType:
        """Type of the elements of an operand."""
        return dtype_of(self.operand(index))

    def result(self, index: int = 0) -> tuple[tuple[int, ...], DType]:
        """Shape and dtype that a result has by its type."""
        if index >= len(self.view.op.results):
            raise self.error(f"has {len(self.view.op.results)} results, expected at least {index + 1}")
        return self.view.spec(self.view.op.results[index])

    def body(self, index: int = 0) -> Block:
        """The one block of a region. Raises ConversionError for other regions."""
        regions = self.view.regions
        if index >= len(regions) or len(regions[index].blocks) != 1:
            raise self.error(f"body {index} is not one block")
        return regions[index].block

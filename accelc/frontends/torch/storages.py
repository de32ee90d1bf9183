"""The storages of a program: torch numbers them, the `graph` dialect has one variable for each."""

from dataclasses import dataclass, field

from xdsl.ir import SSAValue

from accelc.analysis.inplace.strided import Strided, row_major
from accelc.dialects import graph
from accelc.dialects.graph_ops.inplace import VarType, stored
from accelc.frontends.torch.library import Tensor, geometry, storage_of
from accelc.frontends.torch.writer import Handle, Writer


@dataclass
class Storages:
    """
    For every storage a variable whose elements in row-major order are its cells.

    A view is written as a view of that variable, from torch's sizes, strides and offset: whichever operators made it.
    """

    roots: dict[int, Handle] = field(default_factory=dict[int, Handle])
    """Variable by storage. The shadow is kept so that no other storage gets its number."""
    written: set[int] = field(default_factory=set[int])
    """Storages that were written."""

    def create(self, writer: Writer, value: SSAValue, shadow: Tensor) -> Handle:
        """A tensor in new storage: a value, or a variable which is that of an argument."""
        order = memory_order(geometry(shadow))
        identity = order == tuple(range(len(order)))
        if isinstance(value.type, VarType):
            root = value if identity else writer.add(graph.ViewTransposeOp(value, order))
            self.roots[storage_of(shadow)] = Handle(root, shadow)
            return Handle(value, shadow)
        root = writer.variable(value if identity else writer.transpose(value, order))
        self.roots[storage_of(shadow)] = Handle(root, shadow)
        inverse = sorted(range(len(order)), key=order.__getitem__)
        return Handle(root if identity else writer.add(graph.ViewTransposeOp(root, inverse)), shadow)

    def view(self, writer: Writer, shadow: Tensor) -> Handle:
        """A tensor in a storage that is known. Raises ValueError for one that no chain of views gives."""
        root = self.roots[storage_of(shadow)]
        if root.shadow.dtype != shadow.dtype:
            raise ValueError(f"views {root.shadow.dtype} as {shadow.dtype}; supported are views of the same type")
        return Handle(writer.view(root.variable, stored(root.variable).get_shape(), geometry(shadow)), shadow)

    def is_written(self, shadow: Tensor) -> bool:
        """Whether the storage of a tensor was written."""
        return storage_of(shadow) in self.written


def memory_order(place: Strided) -> tuple[int, ...]:
    """
    Axes from the one with the largest stride to the one with the smallest, for a tensor that fills its storage.

    Raises ValueError for one that has gaps, or repeats elements.
    """
    sizes, strides = place.sizes, place.strides
    plain = tuple(range(len(sizes)))
    if 0 in sizes or (not place.offset and _fits(sizes, strides, plain)):
        return plain
    order = tuple(sorted(plain, key=lambda d: (-strides[d], d)))
    if place.offset or not _fits(sizes, strides, order):
        raise ValueError(
            f"strides {list(strides)} of a tensor of sizes {list(sizes)} leave gaps or repeat elements in its storage; "
            "make it contiguous first"
        )
    return order


def _fits(sizes: tuple[int, ...], strides: tuple[int, ...], order: tuple[int, ...]) -> bool:
    dense = row_major([sizes[d] for d in order])
    return all(sizes[d] == 1 or strides[d] == stride for d, stride in zip(order, dense, strict=True))

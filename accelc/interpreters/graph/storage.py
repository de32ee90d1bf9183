"""
Semantics of the in-place family: storage that is written, and views of it.

A variable is a flat array and the index of the cell behind each of its elements, so that any chain of views, also one
that NumPy could only copy (the reshape of a transposition), stays a view.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints
from accelc.dialects.graph_ops.element_types import Array
from accelc.dialects.graph_ops.inplace import stored
from accelc.errors import ModelError
from accelc.interpreters.graph.movement import slices


@dataclass(frozen=True)
class Reference:
    """Elements of a variable or view: `cells[index]`."""

    cells: Array
    """(cells,): the storage; written in place."""
    index: npt.NDArray[np.intp]
    """Cell of each element, in the shape of the variable."""
    captured: bool = False
    """The storage is that of a constant: never written."""
    shared: bool = False
    """Several elements may be one cell: never written through this reference."""

    @staticmethod
    def of(array: Array, captured: bool = False) -> "Reference":
        """Reference to a contiguous array's own memory."""
        assert array.flags.c_contiguous
        return Reference(array.reshape(-1), np.arange(array.size).reshape(array.shape), captured)

    def load(self) -> Array:
        """A copy of the present contents."""
        return self.cells[self.index]

    def store(self, value: Array) -> None:
        """Replace the contents by a value that broadcasts to them. Raises ModelError if that is not allowed."""
        if self.captured:
            raise ModelError("writes a constant that the program captured")
        if self.shared:
            raise ModelError("writes a view that repeats elements")
        self.cells[self.index] = value

    def view(self, op: graph.ViewOp) -> "Reference":
        """The view that an operation makes of this reference."""
        shape, shared = stored(op.result).get_shape(), self.shared
        match op:
            case graph.ViewSliceOp():
                index = self.index[slices(ints(op.starts), ints(op.steps), shape)]
            case graph.ViewTransposeOp():
                index = self.index.transpose(ints(op.perm))
            case graph.ViewReshapeOp():
                index = self.index.reshape(shape)
            case _:
                index = np.broadcast_to(self.index, shape)
                shared |= index.size != self.index.size
        return Reference(self.cells, index, self.captured, shared)

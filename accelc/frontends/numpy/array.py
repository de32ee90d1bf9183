"""
The stand-in for an array while a function is traced.

Every array is a storage (`graph.variable`) or a view of one. Beside it a *shadow*, an uninitialized NumPy array, goes
through the same indexing and reshaping: NumPy itself then says what is a view, what is a copy, and what is an error.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.frontends.numpy.tracer import Array, Scope, Tracer

Index = Any
"""What NumPy takes between brackets."""


class TracedArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of the traced program; behaves as `numpy.ndarray` for what can be traced."""

    __array_priority__: float = 1000.0

    def __init__(self, tracer: Tracer, variable: SSAValue, shadow: Array) -> None:
        self.tracer = tracer
        self.variable = variable
        self.shadow = shadow
        self.scope: Scope = tracer.scope
        self.is_number = False
        """A result without axes: NumPy makes a number of it, which `+=` replaces instead of writing."""

    @staticmethod
    def of_value(tracer: Tracer, value: SSAValue, shadow: Array) -> "TracedArray":
        """A new array that holds a computed value."""
        array = TracedArray(tracer, tracer.add(graph.VariableOp(value)), shadow)
        array.is_number = shadow.ndim == 0
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes."""
        return self.shadow.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.shadow.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.shadow.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Element type."""
        return self.shadow.dtype

    def __len__(self) -> int:
        return len(self.shadow)

    @property
    def value(self) -> SSAValue:
        """The present contents."""
        return self.tracer.add(graph.LoadOp(self.here))

    @property
    def here(self) -> SSAValue:
        """The storage or view, as seen in the block being written."""
        return self.tracer.resolve(self.variable, self.scope)

    def store(self, value: SSAValue) -> None:
        """Replace the contents by a value that broadcasts to them, of the same element type."""
        self.tracer.append(graph.StoreOp(self.here, value))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        self.tracer.refuse("needs the numbers of a traced array, which are not there yet; use NumPy functions on it")

    def __bool__(self) -> bool:
        self.tracer.refuse(
            "decides by the numbers of a traced array, which are not there yet; use accelc.frontends.numpy.branch"
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        from accelc.frontends.numpy.ufuncs import apply_ufunc

        return apply_ufunc(self.tracer, ufunc, method, inputs, options)

    def __array_function__(self, function: Callable[..., Any], types: Any, arguments: Any, options: Any) -> Any:
        from accelc.frontends.numpy.functions import apply_function

        return apply_function(self.tracer, function, arguments, options)

    def __getitem__(self, index: Index) -> "TracedArray":
        if isinstance(index, TracedArray):
            value = self.tracer.add(graph.GatherOp(self.value, self._rows(index)))
            return TracedArray.of_value(self.tracer, value, np.empty(shape_of(value), self.dtype))
        entries = self._entries(index)
        starts, steps, sizes, shape = _window(self.shape, entries)
        view: Any = self.shadow[index]
        variable = self.tracer.add(graph.ViewSliceOp(self.here, starts, sizes, steps))
        if tuple(sizes) != tuple(shape):
            variable = self.tracer.add(graph.ViewReshapeOp(variable, shape))
        if isinstance(view, np.ndarray):
            return TracedArray(self.tracer, variable, cast(Array, view))
        # One element is a number in NumPy, not a view.
        return TracedArray.of_value(self.tracer, self.tracer.add(graph.LoadOp(variable)), np.empty((), self.dtype))

    def _rows(self, index: "TracedArray") -> SSAValue:
        """Integers that pick slices along the first axis."""
        if index.dtype.kind not in "iu" or not self.ndim:
            self.tracer.refuse(f"an index of {index.dtype.name}; integers for the first axis can be traced")
        return index.value

    def _set_rows(self, index: "TracedArray", new: Any) -> None:
        from accelc.frontends.numpy.ufuncs import convert, operand

        self.require_writable()
        rows = self._rows(index)
        value, shadow = operand(self.tracer, new, self.dtype)
        shape = (*index.shape, *self.shape[1:])
        if np.broadcast_shapes(shadow.shape, shape) != shape:
            self.tracer.refuse(f"cannot store an array of shape {shadow.shape} in slices of shape {shape}")
        updates = convert(self.tracer, value, self.dtype)
        if shadow.shape != shape:
            updates = self.tracer.add(graph.BroadcastOp(updates, shape))
        self.store(self.tracer.add(graph.ScatterOp(self.value, rows, updates)))

    def __setitem__(self, index: Index, new: Any) -> None:
        if isinstance(index, TracedArray):
            self._set_rows(index, new)
            return
        entries = list(cast(tuple[Any, ...], index)) if isinstance(index, tuple) else [index]
        target = self[(*entries, Ellipsis)] if not any(e is Ellipsis for e in entries) else self[index]
        # `a[i] += x` writes a[i] in place, then stores it where it already is.
        if isinstance(new, TracedArray) and _is_same(new, target):
            return
        target.assign(new)

    def assign(self, new: Any) -> None:
        """`self[...] = new`: converted to this dtype, broadcast to this shape."""
        from accelc.frontends.numpy.ufuncs import convert, operand

        self.require_writable()
        value, shadow = operand(self.tracer, new, self.dtype)
        try:
            fits = np.broadcast_shapes(shadow.shape, self.shape) == self.shape
        except ValueError:
            fits = False
        if not fits:
            self.tracer.refuse(f"cannot store an array of shape {shadow.shape} in one of shape {self.shape}")
        self.store(convert(self.tracer, value, self.dtype))

    def require_writable(self) -> None:
        """Raise ModelError for a view that repeats elements."""
        if not self.shadow.flags.writeable:
            self.tracer.refuse("writes a view that repeats elements: several of its elements are one cell of storage")

    def _entries(self, index: Index) -> list[Any]:
        """The index as one entry for each axis, and None for each new one."""
        entries = list(cast(tuple[Any, ...], index)) if isinstance(index, tuple) else [index]
        for entry in entries:
            legal = entry is None or entry is Ellipsis or isinstance(entry, slice | int | np.integer)
            if not legal or isinstance(entry, bool):
                self.tracer.refuse(
                    f"an index of type {type(cast(Any, entry)).__name__}; integers, slices, ... and None can be traced"
                )
        try:
            self.shadow[index]
        except IndexError as error:
            self.tracer.refuse(str(error), error)
        axes = sum(entry is not None and entry is not Ellipsis for entry in entries)
        if not any(e is Ellipsis for e in entries):
            entries.append(Ellipsis)
        at = entries.index(Ellipsis)
        entries[at : at + 1] = [slice(None)] * (self.ndim - axes)
        return entries

    def transpose(self, *axes: Any) -> "TracedArray":
        """View with permuted axes."""
        given = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        perm = tuple(given) if given else tuple(range(self.ndim))[::-1]
        view = self._view(lambda shadow: shadow.transpose(perm))
        normal = [axis % max(self.ndim, 1) for axis in perm]
        return TracedArray(self.tracer, self.tracer.add(graph.ViewTransposeOp(self.here, normal)), view)

    @property
    def T(self) -> "TracedArray":
        """View with reversed axes."""
        return self.transpose()

    def reshape(self, *shape: Any, order: str = "C") -> "TracedArray":
        """View of another shape, or a copy where NumPy makes one."""
        if order != "C":
            self.tracer.refuse(f"reshape with order '{order}'; only 'C' can be traced")
        sizes = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        view = self._view(lambda shadow: shadow.reshape(sizes))
        source = self if _is_view(view, self.shadow) else self.copy()
        return TracedArray(self.tracer, self.tracer.add(graph.ViewReshapeOp(source.here, view.shape)), view)

    def ravel(self) -> "TracedArray":
        """`reshape(-1)`."""
        return self.reshape(-1)

    def swapaxes(self, first: int, second: int) -> "TracedArray":
        """View with two axes exchanged."""
        axes = list(range(self.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return self.transpose(axes)

    def squeeze(self, axis: int | tuple[int, ...] | None = None) -> "TracedArray":
        """View without axes of size 1."""
        return self.reshape(self._view(lambda shadow: shadow.squeeze(axis)).shape)

    def broadcast_to(self, shape: Sequence[int]) -> "TracedArray":
        """View that repeats elements; it cannot be written."""
        view = self._view(lambda shadow: np.broadcast_to(shadow, shape))
        return TracedArray(self.tracer, self.tracer.add(graph.ViewBroadcastOp(self.here, view.shape)), view)

    def copy(self, order: str = "C") -> "TracedArray":
        """A new array of the same contents."""
        return TracedArray.of_value(self.tracer, self.value, np.empty(self.shape, self.dtype))

    def flatten(self, order: str = "C") -> "TracedArray":
        """A new array of one axis."""
        return self.copy().reshape(-1, order=order)

    def fill(self, value: float) -> None:
        """Set all elements."""
        self.assign(value)

    def astype(self, dtype: npt.DTypeLike) -> "TracedArray":
        """A new array, converted."""
        kind = TensorType(element_of_dtype(np.dtype(dtype)), self.shape)
        value = self.tracer.add(graph.CastOp(self.value, kind.element_type))
        return TracedArray.of_value(self.tracer, value, np.empty_like(self.shadow, np.dtype(dtype)))

    def _reduce(self, kind: str, axis: Any, keepdims: bool) -> "TracedArray":
        from accelc.frontends.numpy.ufuncs import reduce

        return reduce(self, kind, axis, keepdims)

    def sum(self, axis: Any = None, keepdims: bool = False) -> "TracedArray":
        """Sum along axes."""
        return self._reduce("sum", axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> "TracedArray":
        """Mean along axes."""
        return self._reduce("mean", axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> "TracedArray":
        """Largest along axes."""
        return self._reduce("max", axis, keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> "TracedArray":
        """Smallest along axes."""
        return self._reduce("min", axis, keepdims)

    def prod(self, axis: Any = None, keepdims: bool = False) -> "TracedArray":
        """Product along axes."""
        return self._reduce("prod", axis, keepdims)

    def _view(self, function: Callable[[Array], Array]) -> Array:
        try:
            return function(self.shadow)
        except (ValueError, IndexError, TypeError) as error:
            self.tracer.refuse(str(error), error)


def _window(shape: Sequence[int], entries: Sequence[Any]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Starts, steps and sizes of a slice of every axis, and the shape of the result."""
    starts, steps, sizes, result = list[int](), list[int](), list[int](), list[int]()
    axis = 0
    for entry in entries:
        if entry is None:
            result.append(1)
            continue
        if isinstance(entry, slice):
            start, stop, step = cast(slice, entry).indices(shape[axis])
            size = len(range(start, stop, step))
            result.append(size)
        else:
            start, step, size = int(entry) % shape[axis], 1, 1
        starts.append(start if size else 0)
        steps.append(step)
        sizes.append(size)
        axis += 1
    return starts, steps, sizes, result


def _is_view(view: Array, source: Array) -> bool:
    return np.may_share_memory(view, source) or view.size == 0


def _is_same(a: TracedArray, b: TracedArray) -> bool:
    """Whether two stand-ins are the same elements in the same order."""
    one, other = a.shadow.__array_interface__, b.shadow.__array_interface__
    return a.shadow.size > 0 and all(one[k] == other[k] for k in ("data", "shape", "strides", "typestr"))

"""
Values of a model during import, and the builder that turns calls into `graph` operations or folded constants.

A value is either known (a constant: an array) or computed (an SSA value). An operation whose operands are all known
is evaluated at once by the dialect's own reference semantics and leaves no IR, which is how shape arithmetic, and
everything that depends only on weights, disappears.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any, cast, overload

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, StringAttr, TensorType, i64
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.analysis.shapes import check_slice
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import array_to_dense, dtype_of_element, element_of_dtype
from accelc.errors import ModelError
from accelc.frontends.onnx.tensors import Array, DType, check_constant_size, checked_shape
from accelc.interpreters.graph import evaluate
from accelc.weights import is_absent, like_absent

INLINE_ELEMENTS = 16
"""Float constants of at most this many elements stay in the IR, unless a layer uses them as weights."""
MAX_INLINE_ELEMENTS = 1024
"""Largest constant of integers or truth values that stays in the IR."""


@dataclass(eq=False)
class Tensor:
    """
    A value of the model: static shape, dtype, and either its elements (`data`) or the SSA value computing them.

    `decides` says that its elements were needed at import: they are a shape, axes, or some other parameter.
    """

    shape: tuple[int, ...]
    dtype: DType
    data: Array | None = None
    ssa: SSAValue | None = None
    name: str = ""
    decides: bool = False

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def is_float(self) -> bool:
        """Whether the elements are floats of any width."""
        return self.dtype.kind in "fV"


def _type(shape: Sequence[int], dtype: DType) -> TensorType[Attribute]:
    return TensorType(element_of_dtype(dtype), shape)


def known(data: Array, name: str = "") -> Tensor:
    """A constant; `name` is what it is called as a weight."""
    return Tensor(data.shape, data.dtype, data=data, name=name)


class Builder:
    """
    Appends operations to a block; `node_name`, `value_name` and `layer` are those of the node being imported.

    `depth` counts the bodies of control flow around it.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.weights: dict[str, Array] = {}
        self.node_name = ""
        self.value_name = ""
        self.where = ""
        self.layer: int = -1
        self.depth = 0
        self._materialized: list[Tensor] = []

    def error(self, message: str) -> ModelError:
        """A diagnostic located at the current node."""
        return ModelError(f"{self.where}: {message}")

    # --- operands and results -------------------------------------------------------------------------------------

    def ssa(self, tensor: Tensor, *, as_weight: bool = False) -> SSAValue:
        """The SSA value of a tensor; a constant becomes a weight or an inline constant, once."""
        if tensor.ssa is None:
            assert tensor.data is not None
            limit = INLINE_ELEMENTS if tensor.is_float else MAX_INLINE_ELEMENTS
            if as_weight or is_absent(tensor.data):
                limit = 0
            if prod(tensor.shape) > limit:
                op: Operation = graph.WeightOp(self._store(tensor), _type(tensor.shape, tensor.dtype))
            else:
                op = graph.ConstantOp(array_to_dense(tensor.data))
            self._insert(op)
            tensor.ssa = op.results[0]
            self._materialized.append(tensor)
        return tensor.ssa

    @contextmanager
    def undone_on_error(self) -> Generator[None]:
        """If the block raises, what it appended is erased."""
        last, count, names, layer = self.block.last_op, len(self._materialized), len(self.weights), self.layer
        try:
            yield
        except BaseException:
            while self.block.last_op is not last:
                assert self.block.last_op is not None
                self.block.erase_op(self.block.last_op, safe_erase=False)
            for tensor in self._materialized[count:]:
                tensor.ssa = None
            del self._materialized[count:]
            for name in list(self.weights)[names:]:
                del self.weights[name]
            self.layer = layer
            raise

    def _store(self, tensor: Tensor) -> str:
        assert tensor.data is not None
        base = tensor.name or f"{self.value_name}.constant"
        name, suffix = base, 0
        while name in self.weights and self.weights[name] is not tensor.data:
            suffix += 1
            name = f"{base}.{suffix}"
        self.weights[name] = tensor.data
        return name

    def _insert(self, op: Operation) -> None:
        op.attributes["loc_name"] = StringAttr(self.node_name)
        if self.layer >= 0:
            op.attributes["layer"] = IntegerAttr(self.layer, i64)
        try:
            op.verify()
        except VerifyException as error:
            message = str(error)
            # Else its operands would have a use that is in no block.
            op.erase()
            raise self.error(message) from error
        self.block.add_op(op)

    def emit_all(
        self,
        make: Callable[..., Operation],
        *operands: Tensor | None,
        weights: Sequence[int] = (),
        foldable: bool = True,
    ) -> list[Tensor]:
        """Results of the operation `make(*values)`; None operands stay None; `weights` are positions of weights."""
        present = [t for t in operands if t is not None]
        if foldable and present and all(t.data is not None for t in present):
            return self._fold(make, operands, present)
        values = [None if t is None else self.ssa(t, as_weight=i in weights) for i, t in enumerate(operands)]
        op = make(*values)
        self._insert(op)
        return [self._computed(result) for result in op.results]

    @overload
    def emit(self, make: Callable[[SSAValue], Operation], x: Tensor, /) -> Tensor: ...

    @overload
    def emit(
        self, make: Callable[[SSAValue, SSAValue], Operation], a: Tensor, b: Tensor, /, *, weights: Sequence[int] = ()
    ) -> Tensor: ...

    @overload
    def emit(
        self, make: Callable[..., Operation], /, *operands: Tensor | None, weights: Sequence[int] = ()
    ) -> Tensor: ...

    def emit(self, make: Callable[..., Operation], /, *operands: Tensor | None, weights: Sequence[int] = ()) -> Tensor:
        """The only result of the operation `make(*values)`."""
        (result,) = self.emit_all(make, *operands, weights=weights)
        return result

    def _computed(self, value: SSAValue) -> Tensor:
        kind = cast(TensorType[Attribute], value.type)
        checked_shape(kind.get_shape(), self.where)
        return Tensor(kind.get_shape(), dtype_of_element(kind.element_type), ssa=value)

    def _fold(
        self, make: Callable[..., Operation], operands: Sequence[Tensor | None], present: Sequence[Tensor]
    ) -> list[Tensor]:
        arguments = iter(Block(arg_types=[_type(t.shape, t.dtype) for t in present]).args)
        op = make(*(None if t is None else next(arguments) for t in operands))
        for result in op.results:
            spec = self._computed(result)
            check_constant_size(spec.shape, spec.dtype, self.where)
        op.verify()
        data = [cast(Array, t.data) for t in present]
        unknown = next((array for array in data if is_absent(array)), None)
        if unknown is not None:
            return [known(self._absent(unknown, result)) for result in op.results]
        arrays = evaluate(op, data)
        return [known(np.asarray(a)) for a in arrays]

    def _absent(self, source: Array, result: SSAValue) -> Array:
        """A value that depends on an absent weight. Raises ModelError where more of it is needed than its type."""
        spec = self._computed(result)
        if spec.dtype.kind not in "fV":
            raise self.error("its result depends on the elements of a weight, which are absent (--no-weights)")
        return like_absent(source, spec.shape, spec.dtype)

    # --- elementwise ----------------------------------------------------------------------------------------------

    def unary(self, kind: str, x: Tensor) -> Tensor:
        """Elementwise function `kind` of the dialect."""
        return self.emit(graph.UNARY_OPS[kind], x)

    def binary(self, kind: str, a: Tensor, b: Tensor) -> Tensor:
        """Elementwise function `kind` with NumPy broadcasting."""
        return self.emit(graph.BINARY_OPS[kind], a, b)

    def scalar(self, value: float, like: Tensor) -> Tensor:
        """A constant of rank 0 with the dtype of `like`, which must have the value, floats apart."""
        exact = like.is_float or float(value).is_integer()
        try:
            data = np.asarray(value, like.dtype) if exact else None
        except OverflowError:
            data = None
        if data is None:
            raise self.error(f"{value} is no value of {like.dtype.name}")
        return known(data)

    def count(self, size: int, dtype: DType, shape: Sequence[int] | None = None) -> Tensor:
        """The constants 0, 1, ... size - 1 as a vector or in `shape`; dtype has them all."""
        if dtype.kind in "iu" and size - 1 > np.iinfo(dtype.name).max:
            raise self.error(f"{dtype.name} cannot count to {size}")
        check_constant_size((size,), np.dtype(np.int64), self.where)
        data = np.arange(size).astype(dtype)
        return known(data if shape is None else data.reshape(tuple(shape)))

    def add(self, a: Tensor, b: Tensor | float) -> Tensor:
        """a + b."""
        return self.binary("add", a, b if isinstance(b, Tensor) else self.scalar(b, a))

    def mul(self, a: Tensor, b: Tensor | float) -> Tensor:
        """a * b."""
        return self.binary("mul", a, b if isinstance(b, Tensor) else self.scalar(b, a))

    def select(self, condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """Elementwise choice."""
        return self.emit(graph.SelectOp, condition, a, b)

    def cast(self, x: Tensor, dtype: DType, *, saturate: bool = False) -> Tensor:
        """x converted to dtype, an 8-bit float type if it is to saturate."""
        if x.dtype == dtype:
            return x
        return self.emit(lambda v: graph.CastOp(v, element_of_dtype(dtype), saturate=saturate), x)

    def reduce(self, kind: str, x: Tensor, axes: Sequence[int], *, keepdims: bool) -> Tensor:
        """Reduction over distinct axes in `[0, rank)`; no axes give x."""
        if not axes:
            return x
        return self.emit(lambda v: graph.ReduceOp(v, kind, sorted(axes), keepdims), x)

    def matmul(self, a: Tensor, b: Tensor) -> Tensor:
        """numpy.matmul."""
        return self.emit(graph.MatmulOp, a, b, weights=(0, 1))

    # --- movement: known values stay views, so that a filled weight of any size costs nothing ------------------------

    def _view(self, x: Tensor, data: Array) -> Tensor:
        check_constant_size(data.shape, data.dtype, self.where)
        return known(data, x.name)

    def reshape(self, x: Tensor, shape: Sequence[int]) -> Tensor:
        """x with the same elements in another shape."""
        shape = checked_shape(list(shape), self.where)
        if prod(shape) != prod(x.shape):
            raise self.error(f"cannot reshape {list(x.shape)} to {list(shape)}")
        if shape == x.shape:
            return x
        if x.data is not None:
            return self._view(x, x.data.reshape(shape))
        return self.emit(lambda v: graph.ReshapeOp(v, shape), x)

    def transpose(self, x: Tensor, perm: Sequence[int]) -> Tensor:
        """Axis i of the result is axis perm[i] of x."""
        if sorted(perm) != list(range(x.rank)):
            raise self.error(f"perm {list(perm)} is not a permutation of {x.rank} axes")
        if list(perm) == sorted(perm):
            return x
        if x.data is not None:
            return self._view(x, x.data.transpose(perm))
        return self.emit(lambda v: graph.TransposeOp(v, perm=perm), x)

    def slice(self, x: Tensor, starts: Sequence[int], sizes: Sequence[int], steps: Sequence[int]) -> Tensor:
        """Elements `starts + i * steps`, `i < sizes`, of every axis."""
        check_slice(x.shape, sizes, starts, steps)
        if tuple(sizes) == x.shape and all(s > 0 or n <= 1 for s, n in zip(steps, sizes, strict=True)):
            return x
        if x.data is not None:
            index = tuple(
                slice(a, None if a + n * s < 0 else a + n * s, s) if n else slice(0, 0)
                for a, n, s in zip(starts, sizes, steps, strict=True)
            )
            return self._view(x, x.data[index])
        return self.emit(lambda v: graph.SliceOp(v, starts, sizes, steps), x)

    def slice_axis(self, x: Tensor, axis: int, start: int, size: int, step: int = 1) -> Tensor:
        """`size` elements of one axis."""
        starts, sizes, steps = [0] * x.rank, list(x.shape), [1] * x.rank
        starts[axis], sizes[axis], steps[axis] = start, size, step
        return self.slice(x, starts, sizes, steps)

    def broadcast(self, x: Tensor, shape: Sequence[int]) -> Tensor:
        """numpy.broadcast_to."""
        shape = checked_shape(list(shape), self.where)
        if shape == x.shape:
            return x
        if x.data is not None:
            return self._view(x, np.broadcast_to(x.data, shape))
        return self.emit(lambda v: graph.BroadcastOp(v, shape), x)

    def concat(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        """Tensors joined along an axis in `[0, rank)`; empty ones vanish."""
        kept = [t for t in tensors if t.shape[axis] != 0] or list(tensors[:1])
        if len(kept) == 1:
            return kept[0]

        def make(*values: SSAValue) -> Operation:
            return graph.ConcatOp(values, axis=axis)

        return self.emit(make, *kept)

    def pad(self, x: Tensor, low: Sequence[int], high: Sequence[int], value: float) -> Tensor:
        """x with constant cells before and after; negative pads crop."""
        x = self.slice(
            x,
            [max(-a, 0) for a in low],
            [max(s + min(a, 0) + min(b, 0), 0) for s, a, b in zip(x.shape, low, high, strict=True)],
            [1] * x.rank,
        )
        low, high = [max(a, 0) for a in low], [max(b, 0) for b in high]
        if not any(low) and not any(high):
            return x
        return self.emit(lambda v: graph.PadOp(v, low=low, high=high, value=value), x)

    def gather(self, x: Tensor, indices: Tensor, axis: int) -> Tensor:
        """ONNX Gather."""
        return self.emit(lambda v, i: graph.GatherOp(v, i, axis=axis), x, indices)

    def written(self, x: Tensor, parts: Sequence[tuple[Sequence[int], Tensor]]) -> Tensor:
        """x after parts of it were written in place, in order, each from its first index in x on; x itself stays."""
        known_parts = [(starts, part.data) for starts, part in parts if part.data is not None]
        if x.data is not None and len(known_parts) == len(parts):
            check_constant_size(x.shape, x.dtype, self.where)
            whole = np.array(x.data)
            for starts, data in known_parts:
                whole[tuple(slice(a, a + n) for a, n in zip(starts, data.shape, strict=True))] = data
            return known(whole)
        storage = graph.VariableOp(self.ssa(x))
        self._insert(storage)
        for starts, part in parts:
            view = graph.ViewSliceOp(storage.result, starts, part.shape)
            self._insert(view)
            self._insert(graph.StoreOp(view.result, self.ssa(part)))
        contents = graph.LoadOp(storage.result)
        self._insert(contents)
        return self._computed(contents.result)

    def framework(
        self, op_type: str, operands: Sequence[Tensor], results: Sequence[tuple[tuple[int, ...], DType]], **values: Any
    ) -> list[Tensor]:
        """An operation kept as it is, executed by a framework."""
        kinds = [TensorType(element_of_dtype(dtype), shape) for shape, dtype in results]

        def make(*inputs: SSAValue) -> Operation:
            return graph.CallFrameworkOp(op_type, inputs, kinds, **values)

        return self.emit_all(make, *operands, foldable=False)

"""
Reference semantics of the `engine` and `tile` dialects: macro-ops executed one after the other on separate buffers.

Nothing here knows an address: a program that assigns overlapping addresses gives other numbers in the simulator
than here. All arithmetic is that of `accelc.numerics` on operands of the same shape as the records have, so that
both agree bit for bit.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc import numerics
from accelc.analysis import indexed
from accelc.dialects import engine
from accelc.dialects.engine import (
    AccessAttr,
    BufferOp,
    BufferType,
    LaneOp,
    MatmulFields,
    ProgramOp,
    access,
    buffer_type,
)
from accelc.dialects.tile import blocks_of
from accelc.emit.limits import check_custom
from accelc.emit.matmul import order_of
from accelc.emit.product import Product
from accelc.errors import ProgramError, SimulationError
from accelc.targets.model import Target

Array = npt.NDArray[Any]


def run_engine(program: ProgramOp, target: Target, bindings: Mapping[str, Array]) -> dict[str, Array]:
    """
    Executes `program` and returns the contents of its outputs by symbol, each of shape (elements,).

    `bindings` holds an array for every buffer of role `input` or `weight`, of its number of elements (any shape) and
    its dtype. All other bits are set at first: NaN in every float format. Raises ProgramError for a missing,
    unknown or mismatched binding.
    """
    machine = _Machine(target)
    for op in program.body.block.ops:
        if isinstance(op, BufferOp):
            machine.declare(op, bindings)
    _check_names(program, bindings)
    for op in program.body.block.ops:
        if isinstance(op, LaneOp):
            machine.execute(op)
    outputs: dict[str, Array] = {}
    for op in program.body.block.ops:
        if isinstance(op, BufferOp):
            symbol = op.symbol if op.role.data == "output" else op.updated
            if symbol is not None:
                outputs[symbol.data] = machine.memory[op.result].elements
    return outputs


def _check_names(program: ProgramOp, bindings: Mapping[str, Array]) -> None:
    known = {op.symbol.data for op in program.body.block.ops if isinstance(op, BufferOp)}
    for symbol in bindings:
        if symbol not in known:
            raise ProgramError(f"no buffer '{symbol}' in program '{program.sym_name.data}' to bind data to")


class Storage:
    """Contents of one buffer; at first all bits are set, which is NaN in every float format."""

    def __init__(self, kind: BufferType):
        self.dtype: np.dtype[Any] = numerics.DTYPES[kind.dtype]
        self.width: int = kind.free_elements * self.dtype.itemsize
        self.bytes: npt.NDArray[np.uint8] = np.full(kind.partitions * self.width, 0xFF, np.uint8)

    @property
    def elements(self) -> Array:
        """All elements, partition after partition."""
        return self.bytes.view(self.dtype)

    def visit(self, start: int, count: int, first: int, sizes: Sequence[int], strides: Sequence[int]) -> Array:
        """View [partitions, sizes...] of partitions `start` to `start + count`, free elements from `first`."""
        item = self.dtype.itemsize
        steps = (self.width, *(stride * item for stride in strides))
        return np.ndarray((count, *sizes), self.dtype, self.bytes.data, start * self.width + first * item, steps)


class _Machine:
    """The buffers of one program and the effect of each macro-op on them."""

    def __init__(self, target: Target):
        self.target = target
        self.memory: dict[SSAValue, Storage] = {}

    def declare(self, op: BufferOp, bindings: Mapping[str, Array]) -> None:
        """Storage of a buffer: the bound data or poison."""
        kind = buffer_type(op.result)
        symbol = op.symbol.data
        storage = Storage(kind)
        self.memory[op.result] = storage
        if op.role.data in ("input", "weight") and symbol not in bindings:
            raise ProgramError(f"buffer '{symbol}' has role {op.role.data}: it needs {kind.free_elements} elements")
        if symbol in bindings:
            data, elements = bindings[symbol], storage.elements
            if data.size != elements.size or data.dtype != elements.dtype:
                raise ProgramError(
                    f"buffer '{symbol}' holds {elements.size} elements of {kind.dtype}, got {data.size} of {data.dtype}"
                )
            elements[...] = data.reshape(-1)

    def visit(self, value: SSAValue, access: AccessAttr) -> Array:
        """View [partitions, sizes...] of a buffer through an access pattern."""
        return self.memory[value].visit(access.start, access.count, access.first, access.shape, access.steps)

    def read(self, value: SSAValue, access: AccessAttr) -> Array:
        """Contiguous copy [partitions, sizes...] of what a pattern visits."""
        return np.array(self.visit(value, access), order="C")

    def write(self, value: SSAValue, access: AccessAttr, values: Array) -> None:
        """Stores `values` (any shape of as many elements) through a pattern, converted to the buffer's dtype."""
        view = self.visit(value, access)
        stored = numerics.cast(values, buffer_type(value).dtype, self.target.numerics.fp8_overflow)
        view[...] = stored.reshape(view.shape)

    def _indices(self, op: engine.IndexedOp) -> Array:
        """Index tensor [batch, count]."""
        return self.read(op.index, op.index_ap).reshape(op.source_ap.shape[0], -1)

    @staticmethod
    def _located(op: LaneOp, move: Callable[..., Array | None], *operands: Any) -> Any:
        """The result of a move by indices. Raises SimulationError naming the op for an index outside."""
        try:
            return move(*operands)
        except ValueError as error:
            where = f" ('{op.loc_name.data}')" if op.loc_name is not None else ""
            raise SimulationError(f"{op.name}{where}: {error}") from error

    @staticmethod
    def dtype(value: SSAValue) -> str:
        """dtype of a buffer."""
        return buffer_type(value).dtype

    def execute(self, op: LaneOp) -> None:
        """Applies one macro-op, block by block."""
        match op:
            case MatmulFields():
                self.matmul(op)
            case engine.DmaCopyFields():
                self.write(op.destination, op.destination_ap, self.read(op.source, op.source_ap))
            case engine.DmaGatherOp():
                source, indices = self.visit(op.source, op.source_ap)[0], self._indices(op)
                self.write(op.destination, op.destination_ap, self._located(op, indexed.picked, source, indices))
            case engine.DmaScatterOp():
                out, new = self.visit(op.destination, op.destination_ap)[0], self.read(op.source, op.source_ap)[0]
                self._located(op, indexed.update, out, self._indices(op), new, op.op.data)
            case engine.PartitionReduceOp():
                source = self.read(op.source, op.source_ap)
                self.write(op.out, op.out_ap, numerics.reduce_partitions(source, op.op.data, self.dtype(op.out)))
            case engine.MemsetOp():
                shape = (op.out_ap.count, *op.out_ap.shape)
                self.write(op.out, op.out_ap, np.full(shape, op.value.value.data, np.float32))
            case engine.DelayOp():
                pass
            case _:
                blocks = blocks_of(op)
                for block in range(blocks):
                    self.elementwise(op, lambda access, block=block: access.part(blocks, block))

    def elementwise(self, op: LaneOp, cut: Callable[[AccessAttr], AccessAttr]) -> None:
        """Applies the part of an elementwise op that `cut` selects from each of its patterns."""
        match op:
            case engine.ActivateFields():
                bias = (
                    op.bias_value.value.data
                    if op.bias is None or op.bias_ap is None
                    else self.read(op.bias, cut(op.bias_ap))
                )
                source = self.read(op.source, cut(op.source_ap))
                result = numerics.activate(source, op.func.data, op.scale.value.data, bias)
            case engine.TensorTensorFields():
                lhs, rhs = self.read(op.lhs, cut(op.lhs_ap)), self.read(op.rhs, cut(op.rhs_ap))
                result = numerics.alu(op.op.data, lhs, rhs, self.dtype(op.out))
            case engine.TensorScalarFields():
                source = self.read(op.source, cut(op.source_ap))
                op0, op1 = (op.op0.data, op.value0.value.data), (op.op1.data, op.value1.value.data)
                result = numerics.tensor_scalar(source, *op0, *op1, self.dtype(op.out))
            case engine.ScalarTensorTensorFields():
                lhs, rhs = self.read(op.lhs, cut(op.lhs_ap)), self.read(op.rhs, cut(op.rhs_ap))
                scalar = self.read(op.scalar, op.scalar_ap)
                result = numerics.scalar_tensor_tensor(lhs, scalar, rhs, op.op0.data, op.op1.data)
            case engine.ReduceFields():
                source = self.read(op.source, cut(op.source_ap))
                result = numerics.reduce_free(source, op.op.data, op.axes.value.data, self.dtype(op.out))
            case engine.CopyFields():
                result = self.read(op.source, cut(op.source_ap))
            case engine.CustomFields():
                reads = [(getattr(op, name), access(op, pattern)) for name, pattern in op.READS]
                sources = [self.read(value, cut(pattern)) for value, pattern in reads if pattern is not None]
                result = check_custom(op)[1].execute(sources, op.values)
            case engine.SelectFields():
                operands = (op.out, op.out_ap), (op.source, op.source_ap), (op.predicate, op.predicate_ap)
                stored, source, predicate = (self.read(value, cut(access)) for value, access in operands)
                stored, source, predicate = (a.reshape(a.shape[0], -1) for a in (stored, source, predicate))
                overflow = self.target.numerics.fp8_overflow
                result = numerics.select(stored, source, predicate, self.dtype(op.out), overflow)
            case _:
                raise AssertionError(f"no semantics for {op.name}")
        self.write(op.out, cut(op.out_ap), result)

    def matmul(self, op: MatmulFields) -> None:
        """All blocks of a product in the order of its schedule."""
        target = self.target
        product = Product.of(op, target.tensor.cols)
        stationary, moving, out = (self.memory[value] for value in (op.stationary, op.moving, op.out))
        accumulator = buffer_type(op.out).dtype
        m_sizes, n_sizes = product.m_sizes().tolist(), product.n_sizes().tolist()
        order: list[tuple[int, int, int]] = order_of(op, product.grid).tolist()
        for i, j, s in order:
            start, rows = product.partitions[s], product.rows[s]
            first = product.stationary_offsets[s] + i * product.m_block
            weights = stationary.visit(start, rows, first, m_sizes[i : i + 1], (1,))
            first = product.moving_offsets[s] + j * product.n_block * product.strides[0]
            sizes = (n_sizes[j], *product.sizes[1:])
            streamed = moving.visit(start, rows, first, sizes, product.strides).reshape(rows, -1)
            block = numerics.matmul_block(weights, streamed, accumulator, target.numerics.tensor_sum_order)
            first = product.out_offset + i * product.out_m_stride + j * product.out_n_stride
            place = out.visit(0, m_sizes[i], first, streamed.shape[1:], (1,))
            place[...] = numerics.accumulate(place, block) if s > 0 or product.accumulate else block

"""
Executes decoded records on the memories of a core: one record at a time, in an order the caller gives.

All arithmetic is in `numerics`; here are only addresses, shapes and dispatch. Timing never enters: any order that
respects the streams and the semaphores of a race-free program gives the same bits.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc import numerics
from accelc.analysis import indexed
from accelc.errors import ExecutionError, PluginError, SimulationError
from accelc.isa import records as layout
from accelc.isa.custom import Extension, instruction
from accelc.isa.records import Flag, Space, as_dma, field
from accelc.isa.table import ALU_OPS, DST, FUNCTIONS, Form, Instruction, Opcode
from accelc.simulator.decode import CoreCode, LaneCode
from accelc.simulator.memory import CoreMemory, View
from accelc.targets.model import Target

Operand = tuple[int, int, int, int, int, int, list[int], list[int]]
"""(space, dtype, first partition, partitions, reserved, byte offset, sizes, strides), as `tolist` gives it."""
Side = tuple[int, int, int, int, list[int], list[int]]
"""(space, dtype, reserved, base, sizes, byte strides)."""
Step = tuple[int, int]
"""(lane position in the core, record)."""

ITEMS = tuple(0 if name == "none" else numerics.DTYPES[name].itemsize for name in layout.DTYPES)


@dataclass(frozen=True)
class _LaneData:
    opcodes: list[int]
    operands: list[tuple[Operand, Operand, Operand]]
    sides: list[tuple[Side, Side]]
    flags: list[int]
    aux: list[list[int]]
    imm: list[list[float]]
    link: list[int]


def _lane_data(lane: LaneCode) -> _LaneData:
    forms = {instruction(code).form for code in set(lane.opcodes)}
    records = lane.records
    return _LaneData(
        lane.opcodes,
        field(records, "operand").tolist() if Form.OPERANDS in forms else [],
        as_dma(records).tolist() if Form.DMA in forms else [],
        field(records, "flags").tolist(),
        field(records, "aux").tolist(),
        field(records, "imm").tolist(),
        field(records, "link").tolist(),
    )


@dataclass(frozen=True)
class _Plane:
    """A stationary operand [K, M] held by the array, in the accumulator's arithmetic."""

    values: npt.NDArray[Any]


class CoreExecutor:
    """
    Functional state of one core: its memories and the planes of its array.

    `sum_order` is one of `numerics.SUM_ORDERS`, by default that of the target.
    """

    def __init__(self, core: CoreCode, target: Target, memory: CoreMemory, sum_order: str | None = None) -> None:
        self.core = core
        self.target = target
        self.memory = memory
        self.sum_order: str = sum_order or target.numerics.tensor_sum_order
        self.overflow: str = target.numerics.fp8_overflow
        self.pending: deque[_Plane] = deque()
        self.active: _Plane | None = None
        self.lanes: list[_LaneData] = [_lane_data(lane) for lane in core]
        self.actions: dict[int, Callable[[_LaneData, int], None]] = {
            Opcode.LS: self._load_stationary,
            Opcode.MM: self._matmul,
            Opcode.TT: self._tensor_tensor,
            Opcode.TS: self._tensor_scalar,
            Opcode.STT: self._scalar_tensor_tensor,
            Opcode.REDUCE: self._reduce,
            Opcode.COPY: self._copy,
            Opcode.SELECT: self._select,
            Opcode.MEMSET: self._memset,
            Opcode.ACT: self._activate,
            Opcode.PART_REDUCE: self._partition_reduce,
            Opcode.DMA_COPY: self._transfer,
            Opcode.DMA_GATHER: self._gather,
            Opcode.DMA_SCATTER: self._scatter,
        }
        for code in {code for lane in core for code in lane.opcodes}:
            row = instruction(code)
            if row.extension is not None:
                self.actions[code] = partial(self._custom, row, row.extension)

    def run(self, order: Iterable[Step]) -> None:
        """
        Executes the records of `order`.

        Raises SimulationError naming lane and record of an illegal one, and PluginError naming those of an instruction
        of another package that failed.
        """
        lanes, actions = self.lanes, self.actions
        for position, record in order:
            data = lanes[position]
            action = actions.get(data.opcodes[record])
            if action is None:
                continue
            try:
                action(data, record)
            except SimulationError as error:
                lane = self.core[position]
                debug = int(field(lane.records, "debug")[record])
                raise ExecutionError(f"{lane.describe(record)}: {error}", debug) from error
            except PluginError as error:
                raise PluginError(f"{self.core[position].describe(record)}: {error}") from error

    def _view(self, operand: Operand) -> View:
        space, dtype, start, count, _, offset, sizes, strides = operand
        memory = self.memory.spaces[space]
        item, width = ITEMS[dtype], memory.width
        if sizes[0] == sizes[1] == sizes[2] == 1:
            return memory.view(dtype, start * width + offset, (count, sizes[3]), (width, int(strides[3]) * item))
        # The fields are 16 bits wide; the product with the item size is not.
        steps = [width, *(int(stride) * item for stride in strides)]
        return memory.view(dtype, start * width + offset, (count, *sizes), steps)

    def _store(self, operand: Operand, values: npt.NDArray[Any]) -> None:
        out = self._view(operand)
        if values.dtype != out.dtype:
            values = numerics.cast(values, layout.DTYPES[operand[1]], self.overflow)
        out[...] = values.reshape(out.shape)

    def _sources(self, *operands: Operand) -> list[View]:
        views = [self._view(operand) for operand in operands]
        if any(view.shape != views[0].shape for view in views):
            return [view.reshape(view.shape[0], -1) for view in views]
        return views

    def _load_stationary(self, data: _LaneData, record: int) -> None:
        if len(self.pending) >= self.target.tensor.shadow_planes:
            raise SimulationError(
                f"loads while all {self.target.tensor.shadow_planes} shadow planes hold operands not yet swapped in"
            )
        operand = data.operands[record][1]
        view = self._view(operand)
        if self.target.tensor.accumulator(layout.DTYPES[operand[1]]) == "fp32":
            values = np.array(view, np.float32, order="C")
        else:
            values = np.array(view, order="C")
        self.pending.append(_Plane(values.reshape(values.shape[0], -1)))

    def _matmul(self, data: _LaneData, record: int) -> None:
        flags = data.flags[record]
        destination, source, _ = data.operands[record]
        if flags & Flag.SWAP:
            if not self.pending:
                raise SimulationError("swaps, but no stationary operand has been loaded since the last swap")
            self.active = self.pending.popleft()
        if self.active is None:
            raise SimulationError("the array holds no stationary operand: load one and swap it in")
        stationary = self.active.values
        accumulator = self.target.tensor.accumulator(layout.DTYPES[source[1]])
        if layout.DTYPES[destination[1]] != accumulator:
            raise SimulationError(
                f"dst is {layout.DTYPES[destination[1]]}, products of {layout.DTYPES[source[1]]} accumulate in "
                f"{accumulator}"
            )
        moving = self._view(source)
        moving = numerics.compute(moving) if accumulator == "fp32" else np.ascontiguousarray(moving)
        moving = moving.reshape(moving.shape[0], -1)
        if stationary.shape[0] != moving.shape[0] or stationary.shape[1] != destination[3]:
            raise SimulationError(
                f"src0 has {moving.shape[0]} partitions and dst {destination[3]}; the active stationary operand is "
                f"{stationary.shape[0]} x {stationary.shape[1]}"
            )
        block = numerics.matmul_block(stationary, moving, accumulator, self.sum_order)
        out = self._view(destination)
        if flags & Flag.ACCUMULATE:
            block = numerics.accumulate(out, block.reshape(out.shape))
        out[...] = block.reshape(out.shape)

    def _tensor_tensor(self, data: _LaneData, record: int) -> None:
        out, left, right = data.operands[record]
        views = self._sources(left, right)
        self._store(out, numerics.alu(ALU_OPS[data.aux[record][0]], views[0], views[1], layout.DTYPES[out[1]]))

    def _tensor_scalar(self, data: _LaneData, record: int) -> None:
        out, source, _ = data.operands[record]
        aux, imm = data.aux[record], data.imm[record]
        view, dtype = self._view(source), layout.DTYPES[out[1]]
        self._store(out, numerics.tensor_scalar(view, ALU_OPS[aux[0]], imm[0], ALU_OPS[aux[1]], imm[1], dtype))

    def _scalar_tensor_tensor(self, data: _LaneData, record: int) -> None:
        out, left, right = data.operands[record]
        aux = data.aux[record]
        memory = self.memory.spaces[int(Space.SBUF)]
        fp32 = layout.DTYPES.index("fp32")
        column = memory.view(fp32, left[2] * memory.width + data.link[record], (left[3],), (memory.width,))
        views = self._sources(left, right)
        self._store(out, numerics.scalar_tensor_tensor(views[0], column, views[1], ALU_OPS[aux[0]], ALU_OPS[aux[1]]))

    def _reduce(self, data: _LaneData, record: int) -> None:
        out, source, _ = data.operands[record]
        view = self._view(source)
        dims = data.aux[record][1]
        if view.ndim < 1 + dims:
            view = view.reshape(view.shape[0], *source[6])
        self._store(out, numerics.reduce_free(view, ALU_OPS[data.aux[record][0]], dims, layout.DTYPES[out[1]]))

    def _partition_reduce(self, data: _LaneData, record: int) -> None:
        out, source, _ = data.operands[record]
        op, dtype = ALU_OPS[data.aux[record][0]], layout.DTYPES[out[1]]
        self._store(out, numerics.reduce_partitions(self._view(source), op, dtype))

    def _copy(self, data: _LaneData, record: int) -> None:
        out, source, _ = data.operands[record]
        self._store(out, self._view(source))

    def _select(self, data: _LaneData, record: int) -> None:
        out, source, predicate = data.operands[record]
        views = [view.reshape(view.shape[0], -1) for view in map(self._view, (out, source, predicate))]
        values = numerics.select(views[0], views[1], views[2], layout.DTYPES[out[1]], self.overflow)
        self._store(out, values)

    def _memset(self, data: _LaneData, record: int) -> None:
        out = data.operands[record][0]
        value = np.full((), data.imm[record][0], np.float32)
        self._view(out)[...] = numerics.cast(value, layout.DTYPES[out[1]], self.overflow)

    def _activate(self, data: _LaneData, record: int) -> None:
        out, source, bias = data.operands[record]
        function = FUNCTIONS[data.aux[record][0]]
        scale, immediate = data.imm[record][:2]
        if bias[3]:
            values, added = self._sources(source, bias)
            self._store(out, numerics.activate(values, function, scale, added))
        else:
            self._store(out, numerics.activate(self._view(source), function, scale, immediate))

    def _custom(self, row: Instruction, extension: Extension, data: _LaneData, record: int) -> None:
        operands = data.operands[record]
        sources = [self._view(operands[slot]) for slot in row.reads()]
        self._store(operands[DST], extension.execute(sources, data.imm[record][: len(row.fields)]))

    def _transfer(self, data: _LaneData, record: int) -> None:
        destination, source = data.sides[record]
        out, values = self._side(destination), self._side(source)
        if values.dtype != out.dtype:
            values = numerics.cast(values, layout.DTYPES[destination[1]], self.overflow)
        out[...] = values.reshape(out.shape)

    def _gather(self, data: _LaneData, record: int) -> None:
        destination, source = data.sides[record]
        out = self._side(destination)
        try:
            out[...] = indexed.picked(self._side(source), self._indices(data, record, out))
        except ValueError as error:
            raise SimulationError(str(error)) from error

    def _scatter(self, data: _LaneData, record: int) -> None:
        destination, source = data.sides[record]
        new = self._side(source)
        try:
            indexed.update(self._side(destination), self._indices(data, record, new), new, ALU_OPS[data.aux[record][1]])
        except ValueError as error:
            raise SimulationError(str(error)) from error

    def _indices(self, data: _LaneData, record: int, dense: View) -> View:
        """Index tensor [batch, count] of a transfer whose dense side is given."""
        code = data.aux[record][0]
        batch, _, count, _ = dense.shape
        hbm, item = self.memory.spaces[int(Space.HBM)], ITEMS[code]
        return hbm.view(code, data.link[record] * layout.INDEX_WORD, (batch, count), (count * item, item))

    def _side(self, side: Side) -> View:
        space, dtype, _, base, sizes, strides = side
        return self.memory.spaces[space].view(dtype, base, sizes, strides)

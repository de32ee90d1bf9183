"""
Builds the `engine.program` of a kernel, one checked macro-op at a time.

Every op is emitted and validated by itself, as the pipeline and the loader will, so that whatever the machine cannot do
is an error of the call that asked for it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import Float32Type, FloatAttr, StringAttr, f32
from xdsl.ir import Attribute, Block, Region, SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.analysis.allocate import Request
from accelc.dialects import engine
from accelc.dialects.engine import AccessAttr, AddressAttr, BufferType, LaneOp, i64_array, i64_attr
from accelc.emit.dma import dma_records
from accelc.emit.elementwise import elementwise_records
from accelc.emit.limits import check_lane, check_partitions
from accelc.emit.matmul import matmul_records
from accelc.errors import AccelcError
from accelc.isa.encode import FieldError, control_records
from accelc.isa.records import Records
from accelc.isa.table import Opcode
from accelc.isa.validation import Limits, RecordError, Stream, validate_stream
from accelc.kernels.location import Site, caller
from accelc.kernels.views import Storage, View, is_integer
from accelc.lowering.builder import ELEMENT_TYPES
from accelc.passes.assign_memory import memory_of
from accelc.targets.model import Target, is_dma

Array = npt.NDArray[Any]
_NUMBERED = re.compile(r"(in|out)\d+")
"""Symbols of inputs and outputs, which no tile may have."""


class Recorder:
    """Storages and macro-ops of one kernel on `target`, in the order of its calls."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.storages: dict[Storage, SSAValue] = {}
        self.constants: dict[str, Array] = {}
        self.ops: list[LaneOp] = []
        self.pinned: Site | None = None
        """First call that chose an address or a DMA queue itself."""
        self._names: set[str] = set()

    def declare(self, storage: Storage) -> View:
        """A buffer for `storage`, which is renamed if its name is taken. Inputs and outputs are numbered."""
        name, number, bound = storage.name, 0, storage.role in ("input", "output")
        while storage.name in self._names or (not bound and _NUMBERED.fullmatch(storage.name)):
            number += 1
            storage.name = f"{name}.{number}"
        symbol = storage.name
        if bound:
            symbol = f"{storage.role[:-3]}{sum(other.role == storage.role for other in self.storages)}"
        self._names.add(storage.name)
        dims = (storage.row,) if storage.space == "hbm" else (storage.rows, storage.row)
        op = engine.BufferOp(symbol, storage.role, BufferType.of(dims, ELEMENT_TYPES[storage.dtype], storage.space))
        if SSAValue.is_valid_name(storage.name):
            op.result.name_hint = storage.name
        # For the trial of each op; `assign-memory` decides unless the kernel did.
        op.address = AddressAttr(i64_attr(storage.at or 0))
        try:
            op.verify()
        except VerifyException as error:
            raise storage.site.error(f"tensor '{storage.name}': {error}") from error
        self.storages[storage] = op.result
        return View(storage, storage.full)

    def append(
        self,
        op_type: type[LaneOp],
        lane: str,
        operands: Sequence[View],
        attributes: Mapping[str, Attribute],
        reads: Sequence[View],
        writes: View,
    ) -> None:
        """
        Append one macro-op that reads and writes views. Raises KernelError for what cannot be executed, and for a read
        of elements that hold nothing.
        """
        site = caller()
        for view in operands:
            if view.storage not in self.storages:
                raise site.error(f"{view} belongs to another kernel, or another compilation of this one")
        for view in reads:
            self._require_full(view, site)
        if writes.storage.role in ("input", "weight"):
            raise site.error(f"writes {writes}: {writes.storage.role}s are read only; declare an output or a tile")
        values = [self.storages[view.storage] for view in operands]
        op = op_type.create(operands=values, attributes={**attributes, "lane": StringAttr(lane)})
        try:
            op.verify()
            self._try(op, lane)
        except RecordError as error:
            raise site.error(f"{op.name}: {str(error).split('): ', 1)[-1]}") from error
        except (AccelcError, FieldError, VerifyException) as error:
            text = str(error)
            raise site.error(text if text.startswith(op.name) else f"{op.name}: {text}") from error
        self._write(writes, site)
        op.attributes["loc_name"] = StringAttr(site.short)
        self.ops.append(op)

    def _try(self, op: LaneOp, lane: str) -> None:
        """Emit and validate the op alone, at the addresses its buffers have now."""
        target = self.target
        check_lane(op, target)
        check_partitions(op, target)
        code = target.lanes.index(lane)
        records: Records
        if isinstance(op, engine.MatmulOp):
            records, _, _ = matmul_records(op, target, code)
        elif isinstance(op, engine.TransferOp):
            records, _ = dma_records(op, target, code)
        else:
            records, _ = elementwise_records(op, code)
        whole = np.concatenate([records, control_records(code, Opcode.HALT)])
        validate_stream(Stream("kernel", "kernel", 0, lane, whole, target, Limits(1, (), target.hbm.bytes)))

    def _require_full(self, view: View, site: Site) -> None:
        if view.mask.all():
            return
        storage = view.storage
        first = [int(index) for index in np.argwhere(~view.mask)[0]]
        empty = int(view.mask.size - np.count_nonzero(view.mask))
        declared = f"declared at {storage.site.short}"
        if storage.lost is not None:
            other, where = storage.lost
            raise site.error(
                f"reads {view} after '{other}', which overlaps it, was written at {where.short}: give them places of "
                f"their own, or read '{storage.name}' before"
            )
        raise site.error(
            f"reads {view}, {declared}: {empty} of its {view.mask.size} elements were never written, the first at "
            f"{first}; load, compute or memset them before"
        )

    def _write(self, view: View, site: Site) -> None:
        storage = view.storage
        if view.repeats():
            raise site.error(f"writes {view}, which visits elements more than once: write what it was broadcast from")
        view.mark(storage.full)
        if storage.at is None:
            return
        covered = view.covered()
        for other in self.storages:
            if other.overlapping(storage):
                other.overwrite(storage, covered, site)

    def check_complete(self) -> None:
        """Raise KernelError for an output that was not written in full."""
        for storage in self.storages:
            if storage.role == "output" and not storage.full.all():
                written, all_of = int(np.count_nonzero(storage.full)), storage.full.size
                raise storage.site.error(f"output '{storage.name}': {written} of its {all_of} elements are written")

    def check_room(self) -> None:
        """Raise KernelError at the tile that does not fit beside those that are live with it, in the order of calls."""
        ranges = self._live_ranges()
        for space in sorted({storage.space for storage in ranges} - {"hbm"}):
            memory, align = memory_of(self.target, space)
            asked = {
                storage: Request(storage.name, -(-storage.row_bytes // align) * align, align, *ranges[storage])
                for storage in ranges
                if storage.space == space
            }
            for storage, request in sorted(asked.items(), key=lambda item: item[1].first):
                live = [other for other in asked.values() if other.first <= request.first <= other.last]
                needed = sum(other.size for other in live)
                if needed > memory.capacity:
                    raise storage.site.error(
                        f"{space} tile '{storage.name}' needs {request.size} bytes in each partition while "
                        f"{len(live) - 1} other tiles hold {needed - request.size}: {space} of target "
                        f"'{self.target.name}' has {memory.capacity}; use smaller tiles, or reuse them"
                    )

    def _live_ranges(self) -> dict[Storage, tuple[int, int]]:
        """First and last op that touches each storage that is not bound to data outside."""
        owner = {value: storage for storage, value in self.storages.items()}
        ranges: dict[Storage, tuple[int, int]] = {}
        for position, op in enumerate(self.ops):
            for operand in op.operands:
                storage = owner[operand]
                ranges[storage] = ranges.get(storage, (position, position))[0], position
        return ranges

    def placed(self) -> dict[str, AddressAttr]:
        """
        Addresses that the kernel gave, by symbol.

        Raises KernelError for a tile without one in a memory where others have theirs.
        """
        given: dict[str, AddressAttr] = {}
        owners = {storage.space: storage for storage in self.storages if storage.at is not None}
        for storage, value in self.storages.items():
            if storage.space not in owners:
                continue
            if storage.at is None:
                raise storage.site.error(
                    f"{storage.space} tile '{storage.name}' has no address, '{owners[storage.space].name}' has one: "
                    f"give all tiles in {storage.space} theirs, or none"
                )
            given[engine.buffer_of(value).symbol.data] = AddressAttr(i64_attr(storage.at))
        return given

    def finish(self, name: str) -> engine.ProgramOp:
        """The program; the recorder must not be used afterwards."""
        buffers = [engine.buffer_of(value) for value in self.storages.values()]
        block = Block([*buffers, *self.ops, engine.EndOp()])
        return engine.ProgramOp(name, self.target.name, Region(block))


def require_views(**operands: object) -> None:
    """Raise KernelError for the first operand that is no view."""
    for name, value in operands.items():
        if not isinstance(value, View):
            raise caller().error(
                f"{name} is {_shown(value)}: expected a tile or tensor of the kernel; core.constant makes one of arrays"
            )


def number(name: str, value: Any) -> FloatAttr[Float32Type]:
    """A number as an fp32 attribute. Raises KernelError for anything else."""
    if is_integer(value) or isinstance(value, float | np.floating):
        try:
            return FloatAttr(float(value), f32)  # pyright: ignore[reportUnknownArgumentType]
        except OverflowError:
            raise caller().error(f"{name} is beyond the fp32 numbers, which end at 3.4028235e+38") from None
    raise caller().error(f"{name} is {_shown(value)}: expected a number")


def text(name: str, value: object) -> StringAttr:
    """A name as an attribute. Raises KernelError for anything else."""
    if isinstance(value, str):
        return StringAttr(value)
    raise caller().error(f"{name} is {_shown(value)}: expected a name")


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array {list(cast(Array, value).shape)}"
    return f"{value!r:.40}"


def access(view: View) -> AccessAttr:
    """Access pattern of a view as an attribute."""
    start, count, first, sizes, strides = view.pattern()
    return AccessAttr(i64_array((start, count)), i64_attr(first), i64_array(sizes), i64_array(strides))


def check_lane_name(lane: str, target: Target) -> None:
    """Raise KernelError for an engine that the target does not have."""
    if lane not in target.lanes:
        known = ", ".join(name for name in target.lanes if not is_dma(name))
        queues = sum(map(is_dma, target.lanes))
        raise caller().error(
            f"no engine '{lane}': target '{target.name}' has {known}, and the queues dma0 to dma{queues - 1}"
        )

"""State of one lowering: where every value lives, what still fits on chip, and how to bring a value there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects.graph_ops.base import shape_of
from accelc.errors import CapacityError
from accelc.lowering.accesses import dma_accesses
from accelc.lowering.builder import Array, ProgramBuilder
from accelc.lowering.deferred import Deferred
from accelc.lowering.views import Storage, View, dense_strides, itemsize, partition_bytes
from accelc.targets.model import Target

SPLIT_TERMS = 3
"""bf16 terms that stand for an fp32 value on an array without fp32: 3 x 8 significand bits."""


SMALL_BYTES = 4096
"""Constants up to this size are compared with each other."""


SMALL_STAGE = 8192
"""Bytes per partition of a staged piece that a small memory still tries to offer: short pieces reload weights."""


@dataclass(frozen=True)
class Budget:
    """Shares of one SBUF partition. The driver lowers again with less `resident` if addresses run out."""

    resident: float = 0.5
    """tensors that stay on chip between ops"""
    staging: float = 0.06
    """one op's staged piece of a tensor that lives in HBM; small memories give up to a quarter (`SMALL_STAGE`)"""
    weights: float = 0.1
    """one layer's stationary weights in flight"""


@dataclass(frozen=True)
class Halo:
    """Elements around the interior of a tensor that hold `fill`."""

    pads: tuple[int, int, int, int]
    fill: float


@dataclass(frozen=True)
class Forward:
    """A value that is stored as the channels from `start` on of `whole`."""

    whole: SSAValue
    start: int


@dataclass
class Lowering:
    """Lowers one accelerator partition; one instance, one program."""

    target: Target
    builder: ProgramBuilder
    budget: Budget
    last_use: Mapping[SSAValue, int]
    last_read: Mapping[SSAValue, int]
    constants: Mapping[SSAValue, Array]
    halos: Mapping[SSAValue, Halo]
    forwards: Mapping[SSAValue, Forward]
    in_place: bool = True
    """whether results of elementwise operations may be written over operands where the chip is crowded"""
    given: set[Storage] = field(default_factory=set[Storage])
    """memory of arguments that results may still be written to"""
    reused: int = 0
    """results that were"""
    homes: dict[SSAValue, View] = field(default_factory=dict[SSAValue, View])
    """where in HBM results of the partition go: values that are not on chip are made there"""
    stored: dict[View, View] = field(default_factory=dict[View, View])
    """views on chip of which HBM holds a dense copy, and that copy"""
    position: int = 0
    dtype: str = "fp32"
    """of the result of the op being lowered"""
    operand_dtype: str = "fp32"
    """of its operands"""
    values: dict[SSAValue, View] = field(default_factory=dict[SSAValue, View])
    _halo_of: dict[Storage, Halo] = field(default_factory=dict[Storage, Halo])
    _live: dict[Storage, int] = field(default_factory=dict[Storage, int])
    _live_bytes: int = 0
    _loaded: dict[tuple[View, int], View] = field(default_factory=dict[tuple[View, int], View])
    _constant_views: dict[tuple[str, tuple[int, ...], bytes], View] = field(
        default_factory=dict[tuple[str, tuple[int, ...], bytes], View]
    )

    @property
    def split_terms(self) -> int:
        """Number of bf16 terms per operand of the array; 0 where the array has the dtype."""
        return self._terms(self.operand_dtype)

    def _terms(self, dtype: str) -> int:
        return 0 if dtype in self.target.tensor.rate else SPLIT_TERMS

    @property
    def matmul_dtype(self) -> str:
        """dtype of the array's operands."""
        return "bf16" if self.split_terms else self.operand_dtype

    @property
    def weight_budget(self) -> int:
        """Bytes per partition for the stationary weights of one macro product."""
        space = self.target.partitioned(self.target.tensor.ls_source[0])
        share = self.budget.weights if space.name == "sbuf" else 0.5
        return int(space.partition_bytes * share)

    def rows_per_chunk(self, total: int, *, fixed: int, per_row: int) -> int:
        """How many of `total` rows (`per_row` bytes per partition each, plus `fixed`) fit the staging budget, >= 1."""
        if per_row == 0:
            return max(total, 1)
        room = self.staging_bytes - fixed
        rows = min(max(room // per_row, 1), max(total, 1))
        return -(-total // -(-total // rows)) if total else 1

    def begin(self, position: int, dtype: str, operand_dtype: str) -> None:
        """Starts lowering the op at `position`; forgets storages whose last use has passed."""
        self.position = position
        self.dtype, self.operand_dtype = dtype, operand_dtype
        self._live = {s: last for s, last in self._live.items() if last >= position}
        self._live_bytes = sum(storage.row_bytes for storage in self._live)
        self._loaded = {k: v for k, v in self._loaded.items() if v.storage in self._live}

    def bind(self, value: SSAValue, view: View) -> None:
        """Says that `value` is seen through `view`; its storage stays live until the value's last use."""
        self.values[value] = view
        if view.on_chip:
            last = self.last_use.get(value, self.position)
            self._keep(view.storage, max(self._live.get(view.storage, 0), last))

    def _keep(self, storage: Storage, last: int) -> None:
        # A product of many small matrices asks for the total after each of them.
        if storage not in self._live:
            self._live_bytes += storage.row_bytes
        self._live[storage] = last

    def is_last_use(self, value: SSAValue) -> bool:
        """Whether nothing but the operation being lowered still needs the storage that `value` is seen through."""
        view = self.values.get(value)
        if view is None or view.replicated or (view.storage.role != "scratch" and view.storage not in self.given):
            return False
        return self.is_dead(view.storage)

    def is_dead(self, storage: Storage) -> bool:
        """Whether nothing after the operation being lowered needs what `storage` holds."""
        return all(
            self.last_use.get(other, -1) <= self.position
            for other, seen in self.values.items()
            if seen.storage is storage
        )

    def forget(self, view: View) -> None:
        """Drops copies of what is seen through `view`, whose storage is about to be written."""
        self._loaded = {key: copy for key, copy in self._loaded.items() if key[0].storage is not view.storage}
        self.stored = {seen: copy for seen, copy in self.stored.items() if seen.storage is not view.storage}

    def resident_bytes(self) -> int:
        """Bytes per SBUF partition taken by live tensors."""
        return self._live_bytes

    def allocate(self, value: SSAValue, axis: int, name: str) -> View:
        """
        Where `value` will be written: part of a concatenation, on chip with its halo, or HBM when the chip is full.
        """
        shape = tuple(shape_of(value)) or (1,)
        forward = self.forwards.get(value)
        if forward is not None:
            whole = self.values.get(forward.whole) or self.allocate(forward.whole, axis, name)
            view = whole.cut(1, forward.start, forward.start + shape_of(value)[1])
            self.bind(value, view)
            return view
        halo = self.halos.get(value)
        around: dict[int, tuple[int, int]] = {}
        if halo and len(shape) == 4 and axis == 1 and not self._terms(self.dtype):
            around = {2: (halo.pads[0], halo.pads[2]), 3: (halo.pads[1], halo.pads[3])}
        padded = [n + sum(around.get(a, (0, 0))) for a, n in enumerate(shape)]
        if not self.has_room(padded, axis):
            view = self.in_hbm(value, name)
        else:
            view = self.builder.chip(name, shape, axis, self.dtype, halo=around)
            if around and halo:
                self._fill_halo(view, halo)
        self.bind(value, view)
        return view

    def in_hbm(self, value: SSAValue, name: str) -> View:
        """Where in HBM `value` will be written: where it goes if it is a result of the partition."""
        home = self.homes.get(value)
        return self.builder.hbm(name, tuple(shape_of(value)) or (1,), self.dtype) if home is None else home

    def has_room(self, shape: Sequence[int], axis: int, share: float = 1.0) -> bool:
        """Whether one more result of that shape has room beside what lives in that share of what may stay on chip."""
        needed = partition_bytes(shape, axis, self.target.sbuf.partitions, itemsize(self.dtype))
        limit = int(self.target.sbuf.partition_bytes * self.budget.resident * share)
        return self.resident_bytes() + needed <= limit

    def _fill_halo(self, view: View, halo: Halo) -> None:
        self._halo_of[view.storage] = halo
        top, left, bottom, right = halo.pads
        _, _, height, width = view.shape
        wide = width + left + right
        row = view.strides[2]
        corner = view.offset - top * row - left
        for offset, rows, columns in (
            (corner, top, wide),
            (corner + (top + height) * row, bottom, wide),
            (corner + top * row, height, left),
            (corner + top * row + left + width, height, right),
        ):
            if rows and columns:
                shape = (*view.shape[:2], rows, columns)
                self.builder.memset(replace(view, shape=shape, offset=offset), halo.fill)

    def has_halo(self, view: View, pads: tuple[int, int, int, int], fill: float) -> bool:
        """Whether at least `pads` elements holding `fill` surround the interior seen by `view`."""
        if not any(pads):
            return True
        halo = self._halo_of.get(view.storage)
        return halo is not None and halo.fill == fill and all(h >= p for h, p in zip(halo.pads, pads, strict=True))

    def scratch(self, name: str, shape: Sequence[int], axis: int, dtype: str) -> View:
        """Temporary on chip."""
        return self.builder.chip(name, shape, axis, dtype)

    def constant(self, name: str, data: Array | Deferred) -> View:
        """Constant in HBM; small ones of the same bytes are stored once."""
        if data.nbytes > SMALL_BYTES:
            return self.builder.weight(name, data)
        data = data.compute() if isinstance(data, Deferred) else data
        key = (data.dtype.name, data.shape, data.tobytes())
        if key not in self._constant_views:
            self._constant_views[key] = self.builder.weight(name, data)
        return self._constant_views[key]

    def move(self, source: View, destination: View, partition: int = 0) -> None:
        """Copies to an on-chip view, optionally `partition` partitions further up (destination of one tile)."""
        if source.size == 0:
            return
        if source.on_chip and partition == 0 and source.axis == destination.axis:
            self.builder.copy(source, destination)
            return
        for source_ap, destination_ap in dma_accesses(source, destination, self.target.dma.ndims):
            shifted = replace(destination_ap, partition=destination_ap.partition + partition)
            self.builder.dma_raw(source.storage, source_ap, destination.storage, shifted)

    def to_hbm(self, view: View, name: str = "bounce") -> View:
        """The same tensor, dense in HBM."""
        if view in self.stored:
            return self.stored[view]
        dense = self.builder.hbm(name, view.shape, view.storage.dtype)
        source = view
        if view.replicated:
            assert view.axis is not None
            source = replace(view, replicated=False)
        self.builder.dma(source, dense)
        return dense

    def on_chip(self, view: View, axis: int) -> View:
        """The same tensor on chip with `axis` over the partitions, moved if it is not there yet."""
        if view.axis == axis:
            return view
        key = (view, axis)
        if key in self._loaded:
            return self._loaded[key]
        source = self.to_hbm(view) if view.on_chip else view
        self._check_room(view, axis)
        loaded = self.scratch("load", view.shape, axis, view.storage.dtype)
        self.builder.dma(source, loaded)
        self._remember(key, loaded)
        return loaded

    def replicated(self, view: View, axis: int) -> View:
        """A view of size 1 along `axis`, copied to every partition, so that broadcasting along it is free."""
        assert view.shape[axis] == 1
        if view.replicated and view.axis == axis:
            return view
        key = (view, -1 - axis)
        if key in self._loaded:
            return self._loaded[key]
        source = self.to_hbm(view) if view.on_chip else view
        rows = self.target.sbuf.partitions
        shape = tuple(rows if a == axis else n for a, n in enumerate(view.shape))
        wide = source.broadcast(shape)
        assert wide is not None
        loaded = self.scratch("spread", shape, axis, view.storage.dtype)
        self.builder.dma(wide, loaded)
        strides = tuple(0 if a == axis else s for a, s in enumerate(loaded.strides))
        result = replace(loaded, shape=view.shape, strides=strides, replicated=True)
        self._remember(key, result)
        return result

    def _remember(self, key: tuple[View, int], loaded: View) -> None:
        limit = self.target.sbuf.partition_bytes * self.budget.resident
        if self.resident_bytes() + loaded.storage.row_bytes <= limit:
            reads = [self.last_read.get(v, 0) for v, held in self.values.items() if held.overlaps(key[0])]
            self._keep(loaded.storage, max([self.position, *reads]))
            self._loaded[key] = loaded

    def _check_room(self, view: View, axis: int) -> None:
        needed = self.chip_bytes(view, axis)
        if needed > self.target.sbuf.partition_bytes:
            raise CapacityError(
                f"layer '{self.builder.location.name}': tensor '{view.storage.symbol}' of shape {list(view.shape)} "
                f"needs {needed} bytes per sbuf partition, target '{self.target.name}' has "
                f"{self.target.sbuf.partition_bytes}, and this op cannot be tiled further: use a target with more "
                "memory, or keep the model off the accelerator (--force host)"
            )

    def best_axis(self, shape: Sequence[int]) -> int:
        """Axis that fills the most partitions; axis 1 of images and the last axis of others win ties."""
        rows = self.target.sbuf.partitions
        preferred = 1 if len(shape) == 4 else len(shape) - 1
        return max(range(len(shape)), key=lambda a: (min(shape[a], rows), a == preferred, a))

    def scalar_of(self, value: SSAValue) -> float | None:
        """Compile-time value of a one-element constant, or None."""
        data = self.constants.get(value)
        return float(np.asarray(data).reshape(-1)[0]) if data is not None and data.size == 1 else None

    def view_of(self, value: SSAValue) -> View:
        """Where `value` lives, with at least one axis; constants are placed in HBM at first use."""
        if value not in self.values:
            data = self.constants[value]
            data = data.reshape(data.shape or (1,))
            self.values[value] = self.constant("const", data)
        return self.values[value]

    def reshaped(self, view: View, shape: Sequence[int]) -> View:
        """The same elements under another shape: a view if possible, else copied on chip, else through HBM."""
        shape = tuple(shape) or (1,)
        direct = view.reshape(shape)
        if direct is not None:
            return direct
        if view.on_chip and not view.replicated:
            assert view.axis is not None
            strides = dense_strides(view.shape, view.axis)
            dense = replace(view, strides=strides, offset=0)
            if dense.reshape(shape) is not None and self.chip_bytes(view, view.axis) <= self.staging_bytes:
                copied = self.scratch("dense", view.shape, view.axis, view.storage.dtype)
                self.builder.copy(view, copied)
                result = copied.reshape(shape)
                assert result is not None
                return result
        result = self.to_hbm(view).reshape(shape)
        assert result is not None
        return result

    @property
    def staging_bytes(self) -> int:
        """Bytes per partition that one op may stage."""
        size = self.target.sbuf.partition_bytes
        return max(int(size * self.budget.staging), min(size // 4, SMALL_STAGE))

    def chip_bytes(self, view: View, axis: int) -> int:
        """Bytes per SBUF partition of a dense copy of `view` with `axis` over the partitions."""
        return partition_bytes(view.shape, axis, self.target.sbuf.partitions, view.storage.itemsize)

    def transfer(self, source: View, destination: View) -> None:
        """Copies between any two views of one shape."""
        if source.size == 0:
            return
        if not destination.on_chip or not source.on_chip:
            self.builder.dma(source, destination)
        elif source.axis == destination.axis:
            self.builder.copy(source, destination)
        else:
            self.builder.dma(self.to_hbm(source), destination)

    def place(self, source: View, whole: View, axis: int, start: int) -> None:
        """Copies `source` into `whole` from index `start` of `axis` on, across partitions if need be."""
        extent = source.shape[axis]
        if not whole.on_chip or whole.axis != axis or start % whole.storage.partitions == 0:
            self.transfer(source, whole.cut(axis, start, start + extent))
            return
        rows = whole.storage.partitions
        if source.on_chip and source.axis != axis:
            source = self.to_hbm(source)
        low = 0
        while low < extent:
            tile, first = divmod(start + low, rows)
            count = min(extent - low, rows - first)
            if source.on_chip:
                count = min(count, rows - low % rows)
            self._place_tile(source, whole, axis, (low, count), (tile, first))
            low += count

    def _place_tile(
        self, source: View, whole: View, axis: int, piece: tuple[int, int], target: tuple[int, int]
    ) -> None:
        low, count = piece
        tile, first = target
        rows = whole.storage.partitions
        shape = tuple(count if a == axis else n for a, n in enumerate(whole.shape))
        destination = replace(whole, shape=shape, offset=whole.offset + tile * whole.strides[axis])
        if source.on_chip:
            lane = low % rows
            part = replace(source, shape=shape, offset=source.offset + low // rows * source.strides[axis])
        else:
            lane = 0
            part = source.cut(axis, low, low + count)
        for source_ap, destination_ap in dma_accesses(part, destination, self.target.dma.ndims):
            self.builder.dma_raw(
                part.storage,
                replace(source_ap, partition=source_ap.partition + lane),
                destination.storage,
                replace(destination_ap, partition=destination_ap.partition + first),
            )

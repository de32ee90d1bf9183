"""Builds one `engine.program`: storages become buffers, views become legal access patterns on a lane."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, FloatAttr, StringAttr, UnitAttr
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from accelc.dialects import engine
from accelc.dialects.engine import AccessAttr, BufferType, i64_array, i64_attr
from accelc.errors import CapacityError
from accelc.lowering.accesses import Access, Limits, dma_accesses, elementwise_accesses, reduce_accesses
from accelc.lowering.deferred import Array, Deferred
from accelc.lowering.views import Storage, View, dense_strides, itemsize, partition_bytes, row_major
from accelc.numerics import DTYPES
from accelc.targets.conditions import Facts, executes
from accelc.targets.model import Target

ELEMENT_TYPES: Mapping[str, Attribute] = {name: kind for kind, name in engine.ELEMENT_TYPES.items()}
"""Element type of a buffer by its name in the instruction set."""


_NAMES: Mapping[np.dtype[Any], str] = {dtype: name for name, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Location:
    """Where macro-ops come from: the model's node and its layer number."""

    name: str = ""
    layer: int = 0


@dataclass
class ProgramBuilder:
    """
    Appends macro-ops in program order and remembers what the weight buffers hold.

    `location` is given to what is appended; `label` names the tensor at work in messages.
    """

    target: Target
    name: str
    weights: dict[str, Array | Deferred] = field(default_factory=dict[str, "Array | Deferred"])
    location: Location = Location()
    label: str = ""
    _declarations: list[Operation] = field(default_factory=list[Operation])
    _body: list[Operation] = field(default_factory=list[Operation])
    _values: dict[Storage, SSAValue] = field(default_factory=dict[Storage, SSAValue])
    _names: dict[str, int] = field(default_factory=dict[str, int])

    def storage(self, name: str, space: str, elements: int, dtype: str, role: str = "scratch") -> Storage:
        """Declares a buffer of `elements` per partition (in all, in HBM). Raises CapacityError if it can never fit."""
        count = self._names.get(name, 0)
        self._names[name] = count + 1
        symbol = f"{name}.{count}" if count else name
        partitions = 1 if space == "hbm" else self.target.partitioned(space).partitions
        limit = self.target.hbm.bytes if space == "hbm" else self.target.partitioned(space).partition_bytes
        needed = max(elements, 1) * itemsize(dtype)
        if needed > limit:
            where = "hbm" if space == "hbm" else f"one {space} partition"
            what = f"tensor '{self.label or name}'" + (f" of '{self.location.name}'" if self.location.name else "")
            raise CapacityError(
                f"{what} needs {needed} bytes in {where} of target '{self.target.name}', which has {limit}; use a "
                "target with more memory, a smaller model input, or keep the model off the accelerator (--force host)"
            )
        storage = Storage(symbol, space, partitions, max(elements, 1), dtype, role)
        shape = [storage.elements] if space == "hbm" else [partitions, storage.elements]
        op = engine.BufferOp(symbol, role, BufferType(i64_array(shape), ELEMENT_TYPES[dtype], StringAttr(space)))
        self._declarations.append(op)
        self._values[storage] = op.result
        return storage

    def hbm(self, name: str, shape: Sequence[int], dtype: str, role: str = "scratch") -> View:
        """Row-major tensor in HBM."""
        strides = row_major(shape)
        size = int(np.prod(shape, dtype=np.int64))
        return View(self.storage(name, "hbm", size, dtype, role), tuple(shape), strides)

    def update(self, storage: Storage, symbol: str) -> None:
        """Says that an input's buffer holds the output `symbol` at the end."""
        declaration = self._values[storage].owner
        assert isinstance(declaration, engine.BufferOp)
        declaration.updated = StringAttr(symbol)

    def weight(self, name: str, data: Array | Deferred) -> View:
        """Row-major constant in HBM holding `data`."""
        view = self.hbm(name, data.shape, dtype_name(data), role="weight")
        self.weights[view.storage.symbol] = data
        return view

    def chip(
        self,
        name: str,
        shape: Sequence[int],
        axis: int,
        dtype: str,
        space: str = "sbuf",
        halo: Mapping[int, tuple[int, int]] | None = None,
    ) -> View:
        """
        Dense tensor on chip with `axis` over the partitions; `halo[a]` = (low, high) spare elements around axis a.

        The view shows the interior; the halo is reached by negative or larger indices.
        """
        halo = halo or {}
        padded = [n + sum(halo.get(a, (0, 0))) for a, n in enumerate(shape)]
        strides = dense_strides(padded, axis)
        elements = partition_bytes(padded, axis, self.target.partitioned(space).partitions, 1)
        offset = sum(low * strides[a] for a, (low, _) in halo.items())
        return View(self.storage(name, space, elements, dtype), tuple(shape), strides, offset=offset, axis=axis)

    def limits(self, *views: View) -> Limits:
        """Access-pattern limits for an instruction over `views`."""
        return Limits(min(self.target.partitioned(v.storage.space).free_dims for v in views))

    @contextmanager
    def at(self, location: Location | None) -> Generator[None]:
        """Gives what is appended inside another location; None keeps the present one."""
        before = self.location
        self.location = location or before
        yield
        self.location = before

    def value(self, storage: Storage) -> SSAValue:
        """SSA value of a storage."""
        return self._values[storage]

    def append(self, op_type: type[Operation], lane: str, operands: Sequence[Storage], **attributes: Attribute) -> None:
        """Appends one macro-op."""
        attributes["lane"] = StringAttr(lane)
        attributes["layer"] = i64_attr(self.location.layer)
        if self.location.name:
            attributes["loc_name"] = StringAttr(self.location.name)
        self._body.append(op_type.create(operands=[self._values[s] for s in operands], attributes=attributes))

    def activate(self, func: str, source: View, out: View, *, scale: float = 1.0, bias: float | View = 0.0) -> None:
        """`out = func(scale * source + bias)` on the scalar engine."""
        extra_view = [bias] if isinstance(bias, View) else []
        views = [out, source, *extra_view]
        for aps in elementwise_accesses(views, self.limits(*views)):
            extra: dict[str, Attribute] = {} if len(aps) == 2 else {"bias_ap": ap(aps[2])}
            self.append(
                engine.ActivateOp,
                "scalar",
                [source.storage, out.storage, *(view.storage for view in extra_view)],
                func=StringAttr(func),
                scale=FloatAttr(scale, 32),
                bias_value=FloatAttr(0.0 if isinstance(bias, View) else bias, 32),
                source_ap=ap(aps[1]),
                out_ap=ap(aps[0]),
                **extra,
            )

    def tensor_tensor(self, op: str, lhs: View, rhs: View, out: View) -> None:
        """`out = lhs op rhs` on the vector engine."""
        lane = self._lane(lhs, rhs, out)
        for aps in elementwise_accesses([out, lhs, rhs], self.limits(out, lhs, rhs)):
            self.append(
                engine.TensorTensorOp,
                lane,
                [lhs.storage, rhs.storage, out.storage],
                op=StringAttr(op),
                lhs_ap=ap(aps[1]),
                rhs_ap=ap(aps[2]),
                out_ap=ap(aps[0]),
            )

    def tensor_scalar(
        self, source: View, out: View, op0: str, value0: float, op1: str = "none", value1: float = 0.0
    ) -> None:
        """`out = (source op0 value0) op1 value1` on the vector engine."""
        lane = self._lane(source, out)
        for aps in elementwise_accesses([out, source], self.limits(out, source)):
            self.append(
                engine.TensorScalarOp,
                lane,
                [source.storage, out.storage],
                op0=StringAttr(op0),
                op1=StringAttr(op1),
                value0=FloatAttr(value0, 32),
                value1=FloatAttr(value1, 32),
                source_ap=ap(aps[1]),
                out_ap=ap(aps[0]),
            )

    def copy(self, source: View, out: View, lane: str = "") -> None:
        """Copies on chip, converting the element type; both views share the partition axis."""
        lane = lane or self._lane(source, out)
        for aps in elementwise_accesses([out, source], self.limits(out, source)):
            self.append(engine.CopyOp, lane, [source.storage, out.storage], source_ap=ap(aps[1]), out_ap=ap(aps[0]))

    def select(self, source: View, predicate: View, out: View) -> None:
        """Writes `source` where `predicate` is not zero; elsewhere `out` keeps what it holds."""
        lane = self._lane(source, predicate, out)
        for aps in elementwise_accesses([out, source, predicate], self.limits(out, source, predicate)):
            self.append(
                engine.SelectOp,
                lane,
                [source.storage, predicate.storage, out.storage],
                source_ap=ap(aps[1]),
                predicate_ap=ap(aps[2]),
                out_ap=ap(aps[0]),
            )

    def custom(self, instruction: str, values: Sequence[float], out: View, *sources: View, lane: str = "") -> None:
        """
        `out = instruction(sources..., values...)`, an instruction of another package by its name.

        On the first engine that has a cost rule for it, unless `lane` is given.
        """
        able = (name for name, unit in self.target.engines.items() if unit.has(instruction))
        lane = lane or next(able, "vector")
        for aps in elementwise_accesses([out, *sources], self.limits(out, *sources)):
            names = ("out_ap", "source_ap", "other_ap")
            self.append(
                engine.CustomOp,
                lane,
                [sources[0].storage, out.storage, *(source.storage for source in sources[1:])],
                instruction=StringAttr(instruction),
                immediates=ArrayAttr([FloatAttr(value, 32) for value in values]),
                **dict(zip(names, map(ap, aps), strict=False)),
            )

    def _lane(self, *views: View) -> str:
        """The vector engine, or the one with 64-bit integers where there are some."""
        wide = any(view.storage.dtype == "int64" for view in views)
        return (int64_lane(self.target) or "vector") if wide else "vector"

    def memset(self, out: View, value: float) -> None:
        """Fills `out`."""
        for aps in elementwise_accesses([out], self.limits(out)):
            self.append(engine.MemsetOp, self._lane(out), [out.storage], value=FloatAttr(value, 32), out_ap=ap(aps[0]))

    def reduce(self, op: str, source: View, out: View, axes: Sequence[int]) -> bool:
        """Reduces free `axes`; returns False, appending nothing, if the access patterns cannot express it."""
        found = reduce_accesses(source, out, axes, self.limits(source, out))
        if found is None:
            return False
        for source_ap, out_ap, count in found:
            self.append(
                engine.ReduceOp,
                self._lane(source, out),
                [source.storage, out.storage],
                op=StringAttr(op),
                axes=i64_attr(count),
                source_ap=ap(source_ap),
                out_ap=ap(out_ap),
            )
        return True

    def dma(self, source: View, destination: View) -> None:
        """Copies a view to a view of the same shape; at least one in HBM, or both on the same partition axis."""
        if source.size == 0:
            return
        for source_ap, destination_ap in dma_accesses(source, destination, self.target.dma.ndims):
            self.dma_raw(source.storage, source_ap, destination.storage, destination_ap)

    def dma_raw(self, source: Storage, source_ap: Access, destination: Storage, destination_ap: Access) -> None:
        """One transfer; the queue is chosen later by `schedule-engines`."""
        self.append(
            engine.DmaCopyOp,
            "dma0",
            [source, destination],
            source_ap=ap(source_ap),
            destination_ap=ap(destination_ap),
        )

    def matmul(self, stationary: Storage, moving: Storage, out: Storage, call: "MatmulCall") -> None:
        """One macro matrix product (see `engine.matmul`)."""
        extra: dict[str, Attribute] = {"accumulate": UnitAttr()} if call.accumulate else {}
        self.append(
            engine.MatmulOp,
            "tensor",
            [stationary, moving, out],
            m=i64_attr(call.m),
            step_rows=i64_array([s.rows for s in call.steps]),
            step_partitions=i64_array([0] * len(call.steps)),
            stationary_offsets=i64_array([s.stationary for s in call.steps]),
            moving_offsets=i64_array([s.moving for s in call.steps]),
            moving_sizes=i64_array(call.moving_sizes),
            moving_strides=i64_array(call.moving_strides),
            n_block=i64_attr(call.n_block),
            out_offset=i64_attr(0),
            out_m_stride=i64_attr(call.out_m_stride),
            out_n_stride=i64_attr(call.out_n_stride),
            **extra,
        )

    def finish(self) -> engine.ProgramOp:
        """The program built so far; the builder must not be used afterwards."""
        block = Block([*self._declarations, *self._body, engine.EndOp()])
        return engine.ProgramOp(self.name, self.target.name, Region(block))


INT64_OPS = ("tensor_tensor", "tensor_scalar", "reduce", "copy", "select", "memset")
"""What an engine has to execute to be trusted with 64-bit integers."""


def int64_lane(target: Target) -> str | None:
    """The lane that computes with 64-bit integers, if the target has one."""
    for name, unit in target.engines.items():
        if "int64" in unit.integers and all(executes(unit, op, Facts(int64=True)) for op in INT64_OPS):
            return name
    return None


@dataclass(frozen=True)
class Step:
    """One contraction step: partitions used, and where both operands start (free elements)."""

    rows: int
    stationary: int
    moving: int


@dataclass(frozen=True)
class MatmulCall:
    """Geometry of one macro matrix product."""

    m: int
    steps: tuple[Step, ...]
    moving_sizes: tuple[int, ...]
    moving_strides: tuple[int, ...]
    n_block: int
    out_m_stride: int
    out_n_stride: int
    accumulate: bool


def ap(access: Access) -> AccessAttr:
    """Attribute form of an access pattern."""
    return AccessAttr(
        i64_array((access.partition, access.partitions)),
        i64_attr(access.offset),
        i64_array(access.sizes),
        i64_array(access.strides),
    )


def dtype_name(data: Array | Deferred) -> str:
    """ISA dtype name of an array's element type. Raises KeyError for one that has none."""
    return _NAMES[data.dtype]

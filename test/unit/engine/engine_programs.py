"""Random engine programs, and what the simulator makes of them."""

from dataclasses import dataclass, field, replace
from math import prod
from random import Random

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import FloatAttr, StringAttr, UnitAttr
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from accelc import numerics
from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.dialects import engine
from accelc.dialects.engine import (
    ALU_OPS,
    ELEMENT_TYPES,
    AccessAttr,
    BufferOp,
    BufferType,
    ProgramOp,
    buffer_type,
    i64_array,
    i64_attr,
)
from accelc.emit import emit, split_streams
from accelc.isa.table import COMBINE_OPS, FUNCTIONS, INTEGER_ONLY
from accelc.simulator import poisoned, simulate
from accelc.targets import load_target
from accelc.targets.layout import DMA_OPS
from accelc.targets.model import CostRule, Target

Array = npt.NDArray[np.generic]

TYPES = {name: kind for kind, name in ELEMENT_TYPES.items()}
FREE = 32
"""Elements per partition of an SBUF buffer."""
SPECIAL = (np.nan, np.inf, -np.inf, -0.0, 1e-40, -1e-45, 3.4e38, -(2.0**31), 2.0**31, 2.0**63, 127.5, 448.0, 465.0)
"""What rounding, saturation and comparisons treat in a way of its own."""


def numbers(seed: int, elements: int) -> Array:
    """fp32 numbers, some of them special."""
    rng = np.random.default_rng(seed)
    usual = rng.normal(size=elements) * 4
    return np.where(rng.random(elements) < 0.1, rng.choice(SPECIAL, elements), usual).astype(np.float32)


def capable(target: Target) -> Target:
    """`target` whose lane-parallel engines execute every op with every function."""
    kinds = [op.name.split(".")[1] for op in engine.Engine.operations if issubclass(op, engine.LaneOp)]
    engines = {
        name: replace(
            unit,
            cost=(*unit.cost, *(CostRule(kind, 1.0) for kind in kinds)),
            funcs=tuple(FUNCTIONS),
            integers=numerics.INTEGERS,
        )
        for name, unit in target.engines.items()
    }
    return replace(target, engines=engines, dma=replace(target.dma, ops=DMA_OPS))


TARGET = capable(load_target("tiny"))


@dataclass
class Generator:
    """Builds one random program that is legal on `target`."""

    random: Random
    target: Target
    ops: list[Operation] = field(default_factory=list[Operation])
    buffers: list[BufferOp] = field(default_factory=list[BufferOp])
    sbuf: list[SSAValue] = field(default_factory=list[SSAValue])

    def buffer(self, name: str, role: str, space: str, elements: int, dtype: str) -> SSAValue:
        """A buffer over all partitions of its memory."""
        shape = [elements] if space == "hbm" else [self.target.partitioned(space).partitions, elements]
        op = BufferOp(name, role, BufferType.of(shape, TYPES[dtype], space))
        self.buffers.append(op)
        return op.result

    def add(self, kind: type[Operation], lane: str, operands: list[SSAValue], **attributes: Attribute) -> None:
        """Appends an op."""
        self.ops.append(kind.create(operands=operands, attributes={"lane": StringAttr(lane), **attributes}))

    def partitions(self, value: SSAValue, count: int) -> int:
        """A legal first partition."""
        memory = self.target.partitioned(buffer_type(value).space.data)
        return self.random.choice([p for p in range(memory.partitions) if memory.start_is_legal(p, count)])

    def pattern(self, value: SSAValue, count: int, shape: tuple[int, ...], *, spread: bool) -> AccessAttr:
        """A pattern of `shape` inside a buffer; without `spread` no element is visited twice."""
        elements = buffer_type(value).free_elements
        strides = [prod(shape[d + 1 :]) for d in range(len(shape))]
        gap = self.random.choice([1, 2])
        if (prod(shape) - 1) * gap < elements:
            strides = [stride * gap for stride in strides]
        if spread:
            strides = [self.random.choice([stride, stride, 0]) for stride in strides]
        span = sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
        first = self.random.randint(0, elements - 1 - span)
        if spread and self.random.random() < 0.2:
            first, strides = first + span, [-stride for stride in strides]
        return AccessAttr.of(self.partitions(value, count), count, shape, strides, first)

    def shape(self) -> tuple[int, ...]:
        """Sizes of a pattern of at most 24 elements."""
        return self.random.choice([(1,), (5,), (16,), (2, 8), (4, 6), (2, 3, 4), (1, 7), (3, 1, 2)])

    def count(self) -> int:
        """Number of partitions."""
        return self.random.choice([1, 2, self.target.sbuf.partitions])

    def number(self) -> FloatAttr:
        """An immediate."""
        return FloatAttr(self.random.choice([0.0, 1.0, -0.5, 3.25, 0.1]), 32)

    def operation(self, *operands: SSAValue) -> StringAttr:
        """An operation that is legal on some operands; on none that are known, one that always is."""
        integers = bool(operands) and all(numerics.is_integer(buffer_type(value).dtype) for value in operands)
        return StringAttr(self.random.choice([op for op in ALU_OPS if integers or op not in INTEGER_ONLY]))

    def tensor_scalar(self, source: SSAValue, out: SSAValue, read: AccessAttr, written: AccessAttr) -> None:
        """One operation with an immediate, or two; beside a shift the immediates are whole."""
        random = self.random
        names = [self.operation(source, out), self.operation(source, out)]
        if random.random() < 0.5:
            names[1] = StringAttr("none")
        values = [self.number(), self.number()]
        if {*INTEGER_ONLY} & {op.data for op in names}:
            values = [FloatAttr(random.choice([0.0, 3.0, 31.0, -7.0]), 32)] * 2
        if names[1].data == "none":
            values[1] = FloatAttr(0.0, 32)
        self.add(
            engine.TensorScalarOp,
            "vector",
            [source, out],
            op0=names[0],
            value0=values[0],
            op1=names[1],
            value1=values[1],
            source_ap=read,
            out_ap=written,
        )

    def elementwise(self, chip: list[SSAValue], scalars: SSAValue) -> None:
        """One random op of the vector, scalar or gpsimd engine."""
        random, count, shape = self.random, self.count(), self.shape()
        a, b, out = (random.choice(chip) for _ in range(3))
        read_a, read_b = (self.pattern(v, count, shape, spread=True) for v in (a, b))
        written = self.pattern(out, count, shape, spread=False)

        match random.randrange(9):
            case 0:
                self.add(
                    engine.TensorTensorOp,
                    "vector",
                    [a, b, out],
                    op=self.operation(a, b, out),
                    lhs_ap=read_a,
                    rhs_ap=read_b,
                    out_ap=written,
                )
            case 1:
                self.tensor_scalar(a, out, read_a, written)
            case 2:
                scalar = AccessAttr.of(read_a.start, count, (1,), offset=random.randrange(4))
                operands = [a, scalars, b, out]
                patterns = {"lhs_ap": read_a, "scalar_ap": scalar, "rhs_ap": read_b, "out_ap": written}
                self.add(
                    engine.ScalarTensorTensorOp,
                    "vector",
                    operands,
                    op0=self.operation(),
                    op1=self.operation(),
                    **patterns,
                )
            case 3:
                bias = [b] if random.random() < 0.5 else []
                extra: dict[str, Attribute] = {"bias_ap": read_b} if bias else {}
                extra["bias_value"] = FloatAttr(0.0, 32) if bias else self.number()
                extra["func"] = StringAttr(random.choice(FUNCTIONS))
                self.add(
                    engine.ActivateOp,
                    "scalar",
                    [a, out, *bias],
                    scale=self.number(),
                    source_ap=read_a,
                    out_ap=written,
                    **extra,
                )
            case 4:
                axes = random.randint(1, len(shape))
                kept = shape[: len(shape) - axes] or (1,)
                written = self.pattern(out, count, kept, spread=False)
                op = StringAttr(random.choice(["add", "max", "min"]))
                self.add(
                    engine.ReduceOp, "vector", [a, out], op=op, axes=i64_attr(axes), source_ap=read_a, out_ap=written
                )
            case 5:
                written = self.pattern(out, 1, shape, spread=False)
                op = StringAttr(random.choice(["add", "max", "min"]))
                self.add(engine.PartitionReduceOp, "gpsimd", [a, out], op=op, source_ap=read_a, out_ap=written)
            case 6:
                lane = random.choice(["vector", "scalar", "gpsimd"])
                self.add(engine.CopyOp, lane, [a, out], source_ap=read_a, out_ap=written)
            case 7:
                patterns = {"source_ap": read_a, "predicate_ap": read_b, "out_ap": written}
                self.add(engine.SelectOp, random.choice(["vector", "gpsimd"]), [a, b, out], **patterns)
            case _:
                self.add(engine.MemsetOp, "gpsimd", [out], value=self.number(), out_ap=written)

    def transfer(self, sbuf: list[SSAValue]) -> None:
        """A DMA between two SBUF buffers, over other partitions."""
        random, shape = self.random, self.shape()
        source, destination = random.choice(sbuf), random.choice(sbuf)
        sides = [
            AccessAttr.of(p, 2, a.shape, a.steps, a.first)
            for p, a in (
                (random.randrange(3), self.pattern(source, 1, shape, spread=True)),
                (random.randrange(3), self.pattern(destination, 1, shape, spread=False)),
            )
        ]
        lane = random.choice(["dma0", "dma1"])
        self.add(engine.DmaCopyOp, lane, [source, destination], source_ap=sides[0], destination_ap=sides[1])

    def indexed(self, value: SSAValue) -> None:
        """A gather from a table in HBM, or a scatter into it, at indices that an engine writes."""
        random, lane = self.random, lambda: self.random.choice(["dma0", "dma1"])
        batch, outer, size, inner = random.choice([(1, 2, 16, 4), (2, 1, 16, 4), (1, 1, 128, 1), (2, 4, 16, 1)])
        count, kind, number = random.choice([1, 3]), random.choice(["int32", "int64"]), len(self.buffers)
        dtype, moved = buffer_type(value).dtype, batch * outer * count * inner
        parts = self.target.sbuf.partitions
        written = self.buffer(f"written{number}", "scratch", "sbuf", batch * count, kind)
        index = self.buffer(f"index{number}", "scratch", "hbm", batch * count, kind)
        table = self.buffer(f"table{number}", "scratch", "hbm", parts * FREE, dtype)
        rows = self.buffer(f"rows{number}", "scratch", "hbm", moved, dtype)
        assert parts * FREE == batch * outer * size * inner

        def move(source: SSAValue, destination: SSAValue, elements: int) -> None:
            sides = [
                AccessAttr.of(0, parts, (FREE,))
                if elements == parts * FREE and buffer_type(side).space.data == "sbuf"
                else AccessAttr.of(0, 1, (elements,))
                for side in (source, destination)
            ]
            patterns = {"source_ap": sides[0], "destination_ap": sides[1]}
            self.add(engine.DmaCopyOp, lane(), [source, destination], **patterns)

        for place in range(batch * count):
            number_at = FloatAttr(float(random.randrange(-size, size)), 32)
            out = AccessAttr.of(0, 1, (1,), offset=place)
            self.add(engine.MemsetOp, "gpsimd", [written], value=number_at, out_ap=out)
        move(written, index, batch * count)
        move(value, table, parts * FREE)
        at = AccessAttr.of(0, 1, (batch * count,))
        whole, dense = (AccessAttr.of(0, 1, (batch, outer, middle, inner)) for middle in (size, count))
        if random.random() < 0.5:
            patterns = {"source_ap": whole, "index_ap": at, "destination_ap": dense}
            self.add(engine.DmaGatherOp, lane(), [index, table, rows], **patterns)
            move(rows, value, moved)
        else:
            move(value, rows, moved)
            patterns = {"source_ap": dense, "index_ap": at, "destination_ap": whole}
            how = StringAttr(random.choice(COMBINE_OPS))
            self.add(engine.DmaScatterOp, lane(), [index, rows, table], op=how, **patterns)
            move(table, value, parts * FREE)

    def matmul(self, operands: list[SSAValue], out: SSAValue) -> None:
        """A product whose blocks fill PSUM, one a bank."""
        random = self.random
        stationary, moving = random.choice(operands), random.choice(operands)
        m, steps = random.choice([3, 4, 8, 5]), random.randint(1, 3)
        inner = random.choice([1, 2, 3])
        n_block = random.randint(1, 12 // inner)
        outer = random.randint(n_block, min(2 * n_block, 24 // inner))
        reach = outer * inner
        rows = [random.randint(1, 4) for _ in range(steps)]
        starts = [0 if count > 2 else random.choice([0, 2]) for count in rows]
        bank = self.target.psum.bank_bytes // 4
        extra: dict[str, Attribute] = {"accumulate": UnitAttr()} if random.random() < 0.4 else {}
        self.add(
            engine.MatmulOp,
            "tensor",
            [stationary, moving, out],
            m=i64_attr(m),
            step_rows=i64_array(rows),
            step_partitions=i64_array(starts),
            stationary_offsets=i64_array([random.randint(0, FREE - m) for _ in rows]),
            moving_offsets=i64_array([random.randint(0, FREE - reach) for _ in rows]),
            moving_sizes=i64_array((outer, inner)),
            moving_strides=i64_array((inner, 1)),
            n_block=i64_attr(n_block),
            out_offset=i64_attr(0),
            out_m_stride=i64_attr(2 * bank),
            out_n_stride=i64_attr(bank),
            **extra,
        )
        if outer % n_block == 0 and random.random() < 0.7:
            self.evacuate(out, random.choice(self.sbuf), (outer // n_block, n_block * inner), bank)

    def evacuate(self, psum: SSAValue, out: SSAValue, shape: tuple[int, int], bank: int) -> None:
        """Ops that read whole output blocks, and what they wrote: the ones that are cut."""
        count = self.random.choice([1, 2, 4])
        read = AccessAttr.of(0, count, shape, (bank, 1))
        written = AccessAttr.of(0, count, shape)
        immediates = {"scale": self.number(), "bias_value": self.number(), "func": StringAttr("relu")}
        self.add(engine.ActivateOp, "scalar", [psum, out], source_ap=read, out_ap=written, **immediates)
        patterns = {"lhs_ap": read, "rhs_ap": written, "out_ap": written}
        self.add(engine.TensorTensorOp, "vector", [psum, out, out], op=StringAttr("add"), **patterns)

    def program(self, length: int, copies: int = 1, accumulators: int = 1) -> ProgramOp:
        """
        Fills all buffers, applies `length` random ops, and copies all buffers out.

        There are 4 buffers in SBUF times `copies`, and `accumulators` that each take all of PSUM.
        """
        parts = self.target.sbuf.partitions
        dtypes = ["fp32", "bf16", self.random.choice([*TYPES]), "int8"]
        sbuf = self.sbuf = [
            self.buffer(f"b{i}", "scratch", "sbuf", FREE, dtype) for i, dtype in enumerate(dtypes * copies)
        ]
        banks = self.target.psum.partition_bytes // 4
        dtype = self.random.choice(["fp32", "int32"])
        psums = [self.buffer(f"p{i}", "scratch", "psum", banks, dtype) for i in range(accumulators)]
        whole = AccessAttr.of(0, parts, (FREE,))
        for i, value in enumerate(sbuf):
            source = self.buffer(f"in{i}", "input", "hbm", parts * FREE, "fp32")
            flat = AccessAttr.of(0, 1, (parts * FREE,))
            self.add(engine.DmaCopyOp, "dma0", [source, value], source_ap=flat, destination_ap=whole)
        for psum in psums:
            everything = AccessAttr.of(0, parts, (banks,))
            self.add(engine.MemsetOp, "vector", [psum], value=FloatAttr(0.5, 32), out_ap=everything)
        for _ in range(length):
            psum = self.random.choice(psums)
            match self.random.randrange(5):
                case 0:
                    self.matmul([sbuf[3]] if dtype == "int32" else [self.random.choice(sbuf[:2])], psum)
                case 1:
                    self.transfer(sbuf)
                case 2:
                    self.indexed(self.random.choice(sbuf))
                case _:
                    self.elementwise([*sbuf, psum], sbuf[0])
        for psum, value in zip(psums, sbuf, strict=False):
            patterns = {
                "source_ap": AccessAttr.of(0, parts, (2, 16), (32, 1)),
                "out_ap": AccessAttr.of(0, parts, (2, 16)),
            }
            self.add(engine.CopyOp, "vector", [psum, value], **patterns)
        for i, value in enumerate(sbuf):
            result = self.buffer(f"out{i}", "output", "hbm", parts * FREE, buffer_type(value).dtype)
            flat = AccessAttr.of(0, 1, (parts * FREE,))
            self.add(engine.DmaCopyOp, "dma1", [value, result], source_ap=whole, destination_ap=flat)
        return ProgramOp("fuzz", self.target.name, Region(Block([*self.buffers, *self.ops, engine.EndOp()])))


def simulated(program: ProgramOp, target: Target, inputs: dict[str, Array]) -> dict[str, Array]:
    """Outputs of `program`, which has addresses, according to the simulator; no race may be found."""
    emitted = emit(program, target)
    records, _ = write_sync(emitted.records, synchronize_records(emitted.records, target))
    hbm = poisoned(target.hbm.bytes)
    for bound in emitted.bound:
        if bound.symbol in inputs:
            hbm[bound.offset : bound.offset + bound.nbytes] = inputs[bound.symbol].view(np.uint8)
    result = simulate([split_streams(records, target)], target, hbm, timing=False)
    assert result.cores[0].races == ()
    return {
        bound.symbol: hbm[bound.offset : bound.offset + bound.nbytes].view(numerics.DTYPES[bound.dtype])
        for bound in emitted.bound
        if bound.role == "output"
    }


def bits(outputs: dict[str, Array]) -> dict[str, bytes]:
    """Outputs as bytes, so that NaN equals NaN."""
    return {symbol: array.tobytes() for symbol, array in outputs.items()}

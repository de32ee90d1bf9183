"""Random streams of loads, products and pauses, as records of the instruction set and as programs of `machine`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from accelc import numerics
from accelc.isa import encode
from accelc.isa.records import DTYPES, Records, Space, join_records
from accelc.isa.table import Opcode
from accelc.simulator.decode import decode_core
from accelc.simulator.functional import CoreExecutor
from accelc.simulator.memory import core_memory
from accelc.simulator.timing.core import CoreTimer
from accelc.simulator.timing.prepare import prepare_core
from accelc.simulator.timing.times import DelayValues, LaneTimes
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.simulator.validation.machine import Instruction, Load, Machine, Pause, Product
from benchmarks.simulator.validation.pe_array import Array, Shape

MOVING_MAX = 48
REGIONS = 4
"""Rows of a region of the accumulators, and regions; each product fills or adds to the beginning of one."""


@dataclass(frozen=True)
class Stream:
    """A program with the target it is for; operands are values of `dtype`, kept in the dtype of the adders."""

    target: Target
    dtype: str
    machine: Machine
    program: Sequence[Instruction]

    @property
    def products(self) -> int:
        """Number of products."""
        return sum(isinstance(one, Product) for one in self.program)

    @property
    def rows(self) -> int:
        """Number of rows of all products."""
        return sum(one.moving.shape[1] for one in self.program if isinstance(one, Product))


@dataclass(frozen=True)
class Simulated:
    """The lane's times, and the contents [columns, N] of the accumulators that each product wrote, in their order."""

    times: LaneTimes
    contents: list[Array]


def machine_target(machine: Machine, dtype: str) -> Target:
    """The preset `tiny` with the array, the sequencer and the memories of `machine`; one tick is one cycle."""
    tiny = load_target("tiny")
    shape = machine.shape
    tensor = replace(
        tiny.tensor,
        rows=shape.rows,
        cols=shape.cols,
        shadow_planes=machine.planes,
        ls_axis="rows" if shape.from_top else "cols",
        ls_vectors_per_cycle=shape.buses,
        ls_full=machine.full_loads,
        mm_min_ii=machine.interval,
        moving_max=MOVING_MAX,
        psum_write_latency=machine.write_latency,
        tiling=((shape.rows, shape.cols),),
        rate={dtype: 1 / machine.steps},
    )
    sequencer = replace(
        tiny.sequencer,
        queue_depth=machine.depth,
        fetch_bytes_per_ns=tiny.isa.instr_bytes / machine.fetch,
        decode_cycles=machine.decode,
    )
    sbuf = replace(tiny.sbuf, partitions=shape.rows, partition_bytes=1 << 16, banks=1, conflict="none")
    psum = replace(
        tiny.psum, partitions=shape.cols, partition_bytes=4 * MOVING_MAX * REGIONS, banks=REGIONS, conflict="none"
    )
    return replace(tiny, tensor=tensor, sequencer=sequencer, sbuf=sbuf, psum=psum)


def random_machine(
    rng: np.random.Generator, shape: tuple[int, int], dtype: str, *, one_bus: bool = False, from_top: bool | None = None
) -> Machine:
    """Parameters drawn at random for an array of `shape`, those given excepted."""
    buses = 1 if one_bus else int(rng.choice((1, 1, 2, 4)))
    steps, latency = min(4, sum(shape)) if dtype == "fp32" else 1, int(rng.integers(0, 4))
    return Machine(
        Shape(
            *shape,
            bool(rng.integers(2)) if from_top is None else from_top,
            buses,
            "int32" if dtype == "int8" else "float32",
        ),
        # A product that the interval keeps in its port for longer is complete after its rows are visible.
        interval=min(int(rng.choice((1, 1, 4, 9))), max(1, (sum(shape) + latency) // steps)),
        steps=steps,
        full_loads=bool(rng.random() < 0.25),
        write_latency=latency,
        depth=int(rng.choice((2, 4, 16))),
        fetch=int(rng.choice((1, 2, 5))),
        decode=int(rng.choice((1, 1, 3))),
    )


def random_stream(rng: np.random.Generator, machine: Machine, dtype: str, products: int) -> Stream:
    """A legal program: loads ahead of their products, weights used again, accumulation, gaps of 0 to 60 cycles."""
    rows, cols = machine.shape.rows, machine.shape.cols
    program: list[Instruction] = []
    pending: tuple[int, int] | None = None
    active: tuple[int, int] | None = None
    written: dict[int, tuple[int, int]] = {}
    gaps = rng.choice((0.0, 0.2, 0.5))
    while products:
        if rng.random() < gaps:
            program.append(Pause(int(rng.integers(0, 60 if rng.random() < 0.2 else 8))))
        if pending is None and (active is None or rng.random() < 0.6):
            pending = (_extent(rng, rows), _extent(rng, cols))
            program.append(Load(values(rng, dtype, pending)))
            continue
        swap = pending is not None and (active is None or bool(rng.random() < 0.7))
        if swap:
            active, pending = pending, None
        assert active is not None
        count = int(rng.integers(1, 5 if rng.random() < 0.4 else MOVING_MAX + 1))
        region = int(rng.integers(REGIONS))
        again = [place for place, size in written.items() if size == (active[1], count)]
        accumulate = bool(again) and bool(rng.random() < 0.5)
        if not accumulate and written and rng.random() < 0.3:
            # The extents of an earlier product, so that adding to it is possible.
            region = int(rng.choice(list(written)))
            accumulate = written[region][0] == active[1]
            count = written[region][1]
        elif accumulate:
            region = again[0]
        written[region] = (active[1], count)
        moving = values(rng, dtype, (active[0], count))
        program.append(Product(moving, active[1], region * MOVING_MAX, swap, accumulate))
        products -= 1
    return Stream(machine_target(machine, dtype), dtype, machine, program)


def _extent(rng: np.random.Generator, limit: int) -> int:
    return limit if rng.random() < 0.5 else int(rng.integers(1, limit + 1))


def values(rng: np.random.Generator, dtype: str, size: tuple[int, int]) -> Array:
    """Operands: int8 of the whole range, or floats of several magnitudes with zeros of both signs among them."""
    if dtype == "int8":
        return rng.integers(-128, 128, size).astype(np.int32)
    drawn = rng.standard_normal(size) * 2.0 ** rng.integers(-8, 9, size)
    drawn[rng.random(size) < 0.1] = rng.choice((0.0, -0.0))
    return drawn.astype(numerics.DTYPES[dtype]).astype(np.float32)


def simulate_stream(stream: Stream) -> Simulated:
    """The program as records, timed by the event loop of the simulator and executed by its functional model."""
    records, delays, image = encoded(stream)
    code = decode_core({"tensor": records}, stream.target)
    times = CoreTimer(prepare_core(code, stream.target), stream.target, DelayValues(delays)).run()
    memory = core_memory(stream.target, np.zeros(16, np.uint8))
    memory[Space.SBUF].data[:] = image
    executor = CoreExecutor(code, stream.target, memory)
    contents: list[Array] = []
    psum = memory[Space.PSUM]
    for step in times.order:
        executor.run((step,))
        one = stream.program[step[1]] if step[1] < len(stream.program) else None
        if isinstance(one, Product):
            accumulator = DTYPES.index("int32" if stream.dtype == "int8" else "fp32")
            size, strides = (one.columns, one.moving.shape[1]), (psum.width, 4)
            contents.append(psum.view(accumulator, one.address * 4, size, strides).copy())
    return Simulated(times.lanes[0], contents)


def encoded(stream: Stream) -> tuple[Records, list[int], npt.NDArray[np.uint8]]:
    """Records, delay table, and the bytes of SBUF that the records read."""
    sbuf = stream.target.sbuf
    image = np.zeros((sbuf.partitions, sbuf.partition_bytes), np.uint8)
    records: list[Records] = []
    delays: list[int] = []
    at = 0
    for one in stream.program:
        if isinstance(one, Pause):
            records.append(encode.delay_records(0, len(delays)))
            delays.append(one.cycles)
            continue
        operand = one.weights if isinstance(one, Load) else one.moving
        stored = np.ascontiguousarray(operand.astype(numerics.DTYPES[stream.dtype])).view(np.uint8)
        # Each operand has a place of its own until memory is full; then the first ones would be overwritten.
        assert at + stored.shape[1] <= sbuf.partition_bytes, "the stream's operands do not fit"
        image[: len(stored), at : at + stored.shape[1]] = stored
        source = encode.operands(
            Space.SBUF, stream.dtype, 0, len(operand), at, [operand.shape[1]], [1 if operand.shape[1] > 1 else 0]
        )
        at += stored.shape[1]
        if isinstance(one, Load):
            records.append(encode.load_stationary_records(0, source))
            continue
        out = encode.operands(
            Space.PSUM,
            "int32" if stream.dtype == "int8" else "fp32",
            0,
            one.columns,
            one.address * 4,
            [operand.shape[1]],
            [1],
        )
        records.append(encode.matmul_records(0, out, source, accumulate=one.accumulate, swap=one.swap))
    records.append(encode.control_records(0, Opcode.HALT))
    return join_records(records), delays, image.reshape(-1)

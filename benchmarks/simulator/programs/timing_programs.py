"""
Random programs of records on the target `tiny`, in one program order, for the two simulators of time.

Records touch a few overlapping areas of SBUF, PSUM and HBM, so that conflicts of all kinds are frequent. Waits and
updates are those that synchronization finds (`synchronized`: the results do not depend on time), or random ones that
may well deadlock (`tangled`). `loops` repeats a body, which a simulator may notice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import numpy.typing as npt

from accelc.analysis.sync.vector_clock import Options, synchronize_records, write_sync
from accelc.emit.streams import split_streams
from accelc.isa import encode
from accelc.isa.records import Records, Space, Update, Wait, field, join_records
from accelc.isa.table import Opcode
from accelc.simulator.memory import poisoned
from accelc.targets import load_target
from accelc.targets.model import Target

_PRESET = load_target("tiny")
TINY = replace(
    _PRESET,
    dma=replace(_PRESET.dma, rings_per_engine=4),
    sbuf=replace(_PRESET.sbuf, conflict="none"),
    psum=replace(_PRESET.psum, conflict="none"),
)
LANE = {name: code for code, name in enumerate(TINY.lanes)}
WIDTH = TINY.sbuf.partition_bytes
QUEUES = tuple(name for name in LANE if name.startswith("dma"))
HBM_BYTES = 4096
SLOTS = 4
"""Delays that programs may use."""
MECHANISMS = (Options(), Options(width=2), Options(mechanism="event"))
Streams = Mapping[str, Records]
Fields = npt.NDArray[np.void]


def _sbuf(offset: int, elements: int, dtype: str = "fp32") -> Fields:
    return encode.operands(Space.SBUF, dtype, 0, 4, offset, [elements], [1])


def _psum(offset: int, elements: int) -> Fields:
    return encode.operands(Space.PSUM, "fp32", 0, 4, offset, [elements], [1])


def _transfer(queue: str, offset: int, base: int, elements: int, inwards: bool) -> Records:
    inside = encode.dma_sides(Space.SBUF, "fp32", offset, [4, elements], [WIDTH, 4])
    outside = encode.dma_sides(Space.HBM, "fp32", base, [4, elements], [4 * elements, 4])
    return encode.dma_copy_records(LANE[queue], *((inside, outside) if inwards else (outside, inside)))


@cache
def _groups() -> tuple[Records, list[tuple[int, int]]]:
    """Records, and (first, one past the last) of the groups to choose from: those of one group stay together."""
    random = Random(0)
    groups: list[Sequence[Records]] = []
    for _ in range(60):
        a, b, c = (random.randrange(6) * 16 for _ in range(3))
        n = random.choice((1, 4, 8, 16))
        lane = random.choice(("vector", "scalar"))
        groups.append([encode.copy_records(LANE[lane], _sbuf(a, n), _sbuf(b, n))])
        groups.append([encode.tensor_tensor_records(LANE["vector"], "add", _sbuf(a, n), _sbuf(b, n), _sbuf(c, n))])
        function = random.choice(("relu", "exp", "tanh"))
        groups.append([encode.activate_records(LANE["scalar"], function, 0.5, 0.25, _sbuf(a, n), _sbuf(b, n))])
        reduced = encode.operands(Space.SBUF, "fp32", 0, 1, a, [n], [1])
        groups.append([encode.partition_reduce_records(LANE["gpsimd"], "max", reduced, _sbuf(b, n))])
        out = 64 * random.randrange(2)
        load = encode.load_stationary_records(LANE["tensor"], _sbuf(a, 4))
        first = encode.matmul_records(LANE["tensor"], _psum(out, n), _sbuf(b, n), swap=True)
        more = encode.matmul_records(LANE["tensor"], _psum(out, n), _sbuf(c, n), accumulate=True)
        drain = encode.copy_records(LANE[lane], _sbuf(c, n), _psum(out, n))
        groups.append([load, first, *[more] * random.randrange(3), drain])
        for _ in range(2):
            base = 64 * random.randrange(4)
            groups.append([_transfer(random.choice(QUEUES), a, base, n, random.random() < 0.5)])
        code = random.choice((Opcode.NOP, Opcode.SEM_UPD))
        groups.append([encode.control_records(LANE[random.choice((*QUEUES, "tensor", "vector", "scalar"))], code)])
        groups.append(
            [encode.delay_records(LANE[random.choice((*QUEUES, "tensor", "vector"))], random.randrange(SLOTS))]
        )
    ends = np.cumsum([len(group) for group in groups]).tolist()
    records = join_records([record for group in groups for record in group])
    return records, list(zip([0, *ends[:-1]], ends, strict=True))


def random_records(random: Random, groups: int) -> Records:
    """Records in program order, without waits and updates."""
    pool, spans = _groups()
    chosen = [index for span in random.choices(spans, k=groups) for index in range(*span)]
    head = encode.memset_records(LANE["vector"], 1.0, _sbuf(0, 40))
    return join_records([head, pool[chosen]])


def loops(random: Random, most: int = 40) -> Records:
    """Random records, a body of them several times, and random records again; sometimes with one of them changed."""
    body = random_records(random, random.randint(1, 5))[1:]
    times = random.randint(2, most)
    records = join_records([random_records(random, random.randrange(4)), *[body] * times])
    if random.random() < 0.4:
        records[random.randrange(len(records) // 2, len(records))] = random_records(random, 1)[1:][-1]
    return join_records([records, random_records(random, random.randrange(4))[1:]])


def legal(records: Records) -> bool:
    """Whether the array swaps in what was loaded before, and loads no more than it has room for."""
    pending = swapped = 0
    for opcode, flags in zip(field(records, "opcode").tolist(), field(records, "flags").tolist(), strict=True):
        if opcode == Opcode.LS:
            pending += 1
        elif opcode == Opcode.MM:
            pending -= (flags >> 1) & 1
            swapped += (flags >> 1) & 1
            if not swapped:
                return False
        if not 0 <= pending <= 1:
            return False
    return True


def synchronized(records: Records, target: Target, options: Options = MECHANISMS[0]) -> Streams:
    """Streams with the waits and updates that their conflicts need."""
    sync = synchronize_records(records, target, options=options)
    return split_streams(write_sync(records, sync)[0], target)


def tangled(records: Records, random: Random, semaphores: int = 4) -> Streams:
    """Streams with random waits of every kind and random updates: many deadlock."""
    records = records.copy()
    for record in range(len(records)):
        one = records[record : record + 1]
        if random.random() < 0.3:
            condition = random.choice((Wait.GE, Wait.GE, Wait.GE, Wait.EQ, Wait.WRAP))
            bits = random.randint(1, 3) if condition == Wait.WRAP else 0
            encode.set_wait(one, random.randrange(semaphores), random.randint(0, 2 + record // 8), condition, bits)
        for slot in range(2):
            if random.random() < 0.4:
                point = random.choice((Update.ADD_AT_READ, Update.ADD_AT_COMPLETE))
                encode.set_update(one, slot, random.randrange(semaphores), point, random.choice((1, 1, 2)))
    return split_streams(records, TINY)


def varied(random: Random) -> Target:
    """`tiny` with random latencies, queues, ports and bandwidths, and semaphores for every program."""

    def ns(most: int) -> float:
        return float(random.choice((0, 1, random.randrange(most))))

    engines = {
        name: replace(engine, latency=random.randrange(30), min_ii=random.randint(1, 9))
        for name, engine in TINY.engines.items()
    }
    return replace(
        TINY,
        sync=replace(TINY.sync, inc_latency_ns=ns(40), wait_wakeup_ns=ns(20), semaphores=250),
        sequencer=replace(TINY.sequencer, queue_depth=random.randint(1, 6), decode_cycles=random.randrange(3)),
        dma=replace(
            TINY.dma,
            start_latency_ns=ns(200),
            completion_latency_ns=ns(100),
            static_issue_interval_ns=ns(20),
            bytes_per_ns=random.choice((1.0, 3.0, 7.3)),
        ),
        hbm=replace(TINY.hbm, bytes_per_ns=random.choice((0.7, 5.0, 8.0)), latency_ns=ns(50)),
        engines=engines,
    )


def initial() -> npt.NDArray[np.uint8]:
    """HBM before execution: some numbers, the rest never written."""
    hbm = poisoned(HBM_BYTES)
    hbm[:1024] = np.linspace(-2, 2, 256, dtype=np.float32).view(np.uint8)
    return hbm

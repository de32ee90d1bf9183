"""
The memory system against closed forms and exact models: collectives, banks, and packets of DMA queues.

Machines: links of 1 to 8 at 0.5 to 100 bytes/ns and 0 to 2000 ns per hop for collectives; `gemmini-like` for banks and
`trn-like` for packets. Baselines: the closed forms of `accelc.simulator.collectives.formulas`, the models of
`memory_models`, and the same program without the conflict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import numpy.typing as npt

from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.isa.table import Opcode
from accelc.simulator.collectives.formulas import collective_ns
from accelc.simulator.collectives.interconnect import Interconnect
from accelc.simulator.collectives.network import Network, Operation, finish_ticks
from accelc.simulator.collectives.plan import ALGORITHMS, KINDS, even_bounds, plan
from accelc.simulator.collectives.values import all_reduce
from accelc.simulator.decode import decode_core
from accelc.simulator.timing.bandwidth import TransferServer
from accelc.simulator.timing.banks import BankServer
from accelc.simulator.timing.core import time_core
from accelc.simulator.timing.costs import Transfer
from accelc.targets import load_target
from accelc.targets.model import Link, Target
from benchmarks.measure import Measurement
from benchmarks.simulator.oracles.memory_models import packet_ends, port_ends

SEED = 11
GHZ = 1_000_000_000
CASES, REDUCED = 2000, 60
PORT = (1, 0, 0)
ELEMENTS = 256


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced`: fewer random cases."""
    count = REDUCED if reduced else CASES
    yield from _collectives(count)
    yield from _banks(count)
    yield from _conflicts()
    yield from _packets(count // 10)


def _collectives(count: int) -> Iterator[Measurement]:
    random, rng = Random(SEED), np.random.default_rng(SEED)
    worst, compared, different = 0.0, 0, 0
    while compared < count:
        kind, algorithm = random.choice(KINDS[:3]), random.choice(ALGORITHMS)
        shape = random.choice(("ring", "all-to-all"))
        link = Link(
            shape, random.randint(1, 8), random.uniform(0.5, 100), random.choice((0.0, 20.0, 1500.0)), ALGORITHMS
        )
        chips, elements = random.randint(2, 12), random.randint(1, 20000)
        system = Interconnect(link, chips)
        expected = collective_ns(kind, algorithm, elements, 4, system)
        if expected is None:
            continue
        compared += 1
        operation = Operation(plan(kind, algorithm, even_bounds(elements, chips)), range(chips), 4)
        (found,) = finish_ticks(Network(system, GHZ), [operation], [[0.0] * chips])
        worst = max(worst, abs(found / expected - 1))
        arrays = [rng.standard_normal(chips * 7).astype(np.float32) for _ in range(chips)]
        sums = all_reduce(arrays, algorithm)
        exact = np.sum(np.array(arrays, np.float64), axis=0)
        close = np.allclose(sums[0], exact, atol=1e-4)
        different += not close or any(one.tobytes() != sums[0].tobytes() for one in sums)
    yield Measurement.at_most(f"memory: {compared} collectives off closed forms", worst * 100, "%", 1e-6)
    yield Measurement.at_most("memory: all-reduces that differ between ranks", different, "", 0)
    link = Link("ring", 4, 96.0, 1500.0, ALGORITHMS)
    plans = [plan("all-reduce", "ring", even_bounds(1 << 24, 16)) for _ in range(2)]
    one = finish_ticks(Network(Interconnect(link, 16), GHZ), [Operation(plans[0], range(16), 4)], [[0.0] * 16])[0]
    both = finish_ticks(
        Network(Interconnect(link, 16), GHZ), [Operation(each, range(16), 4) for each in plans], [[0.0] * 16] * 2
    )[0]
    yield Measurement.reported("memory: 64 MiB all-reduce, 16 trn-like chips", one / 1e3, "us")
    yield Measurement.reported("memory: two of them at once", both / 1e3, "us", one / 1e3)


def _banks(count: int) -> Iterator[Measurement]:
    """Streams that want a port in every cycle, in turn, cycle by cycle; both round to whole cycles."""
    random = Random(SEED)
    worst = 0
    for _ in range(count):
        streams = random.randint(1, 5)
        starts = [random.randrange(200) for _ in range(streams)]
        accesses = [random.randint(1, 300) for _ in range(streams)]
        found = fluid_ends(starts, accesses)
        worst = max(worst, *(abs(a - b) for a, b in zip(found, port_ends(starts, accesses), strict=True)))
    yield Measurement.at_most(f"memory: {count} bank ports off cycle by cycle", worst, "cycles", 5)


def fluid_ends(starts: Sequence[int], accesses: Sequence[int]) -> list[int]:
    """Ends of the same streams as the simulator has them."""
    server = BankServer(lambda now, queue, speed: None)
    ends = [0] * len(starts)
    coming = sorted(range(len(starts)), key=lambda stream: starts[stream])
    while coming or server.works:
        end = server.next_end()
        if coming and (end is None or starts[coming[0]] < end):
            stream = coming.pop(0)
            server.begin(starts[stream], (stream, 0), ((PORT, 1.0),), accesses[stream])
            continue
        assert end is not None
        for stream in server.finished(end):
            ends[stream[0]] = end
            server.end(end, stream)
    return ends


def _conflicts() -> Iterator[Measurement]:
    """Two engines of `gemmini-like`, whose SBUF has four banks with one port each; none shares a port group."""
    preset = load_target("gemmini-like")
    target = replace(preset, ports=tuple(replace(port, exclusive=()) for port in preset.ports))
    free = replace(target, sbuf=replace(target.sbuf, conflict="none"))
    wide = replace(target, sbuf=replace(target.sbuf, conflict="same-bank"))
    alone = ELEMENTS / 1.0
    for name, bank, expected in (("one bank", 0, 2), ("two banks", 1, 1)):
        found = _span(target, _copy(target, 0), _read(target, bank)) / alone
        yield Measurement.at_most(f"memory: two readers, {name}: off {expected} x", abs(found - expected), "x", 1e-9)
    zeros, read = _fill(target), _read(target, 0)
    for name, machine, expected in (("no conflict", free, 1), ("one port", target, 2), ("one port each", wide, 1)):
        found = _span(machine, zeros, read) / alone
        yield Measurement.at_most(
            f"memory: reader and writer, {name}: off {expected} x", abs(found - expected), "x", 1e-9
        )


def _sbuf(target: Target, bank: int) -> npt.NDArray[np.void]:
    return encode.operands(Space.SBUF, "uint8", 0, 16, bank * target.sbuf.bank_bytes, [ELEMENTS], [1])


def _copy(target: Target, bank: int) -> Records:
    """The vector engine copies from a bank of SBUF to PSUM."""
    psum = encode.operands(Space.PSUM, "fp32", 0, 16, 0, [ELEMENTS], [1])
    return encode.copy_records(target.lanes.index("vector"), psum, _sbuf(target, bank))


def _fill(target: Target) -> Records:
    """The vector engine writes bank 0 of SBUF."""
    return encode.memset_records(target.lanes.index("vector"), 1.0, _sbuf(target, 0))


def _read(target: Target, bank: int) -> Records:
    """The scalar engine copies from a bank of SBUF to the last one."""
    lane = target.lanes.index("scalar")
    return encode.activate_records(lane, "identity", 1.0, 0.0, _sbuf(target, 3), _sbuf(target, bank))


def _span(machine: Target, vector: Records, scalar: Records) -> float:
    """Longest time that one of two records on two engines takes in its operands."""
    streams = {
        name: np.concatenate([record, encode.control_records(machine.lanes.index(name), Opcode.HALT)])
        for name, record in (("vector", vector), ("scalar", scalar))
    }
    times = time_core(decode_core(streams, machine), machine)
    return float(max(int((lane.read - lane.start).max()) for lane in times.lanes))


def _packets(count: int) -> Iterator[Measurement]:
    """Random transfers on four queues of `trn-like`, each on all engines, HBM as fast as they are."""
    random, target = Random(SEED), load_target("trn-like")
    target = replace(target, hbm=replace(target.hbm, bytes_per_ns=1e6))
    dma = target.dma
    packet_ns = dma.packet_overhead_ns + dma.packet_bytes / dma.bytes_per_ns
    late: list[float] = []
    span: list[float] = []
    for _ in range(count):
        queues = [
            [(0.0, random.randint(1, 24)) for _ in range(random.randint(1, 8))] for _ in range(random.randint(1, 4))
        ]
        exact = packet_ends(queues, packet_ns)
        fluid = fluid_packets(queues, target)
        late += [abs(a - b) / packet_ns for one, two in zip(exact, fluid, strict=True)
                 for a, b in zip(one, two, strict=True)]  # fmt: skip
        last = [max(map(max, ends)) for ends in (exact, fluid)]
        span.append(abs(last[1] / last[0] - 1) * 100)
    yield Measurement.reported("memory: packets, mean error of an end", float(np.mean(late)), "packets")
    yield Measurement.reported("memory: packets, largest error of an end", max(late), "packets")
    yield Measurement.at_most("memory: packets, largest error of the last end", max(span), "%", 1.0)


def fluid_packets(queues: Sequence[Sequence[tuple[float, int]]], target: Target) -> list[list[float]]:
    """Ends in ns of the same transfers as the simulator has them."""
    server = TransferServer(target)
    dma, ns = target.dma, target.time.ticks_to_ns

    def begin(now: int, queue: int) -> None:
        packets = queues[queue][len(ends[queue])][1]
        each = packets * dma.packet_bytes
        server.begin(now, queue, Transfer(dma.engines, packets, each, 0, each * dma.engines, 0, 1.0))

    ends: list[list[float]] = [[] for _ in queues]
    for queue in range(len(queues)):
        begin(0, queue)
    while (now := server.next_end()) is not None:
        for queue in server.finished(now):
            ends[queue].append(ns(now))
            if len(ends[queue]) < len(queues[queue]):
                begin(now, queue)
    return ends

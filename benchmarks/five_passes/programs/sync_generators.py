"""
Random programs for the synchronization analysis: short dense ones, ones like those the compiler emits, and loops.

Short ones have up to `most` instructions on a few cells and lanes, without any structure: corner cases are frequent,
and every wait can be deleted by itself. Programs like emitted ones have the engines of a core and hundreds of
instructions: tiles of weights and of activations are loaded ahead into pools of buffers that are used in turn, the
array loads and multiplies, other engines read its banks and each other's results, and results are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from accelc.analysis.sync.hazards import Streams
from benchmarks.five_passes.programs import sync_programs as programs


def random_program(random: Random, in_order: bool, most: int = 40) -> programs.AbstractProgram:
    """Two to five lanes and up to `most` instructions over a few cells; some lanes out of order unless `in_order`."""
    lanes = random.randint(2, 5)
    ordered = [in_order or random.random() < 0.4 for _ in range(lanes)]
    if not in_order:
        ordered[random.randrange(lanes)] = False
    interlocked = [random.random() < 0.5 for _ in range(lanes)]
    count, cells = random.randint(2, most), random.randint(2, 8)
    streams = programs.lanes_of(lanes, ordered, interlocked, [random.randrange(lanes) for _ in range(count)])
    reads = [set(random.choices(range(cells), k=random.randint(0, 2))) for _ in range(count)]
    writes = [set(random.choices(range(cells), k=random.randint(0, 1))) for _ in range(count)]
    return programs.program_of(streams, reads, writes)


COMPUTE = ("tensor", "vector", "scalar")
TENSOR, VECTOR, SCALAR = range(3)


@dataclass
class _Pool:
    """Buffers that are used in turn."""

    first: int
    size: int
    used: int = 0

    def fresh(self) -> int:
        """The next buffer, whose old contents are overwritten."""
        self.used += 1
        return self.first + (self.used - 1) % self.size

    def recent(self, random: Random) -> int:
        """One of the buffers written lately."""
        back = random.randint(1, min(max(self.used, 1), self.size))
        return self.first + (self.used - back) % self.size


@dataclass
class _Tiles:
    """Instructions of one tile after the other, as (place in time, lane, is a load of the array, reads, writes)."""

    random: Random
    queues: int
    ahead: int
    weights: _Pool
    activations: _Pool
    banks: _Pool
    found: list[tuple[int, int, bool, set[int], set[int]]] = field(
        default_factory=list[tuple[int, int, bool, set[int], set[int]]]
    )

    def add(self, place: int, lane: int, reads: set[int], writes: set[int], load: bool = False) -> None:
        self.found.append((place, lane, load, reads, writes))

    def queue(self) -> int:
        return len(COMPUTE) + self.random.randrange(self.queues)

    def tile(self, number: int) -> None:
        """Loads (ahead in time), a product of one to three steps in a bank, its epilogue, and sometimes a store."""
        random, early = self.random, number - self.ahead
        if random.random() < 0.4:
            self.add(early, self.queue(), set(), {self.activations.fresh()})
        bank = self.banks.fresh()
        for step in range(random.randint(1, 3)):
            weight = self.weights.fresh()
            self.add(early, self.queue(), set(), {weight})
            self.add(number, TENSOR, {weight}, set(), load=True)
            moving = {self.activations.recent(random)}
            self.add(number, TENSOR, moving | ({bank} if step else set()), {bank})
        engine = random.choice((VECTOR, SCALAR))
        self.add(number, engine, {bank}, {self.activations.fresh()})
        if random.random() < 0.5:
            sources = {self.activations.recent(random), self.activations.recent(random)}
            self.add(number, random.choice((VECTOR, SCALAR)), sources, {self.activations.fresh()})
        if random.random() < 0.4:
            self.add(number, self.queue(), {self.activations.recent(random)}, set())


def emitted_program(random: Random, in_order: bool, least: int = 100, most: int = 400) -> programs.AbstractProgram:
    """
    A program of `least` to `most` instructions on three engines and up to eight queues, tile by tile.

    The engines are interlocked, queues are not. Unless `in_order`, a queue at least completes out of order.
    """
    queues = random.randint(1, 8)
    sizes = [random.randint(*sizes) for sizes in ((2, 6), (3, 8), (2, 8))]
    weights, activations, banks = (_Pool(sum(sizes[:number]), size) for number, size in enumerate(sizes))
    tiles = _Tiles(random, queues, random.randint(0, 3), weights, activations, banks)
    count = round(least * (most / least) ** random.random())
    number = 0
    while len(tiles.found) < count:
        tiles.tile(number)
        number += 1
    chosen = sorted(tiles.found, key=lambda found: found[0])[:count]
    lanes = len(COMPUTE) + queues
    late = [not in_order and lane != TENSOR and random.random() < 0.5 for lane in range(lanes)]
    if not in_order:
        late[random.randrange(len(COMPUTE), lanes)] = True
    names = (*COMPUTE, *(f"dma{queue}" for queue in range(queues)), "tensor.load")
    streams = Streams(
        [lane for _, lane, *_ in chosen],
        [lanes if load else lane for _, lane, load, _, _ in chosen],
        names,
        (*range(lanes), TENSOR),
        tuple(lane < len(COMPUTE) for lane in range(lanes)),
        (*(not each for each in late), True),
    )
    return programs.program_of(streams, [reads for *_, reads, _ in chosen], [writes for *_, writes in chosen])


def random_body(random: Random) -> tuple[Streams, list[set[int]], list[set[int]]]:
    """A loop body of three to ten instructions on two to four lanes in order, over a few cells, some of them fresh."""
    lanes, size = random.randint(2, 4), random.randint(3, 10)
    cells = [*range(random.randint(1, 4)), *range(FRESH, FRESH + random.randint(0, 6))]
    interlocked = [random.random() < 0.5 for _ in range(lanes)]
    streams = programs.lanes_of(lanes, [True] * lanes, interlocked, [random.randrange(lanes) for _ in range(size)])
    reads = [set(random.choices(cells, k=random.randint(0, 2))) for _ in range(size)]
    writes = [set(random.choices(cells, k=random.randint(0, 1))) for _ in range(size)]
    return streams, reads, writes


FRESH = 10
"""Cells from here on are others in every iteration of a loop."""


def unrolled(
    streams: Streams, reads: Sequence[set[int]], writes: Sequence[set[int]], iterations: int
) -> programs.AbstractProgram:
    """A loop written out."""
    lane = list(streams.lane) * iterations

    def shifted(touched: Sequence[set[int]]) -> list[set[int]]:
        return [
            {cell + FRESH * iteration if cell >= FRESH else cell for cell in each}
            for iteration in range(iterations)
            for each in touched
        ]

    return programs.program_of(replace(streams, lane=lane, stream=lane), shifted(reads), shifted(writes))

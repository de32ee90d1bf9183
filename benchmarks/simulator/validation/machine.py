"""
A tensor engine around the array of `pe_array`, cycle by cycle: sequencer, load port, moving port, accumulators.

Every unit is a state machine that looks at what is true in the current cycle. Nothing is computed ahead, and nothing
is taken from `accelc.simulator`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.simulator.validation.pe_array import Array, PEArray, Shape, Vector


@dataclass(frozen=True)
class Load:
    """LoadStationary of `weights` [K, M] into the shadow plane."""

    weights: Array


@dataclass(frozen=True)
class Product:
    """
    MultiplyMoving of `moving` [K, N] with the active plane, whose first `columns` columns are written.

    Row n goes to address `address + n` of the accumulators, or is added to what is there.
    """

    moving: Array
    columns: int
    address: int
    swap: bool
    accumulate: bool


@dataclass(frozen=True)
class Pause:
    """No instruction is decoded for `cycles`."""

    cycles: int


Instruction = Load | Product | Pause


@dataclass(frozen=True)
class Machine:
    """
    Parameters of a tensor engine, in cycles.

    `interval` is the least time between two products and `steps` the time between two moving elements. With
    `full_loads` a load takes as long as one of the whole array. `depth` instructions are fetched ahead, and as many
    may wait for the array; fetch and decode of one take `fetch` and `decode`.
    """

    shape: Shape
    interval: int = 1
    steps: int = 1
    full_loads: bool = False
    write_latency: int = 0
    planes: int = 1
    depth: int = 16
    fetch: int = 1
    decode: int = 1


@dataclass(frozen=True)
class Row:
    """A row [columns] of a product: cycles in which it leaves the array and is first visible, and its new contents."""

    leaves: int
    visible: int
    values: Array


@dataclass
class Observed:
    """Cycles by instruction: decoded, begun; and the rows of every product, by its number among the instructions."""

    issue: dict[int, int] = field(default_factory=lambda: dict[int, int]())
    start: dict[int, int] = field(default_factory=lambda: dict[int, int]())
    rows: dict[int, list[Row]] = field(default_factory=lambda: dict[int, list[Row]]())
    cycles: int = 0


@dataclass
class _Sequencer:
    """Fetches and decodes one instruction after the other into a ring of `depth` places."""

    program: Sequence[Instruction]
    machine: Machine
    fetched: int = 0
    issued: int = 0
    fetching: int = -1
    """Cycle in which the fetch under way ends, -1: none; the same for the decoder."""
    decoding: int = -1
    paused_until: int = 0

    def issues(self, now: int) -> int | None:
        """Number of the instruction that comes out of the decoder in this cycle."""
        if self.fetching == now:
            self.fetched, self.fetching = self.fetched + 1, -1
        if self.decoding != now:
            return None
        self.decoding = -1
        self.issued += 1
        instruction = self.program[self.issued - 1]
        if isinstance(instruction, Pause):
            self.paused_until = now + instruction.cycles
        return self.issued - 1

    def advance(self, now: int, begun: dict[int, int]) -> None:
        """Begins to decode and to fetch what can be."""
        place = self.issued - self.machine.depth
        free = place < 0 or place in begun
        if self.decoding < 0 and self.fetched > self.issued and free and now >= self.paused_until:
            self.decoding = now + self.machine.decode
        room = self.fetched < self.issued + self.machine.depth
        if self.fetching < 0 and self.fetched < len(self.program) and room:
            self.fetching = now + self.machine.fetch


class Engine:
    """Runs a program of loads, products and pauses."""

    def __init__(self, machine: Machine, program: Sequence[Instruction], array: PEArray | None = None) -> None:
        self.machine = machine
        self.program = program
        self.array = array or PEArray(machine.shape)
        self.seen = Observed()
        self.loads: deque[int] = deque()
        self.products: deque[int] = deque()
        self.load: tuple[int, int] | None = None
        """The load that is entering and its next cycle; the same for the product."""
        self.product: tuple[int, int] | None = None
        self.started_loads = self.loaded = self.swapped = 0
        self.under_way: deque[tuple[int, int]] = deque()
        """(product, row) of everything in the array, in the order in which it entered."""
        self.writing: deque[tuple[int, int, int, Array] | None] = deque([None] * machine.write_latency)
        height = max((one.address + one.moving.shape[1] for one in program if isinstance(one, Product)), default=0)
        self.accumulators = np.zeros((height, machine.shape.cols), machine.shape.sum_dtype)

    def run(self) -> Observed:
        """What happens to every instruction. Raises RuntimeError if nothing happens any more."""
        sequencer = _Sequencer(self.program, self.machine)
        products = sum(isinstance(one, Product) for one in self.program)
        idle_since = now = 0
        while len(self.seen.start) < len(self.program) or self.product or self._busy():
            issued = sequencer.issues(now)
            if issued is not None:
                self.seen.issue[issued] = idle_since = now
                one = self.program[issued]
                if isinstance(one, Pause):
                    self.seen.start[issued] = now
                    idle_since += one.cycles
                else:
                    (self.loads if isinstance(one, Load) else self.products).append(issued)
            self._begin(now)
            sequencer.advance(now, self.seen.start)
            self._step(now)
            idle_since = now if self.product or self.load or self._busy() else idle_since
            now += 1
            if now - idle_since > 1000:
                raise RuntimeError(f"nothing happens since cycle {idle_since}")
        assert len(self.seen.rows) == products
        self.seen.cycles = now
        return self.seen

    def _busy(self) -> bool:
        return bool(self.under_way) or any(row is not None for row in self.writing)

    def _begin(self, now: int) -> None:
        """Starts the next product and the next load if their ports and planes are free in this cycle."""
        if self.product is None and self.products:
            one = self.program[self.products[0]]
            assert isinstance(one, Product)
            if not one.swap or self.loaded > self.swapped:
                self.swapped += one.swap
                self.product = (self.products.popleft(), 0)
                self.seen.start[self.product[0]] = now
        if self.load is None and self.loads and self.started_loads - self.swapped < self.machine.planes:
            self.started_loads += 1
            self.load = (self.loads.popleft(), 0)
            self.seen.start[self.load[0]] = now

    def _step(self, now: int) -> None:
        """What enters the array in this cycle, and what leaves it."""
        moving, swap = self._enter_product()
        leaving = self.array.step(moving, swap, self._enter_load())
        write = None
        if leaving is not None:
            write = (*self.under_way.popleft(), now, leaving)
        self.writing.append(write)
        done = self.writing.popleft()
        if done is not None:
            number, row, left, values = done
            one = self.program[number]
            assert isinstance(one, Product)
            place = self.accumulators[one.address + row, : one.columns]
            place[...] = place + values[: one.columns] if one.accumulate else values[: one.columns]
            self.seen.rows.setdefault(number, []).append(Row(left, now + 1, place.copy()))

    def _enter_product(self) -> tuple[Array | None, bool]:
        if self.product is None:
            return None, False
        number, at = self.product
        one, machine = self.program[number], self.machine
        assert isinstance(one, Product)
        count = one.moving.shape[1]
        last = max(count, machine.interval) * machine.steps - 1
        self.product = (number, at + 1) if at < last else None
        element, between = divmod(at, machine.steps)
        if between or element >= count:
            return None, False
        self.under_way.append((number, element))
        column = np.zeros(machine.shape.rows, machine.shape.sum_dtype)
        column[: len(one.moving)] = one.moving[:, element]
        return column, one.swap and element == 0

    def _enter_load(self) -> list[Vector]:
        if self.load is None:
            return []
        number, at = self.load
        one, shape = self.program[number], self.machine.shape
        assert isinstance(one, Load)
        whole = np.zeros((shape.rows, shape.cols), shape.sum_dtype)
        used = (slice(len(one.weights)), slice(one.weights.shape[1]))
        whole[used] = one.weights
        lines = whole if shape.from_top else whole.T
        length = len(lines) if self.machine.full_loads else one.weights.shape[0 if shape.from_top else 1]
        first, end = at * shape.buses, min(length, (at + 1) * shape.buses)
        self.load = (number, at + 1) if end < length else None
        # The plane can be swapped to from the next cycle on: products begin before loads end in a cycle.
        self.loaded += end == length
        return [(line, lines[line]) for line in range(first, end)]

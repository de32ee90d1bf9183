"""
Which values of a pure block share a buffer: updates in place again, after `normalize-inplace` has removed them.

The second half of US20240126790A1, without IR. A result may take the buffer of an operand whose cells nobody reads
afterwards. A reader that is not ordered after the write can be ordered before it, which costs what the added order
adds to the longest path; the other choice is a new buffer, which for an update of a part costs the copy of the rest.
The cheaper is taken (destination reuse after MLIR's one-shot bufferization; the choice by cost is systems page S1).

A value lies at a *place*: a buffer and a chain of views into it. A *version* is a value that is no view of another;
reading a view reads its version. Writing a version that shares cells with others requires that those are read before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate

from accelc.analysis.inplace.dependences import Dependences, Edge
from accelc.analysis.inplace.views import Chain, Place, SliceStep, Step, shares_cells, simplified


class Kind(Enum):
    """What an instruction does with buffers."""

    VIEW = "the result is a view of operand 0"
    INSERT = "the result is operand 1 with the cells of a slice replaced by operand 0"
    COMPUTE = "the result is computed"


@dataclass(frozen=True)
class Instruction:
    """
    One operation. `step` is the view of a VIEW and the slice of an INSERT; `reusable` are positions of operands whose
    buffer the result of a COMPUTE may take: same bytes, each element read no later than it is written. `time` is its
    duration without the copy that an INSERT may need, in any unit.
    """

    kind: Kind
    operands: tuple[int, ...]
    results: tuple[int, ...]
    time: float = 0.0
    step: Step | None = None
    reusable: tuple[int, ...] = ()


@dataclass(frozen=True)
class Program:
    """
    Instructions in an order that respects values, numbered from 0; bytes of each value; values from outside.

    `donated` values come from outside, but their buffers may be written. `outputs` are needed at the end.
    """

    instructions: Sequence[Instruction]
    nbytes: Sequence[int]
    arguments: frozenset[int]
    donated: frozenset[int]
    outputs: frozenset[int]


@dataclass(frozen=True)
class Plan:
    """
    `reuse[i]` is the position of the operand whose buffer instruction i takes; `order` the instructions in an order
    that makes it right; `added` the orders it needs beyond those of values; `places` where each value lies;
    `copied_bytes` what updates of parts copy; `peak_bytes` the most bytes live at once; `time` the longest path.
    """

    reuse: dict[int, int]
    places: dict[int, "Place"]
    order: tuple[int, ...]
    added: tuple[Edge, ...]
    copied_bytes: int
    peak_bytes: int
    time: float


class Mode(Enum):
    """When to reuse: if the longest path gets no longer; or always, without or with changes of the order."""

    TIME = 0
    PROGRAM_ORDER = 1
    MEMORY = 2


@dataclass(frozen=True)
class Read:
    """
    Instruction `reader` reads a version through `chain`, as `value`.

    An INSERT reads its destination but for the `replaced`.
    """

    reader: int
    value: int
    chain: Chain
    replaced: SliceStep | None = None


@dataclass
class Planner:
    """Places for the values of one program. What is known after `run` says what keeps results from being in place."""

    program: Program
    bytes_per_time: float
    mode: Mode
    parts: bool = False
    """Whether a result that is never inserted may lie in a part of a larger buffer, and keep it."""
    places: dict[int, Place] = field(default_factory=dict[int, Place])
    versions: dict[int, list[int]] = field(default_factory=lambda: defaultdict[int, list[int]](list))
    """Versions in each buffer."""
    reads: dict[int, list[Read]] = field(default_factory=lambda: defaultdict[int, list[Read]](list))
    users: dict[int, list[int]] = field(default_factory=lambda: defaultdict[int, list[int]](list))
    """Instructions with each value among their operands."""
    maker: dict[int, int] = field(default_factory=dict[int, int])
    added: list[Edge] = field(default_factory=list[Edge])
    reuse: dict[int, int] = field(default_factory=dict[int, int])
    copies: dict[int, int] = field(default_factory=dict[int, int])
    """Bytes each instruction copies: the destination of an INSERT, or a source that it overlaps."""
    inserted: set[int] = field(default_factory=set[int])
    """Values that end, after views and computations in place, as the source of an INSERT."""
    blocked: dict[int, list[Read]] = field(default_factory=dict[int, list[Read]])
    """Reads that keep an INSERT or a COMPUTE from writing in place."""
    sealed: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Destinations of INSERTs that lie in cells that may never be written, and these INSERTs."""
    repeated: list[int] = field(default_factory=list[int])
    """Operands whose elements repeat, so that no result can be written over them."""

    def __post_init__(self) -> None:
        self.dependences: Dependences = Dependences(len(self.program.instructions))

    def run(self) -> Plan:
        """Decide for every instruction, in order."""
        self._relate()
        self._find_inserted()
        for value in sorted(self.program.arguments):
            self._settle(value, Place(value))
        for index, instruction in enumerate(self.program.instructions):
            self._place(index, instruction)
        order = self.dependences.order()
        copied, peak = sum(self.copies.values()), max(self.live(order))
        return Plan(self.reuse, self.places, order, tuple(self.added), copied, peak, self._longest())

    def _relate(self) -> None:
        """Who makes and who reads each version, and which instruction follows which."""
        root: dict[int, tuple[int, Chain]] = {value: (value, ()) for value in self.program.arguments}
        for index, instruction in enumerate(self.program.instructions):
            for operand in instruction.operands:
                self.users[operand].append(index)
                if operand in self.maker:
                    self.dependences.add(self.maker[operand], index)
            for position, operand in enumerate(instruction.operands):
                version, chain = root[operand]
                if instruction.kind is Kind.VIEW:
                    assert instruction.step is not None
                    root[instruction.results[0]] = version, simplified((*chain, instruction.step))
                elif instruction.kind is Kind.INSERT and position == 1:
                    assert isinstance(instruction.step, SliceStep)
                    self.reads[version].append(Read(index, operand, chain, instruction.step))
                else:
                    self.reads[version].append(Read(index, operand, chain))
            for result in instruction.results:
                self.maker[result] = index
                if instruction.kind is not Kind.VIEW:
                    root[result] = result, ()
        for value in self.program.outputs:
            version, chain = root[value]
            self.reads[version].append(Read(len(self.program.instructions), value, chain))

    def _find_inserted(self) -> None:
        """What is written through: from the last instruction to the first."""
        for instruction in reversed(self.program.instructions):
            match instruction.kind:
                case Kind.INSERT:
                    self.inserted.add(instruction.operands[0])
                    if instruction.results[0] in self.inserted:
                        self.inserted.add(instruction.operands[1])
                case Kind.VIEW if instruction.results[0] in self.inserted:
                    self.inserted.add(instruction.operands[0])
                case Kind.COMPUTE if not self.inserted.isdisjoint(instruction.results):
                    self.inserted |= {instruction.operands[position] for position in instruction.reusable}
                case _:
                    pass

    def _settle(self, value: int, place: Place) -> None:
        self.places[value] = place
        self.versions[place.buffer].append(value)

    def _place(self, index: int, instruction: Instruction) -> None:
        if instruction.kind is Kind.VIEW:
            assert instruction.step is not None
            self.places[instruction.results[0]] = self.places[instruction.operands[0]].of(instruction.step)
            return
        if instruction.kind is Kind.INSERT:
            self._insert(index, instruction)
            return
        for position in instruction.reusable:
            place = self.places[instruction.operands[position]]
            if not self.parts and self._keeps_more(instruction.results[0], place):
                continue
            if shares_cells(place.chain):
                self.repeated.append(instruction.operands[position])
            others = [v for i, v in enumerate(instruction.operands) if i != position]
            crossing = [v for v in others if self.places[v].meets(place) and self.places[v] != place]
            if crossing:
                late = [read for read in self._meeting(index, place)[1] if read.reader > index]
                self.blocked[index] = [*(Read(index, value, ()) for value in crossing), *late]
                continue
            if self._take(index, place, copied_else=0, copied=0):
                self.reuse[index] = position
                self._settle(instruction.results[0], place)
                return
        for result in instruction.results:
            self._settle(result, Place(result))

    def _insert(self, index: int, instruction: Instruction) -> None:
        (source, dest), (result,) = instruction.operands, instruction.results
        assert isinstance(instruction.step, SliceStep)
        whole = self.places[dest]
        written, given = whole.of(instruction.step), self.places[source]
        copied = self.program.nbytes[source] if given.meets(written) and given != written else 0
        # A source computed in its destination needs no write at all.
        if given == written or self._take(index, written, self.program.nbytes[dest], copied):
            self.reuse[index] = 1
            self._settle(result, whole)
        else:
            self.copies[index] = self.program.nbytes[dest]
            self._settle(result, Place(result))
            if not self._is_writable(written):
                self.sealed.append((dest, index))

    def _take(self, index: int, written: Place, copied_else: int, copied: int) -> bool:
        """Whether instruction `index` may and should write `written`; if so, the orders this needs are added."""
        if not self._is_writable(written):
            return False
        makers, reads = self._meeting(index, written)
        before = makers | {read.reader for read in reads}
        known, after = self.dependences.before(index), set[int]()
        new = sorted((reader, index) for reader in before - known)
        if new:
            after = self.dependences.after(index) | {len(self.program.instructions)}
        # A new buffer for a computed result costs no time, so that no instruction has to move for it.
        stays = self.mode is Mode.PROGRAM_ORDER or (self.mode is Mode.TIME and copied_else == 0)
        late = [read for read in reads if read.reader in after or (stays and read.reader > index)]
        if not after.isdisjoint(before) or late:
            self.blocked[index] = late
            return False
        if new and self.mode is Mode.TIME:
            self.copies[index] = copied_else
            separate = self._longest()
            self.copies[index] = copied
            if self._longest(new) > separate:
                self.copies.pop(index)
                return False
        self.copies[index] = copied
        for reader, writer in new:
            self.dependences.add(reader, writer)
        self.added += new
        return True

    def _keeps_more(self, result: int, place: Place) -> bool:
        """Whether a result would keep a buffer larger than it alive that nothing else needs."""
        return result not in self.inserted and self.program.nbytes[result] < self.program.nbytes[place.buffer]

    def _is_writable(self, place: Place) -> bool:
        owned = place.buffer not in self.program.arguments or place.buffer in self.program.donated
        return owned and not shares_cells(place.chain)

    def _meeting(self, index: int, written: Place) -> tuple[set[int], list[Read]]:
        """Other instructions that make cells of `written`, and reads of such cells by other instructions."""
        makers: set[int] = set()
        reads: list[Read] = []
        for version in self.versions[written.buffer]:
            place = self.places[version]
            if place.meets(written) and version in self.maker:
                makers.add(self.maker[version])
            for read in self.reads[version]:
                cells = Place(place.buffer, simplified((*place.chain, *read.chain)))
                kept = read.replaced is not None and cells.of(read.replaced).holds(written)
                if read.reader != index and cells.meets(written) and not kept:
                    reads.append(read)
        return makers - {index}, reads

    def _longest(self, added: Sequence[Edge] = ()) -> float:
        """Length of the longest path, with edges on trial."""
        copying = [
            2 * self.copies.get(index, 0) / self.bytes_per_time for index in range(len(self.program.instructions))
        ]
        times = [i.time + more for i, more in zip(self.program.instructions, copying, strict=True)]
        return self.dependences.longest(times, added)

    def ranges(self, order: Sequence[int]) -> dict[int, tuple[int, int]]:
        """First and last position in `order` at which each buffer is live."""
        at = {index: position for position, index in enumerate((*order, len(order)))}
        ranges: dict[int, tuple[int, int]] = {}
        for buffer, versions in self.versions.items():
            kept = buffer in self.program.arguments and buffer not in self.program.donated
            made = [at[self.maker[v]] for v in versions if v in self.maker]
            used = [at[read.reader] for v in versions for read in self.reads[v]]
            first = 0 if buffer in self.program.arguments else min(made)
            ranges[buffer] = first, len(order) if kept else max([first, *made, *used])
        return ranges

    def live(self, order: Sequence[int]) -> list[int]:
        """Bytes live at each position of `order`, and at the end."""
        change = [0] * (len(order) + 2)
        for buffer, (first, last) in self.ranges(order).items():
            change[first] += self.program.nbytes[buffer]
            change[last + 1] -= self.program.nbytes[buffer]
        at = {index: position for position, index in enumerate(order)}
        for index, nbytes in self.copies.items():
            # A source that its destination overlaps goes through a temporary.
            if self.reuse.get(index) == 1 and self.program.instructions[index].kind is Kind.INSERT:
                change[at[index]] += nbytes
                change[at[index] + 1] -= nbytes
        return list(accumulate(change))[:-1]

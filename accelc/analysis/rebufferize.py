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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from heapq import heapify, heappop, heappush
from itertools import accumulate

from accelc.analysis.inplace import BroadcastStep, ReshapeStep, SliceStep, Step, TransposeStep

Chain = tuple[Step, ...]
Edge = tuple[int, int]


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
class Snapshot:
    """A copy of a view, made where the view is, for instructions that read it after its buffer was written."""

    value: int
    readers: tuple[int, ...]
    """Instructions; the number of instructions stands for the end of the program."""


Chosen = tuple[tuple[tuple[Snapshot, ...], ...], Plan]
"""Rounds of snapshots, and the plan of the program that has them."""
MAX_ROUNDS = 4
"""How often copies of values are proposed; each round sees the plan of the one before."""


def plan(program: Program, bytes_per_time: float, limit_bytes: int | None = None) -> Chosen:
    """
    Buffers for a program: the fastest by cost, or where that takes more than `limit_bytes`, the first that does not.

    The plan is that of the program after `with_snapshots` of each round of snapshots given first, if any. If every way
    takes more, it is that with the fewest bytes. Copies move `bytes_per_time`, reading and writing.
    """
    plans: list[Chosen] = []
    for mode in Mode:
        rounds: tuple[tuple[Snapshot, ...], ...] = ()
        changed = program
        for _ in range(MAX_ROUNDS):
            planner = _Planner(changed, bytes_per_time, mode)
            plans.append((rounds, planner.run()))
            snapshots = planner.snapshots()
            if not snapshots:
                break
            rounds = (*rounds, snapshots)
            changed = with_snapshots(changed, snapshots, bytes_per_time)
        best = sorted(plans, key=lambda found: (found[1].time, found[1].peak_bytes))
        for found in best:
            if limit_bytes is None or found[1].peak_bytes <= limit_bytes:
                return found
    return min(plans, key=lambda found: (found[1].peak_bytes, found[1].time))


def with_snapshots(program: Program, snapshots: Sequence[Snapshot], bytes_per_time: float = float("inf")) -> Program:
    """
    The program with each snapshot's copy right after its view, read by its readers instead of the view.

    The copies' results are numbered behind all other values, in order of the snapshots.
    """
    count = len(program.nbytes)
    replaced: dict[int, dict[int, int]] = defaultdict(dict)
    copies: dict[int, int] = {}
    for number, snapshot in enumerate(snapshots):
        copies[snapshot.value] = count + number
        for reader in snapshot.readers:
            replaced[reader][snapshot.value] = count + number
    instructions: list[Instruction] = []
    for index, instruction in enumerate(program.instructions):
        names = replaced[index]
        instructions.append(replace(instruction, operands=tuple(names.get(v, v) for v in instruction.operands)))
        for value in instruction.results:
            if value in copies:
                time = 2 * program.nbytes[value] / bytes_per_time
                instructions.append(Instruction(Kind.COMPUTE, (value,), (copies[value],), time))
    names = replaced[len(program.instructions)]
    return replace(
        program,
        instructions=instructions,
        nbytes=[*program.nbytes, *(program.nbytes[snapshot.value] for snapshot in snapshots)],
        outputs=frozenset(names.get(v, v) for v in program.outputs),
    )


def simplified(chain: Chain) -> Chain:
    """A chain of views without neighbours that undo each other."""
    result: list[Step] = []
    for step in chain:
        if result and _undoes(step, result[-1]):
            result.pop()
        else:
            result.append(step)
    return tuple(result)


def _undoes(step: Step, before: Step) -> bool:
    match step, before:
        case TransposeStep() as a, TransposeStep() as b:
            return a.inverse == b.perm
        case ReshapeStep() as a, ReshapeStep() as b:
            return a.result == b.source and a.source == b.result
        case _:
            return False


def disjoint(a: Chain, b: Chain) -> bool:
    """Whether two chains into one buffer surely have no cell in common."""
    for one, other in zip(a, b, strict=False):
        if one == other:
            continue
        return isinstance(one, SliceStep) and isinstance(other, SliceStep) and _apart(one, other)
    return False


def _apart(a: SliceStep, b: SliceStep) -> bool:
    for (low, high), (first, last), step, other in zip(_ends(a), _ends(b), a.steps, b.steps, strict=True):
        if high < first or last < low:
            return True
        # Equal steps from different remainders interleave without meeting.
        if abs(step) == abs(other) and (low - first) % abs(step):
            return True
    return False


def _ends(step: SliceStep) -> list[tuple[int, int]]:
    ends = [(s, s + (n - 1) * d) for s, d, n in zip(step.starts, step.steps, step.sizes, strict=True)]
    return [(min(pair), max(pair)) for pair in ends]


def _shares_cells(chain: Chain) -> bool:
    return any(isinstance(step, BroadcastStep) and step.shares_cells for step in chain)


@dataclass(frozen=True)
class Place:
    """Where a value lies."""

    buffer: int
    chain: Chain = ()

    def of(self, step: Step) -> "Place":
        """Where a view of it lies."""
        return Place(self.buffer, simplified((*self.chain, step)))

    def meets(self, other: "Place") -> bool:
        """Whether both may have a cell in common."""
        return self.buffer == other.buffer and not disjoint(self.chain, other.chain)

    def holds(self, other: "Place") -> bool:
        """Whether all cells of another place surely are cells of this one."""
        return self.buffer == other.buffer and other.chain[: len(self.chain)] == self.chain


@dataclass(frozen=True)
class _Read:
    """
    Instruction `reader` reads a version through `chain`, as `value`.

    An INSERT reads its destination but for the `replaced`.
    """

    reader: int
    value: int
    chain: Chain
    replaced: SliceStep | None = None


@dataclass
class _Planner:
    program: Program
    bytes_per_time: float
    mode: Mode
    places: dict[int, Place] = field(default_factory=dict[int, Place])
    versions: dict[int, list[int]] = field(default_factory=lambda: defaultdict[int, list[int]](list))
    """Versions in each buffer."""
    reads: dict[int, list[_Read]] = field(default_factory=lambda: defaultdict[int, list[_Read]](list))
    maker: dict[int, int] = field(default_factory=dict[int, int])
    successors: list[set[int]] = field(default_factory=list[set[int]])
    predecessors: list[set[int]] = field(default_factory=list[set[int]])
    added: list[Edge] = field(default_factory=list[Edge])
    reuse: dict[int, int] = field(default_factory=dict[int, int])
    copies: dict[int, int] = field(default_factory=dict[int, int])
    """Bytes each instruction copies: the destination of an INSERT, or a source that it overlaps."""
    blocked: dict[int, list[_Read]] = field(default_factory=dict[int, list[_Read]])
    """Reads that keep an INSERT from writing its destination."""

    def run(self) -> Plan:
        self._relate()
        for value in sorted(self.program.arguments):
            self._settle(value, Place(value))
        for index, instruction in enumerate(self.program.instructions):
            self._place(index, instruction)
        order = self._order()
        copied = sum(self.copies.values())
        return Plan(self.reuse, self.places, order, tuple(self.added), copied, self._peak(order), self._longest())

    def _relate(self) -> None:
        """Who makes and who reads each version, and which instruction follows which."""
        root: dict[int, tuple[int, Chain]] = {value: (value, ()) for value in self.program.arguments}
        for index, instruction in enumerate(self.program.instructions):
            self.successors.append(set())
            self.predecessors.append(set())
            for operand in instruction.operands:
                if operand in self.maker:
                    self._follow(self.maker[operand], index)
            for position, operand in enumerate(instruction.operands):
                version, chain = root[operand]
                if instruction.kind is Kind.VIEW:
                    assert instruction.step is not None
                    root[instruction.results[0]] = version, simplified((*chain, instruction.step))
                elif instruction.kind is Kind.INSERT and position == 1:
                    assert isinstance(instruction.step, SliceStep)
                    self.reads[version].append(_Read(index, operand, chain, instruction.step))
                else:
                    self.reads[version].append(_Read(index, operand, chain))
            for result in instruction.results:
                self.maker[result] = index
                if instruction.kind is not Kind.VIEW:
                    root[result] = result, ()
        for value in self.program.outputs:
            version, chain = root[value]
            self.reads[version].append(_Read(len(self.program.instructions), value, chain))

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
            others = [v for i, v in enumerate(instruction.operands) if i != position]
            crossing = [v for v in others if self.places[v].meets(place) and self.places[v] != place]
            if crossing:
                self.blocked[index] = [_Read(index, value, ()) for value in crossing]
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

    def snapshots(self) -> tuple[Snapshot, ...]:
        """
        Values to copy after `run`: each takes less than what could be written in place, or be free, without it.

        That is the destination an INSERT copies; where memory counts also a new buffer of a computed result, and the
        buffers live at the peak that are kept for parts of them.
        """
        readers: dict[int, set[int]] = defaultdict(set)
        for index, reads in self.blocked.items():
            saved = self.copies.get(index, 0)
            if self.mode is not Mode.TIME:
                saved = max(saved, self.program.nbytes[self.program.instructions[index].results[0]])
            self._propose(readers, reads, saved)
        if self.mode is not Mode.TIME:
            order = self._order()
            at = {index: position for position, index in enumerate((*order, len(order)))}
            top = self._live(order).index(self._peak(order))
            for buffer, (first, last) in self._ranges(order).items():
                if first <= top < last:
                    reads = [r for v in self.versions[buffer] for r in self.reads[v] if at[r.reader] >= top]
                    if all(top > at[self.maker.get(r.value, r.reader)] for r in reads):
                        self._propose(readers, reads, self.program.nbytes[buffer])
        return tuple(Snapshot(value, tuple(sorted(found))) for value, found in sorted(readers.items()))

    def _propose(self, readers: dict[int, set[int]], reads: Sequence[_Read], saved: int) -> None:
        values = {read.value for read in reads}
        if values <= self.maker.keys() and sum(self.program.nbytes[value] for value in values) < saved:
            for read in reads:
                readers[read.value].add(read.reader)

    def _take(self, index: int, written: Place, copied_else: int, copied: int) -> bool:
        """Whether instruction `index` may and should write `written`; if so, the orders this needs are added."""
        owned = written.buffer not in self.program.arguments or written.buffer in self.program.donated
        if not owned or _shares_cells(written.chain):
            return False
        makers, reads = self._meeting(index, written)
        before = makers | {read.reader for read in reads}
        known, after = self._reached(index, self.predecessors), set[int]()
        new = sorted((reader, index) for reader in before - known)
        if new:
            after = self._reached(index, self.successors) | {len(self.program.instructions)}
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
            self._follow(reader, writer)
        self.added += new
        return True

    def _meeting(self, index: int, written: Place) -> tuple[set[int], list[_Read]]:
        """Other instructions that make cells of `written`, and reads of such cells by other instructions."""
        makers: set[int] = set()
        reads: list[_Read] = []
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

    def _follow(self, before: int, after: int) -> None:
        self.successors[before].add(after)
        self.predecessors[after].add(before)

    def _reached(self, index: int, neighbours: Sequence[set[int]]) -> set[int]:
        """Instructions that `index` leads to, itself not included."""
        found: set[int] = set()
        pending = [index]
        while pending:
            new = neighbours[pending.pop()] - found
            found |= new
            pending += new
        return found

    def _order(self, added: Iterable[Edge] = ()) -> tuple[int, ...]:
        """The instructions in an order as near to the given one as the added edges allow."""
        successors = self.successors
        extra: dict[int, set[int]] = defaultdict(set)
        for before, after in added:
            extra[before].add(after)
        pending = [0] * len(successors)
        for index, after in enumerate(successors):
            for other in after | extra[index]:
                pending[other] += 1
        ready = [index for index, count in enumerate(pending) if count == 0]
        heapify(ready)
        order: list[int] = []
        while ready:
            index = heappop(ready)
            order.append(index)
            for other in successors[index] | extra[index]:
                pending[other] -= 1
                if pending[other] == 0:
                    heappush(ready, other)
        assert len(order) == len(successors)
        return tuple(order)

    def _longest(self, added: Sequence[Edge] = ()) -> float:
        """Length of the longest path, with edges on trial."""
        extra: dict[int, list[int]] = defaultdict(list)
        for before, after in added:
            extra[before].append(after)
        start = [0.0] * len(self.successors)
        longest = 0.0
        for index in self._order(added):
            copying = 2 * self.copies.get(index, 0) / self.bytes_per_time
            end = start[index] + self.program.instructions[index].time + copying
            longest = max(longest, end)
            for other in (*self.successors[index], *extra[index]):
                start[other] = max(start[other], end)
        return longest

    def _ranges(self, order: Sequence[int]) -> dict[int, tuple[int, int]]:
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

    def _live(self, order: Sequence[int]) -> list[int]:
        """Bytes live at each position of `order`, and at the end."""
        change = [0] * (len(order) + 2)
        for buffer, (first, last) in self._ranges(order).items():
            change[first] += self.program.nbytes[buffer]
            change[last + 1] -= self.program.nbytes[buffer]
        at = {index: position for position, index in enumerate(order)}
        for index, nbytes in self.copies.items():
            # A source that its destination overlaps goes through a temporary.
            if self.reuse.get(index) == 1 and self.program.instructions[index].kind is Kind.INSERT:
                change[at[index]] += nbytes
                change[at[index] + 1] -= nbytes
        return list(accumulate(change))[:-1]

    def _peak(self, order: Sequence[int]) -> int:
        """Most bytes that are live at one instruction."""
        return max(self._live(order))

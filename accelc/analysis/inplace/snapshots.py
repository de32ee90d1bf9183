"""Copies of values that let others be written in place: what a plan proposes to copy, and the program that does."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from accelc.analysis.inplace.buffers import Instruction, Kind, Mode, Planner, Program, Read
from accelc.analysis.inplace.views import shares_cells


@dataclass(frozen=True)
class Snapshot:
    """A copy of a value for instructions that read it after its buffer was written."""

    value: int
    readers: tuple[int, ...]
    """Instructions; the number of instructions stands for the end of the program."""
    before: int
    """The instruction before which the copy is made."""


def with_snapshots(program: Program, snapshots: Sequence[Snapshot], bytes_per_time: float = float("inf")) -> Program:
    """
    The program with each snapshot's copy, which its readers read instead of the value.

    The copies' results are numbered behind all other values, in order of the snapshots.
    """
    count = len(program.nbytes)
    replaced: dict[int, dict[int, int]] = defaultdict(dict)
    copies: dict[int, list[Instruction]] = defaultdict(list)
    for number, snapshot in enumerate(snapshots):
        time = 2 * program.nbytes[snapshot.value] / bytes_per_time
        copies[snapshot.before].append(Instruction(Kind.COMPUTE, (snapshot.value,), (count + number,), time))
        for reader in snapshot.readers:
            replaced[reader][snapshot.value] = count + number
    instructions: list[Instruction] = []
    for index, instruction in enumerate(program.instructions):
        names = replaced[index]
        instructions += copies[index]
        instructions.append(replace(instruction, operands=tuple(names.get(v, v) for v in instruction.operands)))
    instructions += copies[len(program.instructions)]
    names = replaced[len(program.instructions)]
    return replace(
        program,
        instructions=instructions,
        nbytes=[*program.nbytes, *(program.nbytes[snapshot.value] for snapshot in snapshots)],
        outputs=frozenset(names.get(v, v) for v in program.outputs),
    )


def proposals(planner: Planner, every: bool = False) -> list[tuple[Snapshot, ...]]:
    """
    Values to copy, after `run`: each takes less than what could be written in place, or be free, without it.

    That is the destination an INSERT copies; where memory counts also a new buffer of a computed result, and the
    buffers live at the peak that are kept for parts of them. A copy that takes as much as it saves counts there
    too: parts of what is copied can then be computed in their place. With `every`, also operands that repeat
    elements, over whose copy a result could be written.
    """
    found: list[tuple[Snapshot, ...]] = []
    short = planner.mode is not Mode.TIME
    for index, reads in planner.blocked.items():
        saved = planner.copies.get(index, 0)
        if short:
            saved = max(saved, planner.program.nbytes[planner.program.instructions[index].results[0]]) + 1
        found += _proposal(planner, _needed(planner, reads), saved, index)
    if short:
        for value in (*(dest for dest, _ in planner.sealed), *(planner.repeated if every else ())):
            found += _proposal(planner, {value: set(planner.users[value])}, planner.program.nbytes[value] + 1, 0)
        if every:
            found += _early_copies(planner)
        order = planner.dependences.order()
        live = planner.live(order)
        at = {index: position for position, index in enumerate((*order, len(order)))}
        top = live.index(max(live))
        for buffer, (first, last) in planner.ranges(order).items():
            if first <= top < last:
                reads = [r for v in planner.versions[buffer] for r in planner.reads[v] if at[r.reader] >= top]
                if all(top > at[planner.maker.get(r.value, r.reader)] for r in reads):
                    found += _proposal(planner, _needed(planner, reads), planner.program.nbytes[buffer])
    return list(dict.fromkeys(found))


def _proposal(
    planner: Planner, needed: dict[int, set[int]], saved: int, before: int | None = None
) -> list[tuple[Snapshot, ...]]:
    """Copies for the instructions that use values, made as late as they can be, if that takes less than `saved`."""
    if not needed or sum(planner.program.nbytes[value] for value in needed) >= saved:
        return []
    snapshots: list[Snapshot] = []
    for value, users in sorted(needed.items()):
        latest = min(users) if before is None else min(before, *users)
        made = planner.maker[value] + 1 if value in planner.maker else 0
        snapshots.append(Snapshot(value, tuple(sorted(users)), max(latest, made)))
    return [tuple(snapshots)]


def _needed(planner: Planner, reads: Iterable[Read]) -> dict[int, set[int]]:
    """Values that serve some reads, and the instructions that use them: the smallest of each read's views."""
    needed: dict[int, set[int]] = defaultdict(set)
    for read in reads:
        value, user = _smallest(planner, read.value, read.reader)
        needed[value].add(user)
    return needed


def _early_copies(planner: Planner) -> list[tuple[Snapshot, ...]]:
    """Copies of what INSERTs may not write, for instructions up to these; and of what repeats, where it first does."""
    found: list[tuple[Snapshot, ...]] = []
    for value, insert in planner.sealed:
        users = {user for user in planner.users[value] if user <= insert}
        found += _proposal(planner, {value: users}, planner.program.nbytes[value] + 1, 0)
    for value in (source for operand in planner.repeated for source in _viewed(planner, operand)):
        found += _proposal(planner, {value: set(planner.users[value])}, planner.program.nbytes[value] + 1, 0)
    return found


def _viewed(planner: Planner, value: int) -> Iterator[int]:
    """Values that a value is a view of, nearest first, as long as elements repeat."""
    while value in planner.maker and planner.program.instructions[planner.maker[value]].kind is Kind.VIEW:
        (value,) = planner.program.instructions[planner.maker[value]].operands
        if not shares_cells(planner.places[value].chain):
            return
        yield value


def _smallest(planner: Planner, value: int, user: int) -> tuple[int, int]:
    """Of a value and those that it is a view of, the smallest one and the instruction that uses it."""
    best = value, user
    while value in planner.maker:
        view = planner.program.instructions[planner.maker[value]]
        if view.kind is not Kind.VIEW:
            break
        value, user = view.operands[0], planner.maker[value]
        if planner.program.nbytes[value] < planner.program.nbytes[best[0]]:
            best = value, user
    return best

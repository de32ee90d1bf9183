"""
The plan of `rebufferize-inplace`: the choice between plans with and without copies, by time or memory.

`buffers` makes one plan, `snapshots` says what copies it would gain by; where memory is short, these are searched.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush

from accelc.analysis.inplace.buffers import Mode, Plan, Planner, Program
from accelc.analysis.inplace.snapshots import Snapshot, proposals, with_snapshots

Chosen = tuple[tuple[tuple[Snapshot, ...], ...], Plan]
"""Rounds of snapshots, and the plan of the program that has them."""
MAX_ROUNDS = 4
"""How often copies of values are proposed; each round sees the plan of the one before."""
MAX_TRIALS = 48
"""How many plans are made for copies one at a time, in each way to reuse, where memory is short."""


def plan(program: Program, bytes_per_time: float, limit_bytes: int | None = None) -> Chosen:
    """
    Buffers for a program: the fastest by cost, or where that takes more than `limit_bytes`, the first that does not.

    The plan is that of the program after `with_snapshots` of each round of snapshots given first, if any. If every way
    takes more, it is that with the fewest bytes. Copies move `bytes_per_time`, reading and writing.
    """
    plans: list[Chosen] = []
    ways = [_all_at_once(program, bytes_per_time, mode) for mode in Mode]
    ways += [
        _one_at_a_time(program, bytes_per_time, mode, parts, limit_bytes)
        for mode in (Mode.PROGRAM_ORDER, Mode.MEMORY)
        for parts in (False, True)
    ]
    for way in ways:
        plans += way
        for found in sorted(plans, key=lambda found: (found[1].time, found[1].peak_bytes)):
            if limit_bytes is None or found[1].peak_bytes <= limit_bytes:
                return found
    return min(plans, key=lambda found: (found[1].peak_bytes, found[1].time))


def _all_at_once(program: Program, bytes_per_time: float, mode: Mode) -> Iterator[Chosen]:
    """Plans with all copies that each plan before proposes."""
    rounds: tuple[tuple[Snapshot, ...], ...] = ()
    for _ in range(MAX_ROUNDS):
        planner = Planner(program, bytes_per_time, mode)
        yield rounds, planner.run()
        snapshots = _merged(proposals(planner))
        if not snapshots:
            break
        rounds = (*rounds, snapshots)
        program = with_snapshots(program, snapshots, bytes_per_time)


def _one_at_a_time(
    program: Program, bytes_per_time: float, mode: Mode, parts: bool, limit_bytes: int | None
) -> Iterator[Chosen]:
    """Plans with some of the copies proposed: best-first by peak, until one is within the limit."""
    planner = Planner(program, bytes_per_time, mode, parts)
    found = planner.run()
    yield (), found
    count, pending = 0, [(found.peak_bytes, 0, tuple[tuple[Snapshot, ...], ...](), program, planner)]
    while pending:
        _, _, rounds, changed, planner = heappop(pending)
        for snapshots in proposals(planner, every=True):
            if limit_bytes is None or found.peak_bytes <= limit_bytes or count == MAX_TRIALS:
                return
            count += 1
            trial = with_snapshots(changed, snapshots, bytes_per_time)
            planner = Planner(trial, bytes_per_time, mode, parts)
            found = planner.run()
            yield (*rounds, snapshots), found
            heappush(pending, (found.peak_bytes, count, (*rounds, snapshots), trial, planner))


def _merged(proposed: Iterable[Sequence[Snapshot]]) -> tuple[Snapshot, ...]:
    """One copy of each value, for all that need one."""
    found: dict[int, Snapshot] = {}
    for snapshot in (snapshot for proposal in proposed for snapshot in proposal):
        other = found.get(snapshot.value, snapshot)
        readers = tuple(sorted({*snapshot.readers, *other.readers}))
        found[snapshot.value] = Snapshot(snapshot.value, readers, min(snapshot.before, other.before))
    return tuple(found[value] for value in sorted(found))

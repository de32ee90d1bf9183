"""
Proof that the waits of a program enforce every order it needs, from the emitted records alone.

Nothing here knows how waits were chosen. Happens-before is rebuilt from lane order and from the semaphores: a wait for
`semaphore >= v` knows of the update that brought the counter to v, of all earlier updates of its producer, and of all
that the producer knew when it started. Then every pair of conflicting accesses is checked, in program order, against
shadow memories that keep the latest reader and the latest writer of every lane and are never cleared: lanes pass
each phase in order, so the latest stands for all earlier ones.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import Access, Footprint, footprint
from accelc.isa.records import Records, Space, Update, Wait, field
from accelc.isa.table import Opcode
from accelc.targets.model import Target, is_dma

Ints = npt.NDArray[np.int64]


class Rule(Enum):
    """What a violation breaks."""

    RAW = "read after write"
    WAR = "write after read"
    WAW = "write after write"
    PRODUCERS = "one producer for each semaphore"
    SIGNAL = "every wait is signalled"
    ORDER = "waits follow program order"


@dataclass(frozen=True)
class Violation:
    """`record` is not ordered after `other` as `rule` demands; `other` is -1 if there is no such record."""

    rule: Rule
    record: int
    other: int
    message: str


@dataclass(frozen=True)
class Issued:
    """
    Instructions in one program order: who issues them, and what they wait for and signal.

    `stream` passes each phase in order (`lane` may have several); `interlocked[l]` says that lane l orders its own
    instructions where they conflict. `waits` and `updates` are rows (instruction, semaphore, value) and (instruction,
    semaphore, value, phase), phase 0 = operands read, 1 = complete; both in program order.
    """

    lane: Ints
    stream: Ints
    stream_lane: Sequence[int]
    interlocked: Sequence[bool]
    waits: Ints
    updates: Ints
    describe: Callable[[int], str]
    semaphore_name: Callable[[int], str] = str


def verify_records(records: Records, target: Target, limit: int = 100) -> list[Violation]:
    """
    At most `limit` violations of `records`, which are in one program order with their waits and updates.

    An empty list proves that any timing of the lanes gives the results of program order.
    """
    return verify_issued(issued_records(records, target), footprint(records, target), limit)


def issued_records(records: Records, target: Target) -> Issued:
    """Lanes, waits and updates of a record array."""
    lanes = target.lanes
    lane = field(records, "lane").astype(np.int64)
    opcode = field(records, "opcode").astype(np.int64)
    waiting = np.flatnonzero(field(records, "wait_condition") != Wait.NONE)
    waits = np.stack(
        [waiting, field(records, "wait_semaphore")[waiting], field(records, "wait_value")[waiting]], axis=1
    ).astype(np.int64)
    update = field(records, "update")
    at, slot = np.nonzero(update["op"] != Update.NONE)
    phase = update["op"][at, slot] == Update.ADD_AT_COMPLETE
    updates = np.stack([at, update["semaphore"][at, slot], update["value"][at, slot], phase], axis=1).astype(np.int64)

    def describe(record: int) -> str:
        return f"record {record} ({Opcode(opcode[record]).name} on {lanes[lane[record]]})"

    return Issued(
        lane,
        np.where(opcode == Opcode.LS, len(lanes), lane),
        (*range(len(lanes)), 0),
        tuple(not is_dma(name) for name in lanes),
        waits,
        updates,
        describe,
    )


def verify_issued(issued: Issued, accesses: Footprint, limit: int = 100) -> list[Violation]:
    """At most `limit` violations of instructions whose accesses are known."""
    sources, found = _sources(issued)
    clocks = _clocks(issued, sources)
    if len(found) < limit:
        found += _sweep(issued, accesses, clocks, limit - len(found))
    return found[:limit]


def _sources(issued: Issued) -> tuple[Mapping[int, list[tuple[int, int]]], list[Violation]]:
    """The updates each waiting instruction waits for, as (instruction, channel), and the waits that have none."""
    found: list[Violation] = []
    semaphore = issued.updates[:, 1]
    raised: dict[int, tuple[list[int], list[int], int]] = {}
    mixed: set[int] = set()
    for number in np.unique(semaphore).tolist():
        rows = issued.updates[semaphore == number]
        channels = 2 * issued.stream[rows[:, 0]] + rows[:, 3]
        strangers = rows[channels != channels[0], 0]
        if len(strangers):
            first, other = int(strangers[0]), int(rows[0, 0])
            text = (
                f"{issued.describe(first)} and {issued.describe(other)} both raise semaphore "
                f"{issued.semaphore_name(number)}, at different phases or on different lanes: its value does not tell "
                "which of them has happened"
            )
            found.append(Violation(Rule.PRODUCERS, first, other, text))
            mixed.add(number)
            continue
        raised[number] = (rows[:, 0].tolist(), np.cumsum(rows[:, 2]).tolist(), int(channels[0]))
    sources: dict[int, list[tuple[int, int]]] = {}
    waits: list[list[int]] = issued.waits.tolist()
    for record, number, value in waits:
        if value <= 0 or number in mixed:
            continue
        producers, totals, channel = raised.get(number, ([], [0], 0))
        index = bisect_left(totals, value)
        if index >= len(producers):
            text = (
                f"{issued.describe(record)} waits for semaphore {issued.semaphore_name(number)} >= {value}, which only "
                f"reaches {totals[-1]}"
            )
            found.append(Violation(Rule.SIGNAL, record, -1, text))
        elif producers[index] >= record:
            other = producers[index]
            text = (
                f"{issued.describe(record)} waits for {issued.describe(other)}, which comes later: lanes can deadlock"
            )
            found.append(Violation(Rule.ORDER, record, other, text))
        else:
            sources.setdefault(record, []).append((producers[index], channel))
    return sources, found


def _clocks(issued: Issued, sources: Mapping[int, list[tuple[int, int]]]) -> npt.NDArray[np.int32]:
    """[instructions, channels]: the latest instruction of each channel known to have passed when one starts."""
    count, channels = len(issued.lane), 2 * len(issued.stream_lane)
    clocks = np.full((count, channels), -1, np.int32)
    previous = [-1] * len(issued.interlocked)
    for record, lane in enumerate(issued.lane.tolist()):
        clock = clocks[record]
        if previous[lane] >= 0:
            clock[:] = clocks[previous[lane]]
        previous[lane] = record
        for producer, channel in sources.get(record, ()):
            np.maximum(clock, clocks[producer], out=clock)
            # Complete implies that operands were read.
            for passed in {channel, channel & ~1}:
                clock[passed] = max(clock[passed], producer)
    return clocks


def _sweep(issued: Issued, accesses: Footprint, clocks: npt.NDArray[np.int32], limit: int) -> list[Violation]:
    used = np.unique(issued.stream)
    row = {stream: index for index, stream in enumerate(used.tolist())}
    lane_of_row = np.array(issued.stream_lane)[used]
    foreign = {
        lane: (lane_of_row != lane) if issued.interlocked[lane] else np.ones(len(used), bool)
        for lane in np.unique(issued.lane).tolist()
    }
    known_read, known_complete = clocks[:, 2 * used], clocks[:, 2 * used + 1]
    shape = {space: (len(used), *atoms.shape) for space, atoms in accesses.spaces.items()}
    writers = {space: np.full(extent, -1, np.int32) for space, extent in shape.items()}
    readers = {space: np.full(extent, -1, np.int32) for space, extent in shape.items()}
    streams, lanes = issued.stream.tolist(), issued.lane.tolist()
    found: list[Violation] = []
    for record in range(len(lanes)):
        own = foreign[lanes[record]]
        touched = accesses.of(record)
        for access in touched:
            rule = Rule.WAW if access.is_write else Rule.RAW
            checks = [(rule, writers, known_complete)]
            if access.is_write:
                checks.append((Rule.WAR, readers, known_read))
            for rule, shadows, known in checks:
                earlier = shadows[access.space][:, access.groups, access.cells]
                latest = earlier.max(axis=(1, 2))
                late = (latest > known[record]) & own
                if late.any():
                    other = int(latest[late].max())
                    _, group, cell = np.argwhere(earlier == other)[0].tolist()
                    found.append(_report(rule, issued, record, other, access, (group, cell), accesses))
        if len(found) >= limit:
            break
        here = row[streams[record]]
        for access in touched:
            table = writers if access.is_write else readers
            table[access.space][here, access.groups, access.cells] = record
    return found


def _report(
    rule: Rule, issued: Issued, record: int, other: int, access: Access, at: tuple[int, int], accesses: Footprint
) -> Violation:
    atoms = accesses.spaces[access.space]
    cells = access.cells
    cell = cells.start + at[1] if isinstance(cells, slice) else int(cells[at[1]])
    verb = "writes" if access.is_write else "reads"
    done = "read" if rule is Rule.WAR else "written"
    text = (
        f"{issued.describe(record)} {verb} {Space(access.space).name.lower()} at partition "
        f"{int(atoms.group_start[access.groups.start + at[0]])}, byte {int(atoms.atom_start[cell])} without waiting "
        f"until {issued.describe(other)} has {done} it ({rule.value})"
    )
    return Violation(rule, record, other, text)

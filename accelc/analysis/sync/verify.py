"""
Proof that the waits of a program enforce every order it needs, from the emitted records alone.

Nothing here knows how waits were chosen. Happens-before is rebuilt from lane order and from the semaphores
(`sync.happens_before`). Then every pair of conflicting accesses is checked, in program order, against shadow memories
that keep the latest reader and the latest writer of every stream and are never cleared: where a stream passes each
phase in order, the latest stands for all earlier ones; of any other stream all are kept.
"""

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import Access, Footprint, footprint
from accelc.analysis.sync.happens_before import HappensBefore, Issued, Rule, Violation, happens_before
from accelc.analysis.sync.hazards import bits_of, set_shadow, union
from accelc.isa.custom import mnemonic
from accelc.isa.records import Records, Space, Update, Wait, field
from accelc.isa.table import Opcode
from accelc.targets.model import Target, is_dma

__all__ = ["Issued", "Rule", "Violation", "issued_records", "verify_issued", "verify_records"]


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
    names = ("wait_semaphore", "wait_value", "wait_bits")
    waits = np.stack([waiting, *(field(records, name)[waiting] for name in names)], axis=1).astype(np.int64)
    update = field(records, "update")
    at, slot = np.nonzero(update["op"] != Update.NONE)
    phase = update["op"][at, slot] == Update.ADD_AT_COMPLETE
    updates = np.stack([at, update["semaphore"][at, slot], update["value"][at, slot], phase], axis=1).astype(np.int64)

    def describe(record: int) -> str:
        return f"record {record} ({mnemonic(int(opcode[record])).upper()} on {lanes[lane[record]]})"

    return Issued(
        lane,
        np.where(opcode == Opcode.LS, len(lanes), lane),
        (*range(len(lanes)), 0),
        tuple(not is_dma(name) for name in lanes),
        waits,
        updates,
        describe,
        control=(opcode < Opcode.LS).tolist(),
    )


def verify_issued(issued: Issued, accesses: Footprint, limit: int = 100) -> list[Violation]:
    """At most `limit` violations of instructions whose accesses are known."""
    order = happens_before(issued)
    found = order.violations
    if len(found) < limit:
        found += _Sweep(issued, accesses, order).run(limit - len(found))
    return found[:limit]


class _Sweep:
    """Conflicts that nothing orders, against the latest access of every ordered stream and all of any other."""

    def __init__(self, issued: Issued, accesses: Footprint, order: HappensBefore) -> None:
        self.issued, self.accesses, self.order = issued, accesses, order
        used: list[int] = np.unique(issued.stream).tolist()
        rows = [stream for stream in used if issued.ordered(stream)]
        self.row = {stream: index for index, stream in enumerate(rows)}
        self.late = {stream: _members(issued, stream) for stream in used if not issued.ordered(stream)}
        excused = _excused(issued)
        lane_of_row = np.array(issued.stream_lane, np.int64)[rows]
        self.foreign = {
            lane: (lane_of_row != lane) if excused[lane] else np.ones(len(rows), bool)
            for lane in np.unique(issued.lane).tolist()
        }
        channels = 2 * np.array(rows, np.int64)
        self.known = (order.clocks[:, channels], order.clocks[:, channels + 1])
        shape = {space: (len(rows), *atoms.shape) for space, atoms in accesses.spaces.items()}
        kinds = (False, True)
        self.latest = {(write, space): np.full(shape[space], -1, np.int32) for write in kinds for space in shape}
        self.all = {
            (stream, write, space): set_shadow(accesses, space)
            for stream in self.late
            for write in kinds
            for space in shape
        }
        self.found: list[Violation] = []

    def run(self, limit: int) -> list[Violation]:
        """The violations found until there are `limit`."""
        streams, lanes = self.issued.stream.tolist(), self.issued.lane.tolist()
        for record in range(len(lanes)):
            touched = self.accesses.of(record)
            for access in touched:
                # (rule, whether the earlier access is a write)
                checks = [(Rule.WAW if access.is_write else Rule.RAW, True)]
                if access.is_write:
                    checks.append((Rule.WAR, False))
                for rule, written in checks:
                    self._check_ordered(rule, record, access, written, self.foreign[lanes[record]])
                    self._check_others(rule, record, access, written)
            if len(self.found) >= limit:
                break
            for access in touched:
                self._enter(record, streams[record], access)
        return self.found

    def _check_ordered(
        self, rule: Rule, record: int, access: Access, written: bool, foreign: npt.NDArray[np.bool_]
    ) -> None:
        if not self.row:
            return
        earlier = self.latest[written, access.space][:, access.groups, access.cells]
        latest = earlier.max(axis=(1, 2))
        unknown = (latest > self.known[written][record]) & foreign
        if unknown.any():
            other = int(latest[unknown].max())
            _, group, cell = np.argwhere(earlier == other)[0].tolist()
            self.found.append(_report(rule, self.issued, record, other, access, (group, cell), self.accesses))

    def _check_others(self, rule: Rule, record: int, access: Access, written: bool) -> None:
        for stream, members in self.late.items():
            region = self.all[stream, written, access.space][access.groups, access.cells]
            missing = union(region) & ~self.order.sets[2 * stream + written][record]
            if missing:
                other = members[bits_of(missing)[-1]]
                bit = 1 << self.order.position[other]
                at = next(at for at, each in np.ndenumerate(region) if each & bit)
                self.found.append(_report(rule, self.issued, record, other, access, at, self.accesses))

    def _enter(self, record: int, stream: int, access: Access) -> None:
        if stream in self.late:
            bit = 1 << self.order.position[record]
            self.all[stream, access.is_write, access.space][access.groups, access.cells] |= bit
        else:
            self.latest[access.is_write, access.space][self.row[stream], access.groups, access.cells] = record


def _members(issued: Issued, stream: int) -> list[int]:
    return np.flatnonzero(issued.stream == stream).tolist()


def _excused(issued: Issued) -> list[bool]:
    """Lanes whose interlock also orders them for others, because they pass each phase in order."""
    late = {lane for stream, lane in enumerate(issued.stream_lane) if not issued.ordered(stream)}
    return [locked and lane not in late for lane, locked in enumerate(issued.interlocked)]


def _report(
    rule: Rule, issued: Issued, record: int, other: int, access: Access, at: tuple[int, ...], accesses: Footprint
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

"""
Happens-before race detector: conflicting accesses whose order no wait enforces, whether or not it mattered this time.

Every lane carries a vector clock of what must have happened when its next record starts: it grows by program order
and by the waits executed, never by the clock time of this run nor by what an engine happens to order within itself
(S4 of the systems page; the shadow memory follows FastTrack, Flanagan and Freund 2009). Compute lanes interlock
conflicts among their own records; DMA queues do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accelc.analysis.footprint import Access, Footprint, footprint
from accelc.isa.records import Space
from accelc.isa.table import Opcode
from accelc.simulator.decode import CoreCode
from accelc.simulator.detector import Conflict, LaneTrace, Trace, find_conflicts
from accelc.targets.model import Target


@dataclass(frozen=True)
class Race:
    """Two unordered accesses to one place, at least one of them a write; `first` was executed first in this run."""

    core: int
    first_lane: str
    first_record: int
    second_lane: str
    second_record: int
    hazard: str
    """`RAW`, `WAR` or `WAW`, in the order of this run; `OVERTAKEN`: `second` may take a semaphore past a wait."""
    space: str
    description: str

    def text(self) -> str:
        """One line for people."""
        return f"core {self.core}: {self.hazard} race in {self.space}: {self.description}"


def find_races(code: CoreCode, order: Sequence[tuple[int, int]], target: Target, core: int = 0) -> tuple[Race, ...]:
    """
    Unordered conflicting accesses of one core, executed in `order` (any legal one; all records of all lanes).

    Of several accesses to one cell the last write and the last read of each stream stand for the earlier ones: a
    program has a race exactly when this finds one.
    """
    records = np.concatenate([lane.records for lane in code])
    first = np.concatenate([[0], np.cumsum([len(lane) for lane in code])])
    steps = np.array(order, np.int64).reshape(-1, 2)
    touched = footprint(records[first[steps[:, 0]] + steps[:, 1]], target)
    loads = len(code)
    array = next((position for position, lane in enumerate(code) if lane.name == "tensor"), 0)
    lanes = tuple(
        LaneTrace(
            # Loads of the array are through before products issued ahead of them: a stream of their own.
            [loads if opcode == Opcode.LS else position for opcode in lane.opcodes],
            [() if wait is None else (wait,) for wait in lane.waits],
            lane.at_read,
            lane.at_complete,
            [opcode < Opcode.LS for opcode in lane.opcodes],
            not lane.is_dma,
        )
        for position, lane in enumerate(code)
    )
    trace = Trace(lanes, (*range(len(code)), array), (True,) * (len(code) + 1), order, touched)
    return tuple(_race(conflict, code, touched, core) for conflict in find_conflicts(trace))


def _race(conflict: Conflict, code: CoreCode, touched: Footprint, core: int) -> Race:
    (first_lane, first_record), (second_lane, second_record) = conflict.first, conflict.second
    first, second = code[first_lane], code[second_lane]
    places = f"{first.describe(first_record)} and {second.describe(second_record)}"
    if conflict.access is None:
        space, where = f"semaphore {conflict.semaphore}", "are not ordered: a wait may find it rolled over"
    else:
        space = Space(conflict.access.space).name.lower()
        where = f"are not ordered, {_where(conflict.access, touched)}"
    return Race(core, first.name, first_record, second.name, second_record, conflict.hazard, space, f"{places} {where}")


def _where(access: Access, touched: Footprint) -> str:
    atoms = touched.spaces[access.space]
    cells = access.cells
    low = cells.start if isinstance(cells, slice) else int(cells[0])
    where = f"at byte {int(atoms.atom_start[low])}"
    if access.space not in (Space.HBM, Space.HOST):
        where += f" of partition {int(atoms.group_start[access.groups.start])}"
    return where

"""What a click on an event shows, as columns over a range of events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.isa.text.disassembler import disassemble_records
from accelc.profile.build import Profile
from accelc.profile.tables import Ints
from accelc.profile.trace.model import Events, TraceModel

Mask = npt.NDArray[np.bool_]
CHUNK = 16_000
"""Events whose arguments are in memory at the same time."""
MAX_TEXTS = 100_000
"""Records up to which the text of each of them is part of a trace, unless asked for."""
ARGUMENTS = (
    *("invocation", "place", "ticks", "transfer ns", "pc", "op", "op number", "node", "layer"),
    *("ready tick", "issue tick", "start tick", "read tick", "complete tick", "MACs"),
    *("bytes", "HBM bytes", "bound to", "shared ticks", "record"),
    *("begin tick", "end tick", "semaphore", "producer", "producer pc", "producer node"),
)
"""Names of all arguments."""


@dataclass(frozen=True)
class Argument:
    """
    One argument of the events in `rows`.

    `values` are numbers, or indices into the strings of the source where `named`; with `texts` they are indices into
    it. Values outside of `rows` are 0.
    """

    name: str
    rows: Mask
    values: Ints
    named: bool = False
    texts: list[str] | None = None


class Flowing:
    """Flows by the records that they leave and reach; ids are distinct in all invocations."""

    def __init__(self, model: TraceModel) -> None:
        flows = model.profile.flows
        # One more than there are: a program without records is indexed with 0 too.
        rows = len(model.profile.instructions) + 1
        self.count: int = len(flows)
        self.order: npt.NDArray[np.intp] = np.argsort(flows.producer, kind="stable")
        self.first: npt.NDArray[np.intp] = np.searchsorted(flows.producer[self.order], np.arange(rows + 1))
        self.into: npt.NDArray[np.int64] = np.full(rows, -1, np.int64)
        self.into[flows.consumer] = np.arange(self.count)

    def leaving(self, row: Ints, invocation: Ints) -> tuple[Ints, Ints]:
        """Ids of the flows out of the records, those of one after those of another, and their number for each."""
        at = np.maximum(row, 0)
        begin = self.first[at]
        count = np.where(row >= 0, self.first[at + 1] - begin, 0)
        index = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        return self.order[index] + np.repeat(invocation * self.count + 1, count), count

    def reaching(self, row: Ints, invocation: Ints) -> tuple[Ints, Ints]:
        """The same of the flows into the records, at most one for each."""
        into = np.where(row >= 0, self.into[np.maximum(row, 0)], -1)
        found = into >= 0
        return (into + invocation * self.count + 1)[found], found.astype(np.int64)


class ArgumentSource:
    """Arguments of events; `texts` says whether records carry their text (None: if they are not many)."""

    def __init__(self, model: TraceModel, texts: bool | None = None) -> None:
        profile = model.profile
        self.profile: Profile = profile
        self.transfer: npt.NDArray[np.int64] = np.full(len(profile.instructions), -1, np.int64)
        self.transfer[profile.transfers.instruction] = np.arange(len(profile.transfers))
        self.texts: list[str] | None = None
        if texts or (texts is None and len(profile.instructions) <= MAX_TEXTS):
            self.texts = [
                text for owner in range(len(profile.lanes)) for text in disassemble_records(profile.records(owner))
            ]
        self.strings: list[str] = []
        """All strings that are values of named arguments."""
        self.places: int = self._begin(profile.places)
        self.ops: int = self._begin(profile.ops)
        self.nodes: int = self._begin(profile.nodes)
        self.roles: int = self._begin(profile.roles)
        self.lanes: int = self._begin(profile.lane_names)
        semaphores = int(max(profile.updates.semaphore.max(initial=-1), profile.stalls.semaphore.max(initial=-1))) + 1
        self.semaphores: npt.NDArray[np.int64] = np.array(
            [
                self._begin([profile.semaphore(timing, number) for number in range(semaphores)])
                for timing in range(len(profile.timings))
            ],
            np.int64,
        )

    def _begin(self, names: "list[str] | tuple[str, ...]") -> int:
        first = len(self.strings)
        self.strings += names
        return first

    def of(self, events: Events, chosen: slice) -> list[Argument]:
        """Arguments of a range of events."""
        row, stall, run = events.row[chosen], events.stall[chosen], events.invocation[chosen]
        return [*self._host((row < 0) & (stall < 0), run), *self._records(row), *self._stalls(stall)]

    def _host(self, rows: Mask, run: Ints) -> Iterator[Argument]:
        profile, runs = self.profile, self.profile.invocations
        timing = runs.timing[run]
        totals = np.array([*(timing.total_ticks for timing in profile.timings), 0], np.int64)
        places = self.places + runs.segment[run].astype(np.int64)
        yield Argument("invocation", rows, np.where(rows, run, 0))
        yield Argument("place", rows, np.where(rows, places, 0), named=True)
        yield Argument("ticks", rows & (timing >= 0), np.where(rows, totals[timing], 0))
        moves = rows & (runs.transfer_ns[run] > 0)
        yield Argument("transfer ns", moves, np.where(moves, np.rint(runs.transfer_ns[run]).astype(np.int64), 0))

    def _records(self, row: Ints) -> Iterator[Argument]:
        rows = row >= 0
        at = row[rows]
        table = self.profile.instructions

        def spread(values: npt.NDArray[Any], mask: Mask = rows) -> Ints:
            found = np.zeros(len(row), np.int64)
            found[mask] = values
            return found

        yield Argument("pc", rows, spread(table.pc[at]))
        for name, codes, first in (("op", table.op, self.ops), ("node", table.node, self.nodes)):
            code = spread(codes[at])
            yield Argument(name, code > 0, np.where(code > 0, code + first, 0), named=True)
        number = spread(table.debug[at])
        yield Argument("op number", number > 0, number)
        layer = spread(table.layer[at] + 1)
        yield Argument("layer", layer > 0, np.maximum(layer - 1, 0))
        for name in ("ready", "issue", "start", "read", "complete"):
            yield Argument(f"{name} tick", rows, spread(getattr(table, name)[at]))
        macs = spread(table.macs[at])
        yield Argument("MACs", macs > 0, macs)
        moves = spread(self.transfer[at] + 1) > 0
        moved = self.profile.transfers.take(self.transfer[row[moves]])
        yield Argument("bytes", moves, spread(moved.bytes, moves))
        yield Argument("HBM bytes", moves, spread(moved.hbm_bytes, moves))
        yield Argument("bound to", moves, spread(moved.role + self.roles, moves), named=True)
        shared = np.maximum(moved.end - moved.start - moved.alone, 0)
        yield Argument("shared ticks", moves, spread(shared, moves))
        if self.texts is not None:
            yield Argument("record", rows, np.where(rows, row, 0), texts=self.texts)

    def _stalls(self, stall: Ints) -> Iterator[Argument]:
        rows = stall >= 0
        profile, table = self.profile, self.profile.stalls.take(stall[rows])
        records = profile.instructions

        def spread(values: npt.NDArray[Any]) -> Ints:
            found = np.zeros(len(stall), np.int64)
            found[rows] = values
            return found

        def named(name: str, present: Mask, codes: npt.NDArray[Any], first: "int | Ints") -> Argument:
            there = spread(present) > 0
            return Argument(name, there, np.where(there, spread(codes + first), 0), named=True)

        yield Argument("begin tick", rows, spread(table.begin))
        yield Argument("end tick", rows, spread(table.end))
        yield Argument("pc", rows, spread(records.pc[table.instruction]))
        node = records.node[table.instruction]
        yield named("node", node > 0, node, self.nodes)
        timing = profile.lanes.timing[table.owner]
        first = self.semaphores[timing] if len(self.semaphores) else 0
        yield named("semaphore", table.semaphore >= 0, table.semaphore.astype(np.int64), first)
        known = table.producer >= 0
        producer = np.where(known, table.producer, 0)
        yield named("producer", known, profile.lanes.lane[records.owner[producer]], self.lanes)
        yield Argument("producer pc", spread(known) > 0, spread(np.where(known, records.pc[producer], 0)))
        node = np.where(known, records.node[producer], 0)
        yield named("producer node", node > 0, node, self.nodes)

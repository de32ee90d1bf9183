"""What a click on an event shows: names and values, made for a few events at a time."""

from collections.abc import Iterator

import numpy as np

from accelc.isa.disassembler import disassemble_records
from accelc.profile.tables import Ints
from accelc.profile.transfers import ROLES
from accelc.profile.trace.model import Events, TraceModel

Args = dict[str, int | str]
CHUNK = 20_000
"""Events whose values are Python objects at the same time."""
MAX_TEXTS = 100_000
"""Records up to which the text of each of them is part of a trace, unless asked for."""
TEXT = "record"
"""The argument whose value is different for every record: its text as `accelc dis` prints it."""


class Flowing:
    """Flows by the records that they leave and reach; ids are distinct in all invocations."""

    def __init__(self, model: TraceModel) -> None:
        flows = model.profile.flows
        rows = len(model.profile.instructions)
        self.count = len(flows)
        order = np.argsort(flows.producer, kind="stable")
        self.order: list[int] = order.tolist()
        self.first = np.searchsorted(flows.producer[order], np.arange(rows + 1))
        self.into = np.full(rows, -1, np.int64)
        self.into[flows.consumer] = np.arange(len(flows))

    def of(self, row: Ints, invocation: Ints) -> tuple[list[list[int]], list[int]]:
        """Ids of flows out of each record, and of the one into it (0: none); rows of -1 have none."""
        begin, end = self.first[row].tolist(), self.first[row + 1].tolist()
        base = (invocation * self.count + 1).tolist()
        leaving = [
            [] if at < 0 or low == high else [flow + start for flow in self.order[low:high]]
            for at, low, high, start in zip(row.tolist(), begin, end, base, strict=True)
        ]
        reaching = np.where((row >= 0) & (self.into[row] >= 0), self.into[row] + invocation * self.count + 1, 0)
        return leaving, reaching.tolist()


class ArgumentSource:
    """Arguments of events; `texts` says whether records carry their text (None: if they are not many)."""

    def __init__(self, model: TraceModel, texts: bool | None = None) -> None:
        self.model = model
        self.profile = profile = model.profile
        self.transfer = np.full(len(profile.instructions), -1, np.int64)
        self.transfer[profile.transfers.instruction] = np.arange(len(profile.transfers))
        self.texts: list[str] | None = None
        if texts or (texts is None and len(profile.instructions) <= MAX_TEXTS):
            self.texts = [
                text for owner in range(len(profile.lanes)) for text in disassemble_records(profile.records(owner))
            ]

    def of(self, events: Events, rows: slice) -> Iterator[Args]:
        """Arguments of each of the events in a range, in order."""
        row, stall, run = events.row[rows], events.stall[rows], events.invocation[rows]
        records = iter(self._records(row[row >= 0]))
        stalls = iter(self._stalls(stall[stall >= 0]))
        for is_record, is_stall, invocation in zip(
            (row >= 0).tolist(), (stall >= 0).tolist(), run.tolist(), strict=True
        ):
            yield next(records) if is_record else next(stalls) if is_stall else self._host(invocation)

    def _host(self, invocation: int) -> Args:
        profile, runs = self.profile, self.profile.invocations
        args: Args = {"invocation": invocation, "place": profile.places[runs.segment[invocation]]}
        timing = int(runs.timing[invocation])
        if timing >= 0:
            args["ticks"] = profile.timings[timing].total_ticks
        elif runs.transfer_ns[invocation]:
            args["transfer ns"] = round(float(runs.transfer_ns[invocation]))
        return args

    def _records(self, row: Ints) -> Iterator[Args]:
        profile, table = self.profile, self.profile.instructions.take(row)
        columns = (table.pc, table.op, table.node, table.layer, table.macs, table.opcode)
        ticks = (table.ready, table.issue, table.start, table.read, table.complete)
        moves = self._moves(self.transfer[row])
        rows = zip(row.tolist(), *(column.tolist() for column in (*columns, *ticks)), strict=True)
        for values in rows:
            at, pc, op, node, layer, macs, _, ready, issue, start, read, complete = values
            args: Args = {"pc": pc}
            if op:
                args["op"] = profile.ops[op]
            if node:
                args["node"] = profile.nodes[node]
            if layer >= 0:
                args["layer"] = layer
            args |= {"ready tick": ready, "issue tick": issue, "start tick": start}
            args |= {"read tick": read, "complete tick": complete}
            if macs:
                args["MACs"] = macs
            if self.transfer[at] >= 0:
                args |= next(moves)
            if self.texts is not None:
                args[TEXT] = self.texts[at]
            yield args

    def _moves(self, transfer: Ints) -> Iterator[Args]:
        """Arguments of the transfers among records, in order."""
        table = self.profile.transfers.take(transfer[transfer >= 0])
        shared = np.maximum(table.end - table.start - table.alone, 0)
        columns = (table.bytes, table.hbm_bytes, table.role, shared)
        lists: list[list[int]] = [column.tolist() for column in columns]
        for nbytes, hbm_bytes, role, lost in zip(*lists, strict=True):
            yield {"bytes": nbytes, "HBM bytes": hbm_bytes, "bound to": ROLES[role], "shared ticks": lost}

    def _stalls(self, row: Ints) -> Iterator[Args]:
        profile, table = self.profile, self.profile.stalls.take(row)
        columns = (table.owner, table.begin, table.end, table.instruction, table.semaphore, table.producer)
        for owner, begin, end, record, semaphore, producer in zip(*(c.tolist() for c in columns), strict=True):
            args: Args = {"begin tick": begin, "end tick": end, "for": profile.place(record)}
            if semaphore >= 0:
                args["semaphore"] = profile.semaphore(int(profile.lanes.timing[owner]), semaphore)
            if producer >= 0:
                args["producer"] = profile.place(producer)
            yield args

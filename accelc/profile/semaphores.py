"""
Which update satisfied which wait, from records and their times alone.

Semaphores only count up. An inequality therefore holds from the first update on that reaches its value; one on the low
bits of a counter is brought back to such a value by the count at which the record issued.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.isa.records import Update, Wait, field
from accelc.profile.core import Core
from accelc.profile.tables import Flows, Ints, Updates

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Waits:
    row: Ints
    semaphore: Ints
    value: Ints
    bits: Ints
    """Low bits compared, 0: all."""
    issue: Ints


def core_updates(core: Core) -> Updates:
    """Updates of a core, by semaphore and time; those of one tick in the order of lanes and records."""
    latency = core.target.time.ns_to_ticks(core.target.sync.inc_latency_ns)
    rows: list[Ints] = []
    semaphores: list[Ints] = []
    fired: list[Ints] = []
    amounts: list[Ints] = []
    for lane in core.lanes:
        update = field(lane.records, "update")
        record, slot = np.nonzero(update["op"] != Update.NONE)
        made = update[record, slot]
        at_read = made["op"] == Update.ADD_AT_READ
        rows.append(record + lane.first)
        semaphores.append(made["semaphore"].astype(np.int64))
        fired.append(np.where(at_read, lane.times.read[record], lane.times.complete[record]))
        amounts.append(made["value"].astype(np.int64))
    row, semaphore, tick, amount = (core.joined(parts) for parts in (rows, semaphores, fired, amounts))
    order = np.lexsort((row, tick, semaphore))
    row, semaphore, tick, amount = row[order], semaphore[order], tick[order], amount[order]
    total = np.cumsum(amount)
    begins = np.flatnonzero(np.diff(semaphore, prepend=-1))
    before = np.concatenate([[0], total])[begins]
    count = total - np.repeat(before, np.diff(begins, append=len(semaphore)))
    return Updates(row, semaphore.astype(np.int32), tick, tick + latency, amount.astype(np.int32), count)


def _waits(core: Core) -> _Waits:
    columns: list[list[Ints]] = [[] for _ in range(5)]
    for lane in core.lanes:
        condition = field(lane.records, "wait_condition")
        record = np.flatnonzero(condition != Wait.NONE)
        wraps = condition[record] == Wait.WRAP
        chosen = lane.records[record]
        bits = np.where(wraps, field(chosen, "wait_bits").astype(np.int64), 0)
        semaphore, value = (field(chosen, name).astype(np.int64) for name in ("wait_semaphore", "wait_value"))
        for column, part in zip(
            columns, (record + lane.first, semaphore, value, bits, lane.times.issue[record]), strict=True
        ):
            column.append(part)
    return _Waits(*(core.joined(column) for column in columns))


def core_flows(core: Core, updates: Updates) -> Flows:
    """The flow into every wait that some update satisfied; others held from the start."""
    waits = _waits(core)
    semaphore = updates.semaphore.astype(np.int64)
    value = _reached(waits, updates, semaphore)
    span = int(max(updates.count.max(initial=0), value.max(initial=0))) + 1
    position = np.searchsorted(semaphore * span + updates.count, waits.semaphore * span + value)
    found = np.flatnonzero(value > 0)
    position = position[found]
    wakeup = core.target.time.ns_to_ticks(core.target.sync.wait_wakeup_ns)
    slack = np.maximum(waits.issue[found] - updates.visible[position] - wakeup, 0)
    return Flows(
        waits.row[found],
        updates.instruction[position],
        position,
        waits.semaphore[found].astype(np.int32),
        slack,
    )


def _reached(waits: _Waits, updates: Updates, semaphore: Ints) -> Ints:
    """The count, never rolling over, from which on each wait held until its record issued."""
    value = waits.value.copy()
    wraps = np.flatnonzero(waits.bits)
    if not len(wraps):
        return value
    span = int(max(updates.visible.max(initial=0), waits.issue.max(initial=0))) + 1
    key = semaphore * span + updates.visible
    wanted, issue = waits.semaphore[wraps], waits.issue[wraps]
    turn = np.int64(1) << waits.bits[wraps]
    first = np.searchsorted(semaphore, wanted)
    at = np.searchsorted(key, wanted * span + issue, side="right")
    counts = np.concatenate([updates.count, [0]])
    while True:
        count = np.where(at > first, counts[at - 1], 0)
        past = (count - waits.value[wraps]) % turn
        # An update of the tick of the issue may have come after it.
        late = (past >= turn // 2) & (at > first)
        if not late.any():
            break
        at = at - late
    value[wraps] = count - past
    return value

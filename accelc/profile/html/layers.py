"""Figures of every node of the model: what its table of layers and the roofline show."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from accelc.isa.records import DTYPES, field
from accelc.isa.table import Opcode
from accelc.profile.build import Profile
from accelc.profile.tables import Ints, Layers, Reason
from accelc.profile.windows import union_ticks
from accelc.targets.model import lane_kind


def resources(profile: Profile) -> list[str]:
    """What can bind a layer: an engine, or all DMA queues together."""
    return list(dict.fromkeys(map(lane_kind, profile.lane_names)))


def layer_figures(profile: Profile, timing: int, limits: Mapping[str, str]) -> list[dict[str, Any]]:
    """
    One object for each node, in the order of `Profile.layers`; times in ticks.

    `adds` is how far the end of a node lies behind the ends of all nodes that end before it: the sum over the nodes is
    the end of the last one. `active` are ticks in which any lane works for the node, `resources` those of each of
    `resources`, in order; `busiest` is the index of the largest of them, -1 if there is none. `limits` holds by name of
    a node which roof it is under (`summary.NodeCost.limit`).
    """
    table = profile.layers.take(profile.layers.timing == timing)
    active, each = busy_ticks(profile, table, timing)
    adds = added_ticks(table.end)
    ops = _ops(profile, table, timing)
    figures: list[dict[str, Any]] = []
    for row in range(len(table)):
        busy, stalls = each[row], table.stalls[row]
        figures.append(
            {
                "node": int(table.node[row]),
                "ops": ops[row],
                "limit": limits.get(profile.nodes[int(table.node[row])], "neither"),
                "instructions": int(table.instructions[row]),
                "begin": int(table.begin[row]),
                "end": int(table.end[row]),
                "adds": int(adds[row]),
                "active": int(active[row]),
                "compute": int(table.compute[row]),
                "moving": int(table.moving[row]),
                "macs": int(table.macs[row]),
                "ideal": float(table.ideal[row]),
                "bytes": int(table.bytes[row]),
                "hbm_bytes": int(table.hbm_bytes[row]),
                "resources": busy.tolist(),
                "busiest": int(busy.argmax()) if busy.any() else -1,
                "stalls": stalls.tolist(),
                "worst": int(stalls.argmax()) if stalls.any() else -1,
            }
        )
    return figures


def added_ticks(end: Ints) -> Ints:
    """By how much each end exceeds all lower ones; of equal ends the first one counts."""
    order = np.argsort(end, kind="stable")
    added = np.zeros(len(end), np.int64)
    added[order] = np.diff(end[order], prepend=0)
    return added


def busy_ticks(profile: Profile, table: Layers, timing: int) -> tuple[Ints, Ints]:
    """Ticks [rows] in which any lane works for a node, and [rows, resources] in which each resource does, by core."""
    rows, lanes = profile.instructions, profile.lanes
    chosen = np.flatnonzero((lanes.timing[rows.owner] == timing) & (rows.opcode >= Opcode.LS))
    rows = rows.take(chosen)
    row_of_node = np.full(len(profile.nodes), -1, np.int64)
    row_of_node[table.node] = np.arange(len(table))
    row, core = row_of_node[rows.node], lanes.core[rows.owner].astype(np.int64)
    cores = int(core.max(initial=0)) + 1
    every = resources(profile)
    kinds = np.array([every.index(lane_kind(name)) for name in profile.lane_names], np.int64)
    kind = kinds[lanes.lane[rows.owner]]
    group = row * cores + core
    active = union_ticks(group, rows.start, rows.read, len(table) * cores).reshape(len(table), cores).sum(axis=1)
    shape = len(table), cores, len(every)
    each = union_ticks(group * len(every) + kind, rows.start, rows.read, int(np.prod(shape)))
    return active, each.reshape(shape).sum(axis=1)


def _ops(profile: Profile, table: Layers, timing: int) -> list[list[int]]:
    """Codes of the macro-ops of each node, in the order in which they first occur."""
    rows = profile.instructions
    mine = (profile.lanes.timing[rows.owner] == timing) & (rows.opcode >= Opcode.LS)
    pairs = np.unique(np.stack([rows.node[mine], rows.op[mine]], axis=1), axis=0)
    found: dict[int, list[int]] = {}
    for node, op in pairs.tolist():
        found.setdefault(node, []).append(op)
    return [found.get(node, []) for node in table.node.tolist()]


def roofs(profile: Profile) -> list[dict[str, Any]]:
    """
    What the whole array attains at most, for every rate of the operand types of a profile's products, slowest first.

    `rate` is in multiply-accumulates per PE and cycle.
    """
    used: set[int] = set()
    for timing in profile.timings:
        for streams in timing.segment.cores:
            if "tensor" in streams:
                records = streams["tensor"]
                products = field(records, "opcode") == Opcode.MM
                used |= set(np.unique(field(records, "operand")["dtype"][products, 1]).tolist())
    tensor = profile.target.tensor
    per_ns = tensor.rows * tensor.cols * profile.target.time.cycles_per_ns("tensor")
    by_rate: dict[float, list[str]] = {}
    for code in sorted(used):
        by_rate.setdefault(tensor.rate.get(DTYPES[code], 1.0), []).append(DTYPES[code])
    return [
        {"dtypes": ", ".join(names), "rate": rate, "macs_per_ns": per_ns * rate}
        for rate, names in sorted(by_rate.items())
    ]


def lane_breakdown(profile: Profile, timing: int, core: int) -> list[dict[str, Any]]:
    """
    Of each lane of a core its work, and its stalls and idle time by `Reason`, in ticks: together the timing's total.

    Lanes of which no record works are left out.
    """
    lanes, stalls = profile.lanes, profile.stalls
    found: list[dict[str, Any]] = []
    for owner in np.flatnonzero((lanes.timing == timing) & (lanes.core == core)).tolist():
        mine = stalls.take(stalls.owner == owner)
        ticks = np.zeros(len(Reason), np.int64)
        np.add.at(ticks, mine.reason.astype(np.int64), mine.end - mine.begin)
        name = profile.lane_names[int(lanes.lane[owner])]
        if lanes.busy[owner]:
            found.append({"lane": name, "busy": int(lanes.busy[owner]), "reasons": ticks.tolist()})
    return found

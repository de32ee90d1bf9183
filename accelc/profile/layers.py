"""The table of the model's nodes: when each ran, what it computed and moved, and where its records stood still."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from accelc.profile.tables import Instructions, Ints, Lanes, Layers, Reason, Stalls, Transfers
from accelc.profile.windows import union_ticks

Number = TypeVar("Number", np.int64, np.float64)


def layer_table(
    lanes: Lanes, instructions: Instructions, stalls: Stalls, transfers: Transfers, queues: Ints, nodes: int
) -> Layers:
    """Rows for all nodes with records; `queues` are the codes of lanes that are DMA queues, `nodes` the node codes."""
    group = lanes.timing[instructions.owner].astype(np.int64) * nodes + instructions.node
    keys, row = np.unique(group, return_inverse=True)
    row = row.reshape(-1)
    count = len(keys)
    works = instructions.opcode >= 16
    far = np.iinfo(np.int64).max
    begin = np.full(count, far)
    np.minimum.at(begin, row[works], instructions.start[works])
    end = np.zeros(count, np.int64)
    # The HALT of a lane ends with the last work on it, of whichever node that is.
    counts = works | (begin == far)[row]
    np.maximum.at(end, row[counts], instructions.complete[counts])
    begin = np.where(begin == far, end, begin)
    is_queue = np.isin(lanes.lane[instructions.owner], queues)
    core = lanes.core[instructions.owner].astype(np.int64)
    cores = int(core.max(initial=-1)) + 1
    spans: list[Ints] = []
    for chosen in (works & ~is_queue, works & is_queue):
        start, complete = instructions.start[chosen], instructions.complete[chosen]
        covered = union_ticks(row[chosen] * cores + core[chosen], start, complete, count * cores)
        spans.append(covered.reshape(count, cores).sum(axis=1))
    moved = row[transfers.instruction]
    layer = np.full(count, -1, np.int32)
    np.maximum.at(layer, row, instructions.layer)
    stood = np.zeros((count, len(Reason)), np.int64)
    held = stalls.instruction >= 0
    np.add.at(
        stood, (row[stalls.instruction[held]], stalls.reason[held].astype(np.int64)), (stalls.end - stalls.begin)[held]
    )
    table = Layers(
        (keys // nodes).astype(np.int32),
        (keys % nodes).astype(np.int32),
        layer,
        np.bincount(row, minlength=count).astype(np.int64),
        begin,
        end,
        spans[0],
        spans[1],
        _sums(row, instructions.macs, count),
        _sums(row, instructions.ideal, count),
        _sums(moved, transfers.bytes, count),
        _sums(moved, transfers.hbm_bytes, count),
        stood,
    )
    return table.take(np.lexsort((table.begin, table.timing)))


def _sums(row: Ints, values: "npt.NDArray[Number]", count: int) -> "npt.NDArray[Number]":
    total = np.zeros(count, values.dtype)
    np.add.at(total, row, values)
    return total

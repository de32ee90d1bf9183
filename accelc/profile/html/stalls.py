"""The stalls that cost most: those of the same lane, reason, node, semaphore and producer together."""

from typing import Any

import numpy as np

from accelc.profile.build import Profile
from accelc.profile.html.slices import references
from accelc.profile.tables import Reason
from accelc.targets.model import is_dma

TOP = 50
"""Groups of stalls of engines, and as many of DMA queues, that a report lists."""


def top_stalls(profile: Profile, timing: int, top: int = TOP) -> list[dict[str, Any]]:
    """
    At most `top` groups of engines and as many of DMA queues, longest first; idle time after a lane's end is no stall.

    `ticks` is the sum of `count` stalls, of which the longest goes from `begin` to `end`; `producer` is the lane of the
    record waited for, -1 where there is none, and codes are those of `Profile`.
    """
    stalls = profile.stalls
    stalls = stalls.take((stalls.reason != Reason.IDLE) & (profile.lanes.timing[stalls.owner] == timing))
    if not len(stalls):
        return []
    waiting, producer = (references(profile, rows) for rows in (stalls.instruction, stalls.producer))
    core = profile.lanes.core[stalls.owner]
    parts = (
        core,
        waiting["lane"],
        waiting["node"],
        stalls.reason,
        stalls.semaphore,
        producer["lane"],
        producer["node"],
    )
    keys, group = np.unique(
        np.stack([np.asarray(part, np.int64) for part in parts], axis=1), axis=0, return_inverse=True
    )
    group = group.reshape(-1)
    ticks = stalls.end - stalls.begin
    total = np.zeros(len(keys), np.int64)
    np.add.at(total, group, ticks)
    count = np.bincount(group, minlength=len(keys))
    # Of the stalls of each group the longest, and of those the first.
    order = np.lexsort((-ticks, group))
    longest = order[np.searchsorted(group[order], np.arange(len(keys)))]
    names = ("core", "lane", "node", "reason", "semaphore", "producer", "producer_node")
    ranked = np.argsort(-total, kind="stable")
    queues = np.array([is_dma(name) for name in profile.lane_names])[keys[ranked, names.index("lane")]]
    chosen = ranked[np.where(queues, np.cumsum(queues), np.cumsum(~queues)) <= top]
    return [
        {
            **dict(zip(names, keys[row].tolist(), strict=True)),
            "ticks": int(total[row]),
            "count": int(count[row]),
            "begin": int(stalls.begin[longest[row]]),
            "end": int(stalls.end[longest[row]]),
        }
        for row in chosen.tolist()
    ]

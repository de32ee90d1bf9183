"""What the timeline draws: records and stalls of every lane in order of time, merged where there are too many."""

from typing import Any

import numpy as np

from accelc.isa.table import Opcode
from accelc.profile.build import Profile
from accelc.profile.html.columns import Column, Columns
from accelc.profile.tables import Ints

MAX_SLICES = 200_000
"""Slices of a core, of records and of stalls each; beyond it neighbours of the same node and operation become one."""

TENSOR_TRACKS = ("tensor MM", "tensor LS")
"""The array takes in moving operands and loads stationary ones at the same time: two tracks."""


def core_tracks(profile: Profile, timing: int, core: int, columns: Columns, most: int = MAX_SLICES) -> dict[str, Any]:
    """
    Tracks of a core, their columns added to `columns`.

    A track's `work` has columns begin, ticks, node, op, opcode, pc and count (records of the slice), its `stalls`
    begin, ticks, reason, node, pc, semaphore, count, and lane, node and pc of the producer. `merged` are the ticks of
    the gaps that were closed between records, -1 if each record is a slice. `unused` names lanes of which no record
    works.
    """
    lanes = profile.lanes
    owners = np.flatnonzero((lanes.timing == timing) & (lanes.core == core))
    names: list[str] = []
    unused: list[str] = []
    works: list[Ints] = []
    stands: list[Ints] = []
    rows, stalls = profile.instructions, profile.stalls
    opcode_of_stall = rows.opcode[stalls.instruction]
    for owner in owners.tolist():
        first, count = int(lanes.first[owner]), int(lanes.count[owner])
        work = first + np.flatnonzero(rows.opcode[first : first + count] >= Opcode.LS)
        work = work[np.argsort(rows.start[work], kind="stable")]
        stood = np.flatnonzero(stalls.owner == owner)
        lane = profile.lane_names[int(lanes.lane[owner])]
        if not len(work):
            unused.append(lane)
            continue
        if lane != "tensor":
            names.append(lane)
            works.append(work)
            stands.append(stood)
            continue
        is_load = rows.opcode[work] == Opcode.LS
        stall_of_load = (stalls.instruction[stood] >= 0) & (opcode_of_stall[stood] == Opcode.LS)
        names += TENSOR_TRACKS
        works += [work[~is_load], work[is_load]]
        stands += [stood[~stall_of_load], stood[stall_of_load]]
    gap = _gap([_Work(profile, work) for work in works], profile.timings[timing].total_ticks, most)
    stall_gap = _gap([_Stood(profile, stood) for stood in stands], profile.timings[timing].total_ticks, most)
    tracks = [
        {
            "name": name,
            "work": _work_columns(profile, work, gap, columns),
            "stalls": _stall_columns(profile, stood, stall_gap, columns),
        }
        for name, work, stood in zip(names, works, stands, strict=True)
    ]
    return {"core": core, "tracks": tracks, "merged": max(gap, stall_gap), "unused": unused}


class _Work:
    """Records of a track in order: what the merging compares."""

    def __init__(self, profile: Profile, rows: Ints) -> None:
        table = profile.instructions
        self.begin, self.end = table.start[rows], table.read[rows]
        self.keys = [table.node[rows], table.op[rows], table.opcode[rows]]


class _Stood:
    def __init__(self, profile: Profile, rows: Ints) -> None:
        table = profile.stalls
        self.begin, self.end = table.begin[rows], table.end[rows]
        self.keys = [profile.instructions.node[table.instruction[rows]], table.reason[rows]]


def _gap(tracks: "list[_Work] | list[_Stood]", total: int, most: int) -> int:
    """The least gap to close, of doubling ones, that leaves at most `most` slices; -1 to merge nothing."""
    if sum(len(track.begin) for track in tracks) <= most:
        return -1
    gap = 0
    while sum(len(_heads(track, gap)) for track in tracks) > most and gap < total:
        gap = max(1, gap * 2)
    return gap


def _heads(track: "_Work | _Stood", gap: int) -> Ints:
    """Indices where a new slice begins."""
    count = len(track.begin)
    if gap < 0:
        return np.arange(count)
    new = np.ones(count, bool)
    new[1:] = track.begin[1:] - track.end[:-1] > gap
    for key in track.keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)


def _work_columns(profile: Profile, rows: Ints, gap: int, columns: Columns) -> dict[str, Any]:
    track, table = _Work(profile, rows), profile.instructions
    heads = _heads(track, gap)
    begin, end = _spans(track, heads)
    chosen = rows[heads]
    return {
        "begin": columns.add_rising(begin),
        "ticks": columns.add(end - begin),
        "node": columns.add(table.node[chosen]),
        "op": columns.add(table.op[chosen]),
        "opcode": columns.add(table.opcode[chosen].astype(np.int64)),
        "pc": columns.add(table.pc[chosen]),
        "count": columns.add(np.diff(heads, append=len(rows))),
    }


def _stall_columns(profile: Profile, rows: Ints, gap: int, columns: Columns) -> dict[str, Any]:
    track, table = _Stood(profile, rows), profile.stalls.take(rows)
    heads = _heads(track, gap)
    begin, end = _spans(track, heads)
    table = table.take(heads)
    found = {
        "begin": columns.add_rising(begin),
        "ticks": columns.add(end - begin),
        "reason": columns.add(table.reason.astype(np.int64)),
        "semaphore": columns.add(table.semaphore),
        "count": columns.add(np.diff(heads, append=len(rows))),
    }
    for name, row in (("", table.instruction), ("producer_", table.producer)):
        for key, column in references(profile, row).items():
            if name or key != "lane":
                found[name + key] = columns.add(column)
    return found


def _spans(track: "_Work | _Stood", heads: Ints) -> tuple[Ints, Ints]:
    if not len(heads):
        return track.begin[:0], track.end[:0]
    return track.begin[heads], np.maximum.reduceat(track.end, heads)


def references(profile: Profile, rows: Ints) -> dict[str, Column]:
    """Lane, node and pc of rows of `Profile.instructions`, -1 where the row is -1."""
    table, known = profile.instructions, rows >= 0
    if not len(table):
        return dict.fromkeys(("lane", "node", "pc"), rows)
    return {
        "lane": np.where(known, profile.lanes.lane[table.owner[rows]], -1),
        "node": np.where(known, table.node[rows], -1),
        "pc": np.where(known, table.pc[rows], -1),
    }

"""All that a report shows, as one value that JSON can hold; long columns go into `Columns`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from accelc.isa.custom import mnemonic
from accelc.profile.build import Profile
from accelc.profile.html.columns import Columns
from accelc.profile.html.layers import (
    lane_breakdown,
    layer_figures,
    resources,
    roofs,
)
from accelc.profile.html.slices import core_tracks
from accelc.profile.html.stalls import top_stalls
from accelc.profile.summary import Summary, summarize
from accelc.profile.tables import Counter, Reason

SHOWN = (Counter.SBUF, Counter.PSUM, Counter.HBM, Counter.MACS)
"""Counters that a report shows over time."""

RUNS = 500
"""Runs of segments that a report lists one by one."""


@dataclass(frozen=True)
class Facts:
    """What a report says besides the profile; None where it is not known, or was not looked for."""

    title: str
    lower_bound_ns: float | None = None
    races: int | None = None


def report_data(profile: Profile, facts: Facts, columns: Columns) -> dict[str, Any]:
    """The data of a report; times of a timing in ticks, of the program in ns, columns as references into `columns`."""
    target, summary = profile.target, summarize(profile)
    return {
        "title": facts.title,
        "target": target.name,
        "summary": _headline(profile, facts, summary),
        "ns_per_tick": 1e9 / target.time.tick_hz,
        "ticks_per_cycle": target.time.domain["tensor"],
        "hbm_bytes_per_ns": target.hbm.bytes_per_ns,
        "capacity": {"sbuf": target.sbuf.bytes, "psum": target.psum.bytes},
        "roofs": roofs(profile),
        "lanes": list(profile.lane_names),
        "nodes": list(profile.nodes),
        "ops": list(profile.ops),
        "opcodes": {code: mnemonic(code) for code in np.unique(profile.instructions.opcode).tolist()},
        "reasons": [{"name": reason.label, "meaning": MEANINGS[reason]} for reason in Reason],
        "resources": resources(profile),
        "runs": _runs(profile),
        "timings": [_timing(profile, summary, index, columns) for index in range(len(profile.timings))],
    }


def _headline(profile: Profile, facts: Facts, summary: Summary) -> dict[str, Any]:
    """Figures of the whole program."""
    return {
        "total_ns": summary.total_ns,
        "accelerator_ns": summary.accelerator_ns,
        "lower_bound_ns": facts.lower_bound_ns,
        "mfu": summary.mfu,
        "mbu": summary.mbu,
        "array_busy": summary.array_busy,
        "macs": summary.macs,
        "hbm_bytes": sum(summary.traffic.hbm_bytes.values()),
        "instructions": summary.instructions,
        "races": facts.races,
        "cores": summary.cores,
        "peak_bytes": {
            space: max((timing.peak_bytes.get(space, 0) for timing in profile.timings), default=0)
            for space in ("sbuf", "psum", "hbm")
        },
    }


def _runs(profile: Profile) -> dict[str, Any]:
    """The first `RUNS` runs of segments, and how many there are."""
    runs = profile.invocations
    first = runs.take(slice(RUNS))
    columns = (first.segment, first.timing, first.begin_ns, first.ns, first.transfer_ns)
    return {
        "count": len(runs),
        "rows": [
            {
                "name": profile.segments[segment],
                "place": profile.places[segment],
                "timing": timing,
                "begin_ns": begin,
                "ns": ns,
                "transfer_ns": transfer,
            }
            for segment, timing, begin, ns, transfer in zip(*(column.tolist() for column in columns), strict=True)
        ],
    }


def _timing(profile: Profile, summary: Summary, index: int, columns: Columns) -> dict[str, Any]:
    timing = profile.timings[index]
    cores = range(len(timing.segment.cores))
    limits = {node.node: node.limit for node in summary.nodes if node.segment == timing.segment.name}
    mine = profile.stalls.take(profile.lanes.timing[profile.stalls.owner] == index)
    semaphores: list[int] = np.unique(mine.semaphore[mine.semaphore >= 0]).tolist()
    return {
        "name": timing.segment.name,
        "total": timing.total_ticks,
        "invocations": timing.invocations,
        "peak": dict(timing.peak_bytes),
        "semaphores": {number: profile.semaphore(index, number) for number in semaphores},
        "layers": layer_figures(profile, index, limits),
        "stalls": top_stalls(profile, index),
        "cores": [
            {
                **core_tracks(profile, index, core, columns),
                "lanes": lane_breakdown(profile, index, core),
                "counters": _counters(profile, index, core, columns),
            }
            for core in cores
        ],
    }


def _counters(profile: Profile, timing: int, core: int, columns: Columns) -> dict[str, Any]:
    """`edges` of the windows and, by counter, the mean of each window and for levels the highest value."""
    table = profile.counters
    table = table.take((table.timing == timing) & (table.core == core) & (table.lane < 0))
    found: dict[str, Any] = {}
    for counter in SHOWN:
        rows = table.take(table.counter == counter)
        if "edges" not in found:
            found["edges"] = columns.add_rising(np.concatenate([rows.begin, rows.end[-1:]]))
        found[counter.name.lower()] = columns.add(rows.value)
        if counter in (Counter.SBUF, Counter.PSUM):
            found[f"{counter.name.lower()}_highest"] = columns.add(rows.amount)
    return found


MEANINGS: Mapping[Reason, str] = {
    Reason.FETCH: "fetch and decode of the instruction",
    Reason.TRIGGER: "least interval between two triggers of the DMA queue",
    Reason.THROTTLE: "a throttle keeps issues apart",
    Reason.SEMAPHORE: "the producer of the value had not come to its update",
    Reason.SIGNAL: "the update was made and on its way",
    Reason.INTERLOCK: "results of an earlier instruction of the lane were not visible yet",
    Reason.SHADOW: "all shadow planes of the array were full",
    Reason.STATIONARY: "the stationary operand was still being loaded",
    Reason.DMA_START: "from the trigger of the transfer to its first byte",
    Reason.PORT: "another lane held the memory port",
    Reason.DELAY: "a delay record",
    Reason.IDLE: "after the last instruction of the lane",
}

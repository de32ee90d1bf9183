"""When the lanes of a program work: a picture for terminals, and the same as numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from accelc.analysis.scheduling.report import bar, shares
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.records import field
from accelc.isa.table import Opcode
from accelc.runtime.execute import ExecutionResult

COLUMNS = 64
"""Parts into which the time of a segment is divided."""


@dataclass(frozen=True)
class SegmentTimeline:
    """
    Lanes of one accelerator segment over its simulated time.

    `count` is how often the segment was launched; every launch looks the same. `lanes` has for each lane that works the
    share of every one of `COLUMNS` equal parts of the time during which it does; `predicted_ns` is what
    `schedule-engines` expected, None where that is not known.
    """

    segment: str
    total_ns: float
    predicted_ns: float | None
    lanes: Mapping[str, Sequence[float]]
    count: int = 1


def segment_timelines(
    program: Program, execution: ExecutionResult, predicted_ns: Mapping[str, float]
) -> list[SegmentTimeline]:
    """The timeline of every accelerator segment of a program that was simulated with timing."""
    found: list[SegmentTimeline] = []
    segments = {segment.name: segment for segment in program.segments}
    counts = Counter(result.name for result in execution.segments)
    for result in {result.name: result for result in execution.segments}.values():
        segment = segments[result.name]
        if not isinstance(segment, AcceleratorSegment) or result.simulation is None:
            continue
        total = result.simulation.total_ticks
        lanes: dict[str, list[float]] = {}
        for number, (streams, core) in enumerate(zip(segment.cores, result.simulation.cores, strict=True)):
            for lane, times in core.times.items():
                works = field(streams[lane], "opcode").astype(np.int64) >= Opcode.LS
                if works.any():
                    name = lane if len(segment.cores) == 1 else f"core{number}.{lane}"
                    lanes[name] = shares(times.start[works], times.read[works], total, COLUMNS)
        predicted = predicted_ns.get(segment.name)
        found.append(SegmentTimeline(segment.name, result.simulation.total_ns, predicted, lanes, counts[segment.name]))
    return found


def timelines_json(timelines: Sequence[SegmentTimeline]) -> list[dict[str, Any]]:
    """One object for each segment, with the fields of `SegmentTimeline`."""
    return [asdict(timeline) for timeline in timelines]


def timelines_text(timelines: Sequence[SegmentTimeline]) -> str:
    """A picture of each segment: one line a lane, time from left to right, and the share of it the lane works."""
    lines: list[str] = []
    for timeline in timelines:
        head = f"timeline of {timeline.segment}: {timeline.total_ns:,.0f} ns simulated"
        if timeline.predicted_ns is not None:
            head += f", {timeline.predicted_ns:,.0f} ns predicted"
        if timeline.count > 1:
            head += f", {timeline.count} launches"
        width = max(map(len, timeline.lanes), default=0)
        lines.append(head)
        for lane, parts in timeline.lanes.items():
            lines.append(f"  {lane:<{width}} |{bar(parts)}| {sum(parts) / COLUMNS:6.1%}")
    lines.append("  # works all of the time, + at least half of it, - less, . not at all")
    return "\n".join(lines) + "\n"

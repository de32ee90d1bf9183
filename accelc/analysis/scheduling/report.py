"""A timeline as text or JSON: what runs when on each lane."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Times = npt.ArrayLike
"""Times in any unit, one for each span."""

COLUMNS = 64
"""Width of the bar of a lane in characters."""


@dataclass(frozen=True)
class Span:
    """One op on a lane, from when it takes in its first operands to when its results are visible (ns)."""

    lane: str
    op: str
    start_ns: float
    end_ns: float


@dataclass(frozen=True)
class Timeline:
    """Predicted times of a program's ops; `exact` if by the simulator's timing, else estimated."""

    program: str
    target: str
    rule: str
    exact: bool
    total_ns: float
    spans: Sequence[Span]

    def lanes(self) -> Mapping[str, list[Span]]:
        """Ops of each lane, by start."""
        lanes: dict[str, list[Span]] = {}
        for span in sorted(self.spans, key=lambda span: (span.start_ns, span.end_ns)):
            lanes.setdefault(span.lane, []).append(span)
        return dict(sorted(lanes.items()))


def timeline_json(timelines: Sequence[Timeline]) -> str:
    """A JSON array with one object for each program."""
    return json.dumps(
        [
            {
                "program": timeline.program,
                "target": timeline.target,
                "rule": timeline.rule,
                "exact": timeline.exact,
                "total_ns": timeline.total_ns,
                "lanes": {
                    lane: [
                        {"op": span.op, "start_ns": round(span.start_ns, 3), "end_ns": round(span.end_ns, 3)}
                        for span in spans
                    ]
                    for lane, spans in timeline.lanes().items()
                },
            }
            for timeline in timelines
        ],
        indent=1,
    )


def timeline_text(timeline: Timeline) -> str:
    """One `bar` for each lane, then its ops."""
    kind = "simulated" if timeline.exact else "estimated"
    lines = [
        f"program {timeline.program} on {timeline.target}: {timeline.total_ns:.1f} ns {kind}, order by {timeline.rule}"
    ]
    lanes = timeline.lanes()
    width = max(map(len, lanes), default=0)
    for lane, spans in lanes.items():
        parts = shares([s.start_ns for s in spans], [s.end_ns for s in spans], timeline.total_ns, COLUMNS)
        lines.append(f"{lane:<{width}} {bar(parts)} {sum(parts) / COLUMNS:4.0%}")
    for lane, spans in lanes.items():
        lines.append(f"{lane}:")
        lines += [f"  {span.start_ns:12.1f} {span.end_ns:12.1f}  {span.op}" for span in spans]
    return "\n".join(lines) + "\n"


def shares(starts: Times, ends: Times, total: float, columns: int) -> list[float]:
    """For each of `columns` equal parts of the time from 0 to `total`, the share of it that spans cover."""
    if not total:
        return [0.0] * columns
    begin, end = np.asarray(starts, np.float64), np.asarray(ends, np.float64)
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], end[order]
    # Each span is cut where the ones before it end, so that no time counts twice.
    reached = np.maximum.accumulate(np.concatenate([[0.0], end]))
    low, high = np.maximum(begin, reached[:-1]), np.maximum(end, reached[:-1])
    low = np.minimum(low, high)
    before = np.concatenate([[0.0], np.cumsum(high - low)])
    edges = np.linspace(0.0, total, columns + 1)
    whole = np.searchsorted(low, edges, side="right") - 1
    inside = np.where(whole >= 0, np.minimum(edges, high[whole]) - low[whole], 0.0) if len(low) else 0.0
    covered = np.where(whole >= 0, before[whole], 0.0) + inside
    return (np.diff(covered) / (total / columns)).clip(0.0, 1.0).tolist()


def bar(parts: Sequence[float]) -> str:
    """
    A character for each share of covered time.

    `#` where ops run during the whole of it, `+` during at least half of it, `-` during less, `.` where none does.
    """
    return "".join("#" if s > 0.999 else "+" if s >= 0.5 else "-" if s > 1e-9 else "." for s in parts)

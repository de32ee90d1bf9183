"""A timeline as text or JSON: what runs when on each lane."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """
    One bar for each lane, then its ops.

    A character of a bar is `#` where ops run during the whole of its time, `+` during at least half of it, `-` during
    less, and `.` where none does.
    """
    kind = "simulated" if timeline.exact else "estimated"
    lines = [
        f"program {timeline.program} on {timeline.target}: {timeline.total_ns:.1f} ns {kind}, order by {timeline.rule}"
    ]
    lanes = timeline.lanes()
    width = max(map(len, lanes), default=0)
    for lane, spans in lanes.items():
        share = _covered(spans, 0.0, timeline.total_ns) / timeline.total_ns if timeline.total_ns else 0.0
        lines.append(f"{lane:<{width}} {_bar(spans, timeline.total_ns)} {share:4.0%}")
    for lane, spans in lanes.items():
        lines.append(f"{lane}:")
        lines += [f"  {span.start_ns:12.1f} {span.end_ns:12.1f}  {span.op}" for span in spans]
    return "\n".join(lines) + "\n"


def _bar(spans: Sequence[Span], total_ns: float) -> str:
    if not total_ns:
        return "." * COLUMNS
    step = total_ns / COLUMNS
    shares = [_covered(spans, column * step, (column + 1) * step) / step for column in range(COLUMNS)]
    return "".join("#" if s > 0.999 else "+" if s >= 0.5 else "-" if s > 0 else "." for s in shares)


def _covered(spans: Sequence[Span], low: float, high: float) -> float:
    """Time between `low` and `high` in which at least one of `spans`, given by start, runs."""
    covered, reached = 0.0, low
    for span in spans:
        begin, end = max(span.start_ns, reached), min(span.end_ns, high)
        if end > begin:
            covered += end - begin
            reached = end
    return covered

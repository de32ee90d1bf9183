"""Two timings side by side, as tables for people."""

from collections.abc import Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from accelc.compare import Comparison, Lane, Record
from accelc.compare.difference import LayerDifference
from accelc.report.text import printable, time_text

WIDTH = 200
"""Columns where the output is no terminal."""
ROWS = 20
"""Layers that are listed at most."""
LEAST_NS = 1e-6
"""Sums of times in another order differ by less."""


def print_comparison(found: Comparison, file: TextIO, rows: int = ROWS) -> None:
    """Totals, then the layers, engines and reasons of stalls that differ, the largest differences first."""
    console = Console(file=file, highlight=False, markup=False, width=None if file.isatty() else WIDTH)
    for side, record in (("A", found.a), ("B", found.b)):
        console.print(printable(f"{side}  {record.name} on {record.target}"), soft_wrap=True)
    console.print(_totals(found))
    console.print(_layers(found, rows))
    if found.lanes:
        console.print(_lanes(found))
    stalls = _stalls(found)
    if stalls.row_count:
        console.print(stalls)


def percent(a: float, b: float) -> str:
    """Relative change from `a` to `b`."""
    return f"{b / a - 1:+.1%}" if a else "" if a == b else "new"


def _table(title: str, *columns: str, left: int = 1) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index < left else "right", overflow="fold")
    return table


def _totals(found: Comparison) -> Table:
    table = _table("totals", "", "A", "B", "difference", "")
    a, b = found.a, found.b
    table.add_row("time", time_text(a.total_ns), time_text(b.total_ns), _time(found.difference_ns), _share(found))
    for name in ("cycles", "instructions", "waits", "dma_bytes"):
        left, right = (float(getattr(side, name)) for side in (a, b))
        table.add_row(
            name.replace("dma_", "DMA "),
            *(f"{n:,.0f}" for n in (left, right)),
            _signed(right - left),
            percent(left, right),
        )
    return table


def _share(found: Comparison) -> str:
    return percent(found.a.total_ns, found.b.total_ns)


def _time(ns: float) -> str:
    return f"{'-' if ns < 0 else '+'}{time_text(abs(ns))}" if abs(ns) > LEAST_NS else "0"


def _signed(number: float) -> str:
    return f"{number:+,.0f}" if round(number) else "0"


def _layers(found: Comparison, rows: int) -> Table:
    """In cycles of the array; in nanoseconds where the two arrays have different clocks."""
    unit = "cycles" if found.same_clock else "ns"
    scale = found.a.tensor_hz / 1e9 if found.same_clock else 1.0
    changed = [row for row in found.layers if _differs(row)]
    shown = changed[:rows]
    title = f"layers in {unit}: the shares of the time that they add, and changes in how long engines and DMA work"
    table = _table(
        title, "layer", "runs on", "A", "B", "difference", "ratio", "computing", "moving", "DMA bytes", left=2
    )
    for row in shown:
        table.add_row(*_layer(row, scale))
    for name, rest in (
        ("more layers that differ", changed[rows:]),
        ("without a difference", [row for row in found.layers if not _differs(row)]),
    ):
        if rest:
            a, b = (sum(row.exposed_ns[side] for row in rest) * scale for side in (0, 1))
            table.add_row(f"({len(rest)} {name})", "", f"{a:,.0f}", f"{b:,.0f}", _signed(b - a))
    return table


def _differs(row: LayerDifference) -> bool:
    times = (row.difference_ns, row.change("compute_ns"), row.change("moving_ns"))
    moved = "->" in row.home or row.change("dma_bytes") != 0
    return moved or max(map(abs, times)) > LEAST_NS or (row.a is None) != (row.b is None)


def _layer(row: LayerDifference, scale: float) -> list[str]:
    a, b = row.exposed_ns
    return [
        printable(row.name) or "(no layer)",
        row.home,
        "" if row.a is None else f"{a * scale:,.0f}",
        "" if row.b is None else f"{b * scale:,.0f}",
        _signed(row.difference_ns * scale),
        "only A" if row.b is None else "only B" if row.a is None else "" if row.ratio is None else f"{row.ratio:.2f}x",
        _signed(row.change("compute_ns") * scale),
        _signed(row.change("moving_ns") * scale),
        _signed(row.change("dma_bytes")),
    ]


def _lanes(found: Comparison) -> Table:
    columns = ("instructions", "waits", "busy", "stalled", "idle")
    table = _table("engines: A -> B, times as shares of the total", "engine", *columns)
    for name, (a, b) in found.lanes.items():
        cells = zip(_lane(found.a, a), _lane(found.b, b), strict=True)
        table.add_row(printable(name), *(left if left == right else f"{left} -> {right}" for left, right in cells))
    return table


def _lane(record: Record, lane: Lane | None) -> Sequence[str]:
    if lane is None:
        return ["none"] * 5
    total = lane.busy_ns + lane.stall_ns + lane.idle_ns or record.total_ns or 1.0
    shares = (f"{ns / total:.1%}" for ns in (lane.busy_ns, lane.stall_ns, lane.idle_ns))
    return [f"{lane.instructions:,}", f"{lane.waits:,}", *shares]


def _stalls(found: Comparison) -> Table:
    table = _table("stalls by reason, summed over the engines", "reason", "A", "B", "difference", "")
    changed = [row for row in found.stalls_ns.items() if max(row[1]) > LEAST_NS]
    for reason, (a, b) in sorted(changed, key=lambda row: -abs(row[1][1] - row[1][0])):
        table.add_row(printable(reason), time_text(a), time_text(b), _time(b - a), percent(a, b))
    return table

"""A profile as tables for people."""

from collections.abc import Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from accelc.profile.summary import LaneUse, NodeCost, Summary
from accelc.report.text import printable, time_text

WIDTH = 200
"""Columns where the output is no terminal."""
NODES = 20
"""Nodes that are listed, the longest."""


def print_profile(name: str, summary: Summary, file: TextIO) -> None:
    """Totals, engines with their stalls, the longest stalls, and the nodes that take longest."""
    console = Console(file=file, highlight=False, markup=False, width=None if file.isatty() else WIDTH)
    console.print(printable(f"{name} on {summary.target}"))
    _print_lanes(console, summary)
    _print_stalls(console, summary)
    _print_nodes(console, summary.nodes)
    for label, text in _facts(summary):
        console.print(f"{label:<11} {text}", soft_wrap=True)


def _facts(summary: Summary) -> list[tuple[str, str]]:
    traffic = summary.traffic
    facts = [
        (
            "time",
            f"{time_text(summary.total_ns)}: accelerator {time_text(summary.accelerator_ns)}, "
            f"host and transfers {time_text(summary.host_ns)}",
        ),
        ("array", f"MFU {summary.mfu:.1%}, busy {summary.array_busy:.1%}, {summary.macs:,} MACs"),
        ("HBM", f"MBU {summary.mbu:.1%}, {_roles(traffic.hbm_bytes)}"),
    ]
    if summary.intensity is not None:
        side = "above: the array bounds it" if summary.intensity > summary.machine_intensity else "below: HBM bounds it"
        facts.append(
            (
                "intensity",
                f"{summary.intensity:.1f} operations per byte of HBM traffic, the machine's is "
                f"{summary.machine_intensity:.1f} ({side})",
            )
        )
    if traffic.transfers:
        lost = traffic.shared_ns / traffic.busy_ns if traffic.busy_ns else 0.0
        facts.append(
            (
                "DMA",
                f"{traffic.transfers:,} transfers of {traffic.mean_bytes:,.0f} bytes on average; sharing engines and "
                f"HBM takes {lost:.1%} of their time",
            )
        )
    if traffic.slow:
        facts.append(
            (
                "warning",
                f"{traffic.slow:,} of {traffic.transfers:,} transfers are too small or scattered: they move "
                f"{traffic.slow_bytes / max(traffic.bytes, 1):.1%} of the bytes in "
                f"{traffic.slow_ns / max(traffic.busy_ns, 1e-9):.1%} of the time, at less than half of the bandwidth",
            )
        )
    return facts


def _roles(hbm_bytes: dict[str, int]) -> str:
    parts = ", ".join(f"{role} {count:,}" for role, count in hbm_bytes.items() if count)
    return f"{sum(hbm_bytes.values()):,} bytes" + (f" ({parts})" if parts else "")


def _table(title: str, *columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _share(value: float) -> str:
    return f"{value:.1%}" if value >= 0.0005 else ""


def _print_lanes(console: Console, summary: Summary) -> None:
    """Shares of the total time by lane; reasons that nowhere occur have no column."""
    shown = [reason for reason in summary.stall_ns if any(_share(lane.stalls[reason]) for lane in summary.lanes)]
    columns = ("instructions", "busy", *shown, "idle")
    table = _table("share of the time by engine and reason of stalls", "engine", *columns, right=columns)
    for lane in summary.lanes:
        table.add_row(*_lane_row(lane, shown))
    console.print(table)


def _lane_row(lane: LaneUse, shown: Sequence[str]) -> list[str]:
    stalls = (_share(lane.stalls[reason]) for reason in shown)
    return [lane.lane, f"{lane.instructions:,}", f"{lane.busy:.1%}", *stalls, f"{lane.idle:.1%}"]


def _print_stalls(console: Console, summary: Summary) -> None:
    if not summary.top_stalls:
        return
    right = ("time", "times")
    table = _table("longest stalls", "time", "times", "engine", "reason", "at", "waits for", "semaphore", right=right)
    for stall in summary.top_stalls:
        source = f"{stall.producer_lane} {stall.producer_node}".strip()
        names = ", ".join(stall.semaphores[:2])
        more = len(stall.semaphores) - 2
        names += f" and {more} more" if more > 0 else ""
        table.add_row(
            time_text(stall.ns),
            f"{stall.count:,}",
            stall.lane,
            stall.reason,
            *map(printable, (stall.node, source, names)),
        )
    console.print(table)


def _print_nodes(console: Console, nodes: Sequence[NodeCost]) -> None:
    if not nodes:
        return
    longest = sorted(nodes, key=lambda node: -max(node.compute_ns, node.moving_ns))[:NODES]
    title = "nodes" if len(nodes) <= NODES else f"the {NODES} longest of {len(nodes)} nodes"
    right = ("computes", "moves", "array", "HBM bytes", "operations/byte", "at least")
    table = _table(title, "node", *right, "limit", "longest stall", right=right)
    for node in longest:
        reason, ns = max(node.stall_ns.items(), key=lambda pair: pair[1])
        table.add_row(
            printable(node.node) or "(no name)",
            time_text(node.compute_ns),
            time_text(node.moving_ns),
            "" if node.utilization is None else f"{node.utilization:.1%}",
            f"{node.hbm_bytes:,}",
            "" if node.intensity is None else f"{node.intensity:.1f}",
            time_text(node.bound_ns),
            node.limit,
            f"{reason} {time_text(ns)}" if ns else "",
        )
    console.print(table)

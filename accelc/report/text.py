"""What a run found, as tables for people."""

from collections.abc import Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from accelc.driver import CompiledModel, RunResult
from accelc.isa.program import Program
from accelc.report.figures import (
    LayerRow,
    engine_times,
    layer_rows,
    memory_use,
    placement_rows,
    race_count,
    tensor_cycles,
)
from accelc.runtime.execute import ExecutionResult
from accelc.targets.model import Target

MIN_WIDTH = 100
"""Columns of a table that is not printed on a terminal."""


def print_run(result: RunResult, file: TextIO) -> None:
    """Layers, engines, memories, totals, the bound and the comparison of a run."""
    console = new_console(file)
    compiled, execution = result.compiled, result.execution
    console.print(printable(f"{result.model} on {compiled.target.name}, precision {compiled.options.precision}"))
    rows = layer_rows(compiled.program, execution, compiled.target, compiled.ideal_cycles)
    _print_layers(console, rows)
    _print_machine(console, execution, compiled.target)
    bound = compiled.lower_bound
    total = execution.total_ns
    ratio = (
        f"{total / bound.ns:.2f}x the lower bound of {time_text(bound.ns)} ({bound.limit})" if bound.ns else "no bound"
    )
    homes = ", ".join(f"{compiled.count(home)} {home}" for home in ("accelerator", "host", "framework"))
    facts = [
        ("operations", homes),
        ("time", f"{time_text(total)}, {ratio}"),
        ("array", _array(result)),
        (
            "sync",
            f"{compiled.sync_emitted} waits for {compiled.sync_required} required orders, "
            f"{race_count(execution)} races",
        ),
        (
            "seconds",
            f"import {compiled.import_seconds:.2f}, compile {compiled.compile_seconds:.2f}, "
            f"simulate {result.simulate_seconds:.2f}, reference {result.reference_seconds:.2f}",
        ),
    ]
    comparison = result.comparison
    if comparison is not None:
        verdict = "within tolerance" if comparison.within_tolerance else "NOT within tolerance"
        facts.append(
            (
                "reference",
                f"{comparison.oracle}: {verdict}, max abs error {comparison.max_abs_error:.3g}, "
                f"max rel error {comparison.max_rel_error:.3g}, cosine {comparison.cosine:.7f}",
            )
        )
        facts += [("", reason) for reason in result.passed_over]
    print_facts(console, facts)


def print_simulation(name: str, program: Program, target: Target, execution: ExecutionResult, file: TextIO) -> None:
    """Layers, engines, memories and totals of a program from a file."""
    console = new_console(file)
    console.print(printable(f"{name} on {target.name}"))
    _print_layers(console, layer_rows(program, execution, target, {}))
    _print_machine(console, execution, target)
    print_facts(
        console,
        [
            ("time", time_text(execution.total_ns)),
            ("array", f"{tensor_cycles(execution)} busy cycles"),
            ("races", str(race_count(execution))),
        ],
    )


def print_placements(compiled: CompiledModel, file: TextIO) -> None:
    """Every operation with its home, the rule that decided and the reason."""
    table = new_table("node", "operation", "home", "rule", "reason")
    for row in placement_rows(compiled):
        table.add_row(*map(printable, row))
    new_console(file).print(table)


def new_console(file: TextIO) -> Console:
    """A console that is wide where it is not a terminal."""
    if file.isatty():
        return Console(file=file, highlight=False, markup=False)
    return Console(file=file, highlight=False, markup=False, width=MIN_WIDTH * 2)


def new_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A table with titles of columns, those in `right` aligned to the right."""
    table = Table(box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _print_layers(console: Console, rows: Sequence[LayerRow]) -> None:
    numbers = ("cycles", "utilization", "bytes", "ends at")
    table = new_table("layer", "placement", "work", *numbers, right=numbers)
    for row in rows:
        share = "" if row.utilization is None else f"{row.utilization:.1%}"
        name = printable(f"{row.name} ({row.count} times)" if row.count > 1 else row.name)
        table.add_row(name, row.home, row.ops, f"{row.cycles:,.0f}", share, f"{row.nbytes:,}", time_text(row.end_ns))
    console.print(table)


def _print_machine(console: Console, execution: ExecutionResult, target: Target) -> None:
    numbers = ("instructions", "busy", "stalled", "idle")
    table = new_table("engine", *numbers, right=numbers)
    total = execution.total_ns or 1.0
    for lane, row in engine_times(execution, target).items():
        # A lane whose only instruction is its HALT did not take part.
        if row["instructions"] > 1:
            shares = (f"{row[key] / total:.1%}" for key in ("busy_ns", "stall_ns", "idle_ns"))
            table.add_row(lane, f"{row['instructions']:,.0f}", *shares)
    console.print(table)
    numbers = ("capacity", "peak")
    table = new_table("memory", *numbers, right=numbers)
    for space, use in memory_use(execution, target).items():
        table.add_row(space, f"{use['capacity_bytes']:,}", f"{use['peak_bytes']:,}")
    console.print(table)


def _array(result: RunResult) -> str:
    target = result.compiled.target
    busy = tensor_cycles(result.execution)
    ideal = sum(result.compiled.ideal_cycles.values())
    total = result.execution.total_ns * target.time.cycles_per_ns("tensor")
    return f"{busy:,} busy cycles, utilization {ideal / total:.1%} of {total:,.0f} cycles" if total else "not used"


def print_facts(console: Console, facts: Sequence[tuple[str, str]]) -> None:
    """One line each, name and text."""
    for name, text in facts:
        console.print(f"{name:<11} {text}", soft_wrap=True)


def printable(text: str) -> str:
    """`text` without characters that would do things to a terminal: names come from files."""
    return "".join(character if character.isprintable() else "?" for character in text)


def time_text(nanoseconds: float) -> str:
    """A time with three digits in its largest unit."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3f} {unit}"
    return f"{nanoseconds:.0f} ns"

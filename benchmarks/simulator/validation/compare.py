"""Cycle and bits of every row of every product, from the simulator and from a model of the array."""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.simulator.validation.machine import Engine, Load, Observed, Product
from benchmarks.simulator.validation.pe_array import Array, PEArray
from benchmarks.simulator.validation.streams import Simulated, Stream, simulate_stream


@dataclass
class Totals:
    """What was compared so far, and what differed, in words."""

    products: int = 0
    rows: int = 0
    cycles: int = 0
    starts: int = 0
    differences: list[str] = field(default_factory=lambda: list[str]())
    shapes: set[tuple[int, int]] = field(default_factory=lambda: set[tuple[int, int]]())


def compare_stream(stream: Stream, totals: Totals, array: PEArray | None = None) -> None:
    """Runs a stream through the simulator and register by register, and adds what was found to `totals`."""
    seen = Engine(stream.machine, stream.program, array).run()
    compare_observed(stream, simulate_stream(stream), seen, totals)


def compare_observed(stream: Stream, simulated: Simulated, seen: Observed, totals: Totals) -> None:
    """
    Compares issue and start of all instructions, and the rows of all products.

    The simulator says when the last row of a product is visible; those before follow it backwards, one every `steps`
    cycles. A row leaves the array one cycle and the write latency before it is visible.
    """
    times, machine = simulated.times, stream.machine
    totals.shapes.add((machine.shape.rows, machine.shape.cols))
    totals.products += stream.products
    totals.rows += stream.rows
    totals.cycles += seen.cycles
    for name, found, said in (("issued", seen.issue, times.issue), ("started", seen.start, times.start)):
        for number, cycle in found.items():
            totals.starts += 1
            if cycle != int(said[number]):
                totals.differences.append(f"instruction {number} {name}: cycle {cycle}, simulator {int(said[number])}")
    contents = iter(simulated.contents)
    for number, one in enumerate(stream.program):
        if isinstance(one, Product):
            _compare_rows(stream, number, one, int(times.complete[number]), next(contents), seen, totals)
        elif isinstance(one, Load) and int(times.read[number]) <= int(times.start[number]):
            totals.differences.append(f"instruction {number}: the load takes no time")


def _compare_rows(
    stream: Stream, number: int, one: Product, complete: int, contents: Array, seen: Observed, totals: Totals
) -> None:
    count, machine = one.moving.shape[1], stream.machine
    rows = seen.rows.get(number, [])
    if len(rows) != count:
        totals.differences.append(f"product {number}: {len(rows)} rows of {count}")
        return
    for at, row in enumerate(rows):
        visible = complete - (count - 1 - at) * machine.steps
        leaves = visible - 1 - machine.write_latency
        if (row.leaves, row.visible) != (leaves, visible):
            totals.differences.append(
                f"product {number} row {at}: leaves in {row.leaves} and is visible in {row.visible}, "
                f"simulator {leaves} and {visible}"
            )
        if row.values.astype(contents.dtype).tobytes() != np.ascontiguousarray(contents[:, at]).tobytes():
            totals.differences.append(f"product {number} row {at}: {row.values}, simulator {contents[:, at]}")

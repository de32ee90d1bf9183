"""
Figures of the array: cycle and bits of every row of random products, against models written independently.

The peer is `validation.machine`, a tensor engine in NumPy register by register, and `validation/systolic.v`, the same
array in Verilog, simulated with Icarus Verilog. Instructions are real records, timed by `CoreTimer` and executed by
`CoreExecutor`. Data of the NumPy model are bf16, fp32 and int8, compared in the bits of the accumulators; those of the
Verilog array are int8, so that its integer arithmetic is exact. Seeds are 0, 1, ...
"""

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Measurement
from benchmarks.simulator.validation.compare import Totals, compare_stream
from benchmarks.simulator.validation.streams import random_machine, random_stream
from benchmarks.simulator.validation.verilog import compare_verilog, find_simulator

SHAPES = ((1, 1), (1, 7), (5, 1), (2, 3), (4, 4), (4, 6), (6, 4), (8, 8), (3, 17), (16, 16), (32, 8), (24, 40))
"""Rows and columns of PEs; `LARGE` ones get a tenth of the products."""
LARGE = ((64, 64), (128, 128), (128, 32))
DTYPES = ("bf16", "int8", "fp32")
PRODUCTS, REDUCED_PRODUCTS = 10_800, 192
STREAM = 40
"""Products in a stream; every stream has a machine of its own."""
VERILOG_SHAPES = ((4, 4), (4, 6), (6, 4), (8, 8), (16, 16))
VERILOG_PRODUCTS, REDUCED_VERILOG_PRODUCTS = 10_400, 100


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes a fiftieth of the products."""
    totals = Totals()
    for seed, shape, products in _plan(REDUCED_PRODUCTS if reduced else PRODUCTS, reduced):
        rng = np.random.default_rng(seed)
        dtype = DTYPES[seed % len(DTYPES)]
        compare_stream(random_stream(rng, random_machine(rng, shape, dtype), dtype, products), totals)
    yield from _figures("register by register", totals)
    if find_simulator() is None:
        yield Measurement.reported(
            "array: Verilog not compared, iverilog is not installed (apt install iverilog)", 0, ""
        )
        return
    totals = Totals()
    each = (REDUCED_VERILOG_PRODUCTS if reduced else VERILOG_PRODUCTS) // len(VERILOG_SHAPES)
    for seed, shape in enumerate(VERILOG_SHAPES):
        rng = np.random.default_rng(seed)
        for from_top in (False, True):
            compare_verilog(rng, shape, from_top, each // 2, totals)
    yield from _figures("Verilog", totals)


def _plan(products: int, reduced: bool) -> Iterator[tuple[int, tuple[int, int], int]]:
    """(seed, shape, products) of every stream."""
    seed, length = 0, 4 if reduced else STREAM
    while products > 0:
        large = seed % 16 == 15
        shape = LARGE[seed // 16 % len(LARGE)] if large else SHAPES[seed % 16 % len(SHAPES)]
        count = min(products, length)
        yield seed, shape, count
        seed, products = seed + 1, products - count


def _figures(name: str, totals: Totals) -> Iterator[Measurement]:
    title = f"array: {name}, {totals.products} products of {len(totals.shapes)} shapes"
    yield Measurement.reported(f"{title}, rows compared", totals.rows, "")
    yield Measurement.reported(f"{title}, cycles", totals.cycles, "")
    if totals.starts:
        yield Measurement.reported(f"{title}, issues and starts compared", totals.starts, "")
    yield Measurement.at_most(f"{title}, cycles or bits that differ", len(totals.differences), "", 0, 0)

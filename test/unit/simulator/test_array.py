"""The array's timing against an independent model that moves every operand from PE to PE, cycle by cycle."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.isa.table import Opcode
from accelc.simulator import simulate
from accelc.targets import load_target

TINY = load_target("tiny")
ROWS, COLS = TINY.tensor.rows, TINY.tensor.cols
Array = npt.NDArray[Any]


@dataclass
class Load:
    """Weights [ROWS, columns] that enter one column per cycle from `start` on."""

    weights: Array
    start: int = -1


@dataclass
class Product:
    """Moving operand [ROWS, n] that enters one element per row and cycle from `start` on."""

    moving: Array
    swap: bool
    start: int = -1


def shifted_right(state: Array, entering: Array) -> Array:
    """State of all PEs one cycle later when everything moves to the right neighbour."""
    return np.concatenate([entering[:, None], state[:, :-1]], axis=1)


def array_by_pe(
    loads: list[Load], products: list[Product], cycles: int
) -> dict[tuple[int, int], list[tuple[int, Any]]]:
    """
    (product, column) -> [(cycle, value)] of every result that leaves the bottom of the array.

    Row r of everything that enters from the left is delayed by r cycles. A weight travels right with the number of
    the column that keeps it in its shadow register; the swap travels with the first moving element.
    """
    shadow, active = np.zeros((2, ROWS, COLS))
    value, total = np.zeros((2, ROWS, COLS))
    owner, swap = np.full((ROWS, COLS), -1), np.zeros((ROWS, COLS), bool)
    weight, column = np.zeros((ROWS, COLS)), np.full((ROWS, COLS), -1)
    results: dict[tuple[int, int], list[tuple[int, Any]]] = {}
    for cycle in range(cycles):
        entering = {"value": np.zeros(ROWS), "owner": np.full(ROWS, -1), "swap": np.zeros(ROWS, bool)}
        weights, columns = np.zeros(ROWS), np.full(ROWS, -1)
        for row in range(ROWS):
            for number, product in enumerate(products):
                n = cycle - row - product.start
                if 0 <= n < product.moving.shape[1]:
                    assert entering["owner"][row] == -1, "two products enter at once"
                    entering["value"][row], entering["owner"][row] = product.moving[row, n], number
                    entering["swap"][row] = product.swap and n == 0
            for load in loads:
                c = cycle - row - load.start
                if 0 <= c < load.weights.shape[1]:
                    assert columns[row] == -1, "two loads enter at once"
                    weights[row], columns[row] = load.weights[row, c], c
        value = shifted_right(value, entering["value"])
        owner = shifted_right(owner, entering["owner"])
        swap = shifted_right(swap, entering["swap"])
        weight, column = shifted_right(weight, weights), shifted_right(column, columns)
        active = np.where(swap, shadow, active)
        shadow = np.where(column == np.arange(COLS), weight, shadow)
        total = np.concatenate([np.zeros((1, COLS)), total[:-1]]) + active * value
        for c in range(COLS):
            if owner[-1, c] >= 0:
                results.setdefault((int(owner[-1, c]), c), []).append((cycle + 1, total[-1, c]))
    return results


@st.composite
def work(draw: st.DrawFn) -> list[Load | Product | int]:
    """Loads, products and pauses in an order that the array accepts."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    steps: list[Load | Product | int] = []
    pending = False
    for _ in range(draw(st.integers(2, 12))):
        kind = draw(st.sampled_from(("pair", "again", "pause")))
        if kind == "pause":
            steps.append(draw(st.integers(0, 30)))
        elif kind == "pair" and not pending:
            columns = draw(st.integers(1, COLS))
            steps.append(Load(rng.integers(-9, 10, (ROWS, columns)).astype(float)))
            pending = True
        else:
            swap = pending and draw(st.booleans())
            if not swap and not any(isinstance(step, Product) for step in steps):
                continue
            steps.append(Product(rng.integers(-9, 10, (ROWS, draw(st.integers(1, 16)))).astype(float), swap))
            pending = pending and not swap
    return steps


def records(steps: list[Load | Product | int]) -> tuple[list[Records], list[int]]:
    """Instructions of the steps and the delay table."""
    result: list[Records] = []
    delays: list[int] = []
    columns = loaded = COLS
    for step in steps:
        if isinstance(step, int):
            result.append(encode.delay_records(0, len(delays)))
            delays.append(step)
            continue
        shape = step.weights.shape if isinstance(step, Load) else step.moving.shape
        operand = encode.operands(Space.SBUF, "bf16", 0, ROWS, 0, [shape[1]], [1])
        if isinstance(step, Load):
            loaded = shape[1]
            result.append(encode.load_stationary_records(0, operand))
        else:
            columns = loaded if step.swap else columns
            out = encode.operands(Space.PSUM, "fp32", 0, columns, 0, [shape[1]], [1])
            result.append(encode.matmul_records(0, out, operand, swap=step.swap))
    return result, delays


@given(work())
@settings(max_examples=40, deadline=None)
def test_every_result_leaves_the_array_when_the_formulas_say(steps: list[Load | Product | int]) -> None:
    instructions, delays = records(steps)
    stream = np.concatenate([*instructions, encode.control_records(0, Opcode.HALT)])
    timed = simulate([{"tensor": stream}], TINY, functional=False, races=False, delays=delays).cores[0].times["tensor"]
    loads, products, done = list[Load](), list[Product](), list[int]()
    for step, start, complete in zip(steps, timed.start.tolist(), timed.complete.tolist(), strict=False):
        if isinstance(step, int):
            continue
        step.start = start
        if isinstance(step, Load):
            loads.append(step)
        else:
            products.append(step)
            done.append(complete)
    seen = array_by_pe(loads, products, int(timed.complete.max()) + 1)

    weights, swaps = np.zeros((ROWS, COLS)), iter(loads)
    for number, (product, complete) in enumerate(zip(products, done, strict=True)):
        if product.swap:
            loaded = next(swaps).weights
            # Columns that a narrower load leaves alone keep older weights; their results are not written.
            weights = loaded
        expected = weights.T @ product.moving
        for c in range(weights.shape[1]):
            cycles, values = zip(*seen[number, c], strict=True)
            assert list(cycles) == [product.start + n + ROWS + c for n in range(product.moving.shape[1])]
            assert list(values) == expected[c].tolist()
        last = product.start + product.moving.shape[1] - 1 + ROWS + COLS - 1
        assert complete == last + 1 + TINY.tensor.psum_write_latency

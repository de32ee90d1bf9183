"""The block-time model against one block at a time, and what closed form and search promise."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.tiles.blocks import block_order
from accelc.analysis.tiles.chain import (
    Layer,
    LayerTimes,
    chain_time,
    closed_form_orders,
    search_orders,
    uniform_orders,
)
from accelc.analysis.tiles.order import Order


def _chain(random: Random, layers: int, most: int) -> list[Layer]:
    """Layers of random sizes, ragged column blocks and dependencies; every output is needed by some input."""
    chain: list[Layer] = []
    columns = random.randint(1, 2)
    rows = random.randint(1, most)
    for index in range(layers):
        steps, rows = rows, random.randint(1, most)
        needs = None
        if index:
            needs = np.kron(np.eye(steps, dtype=np.bool_), np.eye(columns, dtype=np.bool_))
            needs |= np.array([random.random() < 0.1 for _ in range(needs.size)]).reshape(needs.shape)
        sizes = [float(random.randint(1, 9)) for _ in range(columns)]
        times = LayerTimes(
            tuple(sizes),
            tuple(float(random.randint(0, 9)) for _ in range(rows)),
            tuple(float(random.randint(0, 20)) for _ in range(columns)),
            tuple(float(random.randint(0, 12)) for _ in range(columns)),
            float(random.randint(0, 30)),
        )
        chain.append(Layer((rows, columns, steps), times, random.randint(1, rows * columns), needs))
    return chain


def _one_by_one(layers: list[Layer], orders: list[Order]) -> tuple[float, float]:
    """Idle and total time, block after block."""
    end = begin = engine = work = 0.0
    origin: float | None = None
    arrivals: list[float] = []
    for layer, order in zip(layers, orders, strict=True):
        times = layer.times
        held: tuple[int, int] | None = None
        _, n, k = layer.grid
        visible = [0.0] * (layer.grid[0] * n)
        blocks: list[tuple[int, int, int]] = block_order(
            *layer.grid, order.strategy, order.switch, order.panel
        ).tolist()
        for i, j, s in blocks:
            loaded = begin + times.loads[i] if held != (i, s) else 0.0
            held = (i, s)
            row: list[int] = [] if layer.needs is None else np.flatnonzero(layer.needs[s * n + j]).tolist()
            begin = max(end, loaded, *(arrivals[output] for output in row), 0.0)
            origin = begin if origin is None else origin
            end = begin + times.products[j]
            work += times.products[j]
            if s == k - 1:
                engine = max(engine, end + times.drains[j]) + times.evacuations[j]
                visible[i * n + j] = engine + times.visible
        arrivals = visible
    assert origin is not None
    return end - origin - work, max(arrivals) - origin


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 5))
def test_model_is_that_of_single_blocks(seed: int, count: int, most: int) -> None:
    """Max-plus prefix maxima give the times of a loop over blocks, whatever the orders."""
    random = Random(seed)
    layers = _chain(random, count, most)
    orders = [random.choice(layer.orders) for layer in layers]
    assert tuple(chain_time(layers, orders)) == pytest.approx(_one_by_one(layers, orders))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 6))
def test_neither_closed_form_nor_search_is_worse_than_a_baseline(seed: int, count: int, most: int) -> None:
    """Search is never worse than the closed form, nor that than row or column order for all layers."""
    layers = _chain(Random(seed), count, most)
    closed = chain_time(layers, closed_form_orders(layers)).total
    searched = chain_time(layers, search_orders(layers)).total
    baselines = uniform_orders(layers)
    assert searched <= closed <= min(chain_time(layers, baselines[name]).total for name in ("row", "column"))
    assert searched <= chain_time(layers, baselines["alternate"]).total


def test_closed_form_hides_the_propagation() -> None:
    """Four layers of 6 x 6 blocks and a delay of 10 block times: rows idle 5 times between layers, switching never."""
    times = LayerTimes((1.0,), (0.0,) * 6, (10.0,), (0.0,), 0.0)
    layers = [Layer((6, 1, 6), times, 6, np.eye(6, dtype=np.bool_) if index else None) for index in range(4)]
    baselines = uniform_orders(layers)
    assert chain_time(layers, baselines["row"]).idle == 3 * 5
    assert chain_time(layers, closed_form_orders(layers)).idle == 0
    assert layers[0].closed_form() == Order("switch", 4, 6)


def test_long_contractions_try_spaced_switches() -> None:
    """More than 32 steps: a grid of switches, the closed form among them."""
    layer = Layer((2, 1, 100), LayerTimes((1.0,), (0.0, 0.0), (7.0,), (0.0,), 0.0), 2)
    switches = [order.switch for order in layer.orders if order.strategy == "switch"]
    assert len(switches) <= 33
    assert layer.closed_form() == Order("switch", 93, 2)
    assert 93 in switches


def test_propagation_is_that_of_the_slowest_column() -> None:
    """Draining and evacuating one output, whichever takes longest, and the way to the next product."""
    assert LayerTimes((1.0, 1.0), (0.0,), (2.0, 5.0), (6.0, 1.0), 3.0).propagation == 11.0

"""
Block orders for a chain of matrix products, each reading what was evacuated of the one before (S6).

A block-time model in max-plus form: the array takes blocks in order, a block starts when its stationary tile is loaded
and its input has arrived; an output drains, is evacuated by one engine in order of completion, and arrives at the next
product later. The model evaluates many orders of one product at once, which makes a search over the switching points
of a whole chain cheap. The closed form is `blocks.switch_point`; the search is coordinate descent from several
starts, as in the systems page. All times are in one unit of the caller's choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from accelc.analysis.tiles.blocks import block_order, switch_point
from accelc.analysis.tiles.order import Order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Needs = npt.NDArray[np.bool_]

MOST_SWITCHES = 32
"""Switching points tried of one product and panel; a finer grid gains less than one part in 32 of the product."""


@dataclass(frozen=True)
class LayerTimes:
    """
    What the blocks of one product cost.

    `products[j]` is the time of a block product in column block `j` and `drains[j]` that from its end until an engine
    that waits for its results begins to read them; `loads[i]` the time of a stationary tile of row block `i`;
    `evacuations[j]` the time the evacuating engine is busy with an output, and `visible` that from the end of it until
    a product that waits for the result begins.
    """

    products: tuple[float, ...]
    loads: tuple[float, ...]
    drains: tuple[float, ...]
    evacuations: tuple[float, ...]
    visible: float

    @property
    def propagation(self) -> float:
        """Longest time from the end of an output's last block product until the next product can read it."""
        return max(map(sum, zip(self.drains, self.evacuations, strict=True))) + self.visible


@dataclass(frozen=True, eq=False)
class Layer:
    """
    One product of a chain: `grid` blocks along m, n and the contraction, at most `panel` outputs accumulated at a time.

    `needs[s * n + j, o]` says whether input block (s, j) is made of output `o` of the product before (in row order of
    its output blocks); None: the product reads nothing of it.
    """

    grid: tuple[int, int, int]
    times: LayerTimes
    panel: int
    needs: Needs | None = None

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """Orders to choose from: row, column, every switch between them, diagonal; in full panels and in rows."""
        m, n, k = self.grid
        found = [Order("row", 0, 1)]
        if k > 1 and m * n > 1:
            for panel in sorted({min(self.panel, m * n), min(self.panel, n)} - {1}):
                found.append(Order("column", 0, panel))
                found += [Order("switch", switch, panel) for switch in self._switches(panel)]
                found.append(Order("diagonal", 0, panel))
        return tuple(found)

    @cached_property
    def work(self) -> float:
        """Time the array computes."""
        m, _, k = self.grid
        return m * k * sum(self.times.products)

    @cached_property
    def plan(self) -> "_Plan":
        """Block sequences of all `orders`."""
        return _Plan.of(self)

    def _switches(self, panel: int) -> list[int]:
        """Steps after which to turn to rows: all of them, or evenly spaced ones and that of the closed form."""
        k = self.grid[2]
        spaced = {round(k * part / MOST_SWITCHES) for part in range(MOST_SWITCHES)} | {self._closed_switch(panel)}
        return sorted(spaced - {0, k}, reverse=True) if k > MOST_SWITCHES else list(range(k - 1, 0, -1))

    def _closed_switch(self, panel: int) -> int:
        mean = sum(self.times.products) / self.grid[1]
        switch = switch_point(panel, self.grid[2], self.times.propagation / mean)
        return 0 if switch is None else switch

    def closed_form(self) -> Order:
        """
        Columns first, rows from the last switch on that hides the propagation; row order if none does.

        With several panels each turns after the same number of steps.
        """
        m, n, k = self.grid
        panel = min(self.panel, m * n)
        switch = self._closed_switch(panel)
        if len(self.orders) == 1 or switch == 0:
            return self.orders[0]
        return self.column() if switch == k else Order("switch", switch, panel)

    def column(self) -> Order:
        """Column order in panels as large as possible, row order where there is nothing to choose."""
        columns = [order for order in self.orders if order.strategy == "column"]
        return max(columns, key=lambda order: order.panel, default=self.orders[0])


class _Plan(NamedTuple):
    """Per order (axis 0): input of every block, offsets of block starts without stalls, last blocks and outputs."""

    inputs: Ints
    starts: Floats
    busy: Floats
    first_load: Floats
    ends: Ints
    outputs: Ints

    @staticmethod
    def of(layer: Layer) -> "_Plan":
        grid, times = layer.grid, layer.times
        _, n, k = grid
        blocks = np.stack([_blocks(grid, order) for order in layer.orders])
        i, j, s = blocks[..., 0], blocks[..., 1], blocks[..., 2]
        busy = np.array(times.products)[j]
        fresh = np.ones(i.shape, np.bool_)
        fresh[:, 1:] = (i[:, 1:] != i[:, :-1]) | (s[:, 1:] != s[:, :-1])
        load = np.where(fresh, np.array(times.loads)[i], 0.0)
        steps = np.maximum(busy[:, :-1], load[:, 1:])
        starts = np.concatenate([np.zeros((len(blocks), 1)), np.cumsum(steps, axis=1)], axis=1)
        ends = np.stack([np.flatnonzero(row == k - 1) for row in s])
        outputs = np.take_along_axis(i * n + j, ends, axis=1)
        return _Plan((s * n + j).astype(np.int64), starts, busy, load[:, 0], ends, outputs.astype(np.int64))


@lru_cache(maxsize=4096)
def _blocks(grid: tuple[int, int, int], order: Order) -> npt.NDArray[np.int32]:
    return block_order(*grid, order.strategy, order.switch, order.panel)


class State(NamedTuple):
    """
    After some products of a chain, for several choices (axis 0): when things happen.

    `start` and `end` of the last block, `engine` the end of the last evacuation, `arrivals[:, o]` when output `o` of
    the last product can be read.
    """

    start: Floats
    end: Floats
    engine: Floats
    arrivals: Floats

    @staticmethod
    def initial() -> "State":
        """Nothing has been computed; the array holds no tile."""
        zero = np.zeros(1)
        return State(zero, zero, zero, np.zeros((1, 0)))


def advance(layer: Layer, state: State, orders: Sequence[int]) -> State:
    """
    State after one more product in orders number `orders` of `layer.orders`.

    `state` has one choice, or as many as there are `orders`.
    """
    plan, chosen = layer.plan, np.asarray(orders)
    inputs, offsets = plan.inputs[chosen], plan.starts[chosen]
    first = np.maximum(state.end, state.start + plan.first_load[chosen])[:, None]
    earliest = np.broadcast_to(first, inputs.shape)
    if layer.needs is not None:
        found, needed = np.nonzero(layer.needs)
        arrivals = np.zeros((len(state.arrivals), len(layer.needs)))
        which, begins = np.unique(found, return_index=True)
        arrivals[:, which] = np.maximum.reduceat(state.arrivals[:, needed], begins, axis=1)
        rows = np.arange(len(inputs))[:, None] if len(arrivals) > 1 else 0
        earliest = np.maximum(arrivals[rows, inputs], first)
    # start[b] = max(start[b - 1] + step[b - 1], earliest[b]), for all blocks at once.
    starts = offsets + np.maximum.accumulate(earliest - offsets, axis=1)
    ends = starts + plan.busy[chosen]
    outputs, times = plan.outputs[chosen], layer.times
    column = outputs % layer.grid[1]
    ready = np.take_along_axis(ends, plan.ends[chosen], axis=1) + np.array(times.drains)[column]
    service = np.array(times.evacuations)[column]
    queue = np.cumsum(service, axis=1) - service
    ready[:, 0] = np.maximum(ready[:, 0], state.engine)
    done = queue + np.maximum.accumulate(ready - queue, axis=1) + service
    arrivals = np.empty_like(done)
    np.put_along_axis(arrivals, outputs, done + times.visible, axis=1)
    return State(starts[:, -1], ends[:, -1], done[:, -1], arrivals)


class ChainTime(NamedTuple):
    """
    `idle` of the array between the first and the last block of a chain, and the `total` from the start of the first
    block until another product could read the last output.
    """

    idle: float
    total: float


def chain_time(layers: Sequence[Layer], orders: Sequence[Order]) -> ChainTime:
    """Times of a chain in the given orders. Raises ValueError for an order that is not among those of its layer."""
    state = State.initial()
    for layer, order in zip(layers, orders, strict=True):
        state = advance(layer, state, [layer.orders.index(order)])
    return _time(layers, state, 0)


def _time(layers: Sequence[Layer], state: State, choice: int) -> ChainTime:
    lead = float(layers[0].plan.first_load[0])
    idle = float(state.end[choice]) - lead - sum(layer.work for layer in layers)
    return ChainTime(idle, float(state.arrivals[choice].max()) - lead)


def uniform_orders(layers: Sequence[Layer]) -> dict[str, tuple[Order, ...]]:
    """The baselines: all products in row order, all in column order, and both in turn, columns first."""
    rows = tuple(layer.orders[0] for layer in layers)
    columns = tuple(layer.column() for layer in layers)
    turns = tuple((columns if index % 2 == 0 else rows)[index] for index in range(len(layers)))
    return {"row": rows, "column": columns, "alternate": turns}


def closed_form_orders(layers: Sequence[Layer]) -> tuple[Order, ...]:
    """
    The switch of the closed form in every product that has a successor, row order in the last.

    Falls back to the better of row and column order where the model finds that to be faster: never worse than either.
    """
    switched = (*(layer.closed_form() for layer in layers[:-1]), layers[-1].orders[0])
    closing = (*switched[:-1], layers[-1].closed_form())
    baselines = uniform_orders(layers)
    candidates = (switched, closing, baselines["row"], baselines["column"])
    return min(candidates, key=lambda orders: chain_time(layers, orders).total)


def search_orders(layers: Sequence[Layer], sweeps: int = 2) -> tuple[Order, ...]:
    """
    Orders found by coordinate descent: one product at a time takes the order with which the chain ends first.

    Starts are the closed form and the baselines, so the result is never worse than any of them by the model. `sweeps`
    is the number of times all products are visited from each start.
    """
    best: tuple[float, tuple[Order, ...]] | None = None
    for start in (closed_form_orders(layers), *uniform_orders(layers).values()):
        found = _descend(layers, start, sweeps)
        total = chain_time(layers, found).total
        if best is None or total < best[0]:
            best = (total, found)
    assert best is not None
    return best[1]


def _descend(layers: Sequence[Layer], orders: Sequence[Order], sweeps: int) -> tuple[Order, ...]:
    chosen = [layer.orders.index(order) for layer, order in zip(layers, orders, strict=True)]
    for _ in range(sweeps):
        before = list(chosen)
        state = State.initial()
        for at, layer in enumerate(layers):
            count = len(layer.orders)
            tried = advance(layer, state, range(count))
            for later in range(at + 1, len(layers)):
                tried = advance(layers[later], tried, [chosen[later]] * count)
            totals = tried.arrivals.max(axis=1)
            if totals.min() < totals[chosen[at]]:
                chosen[at] = int(totals.argmin())
            state = advance(layer, state, [chosen[at]])
        if chosen == before:
            break
    return tuple(layer.orders[index] for layer, index in zip(layers, chosen, strict=True))

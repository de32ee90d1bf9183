"""Block orders cover the grid, keep sums in order, and the chosen one is never worse than row or column order."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accelc.analysis.tiles.blocks import (
    BlockTimes,
    block_order,
    choose_order,
    completion_time,
    loads,
    simplest,
    switch_point,
)
from accelc.analysis.tiles.order import STRATEGIES, Order

SIZES = st.integers(1, 5)


@given(SIZES, SIZES, SIZES, st.sampled_from(STRATEGIES), st.integers(0, 5), st.integers(1, 26))
def test_every_block_once_and_sums_in_order(m: int, n: int, k: int, strategy: str, switch: int, panel: int) -> None:
    """Whatever the strategy, and with no more live outputs than the panel allows."""
    blocks = block_order(m, n, k, strategy, min(switch, k), panel)
    found: list[list[int]] = blocks.tolist()
    assert sorted(found) == [[i, j, s] for i in range(m) for j in range(n) for s in range(k)]
    for i in range(m):
        for j in range(n):
            steps = blocks[(blocks[:, 0] == i) & (blocks[:, 1] == j), 2]
            assert steps.tolist() == list(range(k))
    ends = {(i, j): found.index([i, j, k - 1]) for i in range(m) for j in range(n)}
    begins = {output: found.index([*output, 0]) for output in ends}
    assert max(sum(begins[o] <= at <= ends[o] for o in ends) for at in range(len(found))) <= panel


@given(SIZES, SIZES, SIZES, st.sampled_from(STRATEGIES), st.integers(0, 5), st.integers(1, 26))
def test_the_simplest_order_has_the_same_blocks(m: int, n: int, k: int, strategy: str, switch: int, panel: int) -> None:
    """With the name of row or column order where it is one, and without parameters that change nothing."""
    order = Order(strategy, min(switch, k) if strategy == "switch" else 0, panel)
    simple = simplest(order, (m, n, k))
    blocks = block_order(m, n, k, order.strategy, order.switch, order.panel)
    assert block_order(m, n, k, simple.strategy, simple.switch, simple.panel).tolist() == blocks.tolist()
    assert simplest(simple, (m, n, k)) == simple
    if blocks.tolist() == block_order(m, n, k, "row").tolist() and strategy in ("row", "column"):
        assert simple == Order("row")


def test_orders_are_what_their_names_say() -> None:
    """One output at a time, one step at a time, both ends, and panels in turn."""
    outputs = {name: block_order(1, 3, 2, name, 1, 3)[:, 1:].tolist() for name in ("row", "column")}
    assert outputs["row"] == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
    assert outputs["column"] == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    assert block_order(1, 3, 3, "switch", 1, 3)[:, 1:].tolist() == [
        [0, 0], [1, 0], [2, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 1], [2, 2],
    ]  # fmt: skip
    assert block_order(1, 3, 2, "alternate", 0, 2)[:, 1:].tolist() == [[0, 0], [1, 0], [0, 1], [1, 1], [2, 0], [2, 1]]
    assert block_order(1, 3, 2, "diagonal", 0, 3)[:, 1:].tolist() == [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [2, 1]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1, 1, "spiral"), "unknown block order 'spiral'"),
        ((1, 0, 1, "row"), "grid 1 x 0 x 1"),
        ((1, 1, 2, "switch", 3), "switch after 3 columns: legal are 0..2"),
        ((1, 1, 2, "row", 0, 0), "panels of 0"),
    ],
)
def test_illegal_orders(arguments: tuple[int, int, int, str], message: str) -> None:
    """Each is refused with the legal values."""
    with pytest.raises(ValueError, match=message):
        block_order(*arguments)


def test_stationary_tiles_are_shared_in_column_order() -> None:
    """A tile belongs to (i, s): column order loads it once for all j, row order for each."""
    assert int(loads(block_order(2, 4, 3, "row")).sum()) == 2 * 4 * 3
    assert int(loads(block_order(2, 4, 3, "column", panel=8)).sum()) == 2 * 3
    assert int(loads(block_order(2, 4, 1, "row")).sum()) == 2


@given(st.integers(2, 9), st.integers(1, 12), st.floats(0, 20), st.lists(st.floats(0, 60), min_size=12, max_size=12))
@example(3, 1, 5e-324, [0.0] * 12)
def test_switch_point_is_the_largest_that_hides_the_latency(
    rows: int, columns: int, latency: float, arrival: list[float]
) -> None:
    """Against a search over all switches of the formula in S6b."""
    legal = [k for k in range(columns + 1) if (rows - 1) * (columns - k) >= latency]
    expected = max(legal, default=None)
    assert switch_point(rows, columns, latency) == expected
    if expected is not None:
        in_time = all(arrival[j] <= expected * rows + j - expected for j in range(expected, columns))
        assert switch_point(rows, columns, latency, arrival) == (expected if in_time else None)


def test_a_single_output_hides_no_latency() -> None:
    """There is nothing to switch between."""
    assert switch_point(1, 4, 1.0) is None
    assert switch_point(1, 4, 0.0) == 4


@given(SIZES, SIZES, SIZES, st.floats(1, 512), st.floats(0, 128), st.floats(0, 300), st.floats(0, 600))
def test_choice_is_never_worse_than_row_or_column(
    m: int, n: int, k: int, product: float, load: float, latency: float, evacuation: float
) -> None:
    """By the time model it is chosen by."""
    times = BlockTimes((product,) * n, load, latency, (evacuation,) * n)
    order = choose_order(m, n, k, times)
    chosen = completion_time(block_order(m, n, k, order.strategy, order.switch, order.panel), times)
    for strategy in ("row", "column"):
        assert chosen <= completion_time(block_order(m, n, k, strategy, 0, m * n), times)


def test_completion_time_of_a_small_product() -> None:
    """Two outputs of two steps: load 3, four products of 10, then latency 5 and evacuation 7 of the last."""
    times = BlockTimes((10.0, 10.0), 3.0, 5.0, (7.0, 7.0))
    assert completion_time(block_order(1, 2, 2, "row"), times) == 3 + 40 + 5 + 7
    slow = BlockTimes((10.0, 10.0), 3.0, 5.0, (30.0, 30.0))
    assert completion_time(block_order(1, 2, 2, "row"), slow) == 3 + 20 + 5 + 60
    assert completion_time(block_order(1, 2, 2, "column", panel=2), slow) == 3 + 30 + 5 + 60


def test_slow_loads_ask_for_column_order() -> None:
    """A tile that takes longer to load than a block to compute is loaded once."""
    assert choose_order(1, 4, 4, BlockTimes((10.0,) * 4, 256.0, 5.0, (10.0,) * 4)).strategy != "row"
    assert choose_order(1, 4, 4, BlockTimes((512.0,) * 4, 32.0, 5.0, (512.0,) * 4)).strategy == "row"

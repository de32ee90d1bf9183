"""Collectives between chips: their numbers, their times against closed forms, shared links, and cores that wait."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.errors import SimulationError
from accelc.simulator.cluster import Cluster, Collective, Pause
from accelc.simulator.collectives import values
from accelc.simulator.collectives.formulas import collective_ns
from accelc.simulator.collectives.interconnect import Interconnect
from accelc.simulator.collectives.network import Network, Operation, finish_ticks
from accelc.simulator.collectives.plan import ALGORITHMS, BACKWARD, FORWARD, Plan, even_bounds, plan
from accelc.simulator.collectives.sharing import flow_rates
from accelc.simulator.timing.times import NO_DELAYS
from accelc.targets import load_target
from accelc.targets.model import Link

PRESET = load_target("tiny")
TINY = replace(PRESET, topology=replace(PRESET.topology, chips=16))
assert TINY.topology.link is not None
LINK = TINY.topology.link
SHAPES = ("ring", "mesh", "torus", "all-to-all")
GHZ = 1_000_000_000
ranks = st.integers(1, 9)
sizes = st.integers(0, 60)
algorithms = st.sampled_from(ALGORITHMS)
kinds = st.sampled_from(["all-reduce", "reduce-scatter", "all-gather"])
links = st.builds(
    Link,
    kind=st.sampled_from(SHAPES),
    links_per_chip=st.integers(1, 8),
    bytes_per_ns_per_link=st.floats(0.1, 100),
    hop_latency_ns=st.floats(0, 1000),
    algorithms=st.just(ALGORITHMS),
)


def operation(kind: str, algorithm: str, elements: int, chips: Sequence[int], item_bytes: int = 4) -> Operation:
    return Operation(plan(kind, algorithm, even_bounds(elements, len(chips))), chips, item_bytes)


def alone(link: Link, chips: int, operations: Sequence[Operation]) -> list[float]:
    starts = [[0.0] * len(one.chips) for one in operations]
    return finish_ticks(Network(Interconnect(link, chips), GHZ), operations, starts)


def arrays(count: int, elements: int, seed: int) -> list[npt.NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return [(rng.standard_normal(elements) * 1000).astype(np.float32) for _ in range(count)]


@given(ranks, sizes, st.integers(0, 99), st.sampled_from(["float32", "int32", "bfloat16"]))
def test_sums_are_those_of_numpy_in_the_order_of_the_algorithm(n: int, elements: int, seed: int, name: str) -> None:
    dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name, name))
    given_ = [array.astype(dtype) for array in arrays(n, elements, seed)]
    bounds = even_bounds(elements, n)
    expected: dict[str, npt.NDArray[Any]] = {name: np.zeros(elements, dtype) for name in ALGORITHMS}
    for c, (low, high) in enumerate(pairwise(bounds)):
        middle = (low + high + 1) // 2
        orders = [
            ("ring", low, middle, [(c + 1 + k) % n for k in range(n)]),
            ("ring", middle, high, [(c - 1 - k) % n for k in range(n)]),
            ("mesh", low, high, [c, *(rank for rank in range(n) if rank != c)]),
        ]
        for name, first, end, order in orders:
            expected[name][first:end] = reduce(np.add, [given_[rank][first:end] for rank in order])
    for name, array in expected.items():
        for found in values.all_reduce(given_, name):
            assert found.tobytes() == array.tobytes()
        scattered = values.reduce_scatter(given_, name)
        assert np.concatenate(scattered).tobytes() == array.tobytes()
        assert [len(part) for part in scattered] == np.diff(bounds).tolist()


@given(st.lists(sizes, min_size=1, max_size=6), algorithms, st.integers(0, 99))
def test_gathering_puts_arrays_of_any_lengths_behind_one_another(lengths: list[int], algorithm: str, seed: int) -> None:
    given_ = [array[:length] for array, length in zip(arrays(len(lengths), 60, seed), lengths, strict=True)]
    for found in values.all_gather(given_, algorithm):
        assert found.tobytes() == np.concatenate(given_).tobytes()
    assert values.send(given_[0]).tobytes() == given_[0].tobytes()


@given(kinds, algorithms, ranks, sizes)
def test_ring_sends_least_bytes_and_messages_come_behind_what_they_carry(
    kind: str, algorithm: str, n: int, elements: int
) -> None:
    messages: Plan = plan(kind, algorithm, even_bounds(elements, n))
    for index, message in enumerate(messages):
        assert all(before < index and messages[before].destination == message.source for before in message.after)
    moved = sum(message.end - message.begin for message in messages)
    assert moved == (n - 1) * elements * (2 if kind == "all-reduce" else 1)


@given(links, st.integers(1, 12), st.data())
def test_routes_are_shortest_ways_over_existing_channels(link: Link, chips: int, data: st.DataObject) -> None:
    system = Interconnect(link, chips)
    source, destination = data.draw(st.integers(0, chips - 1)), data.draw(st.integers(0, chips - 1))
    near = {source}
    distance = 0
    while destination not in near:
        near |= {there for here, there, _ in system.channels if here in near}
        distance += 1
    routes = system.routes(source, destination)
    for route in routes:
        at = source
        for channel in route:
            assert system.channels[channel][0] == at
            at = system.channels[channel][1]
        assert (at, len(route)) == (destination, distance)
    for direction in (FORWARD, BACKWARD):
        assert set(system.routes(source, destination, direction)) <= set(routes)
    out = [sum(one[0] == chip for one in system.channels) * system.bytes_per_ns for chip in range(chips)]
    assert max(out) <= link.links_per_chip * link.bytes_per_ns_per_link * (1 + 1e-9)


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True), max_size=8),
    st.lists(st.floats(0.5, 10), min_size=5, max_size=5),
)
def test_rates_are_max_min_fair(routes: list[list[int]], capacities: list[float]) -> None:
    rates = flow_rates(routes, capacities)
    used = [sum(rate for rate, route in zip(rates, routes, strict=True) if channel in route) for channel in range(5)]
    assert all(use <= capacity * (1 + 1e-9) for use, capacity in zip(used, capacities, strict=True))
    for rate, route in zip(rates, routes, strict=True):
        # Some channel is full, and no other flow there is faster: raising this one would lower it or an equal one.
        assert any(
            used[channel] == pytest.approx(capacities[channel])
            and all(other <= rate * (1 + 1e-9) for other, way in zip(rates, routes, strict=True) if channel in way)
            for channel in route
        )


@given(links, kinds, algorithms, st.integers(1, 12), st.integers(0, 5000), st.sampled_from([1, 2, 4]))
def test_a_lone_collective_takes_the_time_of_its_closed_form(
    link: Link, kind: str, algorithm: str, n: int, elements: int, item: int
) -> None:
    expected = collective_ns(kind, algorithm, elements, item, Interconnect(link, n))
    (found,) = alone(link, n, [operation(kind, algorithm, elements, range(n), item)])
    if expected is None:
        assert (link.kind in ("mesh", "torus") or {link.kind, algorithm} == {"ring", "mesh"}
                or (link.kind, algorithm) == ("all-to-all", "ring"))  # fmt: skip
        once = n * (n - 1) * (elements // n) * item * (2 if kind == "all-reduce" else 1)
        least = once / (link.links_per_chip * link.bytes_per_ns_per_link * n)
        assert found >= least * (1 - 1e-9)
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "shape", "algorithm", "factor"),
    [
        ("all-reduce", "ring", "ring", 2),
        ("reduce-scatter", "ring", "ring", 1),
        ("all-gather", "ring", "ring", 1),
        ("all-reduce", "all-to-all", "mesh", 2),
    ],
)
def test_closed_forms_are_those_of_the_literature(kind: str, shape: str, algorithm: str, factor: int) -> None:
    n, elements = 8, 4096
    link = replace(LINK, kind=shape, links_per_chip=7)
    hop, transfer = Fraction(20), Fraction(4 * elements, 28)
    ring = factor * (n - 1) * (hop + transfer / n)
    mesh = factor * (hop + Fraction(n - 1, n) * transfer)
    found = collective_ns(kind, algorithm, elements, 4, Interconnect(link, n))
    assert found == pytest.approx(float(ring if algorithm == "ring" else mesh))


def test_a_send_flows_through_all_links_of_its_way_at_once() -> None:
    message = operation("send", "", 1000, [0, 2])
    # Forward and backward are as long in a ring of four: half of the bytes goes each way.
    assert alone(LINK, 4, [message]) == [pytest.approx(2 * 20 + 2000 / 4)]
    assert alone(LINK, 5, [operation("send", "", 1000, [0, 2])]) == [pytest.approx(2 * 20 + 4000 / 4)]


def test_operations_that_share_links_slow_each_other_down() -> None:
    (one,) = alone(LINK, 4, [operation("all-reduce", "ring", 4000, range(4))])
    both = alone(LINK, 4, [operation("all-reduce", "ring", 4000, range(4)) for _ in range(2)])
    bytes_time = one - 6 * LINK.hop_latency_ns
    assert both == [pytest.approx(6 * LINK.hop_latency_ns + 2 * bytes_time)] * 2
    # A short one gets out of the way, after its share.
    long, short = (operation("send", "", elements, [0, 1]) for elements in (1000, 100))
    assert alone(LINK, 3, [long, short]) == [pytest.approx(20 + 4400 / 4), pytest.approx(20 + 800 / 4)]
    apart = alone(LINK, 4, [operation("send", "", 1000, [0, 1]), operation("send", "", 1000, [2, 3])])
    assert apart == alone(LINK, 4, [operation("send", "", 1000, [0, 1])]) * 2


@given(links, algorithms, st.integers(2, 6), st.integers(1, 500), st.data())
def test_bytes_are_conserved_whenever_ranks_come(
    link: Link, algorithm: str, n: int, elements: int, data: st.DataObject
) -> None:
    starts = data.draw(st.lists(st.floats(0, 5000), min_size=n, max_size=n))
    one = operation("all-reduce", algorithm, elements, range(n))
    network = Network(Interconnect(link, n), GHZ)
    (end,) = finish_ticks(network, [one], [starts])
    (early,) = alone(link, n, [operation("all-reduce", algorithm, elements, range(n))])
    assert max(starts) - 1e-6 <= end
    if (link.kind, algorithm) == ("ring", "ring"):
        assert end <= max(starts) + early * (1 + 1e-9) + 1e-3
    expected = sum(
        (message.end - message.begin) * 4 * len(network.interconnect.routes(message.source, message.destination)[0])
        for message in one.plan
    )
    assert sum(network.carried) == pytest.approx(expected)
    assert not any(one.open)


def collective(kind: str, elements: int, cores: Sequence[int], algorithm: str = "ring") -> Collective:
    return Collective(plan(kind, algorithm, even_bounds(elements, len(cores))), 4, tuple(cores))


def run(programs: Sequence[Sequence[Pause | Collective]], chips: Sequence[int], iterations: int = 1) -> Cluster:
    cluster = Cluster(programs, TINY, lambda core, iteration, tick: [NO_DELAYS] * len(programs[core]), chips=chips)
    cluster.run(iterations)
    return cluster


def test_cores_wait_for_the_last_one_and_go_on_when_their_part_is_through() -> None:
    taken = 6 * (20 + 8 * 4 / 4)
    one = collective("all-reduce", 64, range(4))
    late = run([[Pause(100 * core), one, Pause(7)] for core in range(4)], range(4))
    assert [run.exchanges[0][0] for run in late.runs] == [0, 100, 200, 300]
    ends = [run.exchanges[0][1] for run in late.runs]
    assert (min(ends) > 300, max(ends)) == (True, 300 + taken)
    assert [run.ends for run in late.runs] == [[end + 7] for end in ends]
    same = run([[Pause(100), one, Pause(7)] for _ in range(4)], range(4), 3)
    assert [run.ends for run in same.runs] == [[(107 + taken) * (i + 1) for i in range(3)]] * 4


def test_a_pipeline_of_chips_overlaps_its_iterations() -> None:
    """Chip 0 sends to chip 1 what chip 1 works on while chip 0 does its next iteration."""
    passed = collective("send", 100, (0, 1))
    done = run([[Pause(1000), passed], [passed, Pause(1000)]], range(2), 5)
    sent = 20 + 400 / 8
    assert done.total_ticks == 5 * (1000 + sent) + 1000


def test_collectives_of_two_cores_of_each_chip_share_the_links() -> None:
    first, second = (collective("all-gather", 4000, cores) for cores in ((0, 2), (1, 3)))
    both = run([[first], [second], [first], [second]], (0, 0, 1, 1))
    assert both.total_ticks == 20 + 2 * 8000 / 8


def test_what_cannot_take_place_is_refused() -> None:
    here = collective("all-reduce", 8, (0, 1))
    with pytest.raises(SimulationError, match=r"a collective of cores \[0, 1\] is in the programs of \[0\]"):
        run([[here], [Pause(1)]], (0, 1))
    with pytest.raises(SimulationError, match=r"a collective of cores \[0, 1\] is in the programs of \[0, 0, 1\]"):
        run([[here, here], [here]], (0, 1))
    with pytest.raises(SimulationError, match=r"cores \[0, 1\] exchange data: they must be on different chips"):
        run([[here], [here]], (0, 0))
    with pytest.raises(SimulationError, match="18 chips exchange data: target 'tiny' has 16"):
        run([[here], [here]], (0, 17))
    other = collective("all-reduce", 8, (0, 1))
    with pytest.raises(SimulationError, match="core 0 in stage 0, core 1 in stage 0 wait for each other"):
        run([[here, other], [other, here]], (0, 1))
    with pytest.raises(ValueError, match="'all-reduce' by 'tree': legal are"):
        plan("all-reduce", "tree", (0, 1))

"""Differences of records add up, are antisymmetric, and do not depend on how layers are cut or compiled together."""

import json
from dataclasses import replace
from math import isclose

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from accelc.compare import Lane, Layer, Record, compare
from accelc.compare.exposed import exposed
from accelc.compare.read import read_record
from accelc.compare.record import HOMES

NAMES = st.sampled_from(["", "a", "b.0.x", "b.1.x", "b.*.x", "b.1.y", "b.*.y", "c12", "c*", "*"])
TIMES = st.integers(0, 10**6).map(float)
LAYERS = st.lists(
    st.builds(Layer, NAMES, st.sampled_from(HOMES), TIMES, TIMES, TIMES, st.integers(0, 99), st.integers(0, 10**9)),
    max_size=12,
)
LANES = st.dictionaries(
    st.sampled_from(["tensor", "vector", "dma0"]),
    st.builds(
        Lane,
        st.integers(0, 99),
        st.integers(0, 9),
        TIMES,
        TIMES,
        st.dictionaries(st.sampled_from(["fetch", "port"]), TIMES),
    ),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Records whose layers add up to their time, as measured ones do."""
    layers = tuple(draw(LAYERS))
    total = sum(layer.exposed_ns for layer in layers)
    hz = draw(st.sampled_from([1e9, 2.8e9]))
    return Record("r", "m", total, hz, layers, draw(LANES))


@given(st.lists(st.integers(0, 1000)))
def test_exposed_times_add_up_to_the_end(ends: list[int]) -> None:
    """Each share is what the end adds to the ends before it, computed here one by one."""
    shares = exposed(np.array(ends, np.int64)).tolist()
    assert sum(shares) == max(ends, default=0)
    done = 0
    for index in sorted(range(len(ends)), key=lambda i: ends[i]):
        assert shares[index] == ends[index] - done
        done = ends[index]


@given(records(), records())
def test_differences_add_up(a: Record, b: Record) -> None:
    """What layers differ by is what the totals differ by, whatever was matched; nothing is counted twice or lost."""
    found = compare(a, b)
    assert sum(row.difference_ns for row in found.layers) == found.difference_ns
    for side, record in ((0, a), (1, b)):
        assert sum(row.exposed_ns[side] for row in found.layers) == record.total_ns
    assert sum(row.b.dma_bytes for row in found.layers if row.b) == b.dma_bytes
    assert sum(row.a.instructions for row in found.layers if row.a) == sum(layer.instructions for layer in a.layers)
    sizes = [abs(row.difference_ns) for row in found.layers]
    assert sizes == sorted(sizes, reverse=True)
    assert len({row.name for row in found.layers}) == len(found.layers)


@given(records(), records())
def test_turned_around(a: Record, b: Record) -> None:
    """B seen from A is the opposite of A seen from B."""
    there, back = compare(a, b), compare(b, a)
    assert {row.name: row.difference_ns for row in there.layers} == {
        row.name: -row.difference_ns for row in back.layers
    }
    assert {name: (y, x) for name, (x, y) in there.lanes.items()} == back.lanes
    assert {name: (y, x) for name, (x, y) in there.stalls_ns.items()} == back.stalls_ns


@given(records())
def test_with_itself(a: Record) -> None:
    """Nothing is different."""
    found = compare(a, a)
    assert not any(row.is_change for row in found.layers)
    assert found.difference_ns == 0
    assert not found.exceeds(0)
    assert all(x == y for x, y in (*found.lanes.values(), *found.stalls_ns.values()))


@given(records(), st.data())
def test_layers_in_several_segments(a: Record, data: st.DataObject) -> None:
    """A node is one row, into how many parts and in what order its compiler cut it."""
    parts: list[Layer] = []
    for layer in a.layers:
        first = data.draw(st.integers(0, int(layer.exposed_ns)))
        parts += [
            replace(layer, exposed_ns=float(first), compute_ns=0.0, dma_bytes=0),
            replace(layer, exposed_ns=layer.exposed_ns - first, moving_ns=0.0, instructions=0),
        ]
        parts[-2] = replace(parts[-2], moving_ns=layer.moving_ns)
        parts[-1] = replace(parts[-1], compute_ns=layer.compute_ns, dma_bytes=layer.dma_bytes)
    b = replace(a, layers=tuple(data.draw(st.permutations(parts))))
    found = compare(a, b)
    numbers = ("exposed_ns", "compute_ns", "moving_ns", "instructions", "dma_bytes")
    assert all(row.change(number) == 0 for row in found.layers for number in numbers)
    assert all(row.a is not None and row.b is not None for row in found.layers)


@given(records())
def test_json_and_back(a: Record) -> None:
    """A record survives its form in JSON, other keys beside it or not."""
    text = json.dumps({"model": "x", "seconds": {}, **a.as_json()}, allow_nan=False)
    assert read_record(json.loads(text), "file", "r") == a
    json.dumps(compare(a, a).as_json(), allow_nan=False)


def layer(name: str, ns: float) -> Layer:
    """A layer of which only the time matters."""
    return Layer(name, "accelerator", ns, ns, 0.0, 1, 0)


def record(**times: float) -> Record:
    """A record of layers by name; `_0_` stands for `.0.` and `_S_` for `.*.`."""
    named = {name.replace("_S_", ".*.").replace("_", "."): ns for name, ns in times.items()}
    layers = tuple(layer(name, ns) for name, ns in named.items())
    return Record("r", "m", sum(times.values()), 1e9, layers, {})


def test_layers_compiled_once_are_found_again() -> None:
    """A name with `*` stands for the other side's numbered names, but for those that have their own counterpart."""
    once = record(l_S_x=30, l_0_x=9, l_0_y=7, head=1)
    each = record(l_0_x=10, l_1_x=11, l_2_x=12, l_0_y=7, l_1_y=3, head=1)
    rows = {row.name: row.exposed_ns for row in compare(once, each).layers}
    assert rows == {"l.*.x": (30, 23), "l.0.x": (9, 10), "l.0.y": (7, 7), "l.1.y": (0, 3), "head": (1, 1)}
    rows = {row.name: row.exposed_ns for row in compare(each, once).layers}
    assert rows == {"l.*.x": (23, 30), "l.0.x": (10, 9), "l.0.y": (7, 7), "l.1.y": (3, 0), "head": (1, 1)}


def test_layers_on_one_side_only() -> None:
    """A layer that another one swallowed is listed, without a ratio against nothing."""
    rows = {row.name: row for row in compare(record(conv=10, act=4), record(conv=11, new=2)).layers}
    assert [rows[name].difference_ns for name in ("conv", "act", "new")] == [1, -4, 2]
    assert (rows["act"].b, rows["new"].a, rows["new"].ratio, rows["conv"].ratio) == (None, None, None, 1.1)
    assert list(rows) == ["act", "new", "conv"]


def test_limits() -> None:
    """A limit of 0 allows no time more; from nothing any time is more."""
    a, b = record(x=100), record(x=102)
    assert [compare(a, b).exceeds(percent) for percent in (0, 1.9, 2, 5)] == [True, True, False, False]
    assert not compare(b, a).exceeds(0)
    empty = compare(record(), a)
    assert empty.slower is None
    assert empty.exceeds(1000)
    assert isclose(compare(a, b).slower or 0, 0.02)

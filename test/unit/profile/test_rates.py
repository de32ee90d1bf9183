"""Rates of transfers, from when they began and ended, are those of the simulator; windows add up."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.isa.program import AcceleratorSegment
from accelc.profile import Counter, profile
from accelc.profile.windows import cumulative, flow_amounts, level_windows, union_ticks, window_edges
from accelc.runtime.execute import execute
from accelc.simulator.decode import decode_core
from accelc.simulator.timing.bandwidth import TransferServer
from accelc.simulator.timing.core import CoreTimer
from accelc.simulator.timing.prepare import prepare_core
from accelc.simulator.timing.times import DelayValues
from accelc.targets import load_target
from benchmarks.simulator.programs.profile_streams import random_streams

INTERVAL = st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 9))


@given(seed=st.integers(0, 2**32), name=st.sampled_from(("tiny", "trn-like", "gemmini-like")))
@settings(max_examples=30)
def test_traffic_is_what_the_transfer_server_logged(seed: int, name: str) -> None:
    target = load_target(name)
    # Without conflicts in banks, which slow a transfer down in between.
    banks = {"sbuf": replace(target.sbuf, conflict="none"), "psum": replace(target.psum, conflict="none")}
    target = replace(target, **banks)
    program = random_streams(Random(seed), target, 60)
    found = profile(program, execute(program, target, {}, functional=False, races=False), target, windows=9)
    (segment,) = program.segments
    assert isinstance(segment, AcceleratorSegment)
    log: list[tuple[int, float, float]] = [(0, 0.0, 0.0)]
    values = DelayValues(
        [slot.default for slot in segment.delays],
        {index for index, slot in enumerate(segment.delays) if slot.kind == "throttle"},
    )
    prepared = prepare_core(decode_core(segment.cores[0], target), target)
    CoreTimer(prepared, target, values, server=TransferServer(target, log=log)).run()
    ticks, *rates = (np.array(column) for column in zip(*log, strict=True))
    for counter, rate in zip((Counter.HBM, Counter.DMA), rates, strict=True):
        own = found.counters.take(found.counters.counter == counter)
        upto = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(ticks))])
        expected = np.interp(own.end, ticks, upto)
        # Transfers end at the first whole tick after their last byte: the log moves a part of a tick too much for each.
        slack = 1 + len(found.transfers) * rate.max()
        assert np.abs(np.cumsum(own.amount) - expected).max(initial=0) <= slack
        if counter is Counter.HBM:
            peak = target.hbm.bytes_per_ns * np.diff(np.append(own.begin, own.end[-1:])) * 1e9 / target.time.tick_hz
            assert (own.amount <= peak + 2).all()


@given(
    total=st.integers(1, 60), windows=st.integers(1, 9), quantum=st.integers(1, 7), rows=st.lists(INTERVAL, max_size=8)
)
def test_windows_count_what_each_tick_counts(
    total: int, windows: int, quantum: int, rows: list[tuple[int, int, int]]
) -> None:
    edges = window_edges(total, windows, quantum)
    assert (edges[0], edges[-1]) == (0, total)
    assert len(edges) <= windows + 1
    assert (np.diff(edges) > 0).all()
    assert (edges[:-1] % quantum == 0).all() or -(-total // windows) <= quantum
    begin = np.minimum(np.array([row[0] for row in rows], np.int64), total)
    end = np.minimum(begin + np.array([row[1] for row in rows], np.int64), total)
    height = np.array([row[2] for row in rows], np.int64)
    levels = np.zeros(total)
    for first, last, one in zip(begin, end, height, strict=True):
        levels[first:last] += one
    highest, mean = level_windows(edges, begin, end, height)
    for low, high, most, average in zip(edges[:-1], edges[1:], highest, mean, strict=True):
        assert most == levels[low:high].max()
        assert average == pytest.approx(levels[low:high].mean())
    flowed = flow_amounts(edges, begin, end, height)
    assert flowed.sum() == height.sum()
    moving = end > begin
    inside = cumulative(np.arange(total + 1), begin[moving], end[moving], height[moving])
    each = np.zeros(total)
    for first, last, one in zip(begin[moving], end[moving], height[moving], strict=True):
        each[first:last] += one / (last - first)
    assert inside == pytest.approx(np.concatenate([[0.0], np.cumsum(each)]))


@given(rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(0, 9)), max_size=10))
def test_unions_count_a_tick_once(rows: list[tuple[int, int, int]]) -> None:
    group, begin, length = (np.array([row[place] for row in rows], np.int64) for place in range(3))
    expected = [
        len({tick for own, first, size in rows if own == number for tick in range(first, first + size)})
        for number in range(3)
    ]
    assert union_ticks(group, begin, begin + length, 3).tolist() == expected

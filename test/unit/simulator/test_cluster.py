"""Cores that share HBM: fair shares, contention, iterations, throttles, and the power they draw."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.errors import SimulationError
from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.isa.table import Opcode
from accelc.simulator import simulate
from accelc.simulator.cluster import Cluster, Pause, Stage
from accelc.simulator.decode import decode_core
from accelc.simulator.power import PowerTrace, power_trace, record_energies, thermal_of
from accelc.simulator.timing.bandwidth import fair_shares
from accelc.simulator.timing.core import time_core
from accelc.simulator.timing.prepare import PreparedCore, prepare_core
from accelc.simulator.timing.times import DelayValues
from accelc.targets import load_target
from accelc.targets.model import Target, Thermal

TINY = load_target("tiny")
LANE = {name: code for code, name in enumerate(TINY.lanes)}
SHARED = replace(TINY, hbm=replace(TINY.hbm, shared_bytes_per_ns=TINY.hbm.bytes_per_ns))
amounts = st.floats(0, 100)


def halted(lane: str, *records: Records) -> Records:
    return np.concatenate([*records, encode.control_records(LANE[lane], Opcode.HALT)])


def load(nbytes: int) -> Records:
    """A transfer from HBM into one partition."""
    source = encode.dma_sides(Space.HBM, "uint8", 0, [nbytes], [1])
    return encode.dma_copy_records(LANE["dma0"], encode.dma_sides(Space.SBUF, "uint8", 0, [nbytes], [1]), source)


def copies(count: int) -> list[Records]:
    side = encode.operands(Space.SBUF, "fp32", 0, 4, 0, [16], [1])
    return [encode.copy_records(LANE["vector"], side, side) for _ in range(count)]


def program(*parts: Records, lane: str = "dma0", target: Target = SHARED) -> PreparedCore:
    return prepare_core(decode_core({lane: halted(lane, *parts)}, target), target)


def cluster(programs: Sequence[Sequence[Stage]], delays: tuple[int, ...] = (), target: Target = SHARED) -> Cluster:
    return Cluster(programs, target, lambda core, iteration, tick: [DelayValues(delays)] * len(programs[core]))


@given(st.lists(amounts, max_size=6), amounts)
def test_shares_are_fair_and_leave_nothing(demands: list[float], capacity: float) -> None:
    shares = fair_shares(demands, capacity)
    assert all(0 <= share <= demand for share, demand in zip(shares, demands, strict=True))
    assert sum(shares) == pytest.approx(min(capacity, sum(demands)))
    cut = [share for share, demand in zip(shares, demands, strict=True) if share < demand - 1e-9]
    assert all(share == pytest.approx(max(shares)) for share in cut)


def test_a_core_alone_takes_the_time_it_takes_with_hbm_for_itself() -> None:
    prepared = program(load(4096), load(100))
    alone = cluster([[prepared]])
    alone.run(1)
    assert alone.total_ticks == time_core(prepared.code, TINY).total_ticks


def test_two_cores_that_want_all_of_hbm_move_at_its_bandwidth() -> None:
    streams = {"dma0": halted("dma0", load(4096))}
    alone = simulate([streams], SHARED, functional=False)
    own = simulate([streams, streams], TINY, functional=False)
    both = simulate([streams, streams], SHARED, functional=False)
    assert own.total_ticks == alone.total_ticks
    assert alone.total_ns < both.total_ns == pytest.approx(2 * 4096 / TINY.hbm.bytes_per_ns, rel=0.03)
    with pytest.raises(SimulationError, match="delays of 1 cores for 2 cores"):
        simulate([streams, streams], SHARED, functional=False, delays=[[]])


def test_delays_are_per_core() -> None:
    streams = {"dma0": halted("dma0", encode.delay_records(LANE["dma0"], 0), load(4096))}
    apart = simulate([streams, streams], SHARED, functional=False, delays=[[0], [5000]])
    alone = simulate([streams], SHARED, functional=False, delays=[0])
    first, second = (core.total_ticks for core in apart.cores)
    assert first == alone.total_ticks
    assert second == first + 5000


def test_iterations_follow_each_other_and_pauses_count() -> None:
    prepared = program(load(512))
    alone = time_core(prepared.code, TINY).total_ticks
    several = cluster([[prepared, Pause(70)], [prepared, Pause(70)]], target=TINY)
    several.run(3)
    assert [run.ends for run in several.runs] == [[(alone + 70) * (i + 1) for i in range(3)]] * 2
    assert several.periods == [0, *several.runs[0].ends]


def test_a_throttle_spaces_issues() -> None:
    parts = [encode.delay_records(LANE["vector"], 0), *copies(20)]
    code = decode_core({"vector": halted("vector", *parts)}, TINY)
    free = time_core(code, TINY, DelayValues([0], {0}))
    slow = time_core(code, TINY, DelayValues([500], {0}))
    assert np.diff(slow.lanes[0].issue)[1:].min() >= 500 * TINY.domain("vector")
    assert free.total_ticks < 20 * 500 <= slow.total_ticks


def test_power_is_energy_over_time() -> None:
    prepared = program(*copies(9), lane="vector", target=TINY)
    metered = Cluster([[prepared]], TINY, lambda core, iteration, tick: [DelayValues()], metered=True)
    metered.run(2)
    assert TINY.power is not None
    spent = sum(record_energies(prepared.code, TINY)[0])
    assert spent == 9 * 64 * TINY.power.element_pj
    total = metered.total_ticks
    expected = TINY.power.idle_w + 2 * spent * 1e-3 / TINY.time.ticks_to_ns(total)
    assert metered.trace().mean(0, total) == pytest.approx(expected)
    with pytest.raises(SimulationError, match=r"no \[power\] table"):
        Cluster([[prepared]], replace(TINY, power=None), lambda core, iteration, tick: [DelayValues()], metered=True)


def test_traffic_draws_power() -> None:
    prepared = program(load(4096))
    metered = Cluster([[prepared]] * 2, SHARED, lambda core, iteration, tick: [DelayValues()], metered=True)
    metered.run(1)
    power = SHARED.power
    assert power is not None
    nanoseconds = SHARED.time.ticks_to_ns(metered.total_ticks)
    joules = 2 * 4096 * (power.hbm_byte_pj + power.dma_byte_pj) * 1e-3
    expected = 2 * power.idle_w + joules / nanoseconds
    assert metered.trace().mean(0, metered.total_ticks) == pytest.approx(expected, rel=1e-3)


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.floats(0, 1e4)), max_size=6)


@given(spans, st.integers(1, 30))
def test_peaks_are_those_of_every_window(found: list[tuple[int, int, float]], window: int) -> None:
    trace: PowerTrace = power_trace([(low, low + long, pj) for low, long, pj in found], [[]], 1, TINY)
    assert TINY.power is not None
    level = np.full(120, TINY.power.idle_w)
    for low, long, picojoules in found:
        level[30 + low : 30 + low + long] += picojoules / long * TINY.time.tick_hz / 1e12
    sums = np.concatenate([[0.0], np.cumsum(level)])
    means = [(sums[end] - sums[end - window]) / window for end in range(30, 111)]
    assert trace.peak(window, 0, 80) == pytest.approx(max(means))


@settings(max_examples=15, deadline=None)
@given(spans, st.floats(20, 60))
def test_temperature_follows_power(found: list[tuple[int, int, float]], start_c: float) -> None:
    """The closed form of every step agrees with small steps of the differential equation."""
    trace: PowerTrace = power_trace([(low, low + long, pj) for low, long, pj in found], [[]], 1, TINY)
    thermal = Thermal(ambient_c=25.0, k_per_w=3.0, time_ns=15.0)
    level = np.full(90, TINY.power.idle_w if TINY.power else 0.0)
    for low, long, picojoules in found:
        level[low : low + long] += picojoules / long * TINY.time.tick_hz / 1e12
    steps = 400
    celsius = highest = start_c
    for watts in level.tolist():
        for _ in range(steps):
            celsius += (thermal.settled_c(watts) - celsius) * TINY.time.ticks_to_ns(1) / thermal.time_ns / steps
            highest = max(highest, celsius)
    peak, last = trace.heat(thermal, start_c, 0, 90)
    assert peak == pytest.approx(highest, rel=2e-3)
    assert last == pytest.approx(celsius, rel=2e-3)
    middle = trace.heat(thermal, start_c, 0, 40)
    after = trace.heat(thermal, middle[1], 40, 90)
    assert (max(middle[0], after[0]), after[1]) == (pytest.approx(peak), pytest.approx(last))


def test_a_target_without_a_thermal_model_has_no_temperature() -> None:
    assert TINY.power is not None
    unheated = replace(TINY, power=replace(TINY.power, thermal=None))
    with pytest.raises(SimulationError, match=r"target 'tiny' has no \[power.thermal\] table"):
        thermal_of(unheated)


def test_transfers_count_the_time_that_others_cost_them() -> None:
    prepared = program(load(4096))
    both, alone = cluster([[prepared]] * 2), cluster([[prepared]])
    both.run(1)
    alone.run(1)
    assert [server.stalled for server in alone.servers] == [0.0]
    late = both.total_ticks - alone.total_ticks
    assert [server.stalled for server in both.servers] == [pytest.approx(late, abs=2)] * 2

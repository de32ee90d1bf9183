"""The event loop with all means of speed: equal to the plain one, on random programs, skipping periods or not."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.errors import AccelcError
from accelc.isa.records import Records, as_dma, join_records
from accelc.simulator import simulate
from accelc.simulator.decode import CoreCode, decode_core
from accelc.simulator.timing.core import CoreTimer, time_core
from accelc.simulator.timing.interlock import MOST_REGIONS, interlocks
from accelc.simulator.timing.periods import Stretch, covered, hashes, stretches
from accelc.simulator.timing.prepare import prepare_core
from accelc.simulator.timing.steady import Watch
from accelc.simulator.timing.times import CoreTimes, DelayValues
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.simulator.oracles import plain_timing
from benchmarks.simulator.programs import timing_programs as programs
from benchmarks.simulator.programs.tiled_stream import tiled_stream
from benchmarks.simulator.speed import differences

TRN = load_target("trn-like")
seeds = st.integers(0, 2**32 - 1)


def outcome(code: CoreCode, target: Target, delays: DelayValues, skip: bool) -> tuple[CoreTimes, int] | str:
    """Times and the number of records skipped, of lanes and stretches of any length, or the message."""
    timer = CoreTimer(prepare_core(code, target), target, delays)
    if skip:
        timer.watch = Watch(timer, smallest=0, shortest=8)
    try:
        times = timer.run(skip)
    except AccelcError as error:
        return str(error)
    return times, timer.watch.skipped if timer.watch else 0


def expected(code: CoreCode, target: Target, delays: DelayValues) -> CoreTimes | str:
    """Times of the plain event loop, or the message."""
    try:
        return plain_timing.plain_times(code, target, delays)
    except AccelcError as error:
        return str(error)


def compare(streams: programs.Streams, target: Target, delays: DelayValues) -> int:
    """Compares both event loops, and gives the number of records skipped."""
    code = decode_core(streams, target)
    found = [outcome(code, target, delays, skip) for skip in (True, False)]
    plain = expected(code, target, delays)
    if isinstance(plain, str):
        assert found == [plain] * 2
        return 0
    skipped = 0
    for each in found:
        assert not isinstance(each, str), each
        assert differences(plain, each[0]) == 0
        skipped += each[1]
    return skipped


def random_delays(random: Random) -> DelayValues:
    """Values of all slots, some of which bound the rate of issue."""
    values = [random.randrange(50) for _ in range(programs.SLOTS)]
    return DelayValues(values, {slot for slot in range(programs.SLOTS) if random.random() < 0.3})


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_random_programs_take_the_same_time(seed: int) -> None:
    random = Random(seed)
    target = programs.varied(random)
    records = programs.random_records(random, random.randint(1, 20))
    streams = (
        programs.synchronized(records, target, random.choice(programs.MECHANISMS))
        if random.random() < 0.5
        else programs.tangled(records, random)
    )
    compare(streams, target, random_delays(random))


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_what_repeats_or_nearly_does_takes_the_same_time(seed: int) -> None:
    random = Random(seed)
    target = programs.varied(random)
    records = programs.loops(random)
    streams = (
        programs.synchronized(records, target)
        if random.random() < 0.8 and programs.legal(records)
        else programs.tangled(records, random)
    )
    compare(streams, target, random_delays(random))


def test_nearly_all_of_a_long_product_is_skipped() -> None:
    streams = tiled_stream(1100, 4, TRN)
    code = decode_core(streams, TRN)
    timer = CoreTimer(prepare_core(code, TRN), TRN, DelayValues())
    times = timer.run()
    assert timer.watch is not None
    assert timer.watch.skipped > 0.98 * sum(map(len, code))
    assert differences(times, time_core(code, TRN, skip=False)) == 0
    assert differences(times, plain_timing.plain_times(code, TRN)) == 0


@pytest.mark.parametrize("field", ["wait_value", "size", "update"])
@pytest.mark.parametrize("lane", ["tensor", "scalar", "dma1"])
def test_a_disturbed_record_ends_a_steady_state(lane: str, field: str) -> None:
    streams = dict(tiled_stream(300, 4, TRN))
    stream = streams[lane].copy()
    at = len(stream) // 2 - len(stream) // 2 % (8 if lane == "tensor" else 1)
    if field == "wait_value":
        stream[field][at] -= 2
    elif field == "update":
        stream[field][at, 1] = (9, 2, 1)
    elif lane == "dma1":
        for side in ("dst", "src"):
            as_dma(stream)[side]["size"][at] = [1, 1, 1, 64]
            as_dma(stream)[side]["stride"][at] = [0, 0, 0, 2]
    else:
        stream["operand"]["size"][at, :, 3] = 64
    streams[lane] = stream
    skipped = compare(streams, TRN, DelayValues())
    assert 0.8 * sum(map(len, streams.values())) < skipped


def test_skipping_can_be_switched_off() -> None:
    streams = tiled_stream(1100, 4, TRN)
    with_skips, without = (
        simulate([streams], TRN, functional=False, races=False, skip=skip).cores[0] for skip in (True, False)
    )
    assert with_skips.total_ticks == without.total_ticks
    assert dict(with_skips.lanes) == dict(without.lanes)


def test_a_semaphore_overflows_at_the_record_where_it_does() -> None:
    streams = tiled_stream(600, 2, TRN)
    narrow = programs.replace(TRN, sync=programs.replace(TRN.sync, width_bits=9))
    code = decode_core(streams, narrow)
    messages = [outcome(code, narrow, DelayValues(), skip) for skip in (True, False)]
    assert messages[0] == messages[1]
    assert "overflows its 9 bits" in str(messages[0])


def brute_force(values: list[int], first: int, period: int, last: int) -> bool:
    return all(values[index] == values[index + period] for index in range(first, last - period))


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=5), min_size=1, max_size=4), st.integers(4, 20))
def test_stretches_repeat(blocks: list[list[int]], times: int) -> None:
    values = [value for block in blocks for value in block * times]
    found = stretches(hashes(np.array(values).reshape(-1, 1)), 8)
    assert found == sorted(found)
    assert all(brute_force(values, each.first, each.period, each.last) for each in found)
    assert all(each.last - each.first >= max(8, 4 * each.period) for each in found)
    cells = {index for each in found for index in range(each.first, each.last)}
    assert covered(found) == len(cells)


def test_a_long_repetition_is_found_whole() -> None:
    values = np.concatenate([np.arange(50), np.tile(np.arange(100, 117), 40), np.arange(200, 260)])
    assert stretches(hashes(values.reshape(-1, 1)), 64) == [Stretch(50, 17, 50 + 17 * 40)]


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_scoreboards_agree(seed: int) -> None:
    """Regions compared with each other, and cells where there are many, against one shadow memory."""
    random = Random(seed)
    records: Records = join_records([programs.random_records(random, random.randint(1, 40))])
    for lane in decode_core(programs.split_streams(records, programs.TINY), programs.TINY):
        shadow = plain_timing.plain_interlocks(lane, programs.TINY)
        if lane.name != "tensor":
            assert interlocks(lane, programs.TINY) == shadow
            assert interlocks(lane, programs.TINY, most_regions=0) == shadow
    assert MOST_REGIONS > 0

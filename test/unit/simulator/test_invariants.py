"""A timing that contradicts itself is an internal error that names lane, record and ticks."""

from dataclasses import replace

import numpy as np
import pytest

from accelc.simulator.decode import decode_core
from accelc.simulator.timing.bandwidth import TransferServer
from accelc.simulator.timing.core import time_core
from accelc.simulator.timing.costs import Transfer
from accelc.simulator.timing.invariants import InvariantError, check_bytes, check_lane, check_total
from accelc.simulator.timing.prepare import PreparedLane, prepare_core
from accelc.simulator.timing.times import LaneTimes
from accelc.targets import load_target
from benchmarks.simulator.programs.tiled_stream import tiled_stream

TRN = load_target("trn-like")


def tensor_lane() -> tuple[PreparedLane, LaneTimes]:
    """The array in a product of three tiles."""
    code = decode_core(tiled_stream(3, 2, TRN), TRN)
    return prepare_core(code, TRN).lanes[0], time_core(code, TRN).lanes[0]


def moved(times: LaneTimes, name: str, record: int, by: int) -> LaneTimes:
    """`times` with one of them changed."""
    column = getattr(times, name).copy()
    column[record] += by
    return replace(times, **{name: column})


def test_a_true_timing_passes() -> None:
    check_lane(*tensor_lane())


@pytest.mark.parametrize(
    ("name", "record", "by", "message"),
    [
        ("issue", 5, -(10**6), r"record 5 \(mm\): issue at -?\d+ before \d+"),
        ("complete", 2, -(10**6), r"record 2 \(ls\): complete at -?\d+ before \d+"),
        ("read", 3, -1, r"record 3 \(mm\): \d+ ticks of work in \d+"),
        ("read", 1, 10**6, r"record 1 \(mm\): complete at \d+ before \d+"),
    ],
)
def test_phases_out_of_order_are_found(name: str, record: int, by: int, message: str) -> None:
    lane, times = tensor_lane()
    with pytest.raises(InvariantError, match=f"lane 'tensor' {message}"):
        check_lane(lane, moved(times, name, record, by))


def test_two_records_on_one_unit_are_found() -> None:
    lane, times = tensor_lane()
    late = moved(moved(times, "read", 1, 5000), "complete", 1, 5000)
    with pytest.raises(InvariantError, match=r"record 3 \(mm\): start at \d+ before the unit is free at \d+"):
        check_lane(lane, late)


def test_ticks_that_do_not_add_up_are_found() -> None:
    code = tensor_lane()[0].code
    check_total(code, 5, 3, 2, 10)
    with pytest.raises(
        InvariantError, match="lane 'tensor': 5 ticks busy \\+ 3 stalled \\+ 1 idle are not the total of 10"
    ):
        check_total(code, 5, 3, 1, 10)
    with pytest.raises(InvariantError, match="-1 idle"):
        check_total(code, 8, 3, -1, 10)


def test_bytes_lost_or_too_fast_are_found() -> None:
    server = TransferServer(TRN)
    server.begin(0, 4, Transfer(16, 1, 4096.0, 1, 65536, 65536, 1.0))
    end = server.next_end()
    assert end is not None
    assert server.finished(end) == [4]
    check_bytes(server, (0, 0), (65536, 65536), end, TRN)
    with pytest.raises(InvariantError, match=r"ask for 70000 bytes .* the server moved 65536"):
        check_bytes(server, (0, 0), (70000, 65536), end, TRN)
    with pytest.raises(InvariantError, match="65536 bytes on HBM in 10 ticks: its bandwidth needs"):
        check_bytes(server, (0, 0), (65536, 65536), 10, TRN)
    assert np.isclose(server.moved_hbm_bytes, 65536)

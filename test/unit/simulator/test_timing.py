"""Timing: closed formulas of every unit, ports, DMA and semaphores, and stalls that add up."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.errors import SimulationError
from accelc.isa import encode
from accelc.isa.records import Records, Space, Update
from accelc.isa.table import Opcode
from accelc.simulator import SimulationResult, simulate
from accelc.simulator.timing.costs import Transfer, service_ticks
from accelc.simulator.timing.times import LaneTimes
from accelc.targets import load_target
from accelc.targets.model import Target

TINY = load_target("tiny")
LANE = {name: code for code, name in enumerate(TINY.lanes)}
# Fetch of 128 bytes at 64 bytes/ns and one cycle of decode.
FIRST_ISSUE = 3
Fields = npt.NDArray[np.void]


def sbuf(offset: int, elements: int, dtype: str = "bf16", count: int = 4, stride: int = 1) -> Fields:
    """Operand in SBUF."""
    return encode.operands(Space.SBUF, dtype, 0, count, offset, [elements], [stride])


def psum(offset: int, elements: int, dtype: str = "fp32") -> Fields:
    """Operand in PSUM."""
    return encode.operands(Space.PSUM, dtype, 0, 4, offset, [elements], [1])


def halted(lane: str, *records: Records) -> Records:
    """Records closed by HALT."""
    return np.concatenate([*records, encode.control_records(LANE[lane], Opcode.HALT)])


def run(target: Target = TINY, delays: tuple[int, ...] = (), **lanes: list[Records]) -> SimulationResult:
    """Timing of streams given by lane."""
    return measure(lanes, target, delays)


def measure(
    lanes: Mapping[str, list[Records]], target: Target = TINY, delays: tuple[int, ...] = ()
) -> SimulationResult:
    """Timing of streams; checks that every stall breakdown adds up to the total."""
    streams = {lane: halted(lane, *records) for lane, records in lanes.items()}
    result = simulate([streams], target, functional=False, races=False, delays=delays)
    for stats in result.cores[0].lanes.values():
        assert stats.busy_ticks + stats.stall_ticks + stats.idle_ticks == result.total_ticks
        assert min(stats.busy_ticks, stats.idle_ticks, *stats.stalls.values()) >= 0
    for row in result.engines().values():
        assert row["busy_ns"] + row["stall_ns"] + row["idle_ns"] == pytest.approx(result.total_ns)
    return result


def times(result: SimulationResult, lane: str) -> LaneTimes:
    """Times of one lane of core 0."""
    return result.cores[0].times[lane]


def load(columns: int = 4, dtype: str = "bf16") -> Records:
    """LS of `columns` columns."""
    return encode.load_stationary_records(0, sbuf(0, columns, dtype))


def product(elements: int, swap: bool = True, dtype: str = "bf16") -> Records:
    """MM of `elements` moving elements."""
    return encode.matmul_records(0, psum(0, elements), sbuf(64, elements, dtype), swap=swap)


@given(pairs=st.integers(1, 6), columns=st.integers(1, 4), elements=st.integers(1, 16))
@settings(max_examples=40, deadline=None)
def test_pairs_of_load_and_product_follow_the_closed_formula(pairs: int, columns: int, elements: int) -> None:
    result = run(tensor=[record for _ in range(pairs) for record in (load(columns), product(elements))])
    tensor = TINY.tensor
    interval = max(elements, tensor.mm_min_ii, -(-columns // tensor.ls_vectors_per_cycle))
    # Fetching two records of 2 ns each must not be the bottleneck.
    interval = max(interval, 4)
    measured = times(result, "tensor")
    first = int(measured.start[1])
    assert first == max(FIRST_ISSUE + columns, FIRST_ISSUE + 2)
    if pairs > 2:
        assert int(measured.start[2 * pairs - 1] - measured.start[2 * pairs - 3]) == interval
    last = int(measured.start[2 * pairs - 1])
    through = tensor.rows + tensor.cols - 1 + 1 + tensor.psum_write_latency
    assert int(measured.complete[2 * pairs - 1]) == last + elements - 1 + through


def test_fp32_takes_four_times_as_long_through_the_array() -> None:
    fast = times(run(tensor=[load(), product(8)]), "tensor")
    slow = times(run(tensor=[load(4, "fp32"), product(8, dtype="fp32")]), "tensor")
    assert int(fast.read[1] - fast.start[1]) == 8
    assert int(slow.read[1] - slow.start[1]) == 32


def test_a_product_is_complete_when_it_leaves_its_port() -> None:
    """Where the least interval is longer than the way through the array, which of itself ends before."""
    slow = replace(TINY, tensor=replace(TINY.tensor, mm_min_ii=40))
    measured = times(run(slow, tensor=[load(), product(1), product(1, swap=False)]), "tensor")
    assert measured.complete[1] == measured.read[1] == measured.start[1] + 40
    assert measured.start[2] == measured.read[1]


def test_a_load_waits_for_the_plane_to_be_swapped_in() -> None:
    result = run(tensor=[load(), product(16), product(16, swap=False), load(), product(16)])
    measured = times(result, "tensor")
    # The second load overlaps the products: it starts once the first product has taken the plane.
    assert measured.start[1] <= measured.start[3] < measured.read[1]
    assert measured.start[4] == measured.read[2]


def test_a_product_with_a_new_plane_waits_for_its_load() -> None:
    result = run(tensor=[load(4), product(1), load(4), product(1)])
    measured = times(result, "tensor")
    assert measured.start[3] == measured.read[2]


def test_loads_into_two_shadow_planes_share_one_port() -> None:
    two = replace(TINY, tensor=replace(TINY.tensor, shadow_planes=2))
    result = run(two, tensor=[load(4), load(4), product(1), product(1)])
    measured = times(result, "tensor")
    assert measured.start[1] == measured.read[0]
    assert measured.start[2:4].tolist() == measured.read[:2].tolist()


def test_loads_and_products_that_no_array_can_do_are_refused() -> None:
    with pytest.raises(SimulationError, match=r"record 1 \(ls\).*all 1 shadow planes"):
        run(tensor=[load(), load()])
    with pytest.raises(SimulationError, match="no stationary operand has been loaded"):
        run(tensor=[product(1)])
    with pytest.raises(SimulationError, match="holds no stationary operand"):
        run(tensor=[product(1, swap=False)])
    with pytest.raises(SimulationError, match="no rate for int32, it has fp32"):
        run(tensor=[load(), product(1, dtype="int32")])


def test_elementwise_cost_rules() -> None:
    def busy(record: Records) -> int:
        measured = times(run(vector=[record]), "vector")
        assert measured.complete[0] - measured.read[0] == TINY.engines["vector"].latency
        return int(measured.read[0] - measured.start[0])

    def add(left: Fields, elements: int) -> Records:
        return encode.tensor_tensor_records(1, "add", sbuf(0, elements, "fp32"), left, sbuf(256, elements, "fp32"))

    assert busy(encode.copy_records(1, sbuf(0, 2), sbuf(64, 2))) == 4
    assert busy(encode.copy_records(1, sbuf(0, 16), sbuf(64, 16))) == 16
    assert busy(add(sbuf(128, 16, "fp32"), 16)) == 32
    assert busy(add(psum(0, 16), 16)) == 16
    # An innermost stride of 32 bytes halves the rate of the interface.
    assert busy(encode.copy_records(1, sbuf(0, 16), sbuf(64, 16, stride=16))) == 32
    assert busy(encode.reduce_records(1, "add", 1, sbuf(0, 1), sbuf(64, 16))) == 16


def test_an_engine_refuses_what_it_has_no_cost_rule_for() -> None:
    with pytest.raises(SimulationError, match=r"lane 'vector' record 0 \(act\).*does not execute activate, it has"):
        run(vector=[encode.activate_records(1, "relu", 1.0, 0.0, sbuf(0, 2), sbuf(64, 2))])
    with pytest.raises(SimulationError, match=r"record 0 \(copy\): engine 'gpsimd' executes copy only if int64$"):
        run(gpsimd=[encode.copy_records(3, sbuf(0, 2), sbuf(64, 2))])


def test_dependent_records_wait_for_results_and_independent_ones_do_not() -> None:
    first = encode.copy_records(1, sbuf(0, 16), sbuf(64, 16))
    other = encode.copy_records(1, sbuf(512, 16), sbuf(64, 16))
    uses = encode.copy_records(1, sbuf(512, 16), sbuf(0, 16))
    apart = times(run(vector=[first, other]), "vector")
    chained = run(vector=[first, uses])
    assert apart.start[1] == apart.read[0]
    assert times(chained, "vector").start[1] == times(chained, "vector").complete[0]
    assert chained.cores[0].lanes["vector"].stalls["operands"] == TINY.engines["vector"].latency


def test_a_new_function_table_costs_time_and_plain_arithmetic_none() -> None:
    def act(function: str) -> Records:
        return encode.activate_records(2, function, 1.0, 0.0, sbuf(0, 4), sbuf(64, 4))

    measured = times(run(scalar=[act(name) for name in ("exp", "exp", "relu", "tanh", "exp")]), "scalar")
    assert (measured.read - measured.start)[:5].tolist() == [20, 4, 4, 20, 20]


def test_exclusive_ports_serialise_only_those_who_touch_the_memory() -> None:
    def copies(source: Fields) -> dict[str, list[Records]]:
        return {
            "vector": [encode.copy_records(1, sbuf(0, 16, "fp32"), source)],
            "scalar": [encode.copy_records(2, sbuf(256, 16, "fp32"), source)],
        }

    shared = measure(copies(psum(0, 16)))
    assert times(shared, "scalar").start[0] == times(shared, "vector").read[0]
    assert shared.cores[0].lanes["scalar"].stalls["port"] == 16
    apart = measure(copies(sbuf(512, 16, "fp32")))
    assert times(apart, "scalar").start[0] == times(apart, "vector").start[0]


def transfer(queue: str, elements: int, offset: int = 0, count: int = 4) -> Records:
    """HBM to SBUF, `count` partitions of `elements` fp32 each."""
    width = TINY.sbuf.partition_bytes
    return encode.dma_copy_records(
        LANE[queue],
        encode.dma_sides(Space.SBUF, "fp32", offset, [count, elements], [width, 4]),
        encode.dma_sides(Space.HBM, "fp32", 4 * offset, [count, elements], [4 * elements, 4]),
    )


def alone_ns(elements: int, count: int = 4) -> float:
    """Time of `transfer` on both engines: two partitions each at 4 bytes/ns, packets of 64 bytes, descriptors."""
    share = count // 2 * elements * 4
    return -(-share // 64) * 2.0 + (count // 2) * 1.0 + share / 4.0


def test_one_transfer_pays_latency_packets_descriptors_and_bandwidth() -> None:
    result = run(dma0=[transfer("dma0", 64)])
    measured = times(result, "dma0")
    assert measured.start[0] == TINY.dma.start_latency_ns
    assert measured.read[0] - measured.start[0] == alone_ns(64)
    assert measured.complete[0] - measured.read[0] == TINY.dma.completion_latency_ns
    assert result.cores[0].hbm_bytes == result.cores[0].dma_bytes == 4 * 64 * 4


def test_a_queue_hides_start_latency_behind_the_transfer_in_front() -> None:
    measured = times(run(dma0=[transfer("dma0", 64), transfer("dma0", 64, 512)]), "dma0")
    assert measured.issue[1] == TINY.dma.static_issue_interval_ns
    assert measured.start[1] == measured.read[0]


def test_two_queues_share_the_engines_equally() -> None:
    result = run(dma0=[transfer("dma0", 64)], dma1=[transfer("dma1", 64, 512)])
    for queue in ("dma0", "dma1"):
        measured = times(result, queue)
        assert measured.read[0] - measured.start[0] == 2 * alone_ns(64)


def test_a_short_transfer_releases_its_share() -> None:
    result = run(dma0=[transfer("dma0", 64)], dma1=[transfer("dma1", 32, 512)])
    short, long = times(result, "dma1"), times(result, "dma0")
    assert short.read[0] - short.start[0] == 2 * alone_ns(32)
    assert long.read[0] - long.start[0] == alone_ns(64) + alone_ns(32)


def test_bandwidth_of_hbm_bounds_all_engines_together() -> None:
    slow = replace(TINY, hbm=replace(TINY.hbm, bytes_per_ns=2.0))
    measured = times(run(slow, dma0=[transfer("dma0", 64)]), "dma0")
    assert measured.read[0] - measured.start[0] == 8 * 2 + 2 + 4 * 64 * 4 / 2.0


def test_a_copy_inside_hbm_reads_and_writes_it() -> None:
    slow = replace(TINY, hbm=replace(TINY.hbm, bytes_per_ns=2.0))
    sides = (encode.dma_sides(Space.HBM, "fp32", offset, [256], [4]) for offset in (4096, 0))
    result = run(slow, dma0=[encode.dma_copy_records(LANE["dma0"], *sides)])
    measured = times(result, "dma0")
    # 512 bytes on each of two engines: 8 packets, one descriptor, and 2 * 1024 bytes of traffic on HBM.
    assert measured.read[0] - measured.start[0] == 8 * 2 + 1 + 2 * 1024 / 2.0
    assert result.cores[0].hbm_bytes == 2 * 1024
    assert result.total_ns >= result.cores[0].hbm_bytes / slow.hbm.bytes_per_ns


def test_scattered_elements_move_at_the_rate_of_a_transpose() -> None:
    width = TINY.sbuf.partition_bytes
    record = encode.dma_copy_records(
        LANE["dma0"],
        encode.dma_sides(Space.SBUF, "fp32", 0, [4, 16], [width, 4]),
        encode.dma_sides(Space.HBM, "fp32", 0, [4, 16], [4, 16]),
    )
    measured = times(run(dma0=[record]), "dma0")
    # 128 bytes each on two engines: 2 packets, 32 descriptors of one element, 2 bytes/ns.
    assert measured.read[0] - measured.start[0] == 2 * 2 + 32 * 1 + 128 / 2


@pytest.mark.parametrize(("point", "phase"), [(Update.ADD_AT_READ, "read"), (Update.ADD_AT_COMPLETE, "complete")])
def test_a_waiter_runs_after_signal_latency_and_wake_up(point: Update, phase: str) -> None:
    producer = encode.copy_records(1, sbuf(0, 16), sbuf(64, 16))
    encode.set_update(producer, 0, 5, point)
    consumer = encode.activate_records(2, "relu", 1.0, 0.0, sbuf(512, 4), sbuf(0, 4))
    encode.set_wait(consumer, 5, 1)
    result = run(vector=[producer], scalar=[consumer])
    fired = int(getattr(times(result, "vector"), phase)[0])
    assert times(result, "scalar").issue[0] == fired + 2
    assert result.cores[0].lanes["scalar"].stalls["semaphore"] == fired + 2 - FIRST_ISSUE


def test_a_signal_on_a_control_record_follows_all_earlier_records() -> None:
    signal = encode.control_records(0, Opcode.SEM_UPD)
    encode.set_update(signal, 0, 1, Update.ADD_AT_COMPLETE)
    measured = times(run(tensor=[load(), product(16), signal]), "tensor")
    assert measured.complete[2] == measured.complete[1]
    queued = encode.control_records(LANE["dma0"], Opcode.SEM_UPD)
    encode.set_update(queued, 0, 1, Update.ADD_AT_COMPLETE)
    measured = times(run(dma0=[transfer("dma0", 8), queued, transfer("dma0", 8, 512)]), "dma0")
    assert measured.complete[1] == measured.complete[0]


def test_delays_come_from_the_table() -> None:
    streams = [encode.delay_records(1, 1), encode.copy_records(1, sbuf(0, 4), sbuf(64, 4))]
    short, long = run(vector=streams, delays=(7, 0)), run(vector=streams, delays=(7, 100))
    assert times(long, "vector").start[1] - times(short, "vector").start[1] == 100 - 1
    assert long.cores[0].lanes["vector"].stalls["delay"] == 100
    with pytest.raises(SimulationError, match="delay table has 1 entries"):
        run(vector=streams, delays=(7,))


def test_a_semaphore_that_overflows_is_an_error() -> None:
    signal = encode.control_records(1, Opcode.SEM_UPD, 2)
    encode.set_update(signal, 0, 1, Update.ADD_AT_COMPLETE, 20000)
    with pytest.raises(SimulationError, match="semaphore 1 overflows its 16 bits"):
        run(vector=[signal])


def test_peak_bytes_is_the_high_water_mark() -> None:
    result = run(
        vector=[
            encode.copy_records(1, sbuf(0, 4, "fp32", count=2), sbuf(64, 4, "fp32", count=2)),
            encode.copy_records(1, sbuf(0, 4, "fp32"), psum(32, 4)),
        ],
        dma0=[transfer("dma0", 8, 128, count=1)],
    )
    assert result.peak_bytes() == {"hbm": 4 * 128 + 32, "sbuf": 160 + 80 + 16 + 16, "psum": 4 * 48}


def test_total_covers_the_last_visible_result_and_is_deterministic() -> None:
    lanes = {"tensor": [load(), product(16)], "dma0": [transfer("dma0", 64)], "dma1": [transfer("dma1", 33, 512)]}
    first, second = measure(lanes), measure(lanes)
    assert first.total_ticks == max(int(times(first, lane).complete.max()) for lane in lanes)
    assert first.total_ticks == second.total_ticks
    assert first.total_ns == first.total_ticks
    assert first.tensor_cycles == 16


def test_packets_in_flight_bound_the_bandwidth() -> None:
    """Little's law: one packet at a time moves its bytes in the latency of HBM and its own time."""
    moved = Transfer(1, 10, 640.0, 1, 640, 640, 1.0)
    target = replace(TINY, hbm=replace(TINY.hbm, latency_ns=100.0))
    packet = TINY.dma.packet_overhead_ns + 64 / TINY.dma.bytes_per_ns
    free = service_ticks(moved, target, 8.0)
    for window, expected in ((1, 10 * (100 + packet)), (4, 10 * (100 + packet) / 4), (1000, free)):
        bounded = replace(target, dma=replace(target.dma, max_inflight_packets=window))
        assert service_ticks(moved, bounded, 8.0) == pytest.approx(expected)

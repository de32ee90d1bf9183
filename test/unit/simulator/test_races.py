"""Races and deadlocks: found from waits alone, in hand-made programs and in random synchronized ones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.sync.vector_clock import Options, synchronize_records, write_sync
from accelc.emit.streams import split_streams
from accelc.errors import SimulationError
from accelc.isa import encode
from accelc.isa.records import Records, Space, Update, Wait
from accelc.isa.table import Opcode
from accelc.simulator import DeadlockError, poisoned, simulate
from accelc.simulator.decode import decode_core
from accelc.simulator.functional import CoreExecutor
from accelc.simulator.memory import core_memory
from accelc.targets import load_target

TINY = load_target("tiny")
LANE = {name: code for code, name in enumerate(TINY.lanes)}
WIDTH = TINY.sbuf.partition_bytes
HBM_BYTES = 4096


def sbuf(offset: int, elements: int = 8, start: int = 0, count: int = 4) -> npt.NDArray[np.void]:
    """Contiguous fp32 operand in SBUF."""
    return encode.operands(Space.SBUF, "fp32", start, count, offset, [elements], [1])


def copy(lane: str, target: int, source: int, elements: int = 8) -> Records:
    """Copy within SBUF, between byte offsets."""
    return encode.copy_records(LANE[lane], sbuf(target, elements), sbuf(source, elements))


def transfer(lane: str, offset: int, base: int, inwards: bool, elements: int = 8) -> Records:
    """Transfer of four partitions between SBUF and HBM."""
    inside = encode.dma_sides(Space.SBUF, "fp32", offset, [4, elements], [WIDTH, 4])
    outside = encode.dma_sides(Space.HBM, "fp32", base, [4, elements], [4 * elements, 4])
    return encode.dma_copy_records(LANE[lane], *((inside, outside) if inwards else (outside, inside)))


def signal(record: Records, semaphore: int, point: Update = Update.ADD_AT_COMPLETE) -> Records:
    """`record`, raising a semaphore."""
    encode.set_update(record, 0, semaphore, point)
    return record


def await_(record: Records, semaphore: int, value: int = 1) -> Records:
    """`record`, waiting for a semaphore."""
    encode.set_wait(record, semaphore, value)
    return record


def streams(**lanes: list[Records]) -> Mapping[str, Records]:
    """Closed streams by lane."""
    return {
        lane: np.concatenate([*records, encode.control_records(LANE[lane], Opcode.HALT)])
        for lane, records in lanes.items()
    }


def hazards(program: Mapping[str, Records], timing: bool = True) -> set[tuple[str, str, str]]:
    """(first lane, second lane, hazard) of every race."""
    result = simulate([program], TINY, functional=False, timing=timing)
    return {(race.first_lane, race.second_lane, race.hazard) for race in result.races}


def test_a_wait_on_the_right_phase_orders_and_on_the_wrong_one_does_not() -> None:
    def program(point: Update) -> Mapping[str, Records]:
        return streams(vector=[signal(copy("vector", 0, 256), 1, point)], scalar=[await_(copy("scalar", 512, 0), 1)])

    assert hazards(program(Update.ADD_AT_COMPLETE)) == set()
    assert hazards(program(Update.ADD_AT_READ)) == {("vector", "scalar", "RAW")}


def test_operands_read_is_enough_before_overwriting() -> None:
    def program(point: Update, wait: int) -> Mapping[str, Records]:
        return streams(
            vector=[signal(copy("vector", 256, 0), 1, point)], scalar=[await_(copy("scalar", 0, 512), 1, wait)]
        )

    assert hazards(program(Update.ADD_AT_READ, 1)) == set()
    assert hazards(program(Update.ADD_AT_READ, 0)) == {("vector", "scalar", "WAR")}


def test_a_race_is_reported_although_this_run_happens_to_be_late_enough() -> None:
    late = [encode.delay_records(LANE["scalar"], 0), copy("scalar", 512, 0)]
    program = streams(vector=[copy("vector", 0, 256)], scalar=late)
    result = simulate([program], TINY, functional=False, delays=[10_000])
    assert [(race.first_record, race.second_record, race.space) for race in result.races] == [(0, 1, "sbuf")]
    text = result.races[0].text()
    assert "RAW race in sbuf: lane 'vector' record 0 (copy) and lane 'scalar' record 1 (copy)" in text
    assert text.endswith("at byte 0 of partition 0")


def test_disjoint_bytes_and_partitions_do_not_race() -> None:
    def program(offset: int, start: int) -> Mapping[str, Records]:
        low = encode.memset_records(LANE["vector"], 0.0, sbuf(0, 8, 0, 2))
        return streams(
            vector=[low], scalar=[encode.copy_records(LANE["scalar"], sbuf(offset, 8, start, 2), sbuf(256, 8, 0, 2))]
        )

    assert hazards(program(32, 0)) == set()
    assert hazards(program(0, 2)) == set()
    assert hazards(program(28, 0)) == {("vector", "scalar", "WAW")}


def test_compute_lanes_interlock_their_own_records_and_queues_do_not() -> None:
    assert hazards(streams(vector=[copy("vector", 0, 256), copy("vector", 512, 0)])) == set()
    unordered = [transfer("dma0", 0, 0, True), transfer("dma0", 0, 512, False)]
    assert hazards(streams(dma0=unordered)) == {("dma0", "dma0", "RAW")}
    ordered = [signal(transfer("dma0", 0, 0, True), 1), await_(transfer("dma0", 0, 512, False), 1)]
    assert hazards(streams(dma0=ordered)) == set()


def test_order_is_transitive_through_a_third_lane() -> None:
    def program(second_wait: int) -> Mapping[str, Records]:
        return streams(
            vector=[signal(copy("vector", 0, 256), 1)],
            scalar=[signal(await_(copy("scalar", 512, 768), 1), 2, Update.ADD_AT_READ)],
            dma0=[await_(transfer("dma0", 0, 0, False), 2, second_wait)],
        )

    assert hazards(program(1)) == set()
    # The transfer is first in this run: what it reads is overwritten.
    assert hazards(program(0)) == {("dma0", "vector", "WAR")}


def test_a_counter_raised_by_two_lanes_proves_neither_alone() -> None:
    def program(value: int) -> Mapping[str, Records]:
        return streams(
            vector=[signal(copy("vector", 0, 256), 1)],
            dma1=[signal(transfer("dma1", 1024, 0, True), 1)],
            scalar=[await_(copy("scalar", 512, 0), 1, value)],
        )

    assert hazards(program(2)) == set()
    # In this run the first to raise it is the copy that the reader needs, but nothing guarantees that.
    assert hazards(program(1)) == {("vector", "scalar", "RAW")}


def test_a_signal_on_a_control_record_stands_for_all_earlier_records() -> None:
    load = encode.load_stationary_records(LANE["tensor"], sbuf(0, 4))
    flag = encode.control_records(LANE["tensor"], Opcode.SEM_UPD)

    def program(wait: int) -> Mapping[str, Records]:
        return streams(
            tensor=[load, signal(flag.copy(), 1, Update.ADD_AT_READ)],
            vector=[await_(copy("vector", 0, 256), 1, wait)],
        )

    assert hazards(program(1)) == set()
    assert hazards(program(0)) == {("tensor", "vector", "WAR")}


def test_cells_of_hbm_race_too() -> None:
    program = streams(dma0=[transfer("dma0", 0, 0, False)], dma1=[transfer("dma1", 512, 64, False)])
    assert hazards(program) == {("dma0", "dma1", "WAW")}


def test_a_deadlock_names_who_waits_for_whom() -> None:
    program = streams(
        vector=[signal(await_(copy("vector", 0, 256), 2), 1)],
        scalar=[encode.control_records(LANE["scalar"], Opcode.NOP), signal(await_(copy("scalar", 512, 768), 1), 2)],
        gpsimd=[await_(encode.control_records(LANE["gpsimd"], Opcode.SEM_WAIT), 7, 3)],
    )
    for timing in (True, False):
        with pytest.raises(DeadlockError) as caught:
            simulate([program], TINY, functional=False, timing=timing)
        nodes = {node.lane: node for node in caught.value.blocked}
        assert set(nodes) == {"vector", "scalar", "gpsimd"}
        assert (nodes["scalar"].record, nodes["scalar"].semaphore, nodes["scalar"].value) == (1, 1, 1)
        assert nodes["vector"].signallers == (("scalar", 1, 1),)
        assert nodes["gpsimd"].signallers == ()
        message = str(caught.value)
        assert "deadlock on core 0: 3 lane(s) wait forever" in message
        assert "lane 'vector' record 0 (copy) waits for semaphore 2 >= 1, it is 0: could be raised by" in message
        assert "semaphore 7 >= 3, it is 0: no record still to come raises it" in message
        assert "circular wait: vector -> scalar -> vector" in message


# Random programs in one program order, as a compiler would emit them.


@st.composite
def programs(draw: st.DrawFn) -> Records:
    """Records on all lanes over a few overlapping areas of SBUF and HBM."""
    records: list[Records] = []
    area = st.integers(0, 5).map(lambda index: 16 * index)
    for _ in range(draw(st.integers(2, 14))):
        kind = draw(st.sampled_from(("copy", "add", "activate", "in", "out", "product")))
        if kind == "copy":
            records.append(copy(draw(st.sampled_from(("vector", "scalar"))), draw(area), draw(area)))
        elif kind == "add":
            operands = [sbuf(draw(area)) for _ in range(3)]
            records.append(encode.tensor_tensor_records(LANE["vector"], "add", *operands))
        elif kind == "activate":
            records.append(
                encode.activate_records(LANE["scalar"], "relu", 0.5, 1.0, sbuf(draw(area)), sbuf(draw(area)))
            )
        elif kind == "product":
            out = encode.operands(Space.PSUM, "fp32", 0, 4, draw(st.sampled_from((0, 64))), [8], [1])
            records += [
                encode.load_stationary_records(LANE["tensor"], sbuf(draw(area), 4)),
                encode.matmul_records(LANE["tensor"], out, sbuf(draw(area)), swap=True),
                encode.copy_records(LANE["vector"], sbuf(draw(area)), out),
            ]
        else:
            base = 64 * draw(st.integers(0, 3))
            records.append(transfer(draw(st.sampled_from(("dma0", "dma1"))), draw(area), base, kind == "in"))
    return np.concatenate([encode.memset_records(LANE["vector"], 1.0, sbuf(0, 40)), *records])


def initial() -> npt.NDArray[np.uint8]:
    """HBM before execution: some numbers, the rest never written."""
    hbm = poisoned(HBM_BYTES)
    hbm[:1024] = np.linspace(-2, 2, 256, dtype=np.float32).view(np.uint8)
    return hbm


def content(program: Mapping[str, Records], **options: Any) -> list[bytes]:
    """All memories after functional execution from the same start."""
    result = simulate([program], ROOMY, initial(), **options)
    assert result.races == ()
    memory = result.cores[0].memory
    assert memory is not None
    return [part.data.tobytes() for part in memory.spaces.values()]


def sequential(records: Records) -> list[bytes]:
    """All memories after executing the records one after the other, in program order."""
    code = decode_core(split_streams(records, TINY), TINY)
    position = {lane.code: at for at, lane in enumerate(code)}
    seen = [0] * len(code)
    order: list[tuple[int, int]] = []
    for lane in records["lane"].tolist():
        at = position[lane]
        order.append((at, seen[at]))
        seen[at] += 1
    memory = core_memory(TINY, initial())
    CoreExecutor(code, TINY, memory).run(order)
    return [part.data.tobytes() for part in memory.spaces.values()]


MECHANISMS = (Options(), Options(width=1), Options(width=2), Options(mechanism="event"))
ROOMY = replace(TINY, sync=replace(TINY.sync, semaphores=250))


@given(programs(), st.sampled_from(MECHANISMS), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_synchronized_programs_give_the_sequential_result_in_any_timing(
    records: Records, options: Options, seed: int
) -> None:
    sync = synchronize_records(records, ROOMY, options=options)
    program = split_streams(write_sync(records, sync)[0], TINY)
    expected = sequential(records)
    assert content(program) == expected
    assert content(program, timing=False) == expected

    # Random delays in front of every record shift the lanes against each other.
    rng = np.random.default_rng(seed)
    delayed = {
        lane: np.concatenate([part for record in stream for part in (encode.delay_records(LANE[lane], 0), [record])])
        for lane, stream in program.items()
    }
    slots = 0
    for stream in delayed.values():
        pauses = stream["opcode"] == Opcode.DELAY
        stream["link"][pauses] = slots + np.arange(int(pauses.sum()))
        slots += int(pauses.sum())
    assert content(delayed, delays=rng.integers(0, 60, slots).tolist()) == expected


def test_a_semaphore_that_only_low_bits_are_compared_of_may_roll_over() -> None:
    narrow = replace(TINY, sync=replace(TINY.sync, width_bits=3))
    round_trip = [transfer("dma0", 0, 0, True), copy("vector", 16, 0), transfer("dma0", 16, 64, False)]
    records = np.concatenate([encode.memset_records(LANE["vector"], 1.0, sbuf(0, 40)), *round_trip * 20])
    program = split_streams(write_sync(records, synchronize_records(records, narrow))[0], narrow)
    assert int(program["vector"]["update"]["value"].sum()) > 2**3
    for timing in (True, False):
        assert simulate([program], narrow, functional=False, timing=timing).races == ()
    # The same counts overflow if one wait compares them whole.
    waiting = np.flatnonzero(program["dma0"]["wait_condition"] == Wait.WRAP)
    program["dma0"]["wait_condition"][waiting[-1]] = Wait.GE
    program["dma0"]["wait_bits"][waiting[-1]] = 0
    with pytest.raises(SimulationError, match="overflows its 3 bits"):
        simulate([program], narrow, functional=False)


@given(programs())
@settings(max_examples=30, deadline=None)
def test_every_wait_of_a_synchronized_program_is_missed(records: Records) -> None:
    sync = synchronize_records(records, TINY)
    program = split_streams(write_sync(records, sync)[0], TINY)
    for lane, stream in program.items():
        for record in np.flatnonzero(stream["wait_condition"]).tolist():
            broken = stream.copy()
            broken["wait_condition"][record] = 0
            if broken["opcode"][record] == Opcode.SEM_WAIT:
                broken["opcode"][record] = int(Opcode.NOP)
            assert hazards({**program, lane: broken}, timing=False), (lane, record)


def test_results_do_not_depend_on_the_sum_order_of_another_target() -> None:
    blas = replace(TINY, numerics=replace(TINY.numerics, tensor_sum_order="blas"))
    records = np.concatenate(
        [
            encode.load_stationary_records(LANE["tensor"], sbuf(0, 4)),
            encode.matmul_records(
                LANE["tensor"], encode.operands(Space.PSUM, "fp32", 0, 4, 0, [8], [1]), sbuf(0), swap=True
            ),
        ]
    )
    program = split_streams(records, TINY)
    by_target = simulate([program], blas, poisoned(64)).cores[0].memory
    by_option = simulate([program], TINY, poisoned(64), sum_order="blas").cores[0].memory
    assert by_target is not None
    assert by_option is not None
    np.testing.assert_array_equal(by_target[Space.PSUM].data, by_option[Space.PSUM].data)

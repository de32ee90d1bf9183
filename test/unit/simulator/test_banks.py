"""Banks of SBUF and PSUM: ports shared by streams in flight, for targets whose memories have conflicts."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.errors import SimulationError
from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.isa.table import Opcode
from accelc.simulator.cluster import Cluster
from accelc.simulator.decode import decode_core
from accelc.simulator.timing import core as timing
from accelc.simulator.timing import prepare
from accelc.simulator.timing.banks import BankServer, Port, Stream, Uses, lane_uses, port_speeds
from accelc.simulator.timing.core import time_core
from accelc.simulator.timing.prepare import prepare_core
from accelc.simulator.timing.times import CoreTimes, DelayValues
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.simulator import memory_system
from benchmarks.simulator.oracles import memory_models

PRESET = load_target("tiny")
LANE = {name: code for code, name in enumerate(PRESET.lanes)}
FIELDS = ("ready", "issue", "operands", "start", "read", "complete", "pause")
SLOTS = DelayValues([3, 0, 7, 1])
PORTS: tuple[Port, ...] = ((1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 0, 1))


def machine(sbuf: str = "none", psum: str = "none") -> Target:
    """`tiny` with conflicts, and no port groups."""
    return replace(
        PRESET,
        sbuf=replace(PRESET.sbuf, conflict=sbuf),
        psum=replace(PRESET.psum, conflict=psum),
        ports=tuple(replace(port, exclusive=()) for port in PRESET.ports),
    )


def sbuf(offset: int, elements: int = 64, dtype: str = "uint8") -> Any:
    return encode.operands(Space.SBUF, dtype, 0, 4, offset, [elements], [1])


def psum(offset: int, elements: int) -> Any:
    return encode.operands(Space.PSUM, "fp32", 0, 4, offset, [elements], [1])


def run(target: Target, **lanes: Sequence[Records]) -> CoreTimes:
    streams = {
        name: np.concatenate([*records, encode.control_records(LANE[name], Opcode.HALT)])
        for name, records in lanes.items()
    }
    return time_core(decode_core(streams, target), target)


def spans(times: CoreTimes) -> list[list[int]]:
    """Ticks from start to operands read of every record but HALT, by lane."""
    return [(lane.read - lane.start)[:-1].tolist() for lane in times.lanes]


uses = st.lists(
    st.tuples(st.sampled_from(PORTS), st.floats(0.05, 1)), min_size=1, max_size=3, unique_by=lambda use: use[0]
).map(tuple)


@given(st.lists(uses, max_size=6))
def test_ports_grant_no_more_than_they_have_and_slow_nobody_without_need(found: list[Uses]) -> None:
    users: dict[Stream, Uses] = {(lane, 0): one for lane, one in enumerate(found)}
    speeds = port_speeds(users)
    asked = {port: sum(dict(one).get(port, 0.0) for one in found) for port in PORTS}
    for port in PORTS:
        assert sum(dict(one).get(port, 0.0) * speeds[stream] for stream, one in users.items()) <= 1 + 1e-9
    for stream, one in users.items():
        assert 0 < speeds[stream] <= 1
        if all(asked[port] <= 1 for port, _ in one):
            assert speeds[stream] == 1


@given(st.integers(1, 8))
def test_streams_that_access_a_port_in_every_cycle_share_it_evenly(count: int) -> None:
    speeds = port_speeds({(lane, 0): ((PORTS[0], 1.0),) for lane in range(count)})
    assert list(speeds.values()) == [pytest.approx(1 / count)] * count


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 80)), min_size=1, max_size=5))
def test_ends_are_those_of_a_port_that_grants_in_turn(streams: list[tuple[int, int]]) -> None:
    starts, accesses = [list(column) for column in zip(*streams, strict=True)]
    exact, found = memory_models.port_ends(starts, accesses), memory_system.fluid_ends(starts, accesses)
    assert max(abs(one - other) for one, other in zip(exact, found, strict=True)) <= len(streams)
    assert max(found) >= max(exact)


@pytest.mark.parametrize("seed", range(60))
def test_lanes_with_banks_time_as_those_without_where_nothing_conflicts(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random programs: every phase of every record, and every error."""
    programs, random = import_module("benchmarks.simulator.programs.timing_programs"), Random(seed)
    target: Target = programs.varied(random)
    records = programs.random_records(random, 25) if seed % 2 else programs.loops(random, 8)
    synchronized = programs.synchronized(records, target) if seed % 3 else programs.tangled(records, random)
    code = decode_core(synchronized, target)

    def outcome(banked: bool) -> tuple[list[list[int]], int] | str:
        def conflicts(target: Target) -> bool:
            return banked

        for module in (prepare, timing):
            monkeypatch.setattr(module, "has_conflicts", conflicts)
        try:
            times = time_core(code, target, SLOTS)
        except SimulationError as error:
            return str(error)
        return [getattr(lane, name).tolist() for lane in times.lanes for name in FIELDS], times.total_ticks

    plain = outcome(False)
    # Only random waits may deadlock.
    assert isinstance(plain, tuple) or not seed % 3 or not programs.legal(records)
    assert outcome(True) == plain


@pytest.mark.parametrize("seed", range(8))
def test_conflicts_cost_time_and_cores_have_banks_of_their_own(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    programs, random = import_module("benchmarks.simulator.programs.timing_programs"), Random(seed)
    free: Target = programs.varied(random)
    target = replace(free, sbuf=machine("single-port").sbuf, psum=machine(psum="same-bank").psum)
    records = programs.random_records(random, 25)
    while not programs.legal(records):
        records = programs.random_records(random, 25)
    code = decode_core(programs.synchronized(records, target), target)
    alone = time_core(code, target, SLOTS).total_ticks
    assert alone >= time_core(code, free, SLOTS).total_ticks
    prepared = prepare_core(code, target)
    cores = Cluster([[prepared]] * 2, target, lambda core, iteration, tick: [SLOTS], metered=True)
    cores.run(2)
    assert [run.ends for run in cores.runs] == [[alone, 2 * alone]] * 2


def test_two_readers_of_a_bank_take_twice_as_long() -> None:
    reads = [encode.copy_records(LANE["vector"], psum(0, 64), sbuf(0))]
    for bank, expected in ((0, 128), (1, 64)):
        other = sbuf(bank * PRESET.sbuf.bank_bytes)
        act = [encode.activate_records(LANE["scalar"], "identity", 1.0, 0.0, sbuf(3 * 1024), other)]
        assert spans(run(machine("single-port"), vector=reads, scalar=act)) == [[expected]] * 2
        assert spans(run(machine(), vector=reads, scalar=act)) == [[64]] * 2


def test_a_bank_with_a_port_for_writes_takes_a_reader_and_a_writer_at_once() -> None:
    read = [encode.copy_records(LANE["vector"], psum(0, 64), sbuf(0))]
    write = [encode.activate_records(LANE["scalar"], "identity", 1.0, 0.0, sbuf(0), sbuf(1024))]
    assert spans(run(machine("single-port"), vector=read, scalar=write)) == [[128], [128]]
    assert spans(run(machine("same-bank"), vector=read, scalar=write)) == [[64], [64]]


@pytest.mark.parametrize(("accumulate", "expected"), [(True, 32), (False, 16)])
def test_products_that_accumulate_take_turns_with_a_reader_of_their_bank(accumulate: bool, expected: int) -> None:
    """An accumulating product reads and writes PSUM in every cycle, an overwriting one only writes."""
    moving = sbuf(1024, 16, "bf16")
    products = [
        encode.load_stationary_records(LANE["tensor"], sbuf(0, 4, "bf16")),
        encode.matmul_records(LANE["tensor"], psum(0, 16), moving, accumulate=False, swap=True),
        encode.matmul_records(LANE["tensor"], psum(0, 16), moving, accumulate=accumulate, swap=False),
    ]
    reads = [
        encode.delay_records(LANE["vector"], 0),
        encode.copy_records(LANE["vector"], sbuf(2048, 16), psum(0, 16)),
    ]
    streams = {
        "tensor": np.concatenate([*products, encode.control_records(LANE["tensor"], Opcode.HALT)]),
        "vector": np.concatenate([*reads, encode.control_records(LANE["vector"], Opcode.HALT)]),
    }
    target = machine(psum="same-bank")
    prepared = prepare_core(decode_core(streams, target), target)
    start = time_core(prepared.code, target, DelayValues([0])).lanes[0].start[2]
    begins = time_core(prepared.code, target, DelayValues([0])).lanes[1].start[1]
    times = timing.CoreTimer(prepared, target, DelayValues([int(start - begins)])).run()
    # They begin within a tick or two.
    assert [spans(times)[0][2], spans(times)[1][1]] == [pytest.approx(expected, abs=2 * accumulate)] * 2


def test_transfers_share_banks_too() -> None:
    """A transfer that takes half of the cycles of a bank is not slowed by a half, and the engine by what it takes."""
    source = encode.dma_sides(Space.HBM, "fp32", 0, [4, 256], [1024, 4])
    side = encode.dma_sides(Space.SBUF, "fp32", 0, [4, 256], [PRESET.sbuf.partition_bytes, 4])
    load = [encode.dma_copy_records(LANE["dma0"], side, source)]
    copies = [encode.copy_records(LANE["vector"], psum(0, 64), sbuf(0)) for _ in range(40)]
    for name, slower in (("none", False), ("single-port", True)):
        both = run(machine(name), dma0=load, vector=copies)
        engine, transfer = (sum(one) for one in spans(both))
        alone = [sum(one) for one in (*spans(run(machine(), vector=copies)), *spans(run(machine(), dma0=load)))]
        assert (engine > alone[0], transfer >= alone[1]) == (slower, True)
        # Nobody gets less than half of the bank.
        assert engine <= 2 * alone[0] + 40
        assert transfer <= 2 * alone[1] + 1
    code = decode_core({"dma0": np.concatenate([*load, encode.control_records(LANE["dma0"], Opcode.HALT)])}, PRESET)
    banked = machine("single-port")
    (lane,) = prepare_core(code, banked).lanes
    found = lane_uses(lane.code, lane.busy, lane.transfers, banked)
    assert [port for port, _ in found[0]] == [(int(Space.SBUF), 0, 0)]
    assert 0 < found[0][0][1] < 1
    assert found[1] == ()


def test_operands_in_several_banks_demand_a_part_of_each() -> None:
    target = machine("single-port")
    record = encode.copy_records(LANE["vector"], psum(0, 64), sbuf(1024 - 32))
    code = decode_core(
        {"vector": np.concatenate([record, encode.control_records(LANE["vector"], Opcode.HALT)])}, target
    )
    (lane,) = prepare_core(code, target).lanes
    assert lane.uses == [(((int(Space.SBUF), 0, 0), 0.5), ((int(Space.SBUF), 1, 0), 0.5)), ()]


def test_a_server_without_streams_has_no_end() -> None:
    server = BankServer(lambda now, queue, speed: None)
    assert server.next_end() is None
    server.begin(5, (0, -1), ((PORTS[0], 1.0),), None)
    assert server.next_end() is None

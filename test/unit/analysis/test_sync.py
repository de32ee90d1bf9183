"""Hazards, vector clocks and verify-sync against brute force on random programs of the target `tiny`."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.footprint import DTYPE_BYTES, cell_bytes, footprint, pattern_runs
from accelc.analysis.sync.hazards import find_hazards, record_streams
from accelc.analysis.sync.vector_clock import MODELS, keep_edges, synchronize_records, write_sync
from accelc.analysis.sync.verify import Rule, verify_records
from accelc.errors import SynchronizationError
from accelc.isa import encode
from accelc.isa.encode import control_records, set_update, set_wait
from accelc.isa.records import Flag, Records, Space, Update, Wait, as_dma
from accelc.isa.table import TABLE, Form, Opcode
from accelc.targets import load_target

TINY = load_target("tiny")
LANE = {name: code for code, name in enumerate(TINY.lanes)}
Cell = tuple[int, int, int]
Touched = tuple[set[Cell], set[Cell]]
"""(cells read, cells written) of one record."""


def sbuf(random: Random, start: int = -1, count: int = 0) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """A small pattern that is likely to meet others."""
    if start < 0:
        start, count = random.choice([(0, 1), (1, 1), (3, 1), (0, 2), (2, 2), (0, 4)])
    dtype = random.choice(["fp32", "bf16"])
    offset = random.randrange(0, 24, 2)
    size, stride = random.choice(
        [((2, 2), (4, 1)), ((2, 2), (1, 2)), ((1, 4), (0, 1)), ((4, 1), (-1, 1)), ((2, 2), (6, 0))]
    )
    return encode.operands(Space.SBUF, dtype, start, count, offset + 8, size, stride)


def psum(random: Random) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Four elements at the start or the middle of one of two banks."""
    return encode.operands(Space.PSUM, "fp32", 0, 4, random.choice([0, 8, 64]), (4,), (1,))


def hbm_side(random: Random) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Eight elements of HBM in rows of two."""
    return encode.dma_sides(Space.HBM, "fp32", random.randrange(0, 64, 4), (4, 2), (random.choice([8, 16]), 4))


def sbuf_side(random: Random) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Two elements of all four partitions."""
    width = TINY.sbuf.partition_bytes
    return encode.dma_sides(Space.SBUF, "fp32", random.randrange(0, 32, 4), (4, 2), (width, 4))


def random_record(random: Random) -> Records:
    kind = random.randrange(7)
    dma = LANE[random.choice(["dma0", "dma1"])]
    vector, scalar, tensor = LANE["vector"], LANE["scalar"], LANE["tensor"]
    if kind == 0:
        return encode.dma_copy_records(dma, sbuf_side(random), hbm_side(random))
    if kind == 1:
        return encode.dma_copy_records(dma, hbm_side(random), sbuf_side(random))
    if kind == 2:
        return encode.tensor_tensor_records(vector, "add", sbuf(random), sbuf(random), sbuf(random))
    if kind == 3:
        return encode.activate_records(scalar, "relu", 1.0, 0.0, sbuf(random, 0, 4), psum(random))
    if kind == 4:
        return encode.load_stationary_records(tensor, sbuf(random, 0, 4))
    if kind == 5:
        adding = random.random() < 0.5
        return encode.matmul_records(tensor, psum(random), sbuf(random, 0, 4), accumulate=adding, swap=True)
    return encode.scalar_tensor_tensor_records(
        vector, "mul", "add", random.randrange(0, 40, 4), sbuf(random), psum(random), sbuf(random)
    )


@st.composite
def programs(draw: st.DrawFn, most: int = 24) -> Records:
    random = Random(draw(st.integers(0, 2**32)))
    return np.concatenate([random_record(random) for _ in range(draw(st.integers(1, most)))])


def elements(sizes: list[int], strides: list[int]) -> list[int]:
    return [sum(i * s for i, s in zip(index, strides, strict=True)) for index in product(*map(range, sizes))]


def operand_cells(operand: np.void) -> set[Cell]:
    """Cells of an operand, element by element."""
    if operand["part_count"] == 0:
        return set()
    size = int(DTYPE_BYTES[operand["dtype"]])
    cells: set[Cell] = set()
    for index in elements(operand["size"].tolist(), operand["stride"].tolist()):
        for byte in range(size):
            cell = (int(operand["offset"]) + index * size + byte) // cell_bytes(TINY, int(operand["space"]))
            for row in range(int(operand["part_start"]), int(operand["part_start"]) + int(operand["part_count"])):
                cells.add((int(operand["space"]), row, cell))
    return cells


def dma_cells(side: np.void) -> set[Cell]:
    """Cells of a DMA side, byte by byte."""
    space = int(side["space"])
    width = 1 << 60 if space == Space.HBM else TINY.sbuf.partition_bytes
    cells: set[Cell] = set()
    for index in elements(side["size"].tolist(), side["stride"].tolist()):
        for byte in range(int(DTYPE_BYTES[side["dtype"]])):
            address = int(side["base"]) + index + byte
            row, offset = divmod(address, width)
            cells.add((space, row, offset // cell_bytes(TINY, space)))
    return cells


def touched(records: Records) -> list[Touched]:
    result: list[Touched] = []
    for index, record in enumerate(records):
        row = TABLE[Opcode(int(record["opcode"]))]
        if row.form is Form.DMA:
            sides = as_dma(records[index : index + 1])[0]
            result.append((dma_cells(sides["src"]), dma_cells(sides["dst"])))
            continue
        operands = record["operand"]
        reads = {cell for slot in row.reads() for cell in operand_cells(operands[slot])}
        writes = {cell for slot in row.writes() for cell in operand_cells(operands[slot])}
        if row.opcode is Opcode.MM and record["flags"] & Flag.ACCUMULATE:
            reads |= writes
        if row.opcode is Opcode.STT:
            first, count = int(operands[1]["part_start"]), int(operands[1]["part_count"])
            cell = int(record["link"]) // cell_bytes(TINY, Space.SBUF)
            reads |= {(int(Space.SBUF), part, cell) for part in range(first, first + count)}
        result.append((reads, writes))
    return result


def required_orders(records: Records) -> list[tuple[int, int, int]]:
    """(earlier, phase of it, later) for every conflicting pair that the lanes do not order by themselves."""
    accesses = touched(records)
    lanes: list[int] = records["lane"].tolist()
    orders: list[tuple[int, int, int]] = []
    for later, (reads, writes) in enumerate(accesses):
        for earlier in range(later):
            if lanes[earlier] == lanes[later] and not TINY.lanes[lanes[later]].startswith("dma"):
                continue
            before_reads, before_writes = accesses[earlier]
            if before_writes & (reads | writes):
                orders.append((earlier, 1, later))
            elif before_reads & writes:
                orders.append((earlier, 0, later))
    return orders


def wait_edges(records: Records) -> list[tuple[int, int, int]]:
    """(producer, phase, waiting record) of synchronized records, by counting."""
    count: dict[int, int] = {}
    reached: dict[tuple[int, int], tuple[int, int]] = {}
    edges: list[tuple[int, int, int]] = []
    for index, record in enumerate(records):
        if record["wait_condition"] == Wait.GE:
            producer, phase = reached[int(record["wait_semaphore"]), int(record["wait_value"])]
            edges.append((producer, phase, index))
        for update in record["update"]:
            if update["op"] != Update.NONE:
                semaphore = int(update["semaphore"])
                count[semaphore] = count.get(semaphore, 0) + int(update["value"])
                reached[semaphore, count[semaphore]] = index, int(update["op"] == Update.ADD_AT_COMPLETE)
    return edges


def node_of(record: int, phase: int) -> int:
    """Number of a record's start (0), operands read (1) or complete (2)."""
    return 3 * record + phase


def unordered_pairs(records: Records) -> list[tuple[int, int, int]]:
    """Required orders that no path of lane order, phases in order and waits enforces."""
    before = [0] * (3 * len(records))
    waits: dict[int, list[int]] = {}
    for producer, phase, record in wait_edges(records):
        waits.setdefault(record, []).append(node_of(producer, 1 + phase))
    lane_last: dict[int, int] = {}
    stream_last: dict[tuple[int, bool], int] = {}

    def come_after(node: int, others: list[int]) -> None:
        for other in others:
            before[node] |= before[other] | 1 << other

    for index, record in enumerate(records):
        lane = int(record["lane"])
        stream = (lane, bool(record["opcode"] == Opcode.LS))
        start, read, complete = (node_of(index, phase) for phase in range(3))
        come_after(start, waits.get(index, []))
        if lane in lane_last:
            come_after(start, [node_of(lane_last[lane], 0)])
        come_after(read, [start])
        if stream in stream_last:
            come_after(read, [node_of(stream_last[stream], 1)])
        come_after(complete, [read])
        if stream in stream_last:
            come_after(complete, [node_of(stream_last[stream], 2)])
        lane_last[lane] = stream_last[stream] = index
    return [
        (earlier, phase, later)
        for earlier, phase, later in required_orders(records)
        if not before[node_of(later, 0)] >> node_of(earlier, 1 + phase) & 1
    ]


def synchronized(records: Records, model: str = "phase") -> Records:
    return write_sync(records, synchronize_records(records, TINY, model))[0]


@given(
    st.integers(0, 15),
    st.lists(st.tuples(st.integers(1, 4), st.integers(-12, 12)), min_size=1, max_size=4),
    st.sampled_from([1, 2, 4]),
    st.sampled_from([1, 4, 16]),
)
def test_runs_are_exactly_the_cells_of_the_elements(
    phase: int, dims: list[tuple[int, int]], element: int, cell: int
) -> None:
    sizes, strides = [size for size, _ in dims], [stride * element for _, stride in dims]
    runs = pattern_runs(phase, sizes, strides, element, cell)
    assert (runs[1:, 0] > runs[:-1, 1]).all()
    found = {value for low, high in runs.tolist() for value in range(low, high)}
    expected = {(phase + at + byte) // cell for at in elements(sizes, strides) for byte in range(element)}
    assert found == expected


@given(programs())
def test_footprints_conflict_exactly_where_elements_do(records: Records) -> None:
    found = footprint(records, TINY)
    cells: list[Touched] = []
    for index in range(len(records)):
        reads: set[Cell] = set()
        writes: set[Cell] = set()
        for access in found.of(index):
            atoms = np.arange(found.spaces[access.space].shape[1])[access.cells].tolist()
            groups = range(access.groups.start, access.groups.stop)
            here = {(access.space, group, atom) for group in groups for atom in atoms}
            (writes if access.is_write else reads).update(here)
        cells.append((reads, writes))
    exact = touched(records)
    for later in range(len(records)):
        for earlier in range(later):
            for phase in (0, 1):
                one, other = cells[earlier][phase], exact[earlier][phase]
                assert bool(one & cells[later][1]) == bool(other & exact[later][1])
            assert bool(cells[earlier][1] & cells[later][0]) == bool(exact[earlier][1] & exact[later][0])


@given(programs(), st.sampled_from(MODELS))
def test_synchronized_programs_are_ordered_and_verified(records: Records, model: str) -> None:
    result = synchronized(records, model)
    assert unordered_pairs(result) == []
    assert verify_records(result, TINY) == []


@given(programs(), st.integers(0, 2**32))
def test_every_timing_respects_every_hazard(records: Records, seed: int) -> None:
    result = synchronized(records)
    random = Random(seed)
    waits: dict[int, tuple[int, int]] = {index: (producer, phase) for producer, phase, index in wait_edges(result)}
    times: list[tuple[float, float, float]] = []
    lane_free: dict[int, float] = {}
    passed: dict[tuple[int, bool], tuple[float, float]] = {}
    for index, record in enumerate(result):
        lane = int(record["lane"])
        stream = (lane, bool(record["opcode"] == Opcode.LS))
        start = lane_free.get(lane, 0.0) + random.choice([0.0, 1.0, 30.0])
        if index in waits:
            producer, phase = waits[index]
            start = max(start, times[producer][1 + phase])
        before = passed.get(stream, (0.0, 0.0))
        read = max(before[0], start + random.choice([0.5, 3.0, 100.0]))
        complete = max(before[1], read + random.choice([0.5, 3.0, 100.0]))
        times.append((start, read, complete))
        lane_free[lane], passed[stream] = start, (read, complete)
    for earlier, phase, later in required_orders(result):
        assert times[earlier][1 + phase] <= times[later][0]


@settings(max_examples=40, deadline=None)
@given(programs())
def test_no_wait_can_be_removed(records: Records) -> None:
    result = synchronized(records)
    for index in np.flatnonzero(result["wait_condition"] == Wait.GE).tolist():
        without = result.copy()
        without["wait_condition"][index] = Wait.NONE
        assert unordered_pairs(without)
        assert verify_records(without, TINY)


@settings(max_examples=60, deadline=None)
@given(programs(), st.integers(0, 2**32))
def test_verification_agrees_with_the_path_oracle(records: Records, seed: int) -> None:
    result = synchronized(records)
    random = Random(seed)
    waiting = np.flatnonzero(result["wait_condition"] == Wait.GE).tolist()
    for index in random.sample(waiting, len(waiting) // 2):
        result["wait_condition"][index] = Wait.NONE
    missing = {(earlier, later) for earlier, _, later in unordered_pairs(result)}
    found = verify_records(result, TINY)
    assert bool(found) == bool(missing)
    assert {(violation.other, violation.record) for violation in found} <= missing


@given(programs())
def test_reduction_never_adds_waits(records: Records) -> None:
    streams = record_streams(records, TINY)
    accesses = footprint(records, TINY)
    hazards = find_hazards(accesses, streams)
    kept = sum(map(len, keep_edges(hazards, streams)))
    assert kept <= hazards.required <= len(required_orders(records))


def three_records() -> Records:
    """A load, a computation on it, and a store of the result."""
    hbm = encode.dma_sides(Space.HBM, "fp32", 0, (4, 2), (8, 4))
    width = TINY.sbuf.partition_bytes
    x, y = (encode.operands(Space.SBUF, "fp32", 0, 4, offset, (2,), (1,)) for offset in (0, 8))
    sides = [encode.dma_sides(Space.SBUF, "fp32", offset, (4, 2), (width, 4)) for offset in (0, 8)]
    return np.concatenate(
        [
            encode.dma_copy_records(LANE["dma0"], sides[0], hbm),
            encode.copy_records(LANE["vector"], y, x),
            encode.dma_copy_records(LANE["dma0"], hbm, sides[1]),
        ]
    )


def test_a_chain_needs_one_wait_per_link() -> None:
    sync = synchronize_records(three_records(), TINY)
    assert [semaphore.name for semaphore in sync.semaphores] == ["vector.complete", "dma0.complete"]
    assert sync.wait_record.tolist() == [1, 2]
    assert sync.wait_semaphore.tolist() == [1, 0]
    # The store also overwrites what the load read; the computation knows that the load is complete.
    assert (sync.required, sync.emitted) == (3, 2)


def test_further_waits_become_records_in_front() -> None:
    operand = [encode.operands(Space.SBUF, "fp32", 0, 4, 8 * i, (2,), (1,)) for i in range(3)]
    width = TINY.sbuf.partition_bytes
    load = [
        encode.dma_copy_records(
            LANE[f"dma{i}"],
            encode.dma_sides(Space.SBUF, "fp32", 8 * i, (4, 2), (width, 4)),
            encode.dma_sides(Space.HBM, "fp32", 32 * i, (4, 2), (8, 4)),
        )
        for i in range(2)
    ]
    add = encode.tensor_tensor_records(LANE["vector"], "add", operand[2], operand[0], operand[1])
    plain = np.concatenate([*load, add])
    records, place = write_sync(plain, synchronize_records(plain, TINY))
    assert records["opcode"].tolist() == [Opcode.DMA_COPY, Opcode.DMA_COPY, Opcode.SEM_WAIT, Opcode.TT]
    assert place.tolist() == [0, 1, 3]
    assert records["lane"].tolist() == [LANE["dma0"], LANE["dma1"], LANE["vector"], LANE["vector"]]
    assert sorted(records["wait_semaphore"][2:].tolist()) == [0, 1]


def _unsignalled(records: Records) -> None:
    records["update"][0]["op"][0] = Update.NONE


def _two_producers(records: Records) -> None:
    set_update(records[1:2], 1, int(records["wait_semaphore"][1]), Update.ADD_AT_COMPLETE)
    records["wait_condition"][1] = Wait.NONE


def _backwards(records: Records) -> None:
    set_wait(records[0:1], int(records["wait_semaphore"][2]), 1)


def _no_wait(records: Records) -> None:
    records["wait_condition"][1] = Wait.NONE


@pytest.mark.parametrize(
    ("spoil", "rule", "message"),
    [
        (
            _no_wait,
            Rule.RAW,
            "record 1 (COPY on vector) reads sbuf at partition 0, byte 0 without waiting until "
            "record 0 (DMA_COPY on dma0) has written it (read after write)",
        ),
        (_unsignalled, Rule.SIGNAL, "record 1 (COPY on vector) waits for semaphore 1 >= 1, which only reaches 0"),
        (
            _two_producers,
            Rule.PRODUCERS,
            "record 1 (COPY on vector) and record 0 (DMA_COPY on dma0) both raise semaphore 1, at different phases or "
            "on different lanes: its value does not tell which of them has happened",
        ),
        (
            _backwards,
            Rule.ORDER,
            "record 0 (DMA_COPY on dma0) waits for record 1 (COPY on vector), which comes later: lanes can deadlock",
        ),
    ],
)
def test_each_kind_of_violation_is_named(spoil: Callable[[Records], None], rule: Rule, message: str) -> None:
    records = synchronized(three_records())
    spoil(records)
    assert (rule, message) in [(violation.rule, violation.message) for violation in verify_records(records, TINY)]


def test_the_number_of_violations_is_limited() -> None:
    assert len(verify_records(np.concatenate([three_records()] * 4), TINY, limit=2)) == 2


def test_control_records_touch_nothing() -> None:
    records = control_records(LANE["vector"], Opcode.NOP, 3)
    assert synchronize_records(records, TINY).emitted == 0
    assert verify_records(records, TINY) == []


def test_too_few_semaphores_are_reported() -> None:
    target = replace(TINY, sync=replace(TINY.sync, semaphores=1))
    expected = "the program needs 2 semaphores.*the target has 1: use fewer DMA queues"
    with pytest.raises(SynchronizationError, match=expected):
        synchronize_records(three_records(), target)


def test_a_counter_that_would_overflow_rolls_over() -> None:
    target = replace(TINY, sync=replace(TINY.sync, width_bits=2))
    records = write_sync(three_records(), synchronize_records(three_records(), target))[0]
    assert set(records["wait_condition"].tolist()) == {Wait.NONE, Wait.GE}
    records = np.concatenate([three_records()] * 9)
    records = write_sync(records, synchronize_records(records, target))[0]
    assert set(records["wait_condition"].tolist()) == {Wait.NONE, Wait.WRAP}
    assert set(records["wait_bits"].tolist()) == {0, 2}
    assert verify_records(records, target) == []


def test_counters_roll_over_beyond_half_of_what_they_hold() -> None:
    """A wait compares within half a turn: seven signals fit four bits, nine do not."""
    target = replace(TINY, sync=replace(TINY.sync, width_bits=4))
    found: dict[int, set[int]] = {}
    for times in range(1, 9):
        records = np.concatenate([three_records()] * times)
        signals = max(semaphore.signals for semaphore in synchronize_records(records, TINY).semaphores)
        records = write_sync(records, synchronize_records(records, target))[0]
        found[signals] = set(records["wait_condition"].tolist()) - {Wait.NONE}
    assert {7, 9} <= found.keys()
    assert found == {signals: {Wait.GE if signals < 8 else Wait.WRAP} for signals in found}

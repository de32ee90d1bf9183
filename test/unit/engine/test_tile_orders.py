"""Order `auto` of `schedule-systolic-tiles` against row and column order, timed by the simulator."""

from random import Random

import pytest
from engine_programs import TARGET, Generator
from hypothesis import event, given, settings
from hypothesis import strategies as st

from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.dialects.engine import AddressAttr, BufferOp, LaneOp, ProgramOp, i64_attr
from accelc.dialects.tile import MatmulOp
from accelc.emit import emit, split_streams
from accelc.passes import schedule_systolic_tiles as module
from accelc.passes.assign_memory import assign_memory
from accelc.passes.insert_delays import insert_delays
from accelc.passes.schedule_systolic_tiles import schedule_blocks, schedule_systolic_tiles
from accelc.simulator import simulate


def ticks(program: ProgramOp) -> int:
    """Simulated time of a program with addresses, delays at their defaults."""
    emitted = emit(program, TARGET)
    records, _ = write_sync(emitted.records, synchronize_records(emitted.records, TARGET))
    delays = [slot.default for slot in emitted.delays]
    streams = split_streams(records, TARGET)
    return simulate([streams], TARGET, functional=False, races=False, delays=delays).cores[0].total_ticks


def placed(random: Random, length: int) -> ProgramOp:
    """A random program with addresses and delays, as the pipeline has it at this stage."""
    program = Generator(random, TARGET).program(length)
    assign_memory(program, TARGET)
    insert_delays(program, TARGET)
    return program


def orders(program: ProgramOp) -> list[str]:
    """The orders of all products, as printed."""
    return [str(op.order) for op in program.body.block.ops if isinstance(op, MatmulOp)]


@settings(max_examples=15)
@given(st.randoms(use_true_random=False), st.integers(4, 14))
def test_auto_is_never_slower_than_row_or_column_order(random: Random, length: int) -> None:
    """Nor is the search slower than auto; what the pass hands on is what emission gives, and takes as long."""
    program = placed(random, length)
    times: dict[str, int] = {}
    for kind in ("row", "column", "auto", "search"):
        order, search = ("auto", "on") if kind == "search" else (kind, "off")
        tiled = program.clone()
        trial = schedule_systolic_tiles(tiled, TARGET, order, search)
        times[kind] = ticks(tiled)
        if trial is not None:
            event("timed")
            assert trial.ticks == times[kind]
            assert trial.emitted.records.tobytes() == emit(tiled, TARGET).records.tobytes()
    assert times["search"] <= times["auto"] <= min(times["row"], times["column"])
    event("row and column order differ" if times["row"] != times["column"] else "as fast in both")


def test_what_cannot_be_timed_keeps_the_orders_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is too large, and one that no later stage would accept."""
    program = placed(Random(3), 12)
    model = program.clone()
    schedule_blocks(model, TARGET)
    assert orders(model)

    too_large = program.clone()
    monkeypatch.setattr(module, "MOST_TIMED_OPS", sum(isinstance(op, LaneOp) for op in program.body.block.ops) - 1)
    assert schedule_systolic_tiles(too_large, TARGET) is None
    monkeypatch.undo()

    outside = program.clone()
    for op in outside.body.block.ops:
        if isinstance(op, BufferOp):
            op.attributes["address"] = AddressAttr(i64_attr(1 << 40))
    assert schedule_systolic_tiles(outside, TARGET) is None
    assert orders(too_large) == orders(outside) == orders(model)

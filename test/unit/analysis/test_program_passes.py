"""The passes on whole programs: results, live ranges, waits and addresses of random engine programs for `tiny`."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import StringAttr, f32
from xdsl.ir import Block, Operation, Region, SSAValue

from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.analysis.sync.verify import Rule, verify_records
from accelc.dialects.engine import (
    AccessAttr,
    BufferOp,
    BufferType,
    CopyOp,
    DelayOp,
    DmaCopyOp,
    EndOp,
    LaneOp,
    ProgramOp,
    TensorTensorOp,
)
from accelc.emit.emitter import emit
from accelc.errors import SynchronizationError
from accelc.interpreters.engine import run_engine
from accelc.passes.assign_memory import assign_memory, live_ranges
from accelc.passes.insert_delays import insert_delays
from accelc.passes.schedule_engines import schedule_engines
from accelc.passes.sync_vector_clock import sync_vector_clock
from accelc.passes.verify_sync import raise_violations, verify_sync
from accelc.targets import load_target

TINY = load_target("tiny")
WHOLE = AccessAttr.of(0, 4, (4,))
FLAT = AccessAttr.of(0, 1, (4, 4))


class Builder:
    """Buffers of 4 x 4 elements and ops on all of one."""

    def __init__(self) -> None:
        self.buffers: list[BufferOp] = []
        self.ops: list[Operation] = []

    def buffer(self, name: str, space: str, role: str = "scratch", width: int = 4) -> SSAValue:
        shape = (4 * width,) if space == "hbm" else (4, width)
        self.buffers.append(BufferOp(name, role, BufferType.of(shape, f32, space)))
        return self.buffers[-1].result

    def dma(self, source: SSAValue, destination: SSAValue, load: bool) -> None:
        source_ap, destination_ap = (FLAT, WHOLE) if load else (WHOLE, FLAT)
        attributes = {"lane": StringAttr("dma0"), "source_ap": source_ap, "destination_ap": destination_ap}
        self.ops.append(DmaCopyOp.create(operands=[source, destination], attributes=attributes))

    def add(self, lhs: SSAValue, rhs: SSAValue, out: SSAValue) -> None:
        attributes = {"lane": StringAttr("vector"), "op": StringAttr("add")}
        patterns = {"lhs_ap": WHOLE, "rhs_ap": WHOLE, "out_ap": WHOLE}
        self.ops.append(TensorTensorOp.create(operands=[lhs, rhs, out], attributes={**attributes, **patterns}))

    def copy(self, source: SSAValue, out: SSAValue) -> None:
        attributes = {"lane": StringAttr("scalar"), "source_ap": WHOLE, "out_ap": WHOLE}
        self.ops.append(CopyOp.create(operands=[source, out], attributes=attributes))

    def finish(self) -> ProgramOp:
        program = ProgramOp("main", "tiny", Region(Block([*self.buffers, *self.ops, EndOp()])))
        program.verify()
        return program


def random_program(seed: int) -> ProgramOp:
    """Loads, sums, copies and stores on few buffers; only what was written is read."""
    random, builder = Random(seed), Builder()
    sources = [builder.buffer(f"in{i}", "hbm", "input") for i in range(3)]
    bounce = builder.buffer("bounce", "hbm")
    chip = [builder.buffer(f"s{i}", "sbuf", width=random.choice([4, 160])) for i in range(random.randint(2, 6))]
    written = [chip[0]]
    builder.dma(sources[0], chip[0], load=True)
    for _ in range(random.randint(1, 20)):
        out, kind = random.choice(chip), random.randrange(4)
        if kind == 0:
            builder.dma(random.choice(sources), out, load=True)
        elif kind == 1:
            builder.add(random.choice(written), random.choice(written), out)
        elif kind == 2:
            builder.copy(random.choice(written), out)
        else:
            builder.dma(random.choice(written), bounce, load=False)
            builder.dma(bounce, out, load=True)
        written.append(out)
    for index, value in enumerate(dict.fromkeys(written)):
        builder.dma(value, builder.buffer(f"out{index}", "hbm", "output"), load=False)
    return builder.finish()


def bindings() -> dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    random = np.random.default_rng(0)
    return {f"in{i}": random.standard_normal(16).astype(np.float32) for i in range(3)}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_scheduling_keeps_results(seed: int) -> None:
    program = random_program(seed)
    scheduled = program.clone()
    schedule_engines(scheduled, TINY)
    for candidate in (program, scheduled):
        assign_memory(candidate, TINY)
    before, after = (run_engine(candidate, TINY, bindings()) for candidate in (program, scheduled))
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_assigned_buffers_do_not_share_bytes_while_live(seed: int) -> None:
    program = random_program(seed)
    schedule_engines(program, TINY)
    usage = assign_memory(program, TINY)
    ranges = list(live_ranges(program).items())
    for index, (one, (first, last)) in enumerate(ranges):
        for other, (begin, end) in ranges[:index]:
            kinds = one.result.type, other.result.type
            assert isinstance(kinds[0], BufferType)
            assert isinstance(kinds[1], BufferType)
            if kinds[0].space != kinds[1].space or first > end or begin > last:
                continue
            (low, size), (at, length) = (
                (op.address.offset.value.data, kind.free_elements * kind.itemsize)
                for op, kind in zip((one, other), kinds, strict=True)
                if op.address is not None
            )
            assert low + size <= at or at + length <= low
    assert all(use.live_peak <= use.used <= use.capacity for use in usage.values())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_annotated_programs_verify_and_no_wait_is_spare(seed: int) -> None:
    program = random_program(seed)
    schedule_engines(program, TINY)
    assign_memory(program, TINY)
    sync = sync_vector_clock(program, TINY)
    assert verify_sync(program, TINY) == []
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    assert sum(len(op.waits or ()) for op in ops) == sync.emitted
    for op in ops:
        waits = op.waits
        for index in range(len(waits or ())):
            assert waits is not None
            op.waits = type(waits)([wait for number, wait in enumerate(waits) if number != index])
            assert verify_sync(program, TINY)
        op.waits = waits


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_delays_change_no_result_and_no_wait(seed: int) -> None:
    program = random_program(seed)
    schedule_engines(program, TINY)
    assign_memory(program, TINY)
    plain = run_engine(program, TINY, bindings())
    waits = synchronize_records(emit(program, TINY).records, TINY).emitted
    delays = insert_delays(program, TINY)
    assert all(isinstance(delay, DelayOp) and delay.default.value.data == 0 for delay in delays)
    emitted = emit(program, TINY)
    assert [slot.name for slot in emitted.delays] == [delay.slot.data for delay in delays]
    sync = synchronize_records(emitted.records, TINY)
    assert sync.emitted == waits
    assert verify_records(write_sync(emitted.records, sync)[0], TINY) == []
    for name, array in run_engine(program, TINY, bindings()).items():
        np.testing.assert_array_equal(array, plain[name])


def test_many_violations_are_summed_up() -> None:
    builder = Builder()
    source, chip = builder.buffer("in0", "hbm", "input"), builder.buffer("s", "sbuf")
    for _ in range(4):
        builder.dma(source, chip, load=True)
        builder.copy(chip, chip)
    program = builder.finish()
    assign_memory(program, TINY)
    violations = verify_sync(program, TINY)
    assert {violation.rule for violation in violations} == {Rule.RAW, Rule.WAR, Rule.WAW}
    with pytest.raises(SynchronizationError, match=rf"(?s)number 1 .*and {len(violations) - 5} more"):
        raise_violations(violations)

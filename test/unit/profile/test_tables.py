"""The tables of a profile say what the simulator says, on random streams and on a network."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.dialects.engine import LaneOp
from accelc.driver import RunResult
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.table import Opcode
from accelc.profile import SIMULATOR_REASON, Counter, Profile, Reason, profile
from accelc.runtime.execute import ExecutionResult, execute
from accelc.simulator.decode import decode_core
from accelc.simulator.stats import REASONS
from accelc.simulator.timing.interlock import interlocks
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.simulator.programs.profile_streams import random_streams

TARGETS = ("tiny", "trn-like", "gemmini-like", "tpu-like")


def check_lanes(found: Profile, execution: ExecutionResult) -> None:
    """Work, every reason and idle time of each lane are the simulator's, as intervals that fill the timing."""
    simulations = [segment.simulation for segment in execution.segments if segment.simulation is not None]
    for owner in range(len(found.lanes)):
        columns = found.lanes.timing, found.lanes.core, found.lanes.lane
        timing, core, lane = (int(column[owner]) for column in columns)
        stats = simulations[timing].cores[core].lanes[found.lane_names[lane]]
        measured = found.lanes.busy[owner], found.lanes.stall[owner], found.lanes.idle[owner]
        assert measured == (stats.busy_ticks, stats.stall_ticks, stats.idle_ticks)
        own = found.stalls.take(found.stalls.owner == owner)
        ticks = own.end - own.begin
        assert (ticks > 0).all()
        assert (own.begin[1:] >= own.end[:-1]).all()
        for reason in REASONS:
            codes = [code for code, name in SIMULATOR_REASON.items() if name == reason]
            assert ticks[np.isin(own.reason, codes)].sum() == stats.stalls[reason]
        assert ticks[own.reason == Reason.IDLE].sum() == stats.idle_ticks


def check_producers(found: Profile, target: Target, program: Program) -> None:
    """What a stall is said to wait for did end it."""
    rows, stalls, flows = found.instructions, found.stalls, found.flows
    latency = target.time.ns_to_ticks(target.sync.inc_latency_ns)
    wakeup = target.time.ns_to_ticks(target.sync.wait_wakeup_ns)
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    code = decode_core(segment.cores[0], target)
    waited_for = {lane.name: interlocks(lane, target) for lane in code}
    fired = {
        int(flow): int(found.updates.fired[update]) for flow, update in zip(flows.consumer, flows.update, strict=True)
    }
    for begin, end, reason, row, semaphore, producer in zip(
        stalls.begin, stalls.end, stalls.reason, stalls.instruction, stalls.semaphore, stalls.producer, strict=True
    ):
        owner = rows.owner[row]
        match Reason(int(reason)):
            case Reason.SEMAPHORE:
                assert semaphore >= 0
                assert end == fired[int(row)] or end < fired[int(row)] == begin
            case Reason.SIGNAL:
                assert semaphore >= 0
                assert end == rows.issue[row] == fired[int(row)] + latency + wakeup
                assert begin >= fired[int(row)]
            case Reason.INTERLOCK:
                assert rows.complete[producer] == end == rows.operands[row]
                name = found.lane_names[found.lanes.lane[owner]]
                known = waited_for[name][rows.pc[row]]
                assert rows.complete[known + found.lanes.first[owner]] == end
                assert known <= rows.pc[producer] < rows.pc[row]
            case Reason.SHADOW:
                assert rows.opcode[row] == Opcode.LS
                assert rows.start[producer] == end
            case Reason.STATIONARY:
                assert rows.opcode[row] == Opcode.MM
                assert rows.read[producer] == end
            case Reason.PORT:
                names = [found.lane_names[found.lanes.lane[rows.owner[r]]] for r in (row, producer)]
                assert names[0] != names[1]
                assert set(target.port(names[0]).exclusive) & set(target.port(names[1]).exclusive)
                assert rows.read[producer] == end == rows.start[row]
            case Reason.DELAY:
                assert rows.opcode[row] == Opcode.DELAY
            case Reason.THROTTLE:
                assert any(slot.kind == "throttle" for slot in segment.delays)
            case _:
                assert producer == -1


def check_flows(found: Profile, program: Program, target: Target) -> None:
    """Replaying the updates in order of time, each wait holds from the update on that is said to release it."""
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    code = decode_core(segment.cores[0], target)
    consumers = dict(zip(found.flows.consumer.tolist(), range(len(found.flows)), strict=True))
    for lane, first in zip(code, found.lanes.first.tolist(), strict=True):
        for record, wait in enumerate(lane.waits):
            row = first + record
            if wait is None:
                assert row not in consumers
                continue
            counts = found.updates.take(found.updates.semaphore == wait.semaphore)
            assert (np.diff(counts.visible) >= 0).all()
            assert counts.count.tolist() == np.cumsum(counts.amount).tolist()
            if row not in consumers:
                assert wait.holds(0)
                continue
            flow = consumers[row]
            released = int(found.flows.update[flow])
            assert found.flows.producer[flow] == found.updates.instruction[released]
            count, amount = int(found.updates.count[released]), int(found.updates.amount[released])
            assert wait.holds(count)
            assert not wait.holds(count - amount)
            assert found.updates.visible[released] <= found.instructions.issue[row]


def check_amounts(found: Profile, execution: ExecutionResult) -> None:
    """Windows add up to the bytes that the simulator counted and to the MACs of the records."""
    cores = [core for s in execution.segments if s.simulation is not None for core in s.simulation.cores]
    amounts = {
        kind: int(found.counters.amount[found.counters.counter == kind].sum())
        for kind in (Counter.MACS, Counter.HBM, Counter.DMA)
    }
    assert amounts[Counter.MACS] == found.instructions.macs.sum() == found.layers.macs.sum()
    assert amounts[Counter.HBM] == sum(core.hbm_bytes for core in cores) == found.layers.hbm_bytes.sum()
    assert amounts[Counter.DMA] == sum(core.dma_bytes for core in cores) == found.layers.bytes.sum()
    for counter, space in ((Counter.SBUF, "sbuf"), (Counter.PSUM, "psum")):
        highest = found.counters.amount[found.counters.counter == counter].max(initial=0)
        assert highest <= max(timing.peak_bytes[space] for timing in found.timings)
    held = found.stalls.instruction >= 0
    stood = (found.stalls.end - found.stalls.begin)[held].sum()
    assert found.layers.stalls.sum() == stood == found.lanes.stall.sum()
    rows = found.instructions
    for timing, node, end in zip(found.layers.timing, found.layers.node, found.layers.end, strict=True):
        own = (found.lanes.timing[rows.owner] == timing) & (rows.node == node)
        # A HALT has no node and ends with the last work on its lane.
        works = own & (rows.opcode >= Opcode.LS)
        assert end == rows.complete[works if works.any() else own].max()


@given(seed=st.integers(0, 2**32), name=st.sampled_from(TARGETS))
@settings(max_examples=60)
def test_random_streams(seed: int, name: str) -> None:
    target = load_target(name)
    program = random_streams(Random(seed), target, 60)
    execution = execute(program, target, {}, functional=False, races=False)
    found = profile(program, execution, target, windows=7)
    check_lanes(found, execution)
    check_flows(found, program, target)
    check_producers(found, target, program)
    check_amounts(found, execution)


def test_a_network(squeezenet: RunResult, squeezenet_profile: Profile) -> None:
    found, program, target = squeezenet_profile, squeezenet.compiled.program, squeezenet.compiled.target
    check_lanes(found, squeezenet.execution)
    check_flows(found, program, target)
    check_producers(found, target, program)
    check_amounts(found, squeezenet.execution)
    assert {Reason(code) for code in np.unique(found.stalls.reason).tolist()} >= {Reason.SEMAPHORE, Reason.DMA_START}
    ops = [op for op in squeezenet.compiled.engine_programs["accelerator0"].body.block.ops if isinstance(op, LaneOp)]
    numbers = np.unique(found.instructions.debug)
    assert numbers.tolist() == list(range(len(ops) + 1))
    for row in np.searchsorted(np.sort(found.instructions.debug), numbers[1:]):
        origin = int(np.argsort(found.instructions.debug, kind="stable")[row])
        op = ops[int(found.instructions.debug[origin]) - 1]
        assert op.name == found.ops[found.instructions.op[origin]]
        assert op.lane.data == found.lane_names[found.lanes.lane[found.instructions.owner[origin]]]
    row = int(np.flatnonzero(found.instructions.macs > 0)[0])
    assert found.text(row).startswith("mm ")
    assert found.debug(row).op == found.ops[found.instructions.op[row]] == "tile.matmul"
    assert found.debug(row).loc_name == found.nodes[found.instructions.node[row]] != ""

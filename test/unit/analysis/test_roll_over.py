"""Clocks of lanes out of order, counters that roll over, event registers and loops, against brute force."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.sync.counters import Plan, count_up, roll_over
from accelc.analysis.sync.events import registers_needed, use_events
from accelc.analysis.sync.happens_before import Rule
from accelc.analysis.sync.hazards import Edge, Hazards, Streams
from accelc.analysis.sync.loops import LoopPlan, UnsteadyLoopError, loop_waits
from accelc.analysis.sync.vector_clock import keep_edges
from benchmarks.five_passes.programs import sync_generators as generators
from benchmarks.five_passes.programs import sync_programs as programs

RAW, OVERTAKEN, PRODUCERS = Rule.RAW, Rule.OVERTAKEN, Rule.PRODUCERS


@st.composite
def random_programs(draw: st.DrawFn, most: int = 30) -> programs.AbstractProgram:
    return generators.random_program(Random(draw(st.integers(0, 2**32))), draw(st.booleans()), most)


def plan_of(program: programs.AbstractProgram, kept: list[list[Edge]], mechanism: str | int) -> Plan:
    """`plain` counters, `event` registers, or counters of so many bits."""
    if isinstance(mechanism, int):
        return roll_over(kept, program.streams, mechanism)
    return use_events(kept, program.streams, 64).plan if mechanism == "event" else count_up(kept, program.streams)


def check(program: programs.AbstractProgram, plan: Plan, seed: int) -> programs.Synchronized:
    """Brute force, verifier, execution and detector all accept a plan."""
    assert programs.unordered_pairs(program, plan.edges) == []
    whole = programs.apply(program, plan)
    assert programs.violations(whole) == []
    order, times = programs.execute(whole, Random(seed))
    assert programs.late_orders(program, times) == 0
    assert programs.conflicts(whole, order) == []
    return whole


@settings(max_examples=40, deadline=None)
@given(random_programs())
def test_kept_edges_are_enough_and_none_is_removable_in_any_order_of_completion(
    program: programs.AbstractProgram,
) -> None:
    kept = keep_edges(program.hazards(), program.streams)
    assert programs.unordered_pairs(program, kept) == []
    assert programs.removable(program, kept) == 0


@settings(max_examples=40, deadline=None)
@given(random_programs(), st.sampled_from(["plain", "event", 1, 2, 3, 4]), st.integers(0, 2**32))
def test_all_witnesses_accept_a_plan_and_miss_every_deleted_wait(
    program: programs.AbstractProgram, mechanism: str | int, seed: int
) -> None:
    kept = keep_edges(program.hazards(), program.streams)
    whole = check(program, plan_of(program, kept, mechanism), seed)
    for wait in range(len(whole.waits)):
        less = whole.without(wait)
        assert programs.violations(less)
        try:
            order, _ = programs.execute(less, Random(seed))
        except programs.DeadlockError:
            continue
        assert programs.conflicts(less, order)


@settings(max_examples=15, deadline=None)
@given(random_programs(most=120), st.integers(1, 4), st.integers(0, 2**32))
def test_counters_of_few_bits_survive_many_turns(program: programs.AbstractProgram, bits: int, seed: int) -> None:
    check(program, roll_over(keep_edges(program.hazards(), program.streams), program.streams, bits), seed)


@pytest.mark.parametrize("seed", [2114, 3217, 5357])
def test_consumers_that_lag_again_when_chains_change_wait_for_later_signals(seed: int) -> None:
    program = generators.random_program(Random(seed), False, 80)
    check(program, roll_over(keep_edges(program.hazards(), program.streams), program.streams, 1), seed)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.sampled_from(["plain", "event", 1, 4]))
def test_programs_like_emitted_ones_are_ordered_with_the_fewest_waits(
    seed: int, in_order: bool, mechanism: str | int
) -> None:
    random = Random(seed)
    program = generators.emitted_program(random, in_order, 40, 120)
    kept = keep_edges(program.hazards(), program.streams)
    assert programs.removable(program, kept) == 0
    whole = check(program, plan_of(program, kept, mechanism), seed)
    for wait in random.sample(range(len(whole.waits)), min(4, len(whole.waits))):
        assert programs.violations(whole.without(wait))


@settings(max_examples=25, deadline=None)
@given(random_programs(), st.integers(1, 12), st.integers(0, 2**32))
def test_few_event_registers_are_guarded_or_helped_out(
    program: programs.AbstractProgram, registers: int, seed: int
) -> None:
    kept = keep_edges(program.hazards(), program.streams)
    events = use_events(kept, program.streams, registers)
    assert events.registers <= registers
    check(program, events.plan, seed)
    enough = registers_needed(kept, program.streams)
    assert use_events(kept, program.streams, enough).spilled == 0


def scalars_on_an_unordered_lane() -> programs.AbstractProgram:
    """Two writes on a lane out of order, each read by another lane."""
    streams = programs.lanes_of(2, [False, True], [False, False], [0, 0, 1, 1])
    return programs.program_of(streams, [set(), set(), {1}, {0}], [{0}, {1}, set(), set()])


def test_the_latest_of_an_unordered_lane_does_not_stand_for_earlier_ones() -> None:
    program = scalars_on_an_unordered_lane()
    kept = keep_edges(program.hazards(), program.streams)
    assert kept == [[], [], [(1, 1)], [(1, 0)]]
    # With one number per lane, as if it were in order, the second wait is lost.
    pretended = Streams(*(getattr(program.streams, name) for name in _IN_ORDER_FIELDS))
    lost = keep_edges(Hazards(kept), pretended)
    assert lost == [[], [], [(1, 1)], []]
    assert len(programs.unordered_pairs(program, lost)) == 1


_IN_ORDER_FIELDS = ("lane", "stream", "names", "stream_lane", "interlocked")


def test_an_unordered_lane_gets_a_counter_for_each_signal_not_ordered_by_others() -> None:
    program = scalars_on_an_unordered_lane()
    plan = count_up(keep_edges(program.hazards(), program.streams), program.streams)
    assert [counter.name for counter in plan.counters] == ["lane0.complete.0", "lane0.complete.1"]
    # One counter for both does not say which of them is complete.
    shared = programs.Synchronized(program, [(2, 0, 2, 0), (3, 0, 1, 0)], [(0, 0, 1, 1), (1, 0, 1, 1)])
    assert PRODUCERS in {violation.rule for violation in programs.violations(shared)}
    order, _ = programs.execute(shared, Random(0))
    assert {conflict.hazard for conflict in programs.conflicts(shared, order)} == {"RAW"}


def stream_of_pairs(count: int) -> programs.AbstractProgram:
    """Lane 0 writes `count` cells, then lane 1 reads them in order."""
    streams = programs.lanes_of(2, [True, True], [False, False], [0] * count + [1] * count)
    cells = [{cell} for cell in range(count)]
    none: list[set[int]] = [set() for _ in range(count)]
    return programs.program_of(streams, none + cells, cells + none)


def test_a_consumer_that_lags_waits_for_a_later_signal() -> None:
    program = stream_of_pairs(10)
    plan = roll_over(keep_edges(program.hazards(), program.streams), program.streams, 3)
    assert [waits for waits in plan.edges if waits] == [[(1, 6)], [(1, 7)], [(1, 8)], [(1, 9)]]
    check(program, plan, 0)


def test_a_producer_is_held_back_from_rolling_over_a_wait() -> None:
    cells = 20
    streams = programs.lanes_of(2, [True, True], [False, False], [0, 1] * cells)
    reads = [{index // 2} if index % 2 else set[int]() for index in range(2 * cells)]
    writes = [set[int]() if index % 2 else {index // 2} for index in range(2 * cells)]
    program = programs.program_of(streams, reads, writes)
    kept = keep_edges(program.hazards(), program.streams)
    plan = roll_over(kept, program.streams, 3)
    assert sum(map(len, plan.waits)) > sum(map(len, kept))
    whole = check(program, plan, 0)
    held = next(at for at, (index, *_) in enumerate(whole.waits) if index % 2 == 0)
    assert OVERTAKEN in {violation.rule for violation in programs.violations(whole.without(held))}
    unheld = programs.Synchronized(program, [row for row in whole.waits if row[0] % 2], whole.updates)
    overtaken = [conflict for conflict in _conflicts(unheld) if conflict == "OVERTAKEN"]
    assert overtaken


def _conflicts(synchronized: programs.Synchronized) -> list[str]:
    order = list(range(len(synchronized.program)))
    return [conflict.hazard for conflict in programs.conflicts(synchronized, order)]


def test_a_counter_needs_a_bit() -> None:
    program = stream_of_pairs(1)
    with pytest.raises(ValueError, match="counters of 0 bits: at least 1"):
        roll_over([[], [(1, 0)]], program.streams, 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([5, 16]))
def test_the_pattern_of_a_loop_holds_in_every_turn(seed: int, bits: int) -> None:
    random = Random(seed)
    body = generators.random_body(random)

    def unroll(iterations: int) -> tuple[Streams, list[list[Edge]]]:
        program = generators.unrolled(*body, iterations)
        return program.streams, program.hazards().edges

    plan = loop_waits(unroll, len(body[1]), bits)
    turns = 12
    program = generators.unrolled(*body, turns)
    assert programs.unordered_pairs(program, plan.edges(turns)) == []
    replayed = programs.apply_loop(program, plan, turns)
    assert programs.violations(replayed) == []
    order, times = programs.execute(replayed, random)
    assert programs.late_orders(program, times) == 0
    assert programs.conflicts(replayed, order) == []


def produce_and_consume(bits: int, signals: int = 1, in_order: bool = True) -> LoopPlan:
    """A loop in which lane 0 writes fresh cells and lane 1 reads them."""
    lane = [0] * signals + [1] * signals
    streams = programs.lanes_of(2, [in_order, True], [False, False], lane)
    cells = [{generators.FRESH + cell} for cell in range(signals)]
    none: list[set[int]] = [set() for _ in range(signals)]

    def unroll(iterations: int) -> tuple[Streams, list[list[Edge]]]:
        program = generators.unrolled(streams, none + cells, cells + none, iterations)
        return program.streams, program.hazards().edges

    return loop_waits(unroll, 2 * signals, bits)


def test_values_of_a_loop_advance_and_a_back_edge_bounds_the_lead() -> None:
    plan = produce_and_consume(3)
    (wait,) = plan.waits[1]
    assert (wait.channel, wait.producer, wait.distance) == (1, 0, 0)
    assert [plan.value(wait, 1, turn) for turn in range(10)] == [1, 2, 3, 4, 5, 6, 7, 0, 1, 2]
    (back,) = plan.waits[0]
    assert (back.producer, back.distance, plan.back_edges) == (1, 2, 1)


def test_loops_without_a_pattern_are_refused() -> None:
    with pytest.raises(UnsteadyLoopError, match=r"an iteration signals 4 times on one counter.*at least 8 is needed"):
        produce_and_consume(3, signals=4)
    with pytest.raises(UnsteadyLoopError, match="a lane that completes out of order has no counter"):
        produce_and_consume(3, in_order=False)


def test_readers_before_a_write_are_covered_by_it() -> None:
    """Of a cell that is read, written and written again, the last write only has to follow the one before."""
    streams = programs.lanes_of(3, [True] * 3, [False] * 3, [0, 1, 2])
    none = set[int]()
    program = programs.program_of(streams, [{0}, none, none], [none, {0}, {0}])
    assert program.hazards().edges == [[], [(0, 0)], [(3, 1)]]


def test_the_simple_model_waits_for_the_latest_of_a_lane() -> None:
    """Operands read by the later of two instructions, a result of the earlier: one wait, for the later."""
    streams = programs.lanes_of(2, [True, True], [False, False], [0, 0, 1])
    hazards = Hazards([[], [], [(0, 1), (1, 0)]])
    assert keep_edges(hazards, streams, "simple") == [[], [], [(1, 1)]]
    assert keep_edges(hazards, streams, "phase") == [[], [], [(0, 1), (1, 0)]]

"""Spill plans: memory suffices at every action, every use sees its last write, and no transfer is needless."""

from collections.abc import Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from accelc.analysis.allocate import Memory, Request, allocate
from accelc.analysis.scheduling.spill import Action, Kind, Step, plan_spills, transfer_count, version_ranges

LIMIT = 12
Program = tuple[list[Step], dict[int, int]]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Steps on values of 1 to 4 bytes, at most three at a time."""
    sizes = {value: draw(st.integers(1, 4)) for value in range(draw(st.integers(1, 9)))}
    steps: list[Step] = []
    for _ in range(draw(st.integers(0, 24))):
        values = draw(st.lists(st.sampled_from([*sizes]), min_size=1, max_size=3, unique=True))
        kind = draw(st.sampled_from(["copy", "define", "change", "store"]))
        if kind == "copy":
            steps.append(Step((), (values[0],), (values[0],) if draw(st.booleans()) else (), copies=True))
        elif kind == "store":
            steps.append(Step(tuple(values)))
        elif kind == "define":
            steps.append(Step(tuple(values[1:]), (values[0],), (values[0],)))
        else:
            steps.append(Step(tuple(values), (values[0],)))
    return steps, sizes


Contents = tuple[int, ...]
"""Steps that made the contents of a value since it was last written whole."""


def seen(steps: Sequence[Step], plan: Sequence[Action]) -> list[list[Contents]]:
    """What each step finds in the values that it reads, or changes in part, when `plan` is executed."""
    inside: dict[int, Contents] = {}
    outside: dict[int, Contents] = {}
    found: list[list[Contents]] = []
    for action in plan:
        value = action.number
        match action.kind:
            case Kind.STORE:
                outside[value] = inside[value]
            case Kind.LOAD:
                inside[value] = outside[value]
            case Kind.REPEAT:
                assert all(steps[number].copies and steps[number].writes == (value,) for number in action.steps)
                inside[value] = action.steps
            case Kind.FRESH:
                inside[value] = (-1,)
            case Kind.RUN:
                step = steps[action.number]
                found.append([inside.get(v, ()) for v in step.touched if v not in step.defines])
                for v in step.writes:
                    inside[v] = (*(() if v in step.defines else inside.get(v, ())), action.number)
    return found


@given(programs())
def test_every_use_sees_its_last_write(program: Program) -> None:
    steps, sizes = program
    kept = [Action(Kind.RUN, number) for number in range(len(steps))]
    for everything in (False, True):
        plan = plan_spills(steps, sizes, LIMIT, everything=everything)
        assert [action.number for action in plan if action.kind is Kind.RUN] == list(range(len(steps)))
        assert seen(steps, plan) == seen(steps, kept)


@given(programs(), st.sampled_from([LIMIT, 2 * LIMIT]))
def test_the_limit_is_respected_at_every_action(program: Program, limit: int) -> None:
    steps, sizes = program
    plan = plan_spills(steps, sizes, limit)
    event(f"transfers: {min(transfer_count(plan), 8)}")
    level = [0] * len(plan)
    for value, first, last in version_ranges(plan, steps):
        for position in range(first, last + 1):
            level[position] += sizes[value]
    assert max(level, default=0) <= limit


@given(programs())
def test_no_more_transfers_than_emptying_the_memory_at_every_step(program: Program) -> None:
    steps, sizes = program
    naive = plan_spills(steps, sizes, LIMIT, everything=True)
    assert transfer_count(plan_spills(steps, sizes, LIMIT)) <= transfer_count(naive)


@given(programs())
def test_a_program_that_fits_is_left_alone(program: Program) -> None:
    steps, sizes = program
    plan = plan_spills(steps, sizes, sum(sizes.values()))
    assert plan == [Action(Kind.RUN, number) for number in range(len(steps))]


@given(programs(), st.integers(1, 3))
def test_emptying_the_memory_at_every_step_always_leaves_addresses(program: Program, align: int) -> None:
    steps, sizes = program
    padded = {value: -(-size // align) * align for value, size in sizes.items()}
    limit = max((sum(padded[value] for value in step.touched) for step in steps), default=1)
    plan = plan_spills(steps, padded, limit, everything=True)
    requests = [Request(f"v{v}", sizes[v], align, first, last) for v, first, last in version_ranges(plan, steps)]
    allocate(requests, Memory("sbuf", limit, "never"))


def test_the_farthest_next_use_leaves() -> None:
    """Of two values that wait, the one that is needed last is stored, behind its last write, and comes back once."""
    steps = [Step((), (0,)), Step((), (1,)), Step((), (2,)), Step((1, 2)), Step((0, 2))]
    plan = plan_spills(steps, {0: 1, 1: 1, 2: 1}, 2)
    run = [Action(Kind.RUN, number) for number in range(5)]
    assert plan == [run[0], Action(Kind.STORE, 0), run[1], run[2], run[3], Action(Kind.LOAD, 0), run[4]]


def test_what_was_loaded_is_loaded_again_and_not_stored() -> None:
    steps = [Step((), (0,), copies=True), Step((), (1,)), Step((), (2,)), Step((1, 2)), Step((0, 2))]
    plan = plan_spills(steps, {0: 1, 1: 1, 2: 1}, 2)
    assert [action for action in plan if action.kind is not Kind.RUN] == [Action(Kind.REPEAT, 0, (0,))]


def test_what_was_stored_is_stored_again_only_after_a_change() -> None:
    """Value 0 leaves twice. It is read in between, or changed."""
    full, again = ([Step((), pair), Step(pair)] for pair in ((1, 2), (3, 4)))
    for change, stores in ((Step((0,)), 1), (Step((0,), (0,)), 2)):
        plan = plan_spills([Step((), (0,)), *full, change, *again, Step((0,))], dict.fromkeys(range(5), 1), 2)
        assert sum(action.kind is Kind.STORE for action in plan) == stores
        assert sum(action.kind is Kind.LOAD for action in plan) == 2


def test_contents_that_are_overwritten_are_dropped() -> None:
    steps = [Step((), (0,)), Step((), (1, 2)), Step((1, 2)), Step((), (0,), (0,)), Step((0, 1))]
    plan = plan_spills(steps, {0: 1, 1: 1, 2: 1}, 2)
    assert [action.kind for action in plan if action.kind is not Kind.RUN] == [Kind.FRESH]


def test_one_large_value_leaves_instead_of_a_small_one_beside_it() -> None:
    """The farthest does not make room enough; with the next farthest gone it need not leave."""
    steps = [Step((), (0,)), Step((), (1,)), Step((), (2,)), Step((1,)), Step((0,))]
    plan = plan_spills(steps, {0: 1, 1: 6, 2: 6}, 8)
    assert [action for action in plan if action.kind is Kind.STORE] == [Action(Kind.STORE, 1)]


def test_a_step_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="step 1 needs 5 bytes at once, the limit is 4"):
        plan_spills([Step((), (0,)), Step((0, 1))], {0: 2, 1: 3}, 4)

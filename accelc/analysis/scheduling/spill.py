"""
Which values leave a full memory, and when they come back, for a given order of steps.

Where the values that a step touches do not fit beside those that wait for later steps, the value whose next use is
farthest leaves (L. A. Belady, IBM Systems Journal 5(2), 1966; here values have sizes, so several may have to leave and
those that need not stay). It is stored outside unless its contents can be had again: from an earlier store, or by
repeating the few transfers that filled it. Its next use begins a new version, which may lie anywhere: the live range is
split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

MOST_REPEATED = 4
"""Transfers that are repeated to fill a value again; one that was filled by more is stored, and loaded at once."""
_NEVER = 1 << 62


@dataclass(frozen=True)
class Step:
    """
    What one op does to the values of a memory, by number.

    Of those in `writes` it may change a part only, unless they are in `defines`: these it writes whole and does not
    read. A step that `copies` does nothing but fill its value from outside; repeated later, it does the same again.
    """

    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    defines: tuple[int, ...] = ()
    copies: bool = False

    @property
    def touched(self) -> tuple[int, ...]:
        """All values of the step, each once."""
        return tuple(dict.fromkeys((*self.reads, *self.writes)))


class Kind(Enum):
    """What an action of a plan does."""

    RUN = auto()
    """Step `number`."""
    STORE = auto()
    """Writes value `number` to its place outside."""
    LOAD = auto()
    """Begins a version of value `number` with what its place outside holds."""
    REPEAT = auto()
    """Begins a version of value `number` by repeating `steps`."""
    FRESH = auto()
    """Begins a version of value `number`; the next step writes all of it."""


@dataclass(frozen=True)
class Action:
    """One action of a plan, on a step or on the present version of a value."""

    kind: Kind
    number: int
    steps: tuple[int, ...] = ()

    @property
    def transfers(self) -> int:
        """Transfers it needs."""
        return {Kind.STORE: 1, Kind.LOAD: 1, Kind.REPEAT: len(self.steps)}.get(self.kind, 0)


def transfer_count(plan: Sequence[Action]) -> int:
    """Transfers that a plan adds to its program."""
    return sum(action.transfers for action in plan)


@dataclass
class _Value:
    """Whether a value is in memory, how its contents can be had again, and where its last write stands in the plan."""

    resident: bool = False
    stored: bool = False
    copies: list[int] | None = field(default_factory=list[int])
    """steps whose repetition gives the contents; None where they do not"""
    written_at: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing is lost when it leaves."""
        return self.stored or (self.copies is not None and len(self.copies) <= MOST_REPEATED)


def plan_spills(
    steps: Sequence[Step], sizes: Mapping[int, int], limit: float, *, everything: bool = False
) -> list[Action]:
    """
    The steps in their order, with the stores and loads that keep the live values within `limit` bytes.

    `sizes` are bytes of every value. Steps whose values all fit are left as they are. `everything` empties the memory
    in front of every step: the naive plan, whose live ranges never reach past one step, so that addresses always
    suffice. Raises ValueError for a step whose own values exceed the limit.
    """
    plan = _Plan(steps, sizes, limit)
    for number, step in enumerate(steps):
        plan.make_room(number, step, everything)
        plan.run(number, step)
    return plan.finish()


class _Plan:
    def __init__(self, steps: Sequence[Step], sizes: Mapping[int, int], limit: float) -> None:
        self.sizes, self.limit = sizes, limit
        self.values = {value: _Value() for step in steps for value in step.touched}
        self.uses: dict[int, list[tuple[int, bool]]] = {value: [] for value in self.values}
        for number in range(len(steps) - 1, -1, -1):
            for value in steps[number].touched:
                self.uses[value].append((number, value in steps[number].defines))
        self.level = 0
        self.resident: dict[int, None] = {}
        self.actions: list[Action] = []
        self.stores: list[tuple[int, int]] = []
        """position in `actions` after which the store of a value stands"""

    def next_use(self, value: int) -> int:
        """Step of the next use of the present contents; `_NEVER` where they are overwritten first."""
        number, defined = self.uses[value][-1]
        return _NEVER if defined else number

    def make_room(self, number: int, step: Step, everything: bool) -> None:
        """Lets values leave until those of `step` fit."""
        touched = step.touched
        needed = sum(self.sizes[value] for value in touched)
        if needed > self.limit:
            raise ValueError(f"step {number} needs {needed} bytes at once, the limit is {self.limit:g}")
        if everything:
            for value in list(self.resident):
                self.leave(value)
        room = sum(self.sizes[value] for value in touched if value not in self.resident)
        over = self.level + room - self.limit
        if over <= 0:
            return
        waiting = sorted(
            (value for value in self.resident if value not in touched),
            key=lambda value: (self.next_use(value), self.values[value].is_clean, self.sizes[value], value),
        )
        chosen: list[int] = []
        for value in reversed(waiting):
            if over <= 0:
                break
            chosen.append(value)
            over -= self.sizes[value]
        # A large one that was chosen late can make an earlier choice unnecessary.
        for value in reversed(chosen):
            if over + self.sizes[value] <= 0:
                over += self.sizes[value]
            else:
                self.leave(value)

    def leave(self, value: int) -> None:
        """Frees the memory of a value; its contents are stored where they are needed and cannot be had again."""
        state = self.values[value]
        if self.next_use(value) != _NEVER and not state.is_clean:
            self.stores.append((state.written_at, value))
            state.stored = True
        self.free(value)

    def free(self, value: int) -> None:
        """Takes a value out of memory."""
        self.values[value].resident = False
        del self.resident[value]
        self.level -= self.sizes[value]

    def run(self, number: int, step: Step) -> None:
        """Brings the values of a step to memory, and runs it."""
        began = {value for value in step.touched if self.values[value].written_at}
        for value in step.touched:
            state = self.values[value]
            if not state.resident:
                if value in began:
                    self.enter(value, value in step.defines)
                state.resident = True
                self.resident[value] = None
                self.level += self.sizes[value]
        self.actions.append(Action(Kind.RUN, number))
        for value in step.touched:
            state = self.values[value]
            if value in step.writes:
                self.write(state, number, step, value)
            # A value that was read before it was ever written has contents too, whatever they are.
            state.written_at = state.written_at or len(self.actions)
            self.uses[value].pop()
            if not self.uses[value]:
                self.free(value)

    def write(self, state: _Value, number: int, step: Step, value: int) -> None:
        """Enters that a step changes a value."""
        state.written_at = len(self.actions)
        if value in step.defines:
            state.copies, state.stored = [], False
        if step.copies and state.copies is not None and not state.stored:
            state.copies = [*state.copies, number]
        else:
            state.copies = None
        state.stored = False

    def enter(self, value: int, defined: bool) -> None:
        """Begins a new version of a value."""
        state = self.values[value]
        if defined:
            self.actions.append(Action(Kind.FRESH, value))
        elif state.stored:
            self.actions.append(Action(Kind.LOAD, value))
        else:
            assert state.copies is not None
            self.actions.append(Action(Kind.REPEAT, value, tuple(state.copies)))

    def finish(self) -> list[Action]:
        """All actions, every store directly behind the last change of what it stores."""
        after: dict[int, list[int]] = {}
        for position, value in self.stores:
            after.setdefault(position, []).append(value)
        result: list[Action] = []
        for position, action in enumerate(self.actions):
            result.append(action)
            result += [Action(Kind.STORE, value) for value in after.get(position + 1, ())]
        return result


def version_ranges(plan: Sequence[Action], steps: Sequence[Step]) -> list[tuple[int, int, int]]:
    """(value, first, last) of every version of every value: the actions of a plan that touch it first and last."""
    ranges: list[tuple[int, int, int]] = []
    version: dict[int, int] = {}
    for position, action in enumerate(plan):
        touched = steps[action.number].touched if action.kind is Kind.RUN else (action.number,)
        for value in touched:
            if value not in version or action.kind in (Kind.LOAD, Kind.REPEAT, Kind.FRESH):
                version[value] = len(ranges)
                ranges.append((value, position, position))
            else:
                _, first, _ = ranges[version[value]]
                ranges[version[value]] = value, first, position
    return ranges

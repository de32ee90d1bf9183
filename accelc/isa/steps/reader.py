"""Reads steps of a program from text (see `lines`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from accelc.errors import ProgramError
from accelc.isa.steps.model import MAX_DEPTH, Carried, Invocation, Operand, Repeat, Slice, Step
from accelc.isa.text.words import integer

_MOST = (1 << 62) - 1


@dataclass
class _Loop:
    count: int
    carried: list[Carried] = field(default_factory=list[Carried])
    body: list[Step] = field(default_factory=list[Step])


@dataclass
class StepReader:
    """Steps read so far; `string` reads a word that is a name."""

    string: Callable[[str], str]
    loops: list[_Loop] = field(default_factory=lambda: [_Loop(1)])

    def finish(self) -> tuple[Step, ...]:
        """All steps. Raises ProgramError if a loop is open."""
        if len(self.loops) > 1:
            raise ProgramError(f"{len(self.loops) - 1} loops are open at the end: .end closes one")
        return tuple(self.loops[0].body)

    def launch(self, segment: str) -> None:
        """`.launch "SEGMENT"`."""
        self.loops[-1].body.append(Invocation(self.string(segment), (), ()))

    def repeat(self, count: str) -> None:
        """`.repeat COUNT`. Raises ProgramError for loops nested too deeply."""
        if len(self.loops) > MAX_DEPTH:
            raise ProgramError(f"more than {MAX_DEPTH} loops around one another")
        self.loops.append(_Loop(integer(count, "count", 1, _MOST)))

    def end(self) -> None:
        """`.end`. Raises ProgramError when no loop is open."""
        if len(self.loops) == 1:
            raise ProgramError("no loop is open: .repeat opens one")
        loop = self.loops.pop()
        self.loops[-1].body.append(Repeat(loop.count, tuple(loop.body), tuple(loop.carried)))

    def carry(self, name: str, start: str, following: str) -> None:
        """`.carried "NAME" "START" "FOLLOWING"`. Raises ProgramError outside loops."""
        if len(self.loops) == 1:
            raise ProgramError("a carried value belongs to a loop: .repeat opens one")
        self.loops[-1].carried.append(Carried(*map(self.string, (name, start, following))))

    def takes(self, *words: str) -> None:
        """`.takes OPERAND...`. Raises ProgramError for a second one."""
        step = self._last()
        if step.inputs:
            raise ProgramError("a second .takes")
        self.loops[-1].body[-1] = replace(step, inputs=self._operands(words))

    def gives(self, *words: str) -> None:
        """`.gives OPERAND...`. Raises ProgramError for a second one."""
        step = self._last()
        if step.outputs:
            raise ProgramError("a second .gives")
        self.loops[-1].body[-1] = replace(step, outputs=self._operands(words))

    def given(self, inside: str, outside: str) -> None:
        """`.given "INSIDE" "OUTSIDE"`. Raises ProgramError for a weight given twice."""
        step, name = self._last(), self.string(inside)
        if name in step.weights:
            raise ProgramError(f"weight {inside} is given twice")
        self.loops[-1].body[-1] = replace(step, weights={**step.weights, name: self.string(outside)})

    def _last(self) -> Invocation:
        body = self.loops[-1].body
        if not body or not isinstance(body[-1], Invocation):
            raise ProgramError("outside a launch: .launch comes first")
        return body[-1]

    def _operands(self, words: Sequence[str]) -> tuple[Operand, ...]:
        operands: list[Operand] = []
        for word in words:
            last = operands[-1] if operands else None
            if word.startswith("@") and isinstance(last, str):
                operands[-1] = Slice(last, integer(word[1:], "first element", -_MOST, _MOST), 0)
            elif word.startswith("*") and isinstance(last, Slice):
                operands[-1] = replace(last, size=integer(word[1:], "size", 0, _MOST))
            elif word.startswith("+") and isinstance(last, Slice):
                stride = integer(word[1:], "stride", -_MOST, _MOST)
                operands[-1] = replace(last, strides=(*last.strides, stride))
            else:
                operands.append(self.string(word))
        return tuple(operands)

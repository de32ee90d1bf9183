"""
Steps of a program as text.

`.launch "SEGMENT"` is followed by `.takes` and `.gives` with the operands, and by one `.given "INSIDE" "OUTSIDE"` for
each weight that is another. An operand is a name, with `@FIRST *SIZE +STRIDE...` behind it for a part. `.repeat
COUNT` opens a loop that `.end` closes; `.carried "NAME" "START" "FOLLOWING"` belongs to the loop around.
"""

import json
from collections.abc import Iterator, Sequence

from accelc.isa.steps.model import Operand, Repeat, Step


def step_lines(steps: Sequence[Step], indent: str = "") -> Iterator[str]:
    """Lines of steps."""
    for step in steps:
        if isinstance(step, Repeat):
            yield f"{indent}.repeat {step.count}"
            for each in step.carried:
                yield f"{indent}  .carried {_names(each.name, each.start, each.following)}"
            yield from step_lines(step.body, f"{indent}  ")
            yield f"{indent}.end"
            continue
        yield f"{indent}.launch {_names(step.segment)}"
        for word, operands in ((".takes", step.inputs), (".gives", step.outputs)):
            if operands:
                yield " ".join((f"{indent}  {word}", *map(_operand, operands)))
        for inside, outside in step.weights.items():
            yield f"{indent}  .given {_names(inside, outside)}"


def _names(*names: str) -> str:
    return " ".join(map(json.dumps, names))


def _operand(operand: Operand) -> str:
    if isinstance(operand, str):
        return _names(operand)
    return " ".join(
        (_names(operand.value), f"@{operand.first}", f"*{operand.size}", *(f"+{stride}" for stride in operand.strides))
    )

"""
Steps of a program in the manifest.

An invocation is an object with `segment`, `inputs`, `outputs` and `weights`, a loop one with `count`, `body` and
`carried`. An operand is a value's name, or [name, first element, elements, stride of each loop].
"""

from collections.abc import Sequence
from typing import cast

from accelc.errors import ProgramError
from accelc.isa.manifest import Fields
from accelc.isa.steps import MAX_DEPTH, Carried, Invocation, Operand, Repeat, Slice, Step


def step_list(steps: Sequence[Step]) -> list[object]:
    """JSON form of steps."""
    return [_repeat(step) if isinstance(step, Repeat) else _invocation(step) for step in steps]


def _invocation(step: Invocation) -> object:
    return {
        "segment": step.segment,
        "inputs": [_operand(operand) for operand in step.inputs],
        "outputs": [_operand(operand) for operand in step.outputs],
        "weights": dict(step.weights),
    }


def _repeat(step: Repeat) -> object:
    carried = [[each.name, each.start, each.following] for each in step.carried]
    return {"count": step.count, "body": step_list(step.body), "carried": carried}


def _operand(operand: Operand) -> object:
    return operand if isinstance(operand, str) else [operand.value, operand.first, operand.size, *operand.strides]


def parse_steps(values: Sequence[object], where: str, around: int = 0) -> tuple[Step, ...]:
    """Steps of a JSON array. Raises ProgramError for anything else."""
    if around > MAX_DEPTH:
        raise ProgramError(f"{where}: more than {MAX_DEPTH} loops around one another")
    return tuple(_step(value, f"{where}[{index}]", around) for index, value in enumerate(values))


def _step(value: object, where: str, around: int) -> Step:
    fields = Fields(value, where)
    if "count" in fields.names():
        count = fields.number("count", 1)
        body = parse_steps(fields.items("body"), f"{where}: body", around + 1)
        carried = tuple(_carried(each, f"{where}: carried") for each in fields.items("carried"))
        fields.done()
        return Repeat(count, body, carried)
    segment = fields.text("segment")
    inputs = tuple(_read_operand(each, f"{where}: inputs") for each in fields.items("inputs"))
    outputs = tuple(_read_operand(each, f"{where}: outputs") for each in fields.items("outputs"))
    given = fields.object("weights")
    weights = {name: given.text(name) for name in given.names()}
    fields.done()
    return Invocation(segment, inputs, outputs, weights)


def _carried(value: object, where: str) -> Carried:
    if isinstance(value, list) and len(cast(list[object], value)) == 3:
        name, start, following = cast(list[object], value)
        if isinstance(name, str) and isinstance(start, str) and isinstance(following, str):
            return Carried(name, start, following)
    raise ProgramError(f"{where}: expected [name, start, following]")


def _read_operand(value: object, where: str) -> Operand:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(cast(list[object], value)) >= 3:
        name, *numbers = cast(list[object], value)
        whole = [number for number in numbers if type(number) is int and abs(number) < 1 << 62]
        if isinstance(name, str) and len(whole) == len(numbers):
            return Slice(name, whole[0], whole[1], tuple(whole[2:]))
    raise ProgramError(f"{where}: expected a name or [name, first element, elements, stride of each loop]")

"""Loops, branches and composites of StableHLO."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from xdsl.ir import Attribute, Block, BlockArgument, Region, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import DType
from accelc.dialects.graph_ops.regions import INDEX
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.loops import Count, trip_count
from accelc.frontends.mlir.view import View
from accelc.frontends.mlir.writer import Writer

MAX_TRIPS = 1 << 31
"""Iterations of a loop."""
MAX_BRANCHES = 256
"""Bodies of one case, which become as many branches in one another."""
_MANTISSAS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
"""Bits of whole numbers that a type of floats holds without gaps."""


def captured(call: Call, regions: Sequence[Region]) -> list[SSAValue]:
    """Values from outside that regions use, in the order of their first use."""
    found: dict[SSAValue, None] = {}
    for region in regions:
        for op in region.walk():
            found |= {value: None for value in op.operands if value in call.env}
    return list(found)


class _Inner:
    """A body being written: its arguments, and the values from outside as more arguments or as copies of constants."""

    def __init__(self, call: Call, carried: Sequence[SSAValue], outer: Sequence[SSAValue], *, loop: bool):
        self.env: dict[SSAValue, SSAValue] = {}
        fixed = [value for value in outer if isinstance(call.env[value].owner, graph.ConstantOp | graph.WeightOp)]
        passed = [value for value in outer if value not in fixed]
        self.inputs = [*carried, *(call.env[value] for value in passed)]
        types = [value.type for value in self.inputs]
        self.block = Block(arg_types=[INDEX, *types] if loop else types)
        self.arguments = list(self.block.args[1:] if loop else self.block.args)
        self.writer = Writer(self.block, call.writer.weights, call.writer.name, call.writer.error)
        self.env |= zip(passed, self.arguments[len(carried) :], strict=True)
        for value in fixed:
            owner = call.env[value].owner
            assert isinstance(owner, graph.ConstantOp | graph.WeightOp)
            self.env[value] = self.writer.add(owner.clone())

    def region(self, results: Sequence[SSAValue]) -> Region:
        """The body with its end."""
        self.block.add_op(graph.YieldOp(results))
        return Region(self.block)


def _while(call: Call) -> Sequence[SSAValue]:
    condition, body = call.body(0), call.body(1)
    carried = call.operands
    last = body.last_op
    sides = [len(condition.args), len(body.args), 0 if last is None else len(last.operands)]
    if any(side != len(carried) for side in sides):
        raise call.error(
            f"carries {len(carried)} values; its bodies take {sides[0]} and {sides[1]} and give {sides[2]}"
        )
    count = _count(call, condition, body)
    inner = _Inner(call, carried, captured(call, [call.view.regions[1]]), loop=True)
    env = {**inner.env, **dict(zip(body.args, inner.arguments[: len(carried)], strict=True))}
    results = call.converter.block(body, env, inner.writer)
    loop = graph.ForOp(count, inner.inputs, [value.type for value in carried], inner.region(results))
    return call.writer.append(loop).results


def _count(call: Call, condition: Block, body: Block) -> int:
    """
    Number of iterations: the condition compares a carried number with a constant, and the body adds a constant to it.

    The condition and the step are evaluated, so constants may be values that are known for other reasons.
    """
    found = _pattern(call, condition, body)
    if found is None:
        raise call.error(
            "the number of iterations is not known when compiling; supported are conditions that compare a counter, "
            "to which the body adds a constant, with a constant"
        )
    counted, dtype = found
    trips = trip_count(counted)
    last = counted.start + (trips or 0) * counted.step
    if trips is None or trips > MAX_TRIPS or not _holds(dtype, last):
        raise call.error(f"counts from {counted.start} in steps of {counted.step} in {dtype.name} and does not end")
    return trips


def _holds(dtype: DType, number: int) -> bool:
    """Whether a counter of this type comes to a number: integers wrap before, floats stop to grow."""
    if dtype.kind in "fV":
        return abs(number) <= 1 << _MANTISSAS.get(dtype.name, 0)
    return int(np.iinfo(dtype).min) <= number <= int(np.iinfo(dtype).max)


def _pattern(call: Call, condition: Block, body: Block) -> tuple[Count, DType] | None:
    test, end, last = _step(condition, 0), condition.last_op, body.last_op
    if test is None or end is None or last is None or test.name != "stablehlo.compare":
        return None
    if len(test.op.operands) != 2:
        return None
    a, b = test.op.operands[:2]
    direction = test.word("comparison_direction")
    if a not in condition.args:
        a, b = b, a
        direction = {"LT": "GT", "GT": "LT", "LE": "GE", "GE": "LE"}.get(direction, direction)
    if not isinstance(a, BlockArgument) or a.block is not condition:
        return None
    number = a.index
    limit = _value(call, b, condition, body)
    start = call.writer.known_scalar(call.operand(number))
    added = _step(body, number)
    if limit is None or start is None or added is None or added.name not in ("stablehlo.add", "stablehlo.subtract"):
        return None
    if len(added.op.operands) != 2:
        return None
    x, y = added.op.operands[:2]
    if x is not body.args[number] and added.name == "stablehlo.add":
        x, y = y, x
    step = _value(call, y, body, body)
    if x is not body.args[number] or step is None:
        return None
    sign = 1 if added.name == "stablehlo.add" else -1
    numbers = (start, limit, step)
    if not all(float(value).is_integer() for value in numbers):
        return None
    return Count(int(start), int(limit), sign * int(step), direction), call.dtype(number)


def _step(block: Block, returned: int) -> View | None:
    """The operation of a block that computes what it returns at this place."""
    last = block.last_op
    if last is None or returned >= len(last.operands):
        return None
    owner = last.operands[returned].owner
    return None if isinstance(owner, Block) else View(owner)


def _value(call: Call, value: SSAValue, block: Block, body: Block) -> float | None:
    """The one number a value is: a constant, a value known outside, or a carried one that the body leaves alone."""
    owner = value.owner
    if value in call.env:
        return call.writer.known_scalar(call.env[value])
    if isinstance(owner, Block):
        place = value.index if isinstance(value, BlockArgument) and owner is block else -1
        last = body.last_op
        if place < 0 or last is None or last.operands[place] is not body.args[place]:
            return None
        return call.writer.known_scalar(call.operand(place))
    view = View(owner)
    if view.name != "stablehlo.constant":
        return None
    array = view.array("value")
    return array.reshape(-1)[0].item() if array.size == 1 else None


def _branches(call: Call, index: SSAValue, first: int) -> list[SSAValue]:
    """
    The results of body `first` if the number `index` (a key of `env`) equals it, of the bodies behind it otherwise.

    The last body is for all other numbers.
    """
    if first == len(call.view.regions) - 1:
        return call.converter.block(call.body(first), call.env, call.writer)
    w = call.writer
    outer = captured(call, call.view.regions[first:])
    if index not in outer:
        outer.append(index)
    condition = w.binary("equal", call.env[index], first)
    bodies: list[Region] = []
    inner = _Inner(call, [], outer, loop=False)
    results = call.converter.block(call.body(first), inner.env, inner.writer)
    types = [value.type for value in results]
    bodies.append(inner.region(results))
    other = _Inner(call, [], outer, loop=False)
    rest = _branches(replace(call, env=other.env, writer=other.writer), index, first + 1)
    bodies.append(other.region(rest))
    return list(w.append(graph.IfOp(condition, inner.inputs, types, bodies[0], bodies[1])).results)


def _case(call: Call) -> Sequence[SSAValue]:
    last = len(call.view.regions) - 1
    if not 0 <= last < MAX_BRANCHES:
        raise call.error(f"has {last + 1} bodies; legal are 1 to {MAX_BRANCHES}")
    known = call.writer.known_scalar(call.operand(0))
    if known is not None:
        chosen = int(known) if 0 <= known <= last else last
        return call.converter.block(call.body(chosen), dict(call.env), call.writer)
    return _branches(call, call.view.op.operands[0], 0)


def _if(call: Call) -> Sequence[SSAValue]:
    known = call.writer.known_scalar(call.operand(0))
    if known is not None:
        return call.converter.block(call.body(0 if known else 1), dict(call.env), call.writer)
    outer = captured(call, call.view.regions)
    bodies: list[Region] = []
    inputs, types = list[SSAValue](), list[Attribute]()
    for i in range(2):
        inner = _Inner(call, [], outer, loop=False)
        results = call.converter.block(call.body(i), inner.env, inner.writer)
        inputs, types = inner.inputs, [value.type for value in results]
        bodies.append(inner.region(results))
    return call.writer.append(graph.IfOp(call.operand(0), inputs, types, bodies[0], bodies[1])).results


def _composite(call: Call) -> Sequence[SSAValue]:
    return call.converter.call(call, call.view.text("decomposition").removeprefix("@"), call.operands)


RULES: Table = {
    "stablehlo.while": _while,
    "stablehlo.case": _case,
    "stablehlo.if": _if,
    "stablehlo.composite": _composite,
}
"""Rules of this module."""

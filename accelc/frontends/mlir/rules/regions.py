"""Bodies of reductions, scatters and sorts as `plans.bodies.Body`."""

from collections.abc import Mapping

from xdsl.ir import Block, SSAValue

from accelc.dialects.graph_ops.base import name_of
from accelc.frontends.mlir.plans.bodies import Body, Reference, Step
from accelc.frontends.mlir.view import ConversionError, View

NAMES: Mapping[str, str] = {
    **{
        f"stablehlo.{name}": kind
        for name, kind in {
            "add": "add",
            "multiply": "mul",
            "maximum": "max",
            "minimum": "min",
            "and": "and",
            "or": "or",
            "xor": "xor",
            "select": "select",
            "not": "not",
        }.items()
    },
    **{
        f"arith.{name}": kind
        for name, kind in {
            "addf": "add",
            "addi": "add",
            "mulf": "mul",
            "muli": "mul",
            "maximumf": "max",
            "maxnumf": "maxnum",
            "minimumf": "min",
            "minnumf": "minnum",
            "maxsi": "max",
            "minsi": "min",
            "andi": "and",
            "ori": "or",
            "xori": "xor",
            "select": "select",
        }.items()
    },
}
"""Operation -> name of a step. Unsigned extremes are left out: the types of `arith` have no sign."""
_CMPF = {1: "EQ", 2: "GT", 3: "GE", 4: "LT", 5: "LE", 9: "GT", 10: "GE", 11: "LT", 12: "LE", 13: "NE"}
_CMPI = ("EQ", "NE", "LT", "LE", "GT", "GE")


def body_of(block: Block) -> Body:
    """The body that a block is; operations that are not known are steps with their own name."""
    places: dict[SSAValue, Reference] = {arg: ("argument", i) for i, arg in enumerate(block.args)}
    steps: list[Step] = []
    returned: tuple[Reference, ...] = ()
    for op in block.ops:
        view = View(op)
        operands = tuple(places.get(value, ("outer", None)) for value in op.operands)
        if op is block.last_op:
            returned = operands
        elif view.name.endswith(".constant") and len(op.results) == 1:
            places[op.results[0]] = ("constant", _number(view))
        else:
            if len(op.results) == 1:
                places[op.results[0]] = ("step", len(steps))
            steps.append(Step(_step_name(view), operands))
    return Body(len(block.args), tuple(steps), returned)


def _number(view: View) -> object:
    try:
        array = view.array("value")
    except ConversionError:
        return None
    return array.reshape(-1)[0].item() if array.size == 1 else None


def _step_name(view: View) -> str:
    name = name_of(view.op)
    if name == "stablehlo.compare":
        return f"compare {view.word('comparison_direction')}"
    if name in ("arith.cmpf", "arith.cmpi"):
        number = view.int("predicate", -1)
        word = _CMPF.get(number) if name == "arith.cmpf" else dict(enumerate(_CMPI)).get(number)
        return f"compare {word}" if word else name
    return NAMES.get(name, name)

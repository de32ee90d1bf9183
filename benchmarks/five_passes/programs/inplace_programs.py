"""Random programs with variables, views, writes, loops and branches."""

from collections.abc import Sequence
from random import Random

import numpy as np
from xdsl.dialects.builtin import ModuleOp, TensorType, f32, i1
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.inplace import VarType, stored
from accelc.dialects.graph_ops.regions import INDEX

SHAPES = ((6,), (2, 3), (4, 2))
ARGUMENTS: tuple[Attribute, ...] = (
    VarType(TensorType(f32, SHAPES[1])),
    VarType(TensorType(f32, SHAPES[2])),
    TensorType(f32, [3]),
    TensorType(i1, []),
)
"""Types of the arguments of every program: two variables, a tensor, a condition."""


def random_view(random: Random, var: SSAValue) -> graph.ViewOp:
    """A view of a variable, reshapes of transpositions included, which NumPy could only copy."""
    shape = stored(var).get_shape()
    match random.choice(["slice", "slice", "transpose", "reshape", "broadcast"]):
        case "transpose":
            perm = list(range(len(shape)))
            random.shuffle(perm)
            return graph.ViewTransposeOp(var, perm)
        case "reshape":
            return graph.ViewReshapeOp(var, random.choice([shape[::-1], (int(np.prod(shape)),), (1, *shape)]))
        case "broadcast":
            return graph.ViewBroadcastOp(var, (random.choice([1, 2]), *shape))
        case _:
            steps = [random.choice([1, 1, 2, -1]) for _ in shape]
            starts = [random.randrange(size) for size in shape]
            most = [
                (size - 1 - start) // step + 1 if step > 0 else start // -step + 1
                for size, start, step in zip(shape, starts, steps, strict=True)
            ]
            return graph.ViewSliceOp(var, starts, [random.randint(1, most_) for most_ in most], steps)


def fits(value: SSAValue, var: SSAValue) -> bool:
    """Whether a value broadcasts to a variable's shape."""
    shape = stored(var).get_shape()
    try:
        return np.broadcast_shapes(shape_of(value), shape) == shape
    except ValueError:
        return False


class _Writer:
    """Writes random operations to one block, over what is known in it."""

    def __init__(
        self,
        random: Random,
        block: Block,
        variables: list[SSAValue],
        values: list[SSAValue],
        condition: SSAValue,
        regions: Sequence[str],
    ) -> None:
        self.random = random
        self.block = block
        self.writable = list(variables)
        self.readable = list(variables)
        self.values = values
        self.condition = condition
        self.regions = regions

    def operations(self, count: int, depth: int) -> None:
        """Append `count` operations, with regions at most `depth` deep."""
        kinds = ["variable", "view", "view", "load", "store", "store", "apply", "apply", "pure", "neg"]
        for _ in range(count):
            self._append(self.random.choice([*kinds, *(self.regions if depth else [])]), depth)

    def _append(self, kind: str, depth: int) -> None:
        random, var, value = self.random, self.random.choice(self.writable), self.random.choice(self.values)
        match kind:
            case "variable":
                made = self._add(graph.VariableOp(value))
                self.writable.append(made.results[0])
                self.readable.append(made.results[0])
            case "view":
                view = random_view(random, random.choice(self.readable))
                self._add(view)
                self.readable.append(view.result)
                cells = [np.prod(stored(v).get_shape()) for v in (view.var, view.result)]
                if view.var in self.writable and cells[0] >= cells[1]:
                    self.writable.append(view.result)
            case "load":
                self.values.append(self._add(graph.LoadOp(random.choice(self.readable))).results[0])
            case "store" if fits(value, var):
                self._add(graph.StoreOp(var, value))
            case "apply" if fits(value, var):
                self._add(graph.ApplyOp(random.choice(["add", "sub", "max"]), var, [value]))
            case "pure":
                self.values.append(self._add(graph.AbsOp(value)).results[0])
            case "for":
                self._loop(depth - 1)
            case "if":
                self._branch(depth - 1)
            case _:
                self._add(graph.ApplyOp("neg", var))

    def _add(self, op: Operation) -> Operation:
        self.block.add_op(op)
        return op

    def _inputs(self) -> list[SSAValue]:
        """Operands of a region: writable variables that may share storage, and a tensor to carry first."""
        variables = [self.random.choice(self.writable) for _ in range(self.random.randint(1, 3))]
        return [self.random.choice(self.values), self.condition, *dict.fromkeys(variables)]

    def _body(self, inputs: list[SSAValue], types: list[Attribute], depth: int) -> Block:
        block = Block(arg_types=types)
        first = len(types) - len(inputs)
        inner = _Writer(
            self.random, block, list(block.args[first + 2 :]), [block.args[first]], block.args[first + 1], self.regions
        )
        inner.operations(self.random.randint(1, 6), depth)
        fitting = [v for v in inner.values if v.type == inputs[0].type]
        return_value = self.random.choice(fitting)
        block.add_op(graph.YieldOp([return_value]))
        return block

    def _loop(self, depth: int) -> None:
        inputs = self._inputs()
        types: list[Attribute] = [INDEX, *(v.type for v in inputs)]
        body = self._body(inputs, types, depth)
        op = self._add(graph.ForOp(self.random.randint(0, 3), inputs, [inputs[0].type], Region(body)))
        self.values.append(op.results[0])

    def _branch(self, depth: int) -> None:
        inputs = self._inputs()
        types = [v.type for v in inputs]
        bodies = [Region(self._body(inputs, types, depth)) for _ in range(2)]
        op = self._add(graph.IfOp(self.condition, inputs, [inputs[0].type], *bodies))
        self.values.append(op.results[0])


def random_program(seed: int, depth: int = 2, length: int = 20, kinds: Sequence[str] = ("for", "if")) -> ModuleOp:
    """A function of `ARGUMENTS` with at most `length` operations and regions of some kinds, at most `depth` deep."""
    random = Random(seed)
    block = Block(arg_types=ARGUMENTS)
    writer = _Writer(random, block, list(block.args[:2]), [block.args[2]], block.args[3], kinds)
    writer.operations(random.randint(1, length), depth)
    results = [writer.values[-1], random.choice(writer.readable)]
    block.add_op(graph.ReturnOp(results))
    module = ModuleOp([graph.FuncOp("main", (ARGUMENTS, [r.type for r in results]), Region(block))])
    module.verify()
    return module

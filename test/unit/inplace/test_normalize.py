"""`normalize-inplace` on random IR: the pure program computes what the interpreter's storage computes."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.ir import Operation, SSAValue
from xdsl.traits import is_side_effect_free

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.inplace import VarType, stored
from accelc.interpreters.graph import find_function, run
from accelc.passes.normalize_inplace import NormalizeInplacePass

SHAPES = ((6,), (2, 3), (4, 2))


def random_view(random: Random, var: SSAValue) -> graph.ViewOp:
    """A view of a variable, reshapes of transpositions included, which NumPy could only copy."""
    shape = stored(var).get_shape()
    match random.choice(["slice", "transpose", "reshape", "broadcast"]):
        case "transpose":
            perm = list(range(len(shape)))
            random.shuffle(perm)
            return graph.ViewTransposeOp(var, perm)
        case "reshape":
            return graph.ViewReshapeOp(var, random.choice([shape[::-1], (int(np.prod(shape)),), (1, *shape)]))
        case "broadcast":
            return graph.ViewBroadcastOp(var, (random.choice([1, 2]), *shape))
        case _:
            starts = [random.randrange(size) for size in shape]
            return graph.ViewSliceOp(
                var, starts, [random.randint(1, size - first) for size, first in zip(shape, starts, strict=True)]
            )


def random_program(random: Random) -> ModuleOp:
    """A function with a variable, a tensor, views, writes, loads, and results."""
    types = [VarType(TensorType(f32, SHAPES[1])), TensorType(f32, [3])]
    function = graph.FuncOp("main", (types, []))
    block = function.body.block
    writable: list[SSAValue] = [block.args[0]]
    readable, values = writable.copy(), list[SSAValue]([block.args[1]])
    for _ in range(random.randint(1, 20)):
        var, value = random.choice(writable), random.choice(values)
        op: Operation
        match random.choice(["variable", "view", "view", "load", "store", "apply", "apply", "pure"]):
            case "variable":
                op = graph.VariableOp(value)
                writable.append(op.result)
                readable.append(op.result)
            case "view":
                op = random_view(random, random.choice(readable))
                readable.append(op.result)
                if op.var in writable and np.prod(stored(op.var).get_shape()) >= np.prod(stored(op.result).get_shape()):
                    writable.append(op.result)
            case "load":
                op = graph.LoadOp(random.choice(readable))
                values.append(op.result)
            case "store" if fits(value, var):
                op = graph.StoreOp(var, value)
            case "apply" if fits(value, var):
                op = graph.ApplyOp("add", var, [value])
            case "pure":
                op = graph.SquareOp(value)
                values.append(op.result)
            case _:
                op = graph.ApplyOp("neg", var)
        block.add_op(op)
    results = [values[-1], random.choice(readable)]
    block.add_op(graph.ReturnOp(results))
    made = graph.FuncOp("main", (types, [r.type for r in results]), function.detach_region(0))
    module = ModuleOp([made])
    module.verify()
    return module


def fits(value: SSAValue, var: SSAValue) -> bool:
    """Whether a value broadcasts to a variable's shape."""
    shape = stored(var).get_shape()
    try:
        return np.broadcast_shapes(shape_of(value), shape) == shape
    except ValueError:
        return False


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_random_programs_keep_their_results(seed: int) -> None:
    """Results and the final contents of written arguments agree; no memory effect is left."""
    module = random_program(Random(seed))
    rng = np.random.default_rng(seed)
    initial = rng.integers(-9, 9, SHAPES[1]).astype(np.float32)
    x = rng.integers(-9, 9, 3).astype(np.float32)
    storage = initial.copy()
    expected = run(module, [storage, x], {})
    NormalizeInplacePass().apply(Context(), module)
    module.verify()
    function = find_function(module)
    assert all(is_side_effect_free(op) for op in function.body.block.ops if not isinstance(op, graph.ReturnOp))
    results = run(module, [initial, x], {})
    written = function.return_op.mutates is not None
    expected += [storage] if written else []
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    if not written:
        np.testing.assert_array_equal(storage, initial)


def test_normalized_programs_stay_as_they_are() -> None:
    """The pass is idempotent."""
    module = random_program(Random(4))
    NormalizeInplacePass().apply(Context(), module)
    once = str(module)
    NormalizeInplacePass().apply(Context(), module)
    assert str(module) == once

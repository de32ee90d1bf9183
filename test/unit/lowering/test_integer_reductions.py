"""Reductions of integers: exact, wrapping as in NumPy; of narrow floats: rounded once; on every layout."""

from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lowering_support import Body, check_lowering, partition_of
from xdsl.dialects.builtin import ModuleOp, f32

from accelc.dialects import graph
from accelc.interpreters.graph import run_block
from accelc.lowering import supported
from accelc.passes.decompose import decompose
from accelc.targets import load_target

pytestmark = pytest.mark.usefixtures("estimated_schedules")


@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.sampled_from(["sum", "max", "min"]),
    st.sampled_from([np.int32, np.int64, np.int8, np.uint8]),
    st.booleans(),
    st.data(),
)
def test_integer_reductions(
    shape: list[int], kind: str, dtype: type[np.generic], computed: bool, data: st.DataObject
) -> None:
    """Any axes, of an input or of what was computed on chip."""
    if kind == "sum" and np.dtype(dtype).itemsize == 1:
        return
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    limits = np.iinfo(np.dtype(dtype).name)
    x = np.random.default_rng(3).integers(limits.min, limits.max, shape, dtype, endpoint=True)

    def build(body: Body) -> list[Any]:
        value = body.add(graph.MaxOp(body.args[0], body.args[0])) if computed else body.args[0]
        return [body.add(graph.ReduceOp(value, kind, sorted(axes)))]

    check_lowering([x], build, "trn-like")


@pytest.mark.parametrize("axis", [0, 1])
def test_many_integers(axis: int) -> None:
    """More than partitions and access patterns reach."""
    x = np.random.default_rng(0).integers(-(2**40), 2**40, (300, 700))
    check_lowering([x], lambda body: [body.add(graph.ReduceOp(body.args[0], "sum", [axis]))], "trn-like")


def test_what_engines_would_saturate() -> None:
    """Sums of 8-bit integers wrap."""
    body = Body([np.zeros((2, 3), np.int8)])
    reason = supported(graph.ReduceOp(body.args[0], "sum", [1]), load_target("trn-like"))
    assert reason == "sums of 8-bit integers wrap, those of the engines saturate"


@pytest.mark.parametrize("dtype", [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)])
@pytest.mark.parametrize(
    ("kind", "axes"), [("sum", [1]), ("sum", [0]), ("mean", [1, 2]), ("mean", [0]), ("max", [0, 1])]
)
@pytest.mark.parametrize("computed", [False, True])
def test_narrow_floats(dtype: np.dtype[Any], kind: str, axes: list[int], computed: bool) -> None:
    """What is computed from a sum is computed from the rounded one: each here is the sum's own rounding error."""
    x = np.random.default_rng(1).integers(1, 2**7, (4, 8, 4)).astype(dtype)

    def build(body: Body) -> list[Any]:
        value = body.add(graph.ReluOp(body.args[0])) if computed else body.args[0]
        reduced = body.add(graph.ReduceOp(value, kind, axes, True))
        return [body.add(graph.CastOp(reduced, f32)), body.add(graph.MulOp(value, reduced))]

    check_lowering([x], build, "trn-like", tolerance=0)


def test_engines_that_have_some_of_int64_only() -> None:
    """An engine is used for int64 only if it executes all that lowering may need, whatever the operation."""
    target = load_target("trn-like")
    body = Body([np.zeros((2, 3), np.int64)])
    op = graph.ReduceOp(body.args[0], "sum", [1])
    assert supported(op, target) is None
    gpsimd = target.engines["gpsimd"]
    for cost in (
        tuple(rule for rule in gpsimd.cost if rule.op != "select"),
        tuple(replace(rule, when="int64 & op_in(add)") if rule.op == "tensor_tensor" else rule for rule in gpsimd.cost),
    ):
        less = replace(target, engines={**target.engines, "gpsimd": replace(gpsimd, cost=cost)})
        assert supported(op, less) == "no engine of target 'trn-like' computes with i64"


@pytest.mark.parametrize("shape", [(1,), (2,), (3,), (7, 2), (2, 11), (3, 5, 6)])
def test_products_along_axes(shape: tuple[int, ...]) -> None:
    """No engine has them: they are taken apart into products of halves, exactly those of the whole."""
    x = np.random.default_rng(1).integers(-9, 9, shape)
    axes = list(range(len(shape)))
    for chosen in ([axes[0]], [axes[-1]], axes):
        partition, _ = partition_of([x], lambda body, at=chosen: [body.add(graph.ReduceOp(body.args[0], "prod", at))])
        module = partition.get_toplevel_object()
        assert isinstance(module, ModuleOp)
        decompose(module, {})
        module.verify()
        assert not any(isinstance(op, graph.ReduceOp) for op in module.walk())
        (found,) = run_block(partition.body.block, [x], {})
        np.testing.assert_array_equal(found, x.prod(axis=tuple(chosen)))

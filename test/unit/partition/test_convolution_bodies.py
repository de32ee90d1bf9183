"""Convolutions and products that the array has no form for: their parts compute the same."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import TensorType, f32
from xdsl.ir import Block, Region, SSAValue

from accelc.analysis.decomposition.convolution import folded_order
from accelc.analysis.partition.bodies import body_of
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import tensor_type
from accelc.interpreters.graph import evaluate, run

Array = npt.NDArray[Any]


@given(st.integers(1, 4), st.data())
def test_folded_order(rank: int, data: st.DataObject) -> None:
    """Tap `t` of the folded filters is where the pieces of the input are put."""
    axes = data.draw(st.integers(1, rank))
    shape = [2, 3, *data.draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))]
    weight = np.arange(np.prod(shape)).reshape(shape)
    channels = weight
    for _ in range(axes):
        # The first spatial axis that is left goes in front of the channels.
        pieces = [channels[:, :, tap] for tap in range(channels.shape[2])]
        channels = np.concatenate(pieces, axis=1)
    folded = weight.transpose(folded_order(rank, axes)).reshape(channels.shape)
    np.testing.assert_array_equal(folded, channels)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[graph.ConvOp | graph.ConvTransposeOp, list[Array], int]:
    """An operation on arguments of a block, its operands, and how many of the last are constants."""
    rank, group, batch = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    is_transposed = draw(st.booleans())

    def sizes(low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))

    kernel, dilations, strides = sizes(1, 3), sizes(1, 2), sizes(1, 2)
    spatial, pads = sizes(5, 6), [*sizes(0, 2), *sizes(0, 2)]
    inner, outer = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    channels = group * inner
    shapes: list[Sequence[int]] = [
        (batch, channels, *spatial),
        (channels, outer, *kernel) if is_transposed else (group * outer, inner, *kernel),
    ]
    if draw(st.booleans()):
        shapes.append((group * outer,))
    x, weight, *rest = Block(arg_types=[TensorType(f32, shape) for shape in shapes]).args
    bias = rest[0] if rest else None
    window: dict[str, Any] = {"strides": strides, "pads": pads, "dilations": dilations, "group": group}
    kind = graph.ConvTransposeOp if is_transposed else graph.ConvOp
    op = kind(x, weight, bias, **window)
    arrays = [rng.integers(-4, 5, shape).astype(np.float32) for shape in shapes]
    return op, arrays, draw(st.integers(0, len(shapes) - 1))


def function_of(op: graph.ConvOp | graph.ConvTransposeOp, constants: Sequence[Array]) -> graph.FuncOp:
    """A function of the operation, whose last operands are weights `w0`, `w1`..."""
    count = len(op.operands) - len(constants)
    block = Block(arg_types=[v.type for v in op.operands[:count]])
    weights = [graph.WeightOp(f"w{i}", tensor_type(v)) for i, v in enumerate(op.operands[count:])]
    values: list[SSAValue] = [*block.args, *(w.result for w in weights)]
    copy = op.clone(value_mapper=dict(zip(op.operands, values, strict=True)))
    block.add_ops([*weights, copy, graph.ReturnOp(copy.results)])
    return graph.FuncOp("main", ([a.type for a in block.args], [v.type for v in copy.results]), Region(block))


@settings(max_examples=40, deadline=None)
@given(convolutions())
def test_parts(case: tuple[graph.ConvOp | graph.ConvTransposeOp, list[Array], int]) -> None:
    """Small integers: every order of sums gives the same bits."""
    op, arrays, known = case
    constants = arrays[len(arrays) - known :]
    function = function_of(op, constants)
    weights = {f"w{i}": array for i, array in enumerate(constants)}
    (expected,) = evaluate(op, arrays)
    inner = next(o for o in function.body.block.ops if isinstance(o, graph.ConvOp | graph.ConvTransposeOp))
    body = body_of(inner, weights)
    if body is None:
        return
    body.function.verify()
    inputs = [array for array, value in zip(arrays, inner.operands, strict=True) if value in body.arguments]
    (found,) = run(body.function, inputs, {**weights, **body.weights})
    np.testing.assert_array_equal(found, expected)

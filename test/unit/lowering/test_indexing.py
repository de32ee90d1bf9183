"""Gathers and scatters: the same numbers at every level, and indices from strangers."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lowering_support import Body, check_lowering, partition_of, simulate_partition
from xdsl.dialects.builtin import TensorType, f32, i32
from xdsl.ir import Block

from accelc.analysis.indexed import REDUCTIONS, picked_shape
from accelc.dialects import graph
from accelc.errors import AccelcError
from accelc.lowering import supported
from accelc.targets import load_target

pytestmark = pytest.mark.usefixtures("estimated_schedules")

Array = npt.NDArray[Any]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Array, Array, int, int]:
    """A table, indices into it, axis and batch."""
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    axis = draw(st.integers(0, len(shape) - 1))
    batch = draw(st.integers(0, axis))
    own = draw(st.lists(st.integers(1, 4), max_size=2))
    kind = draw(st.sampled_from([np.float32, np.int32, np.int64]))
    index = draw(st.sampled_from([np.int32, np.int64]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    size = shape[axis]
    indices = rng.integers(-size, size, [*shape[:batch], *own]).astype(index)
    return (10 * rng.standard_normal(shape)).astype(kind), indices, axis, batch


@settings(max_examples=12)
@given(cases(), st.booleans(), st.sampled_from(["trn-like", "tiny"]))
def test_gathers(case: tuple[Array, Array, int, int], known: bool, target: str) -> None:
    """Any axis and batch, indices of both widths, known ones and computed ones, of a tensor that is computed."""
    x, indices, axis, batch = case

    def build(body: Body) -> list[Any]:
        moved = body.add(graph.MaxOp(body.args[0], body.args[0]))
        at = body.weight(indices) if known else body.args[1]
        return [body.add(graph.GatherOp(moved, at, axis, batch))]

    check_lowering([x] if known else [x, indices], build, target)


@settings(max_examples=12)
@given(cases(), st.sampled_from(REDUCTIONS))
def test_scatters(case: tuple[Array, Array, int, int], kind: str) -> None:
    """Several updates for one element happen in order."""
    x, indices, axis, batch = case
    shape = picked_shape(x.shape, indices.shape, axis, batch)
    updates = (10 * np.random.default_rng(1).standard_normal(shape)).astype(x.dtype)

    def build(body: Body) -> list[Any]:
        moved = body.add(graph.MaxOp(body.args[0], body.args[0]))
        return [body.add(graph.ScatterOp(moved, body.args[1], body.args[2], axis, batch, kind))]

    check_lowering([x, indices, updates], build, "trn-like", tolerance=0)


@pytest.mark.parametrize("step", [1, 2, -1])
@pytest.mark.parametrize("kind", [np.float32, np.int8])
def test_what_is_no_dense_tensor_is_made_one(kind: type[np.generic], step: int) -> None:
    """Tables, indices and updates that are cut out of others, forwards and backwards, at odd places."""
    rng = np.random.default_rng(3)
    x, updates = (10 * rng.standard_normal((2, 13))).astype(kind)
    indices = rng.integers(-6, 6, 13)
    start = 12 if step < 0 else 1

    def build(body: Body) -> list[Any]:
        table, at, new = (body.add(graph.SliceOp(v, [start], [6], [step])) for v in body.args)
        return [body.add(graph.GatherOp(table, at)), body.add(graph.ScatterOp(table, at, new))]

    check_lowering([x, indices, updates], build, "trn-like", tolerance=0)


@pytest.mark.parametrize("index", [4, -5, 2**62])
def test_an_index_outside_is_an_error_at_run_time(index: int) -> None:
    """The record is named; nothing else is touched."""
    x, indices = np.zeros((4, 2), np.float32), np.array([0, index])

    def build(body: Body) -> list[Any]:
        return [body.add(graph.GatherOp(body.args[0], body.args[1], 0))]

    partition, weights = partition_of([x, indices], build)
    message = rf"'dma[0-9]+'.*record [0-9]+.*: index {index} is outside \[-4, 4\)"
    with pytest.raises(AccelcError, match=message):
        simulate_partition(partition, weights, [x, indices], "trn-like")


def test_what_a_machine_cannot_do() -> None:
    """Ways to combine that its DMA engines lack, and indices of other widths."""
    body = Body([np.zeros((4, 2), np.float32), np.zeros(3, np.int32), np.zeros((3, 2), np.float32)])
    x, indices, updates = body.args
    tiny, whole = load_target("tiny"), load_target("trn-like")
    product = graph.ScatterOp(x, indices, updates, 0, 0, "mul")
    assert supported(product, whole) is None
    assert supported(product, tiny) == "the DMA engines of target 'tiny' cannot fma"
    plain = graph.ScatterOp(x, indices, updates)
    assert supported(plain, tiny) is None
    assert supported(plain, load_target("tpu-like")) == "the DMA engines of target 'tpu-like' cannot scatter"
    large = Block(arg_types=[TensorType(f32, [2**18, 2**10]), TensorType(i32, [3])]).args
    message = "a DMA moves up to 4294967295 elements of a dimension, up to 2147483647 bytes apart"
    assert supported(graph.GatherOp(large[0], large[1]), whole) == message
    assert supported(graph.GatherOp(large[0], large[1], axis=1), whole) == message
    narrow = Body([np.zeros((4, 2), np.float32), np.zeros(3, np.int8)]).args
    message = "indices are i8; those of a DMA engine are i32 or i64"
    assert supported(graph.GatherOp(narrow[0], narrow[1]), whole) == message

"""Every elementwise operation, element type and form of broadcasting, at every level: graph, engine, simulator."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lowering_support import Body, check_lowering
from xdsl.dialects.builtin import TensorType, f8E4M3FN, f8E5M2, f32
from xdsl.ir import Attribute, Block, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.binary import BinaryRule
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.dialects.graph_ops.unary import UnaryRule
from accelc.lowering import supported
from accelc.lowering.plan import FUNCTIONS
from accelc.targets import load_target

pytestmark = pytest.mark.usefixtures("estimated_schedules")

Array = npt.NDArray[Any]
TYPES = ("float32", "int32", "int64", "int8", "uint8", "bool")
SHAPES: Sequence[tuple[tuple[int, ...], tuple[int, ...]]] = (
    ((), ()),
    ((3, 130), (130,)),
    ((3, 1, 4), (2, 1)),
    ((130, 1), (1, 5)),
)
EDGES: dict[str, list[float]] = {
    "float32": [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        np.inf,
        -np.inf,
        np.nan,
        3e38,
        -3e38,
        1e-38,
        8388609.0,
    ],
    "int32": [0, 1, -1, 2**31 - 1, -(2**31), 2**24 + 1, 46341, -7],
    "int64": [0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1, 3037000500, -7],
    "int8": [0, 1, -1, 127, -128, 11, -12],
    "uint8": [0, 1, 255, 128, 16],
    "bool": [0, 1],
}


def values(kind: str, shape: Sequence[int], seed: int = 0) -> Array:
    """Edge cases of a dtype in random order, mixed with small numbers."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(kind)
    edges = np.array(EDGES[kind], np.float64 if dtype.kind == "f" else object).astype(dtype)
    small = rng.integers(0 if dtype.kind in "ub" else -9, 9, shape) * (0.37 if dtype.kind == "f" else 1)
    return np.where(rng.random(shape) < 0.5, rng.choice(edges, shape), small.astype(dtype)).astype(dtype)


def binaries(kind: str) -> list[type[graph.BinaryOp]]:
    """Operations that take two tensors of a dtype."""
    floats, truth = kind == "float32", kind == "bool"
    legal = {
        BinaryRule.ARITHMETIC: not truth,
        BinaryRule.COMPARE: True,
        BinaryRule.BITS: not floats,
        BinaryRule.SHIFT: not floats and not truth,
    }
    return [op for op in graph.BINARY_OPS.values() if legal[op.RULE] and (kind, op) != ("int8", graph.ShrOp)]


def unaries(kind: str) -> list[type[graph.UnaryOp]]:
    """Operations that take a tensor of a dtype."""
    floats, truth = kind == "float32", kind == "bool"
    legal = {
        UnaryRule.KEEP: True,
        UnaryRule.FLOAT: floats,
        UnaryRule.LOGIC: truth,
        UnaryRule.TEST: floats,
    }
    return [op for op in graph.UNARY_OPS.values() if legal[op.RULE]]


def all_of(kinds: Sequence[Any], inputs: Sequence[Array], target: str, tolerance: float = 1e-6) -> None:
    """All operations of a list on the same inputs, in one partition."""
    check_lowering(inputs, lambda body: [body.add(kind(*body.args)) for kind in kinds], target, tolerance)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_binary_operations(kind: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Integers are exact and wrap, NaN and infinities are those of NumPy; all forms of broadcasting."""
    left, right = values(kind, shapes[0]), values(kind, shapes[1], 1)
    all_of(binaries(kind), [left, right], "trn-like")


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shape", [(), (3, 130)], ids=str)
def test_unary_operations(kind: str, shape: tuple[int, ...]) -> None:
    """Tables are as good as the approximation of erf; everything else is exact or rounded once."""
    all_of(unaries(kind), [values(kind, shape)], "trn-like", tolerance=1e-6)


@pytest.mark.parametrize("source", TYPES)
@pytest.mark.parametrize("shape", [(), (3, 130)], ids=str)
def test_casts(source: str, shape: tuple[int, ...]) -> None:
    """Floats are truncated and saturated, integers wrap, truth is what is not zero."""
    x = values(source, shape)

    def build(body: Body) -> list[SSAValue]:
        return [body.add(graph.CastOp(body.args[0], element_of_dtype(np.dtype(kind)))) for kind in TYPES]

    check_lowering([x], build, "trn-like")


@pytest.mark.parametrize("element", [f8E4M3FN, f8E5M2], ids=str)
def test_casts_to_eight_bits(element: Attribute) -> None:
    """They saturate as the machine does; those that do not are left to the host, unless the machine does not either."""
    x = values("float32", (3, 130))

    def build(body: Body) -> list[SSAValue]:
        narrow = body.add(graph.CastOp(body.args[0], element, saturate=True))
        return [narrow, body.add(graph.CastOp(narrow, f32))]

    check_lowering([x], build, "trn-like")
    plain = graph.CastOp(Block(arg_types=[TensorType(f32, [4])]).args[0], element)
    target = load_target("trn-like")
    assert supported(plain, target) == f"target 'trn-like' lets {element} overflow otherwise: saturate"
    assert supported(plain, replace(target, numerics=replace(target.numerics, fp8_overflow="inf"))) is None


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shapes", [((), ()), ((3, 1, 130), (2, 1))], ids=str)
def test_choices(kind: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Elements are moved bit by bit; a condition is broadcast like the values, which may be known."""
    left, right = values(kind, shapes[0]), values(kind, shapes[1], 1)
    rng = np.random.default_rng(2)

    def build(body: Body) -> list[SSAValue]:
        _, _, narrow, wide = body.args
        a, b = body.args[:2]
        known = body.weight(np.asarray(EDGES[kind][1]).astype(kind))
        pairs = [(narrow, a, b), (wide, a, b), (wide, a, known), (narrow, known, b)]
        return [body.add(graph.SelectOp(*pair)) for pair in pairs]

    full = np.broadcast_shapes(*shapes)
    conditions = [rng.random(shape) < 0.5 for shape in (full[-1:], full)]
    check_lowering([left, right, *conditions], build, "trn-like")


@pytest.mark.parametrize("kind", TYPES)
def test_known_operands(kind: str) -> None:
    """Immediates where they are exact, tensors where they are not or no operation takes them on the left."""
    x = values(kind, (5, 3))

    def build(body: Body) -> list[SSAValue]:
        results: list[SSAValue] = []
        for known in {EDGES[kind][0], EDGES[kind][-1]} if kind == "bool" else (EDGES[kind][-3], 2):
            weight = body.weight(np.asarray(known).astype(kind))
            for op in binaries(kind):
                results += [body.add(op(body.args[0], weight)), body.add(op(weight, body.args[0]))]
        return results

    check_lowering([x], build, "trn-like", tolerance=1e-6)


@pytest.mark.parametrize("target", ["tpu-like", "gemmini-like", "tiny"])
@pytest.mark.parametrize("kind", ["float32", "int32", "int8", "bool"])
def test_targets(target: str, kind: str) -> None:
    """Every preset has these; functions that its table lacks are refused before."""
    shapes = ((3, 1, 6), (2, 1))
    machine = load_target(target)
    left, right = values(kind, shapes[0]), values(kind, shapes[1], 1)
    all_of(binaries(kind), [left, right], target)
    funcs = machine.engines["scalar"].funcs
    known = [op for op in unaries(kind) if kind != "float32" or FUNCTIONS.get(op, "relu") in (*funcs, "abs", "relu")]
    assert len(known) > 5
    all_of(known, [left], target)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_operation(data: st.DataObject) -> None:
    """Random operations and shapes, among them sizes beyond the partitions."""
    kind = data.draw(st.sampled_from(TYPES))
    rank = data.draw(st.integers(0, 4))
    sizes = st.sampled_from([1, 1, 2, 3, 5, 129])
    shape = [data.draw(sizes) for _ in range(rank)]
    while np.prod(shape) > 3000:
        shape[int(np.argmax(shape))] = 2
    masks = [[data.draw(st.booleans()) for _ in shape] for _ in range(2)]
    cuts = [data.draw(st.integers(0, rank)) for _ in range(2)]
    inputs = [
        values(kind, [1 if flag else n for n, flag in zip(shape, mask, strict=True)][cut:], seed)
        for seed, (mask, cut) in enumerate(zip(masks, cuts, strict=True))
    ]
    all_of([data.draw(st.sampled_from(binaries(kind)))], inputs, data.draw(st.sampled_from(["trn-like", "tiny"])))

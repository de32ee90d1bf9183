"""Products of 8-bit operands: the steps, the error they leave, and every level of the programs they become."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lowering_support import Body, Build, check_lowering, partition_of
from xdsl.dialects.builtin import ModuleOp, TensorType, f8E4M3FN, f32
from xdsl.ir import SSAValue

from accelc.analysis.quantization import NARROW, steps_of
from accelc.dialects import graph
from accelc.errors import ModelError, UsageError
from accelc.interpreters.graph import run_block
from accelc.numerics import DTYPES
from accelc.passes.decompose import decompose
from accelc.passes.fold_constants import fold_constants
from accelc.passes.set_precision import set_precision
from accelc.pipelines import check_precision
from accelc.targets import load_target

pytestmark = pytest.mark.usefixtures("estimated_schedules")

Array = npt.NDArray[Any]
LARGEST_ERROR = {"fp8": 2.0**-4, "int8": 0.5}
"""Of a rounded operand: relative to it, or in steps."""


def normal(*shape: int, seed: int = 0) -> Array:
    """Seeded normal values."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def convolution(**options: Any) -> Build:
    """A convolution with weights and bias."""

    def build(body: Body) -> list[SSAValue]:
        weight = body.weight(
            normal(24, 20, 3, 3, seed=1) * np.logspace(-3, 3, 24, dtype=np.float32)[:, None, None, None]
        )
        conv = graph.ConvOp(body.args[0], weight, body.weight(normal(24, seed=2)), pads=(1, 1, 1, 1), **options)
        return [body.add(conv)]

    return build


PRODUCTS: dict[str, tuple[list[tuple[int, ...]], Build]] = {
    "convolution": ([(1, 20, 6, 5)], convolution()),
    "strided": ([(2, 20, 7, 7)], convolution(strides=(2, 2))),
    "matrix": ([(3, 7, 40)], lambda b: [b.add(graph.MatmulOp(b.args[0], b.weight(normal(40, 20, seed=1))))]),
    "left": ([(2, 40, 9)], lambda b: [b.add(graph.MatmulOp(b.weight(normal(20, 40, seed=1)), b.args[0]))]),
    "batches": ([(2, 30, 40), (2, 40, 20)], lambda b: [b.add(graph.MatmulOp(b.args[0], b.args[1]))]),
    "shared": (
        [(30, 40)],
        lambda b: [b.add(graph.MatmulOp(b.args[0], b.weight(normal(40, 20, seed=s)))) for s in (1, 2)],
    ),
}


@pytest.mark.parametrize("precision", NARROW)
@pytest.mark.parametrize("name", PRODUCTS)
def test_every_level_agrees(name: str, precision: str) -> None:
    """Graph, engine program and simulated streams give the same numbers."""
    shapes, build = PRODUCTS[name]
    inputs = [normal(*shape, seed=i) for i, shape in enumerate(shapes)]
    # A quotient may be rounded to the other neighbour where it lies between two: one step of one operand.
    check_lowering(inputs, build, "trn-like", tolerance=1e-2, precision=precision)


@pytest.mark.parametrize(("target", "precision"), [("tiny", "fp8"), ("tiny", "int8"), ("gemmini-like", "int8")])
def test_targets(target: str, precision: str) -> None:
    """Arrays of other sizes, where weights are cut and partitions are few."""
    check_lowering([normal(1, 20, 6, 5)], convolution(), target, tolerance=1e-2, precision=precision)


@pytest.mark.parametrize("precision", NARROW)
@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e20])
def test_products_are_close_to_those_of_fp32(precision: str, scale: float) -> None:
    """The angle that the tolerances of models assume for one layer, for operands of any size; weights by channel."""
    shapes, build = PRODUCTS["convolution"]
    x = normal(*shapes[0]) * np.float32(scale)
    partition, weights = partition_of([x], build)
    (exact,) = run_block(partition.body.block, [x], weights)
    module = partition.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    set_precision(module, weights, precision, thin=0)
    module.verify()
    (got,) = run_block(partition.body.block, [x], weights)
    for a, b in zip(exact[0].reshape(24, -1), got[0].reshape(24, -1), strict=True):
        norms = np.linalg.norm(a.astype(np.float64)) * np.linalg.norm(b.astype(np.float64))
        assert a.astype(np.float64) @ b / norms > (0.998 if precision == "fp8" else 0.9995)


@pytest.mark.parametrize("precision", NARROW)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("form", ["rows", "columns", "images"])
def test_operands_are_rounded_by_row_column_and_image(form: str, known: bool, precision: str) -> None:
    """A product with ones shows an operand as it is multiplied: off by rounding to the nearest of steps of its own."""
    operand = (normal(20, 20) * np.logspace(-25, 10, 20, dtype=np.float32)[:, None]).astype(np.float32)
    one = np.eye(20, dtype=np.float32)

    def build(body: Body) -> list[SSAValue]:
        x = body.weight(operand) if known else body.args[0]
        other = body.args[0] if known else body.weight(one)
        if form == "rows":
            return [body.add(graph.MatmulOp(x, other))]
        if form == "columns":
            turned = body.weight(operand.T.copy()) if known else body.add(graph.TransposeOp(x, perm=[1, 0]))
            return [body.add(graph.TransposeOp(body.add(graph.MatmulOp(other, turned)), perm=[1, 0]))]
        images = [body.add(graph.ReshapeOp(v, [20, 20, 1, 1])) for v in ((other, x) if known else (x, other))]
        y = body.add(graph.ReshapeOp(body.add(graph.ConvOp(images[0], images[1])), [20, 20]))
        return [body.add(graph.TransposeOp(y, perm=[1, 0])) if known else y]

    inputs = [one if known else operand]
    partition, weights = partition_of(inputs, build)
    module = partition.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    fold_constants(module, weights)
    set_precision(module, weights, precision, thin=0)
    (got,) = run_block(partition.body.block, inputs, weights)
    steps = np.abs(operand.astype(np.float64)).max(axis=1, keepdims=True) / NARROW[precision].largest
    error, size = np.abs(got.astype(np.float64) - operand) / steps, np.abs(operand) / steps
    allowed = np.maximum(size * LARGEST_ERROR[precision], 2.0**-10) if precision == "fp8" else LARGEST_ERROR[precision]
    assert (error <= allowed * 1.001 + 1e-4).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_rounding(data: st.DataObject) -> None:
    """Steps make the largest number the largest of the type; nothing saturates, and errors are those of rounding."""
    name = data.draw(st.sampled_from(list(NARROW)))
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 6)))
    axes = data.draw(st.sampled_from([(0,), (1,), (0, 1)]))
    numbers = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)
    values = np.array(
        data.draw(st.lists(numbers, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])), np.float32
    )
    x = values.reshape(shape)
    narrow = NARROW[name]
    steps = steps_of(x, axes, narrow.largest)
    assert steps.shape == tuple(1 if a in axes else n for a, n in enumerate(shape))
    q = narrow.rounded(x / steps).astype(np.float64)
    assert np.abs(q).max() <= narrow.largest
    error = np.abs(q - x / steps.astype(np.float64))
    # Below 2^-6 the numbers of E4M3 are 2^-9 apart.
    allowed = np.maximum(np.abs(x / steps) * LARGEST_ERROR[name], 2.0**-10) if name == "fp8" else LARGEST_ERROR[name]
    assert (error <= allowed * 1.0001).all()


def test_zeros_stay_zeros() -> None:
    """A tensor of zeros has a step, and its products are zero, not NaN."""
    x = np.zeros((30, 40), np.float32)
    for precision in NARROW:
        check_lowering([x], PRODUCTS["matrix"][1], "trn-like", precision=precision)


def test_what_cannot_be_quantized() -> None:
    """A target whose array lacks the type, and weights that are not known."""
    with pytest.raises(UsageError, match=r"precision 'fp8': the array of target 'tpu-like' multiplies .*, not fp8e4"):
        check_precision("fp8", load_target("tpu-like"))
    check_precision("int8", load_target("tpu-like"))
    x = normal(30, 40)
    partition, _ = partition_of([x], PRODUCTS["matrix"][1])
    module = partition.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    with pytest.raises(ModelError, match="the elements of its weight are not known"):
        set_precision(module, {}, "int8")


def test_factors_are_not_rounded_to_the_type_of_filters() -> None:
    """A factor behind a convolution joins filters only where they have the type of the sums."""
    scale = np.float32(0.3)

    def build(body: Body, narrow: bool) -> list[SSAValue]:
        x, filters = (
            body.args[0],
            body.weight(normal(8, 20, 3, 3, seed=1).astype(DTYPES["fp8e4" if narrow else "fp32"])),
        )
        if narrow:
            x = body.add(graph.CastOp(x, f8E4M3FN, saturate=True))
        kind = TensorType(f32, [1, 8, 4, 3])
        y = body.add(graph.ConvOp(x, filters, None, kind))
        return [body.add(graph.MulOp(y, body.weight(np.full((8, 1, 1), scale))))]

    for narrow in (True, False):
        inputs = [normal(1, 20, 6, 5)]
        partition, weights = partition_of(inputs, lambda body, narrow=narrow: build(body, narrow))
        (expected,) = run_block(partition.body.block, inputs, weights)
        module = partition.get_toplevel_object()
        assert isinstance(module, ModuleOp)
        decompose(module, weights)
        (found,) = run_block(partition.body.block, inputs, weights)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
        assert any(isinstance(op, graph.MulOp) for op in module.walk()) == narrow

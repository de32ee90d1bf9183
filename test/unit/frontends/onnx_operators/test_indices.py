"""Operators that move by indices, search, scan, pool and sample equal onnxruntime, whole and taken apart."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from onnx_support import check_nodes, model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx
from accelc.interpreters.graph import run

Array = npt.NDArray[Any]
FEW = settings(max_examples=6)
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3)


def normal(*shape: int, seed: int = 0) -> Array:
    """Random floats."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def node(kind: str, *inputs: str, outputs: tuple[str, ...] = ("y",), **attributes: Any) -> Any:
    """A node."""
    return helper.make_node(kind, list(inputs), list(outputs), "n", **attributes)


@FEW
@given(shapes, st.data())
def test_elements_by_index(shape: list[int], data: st.DataObject) -> None:
    """Indices may reach only a part of the other axes; updates go back there."""
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = [data.draw(st.integers(1, 3 if a == axis % len(shape) else n)) for a, n in enumerate(shape)]
    rng = np.random.default_rng(5)
    limit = shape[axis]
    x = {"x": normal(*shape), "i": rng.integers(-limit, limit, sizes)}
    check_nodes([node("GatherElements", "x", "i", axis=axis)], x)
    # Places that differ: onnxruntime takes those that do not in any order.
    distinct = np.argsort(rng.random([*sizes[: axis % len(shape)], limit, *sizes[axis % len(shape) + 1 :]]), axis=axis)
    few = np.take(distinct, np.arange(min(limit, sizes[axis])), axis=axis)
    updates = {"u": normal(*few.shape, seed=1)}
    kind = data.draw(st.sampled_from(["none", "add", "mul"]))
    given_ = {"x": x["x"], "i": few, **updates}
    check_nodes([node("ScatterElements", "x", "i", "u", axis=axis, reduction=kind)], given_)


@FEW
@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.data())
def test_rows_by_index(shape: list[int], data: st.DataObject) -> None:
    """Rows of one to all axes, behind batch axes."""
    batch = data.draw(st.integers(0, len(shape) - 1))
    depth = data.draw(st.integers(1, len(shape) - batch))
    sizes = shape[batch : batch + depth]
    rows = [*shape[:batch], 3]
    rng = np.random.default_rng(7)
    indices = np.stack([rng.integers(-n, n, rows) for n in sizes], axis=-1)
    check_nodes([node("GatherND", "x", "i", batch_dims=batch)], {"x": normal(*shape), "i": indices})
    flat = rng.permutation(int(np.prod(shape[:depth])))[:2]
    places = np.stack(np.unravel_index(flat, shape[:depth]), axis=-1)
    updates = normal(*places.shape[:1], *shape[depth:], seed=2)
    check_nodes([node("ScatterND", "x", "i", "u")], {"x": normal(*shape), "i": places, "u": updates})


@pytest.mark.parametrize("index", [[[0, 3]], [[-3, 0]], [[2, -4]]])
def test_rows_outside_are_refused_when_they_are_known(index: list[list[int]]) -> None:
    """Each axis by itself, though the row would be inside of all axes taken as one."""
    with pytest.raises(ModelError, match=r"node 'n' \(GatherND\): an index is outside \[-[23], [23]\) of axis [01]"):
        import_onnx(model_of([node("GatherND", "x", "i")], {"x": normal(2, 3)}, {"i": np.array(index)}))


def test_rows_outside_are_refused_when_the_model_runs() -> None:
    """The row becomes one that is outside of everything."""

    inputs = {"x": normal(2, 3), "i": np.array([[1, -4]])}
    imported = import_onnx(model_of([node("GatherND", "x", "i")], inputs))
    with pytest.raises(ModelError, match="index 6 is outside the axis 0 of 6 elements"):
        run(imported.module, list(inputs.values()), imported.weights)


@FEW
@given(shapes, st.booleans(), st.booleans(), st.data())
def test_searching(shape: list[int], last: bool, keepdims: bool, data: st.DataObject) -> None:
    """Largest and smallest, first and last, and the first few in order; with equal elements."""
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = {"x": np.random.default_rng(len(shape)).integers(0, 4, shape).astype(np.float32)}
    attributes: dict[str, Any] = {"axis": axis, "keepdims": int(keepdims), "select_last_index": int(last)}
    check_nodes([node("ArgMax", "x", **attributes)], x)
    check_nodes([node("ArgMin", "x", **attributes)], x)
    count = {"k": np.array([data.draw(st.integers(1, shape[axis]))])}
    found = ("v", "p")
    top = node("TopK", "x", "k", outputs=found, axis=axis, largest=int(last))
    check_nodes([top], x, count, outputs=found)
    check_nodes([node("Hardmax", "x", axis=axis)], x)


@FEW
@given(shapes, st.booleans(), st.booleans(), st.data())
def test_scans(shape: list[int], exclusive: bool, reverse: bool, data: st.DataObject) -> None:
    """Forwards and backwards, with and without the element itself."""
    axis = {"a": np.array(data.draw(st.integers(-len(shape), len(shape) - 1)))}
    scan = node("CumSum", "x", "a", exclusive=int(exclusive), reverse=int(reverse))
    check_nodes([scan], {"x": normal(*shape)}, axis)


@FEW
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.integers(0, 1), st.booleans())
def test_pools(rank: int, kernel: int, stride: int, dilation: int, pad: int, column_major: bool) -> None:
    """Places of maxima, norms; one to three axes."""
    pad = min(pad, kernel - 1)
    x = {"x": normal(2, 2, *[6, 5, 5][:rank])}
    same: dict[str, Any] = {"kernel_shape": [kernel] * rank, "strides": [stride] * rank, "pads": [pad] * 2 * rank}
    dilations: dict[str, Any] = {"dilations": [dilation] * rank}
    found = ("y", "p")
    # onnxruntime counts columns first only without a third axis.
    order = int(column_major and rank < 3)
    check_nodes([node("MaxPool", "x", outputs=found, storage_order=order, **same, **dilations)], x, outputs=found)
    check_nodes([node("LpPool", "x", p=3, **same)], x, opset=18)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]),
        ("ij,ij->i", [(3, 4), (3, 4)]),
        ("i,j->ji", [(3,), (2,)]),
        ("ii->i", [(3, 3)]),
        ("iij->j", [(3, 3, 2)]),
        ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
        ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]),
        ("abc->", [(2, 3, 2)]),
        ("ab,cb->acb", [(2, 3), (4, 3)]),
    ],
)
def test_einstein_sums(equation: str, shapes: list[tuple[int, ...]]) -> None:
    """Against NumPy, which onnxruntime does not always follow."""

    inputs = {f"x{i}": normal(*shape, seed=i) for i, shape in enumerate(shapes)}
    imported = import_onnx(model_of([node("Einsum", *inputs, equation=equation)], inputs))
    (found,) = run(imported.module, list(inputs.values()), imported.weights)
    np.testing.assert_allclose(found, np.einsum(equation, *inputs.values()), rtol=1e-5, atol=1e-5)


@FEW
@given(
    st.sampled_from(["linear", "nearest", "cubic"]),
    st.sampled_from(["zeros", "border", "reflection"]),
    st.booleans(),
    st.integers(0, 9),
)
def test_samples_of_images(mode: str, padding: str, aligned: bool, seed: int) -> None:
    """Places inside and far outside of the image."""
    grid = (2.5 * np.random.default_rng(seed).random((2, 3, 4, 2)) - 1.25).astype(np.float32)
    attributes: dict[str, Any] = {"mode": mode, "padding_mode": padding, "align_corners": int(aligned)}
    sample = helper.make_node("GridSample", ["x", "g"], ["y"], "n", **attributes)
    check_nodes([sample], {"x": normal(2, 3, 5, 4), "g": grid}, opset=20)


@FEW
@given(
    st.sampled_from(["linear", "cubic"]),
    st.sampled_from(["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"]),
    st.integers(2, 9),
    st.integers(2, 9),
)
def test_resampling(mode: str, transform: str, height: int, width: int) -> None:
    """Two axes, growing and shrinking."""
    sizes = {"s": np.array([1, 2, height, width])}
    resize = node("Resize", "x", "", "", "s", mode=mode, coordinate_transformation_mode=transform)
    check_nodes([resize], {"x": normal(1, 2, 5, 6)}, sizes, opset=19)


@FEW
@given(st.booleans(), st.integers(1, 3), st.integers(0, 9))
def test_regions(aligned: bool, ratio: int, seed: int) -> None:
    """Regions that reach beyond the image, of several images."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-3, 9, (4, 2))
    rois = np.concatenate([corners, corners + rng.uniform(0.1, 7, (4, 2))], axis=1).astype(np.float32)
    inputs = {"x": normal(2, 3, 6, 5), "r": rois, "i": np.array([0, 1, 1, 0])}
    attributes: dict[str, Any] = {"output_height": 2, "output_width": 3, "sampling_ratio": ratio, "spatial_scale": 0.7}
    attributes["coordinate_transformation_mode"] = "half_pixel" if aligned else "output_half_pixel"
    check_nodes([helper.make_node("RoiAlign", ["x", "r", "i"], ["y"], "n", **attributes)], inputs, opset=16)

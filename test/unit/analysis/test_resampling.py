"""Matrices of resampling equal ONNX's reference, element by element."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from accelc.analysis import resampling
from accelc.analysis.resampling import Kind, matrix


def reference(x: np.ndarray, inputs: dict[str, np.ndarray], attributes: dict[str, Any]) -> np.ndarray:
    """ONNX Resize of a vector."""
    names = ["x", *(name if name in inputs else "" for name in ("roi", "scales", "sizes"))]
    node = helper.make_node("Resize", names, ["y"], **attributes)
    kinds = {"x": TensorProto.FLOAT, "roi": TensorProto.FLOAT, "scales": TensorProto.FLOAT, "sizes": TensorProto.INT64}
    infos = [helper.make_tensor_value_info(name, kinds[name], None) for name in names if name]
    graph = helper.make_graph([node], "g", infos, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)])
    evaluator: Any = ReferenceEvaluator(model)
    (y,) = evaluator.run(None, {"x": x, **inputs})
    return np.asarray(y)


@settings(max_examples=150)
@given(
    st.integers(1, 9),
    st.integers(1, 14),
    st.sampled_from(resampling.MODES),
    st.sampled_from(resampling.TRANSFORMS),
    st.sampled_from(resampling.ROUNDINGS),
    st.booleans(),
    st.booleans(),
    st.sampled_from([-0.75, -0.5]),
    st.tuples(st.integers(-2, 5), st.integers(-2, 5)),
)
def test_matrices_are_those_of_onnx(
    size: int,
    out: int,
    mode: str,
    transform: str,
    rounding: str,
    exclude: bool,
    antialias: bool,
    a: float,
    region: tuple[int, int],
) -> None:
    """All modes, coordinates and roundings, growing and shrinking."""
    antialias = antialias and mode != "nearest"
    exclude = exclude and mode == "cubic" and transform != "tf_crop_and_resize"
    kind = Kind(mode, transform, rounding, a, exclude, antialias)
    bounds = (region[0] / 4, region[1] / 4)
    scale = out / size
    weights, outside = matrix(size, out, scale, kind, bounds)
    x = np.random.default_rng(size).standard_normal(size).astype(np.float32)
    attributes = {
        "mode": mode,
        "coordinate_transformation_mode": transform,
        "nearest_mode": rounding,
        "cubic_coeff_a": a,
        "exclude_outside": int(exclude),
        "antialias": int(antialias),
        "extrapolation_value": 7.0,
    }
    inputs = {"sizes": np.array([out], np.int64), "roi": np.array(bounds, np.float32)}
    if transform != "tf_crop_and_resize":
        del inputs["roi"]
        if out == size:
            # The reference leaves such an axis alone.
            return
    expected = reference(x, inputs, attributes)
    found = np.where(outside, 7.0, weights @ x.astype(np.float64))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_unknown_names_are_refused() -> None:
    """With what is legal."""
    with pytest.raises(ValueError, match="mode 'sinc' is not one of nearest, linear, cubic"):
        matrix(2, 3, 1.5, Kind("sinc"))
    with pytest.raises(ValueError, match="coordinates 'half' are not one of half_pixel, "):
        matrix(2, 3, 1.5, Kind(transform="half"))
    with pytest.raises(ValueError, match="nearest_mode 'up' is not one of round_prefer_floor, "):
        matrix(2, 3, 1.5, Kind(rounding="up"))
    with pytest.raises(ValueError, match="keep_aspect_ratio_policy 'x' is not one of stretch, not_larger, not_smaller"):
        resampling.kept_aspect([1.0], "x")

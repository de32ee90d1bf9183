"""Random weights are reproducible and bounded; conversions keep what is finite finite and what is free free."""

from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from onnx import ModelProto, helper, numpy_helper
from onnx_support import model_files, model_of

from accelc.constants import convert
from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx, with_random_weights

Array = npt.NDArray[Any]


def small() -> ModelProto:
    """Convolution with initializers, batch normalization with filled weights, a bound that is no weight."""
    shape = numpy_helper.from_array(np.array([4], np.int64), "shape")
    fill = numpy_helper.from_array(np.array([0.5], np.float32))
    nodes = [helper.make_node("ConstantOfShape", ["shape"], [n], value=fill) for n in "sbmv"]
    nodes += [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("BatchNormalization", ["c", *"sbmv"], ["n"]),
        helper.make_node("Mul", ["n", "factor"], ["y"]),
    ]
    constants = {"w": np.ones((4, 3, 1, 1), np.float32), "factor": np.array(3, np.float32)}
    model = model_of(nodes, {"x": np.zeros((1, 3, 2, 2), np.float32)}, constants)
    model.graph.initializer.append(shape)
    return model


def weights_of(model: ModelProto) -> dict[str, Array]:
    """Initializers by name."""
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}


def test_random_weights_depend_on_seed_and_name() -> None:
    """And on nothing else; the given model is not changed."""
    original = small()
    before = original.SerializeToString()
    first, again, other = (with_random_weights(original, seed) for seed in (1, 1, 2))
    assert original.SerializeToString() == before
    assert first.SerializeToString() == again.SerializeToString()
    assert not np.array_equal(weights_of(first)["w"], weights_of(other)["w"])
    assert not np.array_equal(weights_of(first)["s"], weights_of(first)["b"])


def test_random_weights_keep_what_is_not_a_weight() -> None:
    """Factors, shapes and element types stay; variances and scales are positive."""
    weights = weights_of(with_random_weights(small(), 3))
    assert weights["factor"] == 3
    assert weights["shape"].tolist() == [4]
    assert weights["v"].min() > 0
    assert weights["s"].min() > 0
    assert weights["w"].dtype == np.float32
    assert len(np.unique(weights["w"])) == weights["w"].size


def test_random_weights_of_an_absurd_shape_are_refused() -> None:
    """Before memory is taken."""
    model = small()
    dims = numpy_helper.from_array(np.array([2**39], np.int64), "shape")
    model.graph.initializer[-1].CopyFrom(dims)
    with pytest.raises(ModelError, match=r"a constant of \d+ bytes is above the limit"):
        with_random_weights(model, 1)


def test_filled_weights_cost_nothing() -> None:
    """144 million weights of the largest light model are a few views of single elements."""
    imported = import_onnx(model_files.light_models()["vgg19"])
    assert sum(a.size for a in imported.weights.values()) > 140e6
    large = [a for a in imported.weights.values() if a.size > 10**6]
    assert large
    assert all(set(a.strides) == {0} for a in large)


def test_conversion_keeps_repeated_elements_free() -> None:
    """An axis that repeats one element still does."""
    repeated = np.broadcast_to(np.array([[1.5], [2.5]], np.float32), (2, 1000))
    converted = convert(repeated, np.dtype(ml_dtypes.bfloat16))
    assert converted.strides[1] == 0
    assert np.array_equal(converted.astype(np.float32), repeated)


def test_conversion_keeps_finite_values_finite() -> None:
    """Rounding the largest f32 to bf16 would give infinity; infinity and NaN stay."""
    largest = np.finfo(np.float32).max
    found = convert(np.array([largest, -largest, np.inf, np.nan], np.float32), np.dtype(ml_dtypes.bfloat16))
    values = found.astype(np.float32)
    assert np.isfinite(values[:2]).all()
    assert np.isinf(values[2])
    assert np.isnan(values[3])
    assert np.isfinite(convert(np.array([1e6], np.float32), np.dtype(np.float16))).all()

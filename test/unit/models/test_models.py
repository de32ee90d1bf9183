"""Published networks through the whole compiler: right numbers, no races, and no time below the bound."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import ModelProto, TensorProto, numpy_helper

import accelc
from accelc.driver import RunResult
from accelc.report.figures import race_count
from accelc.staged.running import StagedRun

Array = npt.NDArray[Any]
Real = Callable[[str], tuple[Path | ModelProto, Mapping[str, Array]]]

LIGHT = (
    "bvlc_alexnet",
    "densenet121",
    "inception_v1",
    "inception_v2",
    "resnet50",
    "shufflenet",
    "squeezenet",
    "vgg19",
    "zfnet512",
)
REAL = ("magika", "silero", "ocr_direction", "ocr_detection", "ocr_recognition", "minilm")
WITH_MACS = ("graph.conv", "graph.conv_transpose", "graph.matmul")

pytestmark = pytest.mark.slow


def check(result: RunResult | StagedRun) -> None:
    """What must hold of every run."""
    assert isinstance(result, RunResult)
    assert result.comparison is not None
    assert result.comparison.oracle == "onnxruntime"
    assert result.comparison.within_tolerance, result.comparison
    assert race_count(result.execution) == 0
    assert result.execution.total_ns >= result.compiled.lower_bound.ns > 0
    assert all(placement.reason for placement in result.compiled.placements if placement.home != "accelerator")


def off_the_array(result: RunResult | StagedRun) -> list[str]:
    """Operations with multiply-accumulates that are not on the accelerator."""
    assert isinstance(result, RunResult)
    placed = result.compiled.placements
    return [p.loc_name for p in placed if p.op in WITH_MACS and p.home != "accelerator"]


@pytest.mark.parametrize("name", LIGHT)
def test_light_model_with_shipped_weights(name: str, light_models: Mapping[str, Path]) -> None:
    path = light_models[name]
    model = onnx.load(path)  # pyright: ignore[reportUnknownMemberType]
    constants = {tensor.name for tensor in model.graph.initializer}
    (given,) = [value for value in model.graph.input if value.name not in constants]
    shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
    # The input of onnx's own test runner, for which it ships the expected output.
    data = (np.arange(np.prod(shape)).reshape(shape) / np.prod(shape)).astype(np.float32)
    result = accelc.run(path, inputs={given.name: data})
    check(result)
    assert off_the_array(result) == []
    expected = TensorProto.FromString(path.with_name(f"{path.stem}_output_0.pb").read_bytes())
    (found,) = result.outputs.values()
    np.testing.assert_allclose(found, numpy_helper.to_array(expected), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("name", LIGHT)
def test_light_model_with_random_weights(name: str, light_models: Mapping[str, Path]) -> None:
    result = accelc.run(light_models[name], random_weights=1)
    check(result)
    assert off_the_array(result) == []
    (found,) = result.outputs.values()
    assert np.ptp(found) > 0


@pytest.mark.parametrize("name", REAL)
def test_trained_model(name: str, real_models: Real) -> None:
    model, inputs = real_models(name)
    check(accelc.run(model, inputs=inputs))


@pytest.mark.parametrize("name", REAL)
def test_trained_model_in_bf16(name: str, real_models: Real) -> None:
    model, inputs = real_models(name)
    result = accelc.run(model, inputs=inputs, precision="bf16")
    check(result)
    assert result.comparison is not None
    assert result.comparison.cosine >= 0.999


@pytest.mark.parametrize("target", ["tpu-like", "gemmini-like"])
def test_other_machines(target: str, light_models: Mapping[str, Path], real_models: Real) -> None:
    check(accelc.run(light_models["squeezenet"], target, random_weights=2))
    model, inputs = real_models("magika")
    check(accelc.run(model, target, inputs=inputs))

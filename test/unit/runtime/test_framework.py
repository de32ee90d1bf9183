"""The framework tier: which framework is asked, what is recorded, and what is said when none can."""

from typing import Any

import numpy as np
import pytest
from xdsl.dialects.builtin import StringAttr, TensorType, f32
from xdsl.dialects.test import TestOp

from accelc.dialects import graph
from accelc.errors import ModelError, UsageError
from accelc.frontends.onnx.framework import kernel_opset
from accelc.runtime import framework
from accelc.runtime.framework import FrameworkCall, Frameworks, preferred

X = np.array([-1.5, 2.5], np.float32)


def call(op_type: str, shape: tuple[int, ...] = (2,), opset: int = 22) -> graph.CallFrameworkOp:
    """An operator of one input, of a node named `n`."""
    kind = TensorType(f32, [2])
    op = graph.CallFrameworkOp(op_type, TestOp(result_types=[kind]).results, [TensorType(f32, shape)], opset=opset)
    op.attributes["loc_name"] = StringAttr("n")
    return op


def test_the_first_that_can() -> None:
    """And why others were not asked, or could not."""
    frameworks = Frameworks()
    np.testing.assert_array_equal(frameworks(call("Round"), [X])[0], [-2, 2])
    assert frameworks.calls == [FrameworkCall("Round", "n", "onnxruntime", ())]
    only = Frameworks("onnx")
    only(call("Round"), [X])
    assert only.calls[0].framework == "onnx"
    assert preferred("Resize") == ("onnx", "onnxruntime")


def test_one_that_cannot_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reason is kept."""
    import accelc.frontends.onnx

    def refuse(*_: Any) -> None:
        raise ModelError("cannot")

    monkeypatch.setattr(accelc.frontends.onnx, "run_onnxruntime", refuse)
    frameworks = Frameworks()
    frameworks(call("Round"), [X])
    assert frameworks.calls == [FrameworkCall("Round", "n", "onnx", ("cannot",))]


def test_none_can() -> None:
    """Both reasons, at the node."""
    pattern = (
        r"^node 'n' \(Strange\): onnxruntime cannot execute it: .*; "
        r"node 'n' \(Strange\): the ONNX reference cannot execute it: .*$"
    )
    with pytest.raises(ModelError, match=pattern):
        Frameworks()(call("Strange"), [X])


def _nothing(name: str) -> None:
    """No package of any name."""


def test_names_and_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown ones, and ones that are not installed."""
    with pytest.raises(UsageError, match=r"^unknown framework 'jax' \(frameworks: onnxruntime, onnx\)$"):
        Frameworks("jax")
    monkeypatch.setattr(framework, "find_spec", _nothing)
    with pytest.raises(ModelError, match=r"^operators kept for a framework need one of the packages onnxruntime, onnx"):
        Frameworks()(call("Round"), [X])


def test_the_oldest_opset_that_means_the_same() -> None:
    """More runtimes know it; not below the first with broadcasting, and not for operators nobody knows."""
    assert kernel_opset("Round", "", 25) in range(11, 25)
    assert kernel_opset("Floor", "", 12) == 7
    assert kernel_opset("Strange", "", 12) == 12
    assert kernel_opset("Strange", "com.example", 1) == 1

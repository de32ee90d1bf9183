"""Deformable convolutions compute what ONNX's reference evaluator computes."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from onnx.reference import ReferenceEvaluator
from onnx_support import close, execute, model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx

Array = npt.NDArray[Any]
OPSET = 22
SMALL = st.integers(1, 2)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 99), SMALL, SMALL, SMALL, SMALL, st.booleans(), st.booleans())
def test_against_the_reference(
    seed: int, group: int, parts: int, stride: int, dilation: int, masked: bool, biased: bool
) -> None:
    """Offsets far beyond the borders, in two groups of either kind."""
    rng = np.random.default_rng(seed)
    channels, filters, pad = 4, 2, int(rng.integers(0, 2))
    height, width, kernel = 6, 5, (2, 3)
    out = [(n + 2 * pad - dilation * (k - 1) - 1) // stride + 1 for n, k in zip((height, width), kernel, strict=True)]
    taps = kernel[0] * kernel[1]
    shapes: dict[str, tuple[int, ...]] = {
        "x": (1, channels, height, width),
        "w": (filters * group, channels // group, *kernel),
    }
    shapes["offset"] = (1, parts * taps * 2, *out)
    shapes |= {"b": (filters * group,)} if biased else {}
    shapes |= {"mask": (1, parts * taps, *out)} if masked else {}
    operands: dict[str, Array] = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    operands["offset"] *= 2
    names = [name if name in operands else "" for name in ("x", "w", "offset", "b", "mask")]
    window: dict[str, Any] = {"strides": [stride] * 2, "dilations": [dilation] * 2, "pads": [pad] * 4}
    node = helper.make_node("DeformConv", names, ["y"], group=group, offset_group=parts, **window)
    inputs = {name: operands[name] for name in names if name}
    model = model_of([node], inputs, opset=OPSET)
    evaluator: Any = ReferenceEvaluator(model)
    imported = import_onnx(model)
    assert not any(op.name == "graph.call_framework" for op in imported.module.walk())
    for found in execute(imported, list(inputs.values())):
        close(found, evaluator.run(None, inputs))


@pytest.mark.parametrize(
    ("shapes", "attributes", "message"),
    [
        ([(1, 2, 3, 3), (1, 2, 2, 2), (1, 7, 2, 2)], {}, r"offset has shape \[1, 7, 2, 2\], expected \[1, 8, 2, 2\]"),
        ([(1, 2, 3, 3), (1, 2, 2, 2), (1, 8, 2, 2)], {"offset_group": 3}, "offset_group 3 does not divide 2 channels"),
        ([(1, 2, 3, 3), (1, 2, 2, 2), (1, 8, 2, 2)], {"kernel_shape": [1, 1]}, r"kernel_shape \[1, 1\] differs"),
    ],
)
def test_diagnostics(shapes: list[tuple[int, ...]], attributes: dict[str, Any], message: str) -> None:
    """Shapes that do not fit are located errors."""
    operands = {f"x{i}": np.zeros(shape, np.float32) for i, shape in enumerate(shapes)}
    node = helper.make_node("DeformConv", list(operands), ["y"], "n", **attributes)
    with pytest.raises(ModelError, match=f"node 'n' .*{message}"):
        import_onnx(model_of([node], operands, opset=OPSET))

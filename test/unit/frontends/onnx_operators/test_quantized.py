"""Quantized operators give the integers that the standard says, with sums beyond what a float holds."""

from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import NodeProto, helper
from onnx_support import model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx
from accelc.frontends.onnx.operators.products.quantized import EXACT, parts
from accelc.interpreters.graph import run

Array = npt.NDArray[Any]
NARROW = st.sampled_from([np.int8, np.uint8])


def computed(node: NodeProto, operands: dict[str, Array], constants: set[str], opset: int = 21) -> list[Array]:
    """Results of the imported node; no framework may take part."""
    inputs = {name: array for name, array in operands.items() if name not in constants}
    known = {name: array for name, array in operands.items() if name in constants}
    imported = import_onnx(model_of([node], inputs, known, list(node.output), opset))
    return run(imported.module, list(inputs.values()), imported.weights)


def integers(rng: np.random.Generator, dtype: Any, shape: tuple[int, ...]) -> Array:
    """All values of a type, the extreme ones often."""
    info = np.iinfo(dtype)
    array = rng.integers(info.min, info.max + 1, shape)
    return np.where(rng.random(shape) < 0.3, rng.choice([info.min, info.max], shape), array).astype(dtype)


@given(st.lists(st.integers(0, EXACT // 3), min_size=1, max_size=20))
def test_parts(weights: list[int]) -> None:
    """Pieces cover everything in order, and none but single ones reaches the limit."""
    found = parts(len(weights), lambda low, high: sum(weights[low:high]))
    assert [i for low, high in found for i in range(low, high)] == list(range(len(weights)))
    assert all(sum(weights[low:high]) < EXACT for low, high in found)


@settings(max_examples=30, deadline=None)
@given(st.data(), NARROW, NARROW, st.sampled_from([1, 3, 257, 300, 1025]))
def test_matmul_integer(data: st.DataObject, left: Any, right: Any, terms: int) -> None:
    """Of all types, with zero points for everything, rows and columns, exact beyond 2^24."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    rows, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    batch = data.draw(st.sampled_from([(), (2,)]))
    operands = {"a": integers(rng, left, (*batch, rows, terms)), "b": integers(rng, right, (terms, columns))}
    if data.draw(st.booleans()):
        operands["a"][:], operands["b"][:] = np.iinfo(left).max, np.iinfo(right).max
    a, b = (operands[n].astype(np.int64) for n in ("a", "b"))
    names = ["a", "b"]
    if data.draw(st.booleans()):
        operands["za"] = integers(rng, left, data.draw(st.sampled_from([(), (1,), (rows,)])))
        operands["zb"] = integers(rng, right, data.draw(st.sampled_from([(), (1,), (columns,)])))
        a = a - operands["za"].astype(np.int64).reshape(-1, 1)
        b = b - operands["zb"].astype(np.int64).reshape(1, -1)
        names += ["za", "zb"]
    constants = data.draw(st.sets(st.sampled_from(names), max_size=len(names) - 1)) - {"a"}
    (found,) = computed(helper.make_node("MatMulInteger", names, ["y"]), operands, constants)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, a @ b)


def windows(x: Array, weight: Array, group: int, stride: int) -> Array:
    """A convolution along one axis, in integers."""
    batch, channels, size = x.shape
    filters, inner, kernel = weight.shape
    out = (size - kernel) // stride + 1
    y = np.zeros((batch, filters, out), np.int64)
    for m in range(filters):
        first = m // (filters // group) * inner
        for o in range(out):
            piece = x[:, first : first + inner, o * stride : o * stride + kernel]
            y[:, m, o] = (piece * weight[m]).sum(axis=(1, 2))
    assert channels == group * inner
    return y


@settings(max_examples=20, deadline=None)
@given(st.data(), NARROW, NARROW, st.sampled_from([1, 2]), st.sampled_from([1, 3, 130]))
def test_convolutions(data: st.DataObject, left: Any, right: Any, group: int, inner: int) -> None:
    """ConvInteger, and QLinearConv with scales per filter and a bias: padding is the zero point."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    stride, filters = data.draw(st.integers(1, 2)), group * 2
    x, w = integers(rng, left, (2, group * inner, 6)), integers(rng, right, (filters, inner, 3))
    zx, zw = integers(rng, left, ()), integers(rng, right, data.draw(st.sampled_from([(), (filters,)])))
    window: dict[str, Any] = {"group": group, "strides": [stride], "pads": [1, 0]}
    centred = np.pad(x.astype(np.int64) - int(zx), [(0, 0), (0, 0), (1, 0)])
    exact = windows(centred, w.astype(np.int64) - zw.astype(np.int64).reshape(-1, 1, 1), group, stride)
    constants = data.draw(st.sampled_from([set[str](), {"w", "zw"}, {"w", "zw", "zx", "bias"}]))
    operands = {"x": x, "w": w, "zx": zx, "zw": zw}
    node = helper.make_node("ConvInteger", list(operands), ["y"], **window)
    (found,) = computed(node, operands, constants)
    np.testing.assert_array_equal(found, exact)
    bias = rng.integers(-(2**20), 2**20, filters).astype(np.int32)
    scales = {"sx": np.float32(0.5), "sw": (2.0 ** -rng.integers(8, 12, filters)).astype(np.float32)}
    more = {"sy": np.float32(1), "zy": integers(rng, np.int8, ()), "bias": bias}
    given = {"x": x, "sx": scales["sx"], "zx": zx, "w": w, "sw": scales["sw"], "zw": zw, **more}
    given = {name: np.asarray(array) for name, array in given.items()}
    node = helper.make_node("QLinearConv", list(given), ["y"], **window)
    (found,) = computed(node, given, constants)
    total = np.float32(exact + bias.reshape(-1, 1)) * (scales["sx"] * scales["sw"]).reshape(-1, 1)
    np.testing.assert_array_equal(found, np.clip(np.rint(total) + int(more["zy"]), -128, 127).astype(np.int8))


@settings(max_examples=20, deadline=None)
@given(st.data(), NARROW, st.integers(1, 400))
def test_qlinear_matmul(data: st.DataObject, dtype: Any, terms: int) -> None:
    """Rounds to even before the zero point, then saturates."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    a, b = integers(rng, dtype, (3, terms)), integers(rng, dtype, (terms, 2))
    za, zb, zy = (integers(rng, dtype, ()) for _ in range(3))
    operands = {"a": a, "sa": np.float32(0.25), "za": za, "b": b, "sb": np.float32(2**-6), "zb": zb}
    operands = {n: np.asarray(v) for n, v in {**operands, "sy": np.float32(0.5), "zy": zy}.items()}
    node = helper.make_node("QLinearMatMul", list(operands), ["y"])
    (found,) = computed(node, operands, data.draw(st.sampled_from([set[str](), {"b", "zb", "sb"}])))
    total = np.float32((a.astype(np.int64) - int(za)) @ (b.astype(np.int64) - int(zb))) * np.float32(2**-7)
    info = np.iinfo(dtype)
    np.testing.assert_array_equal(found, np.clip(np.rint(total) + int(zy), info.min, info.max).astype(dtype))


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from([np.int8, np.uint8, np.int16, np.uint16]), st.sampled_from(["all", "axis", "block"]))
def test_there_and_back(data: st.DataObject, dtype: Any, kind: str) -> None:
    """Whole tensors, axes and blocks; scales are powers of two, so that quotients are exact."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    axis = data.draw(st.integers(0, 2))
    shape = (4, 5, 6)
    block = data.draw(st.integers(2, 3))
    count = -(-shape[axis] // block)
    sizes = {"all": (), "axis": (shape[axis],), "block": tuple(count if a == axis else n for a, n in enumerate(shape))}
    scale = (2.0 ** rng.integers(-6, 3, sizes[kind])).astype(np.float32)
    zero = integers(rng, dtype, sizes[kind])
    x = (rng.standard_normal(shape) * 100).astype(np.float32)

    def spread(array: Array) -> Array:
        if kind == "all":
            return array
        if kind == "axis":
            return array.reshape([-1 if a == axis else 1 for a in range(3)])
        return np.repeat(array, block, axis).take(range(shape[axis]), axis)

    attributes: dict[str, Any] = {"axis": axis}
    if kind == "block":
        attributes["block_size"] = block
    operands = {"x": x, "scale": scale, "zero": zero}
    constants = data.draw(st.sampled_from([set[str](), {"scale", "zero"}]))
    (found,) = computed(helper.make_node("QuantizeLinear", list(operands), ["y"], **attributes), operands, constants)
    info = np.iinfo(dtype)
    expected = np.clip(np.rint(x / spread(scale)) + spread(zero).astype(np.float32), info.min, info.max)
    np.testing.assert_array_equal(found, expected.astype(dtype))
    back = {"y": found, "scale": scale, "zero": zero}
    (again,) = computed(helper.make_node("DequantizeLinear", list(back), ["z"], **attributes), back, constants)
    wide = found.astype(np.float32) - spread(zero).astype(np.float32)
    np.testing.assert_array_equal(again, wide * spread(scale))


@pytest.mark.parametrize(("dtype", "largest"), [(ml_dtypes.float8_e4m3fn, 448.0), (ml_dtypes.float8_e5m2, 57344.0)])
def test_narrow_floats(dtype: Any, largest: float) -> None:
    """Saturate, and come back."""
    x = np.array([1e9, -3.3, 0.1, -1e9], np.float32)
    operands = {"x": x, "scale": np.array(2, np.float32), "zero": np.array(0, dtype)}
    (found,) = computed(helper.make_node("QuantizeLinear", list(operands), ["y"]), operands, {"zero"})
    np.testing.assert_array_equal(found, np.clip(x / 2, -largest, largest).astype(dtype))
    back = {"y": found, "scale": operands["scale"]}
    (again,) = computed(helper.make_node("DequantizeLinear", list(back), ["z"]), back, set())
    np.testing.assert_array_equal(again, found.astype(np.float32) * 2)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.sampled_from([-1, 0, 1]))
def test_dynamic_quantize_linear(seed: int, side: int) -> None:
    """Ranges on both sides of zero, and on one."""
    x = np.random.default_rng(seed).standard_normal((3, 4)).astype(np.float32)
    x = x if side == 0 else np.abs(x) * np.float32(side)
    y, scale, zero = computed(helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"]), {"x": x}, set())
    high, low = max(x.max(), np.float32(0)), min(x.min(), np.float32(0))
    expected = np.float32(np.float32(high - low) / np.float32(255))
    point = np.clip(np.rint(np.float32(0 - low) / expected), 0, 255)
    np.testing.assert_allclose(scale, expected, rtol=1e-6)
    assert zero == point
    assert np.abs((y.astype(np.float32) - point) * scale - x).max() <= scale * 0.5001


@pytest.mark.parametrize(
    ("node", "operands", "message"),
    [
        (("MatMulInteger", ["a", "b"]), {"a": np.zeros((2, 2), np.int16)}, "A has element type int16, expected int8"),
        (("MatMulInteger", ["a", "b", "z"]), {"z": np.zeros((), np.int8)}, "zero point of A has element type int8"),
        (("DequantizeLinear", ["a", "s", "z"]), {"z": np.zeros((), np.int8)}, "zero point has element type int8"),
        (("QuantizeLinear", ["x", "v"]), {}, "3 scales or zero points for 2 elements of axis 1"),
    ],
)
def test_diagnostics(node: tuple[str, list[str]], operands: dict[str, Array], message: str) -> None:
    """Element types and shapes that do not fit are located errors."""
    given = {"a": np.zeros((2, 2), np.uint8), "b": np.zeros((2, 2), np.uint8), "x": np.zeros((2, 2), np.float32)}
    given |= {"s": np.ones((), np.float32), "v": np.ones(3, np.float32), **operands}
    kind, names = node
    with pytest.raises(ModelError, match=f"node 'n' .*{message}"):
        computed(helper.make_node(kind, names, ["y"], "n"), {n: given[n] for n in names}, set())

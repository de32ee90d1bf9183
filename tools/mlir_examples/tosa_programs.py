"""Networks as generic TOSA text, of both generations of the dialect, and what they compute, in NumPy."""

from typing import Any

import numpy as np

Array = Any
RNG = np.random.default_rng(6)


def _dense(array: Array) -> str:
    kinds = {"float32": "f32", "int8": "i8", "int32": "i32", "int64": "index"}
    shape = "".join(f"{n}x" for n in array.shape)
    digits = np.ascontiguousarray(array).tobytes().hex().upper()
    return f'dense<"0x{digits}"> : tensor<{shape}{kinds[array.dtype.name]}>'


class Text:
    """Lines of a function; a value is its name and type."""

    def __init__(self, key: str):
        self.key, self.lines = key, list[str]()

    def op(self, name: str, operands: list[tuple[str, str]], kind: str, attributes: str = "") -> tuple[str, str]:
        """Append an operation in generic form."""
        result = f"%v{len(self.lines)}"
        names, types = ", ".join(n for n, _ in operands), ", ".join(t for _, t in operands)
        properties = f" <{{{attributes}}}>" if attributes else ""
        self.lines.append(f'  {result} = "tosa.{name}"({names}){properties} : ({types}) -> {kind}')
        return result, kind

    def const(self, array: Array) -> tuple[str, str]:
        """Append a constant."""
        dense = _dense(array)
        return self.op("const", [], dense.rpartition(" : ")[2], f"{self.key} = {dense}")

    def module(self, argument: str, result: tuple[str, str]) -> str:
        """The text of the module."""
        body = "\n".join(self.lines)
        return f"func.func @main(%x: {argument}) -> {result[1]} {{\n{body}\n  return {result[0]} : {result[1]}\n}}\n"


def _convolve(x: Array, w: Array, stride: int, pads: tuple[int, int], dtype: Any) -> Array:
    """(N, H, W, C) with (O, h, w, C)."""
    padded = np.pad(x.astype(dtype), ((0, 0), pads, pads, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[1:3], (1, 2))[:, ::stride, ::stride]
    return np.einsum("nyxchw,ohwc->nyxo", windows, w.astype(dtype))


def _maxima(x: Array, size: int) -> Array:
    n, h, w, c = x.shape
    return x.reshape(n, h // size, size, w // size, size, c).max((2, 4))


def classifier(version: int) -> tuple[str, Array, Array]:
    """A convolution, clamp, poolings, a linear layer and softmax; text, input, output. `version` is 0 or 1."""
    key = "values" if version else "value"
    t = Text(key)
    x = RNG.standard_normal((1, 8, 8, 4)).astype(np.float32)
    w, b = (RNG.standard_normal(s).astype(np.float32) * np.float32(0.3) for s in ((8, 3, 3, 4), (8,)))
    w2, b2 = (RNG.standard_normal(s).astype(np.float32) * np.float32(0.3) for s in ((10, 8), (10,)))
    zero = [t.const(np.zeros(1, np.float32))] * 2 if version else []
    accumulator = ", acc_type = f32" if version else ""
    window = "pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>" + accumulator
    value = t.op(
        "conv2d", [("%x", "tensor<1x8x8x4xf32>"), t.const(w), t.const(b), *zero], "tensor<1x8x8x8xf32>", window
    )
    bounds = "min_val = 0.0 : f32, max_val = 6.0 : f32"
    if not version:
        bounds = "min_fp = 0.0 : f32, max_fp = 6.0 : f32, min_int = 0 : i64, max_int = 6 : i64"
    value = t.op("clamp", [value], "tensor<1x8x8x8xf32>", bounds)
    pools = "kernel = array<i64: {0}, {0}>, stride = array<i64: {0}, {0}>, pad = array<i64: 0, 0, 0, 0>"
    value = t.op("max_pool2d", [value], "tensor<1x4x4x8xf32>", pools.format(2))
    value = t.op("avg_pool2d", [value, *zero], "tensor<1x1x1x8xf32>", pools.format(4) + ", acc_type = f32")
    if version:
        shape = t.op("const_shape", [], "!tosa.shape<3>", "values = dense<[1, 1, 8]> : tensor<3xindex>")
        value = t.op("reshape", [value, shape], "tensor<1x1x8xf32>")
        matrix = t.const(np.ascontiguousarray(w2.T)[None])
        value = t.op("matmul", [value, matrix, *zero], "tensor<1x1x10xf32>")
        shape = t.op("const_shape", [], "!tosa.shape<2>", "values = dense<[1, 10]> : tensor<2xindex>")
        value = t.op("reshape", [value, shape], "tensor<1x10xf32>")
        value = t.op("add", [value, t.const(b2[None])], "tensor<1x10xf32>")
    else:
        value = t.op("reshape", [value], "tensor<1x8xf32>", "new_shape = array<i64: 1, 8>")
        value = t.op("fully_connected", [value, t.const(w2), t.const(b2)], "tensor<1x10xf32>")
    largest = t.op("reduce_max", [value], "tensor<1x1xf32>", "axis = 1 : i32")
    value = t.op("exp", [t.op("sub", [value, largest], "tensor<1x10xf32>")], "tensor<1x10xf32>")
    total = t.op("reduce_sum", [value], "tensor<1x1xf32>", "axis = 1 : i32")
    inverse = t.op("reciprocal", [total], "tensor<1x1xf32>")
    shift = [t.const(np.zeros(1, np.int8))] if version else []
    value = t.op("mul", [value, inverse, *shift], "tensor<1x10xf32>", "" if version else "shift = 0 : i8")
    h = (
        _maxima(np.clip(_convolve(x, w, 1, (1, 1), np.float64) + b, 0, 6), 2).mean((1, 2)) @ w2.T.astype(np.float64)
        + b2
    )
    e = np.exp(h - h.max(1, keepdims=True))
    return t.module("tensor<1x8x8x4xf32>", value), x, (e / e.sum(1, keepdims=True)).astype(np.float32)


def quantized() -> tuple[str, Array, Array]:
    """An int8 convolution, rescaled per channel, pooled: of TOSA 1.0. The output is exact."""
    t = Text("values")
    x = RNG.integers(-128, 128, (1, 8, 8, 4)).astype(np.int8)
    w = RNG.integers(-127, 128, (6, 3, 3, 4)).astype(np.int8)
    b = RNG.integers(-1000, 1000, 6).astype(np.int32)
    multiplier = RNG.integers(1 << 30, (1 << 31) - 1, 6).astype(np.int32)
    shift = RNG.integers(37, 40, 6).astype(np.int8)
    points = [t.const(np.array([n], np.int8)) for n in (-3, 0)]
    window = "pad = array<i64: 1, 0, 1, 0>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, acc_type = i32"
    value = t.op(
        "conv2d", [("%x", "tensor<1x8x8x4xi8>"), t.const(w), t.const(b), *points], "tensor<1x4x4x6xi32>", window
    )
    operands = [t.const(multiplier), t.const(shift), t.const(np.zeros(1, np.int32)), t.const(np.array([5], np.int8))]
    modes = (
        'rounding_mode = "SINGLE_ROUND", scale32 = true, per_channel = true, input_unsigned = false, '
        "output_unsigned = false"
    ).replace('"SINGLE_ROUND"', "#tosa.rounding_mode<SINGLE_ROUND>")
    value = t.op("rescale", [value, *operands], "tensor<1x4x4x6xi8>", modes)
    pool = "kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>"
    value = t.op("max_pool2d", [value], "tensor<1x2x2x6xi8>", pool)
    total = _convolve(x.astype(np.int64) + 3, w, 2, (1, 0), np.int64) + b
    bits = shift.astype(np.int64)
    scaled = (total * multiplier + (1 << (bits - 1))) >> bits
    return t.module("tensor<1x8x8x4xi8>", value), x, _maxima(np.clip(scaled + 5, -128, 127).astype(np.int8), 2)

"""Where operations of these dialects differ from NumPy, from each other, or at the ends of their types."""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from xdsl.utils.exceptions import ParseError

from accelc.frontends.mlir.loading import convert_text
from accelc.interpreters.graph import run

INF = float("inf")


def _module(arguments: str, body: str, result: str) -> tuple[Any, Any]:
    text = f"func.func @main({arguments}) -> {result} {{\n  {body}\n  return %0 : {result}\n}}\n"
    return convert_text(text, "a.mlir")


def _result(arguments: str, body: str, result: str, *inputs: Any) -> Any:
    module, weights = _module(arguments, body, result)
    (found,) = run(module, list(inputs), weights)
    return found


def _refused(arguments: str, body: str, result: str) -> str:
    with pytest.raises(ParseError) as caught:
        _module(arguments, body, result)
    return caught.value.msg


# --- stablehlo --------------------------------------------------------------------------------------------------------


def test_remainders_of_the_smallest_integer() -> None:
    """It has no size, and its remainder the sign of the dividend."""
    a, b = np.array([-128, -128, -7, 7], np.int8), np.array([3, -3, 2, -2], np.int8)
    kind = "tensor<4xi8>"
    found = _result(f"%a: {kind}, %b: {kind}", f"%0 = stablehlo.remainder %a, %b : {kind}", kind, a, b)
    assert found.tolist() == [-2, -2, -1, 1]


@pytest.mark.parametrize(("kind", "dtype"), [("i8", np.int8), ("ui8", np.uint8), ("i32", np.int32)])
def test_arithmetic_shifts_by_any_number_of_bits(kind: str, dtype: type[np.integer[Any]]) -> None:
    """The first bit fills up, also of unsigned integers and beyond the width."""
    limits, tensor = np.iinfo(dtype), f"tensor<6x4x{kind}>"
    x = np.array([limits.min, limits.max, 0, 1, 77, limits.max - 1], dtype)
    bits = np.array([0, 1, limits.bits - 1, limits.bits + 3], dtype)
    a, b = (np.ascontiguousarray(value) for value in np.broadcast_arrays(x[:, None], bits))
    line = f"%0 = stablehlo.shift_right_arithmetic %a, %b : {tensor}"
    found = _result(f"%a: {tensor}, %b: {tensor}", line, tensor, a, b)
    signed = a.astype(f"int{limits.bits}").astype(np.int64)
    assert np.array_equal(found, (signed >> b.astype(np.int64)).astype(dtype))


def test_reduced_precision() -> None:
    """A format of fewer bits rounds and overflows; one that has all bits changes nothing."""
    x = np.array([1 / 3, 1e5, 1e-3], np.float32)
    half = np.array([1 / 3, INF, 1e-3], np.float16)
    kind = "tensor<3xf32>"
    for form, expected in (
        ("e5m10", half.astype(np.float32)),
        ("e8m7", x.astype(ml_dtypes.bfloat16).astype(np.float32)),
        ("e8m23", x),
    ):
        found = _result(f"%a: {kind}", f"%0 = stablehlo.reduce_precision %a, format = {form} : {kind}", kind, x)
        assert np.array_equal(found, expected), form
    narrow = "tensor<3xf16>"
    message = _refused(f"%a: {narrow}", f"%0 = stablehlo.reduce_precision %a, format = e8m7 : {narrow}", narrow)
    assert "8 bits of exponent and 7 of mantissa of float16; supported are narrower types" in message


def test_products_of_narrow_integers_wrap() -> None:
    """Sums that are made as floats do too."""
    a, b = np.full((1, 4), 100, np.int8), np.full((4, 1), 3, np.int8)
    line = "%0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<1x4xi8>, tensor<4x1xi8>) -> {0}"
    for kind, expected in (("i8", 1200 - 5 * 256), ("ui8", 1200 - 4 * 256), ("i32", 1200)):
        result = f"tensor<1x1x{kind}>"
        found = _result("%a: tensor<1x4xi8>, %b: tensor<4x1xi8>", line.format(result), result, a, b)
        assert found.tolist() == [[expected]], kind


WINDOW = """%c = stablehlo.constant dense<{init}> : tensor<{kind}>
  %0 = "stablehlo.reduce_window"(%x, %c) <{{
      window_dimensions = array<i64: 3>, padding = dense<[[{pads}]]> : tensor<1x2xi64>}}> ({{
  ^bb0(%p: tensor<{kind}>, %q: tensor<{kind}>):
    %1 = stablehlo.{name} %p, %q : tensor<{kind}>
    stablehlo.return %1 : tensor<{kind}>
  }}) : (tensor<7x{kind}>, tensor<{kind}>) -> tensor<{size}x{kind}>"""
SERIES = np.array([1, INF, 2, 3, -4, 5, 6], np.float32)
BYTES = np.array([0, 255, 7, 128, 127, 1, 2], np.uint8)


@pytest.mark.parametrize(
    ("name", "x", "init", "function"),
    [
        ("add", SERIES, "0.0", np.sum),
        ("multiply", SERIES, "1.0", np.prod),
        ("add", BYTES.view(np.int8), "0", np.sum),
        ("minimum", BYTES, "255", np.min),
        ("minimum", BYTES.view(np.int8), "127", np.min),
        ("maximum", BYTES, "0", np.max),
    ],
)
def test_windows(name: str, x: Any, init: str, function: Callable[..., Any]) -> None:
    """An infinity is in its own windows only; the smallest integers have no opposite."""
    kind = {"float32": "f32", "int8": "i8", "uint8": "ui8"}[x.dtype.name]
    line = WINDOW.format(init=init, kind=kind, pads="2, 0", name=name, size=7)
    found = _result(f"%x: tensor<7x{kind}>", line, f"tensor<7x{kind}>", x)
    expected = [function(x[max(i - 2, 0) : i + 1]).astype(x.dtype) for i in range(7)]
    assert np.array_equal(found, expected)


def test_initial_values_of_windows() -> None:
    """They are in every window once; pads would bring them again."""
    line = WINDOW.format(init="1.0", kind="f32", pads="0, 0", name="add", size=5)
    found = _result("%x: tensor<7xf32>", line, "tensor<5xf32>", SERIES)
    assert found.tolist() == [INF, INF, 2.0, 5.0, 8.0]
    line = WINDOW.format(init="1.0", kind="f32", pads="2, 0", name="add", size=7)
    assert "pads windows with an initial value" in _refused("%x: tensor<7xf32>", line, "tensor<7xf32>")


def test_sorts_by_two_tensors_are_refused() -> None:
    """The order of equal elements of the first would be wrong."""
    two = "tensor<4xf32>, tensor<4xf32>"
    line = f"""%0, %1 = "stablehlo.sort"(%a, %b) <{{dimension = 0 : i64}}> ({{
  ^bb0(%p: tensor<f32>, %q: tensor<f32>, %r: tensor<f32>, %s: tensor<f32>):
    %2 = stablehlo.compare LT, %p, %q, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %3 = stablehlo.compare EQ, %p, %q, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %4 = stablehlo.compare LT, %r, %s, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %5 = stablehlo.and %3, %4 : tensor<i1>
    %6 = stablehlo.or %2, %5 : tensor<i1>
    stablehlo.return %6 : tensor<i1>
  }}) : ({two}) -> ({two})"""
    message = _refused("%a: tensor<4xf32>, %b: tensor<4xf32>", line, "tensor<4xf32>")
    assert "stablehlo.sort: its body does not compare the elements of the first tensor alone" in message


def test_indices_beyond_any_tensor_are_clamped() -> None:
    """Large unsigned and 64-bit indices do not wrap around."""
    x = np.arange(5, dtype=np.float32)
    for kind, values in (("ui32", [0, 4, 2**32 - 1]), ("i64", [-(2**40), 3, 2**40]), ("ui64", [1, 2**63, 2**64 - 1])):
        line = (
            '%0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], '
            "start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1>}> : "
            f"(tensor<5xf32>, tensor<3x1x{kind}>) -> tensor<3xf32>"
        )
        dtype = {"ui32": np.uint32, "i64": np.int64, "ui64": np.uint64}[kind]
        indices = np.array(values, dtype).reshape(3, 1)
        found = _result(f"%x: tensor<5xf32>, %i: tensor<3x1x{kind}>", line, "tensor<3xf32>", x, indices)
        assert found.tolist() == np.clip(np.array(values, object), 0, 4).tolist(), kind


LOOP = """%a = stablehlo.constant dense<{start}> : tensor<{kind}>
  %b = stablehlo.constant dense<{limit}> : tensor<{kind}>
  %d = stablehlo.constant dense<{step}> : tensor<{kind}>
  %1:2 = stablehlo.while(%i = %a, %c = %x) : tensor<{kind}>, tensor<f32>
  cond {{
    %2 = stablehlo.compare {direction}, %i, %b : (tensor<{kind}>, tensor<{kind}>) -> tensor<i1>
    stablehlo.return %2 : tensor<i1>
  }} do {{
    %2 = stablehlo.add %i, %d : tensor<{kind}>
    %3 = stablehlo.add %c, %c : tensor<f32>
    stablehlo.return %2, %3 : tensor<{kind}>, tensor<f32>
  }}
  %0 = stablehlo.abs %1#1 : tensor<f32>"""


def test_counters_that_wrap_do_not_end() -> None:
    """In eight bits 120 is reached in steps of 40, not of 50, and 127 never passed; floats stop to grow."""
    scalar = "%x: tensor<f32>", "tensor<f32>"
    count = LOOP.format(start=0, limit=120, step=40, kind="i8", direction="LT")
    assert _result(scalar[0], count, scalar[1], np.float32(1).reshape(())) == 8
    for values in (
        {"start": 0, "limit": 120, "step": 50, "kind": "i8", "direction": "LT"},
        {"start": 0, "limit": 127, "step": 1, "kind": "i8", "direction": "LE"},
        {"start": 16777215.0, "limit": 16777217.0, "step": 1.0, "kind": "f32", "direction": "LE"},
    ):
        message = _refused(scalar[0], LOOP.format(**values), scalar[1])
        assert f"counts from {int(values['start'])} in steps of" in message
        assert "does not end" in message
    endless = LOOP.format(start="0.0", limit="0x7F800000", step="1.0", kind="f32", direction="LT")
    assert "the number of iterations is not known" in _refused(scalar[0], endless, scalar[1])


def test_hyperbolic_sines_of_small_numbers() -> None:
    """Differences of exponential functions would lose their digits."""
    x = np.array([1e-6, -1e-4, 0.3, -0.0, 2.0, 20.0, -INF], np.float32)
    kind = "tensor<7xf32>"
    found = _result(f"%x: {kind}", f"%0 = chlo.sinh %x : {kind} -> {kind}", kind, x)
    np.testing.assert_allclose(found, np.sinh(x.astype(np.float64)), rtol=3e-7)


# --- tosa -------------------------------------------------------------------------------------------------------------


def test_negation_saturates() -> None:
    """-(-128) is 127 in eight bits."""
    kind = "tensor<3xi8>"
    points = '%z = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>\n  '
    line = f"{points}%0 = tosa.negate %x, %z, %z : ({kind}, tensor<1xi8>, tensor<1xi8>) -> {kind}"
    found = _result(f"%x: {kind}", line, kind, np.array([-128, 127, 5], np.int8))
    assert found.tolist() == [127, -127, -5]


def test_casts_round_and_saturate() -> None:
    """To the nearest even integer, then to the nearest that there is."""
    x = np.array([2.5, -1.5, 3e9, -3e9, 40000, -INF], np.float32)
    for kind, dtype in (("i32", np.int32), ("i16", np.int16), ("i8", np.int8)):
        line = f"%0 = tosa.cast %x : (tensor<6xf32>) -> tensor<6x{kind}>"
        found = _result("%x: tensor<6xf32>", line, f"tensor<6x{kind}>", x)
        limits = np.iinfo(dtype)
        assert found.tolist() == np.clip(np.rint(x.astype(np.float64)), limits.min, limits.max).astype(dtype).tolist()


def test_zero_points_of_unsigned_bytes() -> None:
    """-128 in a type without sign is 128 if the bytes are unsigned."""
    kind = "tensor<4xi8>"
    points = (("m", 1 << 30, "i32"), ("s", 30, "i8"), ("z", -128, "i8"))
    form = '%{0} = "tosa.const"() <{{values = dense<{1}> : tensor<1x{2}>}}> : () -> tensor<1x{2}>'
    constants = "\n  ".join(form.format(*point) for point in points)
    flags = (
        'rounding_mode = "SINGLE_ROUND", scale32 = true, per_channel = false, input_unsigned = {}, output_unsigned = {}'
    )
    types = f"({kind}, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi8>) -> {kind}"
    x = np.array([0, 1, 128, 255], np.uint8)
    for flag, expected in (("true", [0, 1, 128, 255]), ("false", [255, 255, 128, 255])):
        form = flags.format(flag, "true")
        line = f'{constants}\n  %0 = "tosa.rescale"(%x, %m, %s, %z, %z) <{{{form}}}> : {types}'
        assert _result(f"%x: {kind}", line, kind, x.view(np.int8)).view(np.uint8).tolist() == expected


def test_modes_that_would_change_numbers_are_refused() -> None:
    """NaN that loses, shifts without meaning."""
    kind = "tensor<3xf32>"
    line = f'%0 = "tosa.maximum"(%x, %x) <{{nan_mode = "IGNORE"}}> : ({kind}, {kind}) -> {kind}'
    assert "nan_mode 'IGNORE'; supported is PROPAGATE" in _refused(f"%x: {kind}", line, kind)
    kind = "tensor<3xi32>"
    line = f'%0 = "tosa.mul"(%x, %x) <{{shift = 1000000000000 : i64}}> : ({kind}, {kind}) -> {kind}'
    assert "shift 1000000000000; legal are 0 to 62" in _refused(f"%x: {kind}", line, kind)


# --- linalg -----------------------------------------------------------------------------------------------------------

GENERIC = """%0 = linalg.generic {{indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
    affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}}
    ins(%a, %b : tensor<2x3x{kind}>, tensor<3x2x{kind}>) outs(%c : tensor<2x2xi32>) {{
  ^bb0(%p: {kind}, %q: {kind}, %s: i32):
    %1 = arith.{cast} %p : {kind} to i32
    %2 = arith.{cast} %q : {kind} to i32
    %3 = arith.muli %1, %2 : i32
    %4 = arith.addi %s, %3 : i32
    linalg.yield %4 : i32
  }} -> tensor<2x2xi32>"""


@pytest.mark.parametrize(("kind", "cast"), [("i8", "extsi"), ("i8", "extui"), ("i1", "extsi"), ("i1", "extui")])
def test_products_keep_the_signs_of_their_casts(kind: str, cast: str) -> None:
    """Extension with zeros is not that with the sign, in which true is -1."""
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-128, 128, shape).astype(np.int8) for shape in ((2, 3), (3, 2)))
    wide = [value.view(np.uint8) if cast == "extui" else value for value in (a, b)]
    if kind == "i1":
        a, b = a > 0, b > 0
        wide = [np.where(value, 1 if cast == "extui" else -1, 0) for value in (a, b)]
    start = np.full((2, 2), 5, np.int32)
    arguments = f"%a: tensor<2x3x{kind}>, %b: tensor<3x2x{kind}>, %c: tensor<2x2xi32>"
    found = _result(arguments, GENERIC.format(kind=kind, cast=cast), "tensor<2x2xi32>", a, b, start)
    assert np.array_equal(found, wide[0].astype(np.int32) @ wide[1].astype(np.int32) + 5)


@pytest.mark.parametrize(("name", "loses"), [("maxnumf", True), ("maximumf", False)])
def test_extremes_with_nan(name: str, loses: bool) -> None:
    """In `maxnumf` NaN loses, also that of the output; in `maximumf` it wins."""
    line = f"%0 = linalg.reduce {{ arith.{name} }} ins(%x : tensor<4x2xf32>) outs(%o : tensor<4xf32>) dimensions = [1]"
    x = np.array([[1, np.nan], [np.nan, np.nan], [3, 4], [5, -1]], np.float32)
    init = np.array([0, -2, np.nan, 9], np.float32)
    arguments = "%x: tensor<4x2xf32>, %o: tensor<4xf32>"
    found = _result(arguments, line, "tensor<4xf32>", x, init)
    expected = [1, -2, 4, 9] if loses else [np.nan, np.nan, np.nan, 9]
    np.testing.assert_array_equal(found, expected)
    form = """%0 = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}} ins(%x : tensor<4x2xf32>) outs(%o : tensor<4xf32>) {{
    ^bb0(%p: f32, %q: f32):
      %1 = arith.{0} %p, %q : f32
      linalg.yield %1 : f32
    }} -> tensor<4xf32>"""
    np.testing.assert_array_equal(_result(arguments, form.format(name), "tensor<4xf32>", x, init), expected)


def test_unsigned_products_of_named_operations_are_refused() -> None:
    """Their operands have no signs of their own."""
    line = (
        "%0 = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %a : tensor<2x2xi8>, tensor<2x2xi8>) "
        "outs(%c : tensor<2x2xi32>) -> tensor<2x2xi32>"
    )
    message = _refused("%a: tensor<2x2xi8>, %c: tensor<2x2xi32>", line, "tensor<2x2xi32>")
    assert "linalg.matmul: casts its operands as unsigned numbers; supported is cast_signed" in message


def test_signs_of_zeros_are_copied() -> None:
    """The sign of -0.0 is one."""
    kind = "tensor<4xf32>"
    a, b = np.array([1, 2, -3, 4], np.float32), np.array([-0.0, 0.0, -0.0, -1e-3], np.float32)
    found = _result(f"%a: {kind}, %b: {kind}", f"%0 = math.copysign %a, %b : {kind}", kind, a, b)
    assert found.tolist() == [-1, 2, -3, -4]

"""Numerics: casts, matrix blocks, reductions and functions against independent definitions."""

import math
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc import numerics
from accelc.isa import records, table


def test_integer_cast_rounds_to_even_and_saturates() -> None:
    values = np.array([300.0, -300.0, 2.5, 3.5, -0.5, np.nan, np.inf, -np.inf], np.float32)
    assert numerics.cast(values, "int8").tolist() == [127, -128, 2, 4, 0, 0, 127, -128]
    assert numerics.cast(values, "uint8").tolist() == [255, 0, 2, 4, 0, 0, 255, 0]


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0, 4)])
@pytest.mark.parametrize("source", numerics.DTYPES)
def test_conversions_keep_the_shape(shape: tuple[int, ...], source: str) -> None:
    values = np.ones(shape, numerics.DTYPES[source])
    assert isinstance(numerics.compute(values), np.ndarray)
    assert numerics.compute(values).shape == shape
    for dtype in numerics.DTYPES:
        for mode in ("saturate", "nan", "inf"):
            result = numerics.cast(values, dtype, mode)
            assert isinstance(result, np.ndarray)
            assert (result.dtype, result.shape) == (numerics.DTYPES[dtype], shape)
            assert (result == 1).all()


def test_conversions_give_contiguous_copies() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert numerics.compute(values) is values
    assert numerics.compute(values.T).flags.c_contiguous
    assert numerics.cast(values.T, "fp32").flags.c_contiguous
    assert not np.may_share_memory(numerics.cast(values, "fp32"), values)


def test_integer_to_integer_saturates() -> None:
    values = np.array([2**31 - 1, -(2**31), 5], np.int32)
    assert numerics.cast(values, "int8").tolist() == [127, -128, 5]
    assert numerics.cast(values, "int32").tolist() == values.tolist()


@pytest.mark.parametrize(
    ("dtype", "mode", "expected"),
    [
        ("fp8e4", "saturate", 448.0),
        ("fp8e4", "nan", math.nan),
        ("fp8e4", "inf", math.nan),
        ("fp8e5", "saturate", 57344.0),
        ("fp8e5", "nan", math.nan),
        ("fp8e5", "inf", math.inf),
    ],
)
def test_fp8_overflow(dtype: str, mode: str, expected: float) -> None:
    result = numerics.cast(np.array([1e9, 1.0, -1e9], np.float32), dtype, mode).astype(np.float32)
    np.testing.assert_array_equal(result, np.array([expected, 1.0, -expected], np.float32))


def test_fp8_cast_keeps_nan() -> None:
    assert np.isnan(numerics.cast(np.array([np.nan]), "fp8e4").astype(np.float32)).all()


def test_bf16_rounds_to_nearest_even() -> None:
    values = np.array([1.0 + 2.0**-8, 1.0 + 3 * 2.0**-8], np.float32)
    assert numerics.cast(values, "bf16").astype(np.float32).tolist() == [1.0, 1.0 + 2.0**-6]


def test_cast_copies_even_without_conversion() -> None:
    values = np.ones(3, np.float32)
    numerics.cast(values, "fp32")[0] = 5
    assert values[0] == 1


def _pe_by_pe(stationary: npt.NDArray[Any], moving: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    rows, columns = stationary.shape
    result = np.zeros((columns, moving.shape[1]), np.float32)
    for m in range(columns):
        for n in range(moving.shape[1]):
            total = np.float32(0)
            for k in range(rows):
                total = np.float32(total + np.float32(stationary[k, m]) * np.float32(moving[k, n]))
            result[m, n] = total
    return result


def test_column_sequential_is_bit_exact_with_a_scalar_loop() -> None:
    rng = np.random.default_rng(1)
    stationary = rng.standard_normal((9, 5)).astype(np.float32)
    moving = rng.standard_normal((9, 7)).astype(np.float32)
    result = numerics.matmul_block(stationary, moving, "fp32", "column-sequential")
    np.testing.assert_array_equal(result, _pe_by_pe(stationary, moving))


@pytest.mark.parametrize("order", numerics.SUM_ORDERS)
def test_a_sum_of_negative_zeros_is_positive(order: str) -> None:
    """The first PE of a column adds to +0; otherwise the sign would depend on what the PEs of unused rows hold."""
    stationary, moving = np.full((1, 2), -3, np.float32), np.zeros((1, 3), np.float32)
    assert not np.signbit(numerics.matmul_block(stationary, moving, "fp32", order)).any()


@pytest.mark.parametrize("order", numerics.SUM_ORDERS)
def test_matmul_does_not_depend_on_memory_layout(order: str) -> None:
    rng = np.random.default_rng(2)
    big = rng.standard_normal((16, 64)).astype(ml_dtypes.bfloat16)
    strided = big[:, ::2]
    first = numerics.matmul_block(big[:, :8], strided, "fp32", order)
    second = numerics.matmul_block(big[:, :8].copy(), np.asfortranarray(strided), "fp32", order)
    np.testing.assert_array_equal(first, second)


def test_matmul_of_an_array_with_itself_takes_the_general_path() -> None:
    square = np.random.default_rng(3).standard_normal((33, 17)).astype(np.float32)
    np.testing.assert_array_equal(numerics.matmul_block(square, square), numerics.matmul_block(square, square.copy()))


def test_int8_product_is_exact_beyond_24_bits() -> None:
    left = np.full((4096, 2), 127, np.int8)
    left[0] = 126
    result = numerics.matmul_block(left, left, "int32")
    assert result.dtype == np.int32
    assert result.tolist() == [[127 * 127 * 4095 + 126 * 126] * 2] * 2


def test_accumulate_wraps_int32_and_adds_fp32() -> None:
    assert numerics.accumulate(np.array([2**31 - 1], np.int32), np.array([1], np.int32)).tolist() == [-(2**31)]
    assert numerics.accumulate(np.array([1.0], np.float32), np.array([2.0], np.float32)).tolist() == [3.0]


def test_reductions_run_in_index_order() -> None:
    values = np.random.default_rng(4).standard_normal((3, 4, 50)).astype(np.float32)
    flat = values.reshape(3, 200)
    expected = flat[:, 0].copy()
    for index in range(1, 200):
        expected = expected + flat[:, index]
    np.testing.assert_array_equal(numerics.reduce_free(values, "add", 2), expected)
    partitions = values[0].copy()
    for index in range(1, 3):
        partitions = partitions + values[index]
    np.testing.assert_array_equal(numerics.reduce_partitions(values, "add"), partitions[None])


def test_tensor_scalar_and_scalar_tensor_tensor() -> None:
    values = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32)
    assert numerics.tensor_scalar(values, "mul", 2.0, "max", 0.0).tolist() == [[2, 0], [6, 8]]
    assert numerics.tensor_scalar(values, "add", 1.0, "none", 9.0).tolist() == [[2, -1], [4, 5]]
    result = numerics.scalar_tensor_tensor(values, np.array([10.0, 100.0]), values, "mul", "add")
    assert result.tolist() == [[11, -22], [303, 404]]


def test_activate_rounds_each_step_to_fp32() -> None:
    x = np.array([1.0000001], np.float32)
    scale = 3.3333333
    expected = np.float32(np.float32(x[0] * np.float32(scale)) + np.float32(0.1))
    assert numerics.activate(x, "identity", scale, 0.1)[0] == expected


@given(st.floats(-20, 20, width=32))
def test_erf_and_gelu_against_math(x: float) -> None:
    array = np.array([x], np.float32)
    assert abs(float(numerics.erf(array)[0]) - math.erf(x)) < 5e-7
    exact = 0.5 * x * (1 + math.erf(x / math.sqrt(2)))
    assert abs(float(numerics.FUNCTIONS["gelu"](array)[0]) - exact) < 1e-6 * max(1.0, abs(x))


def test_comparisons_give_one_or_zero() -> None:
    result = numerics.alu("greater_equal", np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]))
    assert result.dtype == np.float32
    assert result.tolist() == [0, 1, 1]


def test_nan_propagates_through_max_and_relu() -> None:
    nan = np.array([np.nan], np.float32)
    assert np.isnan(numerics.alu("max", nan, np.zeros(1))).all()
    assert np.isnan(numerics.FUNCTIONS["relu"](nan)).all()


def test_every_name_of_the_instruction_set_has_arithmetic() -> None:
    assert set(table.FUNCTIONS) <= set(numerics.FUNCTIONS)
    assert {*table.ALU_OPS} - {*table.INTEGER_ONLY} <= set(numerics.ALU_OPS)
    assert set(table.REDUCE_OPS) <= set(numerics.REDUCE_OPS)
    assert tuple(numerics.DTYPES) == records.DTYPES[1:]

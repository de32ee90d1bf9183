"""Integer arithmetic of the engines against Python's integers, which never wrap."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc import integer_alu, numerics
from accelc.isa.table import ALU_OPS


def quotient(a: int, b: int) -> int:
    """Towards zero; 0 for a divisor of 0."""
    return 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def power(a: int, b: int, bits: int) -> int:
    """The inverse of a power is 0, or 1 or -1."""
    if b >= 0:
        return pow(a, b, 1 << bits)
    return a ** (-b % 2) if abs(a) == 1 else 0


EXPECTED: dict[str, Callable[[int, int, int], int]] = {
    "none": lambda a, b, bits: a,
    "add": lambda a, b, bits: a + b,
    "sub": lambda a, b, bits: a - b,
    "mul": lambda a, b, bits: a * b,
    "div": lambda a, b, bits: quotient(a, b),
    "max": lambda a, b, bits: max(a, b),
    "min": lambda a, b, bits: min(a, b),
    "rsub": lambda a, b, bits: b - a,
    "rdiv": lambda a, b, bits: quotient(b, a),
    "pow": power,
    "mod": lambda a, b, bits: a % b if b else 0,
    "equal": lambda a, b, bits: int(a == b),
    "not_equal": lambda a, b, bits: int(a != b),
    "less": lambda a, b, bits: int(a < b),
    "less_equal": lambda a, b, bits: int(a <= b),
    "greater": lambda a, b, bits: int(a > b),
    "greater_equal": lambda a, b, bits: int(a >= b),
    "and": lambda a, b, bits: a & b,
    "or": lambda a, b, bits: a | b,
    "xor": lambda a, b, bits: a ^ b,
    "shl": lambda a, b, bits: a << b if 0 <= b < bits else 0,
    "shr": lambda a, b, bits: (a % (1 << bits)) >> b if 0 <= b < bits else 0,
    "sar": lambda a, b, bits: a >> (b if 0 <= b < bits else bits - 1),
}


def wrapped(value: int, bits: int) -> int:
    """Two's complement."""
    return (value + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


def test_every_operation_is_known() -> None:
    """Those of the instruction set, and no others."""
    assert set(integer_alu.OPERATIONS) == set(EXPECTED) == set(ALU_OPS)


@given(st.data())
def test_operations(data: st.DataObject) -> None:
    """Any two integers of 32 or 64 bits, often those at the limits."""
    op, bits = data.draw(st.sampled_from(list(EXPECTED))), data.draw(st.sampled_from([32, 64]))
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    numbers = st.integers(low, high) | st.sampled_from([0, 1, -1, 2, low, high, bits, bits - 1]) | st.integers(-70, 70)
    a, b = data.draw(numbers), data.draw(numbers if op != "pow" else st.integers(-5, 70))
    dtype: np.dtype[Any] = np.dtype(f"int{bits}")
    left, right = np.array([a], dtype), np.array([b], dtype)
    assert integer_alu.operate(op, left, right, dtype).tolist() == [wrapped(EXPECTED[op](a, b, bits), bits)]
    assert numerics.alu(op, left, right, dtype.name).tolist() == [wrapped(EXPECTED[op](a, b, bits), bits)]


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("op", EXPECTED)
def test_operations_at_their_limits(op: str, bits: int) -> None:
    """Every pair of numbers at which something changes."""
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    edges = [0, 1, -1, 2, -2, 7, -7, low, low + 1, high, high - 1, bits - 1, bits, bits + 1, -bits, 1 << bits // 2]
    pairs = list(product(edges, edges))
    dtype: np.dtype[Any] = np.dtype(f"int{bits}")
    left, right = (np.array(side, dtype) for side in zip(*pairs, strict=True))
    found = integer_alu.operate(op, left, right, dtype).tolist()
    assert found == [wrapped(EXPECTED[op](a, b, bits), bits) for a, b in pairs]


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [(["int8", "uint8"], "int32"), (["int8", "int64"], "int64"), (["int32", "float32"], None), (["float32"], None)],
)
def test_what_computes_in_integers(dtypes: list[str], expected: str | None) -> None:
    """All operands, in the widest of their types, at least 32 bits."""
    found = integer_alu.work_dtype(*map(np.dtype, dtypes))
    assert (found.name if found is not None else None) == expected


def test_immediates_decide() -> None:
    """Whole ones leave an instruction exact, others and larger ones make it one on floats."""
    x = np.array([2**24 + 1, -3], np.int32)
    assert numerics.tensor_scalar(x, "add", 1.0, "none", 0.0, "int32").tolist() == [2**24 + 2, -2]
    assert numerics.tensor_scalar(x, "mul", 0.5, "none", 0.0, "int32").tolist() == [2**23, -1.5]
    assert numerics.tensor_scalar(x, "add", 2.0**31, "none", 0.0, "int32").dtype == np.float32
    assert numerics.tensor_scalar(x, "add", 1.0, "none", 0.0, "fp32").tolist() == [2**24, -2]


def test_sums_of_integers_are_exact() -> None:
    """Reductions of integers into integers wrap and do not round."""
    x = np.array([[2**24, 1, 1], [2**31 - 1, 1, 0]], np.int32)
    assert numerics.reduce_free(x, "add", 1, "int32").tolist() == [2**24 + 2, -(2**31)]
    assert numerics.reduce_free(x, "add", 1).tolist() == [2**24, 2**31]
    assert numerics.reduce_partitions(x[:, 1:], "add", "int32").tolist() == [[2, 1]]


def test_the_largest_integers_of_64_bits() -> None:
    """Casts of floats saturate there, although no float has their value."""
    x = np.array([2.0**63, -(2.0**63), 9.3e18, -9.3e18, np.nan, np.inf, -np.inf, 3.5], np.float32)
    limits = [2**63 - 1, -(2**63)]
    assert numerics.cast(x, "int64").tolist() == [*limits, *limits, 0, *limits, 4]
    assert numerics.cast(np.array([2**40, -(2**40)]), "int32").tolist() == [2**31 - 1, -(2**31)]


def test_select() -> None:
    """What is not chosen stays to the last bit; NaN is not zero."""
    stored = np.array([np.nan, 1.0, 2.0], np.float32)
    got = numerics.select(stored, np.array([7, 8, 9], np.int32), np.array([0.0, np.nan, -0.0], np.float32), "fp32")
    np.testing.assert_array_equal(got, np.array([np.nan, 8.0, 2.0], np.float32))


@pytest.mark.parametrize("rows", [1, numerics.SHORT_SUM, numerics.SHORT_SUM + 1, 1024])
@pytest.mark.parametrize("kind", ["int8", "uint8"])
def test_products_of_bytes_are_exact(kind: str, rows: int) -> None:
    """Also where all of them are as large as they can be, in sums of any length."""
    limits = np.iinfo(kind)
    left = np.full((rows, 2), limits.max, kind)
    left[:, 1] = limits.min
    right = np.full((rows, 3), limits.max, kind)
    right[1::2, 1] = limits.min
    expected = left.astype(np.int64).T @ right.astype(np.int64)
    for order in numerics.SUM_ORDERS:
        np.testing.assert_array_equal(numerics.matmul_block(left, right, "int32", order), expected)

"""
Products of matrices whose sums have the order and the roundings of a column of PEs.

Every product and every sum is rounded to fp32, row 0 of the operands first, which adds to +0. Two implementations give
the same bits: `einsum` of NumPy, and a loop compiled with Numba (extra `fast`), 4 to 7 times faster on tiles of an
array of 128 x 128.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
Sums = Callable[[F32, F32], F32]

SHORT_ROW = 96
"""Elements of a row below which the longer side of a product is the better inner loop."""
LEAST_PRODUCTS = 2**14
"""Products of scalars below which loading the compiled loop (once per process) would take longer than it saves."""
STEP = 8
"""Rows that one pass of the compiled loop adds to a sum while it is in a register."""


def column_sums(left: F32, right: F32) -> F32:
    """`left.T @ right` of C-contiguous `left[K, M]` and `right[K, N]`, C-contiguous `[M, N]`."""
    if left.size * right.shape[1] >= LEAST_PRODUCTS:
        return (compiled_sums() or einsum_sums)(left, right)
    return einsum_sums(left, right)


def einsum_sums(left: F32, right: F32) -> F32:
    """`column_sums` with NumPy alone."""
    if min(left.shape[1], right.shape[1]) == 1 or not _einsum_rounds():
        return _row_by_row(left, right)
    # NumPy takes the dimension of the smallest strides innermost: the rows are the outermost loop.
    if right.shape[1] < min(left.shape[1], SHORT_ROW):
        return np.ascontiguousarray(np.einsum("km,kn->nm", left, right).T)
    return np.einsum("km,kn->mn", left, right)


@cache
def compiled_sums() -> Sums | None:
    """`column_sums` compiled for this processor; None without Numba, or where it does not round every product."""
    if find_spec("numba") is None:
        return None
    numba: Any = import_module("numba")
    operand = numba.types.Array(numba.float32, 2, "C", readonly=True)
    signature = numba.void(operand, operand, numba.float32[:, ::1])
    try:
        loop: Any = numba.njit(signature, cache=True, nogil=True)(_add_rows)
    except RuntimeError:
        # No folder can be written to: it is compiled in every process.
        loop = numba.njit(signature, nogil=True)(_add_rows)

    def sums(left: F32, right: F32) -> F32:
        columns, elements = left.shape[1], right.shape[1]
        if elements < min(columns, SHORT_ROW):
            return np.ascontiguousarray(sums(right, left).T)
        result = np.zeros((columns, elements), np.float32)
        loop(left, right, result)
        return result

    return sums if rounds_products(sums) else None


def _add_rows(left: F32, right: F32, result: F32) -> None:
    rows, columns = left.shape
    elements = right.shape[1]
    whole = rows - rows % STEP
    for k in range(0, whole, STEP):
        b0, b1, b2, b3 = right[k], right[k + 1], right[k + 2], right[k + 3]
        b4, b5, b6, b7 = right[k + 4], right[k + 5], right[k + 6], right[k + 7]
        for m in range(columns):
            a0, a1, a2, a3 = left[k, m], left[k + 1, m], left[k + 2, m], left[k + 3, m]
            a4, a5, a6, a7 = left[k + 4, m], left[k + 5, m], left[k + 6, m], left[k + 7, m]
            row = result[m]
            for n in range(elements):
                total = row[n] + a0 * b0[n]
                total += a1 * b1[n]
                total += a2 * b2[n]
                total += a3 * b3[n]
                total += a4 * b4[n]
                total += a5 * b5[n]
                total += a6 * b6[n]
                total += a7 * b7[n]
                row[n] = total
    for k in range(whole, rows):
        last = right[k]
        for m in range(columns):
            factor = left[k, m]
            row = result[m]
            for n in range(elements):
                row[n] += factor * last[n]


def _row_by_row(left: F32, right: F32) -> F32:
    result = np.multiply(left[0][:, None], right[0][None, :])
    # Without it a sum of negative zeros would stay negative, and depend on what unused rows of PEs hold.
    result += 0.0
    product = np.empty_like(result)
    for row in range(1, left.shape[0]):
        np.multiply(left[row][:, None], right[row][None, :], out=product)
        np.add(result, product, out=result)
    return result


def rounds_products(sums: Sums) -> bool:
    """Whether `sums` rounds products before it adds them: code with fused multiply-add does not."""
    # The square of the factor lies half way between two numbers: once rounded, it is what the first row subtracts.
    factor = 1 + 2**-12
    left = np.array([[-1 - 2**-11], [factor]], np.float32).repeat(37, axis=1)
    right = np.array([[1], [factor]], np.float32).repeat(37, axis=1)
    # Once in the loop over the last rows, once in the one over whole steps.
    return not any(sums(left.repeat(n, axis=0), right.repeat(n, axis=0)).any() for n in (1, STEP))


@cache
def _einsum_rounds() -> bool:
    return rounds_products(lambda left, right: np.einsum("km,kn->mn", left, right))

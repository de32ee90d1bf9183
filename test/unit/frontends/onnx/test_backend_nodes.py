"""ONNX's own operator tests: every one that imports gives the expected results."""

import warnings
from collections import Counter
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from onnx import ModelProto, TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx_support import execute

from accelc.errors import ModelError
from accelc.frontends.onnx import ImportedModel, import_onnx

Array = npt.NDArray[Any]

RANDOM = "test_bernoulli"
"""Operators whose results are random."""
PARAMETERS = ("shape", "scales", "sizes", "start", "limit", "delta", "step", "value")
"""Inputs that these tests feed but real models hold as constants."""
CONSTANT_ELEMENTS = 64


def array_of(value: Any) -> Array | None:
    """A tensor of numbers, or None for sequences, strings and missing values."""
    if isinstance(value, TensorProto):
        value = numpy_helper.to_array(value)
    if not isinstance(value, np.ndarray | np.generic):
        return None
    array: Array = np.asarray(cast(Any, value))
    return None if array.dtype.kind in "OUSc" else array


def with_constants(model: ModelProto, inputs: list[Array]) -> tuple[ModelProto, list[Array]]:
    """The model with the inputs that determine shapes made constants."""
    result = ModelProto()
    result.CopyFrom(model)
    del result.graph.input[:]
    kept: list[Array] = []
    for index, (info, array) in enumerate(zip(model.graph.input, inputs, strict=False)):
        small = array.size <= CONSTANT_ELEMENTS and array.ndim <= 1
        if small and ((array.dtype.kind in "iu" and index) or info.name in PARAMETERS):
            result.graph.initializer.append(numpy_helper.from_array(array, info.name))
        else:
            result.graph.input.append(info)
            kept.append(array)
    return result, kept


def imported(model: ModelProto, inputs: list[Array]) -> tuple[ImportedModel, list[Array]]:
    """Import with the shapes of the inputs, as it is or with constants."""
    names = [info.name for info in model.graph.input]
    try:
        return import_onnx(model, {n: a.shape for n, a in zip(names, inputs, strict=False)}), inputs
    except ModelError:
        changed, kept = with_constants(model, inputs)
        return import_onnx(changed, {i.name: a.shape for i, a in zip(changed.graph.input, kept, strict=True)}), kept


def same(found: Array, expected: Array) -> bool:
    """Equal within what the element type and the reference's own rounding allow."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    coarse = expected.dtype.itemsize <= 2 and expected.dtype.kind in "fV"
    a, b = found.astype(np.float64), expected.astype(np.float64)
    return np.allclose(a, b, rtol=2e-2 if coarse else 1e-3, atol=1e-2 if coarse else 1e-5, equal_nan=True)


@pytest.mark.slow
def test_operator_tests_of_onnx() -> None:
    """No wrong result, no exception but ModelError; most are computed without a framework."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with warnings.catch_warnings():
        # The cases divide by zero and overflow on purpose.
        warnings.simplefilter("ignore")
        cases: Any = collect_testcases(None)  # pyright: ignore[reportArgumentType]
        for case in cases:
            inputs, outputs = ([array_of(v) for v in part] for part in case.data_sets[0])
            arrays = [a for a in inputs if a is not None]
            if len(arrays) != len(inputs) or None in [None if o is None else 0 for o in outputs]:
                counts["not tensors"] += 1
                continue
            try:
                result, given = imported(case.model, arrays)
                native = "graph.call_framework" not in {op.name for op in result.module.walk()}
                found = execute(result, given)
            except ModelError:
                counts["refused"] += 1
                continue
            counts["native" if native else "framework"] += 1
            if not case.name.startswith(RANDOM):
                for version in found:
                    pairs = zip(version, outputs, strict=False)
                    wrong += [case.name for a, b in pairs if b is not None and not same(a, b)]
    assert not wrong
    assert counts["native"] >= 1300, counts
    assert counts["native"] + counts["framework"] >= 1600, counts

"""
Pointwise operators of ONNX: which run on the accelerator with which element types, how exact the composed ones are, and
how close 8-bit products come to fp32.

A case is one operator, one element type and one form of broadcasting; it counts if its segments all ran on the
accelerator and its result is that of ONNX's reference.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

import accelc
from accelc.runtime.compare import TOLERANCES
from accelc.runtime.execute import execute
from benchmarks.measure import Measurement

Array = npt.NDArray[Any]
FLOAT, INTEGERS, TRUTH = ("float32",), ("int8", "uint8", "int32", "int64"), ("bool",)
OPERATORS: dict[str, tuple[int, tuple[str, ...]]] = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Max", "Min", "Mod", "Equal", "Less", "Greater"), (2, (*FLOAT, *INTEGERS))),
    **dict.fromkeys(("LessOrEqual", "GreaterOrEqual"), (2, (*FLOAT, *INTEGERS))),
    **dict.fromkeys(("And", "Or", "Xor"), (2, TRUTH)),
    **dict.fromkeys(("BitwiseAnd", "BitwiseOr", "BitwiseXor"), (2, INTEGERS)),
    **dict.fromkeys(("Abs", "Sign"), (1, (*FLOAT, *INTEGERS))),
    **dict.fromkeys(("Floor", "Ceil", "Round", "Reciprocal", "Sqrt", "Exp", "Log", "Sigmoid", "Erf"), (1, FLOAT)),
    **dict.fromkeys(("Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh"), (1, FLOAT)),
    **dict.fromkeys(("Asinh", "Acosh", "Atanh", "Elu", "Selu", "Celu", "Softplus", "Softsign"), (1, FLOAT)),
    **dict.fromkeys(("Mish", "HardSwish", "Gelu", "ThresholdedRelu", "Shrink", "IsNaN", "IsInf"), (1, FLOAT)),
    "Div": (2, (*FLOAT, "int32", "int64")),
    "Pow": (2, (*FLOAT, "int32", "int64")),
    "Neg": (1, (*FLOAT, "int8", "int32", "int64")),
    "Not": (1, TRUTH),
    "BitwiseNot": (1, INTEGERS),
    "PRelu": (2, FLOAT),
    "Where": (3, (*FLOAT, *INTEGERS, *TRUTH)),
}
ATTRIBUTES: dict[str, dict[str, Any]] = {"Gelu": {"approximate": "tanh"}}
DOMAINS = {"Asin": 0.9, "Acos": 0.9, "Atanh": 0.9}
POSITIVE = ("Log", "Sqrt", "Pow", "Reciprocal")
SHAPES: Sequence[tuple[tuple[int, ...], tuple[int, ...]]] = (((3, 130), (130,)), ((), ()), ((4, 1, 3), (2, 1)))
REFERENCE_RAISES = {("Softsign", 1)}
"""Operators and shapes for which ONNX's reference raises TypeError: a scalar that is no array."""
TOLERANCE = 2e-5
"""Relative, of a result larger than 1 or absolute: the reference computes some operators in other steps of fp32."""


def cases(reduced: bool) -> list[tuple[str, str, int]]:
    """(operator, element type, number of the shapes); a tenth of them when `reduced`."""
    found = [(name, kind, i) for name, (_, kinds) in OPERATORS.items() for kind in kinds for i in range(len(SHAPES))]
    found = [case for case in found if (case[0], case[2]) not in REFERENCE_RAISES]
    return found[::10] if reduced else found


def operands(name: str, kind: str, shapes: int) -> list[Array]:
    """Seeded operands: small numbers, without zero where one is a divisor."""
    rng = np.random.default_rng(prod(map(ord, name)) % 1000)
    arity = OPERATORS[name][0]
    dtype = np.dtype(kind)
    found: list[Array] = []
    for index in range(arity):
        shape = SHAPES[shapes][min(index, 1)]
        if kind == "bool" or (name == "Where" and index == 0):
            found.append(np.asarray(rng.random(shape) < 0.5))
            continue
        size = rng.random(shape) * DOMAINS.get(name, 3.0) if dtype.kind == "f" else rng.integers(1, 6, shape)
        negative = rng.random(shape) < (0.5 if dtype.kind != "u" and name not in POSITIVE else 0)
        values = np.where(negative, -size, size) + (1.0 if name == "Acosh" and dtype.kind == "f" else 0)
        found.append(np.asarray(np.abs(values) + 1 if name == "Acosh" else values, dtype))
    return found


def model(name: str, inputs: Sequence[Array]) -> onnx.ModelProto:
    """A model of one operator."""
    names = [f"x{i}" for i in range(len(inputs))]
    floats = inputs[0].dtype.kind == "f"
    attributes: dict[str, Any] = {"fmod": 1} if name == "Mod" and floats else ATTRIBUTES.get(name, {})
    node = helper.make_node(name, names, ["y"], **attributes)
    infos = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for n, a in zip(names, inputs, strict=True)
    ]
    graph = helper.make_graph([node], "main", infos, [helper.make_tensor_value_info("y", TensorProto.UNDEFINED, None)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def run(name: str, kind: str, shapes: int) -> tuple[bool, float]:
    """Whether the accelerator alone executed a case, and the largest error; NaN on one side only is infinite."""
    inputs = operands(name, kind, shapes)
    given = model(name, inputs)
    reference: Any = import_module("onnx.reference")
    (expected,) = reference.ReferenceEvaluator(given).run(None, {f"x{i}": a for i, a in enumerate(inputs)})
    compiled = accelc.compile(given, "trn-like")
    result = execute(compiled.program, compiled.target, {f"x{i}": a for i, a in enumerate(inputs)})
    got = result.outputs["y"]
    alone = {segment.place for segment in result.segments} == {"accelerator"}
    if got.dtype != expected.dtype or got.shape != np.shape(expected):
        return alone, np.inf
    a, b = got.astype(np.float64), np.asarray(expected, np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    error = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(b), 1.0 if got.dtype.kind == "f" else 1e-300))
    return alone, float(np.nan_to_num(error, nan=np.inf).max(initial=0.0))


def _squeezenet() -> Path:
    return Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_squeezenet.onnx"


def measure(reduced: bool) -> Iterator[Measurement]:
    """Shares of the cases, the largest error, and the angle of a network in each narrow type."""
    found = [(name, kind, *run(name, kind, shapes)) for name, kind, shapes in cases(reduced)]
    right = [alone and error <= (TOLERANCE if kind == "float32" else 0) for _, kind, alone, error in found]
    yield Measurement.at_least("pointwise: cases right on the accelerator", sum(right) / len(found), "", 1.0)
    yield Measurement.reported("pointwise: cases", len(found), "")
    worst = max(error for _, _, _, error in found)
    yield Measurement.at_most("pointwise: largest error", worst, "", TOLERANCE)
    for precision in ("int8",) if reduced else ("bf16", "fp8", "int8"):
        result = accelc.run(_squeezenet(), precision=precision, random_weights=1)
        assert result.comparison is not None
        limit = TOLERANCES[precision].cosine
        name = f"precision: cosine of SqueezeNet, {precision}"
        yield Measurement.at_least(name, result.comparison.cosine, "", limit)

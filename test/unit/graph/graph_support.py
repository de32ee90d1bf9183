"""Runs one operation of the `graph` dialect, and the ONNX operator it stands for."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort  # pyright: ignore[reportMissingTypeStubs]
from onnx import helper
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import array_type
from accelc.interpreters.graph import run

Array = npt.NDArray[Any]
Build = Callable[..., graph.GraphOp]
RNG = np.random.default_rng(7)


def floats(*shape: int) -> Array:
    """Seeded normal values, f32."""
    return RNG.standard_normal(shape).astype(np.float32)


def program(arrays: Sequence[Array], build: Callable[[Sequence[SSAValue]], Sequence[Operation]]) -> graph.FuncOp:
    """A function of the arrays' types that returns the results of the last operation."""
    types = [array_type(a) for a in arrays]
    function = graph.FuncOp("main", (types, []))
    ops = build(function.body.block.args)
    function.body.block.add_ops([*ops, graph.ReturnOp(ops[-1].results)])
    results = [r.type for r in ops[-1].results]
    made = graph.FuncOp("main", (types, results), function.detach_region(0))
    ModuleOp([made]).verify()
    return made


def execute(build: Build, *arrays: Array, **options: Any) -> list[Array]:
    """Results of one operation on arrays."""
    return run(program(arrays, lambda args: [build(*args, **options)]), arrays, {})


def onnx_run(op_type: str, *arrays: Array | None, outputs: int = 1, opset: int = 17, **attributes: Any) -> list[Array]:
    """Results of one ONNX node in onnxruntime; None is an omitted optional input."""
    names = ["" if a is None else f"x{i}" for i, a in enumerate(arrays)]
    produced = [f"y{i}" for i in range(outputs)]
    present = {n: a for n, a in zip(names, arrays, strict=True) if a is not None}
    inputs = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in present.items()
    ]
    node = helper.make_node(op_type, names, produced, **attributes)
    model = helper.make_model(
        helper.make_graph([node], "g", inputs, [onnx.ValueInfoProto(name=n) for n in produced]),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=8,
    )
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return cast(list[Array], session.run(None, present))  # pyright: ignore[reportUnknownMemberType]


def check(found: Sequence[Array], expected: Sequence[Array], tolerance: float = 2e-6) -> None:
    """Same count, dtype, shape; values close."""
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)

"""Operators kept as they are: their attributes in the IR, their result types, and their execution by a framework."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, cast

import numpy as np
import onnx
from onnx import AttributeProto, ModelProto, NodeProto, ValueInfoProto, helper
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    Float32Type,
    FloatAttr,
    IntegerAttr,
    StringAttr,
    TensorType,
    f32,
    i64,
)
from xdsl.ir import Attribute

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints
from accelc.dialects.graph_ops.element_types import array_to_dense, dense_to_array, dtype_of_element
from accelc.errors import ModelError
from accelc.frontends.onnx.builder import MAX_INLINE_ELEMENTS, Tensor
from accelc.frontends.onnx.loading import MIN_OPSET, STANDARD_DOMAINS
from accelc.frontends.onnx.node import Node
from accelc.frontends.onnx.tensors import Array, DType, checked_shape, from_array, numpy_dtype, onnx_type, to_array

ResultType = tuple[tuple[int, ...], DType]
MAX_INFERENCE_ELEMENTS = 4096
"""Constants of at most this many elements take part in the inference of a result's shape."""


def keep(node: Node, declared: Mapping[str, ValueInfoProto], reason: str) -> list[Tensor]:
    """
    The node as `graph.call_framework`; its result types come from ONNX's inference or the model's declarations.

    Operands that are all known are evaluated at once by ONNX's reference. Raises `ModelError` when a result type is
    unknown or an attribute has no form in the IR.
    """
    present = [t for t in node.inputs if t is not None]
    results = _result_types(node, declared, reason)
    marks = [int(t is not None) for t in node.inputs]
    return node.builder.framework(
        node.proto.op_type,
        present,
        results,
        domain=node.proto.domain,
        opset=node.opset,
        onnx_attributes={a.name: _to_ir(node, a) for a in sorted(node.proto.attribute, key=lambda a: a.name)},
        present=None if all(marks) else marks,
    )


def framework_node(op: graph.CallFrameworkOp) -> NodeProto:
    """The ONNX node of a `graph.call_framework`, with inputs `x0`, `x1`... and outputs `y0`, `y1`..."""
    marks = [1] * len(op.inputs) if op.present is None else list(ints(op.present))
    names = iter(range(len(op.inputs)))
    node = helper.make_node(
        op.op_type.data,
        [f"x{next(names)}" if mark else "" for mark in marks],
        [f"y{i}" for i in range(len(op.outputs))],
        domain=op.domain.data,
    )
    node.attribute.extend(_from_ir(name, value) for name, value in op.onnx_attributes.data.items())
    return node


def framework_model(op: graph.CallFrameworkOp) -> ModelProto:
    """A model of the one node of a `graph.call_framework`, for any ONNX runtime."""

    def infos(values: Sequence[Any], prefix: str) -> list[ValueInfoProto]:
        kinds = [cast(TensorType[Attribute], v.type) for v in values]
        return [
            helper.make_tensor_value_info(f"{prefix}{i}", onnx_type(dtype_of_element(k.element_type)), k.get_shape())
            for i, k in enumerate(kinds)
        ]

    opset = kernel_opset(op.op_type.data, op.domain.data, op.opset.value.data)
    opsets = [helper.make_opsetid(op.domain.data, opset)]
    body = helper.make_graph([framework_node(op)], "node", infos(op.inputs, "x"), infos(op.outputs, "y"))
    model = helper.make_model(body, opset_imports=opsets)
    # Runtimes refuse files of a format newer than themselves; nothing here needs the newest.
    model.ir_version = min(model.ir_version, 8)
    return model


def _described(op: graph.CallFrameworkOp) -> str:
    name = op.loc_name.data if op.loc_name is not None else ""
    return f"node '{name}' ({op.op_type.data})" if name else f"operator {op.op_type.data}"


def run_reference(op: graph.CallFrameworkOp, inputs: Sequence[Array]) -> list[Array]:
    """Execute a `graph.call_framework` with ONNX's reference; raises `ModelError` when it cannot."""
    return _run(op, inputs, "the ONNX reference", evaluate_reference)


def run_onnxruntime(op: graph.CallFrameworkOp, inputs: Sequence[Array]) -> list[Array]:
    """Execute a `graph.call_framework` with onnxruntime (extra `framework`); raises `ModelError` when it cannot."""
    return _run(op, inputs, "onnxruntime", evaluate_onnxruntime)


def evaluate_reference(model: ModelProto, feeds: Mapping[str, Any]) -> list[Any]:
    """All outputs of a model by ONNX's reference, which raises whatever an operator's own Python code raises."""
    reference: Any = import_module("onnx.reference")
    # Operators of the reference trust their inputs: they overflow and divide as they come.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reference.ReferenceEvaluator(model).run(None, dict(feeds))


def evaluate_onnxruntime(model: ModelProto, feeds: Mapping[str, Any]) -> list[Any]:
    """All outputs of a model by onnxruntime, whose exceptions have no common base but `Exception`."""
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, dict(feeds))


def kernel_opset(op_type: str, domain: str, opset: int) -> int:
    """The oldest opset, from `MIN_OPSET` on, in which an operator is what it is in `opset`: more runtimes know it."""
    if not onnx.defs.has(op_type, domain):
        return opset
    try:
        since = onnx.defs.get_schema(op_type, opset, domain).since_version
    except onnx.defs.SchemaError:
        return opset
    return min(opset, max(since, MIN_OPSET if domain in STANDARD_DOMAINS else 1))


def _run(
    op: graph.CallFrameworkOp,
    inputs: Sequence[Array],
    who: str,
    evaluate: Callable[[ModelProto, Mapping[str, Any]], list[Any]],
) -> list[Array]:
    feeds = {f"x{i}": np.asarray(array) for i, array in enumerate(inputs)}
    try:
        results = evaluate(framework_model(op), feeds)
    except Exception as error:
        raise ModelError(f"{_described(op)}: {who} cannot execute it: {first_line(error)}") from error
    return [np.asarray(r) for r in results]


def first_line(error: BaseException) -> str:
    """What another package's exception says, in one line."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def _result_types(node: Node, declared: Mapping[str, ValueInfoProto], reason: str) -> list[ResultType]:
    inferred = _infer(node)
    found: list[ResultType] = []
    for index, name in enumerate(node.proto.output):
        kind = _static(inferred.get(name or _omitted(index))) or _static(declared.get(name))
        if kind is None:
            raise node.error(
                f"{reason}, and the type of its result '{name}' is not known at import; "
                "declare a static type for it in the model's value_info"
            )
        code, shape = kind
        found.append((checked_shape(shape, node.builder.where), numpy_dtype(code, node.builder.where)))
    return found


def _omitted(index: int) -> str:
    """Name for a result that the node leaves out, so that it has a type too."""
    return f"omitted result {index}"


def _static(info: ValueInfoProto | None) -> tuple[int, list[int]] | None:
    if info is None or not info.type.HasField("tensor_type") or not info.type.tensor_type.HasField("shape"):
        return None
    dims = info.type.tensor_type.shape.dim
    if not all(d.HasField("dim_value") and d.dim_value >= 0 for d in dims):
        return None
    return info.type.tensor_type.elem_type, [d.dim_value for d in dims]


def _infer(node: Node) -> dict[str, ValueInfoProto]:
    proto = NodeProto()
    proto.CopyFrom(node.proto)
    tensors = {name: t for name, t in zip(proto.input, node.inputs, strict=True) if t is not None}
    small = {
        name: from_array(t.data, name)
        for name, t in tensors.items()
        if t.data is not None and t.data.size <= MAX_INFERENCE_ELEMENTS
    }
    inputs = [helper.make_tensor_value_info(n, onnx_type(t.dtype), t.shape) for n, t in tensors.items()]
    for index, name in enumerate(proto.output):
        proto.output[index] = name or _omitted(index)
    # Declared without a type, to be inferred.
    outputs = [ValueInfoProto(name=name) for name in proto.output]
    body = helper.make_graph([proto], "node", inputs, outputs, list(small.values()))
    opsets = [helper.make_opsetid(node.proto.domain, node.opset)]
    try:
        model = onnx.shape_inference.infer_shapes(
            helper.make_model(body, opset_imports=opsets), check_type=False, strict_mode=False, data_prop=True
        )
    except (onnx.shape_inference.InferenceError, RuntimeError, ValueError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise node.error(f"its types do not fit: {lines[-1]}") from error
    return {v.name: v for v in (*model.graph.output, *model.graph.value_info)}


def _to_ir(node: Node, attribute: AttributeProto) -> Attribute:
    match attribute.type:
        case AttributeProto.INT:
            return IntegerAttr(attribute.i, i64)
        case AttributeProto.FLOAT:
            return FloatAttr(attribute.f, f32)
        case AttributeProto.STRING:
            return StringAttr(_text(node, attribute.name, attribute.s))
        case AttributeProto.INTS:
            return DenseArrayBase.from_list(i64, list(attribute.ints))
        case AttributeProto.FLOATS:
            return DenseArrayBase.from_list(f32, list(attribute.floats))
        case AttributeProto.STRINGS:
            return ArrayAttr([StringAttr(_text(node, attribute.name, s)) for s in attribute.strings])
        case AttributeProto.TENSOR:
            array = to_array(attribute.t, node.folder, node.builder.where)
            if array.size > MAX_INLINE_ELEMENTS:
                raise node.error(
                    f"attribute '{attribute.name}' has {array.size} elements, at most {MAX_INLINE_ELEMENTS} fit"
                )
            return array_to_dense(array)
        case AttributeProto.GRAPH | AttributeProto.GRAPHS:
            raise node.error(
                f"what its body (attribute '{attribute.name}') does depends on values of the run, which one program "
                "cannot follow; accelc run executes such a model in stages"
            )
        case _:
            kind = AttributeProto.AttributeType.Name(attribute.type)
            raise node.error(
                f"it cannot be kept for the framework: attribute '{attribute.name}' is of type {kind}; kept nodes have "
                "numbers, texts and tensors only"
            )


def _text(node: Node, name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise node.error(f"attribute '{name}' is not UTF-8 text") from error


def _from_ir(name: str, value: Attribute) -> AttributeProto:
    match value:
        case IntegerAttr():
            return helper.make_attribute(name, value.value.data)
        case FloatAttr():
            return helper.make_attribute(name, value.value.data)
        case StringAttr():
            return helper.make_attribute(name, value.data)
        case ArrayAttr():
            texts = [cast(StringAttr, v).data for v in value]
            return helper.make_attribute(name, texts, attr_type=AttributeProto.STRINGS)
        case DenseIntOrFPElementsAttr():
            return helper.make_attribute(name, from_array(dense_to_array(value), name))
        case DenseArrayBase():
            array = cast(DenseArrayBase[Any], value)
            kind = AttributeProto.FLOATS if isinstance(array.elt_type, Float32Type) else AttributeProto.INTS
            return helper.make_attribute(name, list(array.get_values()), attr_type=kind)
        case _:
            raise ModelError(f"attribute '{name}' has the form {value}, which no ONNX attribute has")

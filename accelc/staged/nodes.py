"""One node executed by a framework, on values of any kind."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper

from accelc.errors import ModelError
from accelc.frontends.onnx.framework import evaluate_onnxruntime, evaluate_reference, first_line, kernel_opset
from accelc.frontends.onnx.loading import STANDARD_DOMAINS, describe
from accelc.runtime.framework import preferred
from accelc.staged.values import Array, Value, normal, type_of

IR_VERSION = 10
"""Format of the models of one node: runtimes refuse newer ones than their own; the oldest with types of four bits."""

_EVALUATORS: Mapping[str, Callable[[ModelProto, Mapping[str, Any]], list[Any]]] = {
    "onnxruntime": evaluate_onnxruntime,
    "onnx": evaluate_reference,
}


def run_node(
    node: NodeProto, opsets: Mapping[str, int], values: Mapping[str, Value], reason: str
) -> tuple[list[Value], str, tuple[str, ...]]:
    """
    Results of a node, in the order of its named outputs, which framework gave them, and why others did not.

    `values` are all that the node and its bodies read. Raises ModelError when no framework can execute the node; its
    message ends with `reason`, for which the compiler refused it.
    """
    if _has_files(node):
        raise ModelError(f"{describe(node)}: a tensor in an attribute has its data in a file; frameworks get none")
    passed_over: list[str] = []
    model = _model(node, opsets, values)
    arrays = [cast(Array, value) for value in values.values() if isinstance(value, np.ndarray)]
    empty = node.domain in STANDARD_DOMAINS and not all(array.size for array in arrays)
    for name in preferred(node.op_type, empty=empty):
        try:
            results = _EVALUATORS[name](model, values)
        except Exception as error:
            # Neither package has a base class of its own for what it raises.
            passed_over.append(f"{name} cannot execute it: {first_line(error)}")
            continue
        return [normal(value) for value in results], name, tuple(passed_over)
    raise ModelError(f"{describe(node)}: {'; '.join(passed_over)}; not compiled because: {reason}")


def _has_files(node: NodeProto) -> bool:
    """Whether a tensor inside of a node lies in a file, which frameworks would look for in the working directory."""
    for attribute in node.attribute:
        graphs = [*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])]
        tensors = [attribute.t, *attribute.tensors, *(tensor for graph in graphs for tensor in graph.initializer)]
        if any(tensor.data_location == TensorProto.EXTERNAL for tensor in tensors):
            return True
        if any(_has_files(inner) for graph in graphs for inner in graph.node):
            return True
    return False


def _model(node: NodeProto, opsets: Mapping[str, int], values: Mapping[str, Value]) -> ModelProto:
    own = "" if node.domain in STANDARD_DOMAINS else node.domain
    versions = dict(opsets)
    # Bodies are written for the model's own versions.
    if own in versions and not any(a.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS) for a in node.attribute):
        versions[own] = kernel_opset(node.op_type, own, versions[own])
    inputs = [helper.make_value_info(name, type_of(value)) for name, value in values.items()]
    outputs = [ValueInfoProto(name=name) for name in node.output if name]
    body = helper.make_graph([node], "node", inputs, outputs)
    imports = [helper.make_opsetid(domain, version) for domain, version in versions.items()]
    return helper.make_model(body, opset_imports=imports, ir_version=IR_VERSION)

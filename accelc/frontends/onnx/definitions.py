"""Operators that the ONNX standard defines by other operators: their definition for the types of one node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
from onnx import AttributeProto, FunctionProto, NodeProto, TypeProto, defs, helper

from accelc.frontends.onnx.node import Node
from accelc.frontends.onnx.tensors import onnx_type

RANDOM = ("Bernoulli",)
"""Operators whose definition draws random numbers: a framework draws them as its users expect."""


@dataclass(frozen=True)
class Definition:
    """Nodes that compute an operator, in order, with its attributes in them; versions of opsets by domain."""

    inputs: Sequence[str]
    outputs: Sequence[str]
    nodes: Sequence[NodeProto]
    opsets: Mapping[str, int]


def definition_of(node: Node, opset: int) -> Definition | None:
    """
    What the standard says a node is; None where it gives no definition for its version, types or attributes.

    `opset` is the model's version of the standard operators, which definitions in other domains do not name.
    """
    proto = node.proto
    if proto.op_type in RANDOM or not defs.has(proto.op_type, proto.domain):
        return None
    try:
        # The members of a schema that concern functions are in no type stub.
        schema: Any = defs.get_schema(proto.op_type, node.opset, proto.domain)
    except defs.SchemaError:
        return None
    versions = (
        schema.function_opset_versions if schema.has_function else schema.context_dependent_function_opset_versions
    )
    if not versions:
        return None
    version = max((v for v in versions if v <= node.opset), default=min(versions))
    function = _function(node, schema, version)
    if not function.node:
        return None
    attributes = {name: a.default_value for name, a in schema.attributes.items() if a.default_value.type}
    attributes |= {a.name: a for a in function.attribute_proto} | {a.name: a for a in proto.attribute}
    nodes = [_bound(inner, attributes) for inner in function.node]
    opsets = {"" if o.domain == "ai.onnx" else o.domain: o.version for o in function.opset_import}
    return Definition(list(function.input), list(function.output), nodes, {"": opset} | opsets)


def _function(node: Node, schema: Any, version: int) -> FunctionProto:
    function = onnx.FunctionProto()
    if schema.has_function:
        function.ParseFromString(schema.get_function_with_opset_version(version))
        return function
    types = [
        TypeProto() if t is None else helper.make_tensor_type_proto(onnx_type(t.dtype), list(t.shape))
        for t in node.inputs
    ]
    text = schema.get_context_dependent_function_with_opset_version(
        version, node.proto.SerializeToString(), [t.SerializeToString() for t in types]
    )
    function.ParseFromString(text)
    return function


def _bound(node: NodeProto, attributes: Mapping[str, AttributeProto]) -> NodeProto:
    """A copy of a node whose references to attributes of the operator are their values."""
    bound = NodeProto()
    bound.CopyFrom(node)
    del bound.attribute[:]
    for attribute in node.attribute:
        if attribute.ref_attr_name:
            value = attributes.get(attribute.ref_attr_name)
            if value is not None:
                bound.attribute.add().CopyFrom(value)
                bound.attribute[-1].name = attribute.name
            continue
        copy = bound.attribute.add()
        copy.CopyFrom(attribute)
        for graph in (*((copy.g,) if copy.HasField("g") else ()), *copy.graphs):
            nodes = [_bound(inner, attributes) for inner in graph.node]
            del graph.node[:]
            graph.node.extend(nodes)
    return bound

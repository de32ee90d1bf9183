"""A graph of a model as the staged executor sees it: sorted nodes that are needed, constants, and bodies of nodes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from onnx import AttributeProto, GraphProto, NodeProto, ValueInfoProto

from accelc.frontends.onnx.loading import STANDARD_DOMAINS, needed_nodes, node_inputs, sorted_nodes
from accelc.staged.values import Array, array_of, dense_array


class GraphView:
    """
    A graph, read once: `nodes` in an order of execution, without those that no output needs and without constants.

    `outer` are the names of values around it. Raises ModelError for a graph that is not well formed.
    """

    def __init__(
        self, proto: GraphProto, opsets: Mapping[str, int], folder: Path | None, outer: frozenset[str]
    ) -> None:
        self.proto = proto
        self.opsets = opsets
        self.folder = folder
        self.constants: dict[str, Array] = {}
        for tensor in proto.initializer:
            self.constants[tensor.name] = array_of(tensor, folder, "initializer")
        for sparse in proto.sparse_initializer:
            self.constants[sparse.values.name] = dense_array(sparse, folder, "sparse initializer")
        self.inputs: list[str] = [v.name for v in proto.input if v.name not in self.constants]
        self.outputs: list[str] = [v.name for v in proto.output]
        # A body may use names again that there are around it.
        own = {name for node in proto.node for name in node.output}
        visible = (outer - own) | set(self.constants) | set(self.inputs)
        kept: list[NodeProto] = []
        for node in needed_nodes(sorted_nodes(proto, visible), self.outputs):
            value = _constant(node, folder)
            if value is None:
                kept.append(node)
            else:
                self.constants[node.output[0]] = value
        self.nodes = kept
        self.reads: list[frozenset[str]] = [frozenset(node_inputs(node)) for node in kept]
        self.declared: dict[str, ValueInfoProto] = {v.name: v for v in (*proto.value_info, *proto.output)}
        self.names: frozenset[str] = frozenset(visible | own)
        self._bodies: dict[tuple[int, str], GraphView] = {}

    def body(self, index: int, attribute: str) -> "GraphView":
        """The graph that is an attribute of node `index`. Raises ModelError if there is none."""
        from accelc.errors import ModelError
        from accelc.frontends.onnx.loading import describe

        found = self._bodies.get((index, attribute))
        if found is None:
            node = self.nodes[index]
            proto = next((a.g for a in node.attribute if a.name == attribute and a.type == AttributeProto.GRAPH), None)
            if proto is None:
                raise ModelError(f"{describe(node)}: attribute '{attribute}' is missing")
            found = self._bodies[index, attribute] = GraphView(proto, self.opsets, self.folder, self.names)
        return found


def _constant(node: NodeProto, folder: Path | None) -> Array | None:
    """The value of a `Constant`, if it is a dense tensor."""
    if node.op_type != "Constant" or node.domain not in STANDARD_DOMAINS or len(node.attribute) != 1:
        return None
    attribute = node.attribute[0]
    plain: Any
    match attribute.name:
        case "value" if attribute.type == AttributeProto.TENSOR:
            return array_of(attribute.t, folder, f"node '{node.output[0]}' (Constant)")
        case "value_float":
            plain = np.float32(attribute.f)
        case "value_floats":
            plain = np.array(attribute.floats, np.float32)
        case "value_int":
            plain = np.int64(attribute.i)
        case "value_ints":
            plain = np.array(attribute.ints, np.int64)
        case _:
            return None
    return np.asarray(plain)

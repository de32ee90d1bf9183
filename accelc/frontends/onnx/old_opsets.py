"""Models of opsets without NumPy broadcasting, converted by the package `onnx` with what its converter leaves out."""

from collections.abc import Mapping

import onnx
import onnx.shape_inference
import onnx.version_converter
from google.protobuf.message import EncodeError
from onnx import ModelProto, NodeProto, helper

from accelc.errors import ModelError
from accelc.frontends.onnx.loading import MIN_OPSET, STANDARD_DOMAINS, describe, opset_versions

CONVERTED_OPSET = 8
"""What models with an older opset than `MIN_OPSET` are converted to."""
BROADCASTING = frozenset({"Add", "And", "Div", "Equal", "Greater", "Less", "Mul", "Or", "Pow", "Sub", "Xor"})
"""Operators whose attributes `broadcast` and `axis` said where the second operand lies in the first."""
ALIGNED = "accelc.aligned"
"""Domain of nodes that are as in `CONVERTED_OPSET` already: the converter leaves them as they are."""


def converted(model: ModelProto, what: str) -> ModelProto:
    """
    The model, called `what` in diagnostics, in `CONVERTED_OPSET`.

    Raises ModelError for operators that the converter does not know, and where ranks that decide are not known.
    """
    opset = opset_versions(model)[""]
    try:
        result = onnx.version_converter.convert_version(_aligned(model), CONVERTED_OPSET)
    except (RuntimeError, ValueError, EncodeError, onnx.shape_inference.InferenceError) as error:
        # The package is written in C++: its assertions name a file and a line of it first.
        reason = str(error).strip().splitlines()[0].rpartition(" failed: ")[2]
        raise ModelError(
            f"{what} uses opset {opset}, which cannot be converted to opset {CONVERTED_OPSET}: {reason}; "
            f"export it with opset {MIN_OPSET} or newer"
        ) from error
    for node in result.graph.node:
        node.domain = "" if node.domain == ALIGNED else node.domain
    return result


def _aligned(model: ModelProto) -> ModelProto:
    """
    The model with second operands that end where the first ones do, so that they are broadcast as in NumPy.

    The converter looks at sizes instead of at `axis`, and leaves slopes of `PRelu`, which are along axis 1, as they
    are.
    """
    for node in model.graph.node:
        for attribute in node.attribute:
            if any(_axis(inner) is not None for inner in attribute.g.node):
                raise ModelError(
                    f"{describe(node)}: operators of its body are broadcast along an axis, which cannot be converted; "
                    f"export the model with opset {MIN_OPSET} or newer"
                )
    if not any(_broadcasts(node) for node in model.graph.node):
        return model
    aligned = ModelProto()
    aligned.CopyFrom(model)
    aligned.opset_import.add(domain=ALIGNED, version=1)
    ranks = _ranks(model) if any(_axis(node) is not None for node in model.graph.node) else {}
    del aligned.graph.node[:]
    for number, original in enumerate(model.graph.node):
        node = aligned.graph.node.add()
        node.CopyFrom(original)
        axis = _axis(original)
        if axis is not None:
            behind = _axes_behind(node, axis, ranks)
            if behind:
                name = f"{node.input[1]}.aligned.{number}"
                unsqueeze = helper.make_node("Unsqueeze", [node.input[1]], [name], axes=behind)
                node.input[1] = name
                aligned.graph.node.insert(len(aligned.graph.node) - 1, unsqueeze)
        if _broadcasts(node) and node.op_type != "PRelu":
            kept = [a for a in node.attribute if a.name not in ("axis", "broadcast", "consumed_inputs")]
            del node.attribute[:]
            node.attribute.extend(kept)
            node.domain = ALIGNED
    return aligned


def _axes_behind(node: NodeProto, axis: int, ranks: Mapping[str, int]) -> list[int]:
    """Axes that the second operand lacks at its end where it begins at `axis` of the first one."""
    if len(node.input) < 2:
        raise ModelError(f"{describe(node)}: input {len(node.input)} is missing")
    missing = next((name for name in node.input[:2] if name not in ranks), None)
    if missing is not None:
        raise ModelError(
            f"{describe(node)}: the rank of '{missing}' is not known, so neither is how the operands are "
            f"broadcast; export the model with opset {MIN_OPSET} or newer"
        )
    first, second = (ranks[name] for name in node.input[:2])
    behind = first - axis % max(first, 1) - second
    return list(range(second, second + behind)) if second else []


def _broadcasts(node: NodeProto) -> bool:
    return node.domain in STANDARD_DOMAINS and (node.op_type in BROADCASTING or node.op_type == "PRelu")


def _axis(node: NodeProto) -> int | None:
    """The axis of the first operand that the second one begins at; None where that is not said."""
    if not _broadcasts(node):
        return None
    if node.op_type == "PRelu":
        return 1
    attributes = {a.name: a.i for a in node.attribute}
    return attributes.get("axis") if attributes.get("broadcast", 0) else None


def _ranks(model: ModelProto) -> dict[str, int]:
    """Ranks of the values for which inference finds one."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    infos = [v for v in (*graph.input, *graph.value_info, *graph.output) if v.type.tensor_type.HasField("shape")]
    return {v.name: len(v.type.tensor_type.shape.dim) for v in infos} | {t.name: len(t.dims) for t in graph.initializer}

"""
What counts as arithmetic: operators of ONNX and operations of the `graph` dialect that only move data, or only decide.

An operator moves if every element of its results is an element of an input, a constant, or a size, chosen by position,
by indices or by conditions that it is given. Everything else is arithmetic, comparisons, conversions and operators that
this table does not know among it.
"""

from onnx import NodeProto, helper

from accelc.frontends.onnx.loading import STANDARD_DOMAINS

CONTROL = frozenset({"If", "Loop", "Scan", "SequenceMap"})
"""Operators that decide what is executed; what their bodies execute counts."""
MOVEMENT = frozenset(
    {
        *(
            "BitCast",
            "CenterCropPad",
            "Compress",
            "Concat",
            "Constant",
            "ConstantOfShape",
            "DepthToSpace",
            "Expand",
            "EyeLike",
        ),
        *("Flatten", "Gather", "GatherElements", "GatherND", "Identity", "OneHot", "Pad", "Reshape", "ReverseSequence"),
        *("ScatterElements", "ScatterND", "Scatter", "Shape", "Size", "Slice", "SpaceToDepth", "Split", "Squeeze"),
        *("TensorScatter", "Tile", "Transpose", "Trilu", "Unsqueeze", "Where", "MaxUnpool"),
        *("ConcatFromSequence", "Optional", "OptionalGetElement", "OptionalHasElement", "SequenceAt"),
        *("SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SplitToSequence"),
    }
)
"""Operators of the standard that move data, in their plain form (`is_arithmetic` knows the others)."""
GRAPH_MOVEMENT = frozenset(
    f"graph.{name}"
    for name in (
        *("broadcast", "concat", "constant", "gather", "identity", "insert_slice", "load", "pad", "reshape", "select"),
        *("slice", "store", "transpose", "variable", "view_slice", "weight", "return", "yield"),
    )
)
"""Operations of the dialect that move data."""


def operands(node: NodeProto) -> frozenset[str]:
    """Inputs whose elements a node computes with: not the axes of a reduction."""
    reduces = node.op_type.startswith("Reduce") and node.domain in STANDARD_DOMAINS
    return frozenset(filter(None, node.input[:1] if reduces else node.input))


def is_arithmetic(node: NodeProto) -> bool:
    """Whether a node computes: `MOVEMENT` operators do so only with a reduction, interpolation or in training."""
    if node.domain not in STANDARD_DOMAINS:
        return True
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    match node.op_type:
        case "ScatterElements" | "ScatterND":
            return attributes.get("reduction", b"none") != b"none"
        case "Upsample" | "Resize":
            return attributes.get("mode", b"nearest") != b"nearest"
        case "Dropout":
            return len(node.input) > 2 and bool(node.input[2])
        case kind:
            return kind not in MOVEMENT and kind not in CONTROL

"""Importers of control flow that is decided at import."""

from math import prod

import numpy as np
from onnx import AttributeProto

from accelc.frontends.onnx.builder import Tensor
from accelc.frontends.onnx.loading import describe
from accelc.frontends.onnx.node import NeedsValueError, Node, Table


def _if(node: Node) -> list[Tensor]:
    condition = node.input()
    if prod(condition.shape) != 1:
        raise node.error(f"its condition has {prod(condition.shape)} elements, expected one")
    if condition.data is None:
        raise NeedsValueError(
            f"{describe(node.proto)}: its condition depends on the values of the model's inputs; "
            "only conditions that follow from shapes and constants are supported",
            condition,
        )
    condition.decides = True
    taken = "then_branch" if bool(np.asarray(condition.data).reshape(-1)[0]) else "else_branch"
    attribute = node.attribute(taken, AttributeProto.GRAPH)
    if attribute is None:
        raise node.error(f"attribute '{taken}' is missing")
    return node.import_body(attribute.g)


OPERATORS: Table = {"If": _if}

"""
Importers of cumulative sums and products.

A scan is log2(n) elementwise operations over shifted copies (Hillis and Steele, Data parallel algorithms, 1986).
"""

from accelc.frontends.onnx.builder import Tensor
from accelc.frontends.onnx.node import Handler, Node, Table


def _scan(kind: str, neutral: float) -> Handler:
    def handle(node: Node) -> Tensor:
        b, x = node.builder, node.input()
        axis = node.axis(node.whole(1), x.rank)
        size = x.shape[axis]

        def shifted(t: Tensor, by: int) -> Tensor:
            """t moved on by some places, away from where the scan starts."""
            kept = b.slice_axis(t, axis, by if backwards else 0, max(size - by, 0))
            amounts = [min(by, size) if a == axis else 0 for a in range(x.rank)]
            none = [0] * x.rank
            return b.pad(kept, *((none, amounts) if backwards else (amounts, none)), neutral)

        backwards = bool(node.integer("reverse", 0))
        if node.integer("exclusive", 0):
            x = shifted(x, 1)
        by = 1
        while by < size:
            x = b.binary(kind, x, shifted(x, by))
            by *= 2
        return x

    return handle


OPERATORS: Table = {"CumSum": _scan("add", 0.0), "CumProd": _scan("mul", 1.0)}

"""
Pass `convert-tosa-to-graph`: functions of `tosa` become `graph.func`.

The rules are in `accelc.frontends.mlir.rules.tosa`.
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from accelc.frontends.mlir.conversion import convert


@dataclass(frozen=True)
class ConvertTosaToGraphPass(ModulePass):
    """
    Convert functions of `tosa` to `graph.func`.

    Input: `func.func` of `tosa` on tensors with static sizes, of TOSA 1.0 or of the versions before.
    Functions that are not private are converted, private ones are inlined where they are called. What has no meaning
    in the dialect is an error that names the operation.

    Before:
    ```mlir
    func.func @main(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
      %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<2x3xf32>) -> tensor<2x1xf32>
      return %0 : tensor<2x1xf32>
    }
    ```
    After:
    ```mlir
    graph.func @main(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
      %0 = graph.reduce "sum" %x axes [1] : tensor<2x3xf32> -> tensor<2xf32>
      %1 = graph.reshape %0 : tensor<2xf32> -> tensor<2x1xf32>
      graph.return %1 : tensor<2x1xf32>
    }
    ```
    """

    name = "convert-tosa-to-graph"

    save: str | None = None
    """Safetensors file to write the weights to; they are constants with more elements than `graph.constant` shows."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        convert(op, "tosa", self.save, self.name)

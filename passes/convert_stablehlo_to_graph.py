"""
Pass `convert-stablehlo-to-graph`: functions of `stablehlo` become `graph.func`.

The rules are in `accelc.frontends.mlir.rules.stablehlo`.
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from accelc.frontends.mlir.conversion import convert


@dataclass(frozen=True)
class ConvertStablehloToGraphPass(ModulePass):
    """
    Convert functions of `stablehlo` to `graph.func`.

    Input: `func.func` of `stablehlo` and `chlo` on tensors with static sizes, as jax exports them.
    Functions that are not private are converted, private ones are inlined where they are called. What has no meaning
    in the dialect is an error that names the operation.

    Before:
    ```mlir
    func.func @main(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
      %0 = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
      %1 = stablehlo.add %x, %0 : tensor<2x3xf32>
      return %1 : tensor<2x3xf32>
    }
    ```
    After:
    ```mlir
    graph.func @main(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
      %0 = graph.add %x, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
      graph.return %0 : tensor<2x3xf32>
    }
    ```
    """

    name = "convert-stablehlo-to-graph"

    save: str | None = None
    """Safetensors file to write the weights to; they are constants with more elements than `graph.constant` shows."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        convert(op, "stablehlo", self.save, self.name)

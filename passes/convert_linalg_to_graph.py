"""
Pass `convert-linalg-to-graph`: functions of `linalg` become `graph.func`.

The rules are in `accelc.frontends.mlir.rules.linalg`.
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from accelc.frontends.mlir.conversion import convert


@dataclass(frozen=True)
class ConvertLinalgToGraphPass(ModulePass):
    """
    Convert functions of `linalg` to `graph.func`.

    Input: `func.func` of `linalg` on tensors, `tensor`, `arith` and `math`, with static sizes.
    Functions that are not private are converted, private ones are inlined where they are called. What has no meaning
    in the dialect is an error that names the operation.

    Before:
    ```mlir
    func.func @main(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<2x4xf32> {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<2x4xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32>
      %y = linalg.matmul ins(%x, %w : tensor<2x3xf32>, tensor<3x4xf32>) outs(%f : tensor<2x4xf32>) -> tensor<2x4xf32>
      return %y : tensor<2x4xf32>
    }
    ```
    After:
    ```mlir
    graph.func @main(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<2x4xf32> {
      %y = graph.matmul %x, %w : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
      graph.return %y : tensor<2x4xf32>
    }
    ```
    """

    name = "convert-linalg-to-graph"

    save: str | None = None
    """Safetensors file to write the weights to; they are constants with more elements than `graph.constant` shows."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        convert(op, "linalg", self.save, self.name)

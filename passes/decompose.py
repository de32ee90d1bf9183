"""
Pass `decompose`: composite operations in terms of what engines do.

The rewrites are in `accelc.analysis.decomposition`, and in packages with entry points of its `table`.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
)

from accelc.analysis.calls import refuse_calls
from accelc.analysis.decomposition.table import DECOMPOSITIONS, foreign_patterns
from accelc.constants import Constants, read_sidecar, write_sidecar
from accelc.dialects.graph_ops.element_types import Array
from accelc.dialects.graph_ops.patterns import PATTERNS as NEUTRAL
from accelc.passes.fold_constants import fold_constants


@dataclass(frozen=True)
class _Unless(RewritePattern):
    """A pattern for all operations but some."""

    keep: Callable[[Operation], bool]
    pattern: RewritePattern

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if not self.keep(op):
            self.pattern.match_and_rewrite(op, rewriter)


def decompose(
    module: ModuleOp, weights: MutableMapping[str, Array], keep: Callable[[Operation], bool] | None = None
) -> None:
    """
    Rewrite `module` until only operations remain that engines can execute, or that no pattern rewrites.

    New filters and bands become entries of `weights`. Operations for which `keep` holds stay whole, so that their
    parts can be placed by cost. Call after `fold_constants`.
    """
    refuse_calls(module, "decompose")
    constants = Constants(weights)
    patterns: list[RewritePattern] = [*NEUTRAL, *(made(constants) for made in DECOMPOSITIONS.builtin.values())]
    patterns += foreign_patterns(module, constants)
    if keep is not None:
        patterns = [_Unless(keep, pattern) for pattern in patterns]
    PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(module)
    fold_constants(module, weights)


@dataclass(frozen=True)
class DecomposePass(ModulePass):
    """
    Expresses composite operations by products, elementwise functions, reductions and movement.

    So are taken apart `graph.softmax`, `graph.lrn`, `graph.conv_transpose`, powers with known exponents and pools over
    the whole input; a factor or summand per channel goes into the convolution before it; the parts of gelu and silu
    become one operation. Takes and gives the pure form of `graph`, best after `fold-constants`. Before:
    ```mlir
    graph.func @main(%x : tensor<2x4xf32>) -> tensor<2x4xf32> {
      %0 = graph.softmax %x axis 1 : tensor<2x4xf32> -> tensor<2x4xf32>
      graph.return %0 : tensor<2x4xf32>
    }
    ```
    After `decompose`:
    ```mlir
    graph.func @main(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
      %0 = graph.reduce "max" %x axes [1] keepdims : tensor<2x4xf32> -> tensor<2x1xf32>
      %1 = graph.sub %x, %0 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
      %2 = graph.exp %1 : tensor<2x4xf32> -> tensor<2x4xf32>
      %3 = graph.reduce "sum" %2 axes [1] keepdims : tensor<2x4xf32> -> tensor<2x1xf32>
      %4 = graph.div %2, %3 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
      graph.return %4 : tensor<2x4xf32>
    }
    ```
    """

    name = "decompose"

    weights: str | None = None
    """Safetensors file with the data of the weights; without it only inline constants are known."""
    save: str | None = None
    """Safetensors file to write the weights to after the pass."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        weights = read_sidecar(self.weights)
        known = set(weights)
        decompose(op, weights)
        write_sidecar(self.save, weights, known, self.name)

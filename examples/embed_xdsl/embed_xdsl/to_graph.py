"""Layers of `sketch` as operations of accelc's `graph`: as decompositions, and as a pass of our own."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from accelc.constants import Constants
from accelc.dialects import graph
from embed_xdsl.dialect import ClipOp, DenseOp


@dataclass(frozen=True)
class DecomposeDense(RewritePattern):
    """`sketch.dense` as product, sum and relu; entry point of `accelc.decompositions`, so `decompose` has it too."""

    constants: Constants
    """Data of weights, which other decompositions look at."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: DenseOp, rewriter: PatternRewriter) -> None:
        """Rewrite one layer."""
        product = graph.MatmulOp(op.x, op.w)
        total = graph.AddOp(product, op.b)
        rewriter.replace(op, [product, total, graph.ReluOp(total)])


@dataclass(frozen=True)
class DecomposeClip(RewritePattern):
    """`sketch.clip` as relu."""

    constants: Constants

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ClipOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        rewriter.replace(op, graph.ReluOp(op.x))


@dataclass(frozen=True)
class ConvertSketchToGraphPass(ModulePass):
    """Layers become operations of `graph`: for pipelines that do not run accelc's `decompose`."""

    name = "convert-sketch-to-graph"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        constants = Constants({})
        patterns = GreedyRewritePatternApplier([DecomposeDense(constants), DecomposeClip(constants)])
        PatternRewriteWalker(patterns).rewrite_module(op)

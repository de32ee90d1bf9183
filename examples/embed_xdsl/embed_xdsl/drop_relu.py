"""A pass that runs between accelc's."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern, op_type_rewrite_pattern

from accelc.dialects import graph


class _DropRelu(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.ReluOp, rewriter: PatternRewriter) -> None:
        if isinstance(op.operands[0].owner, graph.ReluOp):
            rewriter.replace(op, [], [op.operands[0]])


@dataclass(frozen=True)
class DropReluPass(ModulePass):
    """A relu of a relu goes: layers that end in `sketch.clip` have one more than they need."""

    name = "sketch-drop-relu"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module, after layers became operations of `graph` and before they are partitioned."""
        PatternRewriteWalker(_DropRelu()).rewrite_module(op)

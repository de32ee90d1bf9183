"""
Operations as other operations that do the same: what `partition-hierarchical` tries where an operation has no engine.

Rewrites of `decompose` give the bodies; here are those that pay only where the whole operation is not supported. A
body is a function of its own until it is used.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from math import sqrt

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, op_type_rewrite_pattern

from accelc.analysis.decomposition.convolution import (
    ARRAY_AXES,
    DecomposeConvTranspose,
    ExpandConvolution,
    ExpandMatmul,
)
from accelc.analysis.decomposition.parts import DecomposeLrn, DecomposeSoftmax
from accelc.analysis.decomposition.replacement import ConstantPattern
from accelc.constants import Constants
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import Array

FREE_OPS = (graph.WeightOp, graph.ConstantOp)
"""Data, not work: copied to wherever it is read."""


class ExpandGelu(ConstantPattern):
    """gelu(x) = x / 2 * (1 + erf(x / sqrt 2))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.GeluOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        new = self.replace(op)
        erf = new.add(graph.ErfOp(new.add(graph.MulOp(op.x, new.constant(sqrt(0.5), op.x)))))
        gate = new.add(graph.AddOp(erf, new.constant(1.0, op.x)))
        half = new.add(graph.MulOp(op.x, new.constant(0.5, op.x)))
        new.finish(rewriter, new.add(graph.MulOp(half, gate)))


class ExpandSilu(ConstantPattern):
    """silu(x) = x * sigmoid(x)."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.SiluOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        new = self.replace(op)
        new.finish(rewriter, new.add(graph.MulOp(op.x, new.add(graph.SigmoidOp(op.x)))))


class ExpandSoftplus(ConstantPattern):
    """softplus(x) = max(x, 0) + log(1 + exp(-abs(x))), which does not overflow."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.SoftplusOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        new = self.replace(op)
        decay = new.add(graph.ExpOp(new.add(graph.NegOp(new.add(graph.AbsOp(op.x))))))
        rest = new.add(graph.LogOp(new.add(graph.AddOp(decay, new.constant(1.0, op.x)))))
        new.finish(rewriter, new.add(graph.AddOp(new.add(graph.ReluOp(op.x)), rest)))


Expansions = Mapping[type[Operation], type[ConstantPattern]]

EXPANSIONS: Expansions = {
    graph.SoftmaxOp: DecomposeSoftmax,
    graph.LrnOp: DecomposeLrn,
    graph.ConvTransposeOp: DecomposeConvTranspose,
    graph.ConvOp: ExpandConvolution,
    graph.MatmulOp: ExpandMatmul,
    graph.GeluOp: ExpandGelu,
    graph.SiluOp: ExpandSilu,
    graph.SoftplusOp: ExpandSoftplus,
}
"""How operations are taken apart; a pattern that does not match leaves an operation whole."""


def makes_data(op: Operation) -> bool:
    """Whether weights of an operation may become others when it is taken apart."""
    match op:
        case graph.MatmulOp():
            return False
        case graph.ConvOp():
            return len(shape_of(op.x)) - 2 > ARRAY_AXES
        case _:
            return type(op) in EXPANSIONS


@dataclass(frozen=True)
class Body:
    """
    What an operation is made of.

    `arguments` are the operands that are computed, each once; `function` has one argument for each. `weights` holds
    the data of the weights that the body has beyond those of the model.
    """

    arguments: tuple[SSAValue, ...]
    function: graph.FuncOp
    weights: Mapping[str, Array]

    @property
    def parts(self) -> list[Operation]:
        """The operations that do the work, in order; the last one gives the result."""
        return [op for op in self.function.body.block.ops if not isinstance(op, (*FREE_OPS, graph.ReturnOp))]


def body_of(op: Operation, weights: Mapping[str, Array], expansions: Expansions = EXPANSIONS) -> Body | None:
    """What `op` is made of, or None if it is elementary; nothing changes but a copy of it."""
    pattern = expansions.get(type(op))
    if pattern is None or len(op.results) != 1:
        return None
    computed = tuple(dict.fromkeys(v for v in op.operands if not isinstance(v.owner, FREE_OPS)))
    block = Block(arg_types=[v.type for v in computed])
    values: dict[SSAValue, SSAValue] = dict(zip(computed, block.args, strict=True))
    for operand in op.operands:
        if operand not in values:
            assert isinstance(operand.owner, Operation)
            data = operand.owner.clone()
            block.add_op(data)
            values[operand] = data.results[0]
    copy = op.clone(value_mapper=values)
    block.add_ops([copy, graph.ReturnOp(copy.results)])
    kinds = ([v.type for v in computed], [v.type for v in op.results])
    function = graph.FuncOp("body", kinds, Region(block))
    added: dict[str, Array] = {}
    # New weights land in the first map; those of the model are only read.
    constants = Constants(ChainMap(added, dict(weights)))
    walker = PatternRewriteWalker(pattern(constants), apply_recursively=False)
    if not walker.rewrite_module(ModuleOp([function])):
        return None
    for unread in [o for o in block.ops if isinstance(o, FREE_OPS) and not list(o.results[0].uses)]:
        unread.detach()
        unread.erase()
    body = Body(computed, function, added)
    return body if body.parts and function.return_op.values[0].owner is body.parts[-1] else None


def use_body(
    op: Operation, arguments: Sequence[SSAValue], body: Body, weights: MutableMapping[str, Array]
) -> Sequence[Operation]:
    """
    Put the parts of a body in the place of `op`; they are returned in order.

    `arguments` take the place of the body's. Data of new weights go to `weights`.
    """
    block = op.parent_block()
    assert block is not None
    values: dict[SSAValue, SSAValue] = dict(zip(body.function.body.block.args, arguments, strict=True))
    constants = Constants(weights)
    parts: list[Operation] = []
    for inner in body.function.body.block.ops:
        if isinstance(inner, graph.ReturnOp):
            op.results[0].replace_all_uses_with(values[inner.values[0]])
            break
        if isinstance(inner, graph.WeightOp) and (name := inner.weight_name.data) in body.weights:
            copy = constants.make(body.weights[name], name)
        else:
            copy = inner.clone(value_mapper=values)
        block.insert_op_before(copy, op)
        values.update(zip(inner.results, copy.results, strict=True))
        if not isinstance(copy, FREE_OPS):
            parts.append(copy)
    op.detach()
    op.erase()
    return parts

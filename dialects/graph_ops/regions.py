"""
Loops and branches of the `graph` dialect.

Their regions are isolated: whatever a body uses arrives as a block argument, so that a body is a program of its own
and crosses into a partition as it is. Programs in place pass variables as operands; `normalize-inplace` turns those
that a body writes into carried tensors, and unrolls or inlines what it can.
"""

from collections.abc import Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import IntegerAttr, TensorType, i1, i64
from xdsl.ir import Attribute, OpTraits, Region, SSAValue
from xdsl.irdl import (
    Operand,
    VarOperand,
    VarOpResult,
    attr_def,
    irdl_op_definition,
    operand_def,
    region_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import IsolatedFromAbove, RecursiveMemoryEffect

from accelc.dialects.graph_ops.base import I64_ATTR, TENSOR, AnyTensor, GraphOp, Value, attributes, require
from accelc.dialects.graph_ops.inplace import VAR
from accelc.dialects.graph_ops.structure import YieldOp, require_types, terminator

INDEX = TensorType(i64, [])
"""Type of a loop's iteration number."""
CONDITION = TensorType(i1, [])
"""Type of a branch's condition."""
OPERANDS = TENSOR | VAR


def yielded(body: Region) -> YieldOp:
    """The terminator of a verified body."""
    last = body.block.last_op
    assert isinstance(last, YieldOp)
    return last


@irdl_op_definition
class ForOp(GraphOp):
    """
    Execute the body `count` times, one iteration after the other.

    The body's first argument is the iteration, from 0. The first operands, one per result, are carried: iteration 0
    gets the operand, each later one what the one before yielded, and the results are what the last one yielded. The
    other operands are the same in every iteration; variables among them may be written.

    ```mlir
    %r = graph.for 3 (%x, %w) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%i : tensor<i64>, %a : tensor<4xf32>, %b : tensor<4xf32>):
      %y = graph.add %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      graph.yield %y : tensor<4xf32>
    }
    ```
    """

    name = "graph.for"
    count: IntegerAttr = attr_def(I64_ATTR)
    """Number of iterations, at least 0."""
    inputs: VarOperand = var_operand_def(OPERANDS)
    """Carried tensors, then whatever else the body uses."""
    outputs: VarOpResult[AnyTensor] = var_result_def(TENSOR)
    """Carried tensors after the last iteration."""
    body: Region = region_def("single_block")
    """Executed in every iteration; its arguments are the number of the iteration and the operands."""

    assembly_format: ClassVar[str | None] = (
        "$count `(` $inputs `)` attr-dict-with-keyword `:` functional-type(operands, results) $body"
    )
    traits: OpTraits = traits_def(IsolatedFromAbove(), RecursiveMemoryEffect())

    def __init__(
        self,
        count: int,
        inputs: Sequence[Value],
        result_types: Sequence[Attribute],
        body: Region,
        *,
        loc_name: str | None = None,
    ):
        super().__init__(
            operands=[[SSAValue.get(v) for v in inputs]],
            result_types=[list(result_types)],
            regions=[body],
            attributes=attributes(count=count, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """A count of at least 0; arguments, carried operands, yielded values and results agree."""
        count, carried = self.count.value.data, len(self.outputs)
        require(count >= 0, f"count {count}: a loop has at least 0 iterations")
        last = cast(YieldOp, terminator(self.body, YieldOp, self.name))
        types = [v.type for v in self.inputs]
        require(len(types) >= carried, f"{carried} results but {len(types)} operands: each result is carried")
        require_types(types[:carried], [v.type for v in self.outputs], "carried operands")
        require_types(self.body.block.arg_types, [INDEX, *types], "block arguments")
        require_types([v.type for v in last.values], types[:carried], "yielded values")


@irdl_op_definition
class IfOp(GraphOp):
    """
    Execute one of two bodies. Both have the operands as arguments and yield the results.

    ```mlir
    %r = graph.if %c (%x) : (tensor<i1>, tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%a : tensor<4xf32>):
      %y = graph.relu %a : tensor<4xf32> -> tensor<4xf32>
      graph.yield %y : tensor<4xf32>
    } else {
    ^bb0(%b : tensor<4xf32>):
      graph.yield %b : tensor<4xf32>
    }
    ```
    """

    name = "graph.if"
    condition: Operand = operand_def(CONDITION)
    """True: the first body runs."""
    inputs: VarOperand = var_operand_def(OPERANDS)
    """Whatever the bodies use; variables may be written."""
    outputs: VarOpResult[AnyTensor] = var_result_def(TENSOR)
    """One per yielded value."""
    then_body: Region = region_def("single_block")
    """Executed if the condition holds."""
    else_body: Region = region_def("single_block")
    """Executed if it does not."""

    assembly_format: ClassVar[str | None] = (
        "$condition `(` $inputs `)` attr-dict-with-keyword `:` functional-type(operands, results) "
        "$then_body `else` $else_body"
    )
    traits: OpTraits = traits_def(IsolatedFromAbove(), RecursiveMemoryEffect())

    def __init__(
        self,
        condition: Value,
        inputs: Sequence[Value],
        result_types: Sequence[Attribute],
        then_body: Region,
        else_body: Region,
        *,
        loc_name: str | None = None,
    ):
        super().__init__(
            operands=[SSAValue.get(condition), [SSAValue.get(v) for v in inputs]],
            result_types=[list(result_types)],
            regions=[then_body, else_body],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Arguments and yielded values of both bodies agree with operands and results."""
        for body, what in ((self.then_body, "first"), (self.else_body, "second")):
            last = cast(YieldOp, terminator(body, YieldOp, self.name))
            require_types(body.block.arg_types, [v.type for v in self.inputs], f"block arguments of the {what} body")
            require_types([v.type for v in last.values], [v.type for v in self.outputs], f"values of the {what} body")

"""Recurrent operations of the `graph` dialect."""

from typing import ClassVar

from xdsl.dialects.builtin import StringAttr, TensorType, UnitAttr
from xdsl.ir import OpResult, OpTraits, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOption,
    Operand,
    OptOperand,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    opt_operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from accelc.dialects.graph_ops.base import (
    TENSOR,
    AnyTensor,
    GraphOp,
    Value,
    attributes,
    element_of,
    is_float,
    is_integer,
    require,
    shape_of,
)

LSTM_DIRECTIONS = ("forward", "reverse", "bidirectional")


@irdl_op_definition
class LstmOp(GraphOp):
    """
    Long short-term memory layer with the semantics of ONNX LSTM (layout 0, gate order i o f c, default
    activations, no clipping). S steps, batch B, input size I, hidden size H, D directions (1 or 2).

    ```mlir
    %y, %h, %c = graph.lstm "forward" %x, %w, %r
      : tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>
      -> tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>
    ```
    """

    name = "graph.lstm"
    x: Operand = operand_def(TENSOR)
    """(S, B, I)"""
    w: Operand = operand_def(TENSOR)
    """(D, 4H, I)"""
    r: Operand = operand_def(TENSOR)
    """(D, 4H, H)"""
    bias: OptOperand = opt_operand_def(TENSOR)
    """(D, 8H): input bias, then recurrent bias"""
    sequence_lengths: OptOperand = opt_operand_def(TENSOR)
    """(B,) integers; steps beyond a sequence's length give 0 and keep the state"""
    initial_h: OptOperand = opt_operand_def(TENSOR)
    """(D, B, H)"""
    initial_c: OptOperand = opt_operand_def(TENSOR)
    """(D, B, H)"""
    peephole: OptOperand = opt_operand_def(TENSOR)
    """(D, 3H): weights i, o, f"""
    direction: StringAttr = attr_def(StringAttr)
    """`forward`, `reverse` or `bidirectional`."""
    input_forget: UnitAttr | None = opt_attr_def(UnitAttr)
    """Couple the gates: f = 1 - i."""
    y: OpResult[AnyTensor] = result_def(TENSOR)
    """(S, D, B, H): the hidden state after every step"""
    y_h: OpResult[AnyTensor] = result_def(TENSOR)
    """(D, B, H): the last hidden state"""
    y_c: OpResult[AnyTensor] = result_def(TENSOR)
    """(D, B, H): the last cell state"""

    OPTIONAL: ClassVar[tuple[str, ...]] = ("bias", "sequence_lengths", "initial_h", "initial_c", "peephole")

    irdl_options: tuple[IRDLOption, ...] = (AttrSizedOperandSegments(as_property=False),)
    assembly_format: ClassVar[str | None] = (
        "$direction $x `,` $w `,` $r (`bias` $bias^ `:` type($bias))? "
        "(`sequence_lengths` $sequence_lengths^ `:` type($sequence_lengths))? "
        "(`initial_h` $initial_h^ `:` type($initial_h))? (`initial_c` $initial_c^ `:` type($initial_c))? "
        "(`peephole` $peephole^ `:` type($peephole))? (`input_forget` $input_forget^)? attr-dict `:` "
        "type($x) `,` type($w) `,` type($r) `->` type($y) `,` type($y_h) `,` type($y_c)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        w: Value,
        r: Value,
        *,
        bias: Value | None = None,
        sequence_lengths: Value | None = None,
        initial_h: Value | None = None,
        initial_c: Value | None = None,
        peephole: Value | None = None,
        direction: str = "forward",
        input_forget: bool = False,
        loc_name: str | None = None,
    ):
        steps, batch, _ = shape_of(x)
        directions, _, hidden = shape_of(r)
        state = TensorType(element_of(x), (directions, batch, hidden))
        optional = (bias, sequence_lengths, initial_h, initial_c, peephole)
        super().__init__(
            operands=[
                *(SSAValue.get(v) for v in (x, w, r)),
                *(None if v is None else SSAValue.get(v) for v in optional),
            ],
            result_types=[TensorType(element_of(x), (steps, directions, batch, hidden)), state, state],
            attributes=attributes(direction=direction, input_forget=input_forget, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Shapes as documented; floats but for the lengths."""
        require(self.direction.data in LSTM_DIRECTIONS, f"direction {self.direction} is not {LSTM_DIRECTIONS}")
        ranks = [len(shape_of(v)) for v in (self.x, self.w, self.r)]
        require(ranks == [3, 3, 3], f"x, w and r have ranks {ranks}, expected 3 each")
        steps, batch, inputs = shape_of(self.x)
        directions, _, hidden = shape_of(self.r)
        count = 2 if self.direction.data == "bidirectional" else 1
        require(directions == count, f"r has {directions} directions, {self.direction} has {count}")
        state = (directions, batch, hidden)
        for value, what, shape in (
            (self.w, "w", (directions, 4 * hidden, inputs)),
            (self.r, "r", (directions, 4 * hidden, hidden)),
            (self.bias, "bias", (directions, 8 * hidden)),
            (self.sequence_lengths, "sequence_lengths", (batch,)),
            (self.initial_h, "initial_h", state),
            (self.initial_c, "initial_c", state),
            (self.peephole, "peephole", (directions, 3 * hidden)),
            (self.y, "y", (steps, directions, batch, hidden)),
            (self.y_h, "y_h", state),
            (self.y_c, "y_c", state),
        ):
            if value is None:
                continue
            require(shape_of(value) == shape, f"{what} has shape {list(shape_of(value))}, expected {list(shape)}")
            legal = is_integer if what == "sequence_lengths" else is_float
            require(legal(element_of(value)), f"{what} has element type {element_of(value)}, which is not legal")

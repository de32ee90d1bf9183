"""Elementwise macro-ops of the `engine` dialect. The classes `...Fields` are shared with the `tile` forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from xdsl.dialects.builtin import FloatAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    Operand,
    OptOperand,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    opt_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.dialects.engine_ops.base import LaneOp, Pattern, access, buffer_type, require, require_space
from accelc.dialects.engine_ops.syntax import Access, Clause, Mark, Number, Parsed, Text, Word
from accelc.dialects.engine_ops.text import (
    f32_attr,
    parse_access,
    parse_number,
    parse_optional_buffer,
    print_access,
    print_number,
)
from accelc.dialects.engine_ops.types import AccessAttr, BufferType
from accelc.integer_alu import is_whole
from accelc.numerics import is_integer
from accelc.targets.model import ADDED

COMPARISONS = ("equal", "less", "greater", "less_equal", "greater_equal", "not_equal")
SHIFTS = ("shl", "shr", "sar")
BITS = ("and", "or", "xor", *SHIFTS)
ALU_OPS = ("add", "sub", "mul", "div", "max", "min", "rsub", "rdiv", *COMPARISONS, "pow", "mod", *BITS)
"""
Two-operand operations; `rsub` and `rdiv` swap the operands, comparisons give 1 or 0. Where all operands are integers
they are those of integers.
"""
REDUCTIONS = ("add", "max", "min")


def require_alu(name: str, op: str, legal: Sequence[str] = ALU_OPS) -> None:
    """Verify the name of an operation."""
    require(op in legal, f"{name} '{op}' is unknown; legal are {', '.join(legal)}")


def require_integers(names: Sequence[str], *buffers: SSAValue) -> None:
    """Verify that shifts have integer operands only."""
    floats = [kind for kind in (buffer_type(buffer).dtype for buffer in buffers) if not is_integer(kind)]
    shift = next((name for name in names if name in SHIFTS), None)
    require(shift is None or not floats, f"'{shift}' shifts integers, not {', '.join(dict.fromkeys(floats))}")


class ElementwiseOp(LaneOp):
    """
    Base of ops that go through SBUF and PSUM element by element.

    All patterns have the same partitions count and the same number of free elements, unless `UNEVEN` names them;
    each visits its elements in its own order.
    """

    UNEVEN: ClassVar[tuple[str, ...]] = ()
    """Patterns whose size follows rules of the op."""

    def verify_lane_op(self) -> None:
        """Buffers are on chip and the patterns agree."""
        written = self.WRITES[0][1]
        out = access(self, written)
        assert out is not None
        for operand, name in (*self.READS, *self.WRITES):
            pattern = access(self, name)
            if pattern is None:
                continue
            require_space(operand, getattr(self, operand), ("sbuf", "psum"))
            require(
                name in self.UNEVEN or (pattern.count, pattern.free_elements) == (out.count, out.free_elements),
                f"{name} visits {pattern.count} partitions of {pattern.free_elements} elements, {written} "
                f"{out.count} of {out.free_elements}",
            )
        self.verify_elementwise()

    def verify_elementwise(self) -> None:
        """Rules of one op."""


@dataclass(frozen=True)
class _Bias:
    """` + %b[...]` or ` + 0.5`: the second summand of `engine.activate`."""

    def names(self) -> Sequence[str]:
        """Both forms of the bias."""
        return ("bias_ap", "bias_value")

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints the buffer if there is one, else the number."""
        assert isinstance(op, ActivateFields)
        if op.bias is not None and op.bias_ap is not None:
            printer.print_string(" + ")
            print_access(op.bias, op.bias_ap, printer)
            return
        printer.print_string(" + ")
        print_number(op.bias_value.value.data, printer)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses either form."""
        parser.parse_punctuation("+")
        bias = parse_optional_buffer(parser)
        if bias is None:
            into.attributes["bias_value"] = f32_attr(parse_number(parser))
            return
        into.operands["bias"] = bias
        into.attributes["bias_ap"] = parse_access(parser)
        into.attributes["bias_value"] = f32_attr(0.0)


class ActivateFields(ElementwiseOp):
    """Operands and attributes of `engine.activate`, shared with its `tile` form."""

    source: Operand = operand_def(BufferType)
    """Buffer read."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    bias: OptOperand = opt_operand_def(BufferType)
    """Buffer of the bias, if it is no immediate."""
    func: StringAttr = attr_def(StringAttr)
    """Function of the activation engine; the target lists those it has."""
    scale: FloatAttr = attr_def(FloatAttr)
    """fp32 factor of the source."""
    bias_value: FloatAttr = attr_def(FloatAttr)
    """fp32 immediate, 0 with a bias buffer."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    bias_ap: AccessAttr | None = opt_attr_def(AccessAttr)
    """Elements of the bias, one for each of the source; strides may be 0."""
    READS: ClassVar[Pattern] = (("source", "source_ap"), ("bias", "bias_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    LANES: ClassVar[tuple[str, ...]] = ("scalar", ADDED)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Text("func"),
        Mark("("),
        Number("scale", ""),
        Mark("*", " "),
        Access("source", "source_ap"),
        _Bias(),
        Mark(")"),
        Word("into"),
        Access("out", "out_ap"),
    )

    def verify_elementwise(self) -> None:
        """A bias buffer has its pattern, and a zero immediate."""
        require(self.bias is None or self.bias_ap is not None, "a bias buffer needs a bias_ap")
        require(
            self.bias is None or self.bias_value.value.data == 0.0,
            f"bias_value is {self.bias_value.value.data}; with a bias buffer it is 0.0",
        )


@irdl_op_definition
class ActivateOp(ActivateFields):
    """
    `out = func(scale * in + bias)` on the scalar engine, computed in the engine's compute dtype.

    `bias` is a buffer (pattern `bias_ap`, same sizes, strides may be 0) or the immediate `bias_value`.

    ```mlir
    engine.activate on scalar relu(1.0 * %p[0:4, 0:16] + %b[0:4, 0 + (16):(0)]) into %y[0:4, 0:16]
    ```
    """

    name = "engine.activate"


class TensorTensorFields(ElementwiseOp):
    """Operands and attributes of `engine.tensor_tensor`, shared with its `tile` form."""

    lhs: Operand = operand_def(BufferType)
    """Buffer of the left operand."""
    rhs: Operand = operand_def(BufferType)
    """Buffer of the right operand."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    op: StringAttr = attr_def(StringAttr)
    """Operation."""
    lhs_ap: AccessAttr = attr_def(AccessAttr)
    """Elements of the left operand."""
    rhs_ap: AccessAttr = attr_def(AccessAttr)
    """Elements of the right operand."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    READS: ClassVar[Pattern] = (("lhs", "lhs_ap"), ("rhs", "rhs_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Access("lhs", "lhs_ap"),
        Text("op"),
        Access("rhs", "rhs_ap"),
        Word("into"),
        Access("out", "out_ap"),
    )

    def verify_elementwise(self) -> None:
        """The operation is known; shifts are of integers."""
        require_alu("op", self.op.data)
        require_integers([self.op.data], self.lhs, self.rhs, self.out)


@irdl_op_definition
class TensorTensorOp(TensorTensorFields):
    """
    `out = lhs op rhs` elementwise; comparisons give 1 or 0.

    Computed in integers if all three buffers hold integers (int64 if one does, else int32, results wrap), else in fp32.

    ```mlir
    engine.tensor_tensor on vector %a[0:4, 0:16] add %b[0:4, 0:16] into %c[0:4, 0:16]
    ```
    """

    name = "engine.tensor_tensor"


@dataclass(frozen=True)
class _Second:
    """` add 1.0`: the second operation of `engine.tensor_scalar`, left out when there is none."""

    def names(self) -> Sequence[str]:
        """Operation and value."""
        return ("op1", "value1")

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints operation and value."""
        assert isinstance(op, TensorScalarFields)
        if op.op1.data == "none":
            return
        printer.print_string(" ")
        printer.print_identifier_or_string_literal(op.op1.data)
        printer.print_string(" ")
        print_number(op.value1.value.data, printer)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses operation and value; a following `into` means that there are none."""
        name = parser.parse_optional_keyword_in(ALU_OPS)
        into.attributes["op1"] = StringAttr(name or "none")
        into.attributes["value1"] = f32_attr(parse_number(parser) if name else 0.0)


class TensorScalarFields(ElementwiseOp):
    """Operands and attributes of `engine.tensor_scalar`, shared with its `tile` form."""

    source: Operand = operand_def(BufferType)
    """Buffer read."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    op0: StringAttr = attr_def(StringAttr)
    """First operation."""
    op1: StringAttr = attr_def(StringAttr)
    """Second operation, or `none`."""
    value0: FloatAttr = attr_def(FloatAttr)
    """fp32 right operand of the first operation."""
    value1: FloatAttr = attr_def(FloatAttr)
    """fp32 right operand of the second operation, 0 when there is none."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Access("source", "source_ap"),
        Text("op0"),
        Number("value0"),
        _Second(),
        Word("into"),
        Access("out", "out_ap"),
    )

    def verify_elementwise(self) -> None:
        """The operations are known, shifts are of integers by whole numbers; no second one means no second value."""
        require_alu("op0", self.op0.data)
        require_alu("op1", self.op1.data, (*ALU_OPS, "none"))
        require_integers([self.op0.data, self.op1.data], self.source, self.out)
        values = [self.value0.value.data, self.value1.value.data]
        shifts = self.op0.data in SHIFTS or self.op1.data in SHIFTS
        require(not shifts or all(map(is_whole, values)), f"values {values} beside a shift; whole numbers expected")
        require(
            self.op1.data != "none" or self.value1.value.data == 0.0,
            f"value1 is {self.value1.value.data}; without op1 it is 0.0",
        )


@irdl_op_definition
class TensorScalarOp(TensorScalarFields):
    """
    `out = (in op0 value0) op1 value1` with immediates; `op1` may be `none`.

    Computed in integers if both buffers hold integers and the values are whole, else in fp32.

    ```mlir
    engine.tensor_scalar on vector %a[0:4, 0:16] mul 2.0 add 1.0 into %b[0:4, 0:16]
    ```
    """

    name = "engine.tensor_scalar"


class ScalarTensorTensorFields(ElementwiseOp):
    """Operands and attributes of `engine.scalar_tensor_tensor`, shared with its `tile` form."""

    lhs: Operand = operand_def(BufferType)
    """Buffer of the left operand."""
    scalar: Operand = operand_def(BufferType)
    """fp32 SBUF buffer of the scalars."""
    rhs: Operand = operand_def(BufferType)
    """Buffer of the right operand."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    op0: StringAttr = attr_def(StringAttr)
    """Operation with the scalar."""
    op1: StringAttr = attr_def(StringAttr)
    """Operation with the right operand."""
    lhs_ap: AccessAttr = attr_def(AccessAttr)
    """Elements of the left operand."""
    scalar_ap: AccessAttr = attr_def(AccessAttr)
    """One element in each partition that `lhs_ap` visits."""
    rhs_ap: AccessAttr = attr_def(AccessAttr)
    """Elements of the right operand."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    READS: ClassVar[Pattern] = (("lhs", "lhs_ap"), ("scalar", "scalar_ap"), ("rhs", "rhs_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    UNEVEN: ClassVar[tuple[str, ...]] = ("scalar_ap",)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Mark("(", " "),
        Access("lhs", "lhs_ap", ""),
        Text("op0"),
        Access("scalar", "scalar_ap"),
        Mark(")"),
        Text("op1"),
        Access("rhs", "rhs_ap"),
        Word("into"),
        Access("out", "out_ap"),
    )

    def verify_elementwise(self) -> None:
        """Operations are known; the scalars are one fp32 element in SBUF per partition of the left operand."""
        legal = [name for name in ALU_OPS if name not in SHIFTS]
        require_alu("op0", self.op0.data, legal)
        require_alu("op1", self.op1.data, legal)
        kind = buffer_type(self.scalar)
        require(
            (kind.space.data, kind.dtype) == ("sbuf", "fp32"),
            f"scalar is {kind.dtype} in {kind.space.data}; fp32 in sbuf expected",
        )
        lhs, scalar = self.lhs_ap, self.scalar_ap
        require(
            (scalar.start, scalar.count, scalar.free_elements) == (lhs.start, lhs.count, 1),
            f"scalar_ap visits {scalar.free_elements} elements of partitions "
            f"{scalar.start}:{scalar.start + scalar.count}"
            f"; expected 1 of {lhs.start}:{lhs.start + lhs.count}, those of lhs_ap",
        )


@irdl_op_definition
class ScalarTensorTensorOp(ScalarTensorTensorFields):
    """
    `out = (lhs op0 scalar) op1 rhs`, `scalar` one fp32 SBUF element per partition (same partitions as lhs).

    ```mlir
    engine.scalar_tensor_tensor on vector (%a[0:4, 0:16] mul %s[0:4, 0:1]) add %b[0:4, 0:16] into %c[0:4, 0:16]
    ```
    """

    name = "engine.scalar_tensor_tensor"


class CopyFields(ElementwiseOp):
    """Operands and attributes of `engine.copy`, shared with its `tile` form."""

    source: Operand = operand_def(BufferType)
    """Buffer read."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (Access("source", "source_ap"), Word("into"), Access("out", "out_ap"))


@irdl_op_definition
class CopyOp(CopyFields):
    """
    Copies (and converts) elements on the vector, scalar or gpsimd engine.

    ```mlir
    engine.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16]
    ```
    """

    name = "engine.copy"


@irdl_op_definition
class MemsetOp(ElementwiseOp):
    """
    Writes `value` to every element of the pattern.

    ```mlir
    engine.memset on vector 0.0 into %y[0:4, 0:16]
    ```
    """

    name = "engine.memset"
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    value: FloatAttr = attr_def(FloatAttr)
    """fp32 value, converted to the element type of `out`."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (Number("value"), Word("into"), Access("out", "out_ap"))

"""The program, its buffers and its delays."""

from typing import ClassVar

from xdsl.dialects.builtin import StringAttr, SymbolNameConstraint, UnitAttr
from xdsl.ir import Attribute, Operation, OpResult, OpTraits, Region, SSAValue
from xdsl.irdl import (
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, IsTerminator

from accelc.dialects.engine_ops.base import LaneOp, require
from accelc.dialects.engine_ops.syntax import Clause, Flag, Integer, Text, parse_op, print_op
from accelc.dialects.engine_ops.types import (
    ELEMENT_TYPES,
    I64,
    SPACES,
    AddressAttr,
    BufferType,
    i64_array,
    i64_attr,
)
from accelc.dialects.operation import DialectOp
from accelc.targets.model import ADDED

ROLES = ("input", "output", "weight", "scratch")
ACCUMULATORS = ("fp32", "int32")


@irdl_op_definition
class EndOp(DialectOp):
    """
    Terminator of `engine.program`.

    ```mlir
    engine.end
    ```
    """

    name = "engine.end"
    traits: OpTraits = traits_def(IsTerminator())

    def print(self, printer: Printer) -> None:
        """Prints the attributes, if there are any."""
        print_op(self, (), printer)

    @classmethod
    def parse(cls, parser: Parser) -> Operation:
        """Parses the attributes, if there are any."""
        return parse_op(cls, (), parser)


@irdl_op_definition
class BufferOp(DialectOp):
    """
    Declares storage. Takes no time.

    `role` is `input`, `output`, `weight` (all three in HBM, bound by `symbol` to data outside the program) or
    `scratch`. An input whose caller gave the memory up may be `updated`: what it holds at the end is an output.
    `assign-memory` adds the address.

    ```mlir
    %xs = engine.buffer "xs" scratch sbuf<4x72xbf16> at 128
    ```
    """

    name = "engine.buffer"
    symbol: StringAttr = attr_def(StringAttr)
    """Unique in the program."""
    role: StringAttr = attr_def(StringAttr)
    """What the storage is bound to."""
    address: AddressAttr | None = opt_attr_def(AddressAttr)
    """Byte offset, in HBM or in every partition."""
    updated: StringAttr | None = opt_attr_def(StringAttr)
    """Symbol of the output that an input's memory holds at the end."""
    result: OpResult[BufferType] = result_def(BufferType)
    """The buffer."""

    def __init__(self, symbol: str, role: str, type: BufferType):
        super().__init__(attributes={"symbol": StringAttr(symbol), "role": StringAttr(role)}, result_types=[type])
        if SSAValue.is_valid_name(symbol):
            self.result.name_hint = symbol

    def print(self, printer: Printer) -> None:
        """Prints symbol, role, type and address."""
        kind = self.result.type
        printer.print_string(" ")
        printer.print_string_literal(self.symbol.data)
        printer.print_string(" ")
        printer.print_identifier_or_string_literal(self.role.data)
        printer.print_string(" ")
        printer.print_identifier_or_string_literal(kind.space.data)
        with printer.in_angle_brackets():
            printer.print_dimension_list(kind.dims)
            printer.print_string("x")
            printer.print_attribute(kind.element_type)
        if self.address is not None:
            printer.print_string(f" at {self.address.offset.value.data}")
        printer.print_op_attributes(self.attributes, reserved_attr_names=("symbol", "role", "address"))

    @classmethod
    def parse(cls, parser: Parser) -> Operation:
        """Parses what `print` prints."""
        attributes: dict[str, Attribute] = {
            "symbol": StringAttr(parser.parse_str_literal()),
            "role": StringAttr(parser.parse_identifier_or_str_literal()),
        }
        space = parser.parse_identifier_or_str_literal()
        with parser.in_angle_brackets():
            dims, element_type = parser.parse_ranked_shape()
        if parser.parse_optional_keyword("at") is not None:
            attributes["address"] = AddressAttr(i64_attr(parser.parse_integer(allow_boolean=False)))
        attributes.update(parser.parse_optional_attr_dict())
        kind = BufferType(i64_array(dims), element_type, StringAttr(space))
        return cls.create(attributes=attributes, result_types=[kind])

    def verify_(self) -> None:
        """Role, space, element type and shape are legal."""
        kind = self.result.type
        space, dims = kind.space.data, kind.dims
        require(self.role.data in ROLES, f"role '{self.role.data}' is unknown; legal are {', '.join(ROLES)}")
        require(space in SPACES, f"space '{space}' is unknown; legal are {', '.join(SPACES)}")
        require(
            kind.element_type in ELEMENT_TYPES,
            f"element type {kind.element_type} is not legal; legal are {', '.join(str(t) for t in ELEMENT_TYPES)}",
        )
        rank = 1 if space == "hbm" else 2
        require(
            len(dims) == rank and min(dims) >= 1,
            f"shape {list(dims)} is not legal in {space}: {rank} positive size{'s' if rank > 1 else ''} expected",
        )
        require(
            self.updated is None or self.role.data == "input",
            f"role {self.role.data} cannot be updated: only an input's memory may become an output's",
        )
        require(
            self.role.data == "scratch" or space == "hbm",
            f"role {self.role.data} needs a buffer in hbm, not in {space}",
        )
        require(
            space != "psum" or kind.dtype in ACCUMULATORS,
            f"psum holds {' or '.join(ACCUMULATORS)}, not {kind.element_type}",
        )
        require(
            self.address is None or self.address.offset.value.data >= 0,
            "the address is negative",
        )


@irdl_op_definition
class ProgramOp(DialectOp):
    """
    One core's program for a target: buffers and lane ops in program order, closed by `engine.end`.

    ```mlir
    engine.program @main target "tiny" {
      %x = engine.buffer "x" scratch sbuf<4x16xf32>
      engine.memset on vector 0.0 into %x[0:4, 0:16]
      engine.end
    }
    ```
    """

    name = "engine.program"
    sym_name: StringAttr = attr_def(SymbolNameConstraint())
    """Name of the program."""
    target: StringAttr = attr_def(StringAttr)
    """Name of the target, or path of its description."""
    body: Region = region_def("single_block")
    """Buffers, then ops on lanes, in program order."""
    traits: OpTraits = traits_def(IsolatedFromAbove())

    def __init__(self, sym_name: str, target: str, body: Region):
        super().__init__(attributes={"sym_name": StringAttr(sym_name), "target": StringAttr(target)}, regions=[body])

    def print(self, printer: Printer) -> None:
        """Prints name, target and body."""
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" target ")
        printer.print_string_literal(self.target.data)
        printer.print_op_attributes(self.attributes, reserved_attr_names=("sym_name", "target"), print_keyword=True)
        printer.print_string(" ")
        printer.print_region(self.body)

    @classmethod
    def parse(cls, parser: Parser) -> Operation:
        """Parses what `print` prints."""
        attributes: dict[str, Attribute] = {"sym_name": parser.parse_symbol_name()}
        parser.parse_keyword("target")
        attributes["target"] = StringAttr(parser.parse_str_literal())
        rest = parser.parse_optional_attr_dict_with_keyword(("sym_name", "target"))
        attributes.update(rest.data if rest is not None else {})
        return cls.create(attributes=attributes, regions=[parser.parse_region()])

    def verify_(self) -> None:
        """No arguments; buffers of unique names, lane ops with delay slots of unique names, and a terminator."""
        require(not self.body.block.args, "the body has arguments; data outside the program are buffers with a role")
        symbols: set[str] = set()
        slots: set[str] = set()
        for op in self.body.block.ops:
            if isinstance(op, BufferOp):
                for symbol in (op.symbol.data, *((op.updated.data,) if op.updated is not None else ())):
                    require(symbol not in symbols, f"two buffers have the symbol '{symbol}'")
                    symbols.add(symbol)
                continue
            require(
                isinstance(op, LaneOp | EndOp),
                f"{op.name} is not legal in a program: expected buffers, lane ops and engine.end",
            )
            if isinstance(op, DelayOp):
                require(op.slot.data not in slots, f"two delays have the slot '{op.slot.data}'")
                slots.add(op.slot.data)


@irdl_op_definition
class DelayOp(LaneOp):
    """
    Adjustable no-op: keeps the lane busy for the slot's value, which the runtime may change up to `maximum`.

    With `throttle` the lane does not stand still: from here on, until its next throttle, it issues one instruction
    every so many cycles at most. Values are in cycles of the lane.

    ```mlir
    engine.delay on dma0 "layer3.weights" default 0 maximum 1000
    engine.delay on tensor "throttle.tensor" default 0 maximum 1000 throttle
    ```
    """

    name = "engine.delay"
    slot: StringAttr = attr_def(StringAttr)
    """Name of the slot in the delay table."""
    default: I64 = attr_def(I64)
    """Value when the runtime sets none."""
    maximum: I64 = attr_def(I64)
    """Largest value the runtime may set."""
    throttle: UnitAttr | None = opt_attr_def(UnitAttr)
    """Whether the value bounds the rate of issue."""

    LANES: ClassVar[tuple[str, ...]] = ("tensor", "vector", "scalar", "gpsimd", ADDED, "dma")
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Text("slot", quoted=True),
        Integer("default", "default"),
        Integer("maximum", "maximum"),
        Flag("throttle"),
    )

    def verify_lane_op(self) -> None:
        """The default lies between 0 and the maximum."""
        default, maximum = self.default.value.data, self.maximum.value.data
        require(0 <= default <= maximum, f"default {default} is outside 0..{maximum}, the maximum")

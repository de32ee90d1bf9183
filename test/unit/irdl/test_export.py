"""The export of dialects as IRDL: constraints, groups, what is recorded, and what is refused."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, IntegerType, StringAttr, TensorType, f32, i32, i64
from xdsl.dialects.irdl import irdl
from xdsl.ir import Attribute, Data, Dialect, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import (
    AllOf,
    AnyAttr,
    AnyOf,
    AtLeast,
    AttrConstraint,
    AttrSetConstraint,
    AttrSizedOperandSegments,
    BaseAttr,
    EqAttrConstraint,
    IRDLOperation,
    MessageConstraint,
    ParamAttrConstraint,
    RangeOf,
    VarConstraint,
    attr_def,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    opt_region_def,
    region_def,
    result_def,
    successor_def,
    traits_def,
    var_operand_def,
)
from xdsl.irdl.constraints import VerificationContext
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.traits import IsTerminator

from accelc.cli.export_irdl import irdl_text
from accelc.errors import AccelcError, UsageError
from accelc.irdl import record
from accelc.irdl.export import export, needed
from accelc.irdl.record import Widening
from accelc.registry import DIALECTS, UNIVERSE


@irdl_attr_definition
class PairType(ParametrizedAttribute, TypeAttribute):
    """A type with parameters."""

    name = "toy.pair"
    first: Attribute
    second: StringAttr


def exported(*ops: type[IRDLOperation], attributes: tuple[type[Attribute], ...] = (PairType,)) -> Any:
    """Export of a dialect of `ops`."""
    return export([Dialect("toy", list(ops), list(attributes))])


def body(op: type[IRDLOperation]) -> list[str]:
    """What stands in the definition of `op`, the only one."""
    (definition,) = (each for each in exported(op).module.walk() if isinstance(each, irdl.OperationOp))
    return [line.strip() for line in str(definition).splitlines()[1:-1]]


def taking(constraint: Any) -> type[IRDLOperation]:
    """An op with an attribute under a constraint."""

    @irdl_op_definition
    class TakeOp(IRDLOperation):
        name = "toy.take"
        x = attr_def(constraint)

    return TakeOp


def notes(op: type[IRDLOperation]) -> list[tuple[str, str, str]]:
    """Kind, field and reason of what is not said of `op`."""
    return [(each.kind, each.field, each.reason) for each in exported(op).widenings]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (AnyAttr(), ["irdl.any"]),
        (BaseAttr(StringAttr), ['irdl.base "#builtin.string"']),
        (BaseAttr(PairType), ["irdl.base @toy::@pair"]),
        (EqAttrConstraint(i32), ["irdl.is i32"]),
        (MessageConstraint(EqAttrConstraint(i32), "an i32"), ["irdl.is i32"]),
        (AttrSetConstraint.get(i64, i32), ["irdl.is i32", "irdl.is i64", "irdl.any_of(%0, %1)"]),
        (
            AnyOf((BaseAttr(PairType), EqAttrConstraint(f32))),
            ["irdl.base @toy::@pair", "irdl.is f32", "irdl.any_of(%0, %1)"],
        ),
        (
            AllOf((BaseAttr(IntegerType), AnyAttr(), EqAttrConstraint(i32))),
            ['irdl.base "!builtin.integer"', "irdl.is i32", "irdl.all_of(%0, %1)"],
        ),
        (
            ParamAttrConstraint(PairType, (EqAttrConstraint(f32), AnyAttr())),
            ["irdl.is f32", "irdl.any", "irdl.parametric @toy::@pair<%0, %1>"],
        ),
        (
            EqAttrConstraint(PairType(f32, StringAttr("a"))),
            ["irdl.is f32", 'irdl.is "a"', "irdl.parametric @toy::@pair<%0, %1>"],
        ),
        (BaseAttr(TensorType), ['irdl.base "!builtin.tensor"']),
    ],
)
def test_constraints_that_irdl_has(constraint: Any, expected: list[str]) -> None:
    """They are exported as they are, and nothing is recorded."""
    op = taking(constraint)
    lines = body(op)
    assert lines[: len(expected)] == [f"%{i} = {line}" for i, line in enumerate(expected)]
    assert lines[len(expected) :] == ["irdl.attributes {", f'"x" = %{len(expected) - 1}', "}"]
    assert notes(op) == []


@pytest.mark.parametrize(
    ("constraint", "expected", "reason"),
    [
        (IntegerAttr.constr(i64), 'irdl.base "#builtin.integer"', record.BUILTIN_PARAMETERS),
        (ArrayAttr.constr(BaseAttr(StringAttr)), 'irdl.base "#builtin.array"', record.ELEMENTS),
        (BaseAttr(TypeAttribute), "irdl.any", record.ABSTRACT),
    ],
)
def test_constraints_that_irdl_does_not_have(constraint: Any, expected: str, reason: str) -> None:
    """They become the closest that accepts more, and the difference is recorded."""
    op = taking(constraint)
    assert body(op)[0] == f"%0 = {expected}"
    assert notes(op) == [("attribute", "x", reason)]


class Strange(AttrConstraint):
    """A constraint that the export has never seen."""

    def verify(self, attr: Attribute, constraint_context: VerificationContext) -> None:
        """Everything is fine."""

    def mapping_type_vars(self, type_var_mapping: Any) -> "Strange":
        """Has no type variables."""
        return self


class StrangeString(Strange):
    """One of which the class of attributes is known."""

    def get_bases(self) -> set[type[Attribute]] | None:
        """Strings."""
        return {StringAttr}


@pytest.mark.parametrize(
    ("constraint", "expected"), [(Strange(), "irdl.any"), (StrangeString(), 'irdl.base "#builtin.string"')]
)
def test_an_unknown_constraint_is_recorded(constraint: Any, expected: str) -> None:
    """It becomes the class of attributes it admits, if it says so."""
    op = taking(constraint)
    assert body(op)[0] == f"%0 = {expected}"
    assert notes(op) == [("attribute", "x", record.CONSTRAINT)]


T = VarConstraint("T", AnyAttr())


@irdl_op_definition
class SameOp(IRDLOperation):
    """One variable in operands, group and result."""

    name = "toy.same"
    a = operand_def(T)
    rest = var_operand_def(RangeOf(T))
    r = result_def(T)


def test_a_variable_is_one_value() -> None:
    """Also of a whole group, which then is variadic for IRDL too."""
    assert body(SameOp) == ["%0 = irdl.any", "irdl.operands(a: %0, rest: variadic %0)", "irdl.results(r: %0)"]
    assert notes(SameOp) == []


@irdl_op_definition
class ManyOp(IRDLOperation):
    """A group of different types."""

    name = "toy.many"
    xs = var_operand_def(RangeOf(BaseAttr(IntegerType)).of_length(AtLeast(1)))
    y = operand_def(f32)


def test_a_group_of_different_types_is_spelled_out() -> None:
    """As many optional values as the limit says, each with a constraint of its own."""
    module = export([Dialect("toy", [ManyOp], [])], limit=2).module
    text = str(module)
    assert text.count('irdl.base "!builtin.integer"') == 2
    assert "irdl.operands(xs_0: optional %0, xs_1: optional %1, y: %2)" in text
    assert notes(ManyOp) == [("operand", "xs", record.GROUP_LIMIT), ("operand", "xs", record.GROUP_SIZE)]


def test_older_versions() -> None:
    """LLVM 19 has no names; before 22, an attribute with sizes of groups has another one."""
    same = exported(SameOp)
    assert "irdl.operands(%2, variadic %2)" in same.text(19)
    assert "irdl.parameters(%0, %1)" in same.text(19)
    assert "irdl.operands(a: %2, rest: variadic %2)" in same.text(20)
    lstm = [op for op in UNIVERSE.all_dialects["graph"]().operations if op.name == "graph.lstm"]
    text = export([Dialect("graph", lstm, [])])
    assert '"operandSegmentSizes" = %' in text.text(22)
    assert '"operand_segment_sizes" = %' in text.text(21)
    with pytest.raises(UsageError, match="IRDL of LLVM 18: legal are 19 and later"):
        same.text(18)


@irdl_op_definition
class RichOp(IRDLOperation):
    """Whatever IRDL has no word for."""

    name = "toy.rich"
    must = attr_def(StringAttr)
    may = opt_attr_def(StringAttr)
    one = region_def("single_block")
    several = region_def(entry_args=RangeOf(EqAttrConstraint(i32)))
    next = successor_def()
    traits = traits_def(IsTerminator())

    def verify_(self) -> None:
        """The string is short."""
        assert len(self.must.data) < 9


def test_regions_attributes_successors_and_code() -> None:
    """Required attributes and sizes of regions are exported; the rest is recorded, rules by their docstring."""
    assert body(RichOp) == [
        '%0 = irdl.base "#builtin.string"',
        "irdl.attributes {",
        '"must" = %0',
        "}",
        "%1 = irdl.region with size 1",
        "%2 = irdl.region",
        "irdl.regions(one: %1, several: %2)",
    ]
    assert list(exported(RichOp).widenings) == [
        Widening("toy.rich", "attribute", "may", record.OPTIONAL_ATTRIBUTE, "BaseAttr(StringAttr)"),
        Widening("toy.rich", "region", "several", record.ENTRY_ARGUMENTS, str(RangeOf(EqAttrConstraint(i32)))),
        Widening("toy.rich", "successor", "next", record.SUCCESSORS),
        Widening("toy.rich", "op", "", record.TRAITS, "IsTerminator"),
        Widening("toy.rich", "op", "", record.CODE, "The string is short."),
    ]


def _property() -> Any:
    return exported(func.CallOp)


def _region() -> Any:
    @irdl_op_definition
    class RegionOp(IRDLOperation):
        name = "toy.region"
        r = opt_region_def()

    return exported(RegionOp)


def _clash() -> Any:
    @irdl_op_definition
    class PairOp(IRDLOperation):
        name = "toy.pair"

    return exported(PairOp)


def _data() -> Any:
    @irdl_attr_definition
    class TextAttr(Data[str]):
        name = "toy.text"

        @classmethod
        def parse_parameter(cls, parser: AttrParser) -> str:
            return parser.parse_str_literal()

        def print_parameter(self, printer: Printer) -> None:
            printer.print_string_literal(self.data)

    return exported(attributes=(TextAttr,))


def _groups() -> Any:
    @irdl_op_definition
    class GroupsOp(IRDLOperation):
        name = "toy.groups"
        a = var_operand_def(IntegerType)
        b = var_operand_def(IntegerType)
        irdl_options = (AttrSizedOperandSegments(),)

    return exported(GroupsOp)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_property, "func.call: properties callee: C++ MLIR loads only attributes: use attr_def"),
        (_region, "toy.region: optional or variadic region 'r': IRDL has single ones only"),
        (_clash, "toy.pair: 2 of an op, a type and an attribute; IRDL has one table of names: rename one"),
        (_data, "toy.text: an attribute that is Python data: C++ MLIR needs one made of parameters"),
        (
            _groups,
            "toy.groups: variadic operands of different types beside other optional or variadic ones: "
            "C++ MLIR could not tell them apart",
        ),
    ],
)
def test_what_cannot_be_loaded_is_refused(make: Callable[[], Any], message: str) -> None:
    """Rather than to write a file that C++ MLIR rejects, or that rejects legal modules."""
    with pytest.raises(AccelcError) as raised:
        make()
    assert str(raised.value) == message


def test_the_shipped_file_is_current() -> None:
    """It is what `accelc export-irdl` prints; write it with: accelc export-irdl -o accelc/irdl/accelc.irdl.mlir."""
    assert files("accelc.irdl").joinpath("accelc.irdl.mlir").read_text(encoding="utf-8") == irdl_text(list(DIALECTS))


def test_dialects_come_with_those_they_refer_to() -> None:
    """`tile` has the access patterns of `engine`."""
    assert needed(UNIVERSE.all_dialects["tile"]()) == ["engine"]
    text = irdl_text(["tile"])
    assert text.index("irdl.dialect @tile") < text.index("irdl.dialect @engine")
    assert "@graph" not in text


def test_every_field_of_our_dialects_is_exported() -> None:
    """No op, operand, result, required attribute or region is left out."""
    module = export([factory() for factory in UNIVERSE.all_dialects.values()], limit=1).module
    found = {
        f"{dialect.sym_name.data}.{op.sym_name.data}": op
        for dialect in module.walk()
        if isinstance(dialect, irdl.DialectOp)
        for op in dialect.body.block.ops
        if isinstance(op, irdl.OperationOp)
    }
    for factory in UNIVERSE.all_dialects.values():
        for kind in factory().operations:
            assert issubclass(kind, IRDLOperation)
            meaning = kind.get_irdl_definition()
            text = str(found[kind.name])
            for name, _ in (*meaning.operands, *meaning.results, *meaning.regions):
                assert f"{name}: " in text or f"{name}_0: " in text, (kind.name, name)
            for name, attribute in meaning.attributes.items():
                optional = type(attribute).__name__ == "OptAttributeDef"
                assert (f'"{name}" = ' in text) != optional, (kind.name, name)

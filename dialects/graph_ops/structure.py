"""Functions, partitions and framework calls of the `graph` dialect."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
)
from xdsl.dialects.utils import parse_func_op_like, print_func_op_like
from xdsl.ir import Attribute, Block, OpTraits, Region, SSAValue
from xdsl.irdl import (
    VarOperand,
    VarOpResult,
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    region_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, IsTerminator, NoMemoryEffect, Pure, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from accelc.dialects.graph_ops.base import (
    I64_ARRAY,
    I64_ATTR,
    TENSOR,
    AnyTensor,
    GraphOp,
    I64Array,
    Value,
    attributes,
    ints,
    require,
)
from accelc.dialects.operation import DialectOp

HOMES = ("accelerator", "host", "framework")


def terminator(region: Region, kind: type[DialectOp], owner: str) -> DialectOp:
    """Last operation of the body of `owner`, which must be of a kind."""
    last = region.block.last_op
    if not isinstance(last, kind):
        raise VerifyException(f"the body of {owner} must end in {kind.name}")
    return last


def require_types(found: Sequence[Attribute], expected: Sequence[Attribute], what: str) -> None:
    """Verify the types of a list of values."""
    require(len(found) == len(expected), f"{len(found)} {what}, expected {len(expected)}")
    for index, (a, b) in enumerate(zip(found, expected, strict=True)):
        if a != b:
            raise VerifyException(f"{what} {index} has type {a}, expected {b}")


def require_into(
    into: Sequence[int], arguments: Sequence[SSAValue], values: Sequence[SSAValue], others: Sequence[SSAValue]
) -> None:
    """Verify which results may take the memory of arguments; `others` are all values that are returned."""
    require(len(into) == len(values), f"into {list(into)} has not one entry for each of {len(values)} values")
    given = [number for number in into if number != -1]
    require(len(set(given)) == len(given), f"into {list(into)} repeats an argument")
    for number, value in zip(into, values, strict=True):
        require(-1 <= number < len(arguments), f"into names argument {number} of {len(arguments)}")
        if number >= 0:
            kind = arguments[number].type
            require(kind == value.type, f"argument {number} of type {kind} cannot hold a result of type {value.type}")
            require(arguments[number] not in others, f"argument {number} is returned and cannot hold another result")


@irdl_op_definition
class ReturnOp(DialectOp):
    """
    Results of a function.

    ```mlir
    graph.return %y : tensor<4xf32>
    ```
    """

    name = "graph.return"
    values: VarOperand = var_operand_def()
    """One value per result of the function."""
    mutates: I64Array | None = opt_attr_def(I64_ARRAY)
    """The last results are the final versions of these arguments, which the source program wrote in place."""
    into: I64Array | None = opt_attr_def(I64_ARRAY)
    """For each value the argument whose memory it may take, which the caller gave up, or -1."""

    assembly_format: ClassVar[str | None] = (
        "($values^ `:` type($values))? (`mutates` $mutates^)? (`into` $into^)? attr-dict"
    )
    traits: OpTraits = traits_def(IsTerminator())

    def __init__(
        self, values: Sequence[Value], mutates: Sequence[int] | None = None, into: Sequence[int] | None = None
    ):
        super().__init__(
            operands=[[SSAValue.get(v) for v in values]],
            attributes=attributes(
                mutates=tuple(mutates) if mutates else None, into=tuple(into) if into is not None else None
            ),
        )


def require_order(block: Block, defined: set[SSAValue]) -> None:
    """Verify that every value is used behind its definition, which xDSL does not; `defined` are values outside."""
    mine: set[SSAValue] = set(block.args)
    defined |= mine
    for op in block.ops:
        for index, operand in enumerate(op.operands):
            require(operand in defined, f"operand {index} of {op.name} is used before it is defined")
        for region in op.regions:
            for inner in region.blocks:
                require_order(inner, defined)
        mine.update(op.results)
        defined.update(op.results)
    defined -= mine


@irdl_op_definition
class FuncOp(DialectOp):
    """
    A program with tensors in and out. Its body is one block ended by `graph.return`.

    ```mlir
    graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
      graph.return %x : tensor<4xf32>
    }
    ```
    """

    name = "graph.func"
    sym_name: StringAttr = attr_def(SymbolNameConstraint())
    """Name of the function."""
    function_type: FunctionType = attr_def(FunctionType)
    """Types of the arguments and results."""
    input_names: ArrayAttr[StringAttr] | None = opt_attr_def(ArrayAttr[StringAttr])
    """Names of the arguments in the source model."""
    output_names: ArrayAttr[StringAttr] | None = opt_attr_def(ArrayAttr[StringAttr])
    """Names of the results in the source model."""
    body: Region = region_def("single_block")
    """The function; its arguments are the inputs."""

    traits: OpTraits = traits_def(IsolatedFromAbove(), SymbolOpInterface())

    def __init__(
        self,
        name: str,
        function_type: FunctionType | tuple[Sequence[Attribute], Sequence[Attribute]],
        body: Region | None = None,
        *,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
    ):
        if isinstance(function_type, tuple):
            function_type = FunctionType.from_lists(*function_type)
        names = {
            key: ArrayAttr([StringAttr(n) for n in values])
            for key, values in (("input_names", input_names), ("output_names", output_names))
            if values is not None
        }
        super().__init__(
            regions=[body or Region(Block(arg_types=function_type.inputs.data))],
            attributes={"sym_name": StringAttr(name), "function_type": function_type, **names},
        )

    @property
    def return_op(self) -> ReturnOp:
        """The terminator."""
        last = self.body.block.last_op
        assert isinstance(last, ReturnOp)
        return last

    def verify_(self) -> None:
        """Arguments, returned values, names and mutated arguments agree with the type, uses follow definitions."""
        require_order(self.body.block, set())
        inputs, outputs = self.function_type.inputs.data, self.function_type.outputs.data
        last = cast(ReturnOp, terminator(self.body, ReturnOp, f"graph.func @{self.sym_name.data}"))
        require_types(self.body.block.arg_types, inputs, "arguments")
        require_types([v.type for v in last.values], outputs, "returned values")
        for what, names, count in (
            ("input_names", self.input_names, len(inputs)),
            ("output_names", self.output_names, len(outputs)),
        ):
            require(names is None or len(names) == count, f"{what} has not one name for each of {count}")
        mutated = ints(last.mutates) if last.mutates else ()
        require(len(set(mutated)) == len(mutated), f"mutates {list(mutated)} repeats an argument")
        require(len(mutated) <= len(outputs), f"mutates {list(mutated)} has more entries than results")
        for argument, output in zip(mutated, outputs[len(outputs) - len(mutated) :], strict=True):
            require(0 <= argument < len(inputs), f"mutates names argument {argument} of {len(inputs)}")
            require(inputs[argument] == output, f"mutated argument {argument} has another type than its result")
        if last.into is not None:
            require_into(ints(last.into), self.body.block.args, last.values, last.values)

    @classmethod
    def parse(cls, parser: Parser) -> "FuncOp":
        """Parse the custom form."""
        name, inputs, outputs, region, extra, *_ = parse_func_op_like(
            parser, reserved_attr_names=("sym_name", "function_type")
        )
        function = cls(name, (inputs, outputs), region)
        if extra is not None:
            function.attributes |= extra.data
        return function

    def print(self, printer: Printer) -> None:
        """Print the custom form."""
        print_func_op_like(
            printer,
            self.sym_name,
            self.function_type,
            self.body,
            self.attributes,
            reserved_attr_names=("sym_name", "function_type"),
        )


@irdl_op_definition
class YieldOp(DialectOp):
    """
    Results of a partition, or of a body of a loop or branch.

    ```mlir
    graph.yield %y : tensor<4xf32>
    ```
    """

    name = "graph.yield"
    values: VarOperand = var_operand_def(TENSOR)
    """One value per result of the operation around it."""
    into: I64Array | None = opt_attr_def(I64_ARRAY)
    """In a partition: for each value the operand whose memory it takes, which nobody reads later, or -1."""

    assembly_format: ClassVar[str | None] = "($values^ `:` type($values))? (`into` $into^)? attr-dict"
    traits: OpTraits = traits_def(IsTerminator(), NoMemoryEffect())

    def __init__(self, values: Sequence[Value]):
        super().__init__(operands=[[SSAValue.get(v) for v in values]])


@irdl_op_definition
class PartitionOp(GraphOp):
    """
    Operations that run together at one home: `accelerator`, `host` or `framework`.

    The body is isolated: operands arrive as block arguments, so that it is a program of its own. A partition starts
    when all operands are there and hands over all results when it ends.

    ```mlir
    %r = graph.partition "accelerator" (%x) : (tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%a : tensor<4xf32>):
      %y = graph.relu %a : tensor<4xf32> -> tensor<4xf32>
      graph.yield %y : tensor<4xf32>
    }
    ```
    """

    name = "graph.partition"
    home: StringAttr = attr_def(StringAttr)
    """`accelerator`, `host` or `framework`."""
    home_reason: StringAttr | None = opt_attr_def(StringAttr)
    """Why the operations are here."""
    inputs: VarOperand = var_operand_def(TENSOR)
    """One per block argument."""
    outputs: VarOpResult[AnyTensor] = var_result_def(TENSOR)
    """One per yielded value."""
    body: Region = region_def("single_block")
    """What the home executes; its arguments are the operands."""

    assembly_format: ClassVar[str | None] = (
        "$home `(` $inputs `)` attr-dict-with-keyword `:` functional-type(operands, results) $body"
    )
    traits: OpTraits = traits_def(IsolatedFromAbove(), Pure())

    def __init__(
        self,
        home: str,
        inputs: Sequence[Value],
        result_types: Sequence[Attribute],
        body: Region,
        *,
        home_reason: str | None = None,
    ):
        super().__init__(
            operands=[[SSAValue.get(v) for v in inputs]],
            result_types=[list(result_types)],
            regions=[body],
            attributes=attributes(home=home, home_reason=home_reason),
        )

    @property
    def yield_op(self) -> YieldOp:
        """The terminator."""
        last = self.body.block.last_op
        assert isinstance(last, YieldOp)
        return last

    def verify_graph(self) -> None:
        """A known home; block arguments and yielded values have the types of operands and results."""
        require(self.home.data in HOMES, f"home {self.home} is not one of {', '.join(HOMES)}")
        last = cast(YieldOp, terminator(self.body, YieldOp, "graph.partition"))
        require_types(self.body.block.arg_types, [v.type for v in self.inputs], "block arguments")
        require_types([v.type for v in last.values], [v.type for v in self.outputs], "yielded values")
        if last.into is not None:
            require_into(ints(last.into), self.body.block.args, last.values, last.values)


@irdl_op_definition
class CallFrameworkOp(GraphOp):
    """
    An operator that only the framework the model came from can execute, through a callback.

    ```mlir
    %r = graph.call_framework "NonZero" (%x) {domain = "", opset = 17 : i64, onnx_attributes = {}}
      : (tensor<4xf32>) -> tensor<1x4xi64>
    ```
    """

    name = "graph.call_framework"
    op_type: StringAttr = attr_def(StringAttr)
    """Operator name in the framework."""
    domain: StringAttr = attr_def(StringAttr)
    """Operator set domain; empty for the standard ONNX operators."""
    opset: IntegerAttr = attr_def(I64_ATTR)
    """Operator set version."""
    onnx_attributes: DictionaryAttr = attr_def(DictionaryAttr)
    """Attributes of the framework's node."""
    present: I64Array | None = opt_attr_def(I64_ARRAY)
    """1 for every input of the node that is an operand, 0 for an omitted optional input; absent: all present."""
    inputs: VarOperand = var_operand_def(TENSOR)
    """Present inputs, in order."""
    outputs: VarOpResult[AnyTensor] = var_result_def(TENSOR)
    """Results, in order."""

    assembly_format: ClassVar[str | None] = "$op_type `(` $inputs `)` attr-dict `:` functional-type(operands, results)"
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        op_type: str,
        inputs: Sequence[Value],
        result_types: Sequence[Attribute],
        *,
        domain: str = "",
        opset: int = 1,
        onnx_attributes: Mapping[str, Attribute] | None = None,
        present: Sequence[int] | None = None,
        loc_name: str | None = None,
    ):
        super().__init__(
            operands=[[SSAValue.get(v) for v in inputs]],
            result_types=[list(result_types)],
            attributes=attributes(
                op_type=op_type,
                domain=StringAttr(domain),
                opset=opset,
                onnx_attributes=DictionaryAttr(dict(onnx_attributes or {})),
                present=None if present is None else tuple(present),
                loc_name=loc_name,
            ),
        )

    def verify_graph(self) -> None:
        """`present` marks as many inputs as there are operands."""
        if self.present is not None:
            marks = ints(self.present)
            require(set(marks) <= {0, 1}, f"present {list(marks)} has entries other than 0 and 1")
            require(
                sum(marks) == len(self.inputs),
                f"present {list(marks)} marks {sum(marks)} inputs, there are {len(self.inputs)} operands",
            )

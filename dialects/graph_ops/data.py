"""Weights and constants of the `graph` dialect."""

from math import prod
from typing import ClassVar, cast

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, StringAttr
from xdsl.ir import OpResult, OpTraits
from xdsl.irdl import attr_def, irdl_op_definition, result_def, traits_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure

from accelc.dialects.graph_ops.base import TENSOR, AnyTensor, GraphOp, attributes, require, tensor_type

MAX_CONSTANT_ELEMENTS = 1024


@irdl_op_definition
class WeightOp(GraphOp):
    """
    A trained tensor, by name; the data lives beside the module, never in it.

    ```mlir
    %w = graph.weight "fc1.w" : tensor<256x384xbf16>
    ```
    """

    name = "graph.weight"
    weight_name: StringAttr = attr_def(StringAttr)
    """Key of the data in the model's weights."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """The tensor."""

    assembly_format: ClassVar[str | None] = "$weight_name attr-dict `:` type($result)"
    traits: OpTraits = traits_def(Pure())

    def __init__(self, name: str, result_type: AnyTensor, *, loc_name: str | None = None):
        super().__init__(result_types=[result_type], attributes=attributes(weight_name=name, loc_name=loc_name))


@irdl_op_definition
class ConstantOp(GraphOp):
    """
    A small tensor written in the program: at most 1024 elements, or one value repeated.

    ```mlir
    %c = graph.constant dense<[1, 2, 3]> : tensor<3xi64>
    ```
    """

    name = "graph.constant"
    value: DenseIntOrFPElementsAttr = attr_def(DenseIntOrFPElementsAttr)
    """The elements."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Type of the value."""

    traits: OpTraits = traits_def(Pure())

    def __init__(self, value: DenseIntOrFPElementsAttr, *, loc_name: str | None = None):
        super().__init__(result_types=[value.get_type()], attributes=attributes(value=value, loc_name=loc_name))

    def verify_graph(self) -> None:
        """The result has the value's type; large tensors are weights."""
        require(self.result.type == self.value.get_type(), f"value has type {self.value.get_type()}")
        elements = prod(tensor_type(self.result).get_shape())
        require(
            elements <= MAX_CONSTANT_ELEMENTS or self.value.is_splat(),
            f"constant of {elements} elements, at most {MAX_CONSTANT_ELEMENTS}; use graph.weight",
        )

    @classmethod
    def parse(cls, parser: Parser) -> "ConstantOp":
        """Parse the custom form."""
        extra = parser.parse_optional_attr_dict()
        start = parser.pos
        value = parser.parse_attribute()
        if not isinstance(value, DenseIntOrFPElementsAttr):
            parser.raise_error("expected dense elements", start)
        constant = cls(cast(DenseIntOrFPElementsAttr, value))
        constant.attributes |= extra
        return constant

    def print(self, printer: Printer) -> None:
        """Print the custom form."""
        printer.print_op_attributes(self.attributes, reserved_attr_names=("value",))
        printer.print_string(" ")
        printer.print_attribute(self.value)

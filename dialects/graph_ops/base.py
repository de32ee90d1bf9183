"""What all operations of the `graph` dialect share: attribute helpers, type rules, the base class."""

from abc import ABC
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from xdsl.dialects.builtin import (
    AnyFloat,
    DenseArrayBase,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    StringAttr,
    TensorType,
    UnitAttr,
    UnregisteredOp,
    f64,
    i1,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import base, opt_attr_def
from xdsl.utils.exceptions import VerifyException

from accelc.dialects.operation import DialectOp

T = TypeVar("T")

AnyTensor = TensorType[Attribute]
TENSOR = base(TensorType[Attribute])
Value = SSAValue | Operation
Plain = Attribute | str | bool | int | float | Sequence[int] | None

I64 = IntegerAttr[IntegerType]
I64Array = DenseArrayBase[IntegerType]
I64_ATTR = IntegerAttr.constr(i64)
F64_ATTR = FloatAttr.constr(f64)
I64_ARRAY = DenseArrayBase.constr(i64)


def to_attribute(value: str | float | Sequence[int]) -> Attribute:
    """Builtin attribute for a plain value: str, int (i64), float (f64) or sequence of ints (i64 array)."""
    match value:
        case str():
            return StringAttr(value)
        case bool():
            return UnitAttr()
        case int():
            return IntegerAttr(value, i64)
        case float():
            return FloatAttr(value, f64)
        case _:
            return DenseArrayBase.from_list(i64, list(value))


def attributes(**values: Plain) -> dict[str, Attribute]:
    """Attribute dictionary of plain values; None and False are left out, True is a unit attribute."""
    return {
        name: value if isinstance(value, Attribute) else to_attribute(value)
        for name, value in values.items()
        if value is not None and value is not False
    }


def ints(array: DenseArrayBase[IntegerType]) -> tuple[int, ...]:
    """The integers of a dense array attribute."""
    return array.get_values()


def tensor_type(value: Value) -> AnyTensor:
    """Tensor type of a value, or of an operation's only result."""
    kind = SSAValue.get(value).type
    assert isinstance(kind, TensorType)
    return cast(AnyTensor, kind)


def shape_of(value: Value) -> tuple[int, ...]:
    """Sizes of a tensor value."""
    return tensor_type(value).get_shape()


def element_of(value: Value) -> Attribute:
    """Element type of a tensor value."""
    return tensor_type(value).element_type


def is_float(element: Attribute) -> bool:
    """Whether an element type is a floating-point type."""
    return isinstance(element, AnyFloat)


def is_integer(element: Attribute) -> bool:
    """Whether an element type is an integer type (i1, the truth values, included)."""
    return isinstance(element, IntegerType)


def is_bool(element: Attribute) -> bool:
    """Whether an element type is i1."""
    return element == i1


def require(condition: bool, message: str) -> None:
    """Raise a verifier error unless `condition` holds."""
    if not condition:
        raise VerifyException(message)


def checked(function: Callable[..., T], *args: object) -> T:
    """Call a shape rule; its `ValueError` becomes a verifier error."""
    try:
        return function(*args)
    except ValueError as error:
        raise VerifyException(str(error)) from error


def require_shape(result: Value, expected: Sequence[int]) -> None:
    """Verify the sizes of a result."""
    require(
        shape_of(result) == tuple(expected),
        f"result has shape {list(shape_of(result))}, expected {list(expected)}",
    )


def require_same_element(result: Value, operand: Value) -> None:
    """Verify that a result keeps the element type of an operand."""
    require(
        element_of(result) == element_of(operand),
        f"result has element type {element_of(result)}, expected {element_of(operand)}",
    )


def verify_static(value: Value) -> None:
    """Verify that a tensor has static sizes and an element type of integers or floats."""
    kind = tensor_type(value)
    # Types are slow to print: messages are made for what is wrong only.
    if any(size < 0 for size in kind.get_shape()):
        raise VerifyException(f"{kind} has a dynamic size; all sizes are static here")
    element = kind.element_type
    if not (is_float(element) or is_integer(element)):
        raise VerifyException(f"{element} is neither an integer nor a float type")


def name_of(op: Operation) -> str:
    """Name of an operation, also where no dialect has it."""
    return op.op_name.data if isinstance(op, UnregisteredOp) else op.name


def is_foreign(op: Operation) -> bool:
    """Whether an operation is of another dialect than `graph`."""
    return not op.name.startswith("graph.")


class GraphOp(DialectOp, ABC):
    """Base of all tensor operations: where they came from, and checks common to all."""

    loc_name: StringAttr | None = opt_attr_def(StringAttr)
    """Name of the front end's node this operation came from; carried down to the debug map."""
    layer: IntegerAttr | None = opt_attr_def(I64_ATTR)
    """Number of the layer this operation belongs to."""

    def verify_static(self) -> None:
        """Every tensor has static sizes and an element type of integers or floats."""
        for value in (*self.operands, *self.results):
            if isinstance(value.type, TensorType):
                verify_static(value)

    def verify_(self) -> None:
        """Check sizes and types, then what the operation itself demands."""
        self.verify_static()
        self.verify_graph()

    def verify_graph(self) -> None:
        """Rules of one operation; its docstring states them."""

"""An operation of another compiler as rules see it, whichever class its parser made."""

from collections.abc import Sequence
from math import prod
from typing import Any, cast

import numpy as np
from xdsl.dialects.builtin import (
    AffineMapAttr,
    AnyFloat,
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    DenseResourceAttr,
    FloatAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    NameLoc,
    StringAttr,
    SymbolRefAttr,
    TensorType,
    UnregisteredAttr,
    VectorType,
)
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.ir.affine import AffineMap

from accelc.dialects.graph_ops.base import name_of
from accelc.dialects.graph_ops.element_types import Array, DType, dtype_of_element
from accelc.errors import AccelcError, ModelError
from accelc.frontends.mlir.plans.structs import Struct, parse_struct

INDEX = np.dtype(np.int64)
"""How numbers of type `index` are computed."""
MAX_ELEMENTS = 1 << 40
"""Elements of a tensor: products of sizes stay far from the ends of 64 bits."""
MAX_RANK = 32
"""Axes of a tensor."""


class ConversionError(ModelError):
    """An operation that has no meaning in the `graph` dialect; `op` is where."""

    def __init__(self, op: Operation, message: str):
        super().__init__(message)
        self.op = op


def items(attribute: Attribute) -> tuple[Attribute, ...]:
    """Entries of an array; none of another attribute."""
    return cast("ArrayAttr[Attribute]", attribute).data if isinstance(attribute, ArrayAttr) else ()


def element_dtype(element: Attribute) -> DType:
    """NumPy's dtype of an element type, `index` being i64. Raises ModelError if there is none."""
    return INDEX if isinstance(element, IndexType) else dtype_of_element(element)


def spec_of(kind: Attribute) -> tuple[tuple[int, ...], DType]:
    """Shape and dtype of a tensor, or of a number. Raises ModelError for other types and for sizes not known."""
    if isinstance(kind, TensorType | VectorType):
        tensor = cast("TensorType[Attribute]", kind)
        if any(size < 0 for size in tensor.get_shape()):
            raise ModelError(f"{kind} has a dynamic size; supported are static ones")
        shape = tensor.get_shape()
        if len(shape) > MAX_RANK or prod(max(size, 1) for size in shape) > MAX_ELEMENTS:
            raise ModelError(f"{str(tensor)[:80]} is too large; limits are {MAX_RANK} axes and {MAX_ELEMENTS} elements")
        return shape, element_dtype(tensor.element_type)
    if isinstance(kind, IntegerType | IndexType | AnyFloat):
        return (), element_dtype(cast(Attribute, kind))
    raise ModelError(f"{kind} is no tensor with static sizes")


class View:
    """Name, attributes (with properties) and types of one operation, and errors located at it."""

    def __init__(self, op: Operation):
        self.op = op
        self.name: str = name_of(op)
        self.attributes: dict[str, Attribute] = {**op.attributes, **op.properties}

    def error(self, message: str) -> ConversionError:
        """A diagnostic that names the operation."""
        return ConversionError(self.op, f"{self.name}: {message}")

    @property
    def location(self) -> str | None:
        """The name in the operation's location."""
        location = self.op.location
        return location.desc.data if isinstance(location, NameLoc) else None

    @property
    def regions(self) -> Sequence[Region]:
        """Bodies."""
        return self.op.regions

    def spec(self, value: SSAValue | Attribute) -> tuple[tuple[int, ...], DType]:
        """Shape and dtype of a value or type."""
        kind = value.type if isinstance(value, SSAValue) else value
        try:
            return spec_of(kind)
        except AccelcError as error:
            raise self.error(str(error)) from error

    def has(self, name: str) -> bool:
        """Whether there is such an attribute."""
        return name in self.attributes

    def attribute(self, name: str) -> Attribute:
        """An attribute that must be there."""
        found = self.attributes.get(name)
        if found is None:
            raise self.error(f"has no attribute '{name}'")
        return found

    def ints(self, name: str, default: Sequence[int] | None = None) -> list[int]:
        """Integers of an attribute: an array of any kind, or elements in row-major order."""
        if default is not None and name not in self.attributes:
            return list(default)
        found = self.numbers(self.attribute(name))
        if found is None:
            raise self.error(f"attribute '{name}' is no list of integers")
        return found

    def numbers(self, attribute: Attribute) -> list[int] | None:
        """All integers in an attribute, in order; None if there is anything else in it."""
        match attribute:
            case DenseArrayBase():
                return [int(n) for n in cast(Any, attribute).get_values()]
            case DenseIntOrFPElementsAttr():
                return [int(n) for n in self._elements(attribute).reshape(-1)]
            case IntegerAttr():
                return [attribute.value.data]
            case ArrayAttr():
                parts = [self.numbers(item) for item in items(attribute)]
                if any(part is None for part in parts):
                    return None
                return [n for part in parts for n in part or ()]
            case _:
                return None

    def int(self, name: str, default: int | None = None) -> int:
        """One integer."""
        values = self.ints(name, None if default is None else [default])
        if len(values) != 1:
            raise self.error(f"attribute '{name}' is not one integer")
        return values[0]

    def flag(self, name: str) -> bool:
        """A truth value, false if there is none; a unit attribute is true."""
        found = self.attributes.get(name)
        return found is not None and (not isinstance(found, IntegerAttr) or bool(found.value.data))

    def number(self, name: str) -> float:
        """A number of any type."""
        match self.attribute(name):
            case FloatAttr() as found:
                return float(found.value.data)
            case IntegerAttr() as found:
                return found.value.data
            case _:
                raise self.error(f"attribute '{name}' is no number")

    def text(self, name: str, default: str = "") -> str:
        """Text of an attribute: a word, a symbol, or what is inside `#dialect.name<...>`."""
        match self.attributes.get(name):
            case None:
                return default
            case StringAttr() as found:
                return found.data
            case SymbolRefAttr() as found:
                return found.string_value()
            case UnregisteredAttr() as found:
                return found.value.data
            case found:
                return str(found)

    def word(self, name: str, default: str = "") -> str:
        """The last word of an enumeration, such as LT of `#stablehlo<comparison_direction LT>`."""
        words = self.text(name, default).replace("<", " ").replace(">", " ").split()
        return words[-1] if words else default

    def struct(self, name: str) -> Struct:
        """The fields of `#dialect.name<a = [1], b = 2>`. Raises ConversionError if it is not of that form."""
        try:
            return parse_struct(self.text(name))
        except ValueError as error:
            raise self.error(f"attribute '{name}': {error}") from error

    def maps(self, name: str) -> list[AffineMap]:
        """Affine maps."""
        found = self.attribute(name)
        maps = [item.data for item in items(found) if isinstance(item, AffineMapAttr)]
        if not maps or len(maps) != len(items(found)):
            raise self.error(f"attribute '{name}' is no list of affine maps")
        return maps

    def array(self, name: str) -> Array:
        """The elements of a constant."""
        return self.elements(self.attribute(name))

    def elements(self, attribute: Attribute) -> Array:
        """The elements of a constant attribute, or a number."""
        match attribute:
            case DenseIntOrFPElementsAttr():
                return self._elements(attribute)
            case DenseResourceAttr():
                key = attribute.resource_handle.data
                raise self.error(f"the data of the resource '{key}' is not in the file")
            case IntegerAttr():
                shape, dtype = self.spec(attribute.type)
                return np.asarray(_wrapped(attribute.value.data, dtype), dtype).reshape(shape)
            case FloatAttr():
                return np.asarray(attribute.value.data).astype(self.spec(attribute.type)[1])
            case _:
                raise self.error(f"{str(attribute)[:80]} is no constant with elements")

    def _elements(self, dense: DenseIntOrFPElementsAttr) -> Array:
        shape, dtype = self.spec(dense.get_type())
        data = np.frombuffer(dense.data.data, np.uint8)
        if dtype == np.bool_:
            return (data != 0).reshape(shape)
        return data.view(dtype).reshape(shape)


def _wrapped(number: int, dtype: DType) -> int:
    """A number as text may write it for a type: negative ones for unsigned types, -1 for true."""
    if dtype == np.bool_:
        return int(number != 0)
    bits = 8 * dtype.itemsize
    number &= (1 << bits) - 1
    return number - (1 << bits) if dtype.kind == "i" and number >> (bits - 1) else number

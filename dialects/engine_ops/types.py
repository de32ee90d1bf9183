"""Types and attributes of the `engine` dialect: buffers, access patterns, addresses, waits and signals."""

from collections.abc import Mapping, Sequence
from math import prod

from xdsl.dialects.builtin import (
    DenseArrayBase,
    DictionaryAttr,
    FixedBitwidthType,
    IntegerAttr,
    IntegerType,
    Signedness,
    StringAttr,
    bf16,
    f8E4M3FN,
    f8E5M2,
    f16,
    f32,
    i8,
    i32,
    i64,
)
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition

ELEMENT_TYPES: Mapping[Attribute, str] = {
    f32: "fp32",
    bf16: "bf16",
    f16: "fp16",
    f8E4M3FN: "fp8e4",
    f8E5M2: "fp8e5",
    i8: "int8",
    IntegerType(8, Signedness.UNSIGNED): "uint8",
    i32: "int32",
    i64: "int64",
}
"""Names in the instruction set of the element types a buffer may have."""

SPACES = ("hbm", "sbuf", "psum", "wfifo")

I64 = IntegerAttr[IntegerType]
I64Array = DenseArrayBase[IntegerType]


def i64_attr(value: int) -> I64:
    """64-bit integer attribute."""
    return IntegerAttr(value, i64)


def i64_array(values: Sequence[int]) -> I64Array:
    """Dense array of 64-bit integers."""
    return DenseArrayBase.from_list(i64, list(values))


@irdl_attr_definition
class BufferType(ParametrizedAttribute, TypeAttribute):
    """
    Storage in one memory space. Not called as the op that declares it: C++ MLIR has one table for both.

    `shape` is (partitions, elements per partition) in `sbuf`, `psum` and `wfifo`, and (elements,) in `hbm`.
    """

    name = "engine.buf"
    shape: I64Array
    """Sizes: partitions and elements per partition, or elements in `hbm`."""
    element_type: Attribute
    """Type of an element, integer or float."""
    space: StringAttr
    """Memory: `hbm`, `sbuf`, `psum` or `wfifo`."""

    @staticmethod
    def of(shape: Sequence[int], element_type: Attribute, space: str) -> "BufferType":
        """Buffer type from plain values."""
        return BufferType(i64_array(shape), element_type, StringAttr(space))

    @property
    def dims(self) -> tuple[int, ...]:
        """(partitions, elements per partition), or (elements,) in `hbm`."""
        return tuple(self.shape.get_values())

    @property
    def dtype(self) -> str:
        """Name of the element type in the instruction set, such as `bf16`."""
        return ELEMENT_TYPES[self.element_type]

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        assert isinstance(self.element_type, FixedBitwidthType)
        return self.element_type.size

    @property
    def free_elements(self) -> int:
        """Elements in one partition, or in all of an `hbm` buffer."""
        return self.dims[-1]

    @property
    def partitions(self) -> int:
        """Number of partitions, 1 in `hbm`."""
        return self.dims[0] if len(self.dims) > 1 else 1


@irdl_attr_definition
class AccessAttr(ParametrizedAttribute):
    """
    Access pattern on a buffer, in elements.

    `partitions` is (start, count); (0, 1) in `hbm`. The free pattern visits
    `offset + sum(i_d * strides[d])` for `i_d < sizes[d]`, outermost dimension first; stride 0 broadcasts.
    """

    name = "engine.ap"
    partitions: I64Array
    """First partition and number of partitions."""
    offset: I64
    """First element, in each partition."""
    sizes: I64Array
    """Elements along each free dimension, outermost first."""
    strides: I64Array
    """Distance of neighbours along each free dimension, in elements."""

    @staticmethod
    def of(
        start: int, count: int, sizes: Sequence[int], strides: Sequence[int] | None = None, offset: int = 0
    ) -> "AccessAttr":
        """Pattern from plain values; without `strides` the free pattern is contiguous."""
        if strides is None:
            strides = [prod(sizes[d + 1 :]) for d in range(len(sizes))]
        return AccessAttr(i64_array((start, count)), i64_attr(offset), i64_array(sizes), i64_array(strides))

    @property
    def start(self) -> int:
        """First partition."""
        return int(self.partitions.get_values()[0])

    @property
    def count(self) -> int:
        """Number of partitions."""
        return int(self.partitions.get_values()[1])

    @property
    def first(self) -> int:
        """Free element visited first."""
        return self.offset.value.data

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the free pattern, outermost first."""
        return tuple(self.sizes.get_values())

    @property
    def steps(self) -> tuple[int, ...]:
        """Strides of the free pattern in elements, outermost first."""
        return tuple(self.strides.get_values())

    @property
    def free_elements(self) -> int:
        """Elements visited in each partition."""
        return prod(self.shape)

    @property
    def elements(self) -> int:
        """Elements visited in all partitions."""
        return self.count * self.free_elements

    def bounds(self) -> tuple[int, int]:
        """Smallest and largest free element visited."""
        reach = [(size - 1) * step for size, step in zip(self.shape, self.steps, strict=True)]
        return self.first + sum(min(r, 0) for r in reach), self.first + sum(max(r, 0) for r in reach)

    def part(self, blocks: int, block: int, axis: int = 0) -> "AccessAttr":
        """Part `block` of the `blocks` equal parts of the pattern along a free dimension, the outermost by default."""
        if blocks == 1:
            return self
        sizes = list(self.shape)
        sizes[axis] //= blocks
        first = self.first + block * sizes[axis] * self.steps[axis]
        return AccessAttr.of(self.start, self.count, sizes, self.steps, first)


@irdl_attr_definition
class AddressAttr(ParametrizedAttribute):
    """Where `assign-memory` put a buffer: byte offset (in every partition, or in HBM)."""

    name = "engine.address"
    offset: I64
    """Bytes."""


@irdl_attr_definition
class WaitAttr(ParametrizedAttribute):
    """
    The op issues once semaphore `semaphore` is at least `value`.

    `bits` > 0: modulo 2^bits, when the semaphore is less than half a turn at or past `value`; it may have rolled over.
    """

    name = "engine.wait"
    semaphore: StringAttr
    """Name of the semaphore."""
    value: I64
    """Least value, or place on the turn."""
    bits: I64
    """Low bits that are compared, or 0: all."""

    @staticmethod
    def of(semaphore: str, value: int, bits: int = 0) -> "WaitAttr":
        """Wait from plain values."""
        return WaitAttr(StringAttr(semaphore), i64_attr(value), i64_attr(bits))


@irdl_attr_definition
class VectorClockAttr(ParametrizedAttribute):
    """
    What is known to have happened when the op starts: `known` maps channels to numbers of ops.

    `{vector.complete = 3, dma0.read = 1}`: the first three ops on `vector` are complete, the first on `dma0` has read.
    """

    name = "engine.vc"
    known: DictionaryAttr
    """Channel `LANE.POINT` -> number of its ops that have happened."""


@irdl_attr_definition
class SignalAttr(ParametrizedAttribute):
    """The op adds one to `semaphore` at its `point`: `read` (operands read) or `complete` (results visible)."""

    name = "engine.signal"
    semaphore: StringAttr
    """Name of the semaphore."""
    point: StringAttr
    """`read` or `complete`."""

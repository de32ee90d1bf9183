"""Rules on the access patterns of compute instructions: memory, dtype, partitions, bounds, matching sizes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.isa.custom import instruction
from accelc.isa.records import DTYPES, FREE_DIMS, Space
from accelc.isa.table import Access, Form, Opcode, OperandUse
from accelc.isa.validation.context import Bools, Ints, Stream, in_every_column
from accelc.isa.validation.frame import SLOTS
from accelc.numerics import DTYPES as NUMPY_DTYPES

ITEM_BYTES = np.array([0, *(NUMPY_DTYPES[name].itemsize for name in DTYPES[1:])], np.int64)
"""Bytes of one element, by dtype code."""
_CAP = 1 << 62
_ELEMENTWISE = (Opcode.TT, Opcode.TS, Opcode.STT, Opcode.COPY, Opcode.ACT, Opcode.SELECT)


@dataclass(frozen=True)
class Patterns:
    """One operand slot of the `chosen` records, widened; `sizes` and `strides` are [n, 4], strides in elements."""

    chosen: Ints
    name: str
    space: Ints
    dtype: Ints
    start: Ints
    count: Ints
    offset: Ints
    sizes: Ints
    strides: Ints

    @property
    def item(self) -> Ints:
        """Bytes of one element."""
        return ITEM_BYTES[self.dtype]

    def elements(self) -> Ints:
        """Elements visited in one partition."""
        return capped_product(self.sizes)

    def bounds(self) -> tuple[Ints, Ints]:
        """First byte touched in a partition, and one past the last."""
        reach = (self.sizes - 1) * self.strides * self.item[:, None]
        low = self.offset + np.minimum(reach, 0).sum(axis=1)
        return low, self.offset + np.maximum(reach, 0).sum(axis=1) + self.item


def capped_product(sizes: Ints) -> Ints:
    """Product along the last axis, 2**62 where it is larger."""
    total = np.ones(len(sizes), np.int64)
    for column in sizes.T:
        total = np.where(total > _CAP // np.maximum(column, 1), _CAP, total * column)
    return total


def patterns(stream: Stream, chosen: Ints, slot: int) -> Patterns:
    """Operand `slot` of the `chosen` records."""
    operand = stream.records["operand"][chosen, slot]

    def wide(name: str) -> Ints:
        return operand[name].astype(np.int64)

    names = ("space", "dtype", "part_start", "part_count", "offset", "size", "stride")
    return Patterns(chosen, SLOTS[slot], *(wide(name) for name in names))


def check_operands(stream: Stream) -> None:
    """Every operand on its own, then the operands of a record together (the array's are in `array`)."""
    for opcode in stream.present():
        row = instruction(opcode)
        if row.form is Form.OPERANDS:
            for use in row.operands:
                _check_presence(stream, stream.of(opcode), use)
                present = _present(stream, stream.of(opcode), use.slot)
                _check_pattern(stream, patterns(stream, present, use.slot), use)
    for opcode in stream.present():
        if opcode in _ELEMENTWISE or instruction(opcode).extension is not None:
            _check_same_elements(stream, opcode)
    _check_reduce(stream)
    _check_partition_reduce(stream)
    _check_scalar_port(stream)


def _present(stream: Stream, chosen: Ints, slot: int) -> Ints:
    return chosen[stream.records["operand"]["part_count"][chosen, slot] > 0]


def _check_presence(stream: Stream, chosen: Ints, use: OperandUse) -> None:
    count = stream.records["operand"]["part_count"][chosen, use.slot]
    if not use.optional:
        stream.require(count > 0, chosen, f"{SLOTS[use.slot]}.part_count", count, "the operand is missing")
        return
    absent = chosen[count == 0]
    fields = np.ascontiguousarray(stream.records["operand"][absent, use.slot])
    raw = fields.view(np.uint8).reshape(len(absent), fields.dtype.itemsize)
    legal = in_every_column(raw == 0)
    zeros = np.zeros(len(absent), np.int64)
    rule = "the operand is absent, but its other fields are not zero"
    stream.require(legal, absent, f"{SLOTS[use.slot]}.part_count", zeros, rule)


def check_space(stream: Stream, space: Ints, chosen: Ints, name: str, access: Access, legal: tuple[str, ...]) -> None:
    """Memories are `legal` for the form and reachable for the lane."""
    port = stream.target.port(stream.lane)
    reachable = port.read if access is Access.READ else port.write
    names = tuple(memory for memory in reachable if memory in legal)
    codes = [code.value for code in Space if code.name.lower() in names]
    verb = "reads" if access is Access.READ else "writes"
    rule = f"here '{stream.lane}' {verb} {', '.join(names) or 'nothing'}"
    stream.require(np.isin(space, codes), chosen, f"{name}.space", _space_names(space), rule)


def check_dtype(stream: Stream, dtype: Ints, chosen: Ints, name: str) -> None:
    """Dtype codes are known."""
    legal = (dtype > 0) & (dtype < len(DTYPES))
    rule = f"legal are {', '.join(f'{code} {text}' for code, text in enumerate(DTYPES) if code)}"
    stream.require(legal, chosen, f"{name}.dtype", dtype, rule)


def check_partition_words(stream: Stream, space: Ints, dtype: Ints, offset: Ints, chosen: Ints, name: str) -> None:
    """Elements fill whole words of the memory, and offsets are multiples of the element's size."""
    item = ITEM_BYTES[dtype]
    for memory in _memories(stream):
        chosen_here = space == Space[memory.upper()]
        word = stream.target.partitioned(memory).elem_bytes
        rule = f"'{memory}' holds elements of at least {word} bytes"
        stream.require(~chosen_here | (item >= word), chosen, f"{name}.dtype", dtype_names(dtype), rule)
    rule = "must be a multiple of the element's size"
    stream.require(offset % item == 0, chosen, f"{name}.offset", offset, rule)


def _memories(stream: Stream) -> tuple[str, ...]:
    return ("sbuf", "psum") + (("wfifo",) if stream.target.wfifo is not None else ())


def _space_names(space: Ints) -> npt.NDArray[np.object_]:
    known = {code.value: code.name.lower() for code in Space}
    return np.array([known.get(value, value) for value in space.tolist()], object)


def dtype_names(dtype: Ints) -> npt.NDArray[np.object_]:
    """Names of dtype codes."""
    return np.array([DTYPES[value] for value in dtype.tolist()], object)


def _check_pattern(stream: Stream, pattern: Patterns, use: OperandUse) -> None:
    chosen, name, target = pattern.chosen, pattern.name, stream.target
    check_space(stream, pattern.space, chosen, name, use.access, _memories(stream))
    check_dtype(stream, pattern.dtype, chosen, name)
    check_partition_words(stream, pattern.space, pattern.dtype, pattern.offset, chosen, name)
    legal = in_every_column(pattern.sizes > 0)
    stream.require(legal, chosen, f"{name}.size", pattern.sizes, "sizes are at least 1")
    low, high = pattern.bounds()
    for memory_name in _memories(stream):
        here = pattern.space == Space[memory_name.upper()]
        if not here.any():
            continue
        memory = target.partitioned(memory_name)
        dims = (pattern.sizes > 1).sum(axis=1)
        rule = f"'{memory_name}' is accessed in at most {memory.free_dims} dimensions"
        stream.require(~here | (dims <= memory.free_dims), chosen, f"{name}.size", pattern.sizes, rule)
        _check_start(stream, pattern, here, memory_name)
        legal = ~here | ((low >= 0) & (high <= memory.partition_bytes))
        stream.require(legal, chosen, f"{name}.offset", pattern.offset, _outside(low, high, memory.partition_bytes))
        if use.access is Access.WRITE:
            total = np.minimum(pattern.elements(), _CAP // 8) * pattern.item
            rule = f"writes more elements than fit the {memory.partition_bytes} bytes of a partition"
            stream.require(~here | (total <= memory.partition_bytes), chosen, f"{name}.size", pattern.sizes, rule)


def _outside(low: Ints, high: Ints, width: int) -> "_Outside":
    return _Outside(low, high, width)


@dataclass(frozen=True)
class _Outside:
    low: Ints
    high: Ints
    width: int

    def __call__(self, at: int) -> str:
        return f"touches bytes {self.low[at]} to {self.high[at] - 1} of a partition of {self.width} bytes"


def _check_start(stream: Stream, pattern: Patterns, here: Bools, memory_name: str) -> None:
    memory = stream.target.partitioned(memory_name)
    end = pattern.start + pattern.count
    rule = f"'{memory_name}' has {memory.partitions} partitions"
    stream.require(~here | (end <= memory.partitions), pattern.chosen, f"{pattern.name}.part_count", end, rule)
    covered = 0
    for step in sorted(memory.start_partition, key=lambda step: step.max_parts):
        applies = here & (pattern.count > covered) & (pattern.count <= step.max_parts)
        rule = f"an access of {covered + 1} to {step.max_parts} partitions starts at a multiple of {step.quantum}"
        legal = ~applies | (pattern.start % step.quantum == 0)
        stream.require(legal, pattern.chosen, f"{pattern.name}.part_start", pattern.start, rule)
        covered = max(covered, step.max_parts)
    legal = ~here | (pattern.count <= covered)
    rule = f"no access of more than {covered} partitions is legal"
    stream.require(legal, pattern.chosen, f"{pattern.name}.part_count", pattern.count, rule)


def _check_same_elements(stream: Stream, opcode: int) -> None:
    chosen = stream.of(opcode)
    for use in instruction(opcode).operands:
        if use.access is Access.READ:
            check_equal_counts(stream, _present(stream, chosen, use.slot), use.slot)


def check_equal_counts(stream: Stream, chosen: Ints, slot: int) -> None:
    """Operand `slot` has the partitions and visits as many elements as `dst`."""
    dst, src = patterns(stream, chosen, 0), patterns(stream, chosen, slot)
    rule = _Expected("dst has", dst.count, "partitions")
    stream.require(src.count == dst.count, chosen, f"{src.name}.part_count", src.count, rule)
    _check_elements(stream, src, dst.elements())


def _check_elements(stream: Stream, src: Patterns, expected: Ints) -> None:
    rule = _Expected("the sizes must visit", expected, "elements, as dst does")
    stream.require(src.elements() == expected, src.chosen, f"{src.name}.size", src.sizes, rule)


@dataclass(frozen=True)
class _Expected:
    before: str
    values: Ints
    after: str

    def __call__(self, at: int) -> str:
        return f"{self.before} {self.values[at]} {self.after}"


def _check_reduce(stream: Stream) -> None:
    chosen = stream.of(Opcode.REDUCE)
    dst, src = patterns(stream, chosen, 0), patterns(stream, chosen, 1)
    rule = _Expected("dst has", dst.count, "partitions")
    stream.require(src.count == dst.count, chosen, "src0.part_count", src.count, rule)
    reduced = stream.records["aux"][chosen, 1].astype(np.int64)
    kept = FREE_DIMS - reduced
    outer = capped_product(np.where(np.arange(FREE_DIMS)[None, :] < kept[:, None], src.sizes, 1))
    rule = _Expected("src0 without its reduced dimensions visits", outer, "elements, dst must too")
    stream.require(outer == dst.elements(), chosen, "dst.size", dst.sizes, rule)


def _check_partition_reduce(stream: Stream) -> None:
    chosen = stream.of(Opcode.PART_REDUCE)
    dst, src = patterns(stream, chosen, 0), patterns(stream, chosen, 1)
    stream.require(dst.count == 1, chosen, "dst.part_count", dst.count, "the result has one partition")
    _check_elements(stream, src, dst.elements())


def _check_scalar_port(stream: Stream) -> None:
    chosen = stream.of(Opcode.STT)
    space = np.full(len(chosen), Space.SBUF.value, np.int64)
    if len(chosen):
        check_space(stream, space, chosen, "scalar", Access.READ, ("sbuf",))

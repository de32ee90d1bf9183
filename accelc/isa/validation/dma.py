"""Rules on DMA records: memories, dtypes, dimensions, bounds, equal numbers of elements."""

from dataclasses import dataclass

import numpy as np

from accelc.isa.records import DMA_DIMS, INDEX_WORD, Space, as_dma
from accelc.isa.table import ALU_OPS, COMBINE_NEEDS, INDEXED, INDEXED_DIM, Access, Opcode
from accelc.isa.validation.context import Bools, Ints, Stream, in_every_column
from accelc.isa.validation.operands import ITEM_BYTES, capped_product, check_dtype, check_partition_words, check_space

_REACH_CAP = 1 << 60
"""Beyond every memory, and small enough that sums of a few do not overflow."""


@dataclass(frozen=True)
class Side:
    """One side of the `chosen` transfers, widened; `sizes` and `strides` are [n, 4], strides in bytes."""

    chosen: Ints
    name: str
    space: Ints
    dtype: Ints
    base: Ints
    sizes: Ints
    strides: Ints

    def reach(self, dims: Bools) -> tuple[Ints, Ints]:
        """Least and greatest distance in bytes from the base along the selected dimensions."""
        reach = np.clip((self.sizes - 1) * self.strides, -_REACH_CAP, _REACH_CAP)
        reach = np.where(dims & (self.sizes > 1), reach, 0)
        return np.minimum(reach, 0).sum(axis=1), np.maximum(reach, 0).sum(axis=1)


def check_dma(stream: Stream) -> None:
    """All transfers of a DMA queue."""
    for opcode in INDEXED:
        check_indexed(stream, opcode)
    chosen = stream.of(Opcode.DMA_COPY)
    if not len(chosen):
        return
    destination = _check_side(stream, chosen, "dst", Access.WRITE)
    source = _check_side(stream, chosen, "src", Access.READ)
    target, elements = stream.target, capped_product(source.sizes)
    stream.require(
        capped_product(destination.sizes) == elements,
        chosen,
        "dst.size",
        destination.sizes,
        lambda at: f"src visits {elements[at]} elements",
    )
    for op, needed in (("copy", source.dtype == destination.dtype), ("cast", source.dtype != destination.dtype)):
        if op not in target.dma.ops:
            rule = f"the DMA engines of target '{target.name}' cannot {op}"
            stream.require(~needed, chosen, "dst.dtype", destination.dtype, rule)


def check_indexed(stream: Stream, opcode: Opcode) -> None:
    """All gathers or scatters of a DMA queue."""
    chosen = stream.of(opcode)
    if not len(chosen):
        return
    destination = _check_side(stream, chosen, "dst", Access.WRITE)
    source = _check_side(stream, chosen, "src", Access.READ)
    for side in (destination, source):
        code = int(Space.HBM)
        stream.require(side.space == code, chosen, f"{side.name}.space", side.space, f"must be {code} (hbm)")
    stream.require(
        source.dtype == destination.dtype, chosen, "src.dtype", source.dtype, "an indexed transfer converts nothing"
    )
    same = np.arange(DMA_DIMS) != INDEXED_DIM
    stream.require(
        in_every_column((source.sizes == destination.sizes) | ~same),
        chosen,
        "src.size",
        source.sizes,
        lambda at: f"dst has {destination.sizes[at].tolist()}: all but dimension {INDEXED_DIM} must agree",
    )
    dense = destination if opcode is Opcode.DMA_GATHER else source
    records = stream.records
    item = ITEM_BYTES[records["aux"][chosen, 0]]
    first = records["link"][chosen].astype(np.int64) * INDEX_WORD
    last = first + capped_product(dense.sizes[:, [0, INDEXED_DIM]]) * item
    capacity = stream.limits.hbm_bytes
    stream.require(
        (first % item == 0) & (last <= capacity),
        chosen,
        "index",
        first,
        lambda at: (
            f"bytes {first[at]} to {last[at] - 1} of the index tensor: must be inside the {capacity} bytes of "
            f"hbm of the program, at a multiple of {item[at]}"
        ),
    )
    kind, have = ("gather", "scatter")[opcode is Opcode.DMA_SCATTER], stream.target.dma.ops
    rule = f"the DMA engines of target '{stream.target.name}' have {', '.join(have)}"
    stream.require(np.full(len(chosen), kind in have), chosen, "opcode", stream.opcodes[chosen], rule)
    if opcode is Opcode.DMA_SCATTER:
        ops = records["aux"][chosen, 1]
        legal = [ALU_OPS.index(name) for name, parts in COMBINE_NEEDS.items() if all(part in have for part in parts)]
        stream.require(np.isin(ops, legal), chosen, "op", ops, rule)


def _check_side(stream: Stream, chosen: Ints, name: str, access: Access) -> Side:
    raw = as_dma(stream.records)[name][chosen]
    everywhere = tuple(space.name.lower() for space in Space if space is not Space.NONE)
    check_space(stream, raw["space"].astype(np.int64), chosen, name, access, everywhere)
    check_dtype(stream, raw["dtype"].astype(np.int64), chosen, name)
    base = np.minimum(raw["base"], np.uint64(2 * _REACH_CAP)).astype(np.int64)
    wide = [raw[field].astype(np.int64) for field in ("space", "dtype", "size", "stride")]
    side = Side(chosen, name, wide[0], wide[1], base, wide[2], wide[3])
    stream.require(in_every_column(side.sizes > 0), chosen, f"{name}.size", side.sizes, "sizes are at least 1")
    limit = min(stream.target.dma.ndims, DMA_DIMS)
    rule = f"the DMA engines of target '{stream.target.name}' have {limit} dimensions"
    stream.require((side.sizes > 1).sum(axis=1) <= limit, chosen, f"{name}.size", side.sizes, rule)
    item = ITEM_BYTES[side.dtype]
    rule = "must be a multiple of the element's size"
    stream.require(base % item == 0, chosen, f"{name}.base", raw["base"], rule)
    legal = in_every_column(side.strides % item[:, None] == 0)
    stream.require(legal, chosen, f"{name}.stride", side.strides, "must be multiples of the element's size")
    for code in np.unique(side.space).tolist():
        here = side.space == code
        if code in (Space.HBM, Space.HOST):
            _check_linear(stream, side, here, Space(code))
        else:
            _check_partitioned(stream, side, here, Space(code))
        if access is Access.WRITE:
            _check_volume(stream, side, here, Space(code))
    return side


def _capacity(stream: Stream, space: Space) -> int:
    if space is Space.HBM:
        return stream.limits.hbm_bytes
    if space is Space.HOST:
        return stream.target.host_memory.bytes
    return stream.target.partitioned(space.name.lower()).bytes


def _check_volume(stream: Stream, side: Side, here: Bools, space: Space) -> None:
    capacity = _capacity(stream, space)
    item = ITEM_BYTES[side.dtype]
    legal = ~here | (capped_product(side.sizes) <= capacity // item)
    rule = f"writes more elements than fit the {capacity} bytes of {space.name.lower()}"
    stream.require(legal, side.chosen, f"{side.name}.size", side.sizes, rule)


def _check_linear(stream: Stream, side: Side, here: Bools, space: Space) -> None:
    capacity = _capacity(stream, space)
    low, high = side.reach(np.ones_like(side.sizes, bool))
    low, high = side.base + low, side.base + high + ITEM_BYTES[side.dtype]
    owner = "of the program" if space is Space.HBM else f"of target '{stream.target.name}'"
    stream.require(
        ~here | ((low >= 0) & (high <= capacity)),
        side.chosen,
        f"{side.name}.base",
        side.base,
        lambda at: f"touches bytes {low[at]} to {high[at] - 1} of the {capacity} bytes of {space.name.lower()} {owner}",
    )


def _check_partitioned(stream: Stream, side: Side, here: Bools, space: Space) -> None:
    name = space.name.lower()
    memory = stream.target.partitioned(name)
    width, chosen = memory.partition_bytes, side.chosen
    across = (np.abs(side.strides) >= width) & (side.sizes > 1)
    legal = ~here | ~(across & (side.strides % width != 0)).any(axis=1)
    rule = f"a stride over partitions of {name} is a multiple of {width} bytes"
    stream.require(legal, chosen, f"{side.name}.stride", side.strides, rule)
    check_partition_words(stream, np.where(here, side.space, 0), side.dtype, side.base, chosen, side.name)
    first, offset = side.base // width, side.base % width
    least, most = side.reach(across)
    low, high = first + least // width, first + most // width
    stream.require(
        ~here | ((low >= 0) & (high < memory.partitions)),
        chosen,
        f"{side.name}.base",
        side.base,
        lambda at: f"touches partitions {low[at]} to {high[at]} of the {memory.partitions} of {name}",
    )
    least, most = side.reach(~across)
    start, end = offset + least, offset + most + ITEM_BYTES[side.dtype]
    stream.require(
        ~here | ((start >= 0) & (end <= width)),
        chosen,
        f"{side.name}.base",
        side.base,
        lambda at: f"touches bytes {start[at]} to {end[at] - 1} of a partition of {width} bytes",
    )

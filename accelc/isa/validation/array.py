"""Rules on the systolic array's instructions: operand sizes, dtypes, PSUM banks, order of loads and swaps."""

import numpy as np
import numpy.typing as npt

from accelc.isa.records import DTYPES, Flag, Space
from accelc.isa.table import Opcode
from accelc.isa.validation.context import Bools, Ints, Stream
from accelc.isa.validation.operands import Patterns, dtype_names, patterns


def check_array(stream: Stream) -> None:
    """LS and MM records of a tensor stream, alone and in their order."""
    loads, products = stream.of(Opcode.LS), stream.of(Opcode.MM)
    if not len(loads) and not len(products):
        return
    stationary = patterns(stream, loads, 1)
    moving, result = patterns(stream, products, 1), patterns(stream, products, 0)
    _check_load(stream, stationary)
    _check_product(stream, moving, result)
    active = _active_plane(stream, loads, products)
    _check_shapes(stream, stationary, moving, result, active)


def _check_rate(stream: Stream, pattern: Patterns) -> None:
    rates = stream.target.tensor.rate
    legal = np.isin(pattern.dtype, [DTYPES.index(name) for name in rates if name in DTYPES])
    rule = f"the array of target '{stream.target.name}' multiplies {', '.join(rates)}"
    stream.require(legal, pattern.chosen, f"{pattern.name}.dtype", dtype_names(pattern.dtype), rule)


def _check_load(stream: Stream, stationary: Patterns) -> None:
    tensor, chosen = stream.target.tensor, stationary.chosen
    _check_rate(stream, stationary)
    sources = [Space[name.upper()].value for name in tensor.ls_source]
    rule = f"stationary operands are loaded from {', '.join(tensor.ls_source)}"
    spaces = np.array([Space(code).name.lower() for code in stationary.space.tolist()], object)
    stream.require(np.isin(stationary.space, sources), chosen, "src0.space", spaces, rule)
    rule = f"the array has {tensor.rows} rows"
    stream.require(stationary.count <= tensor.rows, chosen, "src0.part_count", stationary.count, rule)
    rule = f"the array has {tensor.cols} columns"
    stream.require(stationary.elements() <= tensor.cols, chosen, "src0.size", stationary.sizes, rule)


def _check_product(stream: Stream, moving: Patterns, result: Patterns) -> None:
    target, chosen = stream.target, moving.chosen
    _check_rate(stream, moving)
    limit = target.tensor.moving_max
    rule = f"the array of target '{target.name}' streams at most {limit} moving elements"
    stream.require(moving.elements() <= limit, chosen, "src0.size", moving.sizes, rule)
    accumulators = [DTYPES.index(target.tensor.accumulator(name)) for name in DTYPES]
    expected = np.array(accumulators)[moving.dtype]
    stream.require(
        result.dtype == expected,
        chosen,
        "dst.dtype",
        dtype_names(result.dtype),
        lambda at: f"products of {DTYPES[int(moving.dtype[at])]} accumulate in {DTYPES[int(expected[at])]}",
    )
    spaces = np.array([Space(code).name.lower() for code in result.space.tolist()], object)
    stream.require(result.space == Space.PSUM, chosen, "dst.space", spaces, "the array writes psum")
    low, high = result.bounds()
    bank = target.psum.bank_bytes
    rule = f"the result must lie in one bank of {bank} bytes"
    stream.require(low // bank == (high - 1) // bank, chosen, "dst.offset", result.offset, rule)
    if "tensor" not in target.psum.accumulate:
        flags = stream.records["flags"][chosen]
        rule = f"psum of target '{target.name}' cannot accumulate"
        stream.require(flags & Flag.ACCUMULATE == 0, chosen, "flags", flags, rule)


def _active_plane(stream: Stream, loads: Ints, products: Ints) -> Ints:
    """Index among the loads of the operand every product uses; planes are activated in the order of their loads."""
    swaps = stream.records["flags"][products] & Flag.SWAP != 0
    loaded = np.searchsorted(loads, products)
    swapped = np.cumsum(swaps)
    legal: Bools = ~swaps | (swapped <= loaded)
    flags = stream.records["flags"][products]
    stream.require(legal, products, "flags", flags, "swaps, but no loaded stationary operand is pending")
    stream.require(swapped > 0, products, "flags", flags, "no stationary operand is active: an earlier 'mm' must swap")
    before = np.concatenate([[0], swapped])[np.searchsorted(products, loads)]
    pending = np.arange(len(loads)) - before
    planes = stream.target.tensor.shadow_planes
    rule = f"all {planes} shadow planes hold an operand that no 'mm' has swapped in"
    stream.require(pending < planes, loads, "opcode", stream.opcodes[loads], rule)
    return swapped - 1


def _check_shapes(stream: Stream, stationary: Patterns, moving: Patterns, result: Patterns, active: Ints) -> None:
    chosen = moving.chosen
    rows, cols = stationary.count[active], stationary.elements()[active]
    _require_equal(stream, moving.count, rows, chosen, "src0.part_count", "rows of the active stationary operand")
    _require_equal(stream, result.count, cols, chosen, "dst.part_count", "columns of the active stationary operand")
    count = moving.elements()
    stream.require(
        result.elements() == count, chosen, "dst.size", result.sizes, lambda at: f"src0 visits {count[at]} elements"
    )
    accumulators = np.array([stream.target.tensor.accumulator(name) for name in DTYPES])
    legal: npt.NDArray[np.bool_] = accumulators[stationary.dtype[active]] == accumulators[moving.dtype]
    stream.require(
        legal,
        chosen,
        "src0.dtype",
        dtype_names(moving.dtype),
        lambda at: f"cannot be multiplied with the stationary {DTYPES[int(stationary.dtype[active[at]])]}",
    )


def _require_equal(stream: Stream, values: Ints, expected: Ints, chosen: Ints, field: str, what: str) -> None:
    stream.require(values == expected, chosen, field, values, lambda at: f"must be {expected[at]}, the {what}")

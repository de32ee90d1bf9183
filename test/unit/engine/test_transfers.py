"""Transfers in parts: any cut gives the same bits, and the program stays free of races and fully synchronized."""

from math import prod
from random import Random

import numpy as np
from engine_programs import FREE, TARGET, Generator, bits, numbers, simulated
from hypothesis import event, given, settings
from hypothesis import strategies as st
from xdsl.rewriter import Rewriter

from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.analysis.sync.verify import verify_records
from accelc.dialects import tile
from accelc.dialects.engine import AccessAttr, DmaCopyOp, ProgramOp
from accelc.emit import emit, split_streams
from accelc.emit.transfers import common_dimensions, in_parts
from accelc.interpreters.engine import run_engine
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.passes.tile_unroll import tile_unroll
from accelc.simulator import simulate


def boundaries(pattern: AccessAttr) -> set[int]:
    """How many elements each dimension and those inside of it visit, the partitions among them."""
    return {prod(pattern.shape[axis:]) for axis in range(len(pattern.shape))}


def refined(pattern: AccessAttr, levels: set[int]) -> AccessAttr:
    """The same elements in the same order, with dimensions that end at `levels` where they can be divided there."""
    sizes: list[int] = []
    steps: list[int] = []
    inside = prod(pattern.shape)
    for size, step in zip(pattern.shape, pattern.steps, strict=True):
        left, inside = size, inside // size
        for level in sorted((level // inside for level in levels if level % inside == 0), reverse=True):
            if 1 < level < left and left % level == 0:
                sizes.append(left // level)
                steps.append(step * level)
                left = level
        sizes.append(left)
        steps.append(step)
    return AccessAttr.of(pattern.start, pattern.count, sizes, steps, pattern.first)


def cut(program: ProgramOp, random: Random) -> int:
    """Cuts transfers of a program anyhow; returns how many."""
    count = 0
    for op in list(program.body.block.ops):
        if not isinstance(op, DmaCopyOp) or op.source is op.destination:
            continue
        levels = boundaries(op.source_ap) | boundaries(op.destination_ap) | {FREE // 2, FREE // 4}
        op.attributes["source_ap"] = refined(op.source_ap, levels)
        op.attributes["destination_ap"] = refined(op.destination_ap, levels)
        if not (dimensions := common_dimensions(op)):
            continue
        along = random.choice(dimensions)
        size = op.source_ap.shape[along[0]]
        parts = random.choice([n for n in range(1, size + 1) if size % n == 0])
        Rewriter.replace_op(op, in_parts(op, parts, along), [])
        count += parts > 1
    return count


@settings(max_examples=30)
@given(st.randoms(use_true_random=False), st.integers(1, 10), st.integers(0, 2**16))
def test_parts_of_transfers_are_the_whole(random: Random, length: int, seed: int) -> None:
    """In the interpreter, in the simulator, and written out; no order of the records is missing."""
    program = Generator(random, TARGET).program(length)
    inputs = {f"in{i}": numbers(seed + i, TARGET.sbuf.partitions * FREE) for i in range(4)}
    expected = bits(run_engine(program, TARGET, inputs))
    assign_memory(program, TARGET)
    event("cut" if cut(program, random) else "nothing to cut")
    program.verify()
    schedule_systolic_tiles(program, TARGET, "row")
    assert bits(run_engine(program, TARGET, inputs)) == expected
    assert bits(simulated(program, TARGET, inputs)) == expected
    emitted = emit(program, TARGET).records
    records, _ = write_sync(emitted, synchronize_records(emitted, TARGET))
    assert not verify_records(records, TARGET)
    assert not simulate([split_streams(records, TARGET)], TARGET, functional=False).races
    tile_unroll(program)
    unrolled = emit(program, TARGET).records
    for side in (emitted, unrolled):
        side["debug"] = 0
    assert unrolled.tobytes() == emitted.tobytes()


def test_parts_hold_every_element_once() -> None:
    """By sets of elements, not by what copies of them give."""
    program = Generator(Random(5), TARGET).program(3)
    assign_memory(program, TARGET)
    assert cut(program, Random(1)) > 0
    op = next(op for op in program.body.block.ops if isinstance(op, tile.DmaCopyOp) and op.blocks.value.data > 1)
    parts = [op.part("destination_ap", block) for block in range(op.blocks.value.data)]
    visited = [elements(part) for part in parts if part is not None]
    together = {element for part in visited for element in part}
    assert sum(map(len, visited)) == len(together) == op.destination_ap.free_elements


def elements(pattern: AccessAttr) -> set[int]:
    """Free elements that a pattern visits."""
    grids = np.indices(pattern.shape).reshape(len(pattern.shape), -1)
    return {*(pattern.first + (grids * np.array(pattern.steps)[:, None]).sum(axis=0)).tolist()}

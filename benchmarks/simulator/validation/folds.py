"""Products larger than the array as streams of loads and products alone, and their time on the simulator."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil

import numpy as np

from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.isa.table import Opcode
from accelc.simulator import simulate
from accelc.targets import load_target
from accelc.targets.model import Target

MOVING_MAX = 512


def array_target(rows: int, cols: int) -> Target:
    """
    `trn-like` with an array of `rows` x `cols` PEs that takes in one row of weights per cycle, and always all of them.

    Instructions never keep it waiting.
    """
    base = load_target("trn-like")
    tensor = replace(
        base.tensor,
        rows=rows,
        cols=cols,
        ls_axis="rows",
        ls_vectors_per_cycle=1,
        ls_full=True,
        mm_min_ii=1,
        moving_max=MOVING_MAX,
        tiling=((rows, cols),),
    )
    return replace(
        base,
        tensor=tensor,
        sbuf=replace(base.sbuf, partitions=rows),
        psum=replace(base.psum, partitions=cols, partition_bytes=2048, banks=1, conflict="none"),
        sequencer=replace(base.sequencer, fetch_bytes_per_ns=1e6),
    )


def fold_stream(target: Target, depth: int, filters: int, vectors: int) -> Records:
    """
    Records of a product [vectors, depth] x [depth, filters], fold behind fold, those of one block of filters in a row.

    Operands are bf16. All are at the same place: nothing is executed, and no unit but the array works.
    """
    tensor = target.tensor
    blocks = [min(MOVING_MAX, vectors - begin) for begin in range(0, vectors, MOVING_MAX)]
    parts: list[Records] = []
    for column in range(ceil(filters / tensor.cols)):
        width = min(tensor.cols, filters - column * tensor.cols)
        for row in range(ceil(depth / tensor.rows)):
            height = min(tensor.rows, depth - row * tensor.rows)
            parts.append(
                encode.load_stationary_records(0, encode.operands(Space.SBUF, "bf16", 0, height, 0, [width], [1]))
            )
            sizes = np.array(blocks)[:, None]
            moving = encode.operands(Space.SBUF, "bf16", 0, height, 0, sizes, np.ones_like(sizes))
            out = encode.operands(Space.PSUM, "fp32", 0, width, 0, sizes, np.ones_like(sizes))
            first = np.arange(len(blocks)) == 0
            parts.append(encode.matmul_records(0, out, moving, accumulate=row > 0, swap=first))
    return np.concatenate([*parts, encode.control_records(0, Opcode.HALT)])


def array_cycles(target: Target, streams: Mapping[str, Records]) -> int:
    """Cycles from the start of the first load to the one in which the last row of results leaves the array."""
    (core,) = simulate([streams], target, functional=False, races=False).cores
    times, tick = core.times["tensor"], target.domain("tensor")
    # A row is visible after it has left: one cycle, and the latency of the write.
    leaves = int(times.complete.max()) - (1 + target.tensor.psum_write_latency) * tick
    cycles, part = divmod(leaves - int(times.start[0]), tick)
    assert part == 0
    return cycles

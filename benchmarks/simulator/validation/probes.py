"""Small programs whose times on the simulator correspond to published figures; operands are all at one place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from accelc.isa import encode
from accelc.isa.records import Records, Space, join_records
from accelc.isa.table import Opcode
from accelc.simulator import simulate
from accelc.simulator.timing.times import LaneTimes
from accelc.targets.model import Target

Fields = npt.NDArray[np.void]
RESULT_BYTES = 2048


def lane_times(target: Target, lane: str, records: Sequence[Records]) -> LaneTimes:
    """Times of one lane that runs alone."""
    code = target.lanes.index(lane)
    stream = join_records([*records, encode.control_records(code, Opcode.HALT)])
    stream["lane"] = code
    streams: Mapping[str, Records] = {lane: stream}
    return simulate([streams], target, functional=False, races=False).cores[0].times[lane]


def operand(space: Space, dtype: str, partitions: int, elements: int, offset: int = 0) -> Fields:
    """`elements` contiguous elements in each of the first partitions."""
    return encode.operands(space, dtype, 0, partitions, offset, [elements], [1 if elements > 1 else 0])


def products(target: Target, dtype: str, moving: int, count: int, weights_each: bool = True) -> LaneTimes:
    """Loads of the whole array, each with a product of `moving` vectors, or one load for all products."""
    tensor = target.tensor
    source = Space.WFIFO if "wfifo" in tensor.ls_source else Space.SBUF
    accumulator = tensor.accumulator(dtype)
    load = encode.load_stationary_records(0, operand(source, dtype, tensor.rows, tensor.cols))
    records: list[Records] = []
    for index in range(count):
        first = weights_each or index == 0
        if first:
            records.append(load)
        out = operand(Space.PSUM, accumulator, tensor.cols, moving)
        records.append(
            encode.matmul_records(0, out, operand(Space.SBUF, dtype, tensor.rows, moving, 65536), swap=first)
        )
    return lane_times(target, "tensor", records)


def macs_per_ns(target: Target, dtype: str, moving: int, count: int = 16) -> float:
    """Multiplications per ns of the whole array in the steady state, new weights for each product."""
    times = products(target, dtype, moving, count)
    starts = times.start[1:-1:2]
    ns = target.time.ticks_to_ns(int(starts[-1] - starts[1]))
    return target.tensor.rows * target.tensor.cols * moving * (count - 2) / ns


def interval_cycles(target: Target, lane: str, record: Records, count: int = 8) -> float:
    """Cycles of its engine between the starts of an instruction and of the same one behind it, with another result."""
    records = np.repeat(record, count)
    records["operand"][:, 0]["offset"] += np.arange(count, dtype=np.uint32) * RESULT_BYTES
    starts = lane_times(target, lane, [records]).start[:-1]
    return float(starts[-1] - starts[1]) / (count - 2) / target.domain(lane)


def transfer(
    target: Target, partitions: int, partition_bytes: int, space: Space = Space.SBUF, offset: int = 0
) -> Records:
    """DMA from HBM to `partition_bytes` in each of the first partitions, contiguous in HBM."""
    width = target.partitioned(space.name.lower()).partition_bytes
    sizes = [partitions, partition_bytes // 4]
    into = encode.dma_sides(space, "fp32", offset, sizes, [width, 4])
    return encode.dma_copy_records(0, into, encode.dma_sides(Space.HBM, "fp32", 0, sizes, [partition_bytes, 4]))


def transfer_ns(target: Target, record: Records) -> float:
    """From the first byte of a transfer alone to its last."""
    times = lane_times(target, "dma0", [record])
    return target.time.ticks_to_ns(int(times.read[0] - times.start[0]))


def bytes_per_ns(target: Target, record: Records, moved: int, count: int = 24) -> float:
    """Throughput of a queue that does the same transfer again and again, in the steady state."""
    reads = lane_times(target, "dma0", [record] * count).read[:-1]
    return moved * (count - 4) / target.time.ticks_to_ns(int(reads[-1] - reads[3]))


def second_generation(target: Target) -> Target:
    """
    `trn-like` with the DMA of the generation behind it: 27 ns a packet, and an HBM that does not hold it up.

    27 ns is what makes 4 KiB packets run at the documented 23 bytes/ns.
    """
    return replace(
        target,
        dma=replace(target.dma, packet_overhead_ns=27.0),
        hbm=replace(target.hbm, bytes_per_ns=target.dma.engines * target.dma.bytes_per_ns, shared_bytes_per_ns=0.0),
    )

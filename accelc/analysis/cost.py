"""
Time of one macro-op by the formulas of `accelc.simulator.timing.costs`, before anything is simulated.

An estimate for schedulers: instructions of one macro-op follow each other without a stall, other engines do not
disturb them. Times are in nanoseconds; cycles are those of the lane's own clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from accelc.targets.conditions import Facts, select_rule
from accelc.targets.model import Target, TensorEngine


@dataclass(frozen=True)
class Cost:
    """`busy_ns` keep the lane from issuing the next op; `tail_ns` later the results are visible."""

    busy_ns: float
    tail_ns: float


def nanoseconds(target: Target, lane: str, cycles: float) -> float:
    """Duration of `cycles` cycles of a lane's clock."""
    return cycles * target.domain(lane) * 1e9 / target.time.tick_hz


def cycles(target: Target, lane: str, busy_ns: float) -> int:
    """Whole cycles of a lane's clock that `busy_ns` take."""
    return ceil(round(busy_ns * target.time.tick_hz / 1e9 / target.domain(lane), 6))


def load_cycles(array: TensorEngine, columns: int, rows: int) -> int:
    """Tensor cycles in which the array loads a stationary tile of `columns` x `rows`."""
    if array.ls_axis == "cols":
        vectors = array.cols if array.ls_full else columns
    else:
        vectors = array.rows if array.ls_full else rows
    return -(-vectors // array.ls_vectors_per_cycle)


def drain_cycles(array: TensorEngine) -> int:
    """Tensor cycles from the last moving element of a product to its last result in PSUM."""
    return array.rows + array.cols + array.psum_write_latency


def matmul_cost(target: Target, columns: Sequence[int], moving: Sequence[int], rows: Sequence[int], dtype: str) -> Cost:
    """
    A whole product: stationary columns of each m block, moving elements of each n block, rows of each contraction step.

    A stationary load hides behind the product before it; one contraction step keeps its tile for all n blocks.
    Raises KeyError when the array does not multiply `dtype`.
    """
    array = target.tensor
    rate = array.rate[dtype]
    loads = [load_cycles(array, width, height) for height in rows for width in columns]
    streams = [max(count, array.mm_min_ii) / rate for count in moving]
    if len(rows) == 1:
        busy = sum(max(load, sum(streams)) for load in loads)
    else:
        busy = sum(max(load, stream) for load in loads for stream in streams)
    lead = max(loads, default=0)
    return Cost(nanoseconds(target, "tensor", lead + busy), nanoseconds(target, "tensor", drain_cycles(array)))


def elementwise_cost(target: Target, lane: str, op: str, facts: Facts, elements: int, stride_factor: int = 1) -> Cost:
    """
    One elementwise instruction over `elements` per partition.

    Raises KeyError when the lane's engine does not execute `op`.
    """
    engine = target.engines[lane]
    rule = select_rule(engine, op, facts)
    busy = max(engine.min_ii, ceil(elements * rule.cpe)) * stride_factor + rule.extra
    return Cost(nanoseconds(target, lane, busy), nanoseconds(target, lane, engine.latency))


@dataclass(frozen=True)
class Transfer:
    """
    What one DMA moves: bytes, partitions of its partitioned side (1 if it has none), and contiguous runs.

    `scattered` patterns have a strided innermost dimension; `crossings` is how often each byte passes HBM's interface,
    what a transfer reads beside its bytes included.
    """

    nbytes: int
    partitions: int
    runs: int = 1
    scattered: bool = False
    crossings: float = 1


def transfer_ns(target: Target, transfer: Transfer) -> float:
    """Time one transfer needs on the DMA engines it is spread over, when it is alone."""
    dma = target.dma
    if transfer.partitions == 1:
        engines, share = dma.engines, transfer.nbytes / dma.engines
    else:
        engines = min(dma.engines, transfer.partitions)
        share = -(-transfer.partitions // engines) * (transfer.nbytes / transfer.partitions)
    rate = dma.bytes_per_ns * (dma.transpose_efficiency if transfer.scattered else 1.0)
    return (
        ceil(share / dma.packet_bytes) * dma.packet_overhead_ns
        + -(-transfer.runs // engines) * dma.descriptor_overhead_ns
        + share * max(1 / rate, transfer.crossings * engines / target.hbm.bytes_per_ns)
    )


def dma_share(target: Target, partitions: int) -> float:
    """Share of the DMA engines that one transfer is spread over: by partition, or by bytes when it has one."""
    return 1.0 if partitions == 1 else min(target.dma.engines, partitions) / target.dma.engines


def dma_cost(target: Target, transfer: Transfer) -> Cost:
    """One transfer: its time on the DMA engines, then the latency of starting and completing one."""
    latency = target.dma.start_latency_ns + target.dma.completion_latency_ns
    return Cost(transfer_ns(target, transfer), latency + (target.hbm.latency_ns if transfer.crossings else 0.0))

"""
What placement weighs: estimated times of operations on the accelerator and on the host, of launches and transfers.

Host times, launches and transfers are those the runtime charges. The accelerator's time is a static estimate: the
longest of its array work, its weights from HBM and its elementwise work on one engine, and the latency of an engine.
"""

from collections.abc import Sequence
from math import prod

from xdsl.ir import Operation

from accelc.analysis.host_cost import host_operation_ns, host_transfer_ns
from accelc.analysis.lower_bound import peak_hbm_bytes_per_ns, peak_macs_per_ns
from accelc.analysis.work import MOVEMENTS, moved_bytes, value_bytes, work_of
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.targets.model import Target


def accelerator_operation_ns(op: Operation, target: Target) -> float:
    """Estimated time of one operation on the accelerator in nanoseconds, its other operands being on chip."""
    if isinstance(op, graph.ReshapeOp):
        return 0.0
    work = work_of(op)
    weights = sum(value_bytes(v) for v in op.operands if isinstance(v.owner, graph.WeightOp))
    stored = weights / peak_hbm_bytes_per_ns(target)
    engine = target.engines["vector"]
    latency = engine.latency / target.time.cycles_per_ns("vector")
    if work.macs:
        return latency + max(work.macs / peak_macs_per_ns(target, work.dtype), stored)
    if isinstance(op, MOVEMENTS):
        return latency + moved_bytes(op) / peak_hbm_bytes_per_ns(target)
    elements = max([work.results, *(prod(shape_of(v)) for v in op.operands)])
    return latency + max(elements / engine.lanes / target.time.cycles_per_ns("vector"), stored)


def operation_ns(op: Operation, home: str, target: Target) -> float:
    """Time of one operation at a home in nanoseconds."""
    return accelerator_operation_ns(op, target) if home == "accelerator" else host_operation_ns(op, target)


def moved_ns(op: Operation, target: Target) -> float:
    """Time to move all results of an operation between HBM and the host's memory in nanoseconds."""
    return sum(host_transfer_ns(value_bytes(v), target) for v in op.results)


def launch_ns(homes: Sequence[str], target: Target) -> dict[str, float]:
    """
    Time to start a group at each home, in nanoseconds.

    On the accelerator there is no runtime call; its first load and its last store have nothing to overlap with.
    """
    dma = target.dma.start_latency_ns + target.dma.completion_latency_ns
    return {home: 2 * dma if home == "accelerator" else target.host.launch_ns for home in homes}

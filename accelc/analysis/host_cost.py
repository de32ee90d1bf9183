"""
Time of what does not run on the accelerator: a roofline for each operation, and the link between both memories.

The partitioner weighs with the same times that the runtime then charges.
"""

from xdsl.ir import Operation

from accelc.analysis.work import moved_bytes, work_of
from accelc.targets.model import Target


def host_operation_ns(op: Operation, target: Target) -> float:
    """
    Time of one operation on the host in nanoseconds.

    It takes the longer of its arithmetic at `host.ops_per_ns` and its operands and results at `host.bytes_per_ns`.
    """
    return max(work_of(op).operations / target.host.ops_per_ns, moved_bytes(op) / target.host.bytes_per_ns)


def host_transfer_ns(nbytes: int, target: Target) -> float:
    """Time to move one tensor between HBM and the host's memory, in nanoseconds."""
    return target.host_memory.latency_ns + nbytes / target.host_memory.bytes_per_ns

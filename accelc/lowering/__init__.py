"""From tensors to engines: graph partitions become macro-ops on buffers."""

from accelc.lowering.context import Budget
from accelc.lowering.lower import Lowered, lower_partition, supported

__all__ = ["Budget", "Lowered", "lower_partition", "supported"]

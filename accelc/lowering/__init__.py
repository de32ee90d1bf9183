"""From tensors to engines: graph partitions become macro-ops on buffers."""

from accelc.lowering.context import Budget, Lowering
from accelc.lowering.lower import Lowered, lower_partition
from accelc.lowering.operations.elementwise import elementwise
from accelc.lowering.plan import Node
from accelc.lowering.rules import LOWERINGS, OperationRule, Rule, foreign_rule, supported
from accelc.lowering.views import View

__all__ = [
    "LOWERINGS",
    "Budget",
    "Lowered",
    "Lowering",
    "Node",
    "OperationRule",
    "Rule",
    "View",
    "elementwise",
    "foreign_rule",
    "lower_partition",
    "supported",
]

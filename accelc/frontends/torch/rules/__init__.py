"""How to compute what operators of torch give, by operator, with operations of the `graph` dialect."""

from collections.abc import Mapping

from accelc.frontends.torch.rules import elementwise, gradients, indexing, layers, movement, reductions
from accelc.frontends.torch.rules.call import Rule

RULES: Mapping[str, Rule] = {
    **elementwise.RULES,
    **layers.RULES,
    **gradients.RULES,
    **movement.RULES,
    **indexing.RULES,
    **reductions.RULES,
}
"""Operator without overload and trailing underscore -> how to compute its results."""

"""Rules of `linalg` on tensors."""

from accelc.frontends.mlir.call import Table
from accelc.frontends.mlir.rules.linalg import generic, named

RULES: Table = {**generic.RULES, **named.RULES}
"""All rules of the dialect."""

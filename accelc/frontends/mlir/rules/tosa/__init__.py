"""
Rules of `tosa` (mlplatform.org/tosa), of version 1.0 and of the versions before.

Since 1.0 shapes, pads and zero points are operands that must be constants; before, they were attributes.
"""

from accelc.frontends.mlir.call import Table
from accelc.frontends.mlir.rules.tosa import elementwise, linear, movement, quantized

RULES: Table = {**elementwise.RULES, **linear.RULES, **movement.RULES, **quantized.RULES}
"""All rules of the dialect."""

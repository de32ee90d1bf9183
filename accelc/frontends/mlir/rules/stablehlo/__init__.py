"""Rules of `stablehlo` and of what jax uses of `chlo` (openxla.org/stablehlo/spec)."""

from accelc.frontends.mlir.call import Table
from accelc.frontends.mlir.rules.stablehlo import (
    control,
    elementwise,
    indexing,
    linear,
    movement,
    ordering,
    reduction,
    refused,
    windows,
)

RULES: Table = {
    **elementwise.RULES,
    **movement.RULES,
    **linear.RULES,
    **reduction.RULES,
    **windows.RULES,
    **indexing.RULES,
    **ordering.RULES,
    **control.RULES,
    **refused.RULES,
}
"""All rules of the dialects."""

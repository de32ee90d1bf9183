"""Two timings side by side, layer by layer. `record` and `difference` know no programs and no IR."""

from accelc.compare.difference import Comparison, compare
from accelc.compare.record import Lane, Layer, Record

__all__ = ["Comparison", "Lane", "Layer", "Record", "compare"]

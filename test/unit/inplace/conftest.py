"""Lets the tests of this folder import what they share, and the random programs that the benchmarks use too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

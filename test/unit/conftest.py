"""Settings of all unit tests, which may import what the benchmarks measure."""

import sys
from pathlib import Path

from hypothesis import settings

# A shared or slow computer must not fail a test; a failure prints how to reproduce it. The suite gives the same answer
# on the same sources; `--hypothesis-profile=explore` looks for new examples.
settings.register_profile("accelc", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("accelc")

# First: packages of others install folders of that name, too.
sys.path.insert(0, str(Path(__file__).parents[2]))

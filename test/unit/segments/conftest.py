"""Lets the tests import `segments_support`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

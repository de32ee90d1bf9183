"""Lets the tests of these folders import what those of ONNX share."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "onnx"))

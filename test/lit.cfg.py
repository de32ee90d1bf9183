"""Configuration of lit: `lit test` runs every `.mlir` and `.s` below this folder with this interpreter's tools."""

import os
import sys
from pathlib import Path
from typing import Any

from lit import formats  # pyright: ignore[reportMissingTypeStubs]

config: Any = globals()["config"]
config.name = "accelc"
config.test_format = formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".s"]
config.excludes = ["Inputs", "Output", "unit"]
config.test_source_root = str(Path(__file__).parent)

tools = str(Path(sys.executable).parent)
config.environment["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
# Colours and terminal width must not change what FileCheck sees.
config.environment["NO_COLOR"] = "1"
config.environment["COLUMNS"] = "120"

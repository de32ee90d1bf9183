"""What starting `accelc-opt` costs, against importing the driver of `xdsl-opt` alone."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from measure import Measurement

ROUNDS = 15
MAX_RATIO = 1.3
BASELINE = (sys.executable, "-c", "import xdsl.xdsl_opt_main")
SMALL_TEST = """// RUN: accelc-opt %s | filecheck %s

graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}

// CHECK: graph.relu
"""


def _seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    start = perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def measure() -> Iterator[Measurement]:
    """
    Wall-clock ratios of `accelc-opt --help` and of the command of an 8-line lit test to the bare import.

    Commands take turns, so that a change of the computer's speed meets all of them; medians are compared.
    """
    tool = str(Path(sys.executable).parent / "accelc-opt")
    # An installed package has its bytecode; a checkout gets it in the first, unmeasured, round.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "small.mlir"
        test.write_text(SMALL_TEST, encoding="utf-8")
        commands = {"import": BASELINE, "help": (tool, "--help"), "lit": (tool, str(test))}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(ROUNDS + 1):
            for name, command in commands.items():
                seconds = _seconds(command, environment)
                if number > 0:
                    times[name].append(seconds)
    base = median(times["import"])
    yield Measurement.reported("import xdsl.xdsl_opt_main", base, "s")
    for key, name in {"help": "accelc-opt --help / import", "lit": "accelc-opt, 8-line test / import"}.items():
        yield Measurement.at_most(name, median(times[key]) / base, "ratio", MAX_RATIO)

"""What starting `accelc-opt` costs, against importing the driver of `xdsl-opt` alone."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import Measurement

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
    """Processor time of a command that must succeed, which unlike wall-clock time leaves out other processes."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure() -> Iterator[Measurement]:
    """
    Ratios of the processor time of `accelc-opt --help` and of the command of an 8-line lit test to the bare import.

    Commands take turns, so that a change of the computer's speed meets all of them; the least time of each is
    compared, because whatever else the computer does only adds to it.
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
    base = min(times["import"])
    yield Measurement.reported("import xdsl.xdsl_opt_main", base, "s")
    for key, name in {"help": "accelc-opt --help / import", "lit": "accelc-opt, 8-line test / import"}.items():
        yield Measurement.at_most(name, min(times[key]) / base, "ratio", MAX_RATIO)

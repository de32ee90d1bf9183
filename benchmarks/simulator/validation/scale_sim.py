"""
SCALE-Sim 3.0.0: its fold formulas, and its own runs in a virtual environment of their own.

It needs a NumPy before 2, so that it cannot share ours. The formulas are those of its demand matrices: a fold of a
weight-stationary array of R x C PEs with T moving vectors is R cycles of loading and T + R + C - 2 of streaming; of an
output-stationary one, summing K products, K + R + C - 2. It reports the number of the last cycle, counted from 0,
which is one less than their number.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import run_process
from benchmarks.simulator.validation.layers import Layer

VERSION = "3.0.0"
REQUIREMENTS = (f"scalesim=={VERSION}", "numpy<2")
INSTALL_SECONDS = 600
CONFIGURATION = """\
[general]
run_name = run
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
[architecture_presets]
ArrayHeight = {rows}
ArrayWidth = {cols}
IfmapSramSzkB = 6144
FilterSramSzkB = 6144
OfmapSramSzkB = 2048
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Dataflow = {dataflow}
Bandwidth = 10
ReadRequestBuffer = 64
WriteRequestBuffer = 64
MemoryBanks = 1
[layout]
IfmapCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterCustomLayout = False
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = false
"""
WORKER = """\
import json, sys, time
from scalesim.scale_sim import scalesim
run = scalesim(save_disk_space=True, verbose=False, config="run.cfg", topology="layers.csv", layout="layout.csv")
begin = time.process_time()
run.run_scale(top_path="out")
print("SECONDS", time.process_time() - begin)
"""


class NotAvailable(RuntimeError):
    """SCALE-Sim cannot be installed or does not run; the message says why."""


@dataclass(frozen=True)
class Run:
    """Cycles of every layer as SCALE-Sim reports them, processor seconds of its simulation alone, and its memory."""

    cycles: list[int]
    seconds: float
    peak_bytes: int


def ws_cycles(rows: int, cols: int, depth: int, filters: int, vectors: int) -> int:
    """Cycles of a product [vectors, depth] x [depth, filters] on a weight-stationary array, fold behind fold."""
    return ceil(depth / rows) * ceil(filters / cols) * (2 * rows + cols + vectors - 2)


def os_cycles(rows: int, cols: int, depth: int, filters: int, vectors: int) -> int:
    """The same on an output-stationary array, to the last product of the last fold."""
    return ceil(vectors / rows) * ceil(filters / cols) * (rows + cols + depth - 2)


def environment() -> Path:
    """
    Python of the environment in the user's cache folder, which is made if it is not there.

    Raises NotAvailable.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "accelc-benchmarks" / f"scalesim-{VERSION}-python{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / "bin" / "python"
    if python.exists() and (folder / "ready").exists():
        return python
    for command in (
        (sys.executable, "-m", "venv", "--clear", str(folder)),
        (str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS),
        (str(python), "-c", "import scalesim.scale_sim"),
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotAvailable(f"SCALE-Sim {VERSION} cannot be installed: {error}") from error
        if done.returncode:
            reason = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
            raise NotAvailable(f"SCALE-Sim {VERSION} cannot be installed: {reason}")
    (folder / "ready").touch()
    return python


def run_layers(layers: Sequence[Layer], rows: int, cols: int, dataflow: str = "ws") -> Run:
    """Runs SCALE-Sim on an array of `rows` x `cols` PEs in a process of its own. Raises NotAvailable."""
    python = environment()
    with TemporaryDirectory() as name:
        folder = Path(name)
        text = CONFIGURATION.format(rows=rows, cols=cols, dataflow=dataflow)
        (folder / "run.cfg").write_text(text, encoding="ascii")
        lines = ["layer, height, width, kernel, kernel, channels, filters, stride,"]
        for one in layers:
            sizes = (one.height, one.width, one.kernel, one.kernel, one.channels, one.filters, one.stride)
            lines.append(", ".join((one.name, *map(str, sizes))) + ",")
        (folder / "layers.csv").write_text("\n".join(lines) + "\n", encoding="ascii")
        # It wants a layout of every layer even if it uses none.
        ones = ", ".join(["1"] * 26)
        layout = ["layer,", *(f"{one.name}, {ones}," for one in layers)]
        (folder / "layout.csv").write_text("\n".join(layout) + "\n", encoding="ascii")
        (folder / "out").mkdir()
        done = run_process(["-c", WORKER], executable=str(python), folder=folder)
        seconds = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("SECONDS")]
        if done.status or not seconds:
            reason = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
            raise NotAvailable(f"SCALE-Sim {VERSION} does not run: {reason}")
        (report,) = folder.glob("**/COMPUTE_REPORT.csv")
        cycles = [int(float(line.split(",")[2])) for line in report.read_text(encoding="ascii").splitlines()[1:]]
    if len(cycles) != len(layers):
        raise NotAvailable(f"SCALE-Sim {VERSION} reports {len(cycles)} of {len(layers)} layers: {json.dumps(cycles)}")
    return Run(cycles, float(seconds[0]), done.peak_bytes)

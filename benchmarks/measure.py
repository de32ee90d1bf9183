"""One measured number with its limit, and runs of `accelc` in processes of their own."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
"""The folder in which `benchmarks` is a package."""


@dataclass(frozen=True)
class Measurement:
    """
    A number, the same number of a peer tool on the same input (None: no peer, or not installed) and its limit.

    `threshold` is the largest or smallest `value` that is ok, as the kind of number asks; None: reported only.
    """

    name: str
    value: float
    unit: str
    baseline: float | None
    threshold: float | None
    ok: bool

    @staticmethod
    def at_most(name: str, value: float, unit: str, threshold: float, baseline: float | None = None) -> "Measurement":
        """A number with an upper limit."""
        return Measurement(name, value, unit, baseline, threshold, value <= threshold)

    @staticmethod
    def at_least(name: str, value: float, unit: str, threshold: float, baseline: float | None = None) -> "Measurement":
        """A number with a lower limit."""
        return Measurement(name, value, unit, baseline, threshold, value >= threshold)

    @staticmethod
    def reported(name: str, value: float, unit: str, baseline: float | None = None) -> "Measurement":
        """A number without a limit."""
        return Measurement(name, value, unit, baseline, None, True)


def suite(package: str, modules: Sequence[str]) -> Iterator[Measurement]:
    """All numbers of modules of a package, at full size; each has a function `measure(reduced)`."""
    for name in modules:
        yield from import_module(f"{package}.{name}").measure(reduced=False)


@dataclass(frozen=True)
class Finished:
    """Output of a finished process: exit status, stdout, stderr, and its largest resident set in bytes."""

    status: int
    stdout: str
    stderr: str
    peak_bytes: int


def own_peak_bytes() -> int:
    """Largest resident set of this process, without that of the one it was started from."""
    status = Path("/proc/self/status")
    if status.is_file():
        # What `getrusage` gives on Linux includes the memory of the parent, of which the process was a copy.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run_process(
    arguments: Sequence[str],
    executable: str = sys.executable,
    folder: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """
    Run a Python process with `arguments` in `folder`, with `environment` beside that of this process.

    Its memory is its own, not that of other children.
    """
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        process = subprocess.Popen(
            [executable, *arguments],
            stdout=stdout,
            stderr=stderr,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        # Linux counts in KiB, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        return Finished(process.returncode, stdout.read(), stderr.read(), usage.ru_maxrss * unit)


def run_module(name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a module of this folder with `arguments` in a process. Raises RuntimeError with its stderr if it fails."""
    finished = run_process(["-m", f"{__package__}.{name}", *arguments], folder=ROOT, environment=environment)
    if finished.status:
        raise RuntimeError(f"{name} {' '.join(arguments)}: {finished.stderr.strip()}")
    return finished


def run_accelc(*arguments: str) -> tuple[dict[str, Any], Finished]:
    """The JSON object of `accelc run ... --json`. Raises RuntimeError with the diagnostic if it fails."""
    finished = run_process(["-m", "accelc.cli.main", "run", *arguments, "--json"])
    if finished.status:
        raise RuntimeError(f"accelc run {' '.join(arguments)}: {finished.stderr.strip()}")
    return json.loads(finished.stdout), finished

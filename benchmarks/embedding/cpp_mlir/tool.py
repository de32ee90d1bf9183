"""C++ MLIR tools that load IRDL, and runs of them on many small modules at once."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from accelc.irdl.versions import OLDEST, irdl_for

NAMES = ("iree-opt", "mlir-opt", *(f"mlir-opt-{version}" for version in range(24, OLDEST - 1, -1)), "tosa-opt")
"""Tools built on C++ MLIR's driver."""
MARK = "// -----"
SECONDS = 300
ERROR = re.compile(
    r"(?:within split at \S*modules\.mlir:(?P<split>\d+) offset :|modules\.mlir:)"
    r"(?P<line>\d+):\d+: error: (?P<message>.*)"
)


@dataclass(frozen=True)
class Verdict:
    """What a tool says of one module: the module as it printed it, or its first error."""

    output: str | None
    error: str | None

    @property
    def accepted(self) -> bool:
        """Whether there was no error."""
        return self.error is None


@cache
def llvm(tool: Path) -> int:
    """Version of LLVM that a tool is built on. Raises RuntimeError if it does not say."""
    done = subprocess.run([str(tool), "--version"], capture_output=True, text=True, check=False, timeout=SECONDS)
    found = re.search(r"LLVM version (\d+)", done.stdout)
    if found is None:
        raise RuntimeError(f"{tool} --version names no version of LLVM: {done.stdout}{done.stderr}")
    return int(found[1])


@cache
def installed() -> tuple[Path, ...]:
    """The tools that are there and not too old, on the path or beside this interpreter, under one name each."""
    folder = str(Path(sys.executable).parent)
    paths = [shutil.which(name) or shutil.which(name, path=folder) for name in NAMES]
    tools = {Path(path).resolve(): Path(path) for path in paths if path is not None}
    return tuple(tool for tool in tools.values() if llvm(tool) >= OLDEST)


def shipped() -> str:
    """The IRDL file in the package."""
    return (files("accelc.irdl") / "accelc.irdl.mlir").read_text(encoding="utf-8")


def judge(tool: Path, modules: Sequence[str], irdl: str | None = None) -> list[Verdict]:
    """
    What `tool` says of each module, with the dialects of `irdl` loaded (those that accelc ships by default).

    The modules are in the form for its version, `irdl` in that of the current one.

    Raises RuntimeError when it crashes, refuses the dialects, or its output and its errors do not belong together.
    """
    if not modules:
        return []
    with tempfile.TemporaryDirectory() as folder:
        dialects = Path(folder) / "dialects.irdl.mlir"
        dialects.write_text(irdl_for(shipped() if irdl is None else irdl, llvm(tool)), encoding="utf-8")
        source = Path(folder) / "modules.mlir"
        starts: list[int] = []
        line = 1
        text: list[str] = []
        for module in modules:
            starts.append(line)
            text.append(module.rstrip("\n") + f"\n{MARK}\n")
            line += text[-1].count("\n")
        source.write_text("".join(text).removesuffix(f"{MARK}\n"), encoding="utf-8")
        command = [
            str(tool),
            f"--irdl-file={dialects}",
            "--split-input-file",
            f"--output-split-marker={MARK}",
            "--mlir-print-op-generic",
            # Of the tools, not all have the dialect of the terminator that follows ours.
            *(["--allow-unregistered-dialect"] if tool.name == "tosa-opt" else []),
            str(source),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    if done.returncode not in (0, 1) or re.search(r"\.irdl\.mlir:\d+:\d+: error", done.stderr):
        raise RuntimeError(f"{tool.name} failed with status {done.returncode}: {done.stderr[-2000:]}")
    return _verdicts(tool.name, done.stdout, done.stderr, starts)


def _verdicts(tool: str, stdout: str, stderr: str, starts: Sequence[int]) -> list[Verdict]:
    errors: dict[int, str] = {}
    for found in ERROR.finditer(stderr):
        # Some versions count lines from the beginning of a module.
        line = int(found["line"]) + (int(found["split"]) - 1 if found["split"] else 0)
        index = sum(start <= line for start in starts) - 1
        errors.setdefault(index, found["message"])
        if "unregistered" in found["message"]:
            raise RuntimeError(f"{tool} does not know an op, so it says nothing of its constraints: {found['message']}")
    outputs = stdout.split(MARK)
    if len(outputs) != len(starts):
        raise RuntimeError(f"{tool} printed {len(outputs)} modules of {len(starts)}: {stderr[-2000:]}")
    for index, output in enumerate(outputs):
        if (output.strip() == "") != (index in errors):
            raise RuntimeError(f"{tool}: module {index} has an error and output, or neither: {stderr[-2000:]}")
    return [Verdict(None if i in errors else output, errors.get(i)) for i, output in enumerate(outputs)]

"""What the tests of instructions of other packages share: a package, a machine, programs that use it."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import accelc
from accelc.isa.custom import GROUP
from accelc.isa.program import Program
from accelc.kernels import Core, View
from accelc.targets import load_target
from accelc.targets.reader import parse_target

Install = Callable[..., None]
HEAD = "from accelc import CustomInstruction, Immediate\nimport numpy as np\n"
CLAMP = """
CLAMP = CustomInstruction(
    200, "dst = src0 in a range.", lambda x, low, high: np.clip(x, low, high),
    immediates=(Immediate("low", -100, 100), Immediate("high")),
    legal=lambda low, high: None if low <= high else f"low = {low:g} is above high = {high:g}",
)
MIX = CustomInstruction(201, "dst = src0 + src1.", lambda x, y: x + y, ("left", "right"), lanes=("vector",))
"""
ENTRIES = ("clamp = plug_a:CLAMP", "mix = plug_a:MIX")
X = np.ones((4, 16), np.float32)
MEND = "; mend, update or uninstall plug-a"


def place(entry: str, name: str = "plug-a") -> str:
    """How messages name an entry point."""
    return f"entry point '{entry}' of group '{GROUP}' in distribution {name} 2.0"


def machine(*names: str) -> str:
    """A machine like `tiny` whose vector engine, and gpsimd, have a cost rule for each name."""
    text = load_target("tiny").to_toml().replace('name = "tiny"', 'name = "mine"')
    rules = ", ".join(f'{{ op = "{name}", cpe = 1.0 }}' for name in names)
    for engine in ("vector", "gpsimd"):
        head, key, rest = text.partition(f"[engine.{engine}]")
        text = head + key + rest.replace("cost = [", f"cost = [{rules}, ", 1)
    return text


def program(*names: str, call: Callable[[Core, View], None]) -> Program:
    """The program of a kernel that applies `call` to a tile of 4 x 16."""

    def body(core: Core, x: View) -> None:
        tile = core.load(x)
        call(core, tile)
        core.store(core.output("y", x.shape, "fp32"), tile)

    target = parse_target(machine(*names), "mine.toml")
    return accelc.kernel(target=target)(body).compile(x=X).program


def clamp(core: Core, tile: View) -> None:
    """A legal use."""
    core.custom(tile, "clamp", tile, low=0.0, high=1.0)


def uninstall(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if nothing had been installed for the test."""
    monkeypatch.setattr(sys, "path", [path for path in sys.path if not path.startswith(str(tmp_path))])


def one_line(capsys: pytest.CaptureFixture[str], status: int) -> str:
    """What a command printed: one error."""
    out, err = capsys.readouterr()
    assert status == 1
    assert not out
    assert "Traceback" not in err
    return err.splitlines()[0]

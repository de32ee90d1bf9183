"""What tests of entry points share: sources of packages, and how messages name them."""

from collections.abc import Callable

import pytest

Install = Callable[..., None]
GRAPH = """
graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
  %0 = "other.op"(%x) : (tensor<4xf32>) -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}
"""
UNIVERSE = "from xdsl.universe import Universe\n"


def fails(capsys: pytest.CaptureFixture[str], status: int) -> str:
    """The one line that a command printed."""
    out, err = capsys.readouterr()
    assert status == 1
    assert not out
    lines = err.splitlines()
    assert lines[0].startswith("error: ")
    assert "Traceback" not in err
    return lines[0]


def place(entry: str, group: str, name: str = "plug-a") -> str:
    """How messages name an entry point."""
    return f"entry point '{entry}' of group '{group}' in distribution {name} 2.0"


MEND = "; mend, update or uninstall plug-a"
U = "xdsl.universe"

"""The tutorial: its files are written, its commands executed in order, and each prints what the page shows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import perfetto.protos.perfetto.trace.perfetto_trace_pb2 as proto
import pytest

PAGE = Path(__file__).parents[3] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(?:python title=\"(?P<file>[\w.]+)\"|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
LEFT_OUT = "..."
"""A line that stands for any lines."""


@dataclass(frozen=True)
class Step:
    """A file with its lines, or a command with the lines that it prints according to the page."""

    name: str
    lines: tuple[str, ...]
    is_file: bool = False


def steps(page: str) -> Iterator[Step]:
    """Files and commands of a page, in order."""
    for block in BLOCK.finditer(page):
        lines = block["text"].splitlines()
        if block["file"]:
            yield Step(block["file"], tuple(lines), is_file=True)
            continue
        assert lines[0].startswith(PROMPT), f"a block begins with {lines[0]!r}, not with a command"
        starts = [index for index, line in enumerate(lines) if line.startswith(PROMPT)]
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
            yield Step(lines[start].removeprefix(PROMPT), tuple(lines[start + 1 : stop]))


def printed(command: str, folder: Path) -> list[str]:
    """Lines that a command prints on both streams, without spaces at their ends and empty lines around all."""
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return [line.rstrip() for line in done.stdout.strip("\n").splitlines()]


def agree(shown: list[str], found: list[str]) -> bool:
    """Whether `found` is what is shown, with lines left out."""
    if not shown:
        return not found
    if shown[0] == LEFT_OUT:
        return any(agree(shown[1:], found[start:]) for start in range(len(found) + 1))
    return bool(found) and shown[0] == found[0] and agree(shown[1:], found[1:])


def test_the_tutorial(tmp_path: Path) -> None:
    """Files, commands, results, and at the end a trace that Perfetto's own messages read."""
    done = list(steps(PAGE.read_text(encoding="utf-8")))
    assert sum(step.is_file for step in done) >= 3
    assert sum(not step.is_file for step in done) >= 15
    for step in done:
        if step.is_file:
            (tmp_path / step.name).write_text("\n".join(step.lines) + "\n", encoding="utf-8")
            continue
        found = printed(step.name, tmp_path)
        assert agree(list(step.lines), found), f"$ {step.name}\n" + "\n".join(found)
    trace = proto.Trace.FromString((tmp_path / "layer.pftrace").read_bytes())
    names = {packet.track_descriptor.name for packet in trace.packet if packet.HasField("track_descriptor")}
    assert {"scalar", "vector"} <= names, names
    assert sum(packet.HasField("track_event") for packet in trace.packet) > 100


@pytest.mark.parametrize(
    ("shown", "found", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("a", "", False),
        ("a b", "a b", True),
        ("a b", "a c", False),
        ("a", "a b", False),
        ("...", "a b", True),
        ("... b", "a b", True),
        ("... b", "a b c", False),
        ("a ... c", "a c", True),
        ("a ... c ... e", "a b c d c d e", True),
        ("a ... c", "b c", False),
    ],
)
def test_lines_left_out(shown: str, found: str, expected: bool) -> None:
    """What is shown is there, in order, and nothing else where nothing is left out."""
    assert agree(shown.split(), found.split()) is expected


def test_blocks_of_a_page() -> None:
    """Files have a title; other blocks are no steps; a command's lines end at the next."""
    page = '```python title="a.py"\nx = 1\n```\n\n```sh\nno\n```\n\n```console\n$ one\n1\n2\n$ two\n```\n'
    assert list(steps(page)) == [Step("a.py", ("x = 1",), is_file=True), Step("one", ("1", "2")), Step("two", ())]
    with pytest.raises(AssertionError, match="not with a command"):
        list(steps("```console\n1\n```\n"))

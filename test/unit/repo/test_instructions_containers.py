"""Programs with instructions of packages that are missing or others: refused, and the message says who is."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from custom_packages import CLAMP, ENTRIES, HEAD, Install, clamp, one_line, place, program, uninstall

from accelc.cli.main import main as accelc_main
from accelc.errors import ProgramError, SimulationError
from accelc.isa.archive import read_archive, write_archive
from accelc.isa.custom import GROUP
from accelc.isa.loader import load_program
from accelc.isa.program import AcceleratorSegment
from accelc.isa.text.assembler import assemble
from accelc.simulator import simulate


@pytest.mark.usefixtures("plug")
def test_containers_without_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program says which package it needs."""
    program("clamp", call=clamp).save(tmp_path / "p.acx")
    uninstall(monkeypatch, tmp_path)
    for command in ("sim", "dis"):
        assert one_line(capsys, accelc_main([command, "p.acx"])) == (
            "error: p.acx: manifest.json: instructions[0]: the program uses the instruction 'clamp' of distribution "
            "plug-a 2.0, but no installed package has it: install plug-a"
        )


@pytest.mark.usefixtures("plug")
def test_programs_in_memory_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that is executed without being checked names the record that nobody knows."""
    made = program("clamp", call=clamp)
    (segment,) = made.segments
    assert isinstance(segment, AcceleratorSegment)
    target = made.target
    uninstall(monkeypatch, tmp_path)
    expected = "lane 'vector' record 0 (opcode 200), field 'opcode': no installed package has this instruction"
    with pytest.raises(SimulationError, match=re.escape(expected)):
        simulate(segment.cores, target, np.zeros(segment.hbm_bytes, np.uint8))


@pytest.mark.usefixtures("plug")
def test_text_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line that needs the package is named: that of the machine."""
    text = program("clamp", call=clamp).disassemble()
    uninstall(monkeypatch, tmp_path)
    with pytest.raises(ProgramError, match=r"p.s:\d+: .*'clamp' is not one of .*or an installed entry point of group"):
        assemble(text, "p.s")


def test_containers_with_another_number(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that means something else here is refused, and so is the name in another package."""
    install("plug-a", HEAD + CLAMP, GROUP, *ENTRIES)
    program("clamp", call=clamp).save(tmp_path / "p.acx")
    uninstall(monkeypatch, tmp_path)
    where = f"{tmp_path}/p.acx: manifest.json: instructions[0]: "
    for name, number, problem in (
        (
            "plug-a",
            202,
            f"opcode 200 is 'clamp' of distribution plug-a 2.0 in the program, but {place('clamp = plug_a:CLAMP')} has "
            "opcode 202: install plug-a 2.0, or compile the model again",
        ),
        (
            "plug-b",
            200,
            "the program uses the instruction 'clamp' of distribution plug-a 2.0, but here it is "
            f"{place('clamp = plug_b:CLAMP', 'plug-b')}: install plug-a in the place of plug-b 2.0",
        ),
    ):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
        install_in(folder, name, HEAD + CLAMP.replace("200", str(number)))
        monkeypatch.delitem(sys.modules, "plug_a", raising=False)
        with pytest.raises(ProgramError) as caught:
            load_program(tmp_path / "p.acx")
        assert str(caught.value) == where + problem
        monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(folder)])


def install_in(folder: Path, name: str, source: str) -> None:
    """A distribution with the instruction `clamp` in a folder of its own."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    info = folder / f"{module}-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nclamp = {module}:CLAMP\n", encoding="utf-8")


@pytest.mark.usefixtures("plug")
@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([], "instructions: lists the opcodes [], the streams have [200] of the numbers 192 to 255"),
        ([(200, "clamp"), (201, "mix")], "instructions: lists the opcodes [200, 201], the streams have [200]"),
        ([(200, "clamp"), (200, "clamp")], "instructions[1]: field 'opcode' = 200 occurs twice"),
        ([(40, "select")], "instructions[0]: field 'opcode' = 40: expected an integer from 192 to 255"),
        ([(201, "clamp")], "instructions[0]: opcode 201 is 'clamp' of distribution plug-a 1.0 in the program, but"),
        ([(200, "select")], "the program uses the instruction 'select' of distribution plug-a 1.0, but no installed"),
    ],
)
def test_manifests(tmp_path: Path, entries: list[tuple[int, str]], problem: str) -> None:
    """What a manifest says of instructions is what the streams use, and what is installed."""
    path = tmp_path / "p.acx"
    program("clamp", call=clamp).save(path)
    rewrite(path, [{"opcode": code, "name": name, "distribution": "plug-a 1.0"} for code, name in entries])
    with pytest.raises(ProgramError, match=re.escape(problem)):
        load_program(path)
    # Another version of the package may have mended what it computes.
    rewrite(path, [{"opcode": 200, "name": "clamp", "distribution": "plug-a 1.0"}])
    assert load_program(path).segments


def rewrite(path: Path, instructions: object) -> None:
    """Another list of instructions in the manifest of a container."""
    members = {name: bytes(data) for name, data in read_archive(path).items()}
    manifest = {**json.loads(members["manifest.json"]), "instructions": instructions}
    write_archive(path, {**members, "manifest.json": json.dumps(manifest).encode()})

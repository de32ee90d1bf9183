"""Instructions of other packages that are wrong or misused: each is one error that says where and who."""

import re
from collections.abc import Callable
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from custom_packages import CLAMP, ENTRIES, HEAD, MEND, Install, X, clamp, machine, one_line, place, program

import accelc
from accelc import CustomInstruction, Immediate
from accelc.cli.main import main as accelc_main
from accelc.cli.opt import main as accelc_opt
from accelc.errors import AccelcError, KernelError, PluginError, ProgramError
from accelc.isa.custom import GROUP, custom_rows
from accelc.isa.program import AcceleratorSegment
from accelc.isa.records import Records
from accelc.isa.validation import validate_program
from accelc.targets import load_target
from accelc.targets.reader import parse_target


@pytest.mark.parametrize(
    ("entry", "source", "problem"),
    [
        ("clamp = plug_a:x", "1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
        ("clamp = plug_a:x", "", "does not exist: module 'plug_a' has no attribute 'x'"),
        ("clamp = plug_a:x", "x = 3", "is a value of type int: expected an instance of accelc.CustomInstruction"),
        (
            "Clamp = plug_a:x",
            HEAD + "x = CustomInstruction(200, '', abs)",
            "has a name that is no mnemonic: expected at most 32 of a-z 0-9 _, the first a letter",
        ),
        (
            "clamp = plug_a:x",
            HEAD + "x = CustomInstruction(40, '', abs)",
            "cannot be imported: PluginError: CustomInstruction: opcode = 40: expected a number from 192 to 255, those "
            "for instructions of other packages",
        ),
    ],
)
def test_entries(install: Install, entry: str, source: str, problem: str) -> None:
    """An entry point that raises, is missing, or gives no instruction."""
    install("plug-a", source, GROUP, entry)
    with pytest.raises(PluginError) as caught:
        custom_rows()
    assert str(caught.value) == f"{place(entry)} {problem}{MEND}"


@pytest.mark.parametrize("name", ["copy", "halt", "gather", "tensor_scalar"])
def test_names_of_ours(install: Install, name: str) -> None:
    """Mnemonics and names of cost rules are taken."""
    install("plug-a", "1 / 0", GROUP, f"{name} = plug_a:x")
    with pytest.raises(PluginError) as caught:
        custom_rows()
    expected = (
        f"{place(f'{name} = plug_a:x')} offers '{name}', which accelc itself has; rename one of them or uninstall"
    )
    assert str(caught.value) == f"{expected} plug-a"


def compute(x: npt.NDArray[np.float32], *values: np.float32) -> npt.NDArray[np.float32]:
    """Nothing."""
    return x


Make: Any = CustomInstruction
"""Without a type: the tests give it what it does not take."""
NONE: Any = None


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Make(256, "", compute), "opcode = 256: expected a number from 192 to 255"),
        (lambda: Make(True, "", compute), "opcode = True: expected"),
        (lambda: Make(200, 3, compute), "action = 3: expected a text"),
        (lambda: Make(200, "", 3), "compute = 3: expected a function"),
        (lambda: Make(200, "", compute, legal=3), "legal = 3: expected a function or None"),
        (lambda: Make(200, "", compute, ()), r"sources = (): expected a tuple of 1 to 2 texts"),
        (lambda: Make(200, "", compute, "ab"), "sources = 'ab': expected a tuple of 1 to 2 texts"),
        (lambda: Make(200, "", compute, ("a", "b", "c")), "expected a tuple of 1 to 2 texts"),
        (
            lambda: Make(200, "", compute, lanes=()),
            "lanes = (): expected a tuple of names of SIMD engines",
        ),
        (lambda: Make(200, "", compute, lanes=("tensor",)), "expected a tuple of names of SIMD engines"),
        (lambda: Make(200, "", compute, lanes=("dma0",)), "expected a tuple of names of SIMD engines"),
        (lambda: _immediates("a", "b", "c", "d"), "expected a tuple of up to 3 of type Immediate"),
        (
            lambda: Make(200, "", compute, immediates=(1.0,)),
            "expected a tuple of up to 3 of type Immediate",
        ),
        (lambda: _immediates("a", "a"), "label of an immediate = 'a': expected different names of a-z 0-9 _"),
        (lambda: _immediates("src0"), "that are none of dst, src0, src1, wait"),
        (lambda: _immediates("A b"), "label of an immediate = 'A b': expected different names"),
        (
            lambda: Make(200, "", compute, immediates=(Immediate("a", 2, 1),)),
            "range of immediate 'a' = '2 to 1': expected two numbers, the lower one first",
        ),
        (
            lambda: Make(200, "", compute, immediates=(Immediate("a", low=NONE),)),
            "range of immediate 'a' = 'None to inf': expected two numbers",
        ),
    ],
)
def test_definitions(make: Callable[[], object], problem: str) -> None:
    """What no instruction can be is an error where it is defined."""
    with pytest.raises(PluginError, match=f"^CustomInstruction: .*{re.escape(problem)}"):
        make()


def _immediates(*labels: str) -> object:
    return Make(200, "", compute, immediates=tuple(map(Immediate, labels)))


def test_two_packages_with_one_number(install: Install) -> None:
    """The second is named, with the first."""
    install("plug-a", HEAD + CLAMP, GROUP, *ENTRIES)
    install("plug-b", HEAD + CLAMP, GROUP, "snake = plug_b:CLAMP")
    with pytest.raises(PluginError) as caught:
        program("clamp", call=clamp)
    first, second = place("clamp = plug_a:CLAMP"), place("snake = plug_b:CLAMP", "plug-b")
    assert str(caught.value) == f"{second} has the opcode 200, which {first} has too; mend, update or uninstall plug-b"


def test_two_packages_with_one_name(install: Install) -> None:
    """The clash is found without an import."""
    install("plug-a", "1 / 0", GROUP, "clamp = plug_a:x")
    install("plug-b", "1 / 0", GROUP, "clamp = plug_b:x")
    with pytest.raises(PluginError, match=r"that is in distribution plug-[ab] 2.0 too; rename one of them"):
        parse_target(machine("clamp"), "mine.toml")
    # Machines without such rules are as good as ever.
    assert parse_target(load_target("tiny").to_toml(), "tiny.toml").name == "tiny"


@pytest.mark.usefixtures("plug")
def test_a_cost_rule_of_no_instruction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A machine file is wrong at that rule, and the names of what is installed are known."""
    (tmp_path / "mine.toml").write_text(machine("clmap"), encoding="utf-8")
    line = one_line(capsys, accelc_main(["targets", "check", "mine.toml"]))
    assert re.match(r"mine.toml:\d+:\d+: error: engine\.\w+\.cost\[0\]\.op: 'clmap' is not one of \"activate\", ", line)
    assert line.endswith(f", or an installed entry point of group {GROUP}; did you mean 'clamp'?")


@pytest.mark.usefixtures("plug")
@pytest.mark.parametrize(
    ("name", "sources", "keywords", "problem"),
    [
        (
            "clmap",
            1,
            {},
            f"no installed package has the instruction 'clmap' (an entry point of group '{GROUP}'); did you mean "
            "'clamp'?; installed are clamp, mix",
        ),
        ("copy", 1, {}, "no installed package has the instruction 'copy'"),
        (3, 1, {}, "instruction is 3: expected a name"),
        ("clamp", 1, {}, "clamp: immediate 'low' is missing: it has low, high"),
        ("clamp", 1, {"low": "0", "high": 1}, "low is '0': expected a number"),
        ("mix", 2, {"low": 1}, "mix: no immediate 'low': it has none"),
        ("mix", 1, {}, "mix: 1 sources given, it has 2"),
        ("clamp", 1, {"low": -101, "high": 1}, "engine.custom clamp: immediate 'low' = -101: legal are -100 to 100"),
        ("clamp", 1, {"low": 0, "high": nan}, "engine.custom clamp: immediate 'high' = nan: legal are -inf to inf"),
        ("clamp", 1, {"low": 2, "high": 1}, "engine.custom clamp: low = 2 is above high = 1"),
        ("mix", 2, {"engine": "gpsimd"}, "engine.custom mix on lane 'gpsimd': the instruction is one of vector"),
        (
            "clamp",
            1,
            {"low": 0, "high": 1, "engine": "scalar"},
            "engine.custom clamp on lane 'scalar': target 'mine' has no cost rule for 'clamp' there",
        ),
    ],
)
def test_kernels(name: Any, sources: int, keywords: dict[str, Any], problem: str) -> None:
    """A call that no machine executes is an error of its line."""
    with pytest.raises(KernelError, match=rf"test_instructions_invalid.py:\d+:\d+: error: {re.escape(problem)}"):
        program("clamp", "mix", call=lambda core, tile: core.custom(tile, name, *[tile] * sources, **keywords))


@pytest.mark.usefixtures("plug")
def test_sources_of_kernels() -> None:
    """A second source is a tile too."""
    array: Any = X
    with pytest.raises(KernelError, match=r"source 2 is an array \[4, 16\]: expected a tile"):
        program("mix", call=lambda core, tile: core.custom(tile, "mix", tile, array))


TEXT = """
engine.program @p target "tiny" {{
  %x = engine.buffer "x" input hbm<64xf32>
  %a = engine.buffer "a" scratch sbuf<4x16xf32>
  engine.dma_copy on dma0 %x[0 + (4, 16):(16, 1)] to %a[0:4, 0:16]
  engine.custom on vector {op} into %a[0:4, 0:16]
  engine.end
}}
"""


@pytest.mark.usefixtures("plug")
@pytest.mark.parametrize(
    ("op", "problem"),
    [
        ("clmap(%a[0:4, 0:16])", "engine.custom clmap: no installed package has the instruction 'clmap'"),
        ("mix(%a[0:4, 0:16])", "engine.custom mix has 1 sources, the instruction has 2"),
        ("clamp(%a[0:4, 0:16])", "engine.custom clamp has 0 immediates, the instruction has 2: low, high"),
        (
            "mix(%a[0:4, 0:16], %a[0:4, 0:16]) with [1.0]",
            "engine.custom mix has 1 immediates, the instruction has none",
        ),
        ("clamp(%a[0:4, 0:16]) with [0.0, nan]", "engine.custom clamp: immediate 'high' = nan: legal are -inf to inf"),
        (
            "clamp(%a[0:4, 0:16]) with [0.0, 1.0]",
            "engine.custom clamp on lane 'vector': target 'tiny' has no cost rule for 'clamp' there",
        ),
    ],
)
def test_macro_ops(tmp_path: Path, capsys: pytest.CaptureFixture[str], op: str, problem: str) -> None:
    """A pass that meets one that cannot be executed says which, and why."""
    (tmp_path / "t.mlir").write_text(TEXT.format(op=op), encoding="utf-8")
    assert problem in one_line(capsys, accelc_opt(["t.mlir", "-p", "schedule-engines"]))


def set_field(name: str, value: float, slot: int | None = None, at: int = -1) -> Callable[[Records], None]:
    """A change of a field of the first record, or of one of its operands."""

    def change(records: Records) -> None:
        fields = records if slot is None else records["operand"][:, slot]
        if fields[name].ndim > 1:
            fields[name][0, at] = value
        else:
            fields[name][0] = value

    return change


@pytest.mark.usefixtures("plug")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            set_field("opcode", 202),
            "(opcode 202): field 'opcode' = 202: no installed package has this instruction (an e",
        ),
        (set_field("opcode", 201), "(mix): field 'imm' = 128 in byte 114: must be zero: 'mix' does not use it"),
        (set_field("aux", 1), "(clamp): field 'aux' = 1 in byte 123: must be zero: 'clamp' does not use it"),
        (set_field("imm", 1.0), "(clamp): field 'imm' = 128 in byte 118: must be zero: 'clamp' does not use it"),
        (
            set_field("part_count", 4, 2),
            "(clamp): field 'src1.part_count' = 4 in byte 84: must be zero: 'clamp' does no",
        ),
        (set_field("part_count", 0, 1), "(clamp): field 'src0.part_count' = 0: the operand is missing"),
        (set_field("part_count", 2, 1), "(clamp): field 'src0.part_count' = 2: dst has 4 partitions"),
        (
            set_field("size", 8, 1),
            "(clamp): field 'src0.size' = [1, 1, 1, 8]: the sizes must visit 16 elements, as dst d",
        ),
        (
            set_field("imm", -101, at=0),
            "(clamp): field 'imm' = low -101, high 1: immediate 'low' = -101: legal are -100 to 100",
        ),
        (
            set_field("imm", -1, at=1),
            "(clamp): field 'imm' = low 0, high -1: low = 0 is above high = -1",
        ),
    ],
)
def test_records(change: Callable[[Records], None], problem: str) -> None:
    """Streams that somebody else wrote are checked record by record."""
    made = program("clamp", "mix", call=clamp)
    (segment,) = made.segments
    assert isinstance(segment, AcceleratorSegment)
    records = segment.cores[0]["vector"].copy()
    change(records)
    wrong = replace(made, segments=(replace(segment, cores=({**segment.cores[0], "vector": records},)),))
    with pytest.raises(ProgramError, match=re.escape(f"stream 'vector': record 0 {problem}")):
        validate_program(wrong, "here")


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        ("lambda x: 1 / 0", "failed on operands [4, 16]: ZeroDivisionError: division by zero"),
        ("lambda x: x.fill(0)", "failed on operands [4, 16]: ValueError: assignment destination is read-only"),
        (
            "lambda x: x.sum(axis=1)",
            "computes an array float32[4]: expected an array float32[4, 16], as its operands are",
        ),
        (
            "lambda x: x.astype(float)",
            "computes an array float64[4, 16]: expected an array float32[4, 16], as its operands are",
        ),
        ("lambda x: None", "computes a value of type NoneType: expected an array float32[4, 16], as its operands are"),
    ],
)
def test_functions(install: Install, function: str, problem: str) -> None:
    """What an instruction computes is checked where it is executed, and the record is named."""
    install("plug-a", HEAD + f"x = CustomInstruction(192, 'bad', {function})", GROUP, "bad = plug_a:x")
    made = program("bad", call=lambda core, tile: core.custom(tile, "bad", tile))
    with pytest.raises(PluginError) as caught:
        accelc.simulate(made, {made.inputs[0].name: X})
    assert str(caught.value) == f"lane 'vector' record 0 (bad): {place('bad = plug_a:x')} {problem}{MEND}"


@pytest.mark.parametrize(
    ("legal", "problem"),
    [
        ("lambda a: 1 / 0", "failed to check immediates [1.0]: ZeroDivisionError: division by zero"),
        ("lambda a: False", "says False of immediates: expected a sentence on what is wrong, or None"),
    ],
)
def test_checks_of_immediates(install: Install, legal: str, problem: str) -> None:
    """A function `legal` that fails is the package's mistake."""
    source = f"x = CustomInstruction(192, 'bad', lambda x, a: x, immediates=(Immediate('a'),), legal={legal})"
    install("plug-a", HEAD + source, GROUP, "bad = plug_a:x")
    with pytest.raises(AccelcError, match=re.escape(f"{place('bad = plug_a:x')} {problem}{MEND}")):
        program("bad", call=lambda core, tile: core.custom(tile, "bad", tile, a=1))

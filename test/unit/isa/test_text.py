"""Assembler and disassembler: exact round trips, and the line of every mistake."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelc.cli.main import main
from accelc.errors import ProgramError
from accelc.isa.container import save_program
from accelc.isa.loader import load_program
from accelc.isa.program import (
    NO_DEBUG,
    AcceleratorSegment,
    DebugEntry,
    DelaySlot,
    HostSegment,
    Program,
    ValueType,
    same_program,
)
from accelc.isa.records import DTYPES, INDEX_TYPES, RECORD, Records, Space, Update, Wait, as_dma
from accelc.isa.table import (
    ALU_OPS,
    COMBINE_OPS,
    FUNCTIONS,
    REDUCE_OPS,
    TABLE,
    FieldUse,
    Form,
    Instruction,
    Kind,
    Opcode,
)
from accelc.isa.text.assembler import assemble
from accelc.isa.text.disassembler import disassemble, disassemble_records, number_text
from accelc.isa.text.record_parser import parse_record
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

U8, U16, U32, U64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
I16, I32 = st.integers(-(2**15), 2**15 - 1), st.integers(-(2**31), 2**31 - 1)
SPACES, TYPES = st.integers(1, len(Space) - 1), st.integers(1, len(DTYPES) - 1)


def text_of(program: Program) -> str:
    """The whole text form."""
    return "\n".join(disassemble(program)) + "\n"


def codes(kind: Kind) -> st.SearchStrategy[int]:
    """Values of a parameter field."""
    if kind is Kind.REDUCE:
        return st.sampled_from([ALU_OPS.index(name) for name in REDUCE_OPS])
    if kind is Kind.COMBINE:
        return st.sampled_from([ALU_OPS.index(name) for name in COMBINE_OPS])
    if kind is Kind.INDEX_TYPE:
        return st.sampled_from([DTYPES.index(name) for name in INDEX_TYPES])
    limits = {
        Kind.ALU: (1, len(ALU_OPS) - 1),
        Kind.ALU_OR_NONE: (0, len(ALU_OPS) - 1),
        Kind.FUNCTION: (0, len(FUNCTIONS) - 1),
        Kind.COUNT: (1, 4),
        Kind.FLAG: (0, 1),
    }
    return st.integers(*limits[kind]) if kind in limits else U32


def put(record: Records, use: FieldUse, value: int) -> None:
    """Store a parameter; an fp32 immediate is given by its bits."""
    if use.kind is Kind.FLAG:
        record["flags"] |= np.uint8(use.index * value)
    elif use.field == "imm":
        record["imm"].view(np.uint32)[:, use.index] = value
    elif use.field == "aux":
        record["aux"][:, use.index] = value
    else:
        record["link"] = value


@st.composite
def records(draw: st.DrawFn, row: Instruction) -> Records:
    """One record with arbitrary values in the fields that `row` uses, also values no target accepts."""
    record = np.zeros(1, RECORD)
    record["opcode"], record["lane"], record["debug"] = int(row.opcode), draw(U8), draw(U32)
    record["wait_condition"] = condition = draw(st.integers(0, max(Wait)))
    if condition:
        record["wait_semaphore"], record["wait_value"] = draw(U8), draw(I32)
        record["wait_bits"] = draw(U16) if condition == Wait.WRAP else 0
    for slot in range(2):
        if op := draw(st.integers(0, max(Update))):
            record["update"][:, slot] = (draw(U8), op, draw(U16))
    for use in row.fields:
        put(record, use, draw(codes(use.kind)))
    for use in row.operands:
        if use.optional and draw(st.booleans()):
            continue
        sizes, strides = draw(st.lists(U16, min_size=4, max_size=4)), draw(st.lists(I16, min_size=4, max_size=4))
        head = (draw(SPACES), draw(TYPES), draw(U16), draw(st.integers(1, 2**16 - 1)), 0, draw(U32))
        record["operand"][:, use.slot] = (*head, sizes, strides)
    if row.form is Form.DMA:
        for side in ("dst", "src"):
            sizes, strides = draw(st.lists(U32, min_size=4, max_size=4)), draw(st.lists(I32, min_size=4, max_size=4))
            as_dma(record)[side] = (draw(SPACES), draw(TYPES), 0, draw(U64), sizes, strides)
    return record


@pytest.mark.parametrize("opcode", list(Opcode))
@given(data=st.data())
def test_every_record_survives_the_text_form(opcode: Opcode, data: st.DataObject) -> None:
    record = data.draw(records(TABLE[opcode]))
    (line,) = disassemble_records(record)
    assert parse_record(line, int(record["lane"][0])) == record.tobytes()


@given(U32)
def test_every_number_survives_the_text_form(bits: int) -> None:
    text = number_text(bits)
    line = f"memset value={text} dst=sbuf.fp32[0+1]@0x0(1:1)"
    record = np.frombuffer(parse_record(line, 0), RECORD)
    assert int(record["imm"].view(np.uint32)[0, 0]) == bits


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0x3F800000, "1.0"),
        (0x80000000, "-0.0"),
        (0x3DCCCCCD, "0.1"),
        (0x7F800000, "inf"),
        (0x7FC00000, "nan"),
        (0x7FC00001, "bits:0x7fc00001"),
        (0x00000001, "1e-45"),
    ],
)
def test_number_text(bits: int, text: str) -> None:
    assert number_text(bits) == text


def test_the_sample_program_survives(program: Program) -> None:
    assert same_program(assemble(text_of(program), "x.s"), program)


def test_streams_are_printed_as_documented(program: Program) -> None:
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    assert list(disassemble_records(segment.cores[0]["tensor"]))[:2] == [
        "ls src0=sbuf.bf16[0+4]@0x0(4:1) wait=s0>=16",
        "mm swap dst=psum.fp32[0+4]@0x40(8:1) src0=sbuf.bf16[0+4]@0x40(2:4,4:1)"
        " update0=s1+1@read update1=s2+1@complete debug=1",
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.lists(TEXT, max_size=3, unique=True)


@settings(max_examples=50)
@given(NAMES, st.lists(st.tuples(TEXT, TEXT, st.none() | I32), max_size=4), TEXT, TEXT)
def test_names_and_texts_survive(
    semaphores: list[str], debug: list[tuple[str, str, int | None]], compiler: str, function: str
) -> None:
    device = AcceleratorSegment(
        "d" + compiler,
        (),
        (),
        ({}, {}),
        0,
        (),
        tuple(semaphores),
        tuple(DelaySlot(name, "dma1", 1, 2) for name in semaphores),
        (NO_DEBUG, *(DebugEntry(*entry) for entry in debug)),
    )
    host = HostSegment("h", "framework", (), (compiler,), function)
    shape = ValueType(compiler, "int8", ())
    tiny = canonical_toml(load_target("tiny"))
    weights = {compiler + "w": np.zeros((0, 3), np.float32)}
    program = Program(tiny, (), (shape,), (device, host), weights, compiler)
    assert same_program(assemble(text_of(program), "x.s"), program)


TINY = '.program 1.0\n.target "tiny"\n'
STREAM = TINY + '.segment "a"\n.core 0\n.stream vector\n'
MISTAKES = [
    ("", "x.s: empty: a program starts with .program VERSION"),
    ("; only a comment", "x.s: empty"),
    ("nop", "x.s:1: instruction 'nop' outside a stream: .stream LANE comes first"),
    (".target", "x.s:1: a program starts with .program VERSION"),
    (".program 2.0", "x.s:1: text version 2.0: supported is 1.0"),
    (".program x", "x.s:1: field 'major' = x: expected an integer from 0 to 999"),
    (".program 1.0\n.program 1.0", "x.s:2: a second .program"),
    (".program 1.0\n.progam 1.0", "x.s:2: unknown directive '.progam'; did you mean '.program'? (known: .program"),
    (".program 1.0 2", "x.s:1: expected .program VERSION"),
    (".program 1.0", "x.s: the target is missing: .target comes before segments"),
    ('.program 1.0\n.target "tinny"', "x.s:2: unknown target 'tinny'; did you mean 'tiny'?"),
    ('.program 1.0\n.segment "a"', "x.s:2: the target is missing"),
    (".program 1.0\n|a", "x.s:2: a line of text ('|') stands behind .target or .function"),
    (".program 1.0\n.target\n|a = \n", "x.s:4: target: "),
    (TINY + ".target", "x.s:3: a second .target"),
    (TINY + ".compiler accelc", "x.s:3: accelc: expected a string in double quotes"),
    (TINY + '.compiler "a', "x.s:3: cannot read '\"a'"),
    (TINY + '.compiler "\\q"', "x.s:3: \"\\q\": not a string"),
    (TINY + '.input "a" float32', "x.s:3: float32: expected dtype[size,...] with a dtype of bool, int8"),
    (TINY + '.input "a" float31[1]', "x.s:3: float31[1]: expected dtype[size,...]"),
    (TINY + '.weight "a" int8[2] "AA=="', 'x.s:3: .weight "a": data does not match int8[2]'),
    (TINY + '.weight "a" int8[2] "A"', 'x.s:3: .weight "a": data does not match int8[2]'),
    (TINY + '.weight "a" int8[1] "AA=="\n' * 2, "x.s:4: weight 'a' is given twice"),
    (TINY + ".core 0", "x.s:3: outside a segment: .segment or .host comes first"),
    (TINY + '.host "a" moon', "x.s:3: moon: expected host | framework"),
    (TINY + '.host "a" host\n.hbm 3', "x.s:4: belongs to a segment of the accelerator"),
    (TINY + '.segment "a"\n.function', "x.s:4: a .function stands once in a segment of the host"),
    (TINY + '.segment "a"\n.segment "a"', "x.s:4: a second segment 'a'"),
    (TINY + '.segment "a"\n.stream vector', "x.s:4: a stream stands behind .core INDEX"),
    (TINY + '.segment "a"\n.core 1', "x.s:4: field 'core (cores stand in order)' = 1: expected an integer from 0 to 0"),
    (TINY + '.segment "a"\n.hbm 99999999999999999999', "x.s:4: field 'hbm' = 99999999999999999999: expected an intege"),
    (TINY + '.segment "a"\n.bind in "a" fp32[1] @0', "x.s:4: in: expected input | output | in_place | weight"),
    (TINY + '.segment "a"\n.bind input "a" float32[1] @0', "x.s:4: float32[1]: expected dtype[size,...]"),
    (TINY + '.segment "a"\n.semaphore 1 "a"', "x.s:4: field 'index (entries stand in order)' = 1: expected an integer"),
    (TINY + '.segment "a"\n.delay 0 "a" vector a=1 b=2 c=3 kind=nop', "x.s:4: expected default=N minimum=N maximum=N"),
    (TINY + '.segment "a"\n.inputs "a"\n.inputs "b"', "x.s:5: a second .inputs"),
    (STREAM + ".stream vector", "x.s:6: a second stream 'vector'"),
    (STREAM + ".stream vectr", "x.s:6: unknown lane 'vectr'; did you mean 'vector'? (lanes: tensor, vector"),
    (STREAM + "nopp", "x.s:6: unknown instruction 'nopp'; did you mean 'nop'? (known: nop, halt"),
    (STREAM + "nop a=1", "x.s:6: 'nop' has no 'a' (legal: wait, update0, update1, debug)"),
    (STREAM + "nop debug=", "x.s:6: 'debug' has no value"),
    (STREAM + "nop debug=1 debug=2", "x.s:6: 'debug' occurs twice"),
    (STREAM + "nop debug=-1", "x.s:6: field 'debug' = -1: expected an integer from 0 to 4294967295"),
    (STREAM + "nop wait=3", "x.s:6: field 'wait' = 3: expected sN>=VALUE, sN==VALUE or sN~>VALUE/BITS"),
    (STREAM + "nop wait=s256>=1", "x.s:6: field 'wait_semaphore' = 256: expected an integer from 0 to 255"),
    (STREAM + "nop update0=s1+1@now", "x.s:6: field 'update0' = s1+1@now: expected sN+VALUE@read or @complete"),
    (STREAM + "nop update1=s1+65536@read", "x.s:6: field 'update1.value' = 65536: expected an integer from 0 to 65535"),
    (STREAM + "delay", "x.s:6: 'delay' needs slot=..."),
    (STREAM + "memset value=1e39 dst=sbuf.fp32[0+1]@0(1:1)", "x.s:6: field 'value' = 1e39: expected a number that fit"),
    (STREAM + "memset value=x dst=sbuf.fp32[0+1]@0(1:1)", "x.s:6: field 'value' = x: expected a number that fits fp32"),
    (STREAM + "memset value=0 dst=sbuf@0(1:1)", "x.s:6: operand 'dst' = sbuf@0(1:1): expected memory.dtype[start+coun"),
    (STREAM + "memset value=0 dst=sbux.fp32[0+1]@0(1:1)", "x.s:6: field 'dst.space' = sbux: expected hbm | sbuf"),
    (STREAM + "memset value=0 dst=sbuf.fp31[0+1]@0(1:1)", "x.s:6: field 'dst.dtype' = fp31: expected fp32 | bf16"),
    (STREAM + "memset value=0 dst=sbuf.fp32[0+1]@0(1:1:1)", "x.s:6: field 'dst': (1:1:1): expected up to 4 of"),
    (STREAM + "memset value=0 dst=sbuf.fp32[0+1]@0(1:40000)", "x.s:6: field 'dst.stride' = 40000: expected an integer"),
    (STREAM + "reduce op=sub dims=1", "x.s:6: field 'op' = sub: expected add | max | min"),
    (STREAM + "act func=rel scale=1 bias=0", "x.s:6: field 'func' = rel: expected identity | relu"),
    (STREAM + "mm swap=1", "x.s:6: 'swap' takes no value"),
    (STREAM + "dma_copy dst=hbm.fp32[0+1]@0(1:1)", "x.s:6: operand 'dst' = hbm.fp32[0+1]@0(1:1): expected memory.dtyp"),
    (STREAM + "halt\n\nhalt", "x.s:6: x.s: segment 0 'a': core 0: stream 'vector': record 0 (halt): field 'opcode' ="),
    (STREAM + "nop  ; 1\n; 2\n  nop", "x.s:8: x.s: segment 0 'a': core 0: stream 'vector': record 1 (nop)"),
    (STREAM, "x.s: segment 0 'a': core 0: stream 'vector': empty: a stream ends in 'halt'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_located(text: str, message: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(message)):
        assemble(text, "x.s")


def failure(text: str) -> str:
    """The diagnostic of assembling `text`, or `valid`; any other exception passes through."""
    try:
        assemble(text, "x.s")
    except ProgramError as error:
        return str(error)
    return "valid"


LINE = st.sampled_from([*STREAM.splitlines(), "nop", "halt", "|x", ".function", ".hbm 4", '.debug 1 "a" "b" -'])
WORDS = st.text('abcdefmnop.|"\\;@[]():+=>0123456789x- \n', max_size=80)


@given(st.lists(LINE | WORDS, max_size=12))
def test_random_text_never_crashes_the_assembler(lines: list[str]) -> None:
    assert failure("\n".join([*STREAM.splitlines(), *lines])).startswith(("x.s:", "valid"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data())
def test_changed_text_never_crashes_the_assembler(program: Program, data: st.DataObject) -> None:
    text = text_of(program)
    position = data.draw(st.integers(0, len(text) - 1))
    changed = data.draw(st.sampled_from(["", "0", "-", "x", " ", "\n", '"', "[", "."]))
    assert failure(text[:position] + changed + text[position + 1 :]).startswith(("x.s:", "valid"))


def test_weights_from_the_program_the_text_came_from(program: Program, tmp_path: Path) -> None:
    save_program(program, tmp_path / "x.acx")
    text = "\n".join(disassemble(program, "x.acx"))
    assert ".weight " not in text
    assert same_program(assemble(text, "x.s", tmp_path), program)


def test_hand_written_program() -> None:
    program = assemble(STREAM + "\tmemset value=0x dst=sbuf.fp32[0+1]@0(1:1)\n".replace("0x", "0") + "halt", "x.s")
    assert program.target == load_target("tiny")


@pytest.fixture
def file(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample program in the current folder."""
    monkeypatch.chdir(tmp_path)
    save_program(program, "x.acx")
    return Path("x.acx")


@pytest.mark.parametrize("options", [[], ["--inline-weights"]])
def test_commands_round_trip(file: Path, options: list[str]) -> None:
    Path("sub").mkdir()
    assert main(["dis", "x.acx", "-o", "sub/x.s", *options]) == 0
    assert main(["as", "sub/x.s", "-o", "y.acx"]) == 0
    assert Path("y.acx").read_bytes() == file.read_bytes()


def test_dis_prints_to_standard_output(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dis", str(file)]) == 0
    text = capsys.readouterr().out
    assert '.weights "x.acx"\n' in text
    assert same_program(assemble(text, "x.s"), load_program(file))


def test_dis_of_one_stream(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dis", str(file), "--stream", "gpsimd"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        '.segment "main"',
        ".core 0",
        ".stream gpsimd",
        "  part_reduce op=add dst=sbuf.fp32[0+1]@0x400(8:1) src0=sbuf.fp32[0+4]@0x400(8:1)  ; 0",
        "  halt  ; 1",
    ]


def run_badly(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one diagnostic of a command that fails."""
    before = sorted(Path().iterdir())
    assert main(list(arguments)) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "Traceback" not in captured.err
    assert sorted(Path().iterdir()) == before
    return captured.err


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("prepare", "arguments", "message"),
    [
        (lambda: None, ["dis", "none.acx"], "'none.acx': No such file or directory"),
        (lambda: None, ["dis", "x.acx", "--stream", "vektor"], "no stream 'vektor'; did you mean 'vector'? (streams:"),
        (lambda: None, ["dis", "x.acx", "-o", "no/such/x.s"], "No such file or directory"),
        (lambda: _write("bad.acx", b"\0" * 99), ["dis", "bad.acx"], "bad.acx: not an accelc program"),
        (lambda: _write("bad.s", b"\xff"), ["as", "bad.s", "-o", "y.acx"], "bad.s: byte 0 is not UTF-8 text"),
        (lambda: _write("bad.s", b".progam"), ["as", "bad.s", "-o", "y.acx"], "bad.s:1: a program starts with .progra"),
        (lambda: _write("bad.s", _valid()), ["as", "bad.s", "-o", "no/y.acx"], "No such file or directory"),
    ],
)  # fmt: skip
def test_bad_input_gives_one_diagnostic_and_no_file(
    prepare: Callable[[], None], arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare()
    assert message in run_badly(capsys, *arguments)


def _write(name: str, data: bytes) -> None:
    Path(name).write_bytes(data)


def _valid() -> bytes:
    return (STREAM + "halt\n").encode()


def test_missing_weights_file_is_named(program: Program, tmp_path: Path) -> None:
    text = "\n".join(disassemble(replace(program), "gone.acx"))
    with pytest.raises((ProgramError, FileNotFoundError), match=r"gone\.acx"):
        assemble(text, "x.s", tmp_path)

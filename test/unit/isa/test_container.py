"""Saving and loading `.acx` files; damaged, foreign and hostile files."""

import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelc.errors import ProgramError
from accelc.isa.archive import ALIGNMENT, read_archive, write_archive
from accelc.isa.container import save_program
from accelc.isa.loader import load_program
from accelc.isa.program import AcceleratorSegment, Program, same_program
from accelc.targets import load_target

FIXTURES_KEPT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def file(program: Program, tmp_path: Path) -> Path:
    """The sample program as a file."""
    path = tmp_path / "x.acx"
    save_program(program, path)
    return path


def rewritten(file: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of `file`, checksums correct, in which one member is changed."""
    members = {name: bytes(data) for name, data in read_archive(file).items()}
    path = file.with_name("changed.acx")
    write_archive(path, {**members, member: change(members.get(member, b""))})
    return path


def failure(action: Callable[[], object]) -> str:
    """The diagnostic of `action`, empty if it succeeds; any other exception passes through."""
    try:
        action()
    except ProgramError as error:
        return str(error)
    return ""


def refusal(path: Path) -> str:
    """The diagnostic of loading `path`."""
    with pytest.raises(ProgramError) as caught:
        load_program(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    return text


def test_round_trip(program: Program, file: Path) -> None:
    loaded = load_program(file)
    assert same_program(loaded, program)
    assert loaded.weights["w"].dtype == program.weights["w"].dtype
    assert loaded.target == load_target("tiny")


def test_equal_programs_give_equal_files(program: Program, file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.acx"
    save_program(load_program(file), again)
    assert again.read_bytes() == file.read_bytes()
    save_program(program, again)
    assert again.read_bytes() == file.read_bytes()


def test_any_zip_reader_opens_it_and_members_are_aligned(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert {"manifest.json", "target.toml", "segment0/core0/tensor.bin"} <= set(archive.namelist())
        assert len(archive.read("segment0/core0/tensor.bin")) == 5 * 128
    data, raw = file.read_bytes(), read_archive(file)
    assert all(data.index(bytes(member)) % ALIGNMENT == 0 for member in raw.values())


def test_loaded_streams_are_read_only(file: Path) -> None:
    segment = load_program(file).segments[0]
    assert isinstance(segment, AcceleratorSegment)
    assert not segment.cores[0]["tensor"].flags.writeable


def test_an_invalid_program_is_not_written(
    program: Program, with_stream: Callable[[Program, str, np.ndarray], Program], tmp_path: Path
) -> None:
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    path = tmp_path / "x.acx"
    with pytest.raises(ProgramError, match=r"x\.acx: not written: .*a stream ends in 'halt'"):
        save_program(with_stream(program, "tensor", segment.cores[0]["tensor"][:-1]), path)
    assert not list(tmp_path.iterdir())


def test_a_weight_that_cannot_be_stored_leaves_no_file(program: Program, tmp_path: Path) -> None:
    broken = replace(program, weights={**program.weights, "bad": np.zeros(2, np.complex64)})
    with pytest.raises(ProgramError, match="weight 'bad': dtype complex64 cannot be stored"):
        save_program(broken, tmp_path / "x.acx")
    assert not list(tmp_path.iterdir())


def test_a_failing_write_keeps_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, program = file.read_bytes(), load_program(file)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        save_program(program, file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_every_flipped_byte_is_noticed(file: Path) -> None:
    data, generator = file.read_bytes(), random.Random(7)
    damaged = file.with_name("damaged.acx")
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1 << generator.randrange(8)
        damaged.write_bytes(changed)
        refusal(damaged)


def test_every_truncation_is_noticed(file: Path) -> None:
    data, damaged = file.read_bytes(), file.with_name("damaged.acx")
    for length in [*range(0, len(data), 37), *range(len(data) - 100, len(data))]:
        damaged.write_bytes(data[:length])
        refusal(damaged)


@pytest.mark.parametrize("tail", [b"\0", b"PK\5\6" + bytes(18)])
def test_bytes_behind_the_end_are_noticed(file: Path, tail: bytes) -> None:
    file.write_bytes(file.read_bytes() + tail)
    refusal(file)


@FIXTURES_KEPT
@given(data=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\3\4", b"PK\5\6"]))
def test_random_bytes(tmp_path: Path, data: bytes, start: bytes) -> None:
    path = tmp_path / "random.acx"
    path.write_bytes(start + data)
    refusal(path)


def test_a_foreign_zip_file(tmp_path: Path) -> None:
    path = tmp_path / "foreign.acx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", "{}" * 100)
    assert "not written by accelc" in refusal(path)


MEMBERS: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("manifest.json", lambda b: b[:-9], "manifest.json: not valid JSON"),
    ("manifest.json", lambda b: b"[" * 100_000, "manifest.json: not valid JSON"),
    ("manifest.json", lambda b: b"[]", "manifest.json: expected an object"),
    ("manifest.json", lambda b: b"{}", "manifest.json: field 'format' is missing"),
    ("manifest.json", lambda b: b.replace(b"accelc-program", b"zip"), "field 'name' = 'zip': expected accelc-program"),
    (
        "manifest.json",
        lambda b: b.replace(b'"major": 3', b'"major": 4', 1),
        "field 'format': version 4.1 cannot be executed: this accelc supports 3.0 to 3.1",
    ),
    ("manifest.json", lambda b: b.replace(b'"minor": 1', b'"minor": 2', 1), "field 'format': version 3.2 cannot be"),
    ("manifest.json", lambda b: _last(b, b'"minor": 0', b'"minor": 1'), "field 'isa': version 1.1 cannot be executed"),
    ("manifest.json", lambda b: b.replace(b'"features": []', b'"features": ["x"]'), "unknown feature 'x' (known: none"),
    ("manifest.json", lambda b: b.replace(b'"compiler"', b'"compilor"'), "field 'compiler' is missing"),
    ("manifest.json", lambda b: b.replace(b'{\n "format"', b'{"a": 1, "format"'), "unknown field 'a'"),
    ("manifest.json", lambda b: b.replace(b'{\n "format"', b'{"format": 1, "format"'), "a key occurs twice"),
    ("manifest.json", lambda b: b.replace(b'"hbm_bytes": 4096', b'"hbm_bytes": -1'), "field 'hbm_bytes' = -1: expecte"),
    ("manifest.json", lambda b: b.replace(b'"hbm_bytes": 4096', b'"hbm_bytes": 1e3'), "field 'hbm_bytes' = 1000.0"),
    ("manifest.json", lambda b: b.replace(b'"role": "scratch"', b'"role": "x"'), "bindings[3]: field 'role' = 'x'"),
    ("manifest.json", lambda b: b.replace(b'"dtype": "int8"', b'"dtype": "int7"'), "bindings[3]: field 'dtype' = 'int"),
    ("manifest.json", lambda b: b.replace(b'"place": "host"', b'"place": "moon"'), "field 'place' = 'moon': expected"),
    ("manifest.json", lambda b: b.replace(b'"gpsimd"', b'"../gpsimd"'), "cores[0][3]: '../gpsimd' is not the name"),
    ("manifest.json", lambda b: b.replace(b'"gpsimd"', b'"scalar"'), "cores[0]: lane 'scalar' occurs twice"),
    ("manifest.json", lambda b: b.replace(b'"gpsimd"', b'"other"'), "member 'segment0/core0/other.bin' is missing"),
    ("manifest.json", lambda b: b.replace(b'"sha256": "', b'"sha256": "0'), "'sha256' does not match the member"),
    ("target.toml", lambda b: b + b"\n", "field 'sha256' does not match the member 'target.toml'"),
    ("target.toml", lambda b: b"\xff", "target.toml: byte 0 is not UTF-8 text"),
    ("segment0/core0/tensor.bin", lambda b: b[:-1], "tensor.bin: 639 bytes are not a multiple of 128"),
    ("segment0/core0/tensor.bin", lambda b: b[:-128], "record 3 (nop): field 'opcode' = 1: a stream ends in 'halt'"),
    ("segment0/delays.json", lambda b: b"[]", "delays.json: expected an object"),
    ("segment0/delays.json", lambda b: b.replace(b'256": "', b'256": "f', 1), "256': stale delay table, made for"),
    ("segment0/delays.json", lambda b: b.replace(b'"nop"', b'"nap"', 1), "field 'kind' = 'nap': expected nop | thr"),
    ("segment0/delays.json", lambda b: b.split(b"[")[0] + b"[3]}", "delays.json: slots[0]: expected an object"),
    ("segment0/debug.json", lambda b: b"[[1, 2, 3]]", "debug.json[0]: expected [op, loc_name, layer]"),
    ("segment1/function.mlir", lambda b: b"\xff", "function.mlir: byte 0 is not UTF-8 text"),
    ("weights.safetensors", lambda b: b[:-1], "weights.safetensors: tensor 'w'"),
    ("weights.safetensors", lambda b: b"", "weights.safetensors: 0 bytes are too few"),
    ("other", lambda b: b"", "unknown member 'other'"),
]  # fmt: skip


def _last(data: bytes, old: bytes, new: bytes) -> bytes:
    before, _, after = data.rpartition(old)
    return before + new + after


@pytest.mark.parametrize(("member", "change", "message"), MEMBERS)
def test_broken_member_is_named(file: Path, member: str, change: Callable[[bytes], bytes], message: str) -> None:
    assert message in refusal(rewritten(file, member, change))


@settings(FIXTURES_KEPT, max_examples=400)
@given(data=st.data())
def test_changed_members_never_crash_the_loader(file: Path, data: st.DataObject) -> None:
    """With correct checksums a changed byte may give another valid program, but nothing else than a ProgramError."""
    members = read_archive(file)
    name = data.draw(st.sampled_from(sorted(members)))
    position = data.draw(st.integers(0, len(members[name]) - 1))
    value = data.draw(st.integers(0, 255))
    path = rewritten(file, name, lambda b: b[:position] + bytes([value]) + b[position + 1 :])
    if message := failure(lambda: load_program(path)):
        assert message.startswith(str(path))


@pytest.mark.parametrize("name", ["/abs", "../up", "a//b", "a\\b", "", "caf\u00e9", "a\nb"])
def test_member_names_are_plain_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProgramError, match="is not a plain relative ASCII path"):
        write_archive(tmp_path / "x.acx", {name: b""})
    assert not list(tmp_path.iterdir())


def test_a_program_for_another_target_is_refused(file: Path) -> None:
    assert load_program(file, load_target("tiny")).target.name == "tiny"
    with pytest.raises(ProgramError, match=r"x\.acx: compiled for 'tiny', not for target 'trn-like' \(sha256"):
        load_program(file, load_target("trn-like"))


def test_a_program_for_another_version_of_the_target_is_refused(file: Path) -> None:
    tiny = load_target("tiny")
    other = replace(tiny, dma=replace(tiny.dma, bytes_per_ns=8.0))
    with pytest.raises(ProgramError, match=re.escape("compiled for a different description of target 'tiny'")):
        load_program(file, other)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_program(tmp_path / "none.acx")

"""Every kind of mistake in a machine description is reported with its place, its key and the legal values."""

from pathlib import Path

import pytest

from accelc.errors import TargetError
from accelc.targets import load_target, parse_target, target_names
from accelc.targets.reader import MAX_BYTES, MAX_REPORTED, preset_path

TINY = preset_path("tiny").read_text(encoding="utf-8")


def mistakes(text: str) -> list[str]:
    """Lines of the diagnostic for `text` read as the file `t.toml`."""
    with pytest.raises(TargetError) as caught:
        parse_target(text, "t.toml")
    assert caught.value.located
    return str(caught.value).splitlines()


def edited(old: str, new: str) -> str:
    """The preset `tiny` with its only occurrence of `old` replaced."""
    assert TINY.count(old) == 1, f"{old!r} occurs {TINY.count(old)} times"
    return TINY.replace(old, new)


def place(text: str, fragment: str) -> str:
    """`LINE:COLUMN` of the only occurrence of `fragment`."""
    assert text.count(fragment) == 1
    before = text[: text.index(fragment)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize("name", target_names())
def test_presets_load(name: str) -> None:
    """A preset is valid and is called as its file."""
    assert load_target(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        (
            "packet_bytes = 64",
            "packet_bytes = 64\npacket_byte = 64",
            "packet_byte",
            "dma.packet_byte: unknown key; did you mean 'packet_bytes'? (known: ",
        ),
        ("ndims = 4", "ndims = 5", "ndims", "dma.ndims: 5 is not an integer from 1 to 4 dimensions"),
        ("ndims = 4", 'ndims = "4"', "ndims", "dma.ndims: '4' is not an integer from 1 to 4 dimensions"),
        ("ndims = 4", "ndims = true", "ndims", "dma.ndims: true is not an integer from 1 to 4 dimensions"),
        (
            "packet_overhead_ns = 2.0",
            'packet_overhead_ns = "2 us"',
            "packet_overhead_ns",
            "dma.packet_overhead_ns: '2 us' is not a number from 0 to 1e+09 ns",
        ),
        (
            "packet_overhead_ns = 2.0",
            "packet_overhead_ns = nan",
            "packet_overhead_ns",
            "dma.packet_overhead_ns: nan is not a number from 0 to 1e+09 ns",
        ),
        (
            "start_latency_ns = 10.0",
            "start_latency_ns = -1",
            "start_latency_ns",
            "dma.start_latency_ns: -1 is not a number from 0 to 1e+09 ns",
        ),
        (
            "transpose_efficiency = 0.5",
            "transpose_efficiency = 0",
            "transpose_efficiency",
            "dma.transpose_efficiency: 0 is not a number above 0, up to 1",
        ),
        (
            'arbitration = "round-robin"',
            'arbitration = "round robin"',
            "arbitration",
            "dma.arbitration: 'round robin' is not one of \"round-robin\"; did you mean 'round-robin'?",
        ),
        ('name   = "tiny"', 'name   = "a/b"', "name ", "name: 'a/b' is not a name of at most 64 of a-z 0-9 . _ -"),
        ('name   = "tiny"', "name   = 7", "name ", "name: 7 is not a name of at most 64 of a-z 0-9 . _ -"),
        (
            'schema = "accelc-target/1"',
            'schema = "accelc-target/2"',
            "schema",
            "schema: 'accelc-target/2' is not one of \"accelc-target/1\"; did you mean 'accelc-target/1'?",
        ),
        (
            'dataflow = ["ws"]',
            'dataflow = ["ws", "ws"]',
            '"ws"]',
            "engine.tensor.dataflow[1]: 'ws' stands twice in this array",
        ),
        (
            'dataflow = ["ws"]',
            "dataflow = []",
            "dataflow",
            "engine.tensor.dataflow: an array of 0 is not an array of 1 to",
        ),
    ],
)
def test_value_is_wrong(old: str, new: str, at: str, message: str) -> None:
    """One illegal key or value gives one line with place, full key, the value and what is legal."""
    text = edited(old, new)
    found = mistakes(text)
    line = text[: text.index(new)].count("\n") + 1
    line += 1 if "\n" in new else 0
    column = text.splitlines()[line - 1].index(at) + 1
    assert len(found) == 1
    assert found[0].startswith(f"t.toml:{line}:{column}: error: {message}")


def test_missing_key_is_reported_at_its_table() -> None:
    """A missing key is located at the header of the table it belongs to."""
    text = edited("ndims = 4\n", "")
    assert mistakes(text) == [f"t.toml:{place(text, '[dma]')}: error: dma: missing key 'ndims'"]


def test_missing_table_is_reported_at_the_start() -> None:
    """The root has no header: its missing tables are reported at 1:1, all of them."""
    found = mistakes('schema = "accelc-target/1"\n')
    assert "t.toml:1:1: error: missing key 'engine'" in found
    assert len(found) == 12


def test_all_mistakes_are_reported_in_order_of_their_place() -> None:
    """A user corrects a file once, not once a mistake."""
    text = edited("ndims = 4", "ndims = 9").replace("rings_per_engine = 2", "rings_per_engine = 0")
    assert [line.split(" error: ")[1].split(":")[0] for line in mistakes(text)] == ["dma.rings_per_engine", "dma.ndims"]


def test_long_reports_are_cut() -> None:
    """A file that is something else entirely does not fill the terminal."""
    text = TINY + "[extra]\n" + "".join(f"[key{index}]\n" for index in range(500))
    found = mistakes(text)
    assert len(found) == MAX_REPORTED + 1
    assert found[-1] == f"... and {501 - MAX_REPORTED} more"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = \n", "t.toml:1:5: error: not TOML: Invalid value"),
        ("a = 1\na = 2\n", "t.toml:2:6: error: not TOML: Cannot overwrite a value"),
        ("[dma", "t.toml: error: not TOML: Expected ']' at the end of a table declaration (at end of document)"),
        ("a = " + "[" * 100_000, "t.toml: error: nested too deeply"),
        ("a = " + "9" * 10_000, "t.toml: error: not TOML: Exceeds the limit"),
    ],
)
def test_not_toml(text: str, message: str) -> None:
    """Malformed TOML is reported with the place the standard reader gives."""
    found = mistakes(text)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_unknown_preset() -> None:
    """An unknown name lists the names there are and suggests the closest."""
    message = (
        r"^unknown target 'trn-lik'; did you mean 'trn-like'\? "
        r"\(presets: gemmini-like, tiny, tpu-like, trn-like; or the path of a \.toml file\)$"
    )
    with pytest.raises(TargetError, match=message):
        load_target("trn-lik")


def test_binary_file(tmp_path: Path) -> None:
    """Bytes that are not text are reported with the offset of the first wrong one."""
    path = tmp_path / "x.toml"
    path.write_bytes(b"ab\xff\xfe")
    with pytest.raises(TargetError, match=r"x\.toml: error: byte 2 is not UTF-8 text: not a TOML file$"):
        load_target(path)


def test_large_file(tmp_path: Path) -> None:
    """Only a bounded number of bytes is ever read."""
    path = tmp_path / "x.toml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(TargetError, match=r"x\.toml: error: larger than 1048576 bytes: not a machine description$"):
        load_target(path)


def test_a_file_may_be_named_as_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name is a preset even when a file of that name exists; `./name` and `name.toml` are files."""
    monkeypatch.chdir(tmp_path)
    text = edited('name   = "tiny"', 'name   = "mine"')
    Path("tiny").write_text(text, encoding="utf-8")
    Path("tiny.toml").write_text(text, encoding="utf-8")
    assert load_target("tiny").name == "tiny"
    assert load_target("./tiny").name == "mine"
    assert load_target("tiny.toml").name == "mine"
    assert load_target(Path("tiny")).name == "mine"

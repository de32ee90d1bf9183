"""Files of JSON that are no records end in one located diagnostic."""

import copy
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelc.cli.main import main
from accelc.compare import Lane, Layer, Record
from accelc.compare.read import MOST_BYTES, load_record, read_record
from accelc.errors import UsageError

Capture = pytest.CaptureFixture[str]
GOOD = Record(
    "good.json",
    "tiny",
    30.0,
    1e9,
    (Layer("fc", "accelerator", 20.0, 10.0, 5.0, 3, 64), Layer("out", "host", 10.0, 10.0, 0.0, 0, 0)),
    {"tensor": Lane(3, 1, 10.0, 5.0, {"fetch": 15.0})},
)


def refused(text: str | bytes, folder: Path, capsys: Capture) -> str:
    """The diagnostic of a comparison with a file of these contents."""
    good, bad = folder / "good.json", folder / "bad.json"
    good.write_text(json.dumps(GOOD.as_json()), encoding="utf-8")
    bad.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert main(["compare", str(good), str(bad)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("error: ") == 1
    assert "Traceback" not in err
    assert err.isascii()
    return err.replace(str(folder), "DIR").strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "DIR/bad.json:1:1: error: Expecting value"),
        ('{"a": 1,\n  oops}', "DIR/bad.json:2:3: error: Expecting property name enclosed in double quotes"),
        (b"\xff", "error: DIR/bad.json: byte 0 is not UTF-8 text: not a JSON file"),
        ("[" * 100_000, "error: DIR/bad.json: cannot be read as JSON: maximum recursion depth exceeded"),
        ("9" * 5000, "error: DIR/bad.json: cannot be read as JSON: Exceeds the limit (4300 digits)"),
        ("[]", "error: DIR/bad.json: expected an object, found an array"),
        ("null", "error: DIR/bad.json: expected an object, found null"),
        ("{}", "error: DIR/bad.json: field 'schema_version' is missing: expected the output of --json"),
        ('{"schema_version": 2}', "error: DIR/bad.json: field 'schema_version' = 2: this accelc reads version 1"),
        ('{"cores": 2, "iterations": 8}', "error: DIR/bad.json: a run on several cores has no times of layers"),
    ],
    ids=["empty", "syntax", "bytes", "nesting", "digits", "array", "null", "other", "version", "cores"],
)
def test_no_record(tmp_path: Path, capsys: Capture, text: str | bytes, expected: str) -> None:
    assert refused(text, tmp_path, capsys).startswith(expected)


MISSING = object()


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["target"], 3, "field 'target': expected a string, found a number"),
        (["time"], MISSING, "field 'time' is missing"),
        (["time", "total_ns"], -1, "field 'time': field 'total_ns': expected a number from 0 to 1e+18"),
        (["time", "total_ns"], 1e300, "field 'time': field 'total_ns': expected a number from 0 to 1e+18"),
        (["time", "total_ns"], 10**400, "field 'time': field 'total_ns': expected a number from 0 to 1e+18"),
        (["time", "total_ns"], float("nan"), "field 'time': field 'total_ns': expected a number from 0 to 1e+18"),
        (["time", "total_ns"], True, "field 'total_ns': expected a number from 0 to 1e+18, found a truth value"),
        (["time", "tensor_hz"], 0, "field 'tensor_hz' = 0.0: expected a frequency above 0"),
        (["engines"], [], "field 'engines': expected an object, found an array"),
        (["engines", "\x1b[31m\ud800"], 1, "field '\\x1b[31m\\ud800': expected an object, found a number"),
        (["engines", "tensor", "waits"], 1.5, "field 'waits': expected an integer from 0 to 9223372036854775807"),
        (["engines", "tensor", "waits"], 2**63, "field 'waits': expected an integer from 0 to 9223372036854775807"),
        (["engines", "tensor", "stalls_ns", "fetch"], "x", "field 'fetch': expected a number from 0 to 1e+18"),
        (["layers"], {}, "field 'layers': expected an array, found an object"),
        (["layers", 1], None, "layers[1]: expected an object, found null"),
        (["layers", 0, "name"], None, "layers[0]: field 'name': expected a string, found null"),
        (["layers", 0, "home"], "hots", "'hots': expected accelerator, host, framework, link; did you mean 'host'?"),
        (["layers", 1, "exposed_ns"], MISSING, "layers[1]: field 'exposed_ns' is missing"),
    ],
)
def test_wrong_fields(tmp_path: Path, capsys: Capture, path: Sequence[str | int], value: object, expected: str) -> None:
    """Each is named with its place, what it may be and what it is."""
    record: Any = GOOD.as_json()
    place = record
    for key in path[:-1]:
        place = place[key]
    if value is MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    found = refused(json.dumps(record), tmp_path, capsys)
    assert found.startswith("error: DIR/bad.json: ")
    assert expected in found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def keys_of(value: Any) -> list[Any]:
    """Keys or indices of an object or array, none of anything else."""
    return [*value.keys()] if hasattr(value, "keys") else [*range(len(value))] if hasattr(value, "append") else []


@given(JSON, st.data())
def test_any_value_anywhere(value: object, data: st.DataObject) -> None:
    """A record with any value in any place is a record, or refused with one line that can be printed."""
    record: Any = copy.deepcopy(GOOD.as_json())
    place: Any = record
    key = data.draw(st.sampled_from(keys_of(place)))
    while keys_of(place[key]) and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(keys_of(place)))
    place[key] = value
    try:
        found = read_record(record, "file", "r")
    except UsageError as error:
        message = str(error)
        assert message.startswith("file: ")
        assert message.isprintable()
    else:
        assert found.as_json()["layers"] == record["layers"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    """No file is read as a record by accident, and none ends in another exception."""
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=re.escape(str(path))):
        load_record(path)


def test_a_file_that_is_too_large(tmp_path: Path, capsys: Capture) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert main(["compare", str(tmp_path / "huge.json"), str(tmp_path / "huge.json")]) == 1
    assert capsys.readouterr().err.endswith(f"larger than {MOST_BYTES} bytes: no output of --json\n")


def test_names_do_nothing_to_a_terminal(tmp_path: Path, capsys: Capture) -> None:
    """Names of layers, engines, reasons and targets come from the file."""
    bad = "\x1b[31m\ud800[red]\n"
    record = Record(
        "r", bad, 9.0, 1e9, (Layer(bad, "host", 9.0, 0.0, 0.0, 0, 0),), {bad: Lane(2, 0, 1.0, 1.0, {bad: 7.0})}
    )
    for name, one in (("a.json", record), ("b.json", GOOD)):
        (tmp_path / name).write_text(json.dumps(one.as_json()), encoding="utf-8")
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    out = capsys.readouterr().out
    assert out.count("?[31m?[red]?") == 4
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["a"]["target"] == bad

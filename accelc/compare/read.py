"""Records from files of JSON, which may hold anything."""

from collections.abc import Mapping
from json import JSONDecodeError, loads
from math import isfinite
from pathlib import Path
from typing import Any, cast

from accelc.compare.record import HOMES, SCHEMA_VERSION, Lane, Layer, Record
from accelc.errors import UsageError, suggestion

MOST_BYTES = 1 << 26
"""Largest file that is read."""
MOST = 2**63 - 1
MOST_NS = 1e18
"""Times are at most this, 30 years."""


def load_record(path: Path) -> Record:
    """
    The record in a file that `--json` of `accelc run`, `sim` or `profile` wrote; its name is that of the file.

    Raises UsageError for a file that has none, and OSError if it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path}: larger than {MOST_BYTES} bytes: no output of --json")
    try:
        value = loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start} is not UTF-8 text: not a JSON file") from None
    except JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}:{error.colno}: error: {error.msg}", located=True) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as JSON: {str(error).splitlines()[0]}") from None
    return read_record(value, str(path), path.name)


def read_record(value: object, where: str, name: str) -> Record:
    """The record in a JSON object (`Record.as_json`, other keys are passed over). Raises UsageError."""
    top = _Fields(value, where)
    if "iterations" in top.values and "engines" not in top.values:
        raise UsageError(f"{where}: a run on several cores has no times of layers: compare runs without --cores")
    if "schema_version" not in top.values:
        raise UsageError(
            f"{where}: field 'schema_version' is missing: expected the output of --json of accelc run, sim or profile"
        )
    version = top.integer("schema_version")
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"{where}: field 'schema_version' = {version}: this accelc reads version {SCHEMA_VERSION}, write it again"
        )
    time = top.object("time")
    total_ns, hz = time.real("total_ns"), time.real("tensor_hz", 1e15)
    if hz <= 0:
        raise UsageError(f"{time.where}: field 'tensor_hz' = {hz}: expected a frequency above 0")
    engines = top.object("engines")
    lanes = {lane: _lane(engines.object(lane)) for lane in engines.values}
    layers = tuple(_layer(_Fields(each, f"{where}: layers[{n}]")) for n, each in enumerate(top.items("layers")))
    return Record(name, top.text("target"), total_ns, hz, layers, lanes)


def _lane(fields: "_Fields") -> Lane:
    stalls = fields.object("stalls_ns")
    return Lane(
        fields.integer("instructions"),
        fields.integer("waits"),
        fields.real("busy_ns"),
        fields.real("idle_ns"),
        {reason: stalls.real(reason) for reason in stalls.values},
    )


def _layer(fields: "_Fields") -> Layer:
    home = fields.text("home")
    if home not in HOMES:
        raise UsageError(
            f"{fields.where}: field 'home' = {home!r}: expected {', '.join(HOMES)}{suggestion(home, HOMES)}"
        )
    times = (fields.real("exposed_ns"), fields.real("compute_ns"), fields.real("moving_ns"))
    return Layer(fields.text("name"), home, *times, fields.integer("instructions"), fields.integer("dma_bytes"))


class _Fields:
    """A JSON object whose fields are asked for by name and type."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise UsageError(f"{where}: expected an object, found {_kind(value)}")
        self.values: Mapping[str, Any] = cast(dict[str, Any], value)
        self.where = where

    def _get(self, key: str, kinds: tuple[type, ...], expected: str) -> Any:
        if key not in self.values:
            raise UsageError(f"{self.where}: field {key!r} is missing")
        value = self.values[key]
        if type(value) not in kinds:
            raise UsageError(f"{self.where}: field {key!r}: expected {expected}, found {_kind(value)}")
        return value

    def text(self, key: str) -> str:
        return self._get(key, (str,), "a string")

    def items(self, key: str) -> list[object]:
        return self._get(key, (list,), "an array")

    def object(self, key: str) -> "_Fields":
        return _Fields(self._get(key, (dict,), "an object"), f"{self.where}: field {key!r}")

    def integer(self, key: str) -> int:
        value: int = self._get(key, (int,), f"an integer from 0 to {MOST}")
        if not 0 <= value <= MOST:
            raise UsageError(f"{self.where}: field {key!r}: expected an integer from 0 to {MOST}")
        return value

    def real(self, key: str, most: float = MOST_NS) -> float:
        value: float = self._get(key, (int, float), f"a number from 0 to {most:g}")
        if not (0 <= value <= most and isfinite(value)):
            raise UsageError(f"{self.where}: field {key!r}: expected a number from 0 to {most:g}")
        return float(value)


def _kind(value: object) -> str:
    names: dict[type, str] = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a truth value",
        type(None): "null",
    }
    return names.get(type(value), "a number")

"""Reads a machine description: TOML text -> validated `Target`, with every mistake located."""

import re
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any, cast

from accelc.errors import TargetError, suggestion
from accelc.plugins import Plugin, Table
from accelc.targets.consistency import check_consistency
from accelc.targets.layout import TARGET
from accelc.targets.locate import key_positions, nearest_position
from accelc.targets.model import (
    COMPUTE_LANES,
    Capabilities,
    Capability,
    ComputeEngine,
    CostRule,
    Dma,
    Host,
    Isa,
    LinearMemory,
    Link,
    Numerics,
    PartitionedMemory,
    Port,
    Power,
    Sequencer,
    StartPartitionRule,
    StridePenalty,
    Sync,
    Target,
    TensorEngine,
    Thermal,
    Time,
    Topology,
    is_added,
)
from accelc.targets.schema import Problems, validate

MAX_BYTES = 1 << 20
"""Size above which a file is not taken for a machine description."""
MAX_REPORTED = 20
"""Mistakes listed in one diagnostic."""


def _described(plugin: Plugin, value: object) -> Path:
    """The file that an entry point names; it must describe a machine of the entry point's name."""
    if not isinstance(value, str | PathLike):
        raise ValueError("the path of a .toml file")
    path = Path(cast("str | PathLike[str]", value))
    if not path.is_file():
        plugin.fail(f"names the file '{path}', which does not exist")
    try:
        target = _load_preset(path)
    except (TargetError, OSError) as error:
        plugin.fail(f"does not describe a machine: {error}", error)
    if target.name != plugin.name:
        plugin.fail(f"names '{path}', which describes target '{target.name}': both names must be the same")
    return path


_IN_USE: ContextVar[Target | None] = ContextVar("target in use", default=None)

PRESETS: Table[Path] = Table(
    "accelc.targets",
    {path.stem: path for path in sorted((Path(__file__).parent / "presets").glob("*.toml"))},
    _described,
)
"""Files of all machines that have a name; packages add some by entry points that give a path."""


def target_names() -> tuple[str, ...]:
    """Names of the presets, sorted, then those of machines that other packages add."""
    return PRESETS.names()


def preset_path(name: str) -> Path:
    """File of a preset or another machine with a name. Raises TargetError for an unknown name, PluginError."""
    path = PRESETS.get(name)
    if path is None:
        known = ", ".join(target_names())
        raise TargetError(
            f"unknown target '{name}'{suggestion(name, target_names())} (presets: {known}; or the path of a .toml file)"
        )
    return path


def target_path(name_or_path: str | Path) -> Path:
    """
    File of a preset name, or the file itself when the argument is a path, contains a `/` or ends in `.toml`.

    Raises TargetError for an unknown name.
    """
    return preset_path(str(name_or_path)) if _is_name(name_or_path) else Path(name_or_path)


def _is_name(name_or_path: str | Path) -> bool:
    text = str(name_or_path)
    return not isinstance(name_or_path, Path) and "/" not in text and not text.endswith(".toml")


@contextmanager
def in_use(target: Target) -> Generator[None]:
    """Inside, the name of `target` in IR is this machine, which may have no file, or other keys than the preset."""
    token = _IN_USE.set(target)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def load_target(name_or_path: str | Path | Target) -> Target:
    """
    The target of a preset name or of a file, `target_path` says which; a target is given back as it is.

    The name of the machine that is compiled for (`in_use`) is that machine.

    Raises TargetError (unknown name, or a mistake in the file) and OSError (unreadable file).
    """
    if isinstance(name_or_path, Target):
        return name_or_path
    current = _IN_USE.get()
    if current is not None and isinstance(name_or_path, str) and name_or_path == current.name:
        return current
    path = target_path(name_or_path)
    return _load_preset(path) if _is_name(name_or_path) else _load_file(path)


def parse_target(text: str, source: str) -> Target:
    """The target described by TOML `text`; `source` names it in messages. Raises TargetError."""
    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise TargetError(f"{source}: error: nested too deeply", located=True) from error
    except ValueError as error:
        # TOMLDecodeError ends in its place; an integer of thousands of digits raises plain ValueError without one.
        place = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error), re.DOTALL)
        reason, where = (place[1], f":{place[2]}:{place[3]}") if place is not None else (str(error), "")
        raise TargetError(f"{source}{where}: error: not TOML: {reason}", located=True) from error
    problems = Problems()
    checked: dict[str, Any] = validate(TARGET, document, (), problems)
    if not problems.found:
        check_consistency(checked, problems)
    if problems.found:
        raise TargetError(_report(text, source, problems), located=True)
    return _build(checked)


def build_target(document: dict[str, Any], source: str) -> Target:
    """The target of a document that TOML could hold; `source` names it in messages. Raises TargetError."""
    problems = Problems()
    checked: dict[str, Any] = validate(TARGET, document, (), problems)
    if not problems.found:
        check_consistency(checked, problems)
    if problems.found:
        messages = [message for _, message in problems.found[:MAX_REPORTED]]
        if len(problems.found) > MAX_REPORTED:
            messages.append(f"... and {len(problems.found) - MAX_REPORTED} more")
        raise TargetError(f"{source}: {'; '.join(messages)}")
    return _build(checked)


@lru_cache(maxsize=16)
def _load_preset(path: Path) -> Target:
    return _load_file(path)


def _load_file(path: Path) -> Target:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TargetError(f"{path}: error: larger than {MAX_BYTES} bytes: not a machine description", located=True)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TargetError(
            f"{path}: error: byte {error.start} is not UTF-8 text: not a TOML file", located=True
        ) from error
    return parse_target(text, str(path))


def _report(text: str, source: str, problems: Problems) -> str:
    positions = key_positions(text)
    located = sorted((nearest_position(positions, path), message) for path, message in problems.found)
    entries = [f"{source}:{at.line}:{at.column}: error: {message}" for at, message in located[:MAX_REPORTED]]
    if len(located) > MAX_REPORTED:
        entries.append(f"... and {len(located) - MAX_REPORTED} more")
    return "\n".join(entries)


def _partitioned(name: str, table: dict[str, Any]) -> PartitionedMemory:
    values = dict(table)
    values["start_partition"] = tuple(StartPartitionRule(**rule) for rule in table["start_partition"])
    values["stride_penalty"] = StridePenalty(**table["stride_penalty"])
    return PartitionedMemory(name=name, **values)


def _engine(name: str, table: dict[str, Any]) -> ComputeEngine:
    values = dict(table)
    values["cost"] = tuple(CostRule(**rule) for rule in table["cost"])
    return ComputeEngine(name=name, **values)


def _simd(engines: dict[str, Any]) -> list[str]:
    """Names of the SIMD engines: ours, then those the machine adds, in the order of the file."""
    return [*(name for name in COMPUTE_LANES[1:] if name in engines), *filter(is_added, engines)]


def _capabilities(table: dict[str, Any]) -> Capabilities:
    return Capabilities(table.get("others", True), tuple(Capability(**entry) for entry in table.get("op", ())))


def _power(table: dict[str, Any]) -> Power:
    thermal = Thermal(**table["thermal"]) if "thermal" in table else None
    return Power(**{key: value for key, value in table.items() if key != "thermal"}, thermal=thermal)


def _build(document: dict[str, Any]) -> Target:
    memory, engines, topology = document["memory"], document["engine"], document["topology"]
    link = Link(**topology["link"]) if "link" in topology else None
    return Target(
        name=document["name"],
        isa=Isa(**document["isa"]),
        time=Time(**document["time"]),
        topology=Topology(topology["cores_per_chip"], topology["chips"], link),
        hbm=LinearMemory(name="hbm", **memory["hbm"]),
        host_memory=LinearMemory(name="host", **memory["host"]),
        sbuf=_partitioned("sbuf", memory["sbuf"]),
        psum=_partitioned("psum", memory["psum"]),
        wfifo=_partitioned("wfifo", memory["wfifo"]) if "wfifo" in memory else None,
        ports=tuple(Port(**port) for port in document["port"]),
        sequencer=Sequencer(**document["sequencer"]),
        sync=Sync(**document["sync"]),
        tensor=TensorEngine(**engines["tensor"]),
        engines={name: _engine(name, engines[name]) for name in _simd(engines)},
        dma=Dma(**document["dma"]),
        numerics=Numerics(**document["numerics"]),
        host=Host(**document["host"]),
        power=_power(document["power"]) if "power" in document else None,
        capabilities=_capabilities(document.get("capabilities", {})),
    )

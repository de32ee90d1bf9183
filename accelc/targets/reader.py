"""Reads a machine description: TOML text -> validated `Target`, with every mistake located."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from accelc.errors import TargetError, suggestion
from accelc.targets.consistency import check_consistency
from accelc.targets.layout import TARGET
from accelc.targets.locate import key_lines, nearest_line
from accelc.targets.model import (
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
    Sequencer,
    StartPartitionRule,
    StridePenalty,
    Sync,
    Target,
    TensorEngine,
    Time,
    Topology,
)
from accelc.targets.schema import Problems, validate

MAX_BYTES = 1 << 20
"""Size above which a file is not taken for a machine description."""
MAX_REPORTED = 20
"""Mistakes listed in one diagnostic."""


def target_names() -> tuple[str, ...]:
    """Names of the presets, sorted."""
    return tuple(sorted(_preset_names()))


def preset_path(name: str) -> Path:
    """File of a preset. Raises TargetError for an unknown name."""
    if name not in _preset_names():
        known = ", ".join(target_names())
        raise TargetError(
            f"unknown target '{name}'{suggestion(name, target_names())} (presets: {known}; or the path of a .toml file)"
        )
    return Path(str(files("accelc.targets") / "presets" / f"{name}.toml"))


def load_target(name_or_path: str | Path) -> Target:
    """
    The target of a preset name, or of a file when the argument is a path, contains a `/` or ends in `.toml`.

    Raises TargetError (unknown name, or a mistake in the file) and OSError (unreadable file).
    """
    text = str(name_or_path)
    if not isinstance(name_or_path, Path) and "/" not in text and not text.endswith(".toml"):
        return _load_preset(text)
    return _load_file(Path(name_or_path))


def parse_target(text: str, source: str) -> Target:
    """The target described by TOML `text`; `source` names it in messages. Raises TargetError."""
    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise TargetError(f"{source}: nested too deeply") from error
    except ValueError as error:
        # TOMLDecodeError names line and column; an integer of thousands of digits raises plain ValueError.
        raise TargetError(f"{source}: not TOML: {error}") from error
    problems = Problems()
    checked: dict[str, Any] = validate(TARGET, document, (), problems)
    if not problems.found:
        check_consistency(checked, problems)
    if problems.found:
        raise TargetError(_report(text, source, problems))
    return _build(checked)


def _preset_names() -> set[str]:
    folder = files("accelc.targets") / "presets"
    return {entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")}


@lru_cache(maxsize=16)
def _load_preset(name: str) -> Target:
    return _load_file(preset_path(name))


def _load_file(path: Path) -> Target:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TargetError(f"{path}: larger than {MAX_BYTES} bytes: not a machine description")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TargetError(f"{path}: byte {error.start} is not UTF-8 text: not a TOML file") from error
    return parse_target(text, str(path))


def _report(text: str, source: str, problems: Problems) -> str:
    lines = key_lines(text)
    located = sorted((nearest_line(lines, path), message) for path, message in problems.found)
    entries = [f"{source}:{line}: {message}" for line, message in located[:MAX_REPORTED]]
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
        engines={name: _engine(name, engines[name]) for name in ("vector", "scalar", "gpsimd") if name in engines},
        dma=Dma(**document["dma"]),
        numerics=Numerics(**document["numerics"]),
        host=Host(**document["host"]),
    )

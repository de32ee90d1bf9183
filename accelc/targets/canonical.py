"""Canonical text of a target: what a program was compiled for, independent of comments, order and spelling."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from hashlib import sha256
from typing import Any, cast

from accelc.targets.layout import SCHEMA
from accelc.targets.model import Capabilities, Target


def to_document(target: Target) -> dict[str, Any]:
    """The TOML document of `target`: nested tables, without keys that have their default value."""
    memory = {
        "hbm": _table(target.hbm, "name"),
        "host": _table(target.host_memory, "name"),
        "sbuf": _table(target.sbuf, "name"),
        "psum": _table(target.psum, "name"),
    }
    if target.wfifo is not None:
        memory["wfifo"] = _table(target.wfifo, "name")
    engines = {name: _table(engine, "name") for name, engine in target.engines.items()}
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "name": target.name,
        "isa": _table(target.isa),
        "time": _table(target.time),
        "topology": _table(target.topology),
        "memory": memory,
        "port": [_table(port) for port in target.ports],
        "sequencer": _table(target.sequencer),
        "sync": _table(target.sync),
        "engine": {"tensor": _table(target.tensor), **engines},
        "dma": _table(target.dma),
        "numerics": _table(target.numerics),
        "host": _table(target.host),
    }
    if target.power is not None:
        document["power"] = _table(target.power)
    if target.capabilities != Capabilities():
        document["capabilities"] = _table(target.capabilities)
    return document


def canonical_toml(target: Target) -> str:
    """
    `target` as TOML that the reader turns back into an equal target.

    Keys are sorted; tables stand in sections, ports as `[[port]]`; everything below an array is written inline.
    """
    lines: list[str] = []
    _section((), to_document(target), lines)
    return "\n".join(lines) + "\n"


def target_hash(target: Target) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return sha256(canonical_toml(target).encode()).hexdigest()


def _table(value: Any, *dropped: str) -> dict[str, Any]:
    return {
        f.name: _plain(getattr(value, f.name))
        for f in fields(value)
        if f.name not in dropped and not _is_default(f, getattr(value, f.name))
    }


def _is_default(description: Field[Any], value: Any) -> bool:
    return description.default is not MISSING and value == description.default


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return _table(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in cast(tuple[Any, ...], value)]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in cast(Mapping[str, Any], value).items()}
    return value


def _section(path: tuple[str, ...], table: Mapping[str, Any], lines: list[str]) -> None:
    entries = sorted(table.items())
    lines += [f"{key} = {_inline(value)}" for key, value in entries if key != "port" and not isinstance(value, dict)]
    for port in table.get("port", ()):
        lines.append("[[port]]")
        lines += [f"{key} = {_inline(value)}" for key, value in sorted(port.items())]
    for key, value in entries:
        if isinstance(value, dict):
            lines.append(f"[{'.'.join((*path, key))}]")
            _section((*path, key), cast(dict[str, Any], value), lines)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        entries = sorted(cast(dict[str, Any], value).items())
        return "{ " + ", ".join(f"{key} = {_inline(item)}" for key, item in entries) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in cast(list[Any], value)) + "]"
    # JSON and TOML agree on true, false, numbers and the escapes of strings, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

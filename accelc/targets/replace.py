"""Machines that differ from another in some keys of their description."""

from collections.abc import Mapping
from typing import Any, cast

from accelc.errors import TargetError
from accelc.targets.canonical import to_document
from accelc.targets.layout import TARGET
from accelc.targets.model import Target
from accelc.targets.reader import build_target
from accelc.targets.schema import MapOf, Spec, Table


def replace_keys(target: Target, changes: Mapping[str, Any]) -> Target:
    """
    `target` with other values for keys such as `engine.tensor.rows`, a new machine with a description of its own.

    A value is a number, a string, a truth value, a list or a table, as in TOML; None takes an optional key away. Raises
    TargetError for a key that no machine has and for what the reader of machine descriptions refuses.
    """
    document = to_document(target)
    for key, value in changes.items():
        *tables, last = key.split(".")
        table = document
        for depth, name in enumerate(tables):
            inner = table.setdefault(name, {})
            if not isinstance(inner, dict):
                raise TargetError(
                    f"target '{target.name}': key '{key}': '{'.'.join(tables[: depth + 1])}' is a value, not a table"
                )
            table = cast(dict[str, Any], inner)
        if value is None:
            if not _is_key(key):
                raise TargetError(f"target '{target.name}': key '{key}' = None: no machine has such a key")
            table.pop(last, None)
        else:
            table[last] = list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value
    shown = ", ".join(f"{key} = {value!r}" for key, value in changes.items())
    return build_target(document, f"target '{target.name}' with {shown}")


def _is_key(key: str) -> bool:
    """Whether machines may have a key, in this one or not."""
    spec: Spec = TARGET
    for name in key.split("."):
        if isinstance(spec, Table) and name in spec.fields:
            spec = spec.fields[name]
        elif isinstance(spec, MapOf) and name in spec.keys:
            spec = spec.item
        else:
            return False
    return True

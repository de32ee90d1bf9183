"""Machines that differ from another in some keys of their description."""

from collections.abc import Mapping
from typing import Any, cast

from accelc.arguments import mapping
from accelc.errors import TargetError
from accelc.targets.canonical import to_document
from accelc.targets.layout import TARGET
from accelc.targets.model import Target
from accelc.targets.reader import build_target
from accelc.targets.schema import MapOf, Spec, Table, item_of


def replace_keys(target: Target, changes: Mapping[str, Any]) -> Target:
    """
    `target` with other values for keys such as `engine.tensor.rows`, a new machine with a description of its own.

    A value is a number, a string, a truth value, a list or a table, as in TOML; None takes an optional key away. Raises
    TargetError for a key that no machine has and for what the reader of machine descriptions refuses, UsageError for
    what is no mapping of keys.
    """
    changes = mapping("changes", changes, "from keys such as engine.tensor.rows to values")
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
            if last not in table and not _is_key(key):
                raise TargetError(f"target '{target.name}': key '{key}' = None: no machine has such a key")
            table.pop(last, None)
        else:
            table[last] = list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value
    shown = ", ".join(f"{key} = {value!r}" for key, value in changes.items())
    return build_target(document, f"target '{target.name}' with {shown}")


def _is_key(key: str) -> bool:
    """Whether a machine like ours may have a key; names that machines add are no keys of another."""
    spec: Spec = TARGET
    *tables, last = key.split(".")
    for name in tables:
        inner: Spec | None = None
        if isinstance(spec, Table):
            inner = item_of(spec.fields, spec.others, name)
        elif isinstance(spec, MapOf):
            inner = item_of(dict.fromkeys(spec.keys, spec.item), spec.others, name)
        if inner is None:
            return False
        spec = inner
    return last in (spec.fields if isinstance(spec, Table) else spec.keys if isinstance(spec, MapOf) else ())

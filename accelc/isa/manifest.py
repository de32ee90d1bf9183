"""JSON members of the container: writing, and reading with every key, type and name checked."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from accelc.errors import ProgramError
from accelc.isa.program import DELAY_KINDS, ROLES, VALUE_DTYPES, DebugEntry, DelaySlot, HbmBinding, ValueType
from accelc.numerics import DTYPES

T = TypeVar("T")


class Fields:
    """A JSON object whose keys are taken one by one; `done` refuses the ones nobody asked for."""

    def __init__(self, value: object, where: str):
        if not isinstance(value, dict):
            raise ProgramError(f"{where}: expected an object")
        self._values = dict(cast(dict[str, object], value))
        self.where = where

    def _take(self, key: str) -> object:
        if key not in self._values:
            raise ProgramError(f"{self.where}: field '{key}' is missing")
        return self._values.pop(key)

    def text(self, key: str, legal: Sequence[str] = ()) -> str:
        """String field, one of `legal` if given. Raises ProgramError for anything else."""
        value = self._take(key)
        if not isinstance(value, str) or (legal and value not in legal):
            raise ProgramError(f"{self.where}: field '{key}' = {value!r}: expected {' | '.join(legal) or 'a string'}")
        return value

    def number(self, key: str, minimum: int = 0, maximum: int = 2**63 - 1) -> int:
        """Integer field in [minimum, maximum]."""
        return _integer(self._take(key), f"{self.where}: field '{key}'", minimum, maximum)

    def items(self, key: str) -> list[object]:
        """Array field. Raises ProgramError for anything else."""
        value = self._take(key)
        if not isinstance(value, list):
            raise ProgramError(f"{self.where}: field '{key}': expected an array")
        return cast(list[object], value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Field that is an array of strings. Raises ProgramError for anything else."""
        values = self.items(key)
        for value in values:
            if not isinstance(value, str):
                raise ProgramError(f"{self.where}: field '{key}': {value!r} is not a string")
        return tuple(cast(list[str], values))

    def optional_items(self, key: str) -> list[object] | None:
        """Array field, or None where it is null."""
        if self._values.get(key, 0) is None:
            return self._values.pop(key)  # pyright: ignore[reportReturnType]
        return self.items(key)

    def shape(self, key: str) -> tuple[int, ...]:
        """Field that is an array of sizes."""
        where = f"{self.where}: field '{key}'"
        return tuple(_integer(value, where, 0, 2**63 - 1) for value in self.items(key))

    def object(self, key: str) -> "Fields":
        """Field that is an object."""
        return Fields(self._take(key), f"{self.where}: field '{key}'")

    def has(self, key: str) -> bool:
        """Whether there is such a field, which nobody has asked for yet."""
        return key in self._values

    def names(self) -> list[str]:
        """Keys nobody has asked for yet."""
        return list(self._values)

    def done(self) -> None:
        """Raise ProgramError if a key is left."""
        for key in self._values:
            raise ProgramError(f"{self.where}: unknown field '{key}'")


def _integer(value: object, where: str, minimum: int, maximum: int) -> int:
    if type(value) is not int or not minimum <= value <= maximum:
        raise ProgramError(f"{where} = {value!r}: expected an integer from {minimum} to {maximum}")
    return value


def dump(value: object) -> bytes:
    """Deterministic JSON text."""
    return (json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode()


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return values


def parse(data: memoryview, where: str) -> object:
    """JSON value of a member. Raises ProgramError if it is not JSON."""
    try:
        return json.loads(bytes(data), object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise ProgramError(f"{where}: not valid JSON: {error}") from None


def parse_list(value: object, where: str, item: Callable[[object, str], T]) -> tuple[T, ...]:
    """`item` applied to every element of a JSON array. Raises ProgramError if it is none."""
    if not isinstance(value, list):
        raise ProgramError(f"{where}: expected an array")
    return tuple(item(element, f"{where}[{index}]") for index, element in enumerate(cast(list[object], value)))


def value_type(value: object, where: str) -> ValueType:
    """Read a `ValueType`."""
    fields = Fields(value, where)
    result = ValueType(fields.text("name"), fields.text("dtype", VALUE_DTYPES), fields.shape("shape"))
    fields.done()
    return result


def binding(value: object, where: str) -> HbmBinding:
    """Read an `HbmBinding`."""
    fields = Fields(value, where)
    result = HbmBinding(
        fields.text("name"),
        fields.text("role", ROLES),
        fields.number("offset"),
        fields.text("dtype", tuple(DTYPES)),
        fields.shape("shape"),
    )
    fields.done()
    return result


def delay(value: object, where: str) -> DelaySlot:
    """Read a `DelaySlot`."""
    fields = Fields(value, where)
    numbers = (fields.number("default"), fields.number("maximum"), fields.number("minimum"))
    result = DelaySlot(fields.text("name"), fields.text("lane"), *numbers, kind=fields.text("kind", DELAY_KINDS))
    fields.done()
    return result


def delay_table(value: object, where: str) -> tuple[str, tuple[DelaySlot, ...]]:
    """Read a delay table: the SHA-256 of the streams it was made for, and its slots."""
    fields = Fields(value, where)
    digest, slots = fields.text("streams_sha256"), parse_list(fields.items("slots"), f"{where}: slots", delay)
    fields.done()
    return digest, slots


def debug_entry(value: object, where: str) -> DebugEntry:
    """Read a `DebugEntry` from its array form [op, loc_name, layer]. Raises ProgramError for anything else."""
    if isinstance(value, list) and len(cast(list[object], value)) == 3:
        op, loc_name, layer = cast(list[object], value)
        if isinstance(op, str) and isinstance(loc_name, str) and (layer is None or type(layer) is int):
            return DebugEntry(op, loc_name, layer)
    raise ProgramError(f"{where}: expected [op, loc_name, layer]")


def debug_list(entries: Sequence[DebugEntry]) -> list[list[object]]:
    """Compact form of a debug map: one array an entry."""
    return [[entry.op, entry.loc_name, entry.layer] for entry in entries]


def lane_name(value: object, where: str) -> str:
    """Read a lane's name; it is part of a member's name. Raises ProgramError for anything else."""
    if not isinstance(value, str) or not value.isalnum():
        raise ProgramError(f"{where}: {value!r} is not the name of a lane")
    return value

"""Arguments from Python, checked where they come in: messages say which one, what it is, and what is legal."""

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex, cast

import numpy as np
import numpy.typing as npt

from accelc.errors import ModelError, UsageError

Array = npt.NDArray[Any]

MAX_SHOWN = 60
"""Characters of a value that a message shows."""
FLOATS = "fV"
"""Kinds of NumPy's dtypes of floats; those that `ml_dtypes` adds are `V`."""


def shown(value: object) -> str:
    """A value in one line of a message."""
    if isinstance(value, np.ndarray):
        array = cast(Array, value)
        return f"an array of {array.dtype.name}{list(array.shape)}"
    text = " ".join(repr(value).split())
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def refuse(what: str, value: object, expected: str) -> NoReturn:
    """Raise UsageError: the argument `what` is `value`, and what was expected."""
    raise UsageError(f"{what} is {shown(value)}: expected {expected}")


def is_one(value: object, names: Collection[str]) -> bool:
    """Whether `value` is one of `names`, whatever else it may be."""
    return isinstance(value, str) and value in names


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def integer(what: str, value: object, least: int | None = None) -> int:
    """An integer of Python or NumPy, of at least `least`. Raises UsageError for another value, truth values too."""
    expected = "an integer" if least is None else f"an integer of at least {least}"
    if _is_flag(value) or not isinstance(value, SupportsIndex):
        refuse(what, value, expected)
    try:
        number = value.__index__()
    except TypeError:
        # Arrays have the method, and use it only if they hold one integer.
        refuse(what, value, expected)
    if least is not None and number < least:
        refuse(what, value, expected)
    return number


def flag(what: str, value: object) -> bool:
    """A truth value. Raises UsageError for another value: every text would be true."""
    if not _is_flag(value):
        refuse(what, value, "True or False")
    return bool(value)


def mapping(what: str, value: object, of: str) -> dict[str, Any]:
    """A mapping with names as keys, `of` saying from what to what. Raises UsageError for another value."""
    if not isinstance(value, Mapping):
        refuse(what, value, f"a mapping {of}")
    found = cast("Mapping[Any, Any]", value)
    for key in found:
        if not isinstance(key, str):
            refuse(f"a key of {what}", key, f"a mapping {of}")
    return dict(found)


def items(what: str, value: object, expected: str) -> list[Any]:
    """The items of a list or tuple. Raises UsageError for another value: the items of a text are its letters."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        refuse(what, value, expected)
    return list(cast("Sequence[Any]", value))


def path(what: str, value: object) -> Path:
    """A path. Raises UsageError for what is none."""
    try:
        return Path(cast("str | PathLike[str]", value))
    except TypeError:
        refuse(what, value, "a path")


def array_of(what: str, value: object) -> Array:
    """What `numpy.asarray` makes of `value`. Raises ModelError for what is no array."""
    try:
        return np.asarray(value)
    except Exception as error:  # Whatever an object of another package raises that cannot be one.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{what} is no array: {reason}") from error


def as_array(what: str, value: object, dtype: np.dtype[Any]) -> Array:
    """
    What `numpy.asarray` makes of `value`.

    Numbers of Python, alone or in nested lists, have no type of their own: they become `dtype`, if it is of their kind
    and holds them. Raises ModelError for what is no array, and for numbers that `dtype` does not hold.
    """
    array = array_of(what, value)
    if hasattr(value, "dtype") or array.dtype == dtype:
        return array
    if array.dtype.kind not in "biuf":
        raise ModelError(f"{what} is {shown(value)}: expected an array of {dtype.name}")
    converted = _converted(array, dtype)
    if converted is None:
        raise ModelError(f"{what} is {shown(value)}: {dtype.name} does not hold that; give an array")
    return converted


def _converted(array: Array, dtype: np.dtype[Any]) -> Array | None:
    """Numbers of Python in `dtype`, None if they are of another kind or beyond its range."""
    legal = {"b": "b", "i": f"iuc{FLOATS}", "u": f"iuc{FLOATS}", "f": f"c{FLOATS}"}[array.dtype.kind]
    if array.size and dtype.kind not in legal:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        converted = array.astype(dtype)
        if dtype.kind in "iu":
            same = (converted.astype(array.dtype) == array) & ((converted < 0) == (array < 0))
            return converted if same.all() or not array.size else None
        if dtype.kind in FLOATS and not (np.isfinite(converted.astype(np.float64)) | ~np.isfinite(array)).all():
            return None
    return converted

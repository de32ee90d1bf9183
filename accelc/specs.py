"""Options of passes and forms of output, as text: what is wrong with one, in one line."""

from collections.abc import Mapping
from dataclasses import Field, fields
from types import NoneType
from typing import Any, Never, get_args, get_origin, get_type_hints

from xdsl.utils.arg_spec import ArgSpec, ArgSpecConvertible, ParameterListType
from xdsl.utils.exceptions import ArgSpecParseError
from xdsl.utils.hints import isa

from accelc.errors import UsageError, suggestion

KINDS: Mapping[type[object], str] = {
    str: "text",
    int: "an integer",
    float: "a number with a decimal point",
    bool: "true or false",
}
"""Types of options, in words."""


def check_options(kind: str, one: type[ArgSpecConvertible], spec: ArgSpec) -> None:
    """
    Check the options `spec` of `one`, which messages call `kind` (`pass`, `form of output`).

    Raises UsageError for an option that it has not, one that is missing and one of another type.
    """
    what, given = f"{kind} '{one.name}'", spec.normalize_parameter_names().parameters
    legal = {field.name: field for field in fields(one) if field.init and field.name != "name"}
    names = [_shown(name) for name in legal]
    for name in given:
        if name not in legal:
            near = suggestion(_shown(name), names)
            raise UsageError(f"{what} has no option '{_shown(name)}'{near} (its options: {', '.join(names) or 'none'})")
    hints = get_type_hints(one)
    for name in one.required_fields() & {*legal}:
        if name not in given:
            raise UsageError(f"{what} needs the option '{_shown(name)}', which is {_words(hints[name])}")
    for name, values in given.items():
        if not _is_legal(values, hints[name], legal[name]):
            text = ",".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in values)
            quoted = f', as in {_shown(name)}="{text}"' if str in (hints[name], *get_args(hints[name])) and text else ""
            raise UsageError(
                f"option '{_shown(name)}' of {what} is {text or 'empty'}: expected {_words(hints[name])}{quoted}"
            )


def malformed(what: str, error: ArgSpecParseError) -> Never:
    """Raise UsageError for text that is no list of names and options; `what` names it."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    column = next((line.index("^") + 1 for line in lines if set(line.strip()) == {"^"}), 1)
    raise UsageError(f"{what}, character {column}: {lines[-1].strip()}") from error


def _is_legal(values: ParameterListType, hint: Any, field: Field[Any]) -> bool:
    """Whether xDSL takes the values for an option: alone, as a tuple, or none for one that may be None."""
    if not values and NoneType in get_args(hint):
        return True
    return (len(values) == 1 and isa(values[0], hint)) or isa(values, hint)


def _shown(name: str) -> str:
    return name.replace("_", "-")


def _words(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return f"{_words(get_args(hint)[0])}, several behind commas"
    if hint in KINDS or not get_args(hint):
        return KINDS.get(hint, str(hint))
    return " or ".join(_words(part) for part in get_args(hint) if part is not NoneType)

"""Text inside attributes such as `#stablehlo.gather<offset_dims = [1], index_vector_dim = 1>`."""

import re
from collections.abc import Mapping

Struct = Mapping[str, "list[int] | int | str"]
"""Field -> integers, an integer, or a word."""

_FIELD = re.compile(r"\s*+([A-Za-z_]\w*+)\s*+=\s*+(\[[-\d\s,]*+\]|-?\d++|[^,\[\]]++)\s*+(,|$)")
_SIDE = re.compile(r"\[([^\[\]]*+)\]")


def parse_struct(text: str) -> Struct:
    """Fields of `a = [1, 2], b = 3, c = word`. Raises ValueError for other text."""
    fields: dict[str, list[int] | int | str] = {}
    position = 0
    while position < len(text.rstrip()):
        match = _FIELD.match(text, position)
        if match is None:
            raise ValueError(f"'{text[position : position + 40].strip()}' is no 'field = value'")
        name, value = match[1], match[2].strip()
        if name in fields:
            raise ValueError(f"field '{name}' is given twice")
        if value.startswith("["):
            fields[name] = [int(n) for n in value[1:-1].split(",") if n.strip()]
        else:
            fields[name] = int(value) if value.lstrip("-").isdigit() else value
        position = match.end()
    return fields


def int_list(fields: Struct, name: str) -> list[int]:
    """A field of integers, empty if it is not there. Raises ValueError for another kind of field."""
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"field '{name}' is no list of integers")
    return value


def int_field(fields: Struct, name: str, default: int) -> int:
    """A field of one integer. Raises ValueError for another kind of field."""
    value = fields.get(name, default)
    if not isinstance(value, int):
        raise ValueError(f"field '{name}' is no integer")
    return value


def parse_layout(text: str) -> tuple[list[str], list[str], list[str]]:
    """Axes of `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`, by operand. Raises ValueError for other text."""
    sides = [[word.strip() for word in side.split(",") if word.strip()] for side in _SIDE.findall(text)]
    if len(sides) != 3:
        raise ValueError(f"'{text[:60]}' is no layout such as [b, 0, f]x[0, i, o]->[b, 0, f]")
    return sides[0], sides[1], sides[2]

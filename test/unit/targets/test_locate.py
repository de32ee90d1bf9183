"""Positions of keys in every notation TOML has."""

import tomllib
from typing import Any

from accelc.targets.locate import Path, Position, dotted, key_positions, nearest_position
from accelc.targets.reader import preset_path

TEXT = r'''
a = 1 # [not] = "a table"
"b.c" = """
[x]
y = 2 \""" """
d.e = [1, [2, "]"], {f = 3, g = 'h # i'}]
[j.k]
l = """"quoted""""
m = '''


def test_every_notation() -> None:
    """Comments, quotes, dots, nested arrays and inline tables are located as the standard reader understands them."""
    text = TEXT + "'''\n]'''\n[[p]]\nq = 1\n[[p]]\nq = 2\n[p.r]\ns = 3\n"
    tomllib.loads(text)
    found = {dotted(path): (at.line, at.column) for path, at in key_positions(text).items()}
    assert found == {
        "a": (2, 1),
        '"b.c"': (3, 1),
        "d": (6, 1),
        "d.e": (6, 1),
        "d.e[0]": (6, 8),
        "d.e[1]": (6, 11),
        "d.e[1][0]": (6, 12),
        "d.e[1][1]": (6, 15),
        "d.e[2]": (6, 21),
        "d.e[2].f": (6, 22),
        "d.e[2].g": (6, 29),
        "j": (7, 1),
        "j.k": (7, 1),
        "j.k.l": (8, 1),
        "j.k.m": (9, 1),
        "p": (11, 1),
        "p[0]": (11, 1),
        "p[0].q": (12, 1),
        "p[1]": (13, 1),
        "p[1].q": (14, 1),
        "p[1].r": (15, 1),
        "p[1].r.s": (16, 1),
    }


def paths(value: Any, path: Path = ()) -> set[Path]:
    """Every path into a document the standard reader returned."""
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = [(str(key), item) for key, item in value.items()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(value, list):
        children = list(enumerate(value))  # pyright: ignore[reportUnknownArgumentType]
    found = {path}
    for key, item in children:
        found |= paths(item, (*path, key))
    return found


def test_presets_are_located_completely() -> None:
    """The scanner and the standard reader agree on which keys a preset has."""
    for name in ("trn-like", "tiny"):
        text = preset_path(name).read_text(encoding="utf-8")
        assert set(key_positions(text)) | {()} == paths(tomllib.loads(text))


def test_nearest_enclosing() -> None:
    """A path that is not written out is located at the closest table that is."""
    positions = key_positions("[a]\nb = 1\n")
    assert nearest_position(positions, ("a", "c", 3)) == Position(1, 1)
    assert nearest_position(positions, ("a", "b", 0)) == Position(2, 1)
    assert nearest_position(positions, ("z",)) == Position(1, 1)


def test_odd_keys_are_quoted_and_cut() -> None:
    """A key with line breaks cannot forge a second line of the diagnostic."""
    assert dotted(("a", "b\nc", 0)) == 'a."b\\nc"[0]'
    assert dotted(("x" * 1000,)) == "x" * 60 + "..."

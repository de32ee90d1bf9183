"""Programs changed at random: each is converted, or ends in one located message."""

import re
from contextlib import suppress
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.utils.exceptions import ParseError

from accelc.frontends.mlir.loading import convert_text

PASSES = Path(__file__).parents[2] / "passes"
PROGRAMS = [
    part
    for path in sorted(PASSES.glob("convert-*-to-graph*.mlir"))
    for part in path.read_text().split("// -----")
    if "func.func" in part
]
PIECES = re.compile(r'%[\w#]+|@\w+|-?\d+|[A-Za-z_][\w.]*|"[^"]*"|\s+|.', re.DOTALL)
NUMBERS = ("0", "-1", "7", "4294967296", "-9223372036854775808", "9223372036854775807", "99999999999999999999999")
OTHERS = ("i1", "ui8", "f64", "index", "tensor<f32>", "[]", "dense<0>", "true", "%x", "{}", "()", "")


def _changed(text: str, random: Random) -> str:
    pieces = PIECES.findall(text)
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(pieces))
        numbers = [i for i, piece in enumerate(pieces) if piece.lstrip("-").isdecimal()]
        match random.randrange(4):
            case 0 if numbers:
                pieces[random.choice(numbers)] = random.choice(NUMBERS)
            case 1:
                pieces[place] = random.choice(OTHERS)
            case 2:
                pieces[place] *= 2
            case _:
                pieces[place] = random.choice(pieces)
    return "".join(pieces)


@settings(max_examples=200, deadline=20_000)
@given(st.integers(0, 2**32))
def test_every_text_is_a_program_or_a_message(seed: int) -> None:
    """Nothing else escapes: no IndexError of a rule, no bound of an integer, no verifier of what was made."""
    random = Random(seed)
    with suppress(ParseError):
        convert_text(_changed(random.choice(PROGRAMS), random), "a.mlir")

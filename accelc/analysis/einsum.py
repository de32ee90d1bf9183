"""Einstein summation taken apart into steps on one or two operands. No arrays, no IR."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters


@dataclass(frozen=True)
class Equation:
    """Letters of the axes of every operand and of the result; an ellipsis has become letters of its own."""

    operands: tuple[str, ...]
    result: str


def parse(text: str, ranks: Sequence[int]) -> Equation:
    """
    The equation for operands of some ranks; without `->`, letters that occur once are kept in alphabetical order.

    Raises ValueError naming what is wrong.
    """
    left, arrow, right = text.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"equation '{text}' has {len(terms)} terms for {len(ranks)} operands")
    used = set(text)
    spare = [letter for letter in ascii_letters if letter not in used]
    wide = max((rank - _named(term) for term, rank in zip(terms, ranks, strict=True) if "..." in term), default=0)
    if not 0 <= wide <= len(spare):
        raise ValueError(f"the ellipsis of '{text}' stands for {wide} axes")
    dots = "".join(spare[:wide])

    def expand(term: str, rank: int) -> str:
        count = rank - _named(term)
        if count < 0 or ("..." not in term and count):
            raise ValueError(f"term '{term}' of '{text}' does not fit an operand of rank {rank}")
        return term.replace("...", dots[len(dots) - count :])

    operands = tuple(expand(term, rank) for term, rank in zip(terms, ranks, strict=True))
    if arrow:
        result = right.replace("...", dots)
    else:
        once = sorted(c for c in set("".join(terms)) - {"."} if left.count(c) == 1)
        result = dots + "".join(once)
    bad = [c for c in (*"".join(operands), *result) if c not in ascii_letters]
    unknown = sorted(set(result) - set("".join(operands)))
    if bad or unknown or len(set(result)) != len(result):
        raise ValueError(f"equation '{text}': its result '{right}' is not made of distinct letters of the operands")
    return Equation(operands, result)


def _named(term: str) -> int:
    return len(term.replace("...", ""))


@dataclass(frozen=True)
class Pair:
    """
    A product of two operands: letters of both that are kept, of both that are summed, and of only one.

    As a matrix product: (batch, left, summed) times (batch, summed, right).
    """

    batch: str
    left: str
    summed: str
    right: str

    @property
    def result(self) -> str:
        """Letters of what the product gives, in order."""
        return self.batch + self.left + self.right


def pair(left: str, right: str, later: str) -> Pair:
    """How two operands, whose letters are distinct, are multiplied when `later` letters are still needed."""
    both = [c for c in left if c in right]
    return Pair(
        "".join(c for c in both if c in later),
        "".join(c for c in left if c not in right),
        "".join(c for c in both if c not in later),
        "".join(c for c in right if c not in left),
    )

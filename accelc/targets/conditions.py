"""
Conditions of cost rules: `when = "all_bf16 & contiguous & op_in(add,mul,sub)"`.

Grammar: `condition = atom { "&" atom }`, `atom = NAME | "op_in" "(" NAME { "," NAME } ")"`. Parsed, never evaluated
as code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from accelc.targets.model import ComputeEngine, CostRule

PREDICATES = ("one_src_psum_one_sbuf", "all_bf16", "contiguous", "zero", "half", "int64")
"""Names an atom may have, each an attribute of `Facts`."""


@dataclass(frozen=True)
class Facts:
    """What a cost rule may ask about one instruction."""

    alu: str = ""
    """Arithmetic operation (`add`, `max`, ...), empty if there is none."""
    one_src_psum_one_sbuf: bool = False
    """Of two sources one is in PSUM and one in SBUF."""
    all_bf16: bool = False
    """All sources and the destination are bf16."""
    contiguous: bool = False
    """The innermost stride of all operands is one element, forwards or backwards."""
    zero: bool = False
    """Memory is filled with 0."""
    half: bool = False
    """The destination has 16-bit elements."""
    int64: bool = False
    """Some operand is int64."""


@dataclass(frozen=True)
class Condition:
    """Conjunction of predicates, and optionally a set of arithmetic operations the instruction's must be in."""

    predicates: tuple[str, ...]
    alu_in: frozenset[str] | None = None

    def holds(self, facts: Facts) -> bool:
        """Whether every atom is true of `facts`."""
        if self.alu_in is not None and facts.alu not in self.alu_in:
            return False
        return all(getattr(facts, name) for name in self.predicates)


@cache
def parse_condition(text: str) -> Condition:
    """The condition written in `text`. Raises ValueError with the faulty atom."""
    predicates: list[str] = []
    alu_in: frozenset[str] | None = None
    for atom in (part.strip() for part in text.split("&")):
        call = re.fullmatch(r"op_in\(\s*(\w+(?:\s*,\s*\w+)*)\s*\)", atom)
        if call is not None:
            names = frozenset(name.strip() for name in call[1].split(","))
            alu_in = names if alu_in is None else alu_in & names
        elif atom in PREDICATES:
            predicates.append(atom)
        else:
            raise ValueError(f"'{atom}' is none of {', '.join(PREDICATES)}, op_in(NAME, ...)")
    return Condition(tuple(predicates), alu_in)


def _rules(engine: ComputeEngine, op: str, facts: Facts) -> Iterator[CostRule]:
    return (
        rule for rule in engine.cost if rule.op == op and (rule.when is None or parse_condition(rule.when).holds(facts))
    )


def executes(engine: ComputeEngine, op: str, facts: Facts) -> bool:
    """Whether `engine` executes `op` under these facts."""
    return any(True for _ in _rules(engine, op, facts))


def select_rule(engine: ComputeEngine, op: str, facts: Facts) -> CostRule:
    """
    First cost rule of `engine` for `op` whose condition holds.

    Raises KeyError when the engine does not execute `op` under these facts.
    """
    for rule in _rules(engine, op, facts):
        return rule
    raise KeyError(f"{engine.name} has no cost for {op}")

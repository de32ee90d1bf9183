"""Write `docs/reference/irdl.md`: what IRDL cannot say of the dialects; `--check` fails if it is not current."""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from docgen.pages import REFERENCE, table, write_or_check

from accelc.irdl.export import export
from accelc.irdl.record import CODE, GROUP_LIMIT, OPTIONAL_ATTRIBUTE, TRAITS, Widening
from accelc.registry import UNIVERSE

INTRODUCTION = """\
# What IRDL cannot say of the dialects

`accelc export-irdl` writes the dialects for C++ MLIR ([how to use them](../cpp-mlir.md)). Names, numbers and types of
operands and results, required attributes, regions and the parameters of our types are as in the dialects. This page
lists what the export knows it leaves out: there, C++ MLIR accepts more than `accelc-opt`, which checks again when it
reads the module back.
"""
OPERATIONS = """\
In the first column, `+` stands for what most operations of the dialect have in common, which is above the table. A
field after which a constraint stands is checked but for that constraint.
"""
CALL = re.compile(r"(?:BaseAttr|EqAttrConstraint)[(](?:attr=)?([^()]*(?:[(][^()]*[)])?)[)]")
"""A constraint of one class or value, as it prints."""


def page() -> Iterator[str]:
    """Lines of the page."""
    yield from INTRODUCTION.splitlines()
    dialects = [factory() for factory in UNIVERSE.all_dialects.values()]
    widenings = export(dialects).widenings
    counts = Counter(each.reason for each in widenings)
    yield ""
    yield from table(("why", "places"), [(reason, str(count)) for reason, count in counts.most_common()])
    yield from OPERATIONS.splitlines()
    for dialect in dialects:
        yield ""
        own = [each for each in widenings if each.holder.startswith(f"{dialect.name}.")]
        yield from _dialect(dialect.name, own)


def _dialect(name: str, widenings: Sequence[Widening]) -> Iterator[str]:
    yield f"## `{name}`\n"
    holders: dict[str, list[Widening]] = {}
    for each in widenings:
        holders.setdefault(each.holder, []).append(each)
    counts = Counter(_shared(each) for each in widenings)
    common = [shared for shared, count in counts.items() if shared[0] and 2 * count > len(holders)]
    attributes = [f"`{field}`" for reason, field, _ in common if reason == OPTIONAL_ATTRIBUTE]
    rules = [detail for reason, _, detail in common if reason == CODE]
    yield f"In common: the optional attributes {', '.join(attributes)}; the rules: {' '.join(rules)}\n"
    rows: dict[tuple[str, ...], list[str]] = {}
    for holder, found in holders.items():
        plus = " +" if set(common) <= set(map(_shared, found)) else ""
        rest = [each for each in found if not plus or _shared(each) not in common]
        rows.setdefault(_cells(rest), []).append(f"`{holder}`{plus}")
    heading = ("op or type", "optional attributes", "fields", "traits", "rules in Python")
    yield from table(heading, [(", ".join(names), *cells) for cells, names in rows.items()])


def _shared(each: Widening) -> tuple[str, str, str]:
    """What two operations can have in common; nothing for what is of a field of one."""
    if each.reason in (OPTIONAL_ATTRIBUTE, CODE):
        return each.reason, each.field, each.detail if each.reason != OPTIONAL_ATTRIBUTE else ""
    return "", "", ""


def _cells(found: Sequence[Widening]) -> tuple[str, ...]:
    optional = [f"`{each.field}`" for each in found if each.reason == OPTIONAL_ATTRIBUTE]
    apart = (OPTIONAL_ATTRIBUTE, GROUP_LIMIT, TRAITS, CODE)
    fields = [f"`{each.field}`: {_readable(each.detail)}" for each in found if each.reason not in apart]
    fields += [f"`{each.field}`: at most {each.detail}" for each in found if each.reason == GROUP_LIMIT]
    traits = [each.detail for each in found if each.reason == TRAITS]
    rules = [each.detail for each in found if each.reason == CODE]
    return ", ".join(optional), "; ".join(fields), "; ".join(traits), " ".join(rules)


def _readable(constraint: str) -> str:
    """A constraint as it prints, in fewer words."""
    return f"`{CALL.sub(lambda found: found[1], constraint)}`"


if __name__ == "__main__":
    sys.exit(write_or_check(REFERENCE / "irdl.md", page(), __file__))

"""Write `docs/reference/targets.md` from the schema of machine descriptions; `--check` fails if it is not current."""

import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields

from docgen.pages import REFERENCE, docstring, field_docs, table, write_or_check
from docgen.target_keys import MEANINGS

from accelc.cli.targets import summary
from accelc.targets import load_target, model, target_names
from accelc.targets.conditions import PREDICATES, Facts
from accelc.targets.layout import TARGET
from accelc.targets.schema import ListOf, MapOf, Others, Pair, Spec, Table, expectation

SECTIONS: dict[str, type] = {
    "": model.Target,
    "isa": model.Isa,
    "time": model.Time,
    "topology": model.Topology,
    "topology.link": model.Link,
    "memory.hbm": model.LinearMemory,
    "memory.sbuf": model.PartitionedMemory,
    "memory.sbuf.start_partition": model.StartPartitionRule,
    "memory.sbuf.stride_penalty": model.StridePenalty,
    "port": model.Port,
    "sequencer": model.Sequencer,
    "sync": model.Sync,
    "engine.tensor": model.TensorEngine,
    "engine.vector": model.ComputeEngine,
    "engine.vector.cost": model.CostRule,
    "dma": model.Dma,
    "numerics": model.Numerics,
    "host": model.Host,
    "power": model.Power,
    "power.thermal": model.Thermal,
    "capabilities": model.Capabilities,
    "capabilities.op": model.Capability,
}
"""Section of the file -> the class that holds its values, whose docstring and defaults the page shows."""
SAME = {
    "memory.host": "memory.hbm",
    "memory.psum": "memory.sbuf",
    "memory.wfifo": "memory.sbuf",
    "engine.scalar": "engine.vector",
    "engine.gpsimd": "engine.vector",
}
"""Sections with the keys of another section, described there."""
INTRODUCTION = f"""\
# Machine descriptions

A machine is a TOML file. `accelc targets` lists the presets, `accelc targets show NAME --toml` prints one to start
from, and `accelc targets check FILE` validates a file: every mistake is reported with its line, key, value and legal
values. The unit of a number is the ending of its key. Keys without a default are required.

A condition `when` of a cost rule is a conjunction, `a & b`, of {", ".join(f"`{name}`" for name in PREDICATES)} and
`op_in(NAME, ...)`; the first rule of an operation whose condition holds gives its cost.

A predicate `when` of a capability compares numbers, lists and texts: names of operands and results are the lists of
their sizes (`x[1]`, `rank(x)`, `elements(weight)`), names of attributes their values (`group == 1`,
`max(strides) <= 2`, `kind in ('max', 'average')`), joined by `and`, `or`, `not`, `+ - * // %` and parentheses.
"""


def page() -> Iterator[str]:
    """Lines of the page."""
    yield from INTRODUCTION.splitlines()
    yield ""
    yield from table(("condition", "true of an instruction when"), _conditions())
    yield "## Presets\n"
    summaries = {name: summary(load_target(name)) for name in target_names()}
    keys = list(next(iter(summaries.values())))
    yield from table(("", *summaries), ([key, *(figures[key] for figures in summaries.values())] for key in keys))
    yield from _section("", TARGET)


def _conditions() -> Iterator[tuple[str, str]]:
    docs = field_docs(Facts)
    for name in PREDICATES:
        yield f"`{name}`", docs[name]


def _section(path: str, spec: Table, heading: str = "## The file") -> Iterator[str]:
    yield f"{heading}\n"
    if path in SAME:
        yield f"The keys of `[{SAME[path]}]`.\n"
        return
    home = SECTIONS.get(path)
    if home is not None:
        yield from docstring(home)
    simple = {key: inner for key, inner in spec.fields.items() if not _tables(inner)}
    if simple:
        meanings = MEANINGS[path]
        assert simple.keys() == meanings.keys(), f"{path}: {simple.keys() ^ meanings.keys()}"
        rows = [(f"`{key}`", meanings[key], _legal(inner), _default(key, spec, home)) for key, inner in simple.items()]
        yield from table(("key", "meaning", "legal values", "default"), rows)
    for key, inner in spec.fields.items():
        below = f"{path}.{key}" if path else key
        for nested in _tables(inner):
            mark = f"[[{below}]]" if isinstance(inner, ListOf) and key == "port" else f"[{below}]"
            note = ", optional" if key in spec.optional else ""
            yield from _section(below, nested, f"{'##' if not path else '###'} `{mark}`{note}")
    if spec.others is not None:
        yield from _others(path, spec.others)


def _others(path: str, others: Others) -> Iterator[str]:
    yield f"### `[{path}.NAME]`, optional\n"
    assert path == "engine"
    yield (
        f"At most {others.most} further SIMD engines, with names of their own of `a-z 0-9 _` and the keys of "
        "`[engine.vector]`. Each has a clock `time.domain.NAME` and a `[[port]]`, and executes what it has cost rules "
        "for; the compiler gives it every such instruction that it executes faster than the engine that would "
        "otherwise have it.\n"
    )


def _tables(spec: Spec) -> tuple[Table, ...]:
    if isinstance(spec, Table):
        return (spec,)
    return (spec.item,) if isinstance(spec, ListOf) and isinstance(spec.item, Table) else ()


def _legal(spec: Spec) -> str:
    if isinstance(spec, ListOf):
        distinct = ", each once" if spec.distinct else ""
        return f"{expectation(spec)}{distinct}; each {expectation(spec.item)}"
    if isinstance(spec, Pair):
        return f"two items, each {expectation(spec.item)}"
    if isinstance(spec, MapOf):
        required = f" ({', '.join(spec.required)} required)" if spec.required else ""
        more = ", and the names of engines that the machine adds" if spec.others is not None else ""
        keys = f"{', '.join(spec.keys)}{required}{more}"
        return f"table with some of the keys {keys}; each value {expectation(spec.item)}"
    return expectation(spec)


def _default(key: str, spec: Table, home: type | None) -> str:
    if key not in spec.optional:
        return ""
    assert home is not None
    (default,) = (field.default for field in fields(home) if field.name == key)
    return "none" if default in (MISSING, None, "", ()) else f"`{default}`"


if __name__ == "__main__":
    sys.exit(write_or_check(REFERENCE / "targets.md", page(), __file__))

"""
The dialects in C++ MLIR: what its tools say of our dialect tests, once they have loaded the IRDL that accelc ships.

Every legal module has to be accepted, and to be unchanged when `accelc-opt` reads it back. Of illegal ones, those have
to be rejected that violate a constraint the export did not widen; the others are counted by the kind of what accelc
found. Mutants compare the constraints of every field of every op in both directions.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp

from accelc.irdl.form import cpp_text
from accelc.registry import DIALECTS
from benchmarks.embedding.cpp_mlir.cases import Case, negative, of_passes, positive, read
from benchmarks.embedding.cpp_mlir.findings import (
    EXPRESSIBLE,
    KINDS,
    TERMINATOR,
    classify,
    expressible,
    violations,
)
from benchmarks.embedding.cpp_mlir.mutants import Mutant, mutants
from benchmarks.embedding.cpp_mlir.tool import Verdict, installed, judge, llvm
from benchmarks.measure import Measurement

REDUCED = 23
"""One mutant of so many is judged at reduced size."""
FOUND = (EXPRESSIBLE, TERMINATOR)
"""What C++ MLIR has to find."""


def judge_modules(tool: Path, modules: Sequence[ModuleOp]) -> list[Verdict]:
    """What `tool` says of each module, with the dialects that accelc ships."""
    return judge(tool, [cpp_text(module, llvm=llvm(tool)) for module in modules])


def round_trip(case: Case, verdict: Verdict) -> bool:
    """Whether a tool's output, read back, is the module it was given."""
    if verdict.output is None or case.module is None:
        return False
    back = read(verdict.output)
    back.verify()
    return back.is_structurally_equivalent(case.module)


def mutant_kind(mutant: Mutant) -> str | None:
    """`EXPRESSIBLE` for a violated constraint that IRDL has in full, another kind for one it has not, None for none."""
    found = [finding for op in mutant.module.walk() for finding in violations(op)]
    return None if not found else EXPRESSIBLE if any(map(expressible, found)) else "widened"


def _legal(tool: Path, what: str, cases: Sequence[Case]) -> Iterator[Measurement]:
    verdicts = judge_modules(tool, [case.module for case in cases if case.module is not None])
    yield Measurement.at_least(f"{tool.name}: {what}", len(cases), "", 1)
    accepted = sum(verdict.accepted for verdict in verdicts)
    yield Measurement.at_least(f"{tool.name}: {what}, accepted", accepted, "", len(cases))
    same = sum(map(round_trip, cases, verdicts))
    yield Measurement.at_least(f"{tool.name}: {what}, unchanged", same, "", len(cases))


def _illegal(tool: Path, cases: Sequence[Case], reduced: bool) -> Iterator[Measurement]:
    yield Measurement.reported(f"{tool.name}: negative cases", len(cases), "")
    unread = sum(case.module is None for case in cases)
    yield Measurement.reported(f"{tool.name}: negative, our syntax", unread, "")
    kinds = [(classify(case.module), case.module) for case in cases if case.module is not None]
    legal = sum(kind is None for kind, _ in kinds)
    yield Measurement.at_most(f"{tool.name}: negative, legal to accelc", legal, "", 0)
    yield Measurement.at_least(f"{tool.name}: negative, to be found", sum(k in FOUND for k, _ in kinds), "", 1)
    for kind in KINDS:
        modules = [module for found, module in kinds if found == kind]
        yield Measurement.reported(f"{tool.name}: negative, {kind}", len(modules), "")
        if kind in FOUND or not reduced:
            verdicts = judge_modules(tool, modules)
            rejected, name = sum(not verdict.accepted for verdict in verdicts), f"{tool.name}: {kind}, rejected"
            if kind in FOUND:
                yield Measurement.at_least(name, rejected, "", len(modules))
            else:
                yield Measurement.reported(name, rejected, "")


def _mutants(tool: Path, some: Sequence[Mutant]) -> Iterator[Measurement]:
    verdicts = judge_modules(tool, [mutant.module for mutant in some])
    counts = Counter((mutant_kind(mutant), verdict.accepted) for mutant, verdict in zip(some, verdicts, strict=True))
    for kind, name, accepted in (
        (EXPRESSIBLE, "illegal by IRDL", False),
        ("widened", "illegal but widened", True),
        (None, "constraints hold", True),
    ):
        total = counts[kind, True] + counts[kind, False]
        verdict = "accepted" if accepted else "rejected"
        yield Measurement.at_least(f"{tool.name}: mutants, {name}", total, "", 1)
        yield Measurement.at_least(f"{tool.name}: mutants, {name}, {verdict}", counts[kind, accepted], "", total)


def measure(reduced: bool) -> Iterator[Measurement]:
    """All numbers, of each tool that is installed. Raises RuntimeError if there is none."""
    tools = installed()
    if not tools:
        raise RuntimeError("no tool of C++ MLIR is installed: pip install 'accelc[cpp-mlir]'")
    legal, illegal, more = positive(), negative(), of_passes()
    some = list(mutants([case.module for case in legal if case.module is not None], DIALECTS))
    for tool in tools:
        yield from _legal(tool, "dialect tests", legal)
        yield from _legal(tool, "pass tests", more[::5] if reduced else more)
        yield from _illegal(tool, illegal, reduced)
        yield from _mutants(tool, some[::REDUCED] if reduced else some)

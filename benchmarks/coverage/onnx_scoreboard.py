"""
Scoreboard of ONNX's own test suite: every case of `onnx.backend.test` through `accelc.onnx_backend.Backend`.

`python -m benchmarks.coverage.onnx_scoreboard [--filter REGEX] [--jobs N] [--json FILE]` prints what passed, where the
operators were executed and the most frequent reasons why not on the accelerator. A case passes if all its outputs
have the expected type and shape and are within the case's own tolerances. Models are compiled with `accelerator-first`:
the tensors of the cases are so small that by cost most would be for the host. Tiers come from what was executed
(`accelc.staged.tiers`).
"""

import argparse
import json
import re
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from benchmarks.coverage.workers import Died, run_all
from benchmarks.measure import Measurement

KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator", "real")
SIMPLE_TYPES = {1, 6, 7, 9}
"""Element types of ONNX that simple cases have at their inputs and outputs: float, int32, int64, bool."""
TIMEOUT_SECONDS = 300
"""For one case, and again for the reference."""
REDUCED = r"^test_(add|matmul_2d|reshape_reduced_dims|if|loop11|nonzero_example|string_concat|softmax_axis_0|Linear)$"
"""Cases of a reduced run: one of each tier and kind."""
ON_ACCELERATOR_PERCENT = 70.0
"""Least share of simple cases whose arithmetic runs on the accelerator."""


@dataclass
class Row:
    """
    One case: `status` is pass, unsupported (a diagnostic of accelc), fail or timeout; `reference` whether ONNX's own
    passes (None: not asked). `nodes` has operator, tier, whether it is arithmetic, and whether off the accelerator.
    """

    name: str
    kind: str
    status: str = "fail"
    simple: bool = False
    reference: bool | None = None
    message: str = ""
    seconds: float = 0.0
    nodes: list[tuple[str, str, bool, bool]] = field(default_factory=list[tuple[str, str, bool, bool]])
    reasons: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def has_arithmetic(self) -> bool:
        """Whether any operator computes."""
        return any(arithmetic for _, _, arithmetic, _ in self.nodes)

    @property
    def on_accelerator(self) -> bool:
        """Whether the case passes and no arithmetic ran anywhere but on the accelerator."""
        return self.status == "pass" and not any(elsewhere for *_, elsewhere in self.nodes)


@cache
def all_cases() -> dict[str, Any]:
    """All cases of the installed package by name."""
    from onnx.backend.test.loader import load_model_tests

    warnings.filterwarnings("ignore")
    return {case.name: case for kind in KINDS for case in load_model_tests(kind=kind)}


def run_case(name: str, target: str, with_reference: bool) -> Row:
    """Execute one case, and the same by ONNX's reference."""
    case = all_cases()[name]
    row = Row(name, str(case.kind))
    warnings.filterwarnings("ignore")
    start = perf_counter()
    try:
        model, data = _loaded(case)
        row.simple = _is_simple(model)
    except Exception as error:
        row.message = f"{type(error).__name__}: {error}"
        return row
    _judged(row, lambda: _accelc(row, case, model, data, target))
    row.seconds = perf_counter() - start
    if with_reference:
        other = Row(name, row.kind)
        _judged(other, lambda: _reference(case, model, data))
        row.reference = other.status == "pass"
    return row


def _judged(row: Row, act: Any) -> None:
    from accelc.errors import AccelcError

    def expired(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, expired)
    signal.alarm(TIMEOUT_SECONDS)
    try:
        act()
        row.status = "pass"
    except TimeoutError:
        row.status, row.message = "timeout", f"not through after {TIMEOUT_SECONDS} s"
    except AccelcError as error:
        row.status, row.message = "unsupported", str(error)
    except (Exception, AssertionError) as error:
        row.status, row.message = "fail", f"{type(error).__name__}: {str(error).strip()}"
    finally:
        signal.alarm(0)


def _accelc(row: Row, case: Any, model: Any, data: Any, target: str) -> None:
    from accelc.driver import CompileOptions
    from accelc.onnx_backend import Backend

    prepared = Backend.prepare(model, options=CompileOptions(target=target, force="accelerator-first"))
    for inputs, expected in data:
        found = prepared.run(inputs)
        for tier in prepared.tiers():
            row.nodes.append((tier.op_type, tier.tier, tier.arithmetic, tier.elsewhere))
            if tier.elsewhere:
                row.reasons += [(tier.op_type, reason) for reason in tier.reasons]
        _compare(case, expected, found)


def _reference(case: Any, model: Any, data: Any) -> None:
    from accelc.frontends.onnx.framework import evaluate_reference

    names = _input_names(model)
    for inputs, expected in data:
        _compare(case, expected, evaluate_reference(model, dict(zip(names, inputs, strict=True))))


def _compare(case: Any, expected: Any, found: Any) -> None:
    from onnx.backend.test.runner import Runner

    Runner.assert_similar_outputs(expected, list(found), case.rtol, case.atol, case.model_dir)


def _input_names(model: Any) -> list[str]:
    initialized = {tensor.name for tensor in model.graph.initializer}
    return [value.name for value in model.graph.input if value.name not in initialized]


def _loaded(case: Any) -> tuple[Any, list[tuple[list[Any], list[Any]]]]:
    """Model of a case, and its data sets."""
    import onnx
    from onnx import numpy_helper
    from onnx.backend.test.runner import Runner

    load = cast(Any, onnx).load

    def plain(value: Any) -> Any:
        return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value

    if case.model is not None:
        return case.model, [([plain(v) for v in a], [plain(v) for v in b]) for a, b in case.data_sets]
    if case.model_dir is None:
        path = Path(onnx.__file__).parent.parent / case.url
        model = load(path)
        initialized = {tensor.name for tensor in model.graph.initializer}
        inputs = [Runner.generate_dummy_data(v) for v in model.graph.input if v.name not in initialized]
        stem = path.with_suffix("")
        outputs = [_read(Path(f"{stem}_output_{i}.pb"), v.type) for i, v in enumerate(model.graph.output)]
        return model, [(inputs, outputs)]
    folder = Path(case.model_dir)
    model = load(folder / "model.onnx")
    sets = sorted(folder.glob("test_data_set*"))
    return model, [(_values(s, "input", model.graph.input), _values(s, "output", model.graph.output)) for s in sets]


def _values(folder: Path, prefix: str, infos: Sequence[Any]) -> list[Any]:
    count = len(list(folder.glob(f"{prefix}_*.pb")))
    return [_read(folder / f"{prefix}_{i}.pb", infos[i].type) for i in range(count)]


def _read(path: Path, kind: Any) -> Any:
    import onnx
    from onnx import numpy_helper

    name = kind.WhichOneof("value")
    message: Any
    message, convert = {
        "tensor_type": (onnx.TensorProto(), numpy_helper.to_array),
        "sequence_type": (onnx.SequenceProto(), numpy_helper.to_list),
        "optional_type": (onnx.OptionalProto(), numpy_helper.to_optional),
    }[name]
    message.ParseFromString(path.read_bytes())
    return convert(message)


def _is_simple(model: Any) -> bool:
    kinds = [v.type for v in model.graph.output]
    names = set(_input_names(model))
    kinds += [v.type for v in model.graph.input if v.name in names]
    return all(k.WhichOneof("value") == "tensor_type" and k.tensor_type.elem_type in SIMPLE_TYPES for k in kinds)


# --- processes --------------------------------------------------------------------------------------------------------


def run_cases(names: Sequence[str], jobs: int, target: str, with_reference: bool) -> Iterator[Row]:
    """Execute cases in `jobs` processes; one that dies or hangs fails its case and is replaced."""
    cases = all_cases()
    for done in run_all(
        lambda name: run_case(name, target, with_reference), names, jobs, seconds=2 * TIMEOUT_SECONDS + 60
    ):
        if isinstance(done.result, Died):
            yield Row(done.task, str(cases[done.task].kind), message=done.result.reason)
        else:
            yield done.result


# --- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    """Counts of cases, all and simple ones: how many, passed, passed by the reference, passed of these."""

    cases: int
    passed: int
    reference: int
    passed_of_reference: int
    with_arithmetic: int
    on_accelerator: int
    arithmetic_on_accelerator: int


def totals(rows: Sequence[Row]) -> Totals:
    """Counts of some cases."""
    passed = [row for row in rows if row.status == "pass"]
    computing = [row for row in rows if row.has_arithmetic]
    return Totals(
        len(rows),
        len(passed),
        sum(row.reference is True for row in rows),
        sum(row.reference is True for row in passed),
        len(computing),
        sum(row.on_accelerator for row in rows),
        sum(row.on_accelerator for row in computing),
    )


def measure(reduced: bool) -> Iterator[Measurement]:
    """Figures of the whole suite, or of the cases in `REDUCED`."""
    names = selected(REDUCED if reduced else "")
    rows = list(run_cases(names, 2, "trn-like", with_reference=True))
    everything, simple = totals(rows), totals([row for row in rows if row.simple])
    yield Measurement.at_least(
        "onnx cases passed", everything.passed, "cases", everything.reference, everything.reference
    )
    yield Measurement.at_least(
        "onnx simple cases passed of reference's", simple.passed_of_reference, "cases", simple.reference
    )
    share = 100 * simple.on_accelerator / max(simple.cases, 1)
    name = "onnx simple cases on the accelerator"
    if reduced:
        yield Measurement.reported(name, share, "%")
    else:
        yield Measurement.at_least(name, share, "%", ON_ACCELERATOR_PERCENT)
    share = 100 * simple.arithmetic_on_accelerator / max(simple.with_arithmetic, 1)
    yield Measurement.reported("  of those with arithmetic", share, "%")


def selected(pattern: str) -> list[str]:
    """Names of the cases that a regular expression finds."""
    return [name for name in all_cases() if re.search(pattern, name)]


def main() -> int:
    """Run the command: 1 if a case that the reference passes does not pass."""
    parser = argparse.ArgumentParser(description="Run onnx.backend.test through accelc's backend.")
    parser.add_argument("--filter", default="", metavar="REGEX", help="only cases whose name it finds")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--target", default="trn-like", help="machine to compile for (default: %(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write one JSON object per case into this file")
    parser.add_argument("--from", dest="source", metavar="FILE", help="print the figures of such a file again")
    parser.add_argument("--no-reference", action="store_true", help="do not run ONNX's reference beside it")
    parser.add_argument("--top", type=int, default=25, help="lines of each list (default: %(default)s)")
    parser.add_argument("--cases", action="store_true", help="list every case with its tiers")
    arguments = parser.parse_args()
    if arguments.source:
        texts = Path(arguments.source).read_text().splitlines()
        rows = [Row(**json.loads(line)) for line in texts]
        rows = [row for row in rows if re.search(arguments.filter, row.name)]
    else:
        names = selected(arguments.filter)
        rows = _collect(names, arguments)
    _print(rows, arguments.top, arguments.cases)
    return int(any(row.reference and row.status != "pass" for row in rows))


def _collect(names: Sequence[str], arguments: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    with open(arguments.json, "w") if arguments.json else nullcontext() as file:
        for row in run_cases(names, arguments.jobs, arguments.target, not arguments.no_reference):
            rows.append(row)
            if file is not None:
                print(json.dumps(asdict(row)), file=file, flush=True)
            if len(rows) % 100 == 0:
                print(f"{len(rows)} of {len(names)}", file=sys.stderr, flush=True)
    return rows


def _print(rows: Sequence[Row], top: int, cases: bool) -> None:
    if cases:
        for row in sorted(rows, key=lambda r: r.name):
            tiers = ", ".join(dict.fromkeys(f"{op} {tier}" for op, tier, _, _ in row.nodes))
            print(f"{row.status:<12}{row.name}: {_first_line(row.message) or tiers}")
        print()
    for label, chosen in (("all", rows), ("simple", [row for row in rows if row.simple])):
        t = totals(chosen)
        print(f"{label:<7}{t.cases:>6} cases, {t.passed} pass")
        print(f"       the reference passes {t.reference}, of these {t.passed_of_reference} pass")
        share = 100 * t.on_accelerator / max(t.cases, 1)
        print(f"       every arithmetic operator on the accelerator: {t.on_accelerator} ({share:.1f} %)")
        share = 100 * t.arithmetic_on_accelerator / max(t.with_arithmetic, 1)
        print(f"       of {t.with_arithmetic} cases with arithmetic: {t.arithmetic_on_accelerator} ({share:.1f} %)")
    _print_operators(rows, top)
    bad = Counter((row.status, _first_line(row.message)) for row in rows if row.status != "pass")
    if bad:
        print("\nnot passed: cases, status, message")
        for (status, message), number in bad.most_common(top):
            names = [r.name for r in rows if r.status == status and r.message.startswith(message)]
            print(f"{number:>5} {status:<12} {message} [{names[0] if names else ''}]")
    reasons = Counter((op, _blurred(text)) for row in rows if row.simple for op, text in set(map(tuple, row.reasons)))
    if reasons:
        print("\nsimple cases off the accelerator: cases, operator, reason")
        for (op, text), number in reasons.most_common(top):
            print(f"{number:>5} {op:<22} {text[:170]}")


def _first_line(text: str) -> str:
    return next(iter(text.splitlines()), "")[:200]


def _blurred(text: str) -> str:
    """A reason without names and numbers, so that equal ones count together."""
    return re.sub(r"\d+", "N", re.sub(r"'[^']*'", "'...'", text))


def _print_operators(rows: Sequence[Row], top: int) -> None:
    """Arithmetic operators of simple cases by how many cases have them off the accelerator."""
    found: Counter[str] = Counter()
    off: Counter[str] = Counter()
    tiers: dict[str, Counter[str]] = {}
    for row in rows:
        if not row.simple:
            continue
        for op in {op for op, _, arithmetic, _ in row.nodes if arithmetic}:
            found[op] += 1
            off[op] += any(o == op and elsewhere for o, _, _, elsewhere in row.nodes)
            tiers.setdefault(op, Counter()).update({t for o, t, _, _ in row.nodes if o == op})
    print("\narithmetic operators of simple cases: cases, share on the accelerator, tiers")
    for op, number in sorted(off.items(), key=lambda item: -item[1])[:top]:
        shown = ", ".join(f"{tier} {count}" for tier, count in tiers[op].most_common(4))
        print(f"{found[op]:>5} {1 - number / found[op]:>5.0%} {op:<24} {shown}")
    rest = sum(number == 0 for number in off.values())
    print(f"{rest} of {len(off)} arithmetic operators are always on the accelerator")


if __name__ == "__main__":
    sys.exit(main())

"""
Write `test/golden/cycles.json`, the times of a few programs; with `--check` fail if they are others now.

A change of the compiler, the simulator or a preset that moves them comes with the new file, and its commit says why.
What differs is shown layer by layer, as `accelc compare` shows it. The example of `docs/compare.md` is written as well.
"""

import argparse
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from golden_models import Model, golden_programs

from accelc.compare import Record, compare
from accelc.compare.measure import record_of
from accelc.compare.read import read_record
from accelc.driver import CompileOptions, compile_model
from accelc.report.compare import print_comparison
from accelc.runtime.execute import execute

GOLDEN = Path(__file__).parent.parent / "test" / "golden" / "cycles.json"
PAGE = Path(__file__).parent.parent / "docs" / "compare.md"
EXAMPLE = ("convolutions on trn-like", "convolutions on tpu-like")
"""The programs whose comparison the page shows."""
SCRIPT = f"python tools/{Path(__file__).name}"
DIGITS = 3
"""Of nanoseconds: sums in another order are the same."""


def measured(model: Model, target: str) -> Record:
    """The record of a model that is compiled and timed now."""
    compiled = compile_model(model, CompileOptions(target))
    execution = execute(compiled.program, compiled.target, {}, functional=False, races=False)
    return record_of("now", compiled.program, execution, compiled.target)


def form(record: Record) -> dict[str, Any]:
    """A record as the file has it: rounded, without lanes that never work and reasons that do not occur."""
    used = {name: lane for name, lane in record.lanes.items() if lane.busy_ns}
    value = _rounded(replace(record, lanes=used).as_json())
    for lane in value["engines"].values():
        lane["stalls_ns"] = {reason: ns for reason, ns in lane["stalls_ns"].items() if ns}
    return value


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in _items(value)}
    return [_rounded(inner) for inner in _list(value)] if isinstance(value, list) else value


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    yield from value.items()


def _list(value: Any) -> list[Any]:
    return value


@cache
def current() -> Mapping[str, Mapping[str, Any]]:
    """All programs as they are now, `MODEL on TARGET` -> form."""
    return {f"{name} on {target}": form(measured(model(), target)) for name, model, target in golden_programs()}


def text(programs: Mapping[str, Mapping[str, Any]]) -> str:
    """The file: one line for each engine and layer, so that a difference of two versions can be read."""
    lines: list[str] = []
    for name, record in programs.items():
        fields = ",\n".join(f"  {json.dumps(key)}: {_field(value)}" for key, value in record.items())
        lines.append(f" {json.dumps(name)}: {{\n{fields}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _field(value: Any) -> str:
    if isinstance(value, list):
        rows = [f"   {json.dumps(row)}" for row in _list(value)]
        return "[\n" + ",\n".join(rows) + "\n  ]" if rows else "[]"
    if isinstance(value, dict) and any(isinstance(inner, dict) for _, inner in _items(value)):
        rows = [f"   {json.dumps(key)}: {json.dumps(row)}" for key, row in _items(value)]
        return "{\n" + ",\n".join(rows) + "\n  }"
    return json.dumps(value)


def differences(golden: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]], file: TextIO) -> list[str]:
    """Names of the programs that are not as in the file, which are shown, and of those that only one of both has."""
    found = [f"{name} (not in the file)" for name in now if name not in golden]
    found += [f"{name} (only in the file)" for name in golden if name not in now]
    for name in now:
        if name in golden and golden[name] != now[name]:
            found.append(name)
            print(f"== {name}", file=file)
            a, b = (read_record(side[name], name, label) for side, label in ((golden, "golden"), (now, "now")))
            print_comparison(compare(a, b), file)
    return found


def page(golden: Mapping[str, Any]) -> str:
    """The page with the example as it is with these times: its block of text."""
    shown = io.StringIO()
    a, b = (read_record(golden[name], name, "convolutions.onnx") for name in EXAMPLE)
    b = replace(b, name=f"{b.name} --target {b.target}")
    print_comparison(compare(a, b), shown, 8)
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    block = "\n".join(filter(None, lines))
    before, rest = PAGE.read_text(encoding="utf-8").split("```text\n", 1)
    return f"{before}```text\n{block}\n```{rest.split('```', 1)[1]}"


def main() -> int:
    """Write or check the file."""
    parser = argparse.ArgumentParser(description="Write the times of a few programs to test/golden/cycles.json.")
    parser.add_argument("--check", action="store_true", help="do not write, fail if the times are others")
    check: bool = parser.parse_args().check
    golden: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    now = current()
    found = differences(golden, now, sys.stdout)
    if check:
        if not found and page(golden) != PAGE.read_text(encoding="utf-8"):
            found = [f"the example of docs/{PAGE.name}"]
        if found:
            print(f"error: cycles differ from {GOLDEN.name}: {', '.join(found)}; {advice()}", file=sys.stderr)
        return int(bool(found))
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(text(now), encoding="utf-8")
    PAGE.write_text(page(json.loads(text(now))), encoding="utf-8")
    print(f"{GOLDEN}: {len(now)} programs, {len(found)} changed")
    return 0


def advice() -> str:
    """What to do about a difference."""
    return f"if that is meant, run {SCRIPT} and say why in the commit"


if __name__ == "__main__":
    sys.exit(main())

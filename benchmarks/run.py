"""
The one entry of all benchmarks: `python benchmarks/run.py SUITE [--json]`.

Prints every number with its limit and the same number of a peer tool where one is installed. The exit status is 1 if
any number is beyond its limit, or cannot be measured.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # This folder is a package; on the path, its `coverage` would stand before the library of that name.
    sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.measure import Measurement

SUITES = {
    "coverage": "benchmarks.coverage",
    "embedding": "benchmarks.embedding",
    "end-to-end": "benchmarks.end_to_end",
    "five-passes": "benchmarks.five_passes",
    "simulator": "benchmarks.simulator",
    "startup": "benchmarks.startup",
}
"""Suite -> module, with a function `measure` that gives the numbers one by one."""


def main() -> int:
    """Run one suite."""
    parser = argparse.ArgumentParser(description="Measure accelc against its limits and its peers.")
    parser.add_argument("suite", choices=SUITES, help="what to measure")
    parser.add_argument("--json", action="store_true", help="print one JSON array instead of a table")
    arguments = parser.parse_args()
    measures: Iterable[Measurement] = import_module(SUITES[arguments.suite]).measure()
    done: list[Measurement] = []
    failed = False
    try:
        for measure in measures:
            done.append(measure)
            if not arguments.json:
                print(_line(measure), flush=True)
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        failed = True
    if arguments.json:
        print(json.dumps([asdict(measure) for measure in done], indent=1))
    return int(failed or not all(measure.ok for measure in done))


def _line(measure: Measurement) -> str:
    limit = "" if measure.threshold is None else f"  limit {measure.threshold:.4g}"
    peer = "" if measure.baseline is None else f"  peer {measure.baseline:.4g}"
    verdict = "ok    " if measure.ok else "NOT OK"
    return f"{verdict} {measure.name:<40} {measure.value:12.4g} {measure.unit:<6}{limit}{peer}"


if __name__ == "__main__":
    sys.exit(main())

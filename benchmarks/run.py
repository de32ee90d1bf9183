"""
The one entry of all benchmarks: `python benchmarks/run.py SUITE [--json]`.

Prints every number with its limit and the same number of a peer tool where one is installed. The exit status is 1 if
any number is beyond its limit, or cannot be measured.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module

from measure import Measurement

SUITES = {
    "end-to-end": "end_to_end",
}
"""Suite -> module in this folder with a function `measure` that yields measurements."""


def main() -> int:
    """Run one suite."""
    parser = argparse.ArgumentParser(description="Measure accelc against its limits and its peers.")
    parser.add_argument("suite", choices=SUITES, help="what to measure")
    parser.add_argument("--json", action="store_true", help="print one JSON array instead of a table")
    arguments = parser.parse_args()
    measurements: Iterator[Measurement] = import_module(SUITES[arguments.suite]).measure()
    done: list[Measurement] = []
    failed = False
    try:
        for measurement in measurements:
            done.append(measurement)
            if not arguments.json:
                print(_line(measurement), flush=True)
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        failed = True
    if arguments.json:
        print(json.dumps([asdict(measurement) for measurement in done], indent=1))
    return int(failed or not all(measurement.ok for measurement in done))


def _line(measurement: Measurement) -> str:
    limit = "" if measurement.threshold is None else f"  limit {measurement.threshold:.4g}"
    peer = "" if measurement.baseline is None else f"  peer {measurement.baseline:.4g}"
    verdict = "ok    " if measurement.ok else "NOT OK"
    return f"{verdict} {measurement.name:<40} {measurement.value:12.4g} {measurement.unit:<6}{limit}{peer}"


if __name__ == "__main__":
    sys.exit(main())

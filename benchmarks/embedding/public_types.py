"""Public names of accelc with a type that other packages see, as `pyright --verifytypes` counts them."""

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from benchmarks.measure import ROOT, Measurement


def checker() -> Any:
    """The script that `.ci/run` executes."""
    path = ROOT / "tools" / "check_public_types.py"
    spec = spec_from_file_location("check_public_types", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def measure(reduced: bool) -> Iterator[Measurement]:
    """The part of names with a known type; `reduced` is the same."""
    report = checker().verify(ROOT / "accelc")
    names = sum(report["exportedSymbolCounts"].values())
    yield Measurement.at_least("types: public names", float(names), "names", 1.0)
    yield Measurement.at_least("types: known", 100 * report["completenessScore"], "%", 100.0)

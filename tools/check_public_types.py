"""
Check that other packages see a type for every public name of accelc: `pyright --verifytypes` says 100 %.

A copy of the package is checked, in a folder of its own: pyright takes names for public only in an installed package
with `py.typed`. Types that come from other packages without annotations are not counted.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def install(package: Path, folder: Path) -> Path:
    """An environment in `folder` with a copy of `package` and all packages of this one; returns its programs."""
    venv.create(folder, symlinks=True)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    site = Path(paths["purelib"])
    # Links to folders of the checkout are followed: an installed package has none.
    shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Path(paths["scripts"])


def verify(package: Path) -> dict[str, Any]:
    """
    What pyright says of the types of the package in folder `package`, which has a `py.typed`.

    Raises `RuntimeError` with pyright's own words if it cannot check the package at all.
    """
    with tempfile.TemporaryDirectory() as folder:
        programs = install(package, Path(folder) / "environment")
        found = subprocess.run(
            [sys.executable, "-m", "pyright", "--verifytypes", package.name, "--ignoreexternal", "--outputjson"],
            # Pyright asks the first Python of the path where its packages are.
            env=os.environ
            | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(programs.parent)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        report = json.loads(found.stdout)
    except ValueError:
        raise RuntimeError(found.stdout + found.stderr) from None
    if report.get("generalDiagnostics") or not report.get("typeCompleteness", {}).get("symbols"):
        raise RuntimeError("\n".join(one["message"] for one in report.get("generalDiagnostics", ())) or "no names")
    return report["typeCompleteness"]


def incomplete(report: dict[str, Any]) -> Iterator[str]:
    """Public names whose types are unknown or ambiguous, with the reasons."""
    for symbol in report["symbols"]:
        if symbol["isExported"] and (not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]):
            reasons = [" ".join(one["message"].split()) for one in symbol["diagnostics"]]
            yield f"{symbol['name']}: {'; '.join(reasons)}"


def main() -> int:
    """Print the part of public names with a known type; status 1 unless it is 100 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", nargs="?", type=Path, default=ROOT / "accelc", help="folder of a package")
    report = verify(parser.parse_args().package.resolve())
    names = list(incomplete(report))
    print(*names, sep="\n", end="\n" if names else "")
    counts = report["exportedSymbolCounts"]
    print(f"{report['completenessScore']:.2%} of {sum(counts.values())} public names have a known type")
    return 1 if names or report["completenessScore"] < 1 else 0


if __name__ == "__main__":
    raise SystemExit(main())

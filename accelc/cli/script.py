"""`accelc run SCRIPT.py`: execute an unmodified NumPy script with its arrays on the simulated machine."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from accelc.errors import UsageError

SUFFIX = ".py"
"""Ending of scripts."""


def split(words: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The words up to the first script, and those behind it, which are its own; None if there is none."""
    for index, word in enumerate(words):
        if word.endswith(SUFFIX) and not word.startswith("-"):
            return list(words[: index + 1]), list(words[index + 1 :])
    return None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from accelc.cli.options import output_path
    from accelc.driver import DEFAULT_TARGET, PRECISIONS

    parser.usage = "accelc run [options] SCRIPT.py [arguments of the script]"
    parser.add_argument("script", metavar="SCRIPT.py", type=Path, help="Python script that uses NumPy")
    parser.add_argument(
        "--target", default=DEFAULT_TARGET, help=f"preset or path of a .toml file (default: {DEFAULT_TARGET})"
    )
    parser.add_argument(
        "--precision", default="model", metavar="TYPE", help=f"{', '.join(PRECISIONS)} (default: %(default)s)"
    )
    parser.add_argument(
        "--dump-first-ir",
        type=output_path,
        metavar="DIR",
        help="write the IR of every kind of hooked call into this folder",
    )
    parser.add_argument(
        "--dump-second-ir",
        type=output_path,
        metavar="DIR",
        help="write the IR of every compiled stretch into this folder",
    )
    parser.add_argument(
        "--report", type=output_path, metavar="FILE.json", help="write what was hooked, and why not the rest"
    )
    parser.add_argument("--quiet", action="store_true", help="print no report on standard error")


def execute(arguments: argparse.Namespace) -> int:
    """
    Run the script; its exit status, or 1 if a race was found. Raises AccelcError before the script begins.

    Raises UsageError for a report in a folder that does not exist.
    """
    from accelc.files import atomic_file
    from accelc.hooking import hook
    from accelc.hooking.program.script import load_script, run_script

    module, code = load_script(arguments.script)
    report: Path | None = arguments.report
    if report is not None and not report.parent.is_dir():
        raise UsageError(f"--report {report}: the folder '{report.parent}' does not exist")
    with hook(
        arguments.target,
        precision=arguments.precision,
        dump_first_ir=arguments.dump_first_ir,
        dump_second_ir=arguments.dump_second_ir,
    ) as session:
        status = run_script(module, code, [str(arguments.script), *arguments.script_arguments])
    if report is not None:
        with atomic_file(report) as file:
            file.write((json.dumps(session.report.as_json(), indent=1) + "\n").encode())
    if not arguments.quiet:
        session.report.print(sys.stderr)
    if session.report.races:
        print(f"error: {session.report.races} races between engines", file=sys.stderr)
        return status or 1
    return status

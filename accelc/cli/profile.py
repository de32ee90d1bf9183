"""`accelc profile`: where the time of a model or program goes, as figures, a report, a trace and tables."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from accelc.cli.options import (
    MODEL_FILES,
    add_compile_arguments,
    add_trace_argument,
    compile_options,
    output_path,
    progress_bar,
)
from accelc.driver import DEFAULT_TARGET, Progress
from accelc.errors import UsageError

if TYPE_CHECKING:
    from accelc.isa.program import Program
    from accelc.profile import Profile
    from accelc.profile.html import Facts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_compile_arguments(parser, "FILE", f"{MODEL_FILES}, or program (.acx) of accelc compile")
    parser.set_defaults(target=None)
    parser.add_argument(
        "-o",
        "--output",
        type=output_path,
        metavar="DIR",
        help="write report.html, trace.pftrace, summary.json and the tables",
    )
    parser.add_argument(
        "--html", type=output_path, metavar="FILE", help="write a report with charts, which opens offline"
    )
    add_trace_argument(parser)
    parser.add_argument(
        "--tables", type=output_path, metavar="DIR", help="write one file for each table into this folder"
    )
    parser.add_argument("--format", metavar="FORMAT", help="csv or parquet, of --tables and -o (default: csv)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command. Raises UsageError."""
    from accelc.compare.measure import record_of_profile
    from accelc.profile.export import check_format, write_tables
    from accelc.profile.html import chart_script, write_html_report
    from accelc.profile.summary import summarize
    from accelc.profile.trace import write_trace

    reports: list[Path] = [path for path in (arguments.html,) if path is not None]
    traces: list[Path] = [path for path in (arguments.trace,) if path is not None]
    folders: list[Path] = [path for path in (arguments.tables,) if path is not None]
    if arguments.output is not None:
        reports.append(arguments.output / "report.html")
        traces.append(arguments.output / "trace.pftrace")
        folders.append(arguments.output)
    if arguments.format is not None and not folders:
        raise UsageError("--format without --tables or -o: no tables are written")
    kind = arguments.format or "csv"
    # What cannot be written is refused before anything is compiled.
    check_format(kind)
    if reports:
        chart_script()
    with progress_bar() as progress:
        found, program, facts = _profile(arguments, progress, races=bool(reports))
        summary = summarize(found)
        if arguments.output is not None:
            arguments.output.mkdir(parents=True, exist_ok=True)
        for path in reports:
            progress(f"write {path}")
            write_html_report(path, found, facts)
        for path in traces:
            progress(f"write {path}")
            write_trace(found, path)
        for path in folders:
            progress(f"write {path}")
            write_tables(found, path, kind)
    record = record_of_profile(arguments.model.stem, program, found)
    text = json.dumps({**record.as_json(), **summary.as_json()}, indent=1, allow_nan=False)
    if arguments.output is not None:
        (arguments.output / "summary.json").write_text(text + "\n", encoding="utf-8")
    if arguments.json:
        print(text)
    else:
        from accelc.report.profile import print_profile

        print_profile(arguments.model.stem, summary, sys.stdout)
    return 0


def _refuse_compile_options(arguments: argparse.Namespace) -> None:
    """Raises UsageError for options that only say how to compile."""
    defaults = argparse.ArgumentParser()
    add_compile_arguments(defaults)
    for name, default in vars(defaults.parse_args([str(arguments.model)])).items():
        if name not in ("model", "target") and getattr(arguments, name) != default:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} with '{arguments.model}': the program is compiled already")


def _profile(arguments: argparse.Namespace, progress: Progress, races: bool) -> "tuple[Profile, Program, Facts]":
    """Compile what is no program yet, time it, and look where the time went; `races` also looks for races."""
    from accelc.profile import profile
    from accelc.profile.html import Facts
    from accelc.report.figures import race_count
    from accelc.runtime.execute import execute as execute_program

    bound: float | None = None
    if arguments.model.suffix == ".acx":
        from accelc.isa.loader import load_program
        from accelc.targets import load_target, parse_target

        _refuse_compile_options(arguments)
        expected = None if arguments.target is None else load_target(arguments.target)
        program = load_program(arguments.model, expected)
        target = parse_target(program.target_text, f"{arguments.model}: target.toml")
    else:
        from accelc.driver import compile_model

        if arguments.target is None:
            arguments.target = DEFAULT_TARGET
        compiled = compile_model(arguments.model, compile_options(arguments), progress)
        program, target, bound = compiled.program, compiled.target, compiled.lower_bound.ns
    result = execute_program(program, target, {}, functional=False, races=races, progress=progress)
    progress("profile")
    facts = Facts(arguments.model.stem, bound, race_count(result) if races else None)
    return profile(program, result, target), program, facts

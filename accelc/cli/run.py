"""`accelc run`: compile a model, execute it on the simulated machine, compare with a reference and report."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from accelc.cli.options import (
    MODEL_FILES,
    add_compile_arguments,
    add_trace_argument,
    assignments,
    compile_options,
    progress_bar,
)

if TYPE_CHECKING:
    from accelc.staged.running import StagedRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    files = f"{MODEL_FILES}; or a Python script that uses NumPy (its options: accelc run --help SCRIPT.py)"
    add_compile_arguments(parser, files=files)
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=FILE.npy",
        help="array for an input; the others are random",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of random inputs (default: %(default)s)")
    parser.add_argument("--no-check", action="store_true", help="do not compare with a reference")
    parser.add_argument("--timing-only", action="store_true", help="count cycles without computing numbers")
    parser.add_argument("--explain-partition", action="store_true", help="list where every operation runs, and why")
    parser.add_argument("--timeline", action="store_true", help="show when every lane of the accelerator works")
    add_trace_argument(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command: 1 if the comparison fails or a race is found."""
    from accelc.driver import RunResult
    from accelc.profile import profile
    from accelc.profile.trace import write_trace
    from accelc.report.figures import race_count, run_json
    from accelc.report.timeline import SegmentTimeline, segment_timelines, timelines_json, timelines_text
    from accelc.running import run_any
    from accelc.runtime.inputs import load_array

    options = compile_options(arguments)
    inputs = {name: load_array(path, name) for name, path in assignments(arguments.input, "--input")}
    shows = [f"--{name}" for name in ("trace", "timeline") if getattr(arguments, name)]
    with progress_bar() as progress:
        result = run_any(
            arguments.model,
            options,
            inputs=inputs,
            seed=arguments.seed,
            check=not arguments.no_check,
            timing_only=arguments.timing_only,
            shows=shows,
            progress=progress,
        )
    if not isinstance(result, RunResult):
        return _report_staged(arguments, result)
    if arguments.trace is not None:
        write_trace(profile(result.compiled.program, result.execution, result.compiled.target), arguments.trace)
    timelines: list[SegmentTimeline] | None = None
    if arguments.timeline:
        timelines = segment_timelines(result.compiled.program, result.execution, result.compiled.predicted_ns)
    if arguments.json:
        found = run_json(result) | ({} if timelines is None else {"timeline": timelines_json(timelines)})
        print(json.dumps(found, indent=1, allow_nan=False))
    else:
        from accelc.report.text import print_placements, print_run

        if arguments.explain_partition:
            print_placements(result.compiled, sys.stdout)
        print_run(result, sys.stdout)
        if timelines is not None:
            print(timelines_text(timelines), end="")
    wrong = result.comparison is not None and not result.comparison.within_tolerance
    if wrong:
        print("error: the outputs differ from the reference by more than the tolerance", file=sys.stderr)
    races = race_count(result.execution)
    if races:
        print(f"error: {races} races between engines", file=sys.stderr)
    return int(wrong or races > 0)


def _report_staged(arguments: argparse.Namespace, run: "StagedRun") -> int:
    from accelc.report.staged import print_staged, staged_json

    if arguments.json:
        print(json.dumps(staged_json(run), indent=1, allow_nan=False))
    else:
        print_staged(run, sys.stdout)
    wrong = run.comparison is not None and not run.comparison.within_tolerance
    if wrong:
        print("error: the outputs differ from the reference by more than the tolerance", file=sys.stderr)
    if run.result.races:
        print(f"error: {run.result.races} races between engines", file=sys.stderr)
    return int(wrong or run.result.races > 0)

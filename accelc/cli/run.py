"""`accelc run`: compile a model, execute it on the simulated machine, compare with a reference and report."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from accelc.cli.options import (
    MODEL_FILES,
    add_compile_arguments,
    add_trace_argument,
    assignments,
    compile_options,
    progress_bar,
)
from accelc.errors import AccelcError, CapacityError, ModelError

if TYPE_CHECKING:
    from accelc.driver import CompileOptions
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
    from accelc.driver import run_model
    from accelc.profile import profile
    from accelc.profile.trace import write_trace
    from accelc.report.figures import race_count, run_json
    from accelc.report.timeline import SegmentTimeline, segment_timelines, timelines_json, timelines_text
    from accelc.runtime.inputs import load_array

    options = compile_options(arguments)
    inputs = {name: load_array(path, name) for name, path in assignments(arguments.input, "--input")}
    with progress_bar() as progress:
        try:
            result = run_model(
                arguments.model,
                options,
                inputs=inputs,
                seed=arguments.seed,
                check=not arguments.no_check,
                timing_only=arguments.timing_only,
                progress=progress,
            )
        except (ModelError, CapacityError) as error:
            if not _has_stages(arguments):
                raise
            staged = _staged(arguments, options, inputs, error, progress)
            return _report_staged(arguments, staged)
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


def _has_stages(arguments: argparse.Namespace) -> bool:
    """Whether the model is one that stages can execute, with options that concern no whole program."""
    whole = (arguments.timing_only, arguments.timeline, arguments.no_weights, arguments.donate, arguments.trace)
    if any(whole):
        return False
    from accelc.frontends.torch.source import is_torch

    return not is_torch(arguments.model) and not str(arguments.model).endswith(".mlir")


def _staged(
    arguments: argparse.Namespace,
    options: "CompileOptions",
    inputs: Mapping[str, Any],
    error: AccelcError,
    progress: Callable[[str], None],
) -> "StagedRun":
    """The execution in stages. Raises `error`, for which the model is not one program, if there is none either."""
    from accelc.staged.running import run_staged

    try:
        return run_staged(
            arguments.model,
            options,
            str(error),
            inputs=inputs,
            seed=arguments.seed,
            check=not arguments.no_check,
            progress=progress,
        )
    except AccelcError as reason:
        # What is wrong with inputs is the same in both.
        if str(reason) != str(error):
            error.add_note(f"note: nor can it be executed in stages, inputs that are not given being random: {reason}")
        raise error from None


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

"""`accelc sim`: execute a binary program on the machine it was compiled for."""

import argparse
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from accelc.cli.devices import add_device_arguments, execute_devices, on_devices
from accelc.cli.options import add_trace_argument, assignments, output_path, progress_bar
from accelc.errors import UsageError
from accelc.files import atomic_file

if TYPE_CHECKING:
    import numpy.typing as npt

    from accelc.isa.program import Program
    from accelc.runtime.execute import ExecutionResult
    from accelc.targets.model import Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("program", metavar="FILE.acx", type=Path, help="program written by `accelc compile`")
    parser.add_argument("--target", help="machine the program must have been compiled for (default: the one inside)")
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=FILE.npy",
        help="array for an input; the others are random",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of random inputs (default: %(default)s)")
    parser.add_argument(
        "--output", type=output_path, metavar="FILE.npz", help="write the outputs, by name, to this file"
    )
    parser.add_argument(
        "--delay", action="append", default=[], metavar="SLOT=CYCLES", help="value of an adjustable delay"
    )
    parser.add_argument("--cores", type=int, metavar="N", help="run the program on N cores that share HBM")
    parser.add_argument(
        "--iterations", type=int, metavar="K", help="times each core runs it (default: 8, on devices 1)"
    )
    parser.add_argument(
        "--delay-policy", metavar="POLICY", help="off, stagger, cap or slack: who adjusts delays between iterations"
    )
    parser.add_argument("--power-cap", type=float, metavar="WATTS", help="highest windowed power, for policy cap")
    parser.add_argument("--temperature-cap", type=float, metavar="CELSIUS", help="highest temperature, for policy cap")
    parser.add_argument(
        "--delays", type=Path, metavar="FILE.json", help="delays that a policy chose, from a file it was saved to"
    )
    parser.add_argument(
        "--save-delays", type=output_path, metavar="FILE.json", help="write the delays the policy chose"
    )
    parser.add_argument("--timing-only", action="store_true", help="count cycles without computing numbers")
    parser.add_argument(
        "--no-skip", action="store_true", help="time a segment again at each launch, which changes no figure"
    )
    parser.add_argument("--timeline", action="store_true", help="show when every lane of the accelerator works")
    add_device_arguments(parser)
    add_trace_argument(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def save_outputs(path: Path, outputs: "Mapping[str, npt.NDArray[Any]]") -> None:
    """Write arrays by name as an `.npz` file; `numpy.savez` takes no array named like one of its own arguments."""
    import numpy as np

    with atomic_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in outputs.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


def _execute_cores(
    arguments: argparse.Namespace, program: "Program", target: "Target", arrays: "Mapping[str, npt.NDArray[Any]]"
) -> int:
    """Run on several cores; 1 if a race is found. Raises UsageError."""
    from accelc.report.cores import cores_json, print_cores
    from accelc.runtime.delays.table import load_table, save_table, table_of
    from accelc.runtime.multicore import execute_cores, run_cores

    for option in ("timeline", "trace"):
        if getattr(arguments, option):
            raise UsageError(f"--{option} with --cores: it shows one execution of one core")
    if arguments.no_skip:
        raise UsageError("--no-skip with --cores: there every launch of every core is timed; leave it out")
    if arguments.delay:
        raise UsageError("--delay sets values for one core: with --cores a --delay-policy chooses them")
    caps = (arguments.power_cap, arguments.temperature_cap)
    policy = arguments.delay_policy or ("off" if caps == (None, None) else "cap")
    table = None if arguments.delays is None else load_table(arguments.delays, program, str(arguments.program))
    start = perf_counter()
    iterations = 8 if arguments.iterations is None else arguments.iterations
    result = run_cores(program, target, arguments.cores, iterations, policy, *caps, table)
    baseline = None if result.policy == "off" else run_cores(program, target, result.cores, result.iterations)
    if arguments.save_delays is not None:
        save_table(table_of(program, result.first, result.values), program, arguments.save_delays)
    outputs: Mapping[str, npt.NDArray[Any]] = {}
    races = 0
    if not arguments.timing_only:
        outputs, races = execute_cores(program, target, arrays, result)
    seconds = perf_counter() - start
    if arguments.output is not None:
        save_outputs(arguments.output, outputs)
    if arguments.json:
        found = cores_json(arguments.program.name, target, result, baseline, seconds)
        print(json.dumps({**found, "races": races}, indent=1, allow_nan=False))
    else:
        print_cores(arguments.program.name, target, result, baseline, not arguments.timing_only, sys.stdout)
    if races:
        print(f"error: {races} races between engines", file=sys.stderr)
    return int(races > 0)


def _print(
    arguments: argparse.Namespace,
    program: "Program",
    target: "Target",
    result: "ExecutionResult",
    delays: Mapping[str, int],
    seconds: float,
) -> None:
    """Tables, or the JSON object, and the timeline if it is asked for."""
    from accelc.compare.measure import record_of
    from accelc.report.figures import simulation_json
    from accelc.report.timeline import SegmentTimeline, segment_timelines, timelines_json, timelines_text

    timelines: list[SegmentTimeline] | None = segment_timelines(program, result, {}) if arguments.timeline else None
    if arguments.json:
        found = simulation_json(
            record_of(arguments.program.name, program, result, target, delays), target, result, seconds
        )
        found |= {} if timelines is None else {"timeline": timelines_json(timelines)}
        print(json.dumps(found, indent=1, allow_nan=False))
    else:
        from accelc.report.text import print_simulation

        print_simulation(arguments.program.name, program, target, result, sys.stdout)
        if timelines is not None:
            print(timelines_text(timelines), end="")


def _check_one_core(arguments: argparse.Namespace) -> None:
    for option in ("iterations", "delay_policy", "power_cap", "temperature_cap", "save_delays"):
        if getattr(arguments, option) is not None:
            raise UsageError(f"--{option.replace('_', '-')} needs --cores N: it is about cores that share HBM")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command: 1 if a race is found. Raises UsageError."""
    from accelc.isa.loader import load_program
    from accelc.isa.steps import count_launches
    from accelc.profile import profile
    from accelc.profile.trace import write_trace
    from accelc.report.figures import race_count
    from accelc.runtime.execute import execute as execute_program
    from accelc.runtime.inputs import load_array, parse_size, random_inputs, typed_inputs
    from accelc.targets import load_target, parse_target

    if arguments.output is not None and arguments.timing_only:
        raise UsageError("--output with --timing-only: no numbers are computed that could be written")
    expected = None if arguments.target is None else load_target(arguments.target)
    program = load_program(arguments.program, expected)
    target = parse_target(program.target_text, f"{arguments.program}: target.toml")
    given = {name: load_array(path, name) for name, path in assignments(arguments.input, "--input")}
    typed_inputs(given, program.inputs)
    delays = {name: parse_size(text, f"--delay {name}") for name, text in assignments(arguments.delay, "--delay")}
    if on_devices(arguments):
        return execute_devices(arguments, program, target, given)
    rest = [value for value in program.inputs if value.name not in given]
    arrays = given | ({} if arguments.timing_only else random_inputs(rest, {}, arguments.seed))
    if arguments.cores is not None:
        return _execute_cores(arguments, program, target, arrays)
    if arguments.delays is not None:
        from accelc.runtime.delays.table import load_table

        if delays:
            raise UsageError("--delay and --delays both give values of delays: give one")
        delays = load_table(arguments.delays, program, str(arguments.program)).of_one_core()
    _check_one_core(arguments)
    start = perf_counter()
    with progress_bar(count_launches(program.schedule)) as progress:
        result = execute_program(
            program,
            target,
            arrays,
            functional=not arguments.timing_only,
            delays=delays,
            skip=not arguments.no_skip,
            progress=progress,
        )
    seconds = perf_counter() - start
    if arguments.output is not None:
        save_outputs(arguments.output, result.outputs)
    if arguments.trace is not None:
        write_trace(profile(program, result, target, delays=delays), arguments.trace)
    _print(arguments, program, target, result, delays, seconds)
    races = race_count(result)
    if races:
        print(f"error: {races} races between engines", file=sys.stderr)
    return int(races > 0)

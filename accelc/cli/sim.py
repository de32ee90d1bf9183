"""`accelc sim`: execute a binary program on the machine it was compiled for."""

import argparse
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from accelc.cli.options import assignments, progress_bar
from accelc.errors import UsageError
from accelc.files import atomic_file

if TYPE_CHECKING:
    import numpy.typing as npt


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
    parser.add_argument("--output", type=Path, metavar="FILE.npz", help="write the outputs, by name, to this file")
    parser.add_argument(
        "--delay", action="append", default=[], metavar="SLOT=CYCLES", help="value of an adjustable delay"
    )
    parser.add_argument("--timing-only", action="store_true", help="count cycles without computing numbers")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def save_outputs(path: Path, outputs: "Mapping[str, npt.NDArray[Any]]") -> None:
    """Write arrays by name as an `.npz` file; `numpy.savez` takes no array named like one of its own arguments."""
    import numpy as np

    with atomic_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in outputs.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


def execute(arguments: argparse.Namespace) -> int:
    """Run the command: 1 if a race is found. Raises UsageError."""
    from accelc.isa.loader import load_program
    from accelc.report import race_count, simulation_json
    from accelc.runtime.execute import execute as execute_program
    from accelc.runtime.inputs import check_inputs, load_array, parse_size, random_inputs
    from accelc.targets import load_target, parse_target

    if arguments.output is not None and arguments.timing_only:
        raise UsageError("--output with --timing-only: no numbers are computed that could be written")
    expected = None if arguments.target is None else load_target(arguments.target)
    program = load_program(arguments.program, expected)
    target = parse_target(program.target_text, f"{arguments.program}: target.toml")
    given = {name: load_array(path, name) for name, path in assignments(arguments.input, "--input")}
    check_inputs(given, program.inputs)
    delays = {name: parse_size(text, f"--delay {name}") for name, text in assignments(arguments.delay, "--delay")}
    rest = [value for value in program.inputs if value.name not in given]
    arrays = given | ({} if arguments.timing_only else random_inputs(rest, {}, arguments.seed))
    start = perf_counter()
    with progress_bar(len(program.segments)) as progress:
        result = execute_program(
            program, target, arrays, functional=not arguments.timing_only, delays=delays, progress=progress
        )
    seconds = perf_counter() - start
    if arguments.output is not None:
        save_outputs(arguments.output, result.outputs)
    if arguments.json:
        print(json.dumps(simulation_json(arguments.program.name, target, result, seconds), indent=1, allow_nan=False))
    else:
        from accelc.report_text import print_simulation

        print_simulation(arguments.program.name, program, target, result, sys.stdout)
    races = race_count(result)
    if races:
        print(f"error: {races} races between engines", file=sys.stderr)
    return int(races > 0)

"""`accelc sim --devices`: execute a binary program on several chips, and sum outputs over them."""

import argparse
import json
import sys
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from accelc.errors import UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

    from accelc.isa.program import Program
    from accelc.targets.model import Target

ALONE = (
    *("cores", "delay", "delays", "delay_policy", "power_cap", "temperature_cap", "save_delays", "timeline", "trace"),
    "no_skip",
)
"""Options that are about one core or one chip."""


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--devices` and `--all-reduce`."""
    parser.add_argument(
        "--devices", type=int, metavar="N", help="run the program on N chips; inputs not given differ from chip to chip"
    )
    parser.add_argument(
        "--all-reduce",
        action="append",
        default=[],
        metavar="OUTPUT[:ALGORITHM]",
        help="with --devices: sum an output over all chips, by ring or mesh (default: the target's first)",
    )


def on_devices(arguments: argparse.Namespace) -> bool:
    """Whether `--devices` is given. Raises UsageError for `--all-reduce` without it."""
    if arguments.all_reduce and arguments.devices is None:
        raise UsageError("--all-reduce needs --devices N: it sums an output over N chips")
    return arguments.devices is not None


def execute_devices(
    arguments: argparse.Namespace, program: "Program", target: "Target", given: "Mapping[str, npt.NDArray[Any]]"
) -> int:
    """Run on several chips; 1 if a race is found. Raises UsageError."""
    from accelc.cli.sim import save_outputs
    from accelc.report.devices import devices_json, print_devices
    from accelc.runtime import devices
    from accelc.runtime.inputs import random_inputs

    for option in ALONE:
        if getattr(arguments, option, None):
            raise UsageError(
                f"--{option.replace('_', '-')} with --devices: it is about one chip; leave one of them out"
            )
    devices.check_devices(arguments.devices, target)
    reductions = devices.parse_all_reduce(arguments.all_reduce, program, target)
    start = perf_counter()
    iterations = 1 if arguments.iterations is None else arguments.iterations
    result = devices.run_devices(program, target, arguments.devices, reductions, iterations)
    outputs: list[dict[str, npt.NDArray[Any]]] = []
    races = 0
    if not arguments.timing_only:
        rest = [value for value in program.inputs if value.name not in given]
        seeds = range(arguments.seed, arguments.seed + arguments.devices)
        arrays = [{**given, **random_inputs(rest, {}, seed)} for seed in seeds]
        outputs, races = devices.execute_devices(program, target, arrays, reductions)
    seconds = perf_counter() - start
    if arguments.output is not None:
        named = {f"device{i}/{name}": array for i, found in enumerate(outputs) for name, array in found.items()}
        save_outputs(arguments.output, named)
    if arguments.json:
        found = devices_json(arguments.program.name, target, result, seconds)
        print(json.dumps({**found, "races": races}, indent=1, allow_nan=False))
    else:
        print_devices(arguments.program.name, target, result, not arguments.timing_only, sys.stdout)
    if races:
        print(f"error: {races} races between engines", file=sys.stderr)
    return int(races > 0)

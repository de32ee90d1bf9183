"""`accelc compare`: two timings side by side, to see what a change of model, compiler or machine does."""

import argparse
import json
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accelc.cli.options import MODEL_FILES, add_compile_arguments, compile_options, progress_bar
from accelc.driver import Progress
from accelc.errors import UsageError

if TYPE_CHECKING:
    from accelc.compare import Record

AGAINST = "--against"
"""Prefix of the options of side B."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: those of compilation for both sides, and each again for side B alone."""
    files = f"{MODEL_FILES}; program (.acx) of accelc compile; or .json file of accelc run, sim or profile --json"
    add_compile_arguments(parser, "A", files)
    parser.add_argument(
        "against", metavar="B", nargs="?", type=Path, help="what to compare with (default: A, with --against options)"
    )
    # Without one, A's option holds, but for --save-ir: both sides would write the same files.
    for option, action in _compile_actions().items():
        name, text = f"{AGAINST}-{option.removeprefix('--')}", f"{option} for B only"
        if action.nargs == 0:
            parser.add_argument(name, action="store_true", default=None, help=text)
            continue
        kind = "append" if action.default == [] else "store"
        metavar = action.metavar or option.removeprefix("--").upper()
        parser.add_argument(name, action=kind, type=action.type or str, metavar=metavar, help=text)
    parser.add_argument(
        "--fail-above", type=float, metavar="PERCENT", help="exit status 1 if B takes longer than A by more than that"
    )
    parser.add_argument("--layers", type=int, default=None, metavar="N", help="layers to list at most (default: 20)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command: 1 if B is slower than allowed. Raises UsageError."""
    limit: float | None = arguments.fail_above
    if limit is not None and not (isfinite(limit) and limit >= 0):
        raise UsageError(f"--fail-above {limit}: expected a number of percent, at least 0")
    if arguments.layers is not None and arguments.layers < 0:
        raise UsageError(f"--layers {arguments.layers}: expected an integer of at least 0")
    sides = _sides(arguments)

    from accelc.compare import compare

    with progress_bar() as progress:
        a, b = (_record(side, progress) for side in sides)
    found = compare(a, b)
    if arguments.json:
        print(json.dumps(found.as_json(), indent=1, allow_nan=False))
    else:
        from accelc.report.compare import ROWS, print_comparison

        print_comparison(found, sys.stdout, ROWS if arguments.layers is None else arguments.layers)
    if limit is None or not found.exceeds(limit):
        return 0
    slower = "takes time, A none" if found.slower is None else f"takes {found.slower:.2%} longer than A"
    print(f"error: B {slower}, more than --fail-above {limit:g}", file=sys.stderr)
    return 1


def _compile_actions() -> dict[str, argparse.Action]:
    """The options of `add_compile_arguments`, by name."""
    parser = argparse.ArgumentParser(add_help=False)
    add_compile_arguments(parser)
    return {a.option_strings[0]: a for a in parser._actions if a.option_strings}  # pyright: ignore[reportPrivateUsage]


def _sides(arguments: argparse.Namespace) -> tuple[argparse.Namespace, argparse.Namespace]:
    """Arguments of `accelc compile` of both sides. Raises UsageError for options that have no effect."""
    actions = _compile_actions()
    values = vars(arguments)
    own: dict[str, Any] = {action.dest: values[action.dest] for action in actions.values()}
    given = {option: values[f"against_{action.dest}"] for option, action in actions.items()}
    other = {actions[option].dest: value for option, value in given.items() if value is not None}
    if arguments.against is None and not other:
        raise UsageError(
            f"nothing to compare '{arguments.model}' with: give a second file, or {AGAINST}-target and others"
        )
    first = argparse.Namespace(model=arguments.model, **own)
    second = argparse.Namespace(model=arguments.against or arguments.model, **{**own, "save_ir": None, **other})
    kinds = [_is_model(side.model) for side in (first, second)]
    for option, action in actions.items():
        is_set = own[action.dest] != action.default
        if is_set and not any(kinds):
            raise UsageError(f"{option} with '{first.model}' and '{second.model}': no model is compiled")
        if given[option] is not None and not kinds[1]:
            raise UsageError(f"{AGAINST}-{option.removeprefix('--')} with '{second.model}': it is no model to compile")
    return first, second


def _is_model(path: Path) -> bool:
    return path.suffix not in (".acx", ".json")


def _record(side: argparse.Namespace, progress: Progress) -> "Record":
    """Read a side, or time it."""
    from accelc.compare.measure import record_of
    from accelc.compare.read import load_record
    from accelc.runtime.execute import execute as execute_program

    path: Path = side.model
    if path.suffix == ".json":
        return load_record(path)
    if path.suffix == ".acx":
        from accelc.isa.loader import load_program
        from accelc.targets import parse_target

        program = load_program(path)
        target = parse_target(program.target_text, f"{path}: target.toml")
        name = path.name
    else:
        from accelc.driver import compile_model

        compiled = compile_model(path, compile_options(side), progress)
        program, target = compiled.program, compiled.target
        name = f"{path.name}{_told(side)}"
    result = execute_program(program, target, {}, functional=False, races=False, progress=progress)
    return record_of(name, program, result, target)


def _told(side: argparse.Namespace) -> str:
    """The options of a side that are not the default ones."""
    told = ""
    for option, action in _compile_actions().items():
        value: Any = getattr(side, action.dest)
        if action.dest != "save_ir" and value != action.default:
            words: list[object] = value if action.default == [] else [value]
            told += " ".join(("", option, *map(str, words if action.nargs != 0 else ())))
    return told

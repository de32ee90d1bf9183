"""`accelc`: the one driver. A subcommand's module is imported only when it is the one that runs."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn

from accelc.cli import script
from accelc.cli.diagnostics import guarded
from accelc.errors import UsageError, suggestion
from accelc.registry import COMMANDS


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is a diagnostic (exit status 1) instead of a usage page (2)."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{message} (see '{self.prog} --help')")


def option_names(parser: argparse.ArgumentParser) -> list[str]:
    """All option strings of `parser`."""
    return [name for action in parser._actions for name in action.option_strings]  # pyright: ignore[reportPrivateUsage]


def _add_debug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show a traceback for errors")


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, str]:
    """Arguments and the module of their subcommand. Raises UsageError."""
    name = next((argument for argument in argv if not argument.startswith("-")), None)
    if name is not None and name not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise UsageError(f"unknown command '{name}'{suggestion(name, COMMANDS)} (commands: {known})")
    parser = Parser(
        prog="accelc",
        description="Compile neural networks for a many-engine accelerator and simulate them cycle by cycle.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"accelc {version('accelc')}")
    _add_debug(parser)
    # A script's own arguments are none of ours.
    behind = script.split(argv) if name == "run" else None
    homes = {**COMMANDS, **({"run": (script.__name__, COMMANDS["run"][1])} if behind is not None else {})}
    argv, own = (argv, []) if behind is None else behind
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    selected = parser
    for command, (module, summary) in homes.items():
        subparser = subparsers.add_parser(command, help=summary, description=summary, allow_abbrev=False)
        _add_debug(subparser)
        if command == name:
            import_module(module).add_arguments(subparser)
            selected = subparser
    arguments, extra = parser.parse_known_args(argv)
    if extra:
        kind = "option" if extra[0].startswith("-") else "argument"
        near = suggestion(extra[0].split("=")[0], option_names(selected)) if kind == "option" else ""
        raise UsageError(f"unknown {kind} '{extra[0]}'{near} (see '{selected.prog} --help')")
    arguments.script_arguments = own
    return arguments, homes[arguments.command][0]


def main(argv: Sequence[str] | None = None) -> int:
    """Run `accelc` with `argv` (the process's arguments by default) and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)

    def body() -> int:
        arguments, module = parse(words)
        return import_module(module).execute(arguments)

    return guarded(body, debug="--debug" in words)


if __name__ == "__main__":
    sys.exit(main())

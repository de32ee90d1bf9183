"""`accelc compile`: compile a model to a binary program."""

import argparse
import sys

from accelc.cli.options import add_compile_arguments, compile_options, output_path, progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_compile_arguments(parser)
    parser.add_argument("-o", "--output", required=True, type=output_path, metavar="FILE.acx", help="file to write")
    parser.add_argument("--explain-partition", action="store_true", help="list where every operation runs, and why")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from accelc.driver import compile_model
    from accelc.isa.container import save_program
    from accelc.report.figures import program_bytes

    with progress_bar() as progress:
        compiled = compile_model(arguments.model, compile_options(arguments), progress)
        progress("write")
        save_program(compiled.program, arguments.output)
    if arguments.explain_partition:
        from accelc.report.text import print_placements

        print_placements(compiled, sys.stdout)
    homes = ", ".join(f"{compiled.count(home)} on {home}" for home in ("accelerator", "host", "framework"))
    count = len(compiled.program.segments)
    segments = "1 segment" if count == 1 else f"{count} segments"
    print(
        f"{arguments.output}: {segments} for {compiled.target.name}, "
        f"{program_bytes(compiled.program)} bytes of instructions; operations: {homes}"
    )
    return 0

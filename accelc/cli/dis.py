"""`accelc dis`: print a binary program, or single streams of it, as text that `accelc as` reads."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from accelc.errors import UsageError, suggestion
from accelc.files import atomic_file
from accelc.isa.loader import load_program
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.text.disassembler import disassemble


def add_arguments(parser: ArgumentParser) -> None:
    """Options of `accelc dis`."""
    parser.add_argument("program", metavar="FILE.acx", help="binary program")
    parser.add_argument("-o", "--output", metavar="FILE.s", help="write the text to this file instead of stdout")
    parser.add_argument(
        "--stream", metavar="LANE", action="append", default=[], help="print only the stream of this lane (repeatable)"
    )
    parser.add_argument(
        "--inline-weights", action="store_true", help="write the weights into the text instead of naming the program"
    )


def execute(arguments: Namespace) -> int:
    """Disassemble one program."""
    path = Path(arguments.program)
    program = load_program(path)
    _check_lanes(program, arguments.stream)
    weights = None
    if program.weights and not arguments.inline_weights:
        folder = Path(arguments.output).parent if arguments.output else Path()
        weights = os.path.relpath(path, folder)
    lines = disassemble(program, weights, arguments.stream)
    if arguments.output:
        with atomic_file(Path(arguments.output)) as file:
            file.writelines(f"{line}\n".encode() for line in lines)
        return 0
    for line in lines:
        sys.stdout.write(line + "\n")
    return 0


def _check_lanes(program: Program, wanted: list[str]) -> None:
    lanes = {
        lane: None
        for segment in program.segments
        if isinstance(segment, AcceleratorSegment)
        for streams in segment.cores
        for lane in streams
    }
    for lane in wanted:
        if lane not in lanes:
            known = ", ".join(lanes) or "none"
            raise UsageError(
                f"--stream: the program has no stream '{lane}'{suggestion(lane, lanes)} (streams: {known})"
            )

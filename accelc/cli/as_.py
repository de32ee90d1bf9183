"""`accelc as`: assemble text to a binary program."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from accelc.errors import ProgramError
from accelc.isa.container import save_program
from accelc.isa.text.assembler import assemble


def add_arguments(parser: ArgumentParser) -> None:
    """Options of `accelc as`."""
    parser.add_argument("text", metavar="FILE.s", help="text as `accelc dis` prints it, or - for standard input")
    parser.add_argument("-o", "--output", metavar="FILE.acx", required=True, help="program to write")


def execute(arguments: Namespace) -> int:
    """Assemble one program. Raises ProgramError for a file that is not UTF-8."""
    standard_input = arguments.text == "-"
    source = "<stdin>" if standard_input else arguments.text
    data = sys.stdin.buffer.read() if standard_input else Path(source).read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ProgramError(f"{source}: byte {error.start} is not UTF-8 text: not an assembler file") from None
    folder = Path() if standard_input else Path(source).parent
    save_program(assemble(text, source, folder), arguments.output)
    return 0

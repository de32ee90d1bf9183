"""`accelc export-irdl`: definitions of dialects for C++ MLIR."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from xdsl.ir import Dialect
from xdsl.universe import Universe

from accelc.cli.options import output_path
from accelc.errors import UsageError, suggestion
from accelc.files import atomic_file
from accelc.irdl.export import export, needed
from accelc.irdl.groups import LIMIT
from accelc.irdl.versions import CURRENT, OLDEST
from accelc.registry import DIALECTS, UNIVERSE


def add_arguments(parser: ArgumentParser) -> None:
    """Options of `accelc export-irdl`."""
    parser.add_argument(
        "dialects",
        metavar="DIALECT",
        nargs="*",
        help=f"a dialect of accelc or of an installed package (default: {', '.join(DIALECTS)}); "
        "those of accelc that it refers to come with it",
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=output_path, help="write to this file instead of stdout")
    parser.add_argument(
        "--limit",
        type=int,
        default=LIMIT,
        metavar="N",
        help="most values of a variadic group of different types (default: %(default)s)",
    )
    parser.add_argument(
        "--llvm",
        type=int,
        default=CURRENT,
        metavar="VERSION",
        help=f"version of C++ MLIR, {OLDEST} or later (default: %(default)s, which later ones read too)",
    )


def execute(arguments: Namespace) -> int:
    """Export. Raises UsageError for an unknown dialect, AccelcError for one that C++ MLIR cannot load."""
    if arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit}: expected an integer of at least 1")
    text = irdl_text(arguments.dialects or list(DIALECTS), arguments.limit, arguments.llvm)
    if arguments.output is None:
        sys.stdout.write(text)
        return 0
    with atomic_file(arguments.output) as file:
        file.write(text.encode())
    return 0


def irdl_text(names: Sequence[str], limit: int = LIMIT, llvm: int = CURRENT) -> str:
    """IRDL of the named dialects and of accelc's that they refer to. Raises UsageError for an unknown one."""
    return export(_dialects(names), limit).text(llvm)


def _dialects(names: Sequence[str]) -> Sequence[Dialect]:
    known = Universe.get_multiverse().all_dialects | UNIVERSE.all_dialects
    found: dict[str, Dialect] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in known:
            raise UsageError(f"unknown dialect '{name}'{suggestion(name, known)} (see 'accelc export-irdl --help')")
        if name not in found:
            found[name] = known[name]()
            waiting += [other for other in needed(found[name]) if other in DIALECTS]
    return list(found.values())

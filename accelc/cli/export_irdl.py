"""`accelc export-irdl`: definitions of dialects for C++ MLIR."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from xdsl.dialects import get_all_dialects
from xdsl.ir import Dialect

from accelc.cli.options import output_path
from accelc.errors import UsageError, suggestion
from accelc.files import atomic_file
from accelc.irdl.export import export, needed
from accelc.irdl.groups import LIMIT, MOST
from accelc.irdl.versions import CURRENT, OLDEST
from accelc.plugins import universe
from accelc.registry import DIALECTS, UNIVERSE


def add_arguments(parser: ArgumentParser) -> None:
    """Options of `accelc export-irdl`."""
    parser.add_argument(
        "dialects",
        metavar="DIALECT",
        nargs="*",
        help=f"a dialect of accelc or of an installed package (default: {', '.join(DIALECTS)}); "
        "those it refers to come with it, but for those of xDSL",
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=output_path, help="write to this file instead of stdout")
    parser.add_argument(
        "--limit",
        type=int,
        default=LIMIT,
        metavar="N",
        help=f"most values of a variadic group of different types, up to {MOST} (default: %(default)s)",
    )
    parser.add_argument(
        "--llvm",
        type=int,
        default=CURRENT,
        metavar="VERSION",
        help=f"version of C++ MLIR, {OLDEST} or later (default: %(default)s, which later ones read too)",
    )


def execute(arguments: Namespace) -> int:
    """Export. Raises UsageError for an unknown dialect or a wrong number, AccelcError for what C++ MLIR cannot load."""
    text = irdl_text(arguments.dialects or list(DIALECTS), arguments.limit, arguments.llvm)
    if arguments.output is None:
        sys.stdout.write(text)
        return 0
    with atomic_file(arguments.output) as file:
        file.write(text.encode())
    return 0


def irdl_text(names: Sequence[str], limit: int = LIMIT, llvm: int = CURRENT) -> str:
    """
    IRDL of the named dialects and of those that they refer to, but for those of xDSL, which C++ MLIR is to have.

    Raises UsageError for an unknown one, PluginError for one of a package that cannot be used.
    """
    return export(_dialects(names), limit).text(llvm)


def _dialects(names: Sequence[str]) -> Sequence[Dialect]:
    known = UNIVERSE.all_dialects | universe().all_dialects
    of_xdsl = get_all_dialects()
    found: dict[str, Dialect] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in known:
            raise UsageError(f"unknown dialect '{name}'{suggestion(name, known)} (see 'accelc export-irdl --help')")
        if name not in found:
            found[name] = known[name]()
            waiting += [other for other in needed(found[name]) if other in known and other not in of_xdsl]
    return list(found.values())

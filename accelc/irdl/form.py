"""
The form in which C++ MLIR takes our IR, and back.

Generic syntax is not enough, because of what dynamic dialects of C++ MLIR lack:

- a variadic group of values of different types needs its sizes (`groups`);
- no op of a dynamic dialect is a terminator: one that C++ MLIR knows, `transform.yield`, follows it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from io import StringIO
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.printer import Printer
from xdsl.traits import IsTerminator
from xdsl.utils.target import Target

from accelc.irdl.groups import LIMIT, SIDES, added, segment_sizes, sizes_attr
from accelc.registry import DIALECTS


def to_cpp(module: ModuleOp, limit: int = LIMIT, dialects: Collection[str] = tuple(DIALECTS)) -> None:
    """
    Bring the ops of `dialects`, those that C++ MLIR has from an IRDL file, into the form it takes.

    `limit` is that of the export. Raises AccelcError for a group of more values.
    """
    for op in list(module.walk()):
        if op.dialect_name() not in dialects:
            continue
        for side in SIDES:
            sizes = segment_sizes(op, side, limit)
            if sizes is not None:
                op.attributes[side.attribute] = sizes_attr(sizes)
        if op.next_op is None and op.parent is not None and op.has_trait(IsTerminator):
            op.parent.insert_op_after(_terminator(), op)


def _terminator() -> Operation:
    # Imported here: `accelc-opt` reads most files without it.
    from xdsl.dialects.transform import YieldOp

    return YieldOp()


def from_cpp(module: ModuleOp) -> None:
    """Undo `to_cpp`; other modules stay as they are."""
    for op in list(module.walk()):
        for side in SIDES:
            if added(op, side):
                del op.attributes[side.attribute]
        if _follows_terminator(op):
            op.detach()
            op.erase()


def _follows_terminator(op: Operation) -> bool:
    before = op.prev_op
    # By name: loading the dialect to look for its op would take longer than most files.
    return op.name == "transform.yield" and not op.operands and before is not None and before.has_trait(IsTerminator)


@dataclass(frozen=True)
class CppMlirTarget(Target):
    """
    MLIR text for C++ MLIR that has loaded the dialects from `accelc export-irdl`; `accelc-opt` reads it back.

    `limit` is that of the export; `dialects` are others than accelc's that C++ MLIR has from there.
    """

    name = "cpp-mlir"
    limit: int = LIMIT
    dialects: tuple[str, ...] = ()

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        """Print `module` in that form. Raises AccelcError for a group of more than `limit` values."""
        output.write(cpp_text(module, self.limit, (*DIALECTS, *self.dialects)))


def cpp_text(module: ModuleOp, limit: int = LIMIT, dialects: Collection[str] = tuple(DIALECTS)) -> str:
    """`module` as C++ MLIR takes it; see `to_cpp`."""
    copy = module.clone()
    to_cpp(copy, limit, dialects)
    stream = StringIO()
    Printer(stream=stream, print_generic_format=True).print_op(copy)
    return stream.getvalue() + "\n"

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

from accelc.irdl.groups import LIMIT, SIDES, check_limit, keeps_sizes, segment_sizes, sizes_attr, spread
from accelc.irdl.versions import CURRENT, OLD_SIZES, check_llvm, sizes_name
from accelc.registry import DIALECTS


def to_cpp(
    module: ModuleOp, limit: int = LIMIT, dialects: Collection[str] = tuple(DIALECTS), llvm: int = CURRENT
) -> None:
    """
    Bring the ops of `dialects`, those that C++ MLIR of version `llvm` has from an IRDL file, into the form it takes.

    `limit` is that of the export. Raises AccelcError for a group of more values, UsageError for a version too old and
    for a limit that the export does not take.
    """
    check_limit(limit)
    check_llvm(llvm)
    for op in list(module.walk()):
        if op.dialect_name() not in dialects:
            continue
        for side in SIDES:
            name, sizes = sizes_name(side.attribute, llvm), segment_sizes(op, side, limit)
            if sizes is not None:
                op.attributes[name] = sizes_attr(sizes)
            elif name != side.attribute and side.attribute in op.attributes and keeps_sizes(op, side):
                op.attributes[name] = op.attributes.pop(side.attribute)
        if op.next_op is None and op.parent is not None and op.has_trait(IsTerminator):
            op.parent.insert_op_after(_terminator(), op)


def from_cpp(module: ModuleOp) -> None:
    """Undo `to_cpp` for any version; other modules stay as they are."""
    for op in list(module.walk()):
        for side in SIDES:
            for name in (side.attribute, OLD_SIZES[side.attribute]):
                # The attribute first: looking into definitions takes long.
                if name in op.attributes and spread(op, side):
                    del op.attributes[name]
                elif name in op.attributes and name != side.attribute and keeps_sizes(op, side):
                    op.attributes[side.attribute] = op.attributes.pop(name)
        if _follows_terminator(op):
            op.detach()
            op.erase()


def _terminator() -> Operation:
    # Imported here: `accelc-opt` reads most files without it.
    from xdsl.dialects.transform import YieldOp

    return YieldOp()


def _follows_terminator(op: Operation) -> bool:
    before = op.prev_op
    # By name: loading the dialect to look for its op would take longer than most files.
    return op.name == "transform.yield" and not op.operands and before is not None and before.has_trait(IsTerminator)


@dataclass(frozen=True)
class CppMlirTarget(Target):
    """
    MLIR text for C++ MLIR that has loaded the dialects from `accelc export-irdl`; `accelc-opt` reads it back.

    `limit` and `llvm`, a version, are those of the export; `dialects` are others than accelc's that C++ MLIR has from
    there.
    """

    name = "cpp-mlir"
    limit: int = LIMIT
    llvm: int = CURRENT
    dialects: tuple[str, ...] = ()

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        """Print `module` in that form. Raises what `to_cpp` raises."""
        output.write(cpp_text(module, self.limit, (*DIALECTS, *self.dialects), self.llvm))


def cpp_text(
    module: ModuleOp, limit: int = LIMIT, dialects: Collection[str] = tuple(DIALECTS), llvm: int = CURRENT
) -> str:
    """`module` as C++ MLIR takes it. Raises what `to_cpp` raises."""
    copy = module.clone()
    to_cpp(copy, limit, dialects, llvm)
    stream = StringIO()
    Printer(stream=stream, print_generic_format=True).print_op(copy)
    return stream.getvalue() + "\n"

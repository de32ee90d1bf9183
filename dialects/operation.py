"""What the operations of all dialects share."""

from typing import TYPE_CHECKING

from xdsl.ir import OpTraits
from xdsl.irdl import IRDLOperation


class DialectOp(IRDLOperation):
    """An operation with `traits` that its class annotates: type checkers of other packages need not infer them."""

    if TYPE_CHECKING:
        # xDSL declares a `ClassVar`, which `irdl_op_definition` takes of constants in capitals only.
        traits: OpTraits  # pyright: ignore[reportIncompatibleVariableOverride]

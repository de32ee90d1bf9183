"""Rules of calls."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from accelc.frontends.mlir.call import Call, Table


def _call(call: Call) -> Sequence[SSAValue]:
    return call.converter.call(call, call.view.text("callee").removeprefix("@"), call.operands)


RULES: Table = {"func.call": _call}
"""Rules of this module."""

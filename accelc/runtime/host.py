"""Segments that do not run on the accelerator: parsing, execution with NumPy, and their modelled time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.ir import Dialect
from xdsl.utils.exceptions import ParseError, VerifyException

from accelc.analysis.host_cost import host_operation_ns
from accelc.analysis.work import value_bytes
from accelc.dialects.graph import FuncOp, Graph
from accelc.dialects.graph_ops.base import element_of, is_bool
from accelc.errors import ProgramError
from accelc.interpreters.graph import run
from accelc.isa.program import HostSegment
from accelc.parsing import parse_module
from accelc.plugins import universe
from accelc.runtime.framework import Framework
from accelc.targets.model import Target

Array = npt.NDArray[Any]


def parse_function(segment: HostSegment) -> FuncOp:
    """
    The function of a segment, with operations of other packages if they are installed.

    Raises ProgramError when its text is not exactly one valid `graph.func`, PluginError for a package that is wrong.
    """
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Graph)
    for dialect, factory in _foreign_dialects(segment.text).items():
        context.register_dialect(dialect, factory)
    try:
        module = parse_module(context, segment.text, segment.name)
    except ParseError as error:
        at = error.span.get_location()
        place = f"segment '{segment.name}', line {at.line}, column {at.col}"
        message = error.msg.strip()
        is_foreign = message.endswith("is not registered") and not message.startswith("Operation graph.")
        remedy = "; install the package that has it" if is_foreign else ""
        raise ProgramError(f"{place}: {message}{remedy}") from error
    try:
        module.verify()
    except VerifyException as error:
        refusal = ProgramError(f"segment '{segment.name}': {str(error).strip()}")
        # The notes show the operation that is wrong.
        for note in getattr(error, "__notes__", ()):
            refusal.add_note(note)
        raise refusal from error
    functions = list(module.ops)
    if len(functions) != 1 or not isinstance(functions[0], FuncOp):
        raise ProgramError(f"segment '{segment.name}': expected one graph.func, found {len(functions)} operations")
    function = functions[0]
    counts = (len(function.body.block.args), len(function.return_op.values))
    if counts != (len(segment.inputs), len(segment.outputs)):
        raise ProgramError(
            f"segment '{segment.name}': its function has {counts[0]} arguments and {counts[1]} results, the segment "
            f"{len(segment.inputs)} inputs and {len(segment.outputs)} outputs"
        )
    return function


def _foreign_dialects(text: str) -> Mapping[str, Callable[[], Dialect]]:
    """Dialects of operations that packages lower, if a text may have some."""
    from accelc.lowering import LOWERINGS

    names = {name.partition(".")[0] for name in LOWERINGS.plugins() if name in text}
    return {name: factory for name, factory in universe().all_dialects.items() if name in names} if names else {}


def run_host(
    function: FuncOp, inputs: Sequence[Array], weights: Mapping[str, Array], framework: Framework | None
) -> list[Array]:
    """Results of a host or framework segment, with the shapes of the function's type."""
    arguments = function.body.block.args
    given = [_truth(array) if is_bool(element_of(a)) else array for a, array in zip(arguments, inputs, strict=True)]
    results = run(function, given, weights, framework)
    return [
        array.reshape(kind.get_shape())  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue, reportUnknownArgumentType]
        for array, kind in zip(results, function.function_type.outputs.data, strict=True)
    ]


def _truth(array: Array) -> Array:
    """Truth values, which are bytes where they come from the accelerator."""
    return array if array.dtype == np.bool_ else array != 0


def host_ns(function: FuncOp, target: Target) -> float:
    """Modelled time of a host or framework segment in nanoseconds: its operations, and one launch."""
    return target.host.launch_ns + sum(host_operation_ns(op, target) for op in function.body.block.ops)


def argument_bytes(function: FuncOp) -> list[int]:
    """Bytes of each argument."""
    return [value_bytes(value) for value in function.body.block.args]


def result_bytes(function: FuncOp) -> list[int]:
    """Bytes of each result."""
    return [value_bytes(value) for value in function.return_op.values]

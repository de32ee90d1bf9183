"""
First IR: one hooked instruction as a `graph` module, and whether an accelerator is concerned with it at all.

An instruction is a NumPy callable with its arguments, arrays by type and memory layout, everything else by value. Its
module is the trace of that one call; NumPy itself, called once on arrays of its own, says which results it would give,
and an instruction whose trace says otherwise is returned to the program.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Attribute, Block, Region, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.dialects.graph_ops.inplace import VarType
from accelc.errors import AccelcError
from accelc.frontends.numpy.array import TracedArray
from accelc.frontends.numpy.tracer import Array, Scope, Tracer
from accelc.hooking.arrays.geometry import Place, memory_order, stand_in
from accelc.targets.model import Target

_ASARRAY = np.asarray


@dataclass(frozen=True)
class Operand:
    """Placeholder of an array, or of a number that may change from call to call, among the arguments of a call."""

    index: int


@dataclass(frozen=True)
class ArrayKind:
    """An array among the operands."""

    place: Place
    dtype: np.dtype[Any]
    is_number: bool = False
    """The program sees a number."""


@dataclass(frozen=True)
class NumberKind:
    """A number among the operands; `example` is the one of the first call, `dtype` the type it is computed in."""

    example: Any
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class ResultKind:
    """A new array: its storage's shape, the axes that make the array of it, and whether NumPy gives a number."""

    root: tuple[int, ...]
    order: tuple[int, ...]
    """Axes of the array from the slowest to the fastest in memory."""
    dtype: np.dtype[Any]
    is_number: bool

    @property
    def axes(self) -> tuple[int, ...] | None:
        """Permutation of the storage's axes that gives the array, None if it changes nothing."""
        if self.order == tuple(range(len(self.order))):
            return None
        return tuple(sorted(range(len(self.order)), key=self.order.__getitem__))


@dataclass(frozen=True, eq=False)
class FirstIR:
    """
    One instruction as `graph.func @main` of its operands, which gives its new arrays.

    `written` are the operands whose contents it replaces; `returned` says of the only result of a call that writes
    `out` which operand that is.
    """

    name: str
    module: ModuleOp
    function: graph.FuncOp
    weights: Mapping[str, Array]
    kinds: tuple[ArrayKind | NumberKind, ...]
    results: tuple[ResultKind, ...]
    grouped: bool
    """The call gives a tuple."""
    returned: int | None
    written: tuple[int, ...]

    def numbers(self, given: Sequence[Any]) -> tuple[Array, ...] | None:
        """Numbers in the type they are computed in; None if one has no value there."""
        if not given:
            return ()
        kinds = [kind for kind in self.kinds if isinstance(kind, NumberKind)]
        try:
            # While a hook is active, the names in NumPy are those for the program.
            return tuple(_ASARRAY(value, kind.dtype) for value, kind in zip(given, kinds, strict=True))
        except (OverflowError, ValueError):
            return None


class Returned(Exception):
    """An instruction that goes back to the program, with the reason."""


Call = Callable[..., Any]


def build(
    name: str,
    call: Call,
    arguments: Sequence[Any],
    options: Mapping[str, Any],
    kinds: Sequence[ArrayKind | NumberKind],
    target: Target | None,
) -> FirstIR:
    """
    The first IR of `call(*arguments, **options)`, where an `Operand` stands for every array.

    Raises Returned for an instruction that cannot be traced, that would give something else than NumPy gives, or that
    has no part the accelerator of `target` can execute (no target: everything that can be traced is accepted).
    """
    try:
        block, tracer, stand_ins, given = _trace(call, arguments, options, kinds)
        traced = [v for v in _listed(given) if v is not None]
        returned = next((i for i, s in enumerate(stand_ins) if len(traced) == 1 and traced[0] is s), None)
        results = [] if returned is not None else [_result(value) for value in traced]
        block.add_op(graph.ReturnOp(results))
        written = tuple(i for i, v in enumerate(stand_ins) if isinstance(kinds[i], ArrayKind) and _is_written(v, block))
        types = [argument.type for argument in block.args]
        function = graph.FuncOp(
            "main",
            (types, [v.type for v in results]),
            Region(block),
            input_names=[f"x{i}" for i in range(len(types))],
            output_names=[f"result{i}" for i in range(len(results))],
        )
        module = ModuleOp([function])
        module.verify()
    except (AccelcError, TypeError, ValueError, IndexError, AttributeError) as error:
        # Whatever the trace of an unusual call stumbles over, NumPy can still execute it.
        text = str(error).partition(": ")[2] or str(error) or type(error).__name__
        raise Returned(text.splitlines()[0]) from error
    expected, grouped = _numpy(call, arguments, options, kinds)
    if returned is not None:
        if grouped or len(expected) != 1:
            raise Returned(f"{name} gives another number of arrays when traced")
        expected = []
    try:
        kinds_of = [_kind(value) for value in expected]
    except ValueError as error:
        raise Returned(str(error)) from error
    found = [] if returned is not None else traced
    if [(k.dtype, s.shape) for k, s in zip(kinds_of, expected, strict=True)] != [(t.dtype, t.shape) for t in found]:
        theirs = ", ".join(f"{np.asarray(v).dtype.name}{list(np.shape(v))}" for v in expected)
        mine = ", ".join(f"{v.dtype.name}{list(v.shape)}" for v in found)
        raise Returned(f"{name} gives {mine or 'nothing'} when traced, {theirs or 'nothing'} in NumPy")
    first = FirstIR(
        name,
        module,
        function,
        tracer.weights,
        tuple(kinds),
        tuple(kinds_of),
        grouped,
        returned,
        written,
    )
    if target is not None:
        _require_accelerator(first, target)
    return first


def substitute(given: Any, operands: Sequence[Any]) -> Any:
    """Arguments of a call with operands for placeholders."""
    if isinstance(given, Operand):
        return operands[given.index]
    if isinstance(given, list | tuple):
        items = [substitute(item, operands) for item in cast(Sequence[Any], given)]
        return items if isinstance(given, list) else tuple(items)
    return given


def _numpy(
    call: Call, arguments: Sequence[Any], options: Mapping[str, Any], kinds: Sequence[ArrayKind | NumberKind]
) -> tuple[list[Any], bool]:
    """What NumPy gives for arrays of the kinds, and whether as a tuple or list."""
    ones = [_example(kind) if isinstance(kind, ArrayKind) else kind.example for kind in kinds]
    try:
        with np.errstate(all="ignore"):
            given: Any = call(*substitute(tuple(arguments), ones), **_substituted(options, ones))
    except Exception as error:
        # NumPy refuses the call, and shall do so itself, to the program.
        raise Returned(f"NumPy refuses it: {(str(error).splitlines() or [type(error).__name__])[0]}") from error
    values = [] if given is None else _listed(given)
    if not all(isinstance(v, np.ndarray | np.generic) for v in values):
        raise Returned(f"its result is {type(given).__name__}, no array")
    arrays: list[Array] = [v for v in ones if isinstance(v, np.ndarray)]
    views: list[Array] = [v for v in values if isinstance(v, np.ndarray) and not any(v is one for one in arrays)]
    if any(np.may_share_memory(v, one) for v in views for one in arrays):
        raise Returned("it gives a view of its operand")
    return values, isinstance(given, tuple | list)


def _listed(given: Any) -> list[Any]:
    return list(cast(Sequence[Any], given)) if isinstance(given, tuple | list) else [given]


def _example(kind: ArrayKind) -> Any:
    array = stand_in(kind.place, kind.dtype)
    return array[()] if kind.is_number else array


def _trace(
    call: Call, arguments: Sequence[Any], options: Mapping[str, Any], kinds: Sequence[ArrayKind | NumberKind]
) -> tuple[Block, Tracer, list[TracedArray], Any]:
    types: list[Attribute] = []
    for kind in kinds:
        shape = kind.place[0] if isinstance(kind, ArrayKind) else ()
        tensor = TensorType(element_of_dtype(kind.dtype), shape)
        types.append(VarType(tensor) if isinstance(kind, ArrayKind) else tensor)
    block = Block(arg_types=types)
    tracer = Tracer([Scope(block)])
    stand_ins: list[TracedArray] = []
    for argument, kind in zip(block.args, kinds, strict=True):
        if isinstance(kind, ArrayKind):
            stand_ins.append(TracedArray(tracer, argument, np.empty(kind.place[0], kind.dtype)))
        else:
            stand_ins.append(TracedArray.of_value(tracer, argument, np.empty((), kind.dtype)))
    given = call(*substitute(tuple(arguments), stand_ins), **_substituted(options, stand_ins))
    return block, tracer, stand_ins, given


def _substituted(options: Mapping[str, Any], operands: Sequence[Any]) -> dict[str, Any]:
    return {key: substitute(value, operands) for key, value in options.items()}


def _result(value: Any) -> SSAValue:
    if not isinstance(value, TracedArray):
        raise TypeError(f"gives {type(value).__name__}, no array, when traced")
    return value.value


def _kind(value: Any) -> ResultKind:
    array = np.asarray(value)
    order = memory_order(array if array.flags.owndata or array.ndim < 2 else array.copy(order="K"))
    return ResultKind(tuple(array.shape[axis] for axis in order), order, array.dtype, isinstance(value, np.generic))


def _is_written(stand_in: TracedArray, block: Block) -> bool:
    """Whether an operand, or a view of it, is written."""
    views = {stand_in.variable}
    for op in block.ops:
        if isinstance(op, graph.ViewOp) and op.var in views:
            views.add(op.result)
        elif isinstance(op, graph.StoreOp | graph.ApplyOp) and op.var in views:
            return True
    return False


def _require_accelerator(first: FirstIR, target: Target) -> None:
    """Raise Returned unless the accelerator can execute an operation of the instruction, or only elements move."""
    from accelc.analysis.partition.bodies import FREE_OPS
    from accelc.analysis.partition.tasks import Option, Rules, describe, options_of
    from accelc.passes.decompose import decompose
    from accelc.passes.fold_constants import fold_constants
    from accelc.passes.normalize_inplace import NormalizeInplacePass

    module, weights = first.module.clone(), dict(first.weights)
    rules = Rules(target)

    def runs(option: Option) -> bool:
        return "accelerator" in option.homes or any(map(runs, option.parts))

    try:
        NormalizeInplacePass().apply(Context(), module)
        fold_constants(module, weights)
        decompose(module, weights)
        (function,) = (op for op in module.ops if isinstance(op, graph.FuncOp))
        ops = [op for op in function.body.block.ops if not isinstance(op, (*FREE_OPS, graph.ReturnOp))]
        options = [options_of(op, rules, weights) for op in ops]
    except AccelcError as error:
        raise Returned(str(error)) from error
    if options and not any(map(runs, options)):
        refused = next((option for option in options if option.refusal is not None), options[0])
        reason = refused.refusal.reason if refused.refusal is not None else "the host executes it"
        raise Returned(f"{describe(refused.op).split(' ')[0]}: {reason}")
    kinds = [kind.dtype for kind in first.results] + [first.kinds[i].dtype for i in first.written]
    if not options and not all(kind.kind == "f" and kind.itemsize < 8 for kind in kinds):
        raise Returned(
            f"it only moves {kinds[0].name if kinds else 'nothing'}, with which the accelerator does nothing"
        )

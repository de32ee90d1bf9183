"""Tracing a function, and what one does with the trace: execute it, compile it, simulate it."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Attribute, Block, Region, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.dialects.graph_ops.inplace import VarType
from accelc.dialects.graph_ops.regions import INDEX
from accelc.errors import ModelError
from accelc.frontends.numpy.array import TracedArray
from accelc.frontends.numpy.tracer import Array, Scope, Tracer


@dataclass(frozen=True)
class Spec:
    """Shape and dtype of an argument."""

    shape: tuple[int, ...]
    dtype: npt.DTypeLike = np.float32


@dataclass(frozen=True)
class Traced:
    """
    A traced program: `graph.func @main` in `module`, whose arguments are variables, and the data of its weights.

    The module is that of the program as written, in place; `normalize-inplace` makes it pure.
    """

    module: ModuleOp
    weights: Mapping[str, Array]
    names: tuple[str, ...]
    results: int
    """How many arrays the function returned; after normalization the arguments it wrote follow them."""
    arguments: tuple[tuple[str, str, tuple[int, ...]], ...]
    """Name, dtype and shape of each argument."""


def trace(function: Callable[..., Any], *arguments: Any) -> Traced:
    """
    Call `function` with stand-ins for its arguments and record what it does.

    An argument is an array or a `Spec`, of which only shape and dtype matter. The function may slice, write in place,
    use `out=` and return an array, a tuple or list of arrays, or nothing; arrays it captures are constants. Raises
    ModelError, naming the line, for what cannot be traced or would be an error in NumPy.
    """
    names = tuple(inspect.signature(function).parameters)
    if len(names) != len(arguments):
        raise ModelError(f"{len(arguments)} arguments for {len(names)} parameters: {', '.join(names) or 'none'}")
    shadows = [np.empty(a.shape, np.dtype(a.dtype)) for a in arguments]
    types: list[Attribute] = [VarType(TensorType(element_of_dtype(s.dtype), s.shape)) for s in shadows]
    block = Block(arg_types=types)
    tracer = Tracer([Scope(block)])
    for argument, name in zip(block.args, names, strict=True):
        argument.name_hint = name
    stand_ins = [TracedArray(tracer, v, s) for v, s in zip(block.args, shadows, strict=True)]
    values = [_result(tracer, given) for given in _listed(function(*stand_ins))]
    block.add_op(graph.ReturnOp(values))
    main = graph.FuncOp(
        "main",
        (types, [v.type for v in values]),
        Region(block),
        input_names=names,
        output_names=[f"result{i}" for i in range(len(values))],
    )
    module = ModuleOp([main])
    module.verify()
    arguments = tuple((name, s.dtype.name, s.shape) for name, s in zip(names, shadows, strict=True))
    return Traced(module, tracer.weights, names, len(values), arguments)


def _listed(returned: Any) -> Sequence[Any]:
    if returned is None:
        return ()
    return cast(Sequence[Any], returned) if isinstance(returned, tuple | list) else (returned,)


def _result(tracer: Tracer, given: Any) -> SSAValue:
    if not isinstance(given, TracedArray):
        raise ModelError(f"the function returned {type(given).__name__}; expected arrays that it computed")
    return given.value


def loop(count: int, body: Callable[[TracedArray], None], *, of: TracedArray) -> None:
    """
    `for i in range(count): body(i)`, recorded as one loop; `of` is any array of the program.

    The body is called once. It changes arrays from outside by writing them in place; what it makes stays inside.
    """
    tracer = of.tracer
    block = Block(arg_types=[INDEX])
    scope = Scope(block)
    tracer.scopes.append(scope)
    index = TracedArray.of_value(tracer, block.args[0], np.empty((), np.int64))
    body(index)
    block.add_op(graph.YieldOp([]))
    tracer.scopes.pop()
    tracer.append(graph.ForOp(count, list(scope.captures), [], Region(block)))


def branch(condition: TracedArray, then: Callable[[], None], otherwise: Callable[[], None] | None = None) -> None:
    """
    `then() if condition else otherwise()`, recorded as one branch; the condition is one truth value.

    Both are called once. They change arrays from outside by writing them in place.
    """
    tracer = condition.tracer
    if condition.shape or condition.dtype != np.bool_:
        tracer.refuse(f"a condition of {condition.dtype.name}{list(condition.shape)}; expected one truth value")
    value = condition.value
    scopes: list[Scope] = []
    for body in (then, otherwise or _nothing):
        tracer.scopes.append(Scope(Block()))
        body()
        tracer.scope.block.add_op(graph.YieldOp([]))
        scopes.append(tracer.scopes.pop())
    captured = list(dict.fromkeys(v for scope in scopes for v in scope.captures))
    for scope in scopes:
        _arrange(scope, captured)
    bodies = [Region(scope.block) for scope in scopes]
    tracer.append(graph.IfOp(value, captured, [], *bodies))


def _nothing() -> None:
    """The body of a branch that does nothing."""


def _arrange(scope: Scope, captured: Sequence[SSAValue]) -> None:
    """Give a body one argument for each captured variable, in this order."""
    old = list(scope.block.args)
    for variable in captured:
        argument = scope.block.insert_arg(variable.type, len(scope.block.args))
        if variable in scope.captures:
            scope.captures[variable].replace_all_uses_with(argument)
    for argument in old:
        scope.block.erase_arg(argument)

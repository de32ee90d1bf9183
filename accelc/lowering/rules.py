"""
What can be lowered, and how: operations of `graph`, and those of other packages.

What an `OperationRule` of another package raises, or gives instead of what it must, is a PluginError that names it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import BFloat16Type, Float16Type, Float32Type, TensorType, UnregisteredOp
from xdsl.ir import Attribute, Operation
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from accelc.analysis.work import Work
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, is_foreign, name_of, shape_of, verify_static
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.errors import AccelcError, ModelError
from accelc.lowering.builder import int64_lane
from accelc.lowering.context import Lowering
from accelc.lowering.operations.computes import ALU
from accelc.lowering.operations.elementwise import (
    SIMPLE,
    binary_support,
    cast_support,
    lower_binary,
    lower_cast,
    lower_select,
    lower_unary,
    select_support,
    unary_support,
)
from accelc.lowering.operations.indexing import gather_support, lower_gather, lower_scatter, scatter_support
from accelc.lowering.operations.linear import conv_support, lower_conv, lower_matmul, matmul_support
from accelc.lowering.operations.movement import (
    lower_broadcast,
    lower_concat,
    lower_insert_slice,
    lower_pad,
    lower_reshape,
    lower_slice,
    lower_transpose,
)
from accelc.lowering.operations.pooling import lower_pool, pool_support
from accelc.lowering.operations.reduction import lower_reduce, reduce_support
from accelc.lowering.plan import FUNCTIONS, Node, engine_dtype
from accelc.lowering.views import View
from accelc.numerics import FP8, is_integer
from accelc.plugins import UNIVERSES, Plugin, Table
from accelc.targets.model import Target

Array = npt.NDArray[Any]

FLOATS: Mapping[type[Attribute], str] = {Float32Type: "fp32", BFloat16Type: "bf16", Float16Type: "fp16"}
"""Float types an accelerator partition computes with, and their names in the instruction set."""


@dataclass(frozen=True)
class Rule:
    """How an operation is lowered, and the reason why it cannot be on some target (None: it can)."""

    lower: Callable[[Lowering, Node], None]
    support: Callable[[Any, Target], str | None] = lambda op, target: None
    integers: bool = True
    """Whether it is also lowered for integers and truth values."""
    fp8: bool = True
    """Whether it is also lowered for floats of 8 bits, in which nothing but products computes."""


def elements_work(op: Operation) -> Work:
    """One scalar operation for each element of the results: what an elementwise operation costs."""
    results = sum(prod(shape_of(value)) for value in op.results)
    return Work(results=results, operations=results)


@dataclass(frozen=True, kw_only=True)
class OperationRule(Rule):
    """
    All that accelc has to know of an operation of another package, which is pure and has static tensors only.

    An entry point of the group `accelc.lowerings` with the name of the operation, such as `sketch.clamp`, gives one.
    `lower(ctx, node)` appends macro-ops by `ctx.builder` that write the result of `node.op`, and says where it is by
    `ctx.allocate` or `ctx.bind`; it may raise CapacityError. `support(op, target)` is asked before.
    """

    fp8: bool = False
    """Whether it is also lowered for floats of 8 bits."""
    evaluate: Callable[..., Array | tuple[Array, ...]]
    """
    What the operation computes, by NumPy: `evaluate(op, *operands)` gives the result, or a tuple of several.

    It is the reference, it folds constants, and it is what the host executes.
    """
    work: Callable[[Any], Work] = elements_work
    """Arithmetic of the operation, which placement and reports count."""


RULES: Mapping[type[Operation], Rule] = {
    **{kind: Rule(lower_unary, unary_support, fp8=False) for kind in (*FUNCTIONS, *SIMPLE)},
    **{kind: Rule(lower_binary, binary_support, fp8=False) for kind in ALU},
    graph.CastOp: Rule(lower_cast, cast_support),
    graph.SelectOp: Rule(lower_select, select_support),
    graph.ConvOp: Rule(lower_conv, conv_support),
    graph.MatmulOp: Rule(lower_matmul, matmul_support),
    graph.ReduceOp: Rule(lower_reduce, reduce_support, fp8=False),
    graph.PoolOp: Rule(lower_pool, pool_support),
    graph.ReshapeOp: Rule(lower_reshape),
    graph.TransposeOp: Rule(lower_transpose),
    graph.SliceOp: Rule(lower_slice),
    graph.InsertSliceOp: Rule(lower_insert_slice),
    graph.ConcatOp: Rule(lower_concat),
    graph.PadOp: Rule(lower_pad),
    graph.BroadcastOp: Rule(lower_broadcast),
    graph.GatherOp: Rule(lower_gather, gather_support),
    graph.ScatterOp: Rule(lower_scatter, scatter_support),
}
"""Rules of operations of `graph`; an operation without one has no form in instructions."""


def _checked(plugin: Plugin, value: object) -> Rule:
    """The rule of another package, whose functions give what they must or raise PluginError."""
    if not isinstance(value, OperationRule):
        raise ValueError("an OperationRule of accelc.lowering")
    guard = _Guard(plugin, value)
    return replace(value, lower=guard.lower, support=guard.support, evaluate=guard.evaluate, work=guard.work)


LOWERINGS: Table[Rule] = Table(
    "accelc.lowerings",
    {kind.name: rule for kind, rule in RULES.items()},
    _checked,
    tuple(kind.name for kind in graph.Graph.operations if kind not in RULES),
)
"""`RULES` by name of the operation, and the `OperationRule`s that packages add by entry points of that name."""


def foreign_rule(op: Operation) -> OperationRule | None:
    """
    The rule of an operation that is not of `graph`, None if no package has one.

    Raises PluginError for a rule that is none or of an operation that graphs cannot hold, ModelError for types that
    graphs do not have.
    """
    plugin = LOWERINGS.plugins().get(name_of(op)) if is_foreign(op) else None
    if plugin is None:
        return None
    if isinstance(op, UnregisteredOp):
        plugin.fail(f"lowers an operation that no dialect has, which an entry point of group '{UNIVERSES}' must offer")
    rule = LOWERINGS.get(op.name)
    assert isinstance(rule, OperationRule)
    if not op.has_trait(Pure):
        plugin.fail("lowers an operation without the trait Pure, which graphs cannot hold")
    if op.regions or op.successors or not op.results:
        plugin.fail("lowers an operation with regions, successors or no result, which graphs cannot hold")
    for value in (*op.operands, *op.results):
        if not isinstance(value.type, TensorType):
            raise ModelError(f"{op.name} has a value of type {value.type}: operations in graphs have tensors only")
        try:
            verify_static(value)
        except VerifyException as error:
            raise ModelError(f"{op.name}: {error}") from error
    return rule


def rule_of(op: Operation) -> Rule | None:
    """How an operation is lowered, None if it has no form in instructions. Raises what `foreign_rule` raises."""
    return RULES.get(type(op)) or foreign_rule(op)


@dataclass(frozen=True)
class _Guard:
    """The functions of a rule of another package: its mistakes are errors that name it."""

    plugin: Plugin
    rule: OperationRule

    def lower(self, ctx: Lowering, node: Node) -> None:
        self._call("lower", node.op, self.rule.lower, ctx, node)
        view: object = ctx.values.get(node.result)
        if not isinstance(view, View):
            self.plugin.fail(f"lowers {node.op.name} and binds no view to its result")
        found, expected = (view.shape, view.storage.dtype), (shape_of(node.result) or (1,), ctx.dtype)
        if found != expected:
            self.plugin.fail(f"lowers {node.op.name} to {_kind(*found)}: expected {_kind(*expected)}")

    def support(self, op: Operation, target: Target) -> str | None:
        reason = self._call("say whether a target supports", op, self.rule.support, op, target)
        if reason is not None and not isinstance(reason, str):
            self.plugin.fail(f"gives a value of type {type(reason).__name__} as support: expected a reason or None")
        return reason

    def evaluate(self, op: Operation, *operands: Array) -> tuple[Array, ...]:
        given = self._call("evaluate", op, self.rule.evaluate, op, *operands)
        several = cast("tuple[Any, ...]", given) if isinstance(given, tuple) else (given,)
        results = [np.asarray(one) for one in several]
        found = [(array.shape, array.dtype.name) for array in results]
        expected = [(shape_of(value), dtype_of(value).name) for value in op.results]
        if found != expected:
            kinds = [", ".join(_kind(*one) for one in many) for many in (found, expected)]
            self.plugin.fail(f"evaluates {op.name} to {kinds[0]}: expected {kinds[1]}")
        return tuple(results)

    def work(self, op: Operation) -> Work:
        work = self._call("count the work of", op, self.rule.work, op)
        if not isinstance(work, Work) or min(work.macs, work.results, work.operations) < 0:
            self.plugin.fail(f"gives {work!r:.60} as the work of {op.name}: expected a Work of numbers of at least 0")
        return work

    def _call(self, what: str, op: Operation, function: Callable[..., object], *arguments: object) -> object:
        try:
            return function(*arguments)
        except AccelcError:
            raise
        except Exception as error:
            self.plugin.fail(f"failed to {what} {op.name}: {type(error).__name__}: {error}", error)


def _kind(shape: Sequence[int], dtype: str) -> str:
    return f"{dtype}{list(shape)}"


def supported(op: Operation, target: Target) -> str | None:
    """Why `op` cannot run on the accelerator, or None if it can. Raises what `foreign_rule` raises."""
    rule = rule_of(op)
    if rule is None:
        return f"{op.name} has no form in engine instructions"
    if len(op.results) != 1:
        return f"{op.name} has {len(op.results)} results, lowered operations have one"
    for value in (*op.operands, *op.results):
        element = element_of(value)
        if not rule.integers and type(element) not in FLOATS:
            return f"element type {element} is not one the engines compute with (f32, bf16, f16)"
        if not rule.fp8 and engine_dtype(element) in FP8:
            return f"only products compute with {element}"
        if (reason := _element_support(element, target)) is not None:
            return reason
        if prod(shape_of(value)) == 0:
            return "a tensor without elements"
    return rule.support(op, target)


def _element_support(element: Attribute, target: Target) -> str | None:
    """Why no engine touches elements of a type, or None if one does."""
    dtype = engine_dtype(element)
    if dtype is None:
        return f"element type {element} is not one the engines compute with"
    if dtype == "int64" and int64_lane(target) is None:
        return f"no engine of target '{target.name}' computes with i64"
    lacking = is_integer(dtype) and dtype != "int64" and dtype not in target.engines["vector"].integers
    return f"the vector engine of target '{target.name}' does not compute with {element}" if lacking else None

"""What a partition's lowering decides before it emits anything: fusion, order, lifetimes, halos, shared storage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects.builtin import IntegerAttr, StringAttr, f32, i1
from xdsl.ir import Attribute, Block, Operation, SSAValue

from accelc.dialects import engine, graph
from accelc.dialects.graph_ops.base import element_of, ints, is_float, shape_of
from accelc.dialects.graph_ops.element_types import dense_to_array
from accelc.lowering.builder import Array, Location
from accelc.lowering.context import Forward, Halo
from accelc.lowering.operations.computes import ALU
from accelc.lowering.products.staging import Layout, layout_of
from accelc.targets.model import Target

FUNCTIONS: Mapping[type[Operation], str] = {
    graph.ReluOp: "relu",
    graph.ExpOp: "exp",
    graph.LogOp: "ln",
    graph.SqrtOp: "sqrt",
    graph.RsqrtOp: "rsqrt",
    graph.ReciprocalOp: "reciprocal",
    graph.TanhOp: "tanh",
    graph.SigmoidOp: "sigmoid",
    graph.ErfOp: "erf",
    graph.GeluOp: "gelu",
    graph.SiluOp: "silu",
    graph.AbsOp: "abs",
    graph.SquareOp: "square",
    graph.SignOp: "sign",
    graph.SinOp: "sin",
    graph.CosOp: "cos",
    graph.AtanOp: "atan",
    graph.FloorOp: "floor",
    graph.CeilOp: "ceil",
    graph.RoundOp: "round",
    graph.SoftplusOp: "softplus",
}
"""Unary operation -> activation function of the scalar engine."""
ROUNDING = frozenset((*FUNCTIONS, *ALU))
"""Operations on an engine that computes in f32 and rounds to the type of what it writes."""


def engine_dtype(element: Attribute) -> str | None:
    """Name in the instruction set of the elements that stand for an element type of the graph, None if none do."""
    return "uint8" if element == i1 else engine.ELEMENT_TYPES.get(element)


@dataclass(frozen=True)
class Node:
    """One step of the lowering: `op`, and what follows it on the way out of PSUM: func(op + bias + residual), cast."""

    op: Operation
    result: SSAValue
    bias: SSAValue | None = None
    residual: SSAValue | None = None
    func: str = "identity"
    residual_at: Location | None = None
    """where the residual is added in the model"""
    func_at: Location | None = None
    """where the function is applied, or the bias added, if not by `op` itself"""


VIEWS = (graph.SliceOp, graph.ReshapeOp, graph.TransposeOp, graph.BroadcastOp)
"""Operations that mostly move nothing."""


@dataclass(frozen=True)
class Plan:
    """
    Nodes in execution order; the node after which a value is dead, and the last that reads it, which views do not;
    spare borders; concatenated operands.
    """

    nodes: tuple[Node, ...]
    last_use: Mapping[SSAValue, int]
    last_read: Mapping[SSAValue, int]
    halos: Mapping[SSAValue, Halo]
    forwards: Mapping[SSAValue, Forward]


def make_plan(body: Block, target: Target, constants: Mapping[SSAValue, Array]) -> Plan:
    """Plan of the operations of `body`; those whose results are all in `constants` take no part."""
    last = body.last_op
    ops = [op for op in body.ops if op is not last and not all(r in constants for r in op.results)]
    placed: list[tuple[int, Node]] = []
    position = {op: index for index, op in enumerate(ops)}
    taken: set[Operation] = set()
    for op in ops:
        if op in taken:
            continue
        node, fused = _fuse(op, target, constants, taken)
        taken.update(fused)
        owner = node.result.owner
        assert isinstance(owner, Operation)
        placed.append((position[owner], node))
    nodes = tuple(node for _, node in sorted(placed, key=lambda pair: pair[0]))
    last_use: dict[SSAValue, int] = {}
    last_read: dict[SSAValue, int] = {}
    for index, node in enumerate(nodes):
        for value in (*node.op.operands, node.bias, node.residual):
            if value is not None:
                last_use[value] = index
                if not isinstance(node.op, VIEWS):
                    last_read[value] = index
    halos = _halos(nodes, target)
    return Plan(nodes, last_use, last_read, halos, _forwards(nodes, target, constants))


def location_of(op: Operation) -> Location:
    """The model's node and layer that an operation came from."""
    name, layer = op.attributes.get("loc_name"), op.attributes.get("layer")
    return Location(
        name.data if isinstance(name, StringAttr) else "", layer.value.data if isinstance(layer, IntegerAttr) else 0
    )


def contraction_axis(op: Operation, constants: Mapping[SSAValue, Array]) -> int | None:
    """Axis of the result that is the product's stationary free axis, or None for any other operation."""
    if isinstance(op, graph.ConvOp) and op.weight in constants:
        return 1
    if isinstance(op, graph.MatmulOp):
        rank = len(shape_of(op.result))
        if op.rhs in constants and len(shape_of(op.rhs)) == 2 and len(shape_of(op.lhs)) >= 2:
            return rank - 1
        if op.lhs in constants and len(shape_of(op.lhs)) == 2 and len(shape_of(op.rhs)) >= 2:
            return rank - 2
    return None


def _fuse(
    op: Operation, target: Target, constants: Mapping[SSAValue, Array], taken: set[Operation]
) -> tuple[Node, list[Operation]]:
    node = Node(op, op.results[0])
    axis = contraction_axis(op, constants)
    fused: list[Operation] = []
    if axis is not None and is_float(element_of(node.result)):
        node, fused = _with_epilogue(node, axis, target, constants, taken)
    if axis is None and type(op) not in ROUNDING:
        return node, fused
    user = node.result.get_user_of_unique_use()
    rounds = isinstance(user, graph.CastOp) and is_float(element_of(user.result))
    if isinstance(user, graph.CastOp) and rounds and element_of(node.result) == f32 and user not in taken:
        node, fused = replace(node, result=user.result), [*fused, user]
    return node, fused


def _with_epilogue(
    node: Node, axis: int, target: Target, constants: Mapping[SSAValue, Array], taken: set[Operation]
) -> tuple[Node, list[Operation]]:
    """`node`, a product with stationary free axis `axis`, and the additions and the function that follow it."""
    op = node.op
    fused: list[Operation] = []
    bias, residual, func = None, None, "identity"
    residual_at, func_at = None, None
    value = node.result
    while func == "identity" and (user := value.get_user_of_unique_use()) is not None and user not in taken:
        if isinstance(user, graph.AddOp) and shape_of(user.result) == shape_of(value):
            other = user.rhs if user.lhs is value else user.lhs
            if other in constants and bias is None and residual is None and _is_bias(other, value, axis):
                bias, func_at = other, location_of(user)
            elif other not in constants and residual is None and shape_of(other) == shape_of(value):
                residual, residual_at = other, location_of(user)
            else:
                break
        elif FUNCTIONS.get(type(user)) in target.functions:
            func, func_at = FUNCTIONS[type(user)], location_of(user)
        else:
            break
        if user.results[0].type != op.results[0].type:
            break
        fused.append(user)
        value = user.results[0]
        node = Node(op, value, bias, residual, func, residual_at, func_at)
    return node, fused


def _is_bias(other: SSAValue, value: SSAValue, axis: int) -> bool:
    """Whether `other` broadcasts to `value` and varies along `axis` only."""
    shape = shape_of(other)
    padded = (1,) * (len(shape_of(value)) - len(shape)) + shape
    return all(n == 1 for a, n in enumerate(padded) if a != axis) and padded[axis] in (1, shape_of(value)[axis])


def _halos(nodes: Sequence[Node], target: Target) -> dict[SSAValue, Halo]:
    """Zero borders that convolutions and non-negative max pools read around their input."""
    positive = {node.result for node in nodes if node.func == "relu" or isinstance(node.op, graph.ReluOp)}
    for node in nodes:
        if isinstance(node.op, graph.PoolOp | graph.CastOp) and node.op.x in positive:
            positive.add(node.result)
    found: dict[SSAValue, list[tuple[int, int, int, int]]] = {}
    for node in nodes:
        op = node.op
        if isinstance(op, graph.ConvOp) and len(shape_of(op.x)) == 4:
            pads = ints(op.pads)
            kernel = shape_of(op.weight)[2:]
            layout = layout_of(target.tensor.rows, shape_of(op.x)[1], (kernel[0], kernel[1]), op.group.value.data)
            if layout is not Layout.CHANNELS:
                continue
        elif isinstance(op, graph.PoolOp) and len(shape_of(op.x)) == 4 and op.x in positive:
            if op.kind.data != "max":
                continue
            pads = pool_pads(op)
        else:
            continue
        if any(pads):
            found.setdefault(op.x, []).append((pads[0], pads[1], pads[2], pads[3]))
    return {
        value: Halo(
            (max(p[0] for p in all_), max(p[1] for p in all_), max(p[2] for p in all_), max(p[3] for p in all_)), 0.0
        )
        for value, all_ in found.items()
    }


def pool_pads(op: graph.PoolOp) -> tuple[int, ...]:
    """Pads with the high ones as large as the windows reach (a last window may start in the padding: ceil mode)."""
    pads, kernel, strides, dilations = ints(op.pads), ints(op.kernel), ints(op.strides), ints(op.dilations)
    rank = len(kernel)
    high = [
        max((o - 1) * s + (k - 1) * d + 1 - n - low, 0)
        for o, s, k, d, n, low in zip(
            shape_of(op.result)[2:], strides, kernel, dilations, shape_of(op.x)[2:], pads[:rank], strict=True
        )
    ]
    return (*pads[:rank], *high)


def _forwards(nodes: Sequence[Node], target: Target, constants: Mapping[SSAValue, Array]) -> dict[SSAValue, Forward]:
    """Operands that are written straight into the result of the concatenation that is their only use."""
    produced = {node.result: node for node in nodes}
    forwards: dict[SSAValue, Forward] = {}
    for node in nodes:
        op = node.op
        if not isinstance(op, graph.ConcatOp) or op.axis.value.data != 1 or len(shape_of(op.result)) != 4:
            continue
        start = 0
        for value in op.inputs:
            maker = produced.get(value)
            if (
                maker is not None
                and isinstance(maker.op, graph.ConvOp)
                and maker.op.weight in constants
                and start % target.sbuf.partitions == 0
                and value.has_one_use()
            ):
                forwards[value] = Forward(op.result, start)
            start += shape_of(value)[1]
    return forwards


def array_of(op: Operation, weights: Mapping[str, Array]) -> Array | None:
    """Data of a weight or constant operation, or None for any other."""
    if isinstance(op, graph.WeightOp):
        return weights[op.weight_name.data]
    return dense_to_array(op.value) if isinstance(op, graph.ConstantOp) else None

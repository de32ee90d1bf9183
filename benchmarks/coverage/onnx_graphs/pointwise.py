"""Operators on elements, and along dimensions."""

import numpy as np

from benchmarks.coverage.onnx_graphs.growing import ONNX_TYPES, Growing, Operator, Value, broadcast

SMOOTH = (
    *("Relu", "Sigmoid", "Tanh", "Neg", "Abs", "Erf", "Softplus", "Softsign", "HardSigmoid", "Elu", "LeakyRelu"),
    *("Selu", "Celu", "Gelu", "HardSwish", "Mish", "Sin", "Cos", "Atan", "Asinh", "Identity", "ThresholdedRelu"),
)
JUMPING = ("Floor", "Ceil", "Round", "Sign")
COMPARISONS = ("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual")
REDUCTIONS = (
    *("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"),
    "ReduceLogSumExp",
)


def _unary(graph: Growing) -> bool:
    if graph.chance(4):
        value = graph.pick(exact=True)
        graph.add(graph.choice(JUMPING), [value], Value("", value.shape, "float", True))
        return True
    value = graph.pick()
    op = graph.choice(SMOOTH)
    exact = value.exact and op in ("Relu", "Neg", "Abs", "Identity")
    graph.add(op, [value], Value("", value.shape, "float", exact))
    return True


def _positive(graph: Growing) -> bool:
    """Functions whose domain is not the whole line."""
    value = graph.pick()
    op = graph.choice(("Sqrt", "Log", "Reciprocal", "Exp"))
    bounded = graph.add("Sigmoid", [value], value.shape)
    graph.add(op, [bounded], value.shape)
    return True


def _binary(graph: Growing) -> bool:
    kind = graph.choice(("float", "float", "float", "int64", "int32"))
    left = graph.pick(kind)
    right = graph.partner(left, kind)
    shape = right and broadcast(left.shape, right.shape)
    if right is None or shape is None:
        return False
    op = graph.choice(("Add", "Sub", "Mul", "Min", "Max"))
    exact = kind != "float" or (left.exact and right.exact and op in ("Min", "Max"))
    graph.add(op, [left, right] if graph.chance(2) else [right, left], Value("", shape, kind, exact))
    return True


def _divide(graph: Growing) -> bool:
    left = graph.pick()
    right = graph.partner(left)
    shape = right and broadcast(left.shape, right.shape)
    if right is None or shape is None:
        return False
    positive = graph.add("Softplus", [right], right.shape)
    if graph.chance(2):
        graph.add("Div", [left, positive], shape)
    else:
        graph.add("Pow", [positive, graph.constant(np.asarray(graph.choice((0.5, 1.0, 2.0, 3.0))))], positive.shape)
    return True


def _compare(graph: Growing) -> bool:
    kind = graph.choice(("float", "int64", "int32"))
    left = graph.pick(kind, exact=True)
    right = graph.partner(left, kind, exact=True)
    shape = right and broadcast(left.shape, right.shape)
    if right is None or shape is None:
        return False
    graph.add(graph.choice(COMPARISONS), [left, right], Value("", shape, "bool", True))
    return True


def _logic(graph: Growing) -> bool:
    left = graph.pick("bool")
    if graph.chance(3):
        graph.add("Not", [left], left)
        return True
    right = graph.partner(left, "bool")
    shape = right and broadcast(left.shape, right.shape)
    if right is None or shape is None:
        return False
    graph.add(graph.choice(("And", "Or", "Xor")), [left, right], Value("", shape, "bool", True))
    return True


def _where(graph: Growing) -> bool:
    kind = graph.choice(("float", "int64"))
    left = graph.pick(kind)
    right = graph.partner(left, kind)
    shape = right and broadcast(left.shape, right.shape)
    if right is None or shape is None:
        return False
    condition = graph.partner(Value("", shape), "bool")
    shape = condition and broadcast(shape, condition.shape)
    if condition is None or shape is None:
        return False
    graph.add("Where", [condition, left, right], Value("", shape, kind, left.exact and right.exact))
    return True


def _cast(graph: Growing) -> bool:
    source = graph.choice(("float", "int64", "int32", "bool"))
    target = graph.choice(("float", "int64", "int32", "bool"))
    value = graph.pick(source, exact=True)
    graph.add("Cast", [value], Value("", value.shape, target, True), to=ONNX_TYPES[target])
    return True


def _clip(graph: Growing) -> bool:
    value = graph.pick()
    low = graph.constant(np.asarray(-1.0)) if graph.chance(2) else ""
    high = graph.constant(np.asarray(0.75)) if graph.chance(2) else ""
    graph.add("Clip", [value, low, high], value)
    return True


def _prelu(graph: Growing) -> bool:
    value = graph.pick(low=1)
    slope = tuple(1 if graph.chance(2) else size for size in value.shape)[graph.integer(0, value.rank) :]
    graph.add("PRelu", [value, graph.weight(slope)], value.shape)
    return True


def _reduce(graph: Growing) -> bool:
    value = graph.pick(low=1)
    axes = sorted({graph.axis(value.rank) % value.rank for _ in range(graph.integer(1, value.rank))})
    op = graph.choice(REDUCTIONS)
    if any(value.shape[axis] == 0 for axis in axes):
        op = "ReduceSum"
    keep = graph.integer(0, 1)
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(value.shape) if keep or axis not in axes)
    graph.add(op, [value, graph.constant(axes)], shape, keepdims=keep)
    return True


def _extreme(graph: Growing) -> bool:
    value = graph.pick(low=1, exact=True)
    axis, keep = graph.axis(value.rank), graph.integer(0, 1)
    at = axis % value.rank
    if value.shape[at] == 0:
        return False
    shape = tuple(1 if one == at else size for one, size in enumerate(value.shape) if keep or one != at)
    op, last = graph.choice(("ArgMax", "ArgMin")), graph.integer(0, 1)
    graph.add(op, [value], Value("", shape, "int64", True), axis=axis, keepdims=keep, select_last_index=last)
    return True


def _softmax(graph: Growing) -> bool:
    value = graph.pick(low=1)
    graph.add(graph.choice(("Softmax", "LogSoftmax")), [value], value.shape, axis=graph.axis(value.rank))
    return True


def _sum_along(graph: Growing) -> bool:
    value = graph.pick(low=1)
    axis = graph.constant(np.asarray(graph.axis(value.rank), np.int64))
    exclusive, reverse = graph.integer(0, 1), graph.integer(0, 1)
    graph.add("CumSum", [value, axis], value.shape, exclusive=exclusive, reverse=reverse)
    return True


def _sum_of_many(graph: Growing) -> bool:
    first = graph.pick()
    others = [other for other in graph.values if other.kind == "float" and other.shape == first.shape]
    picked = [first, *(graph.choice(others) for _ in range(graph.integer(0, 2)))] if others else [first]
    graph.add(graph.choice(("Sum", "Mean", "Max", "Min")), picked, first.shape)
    return True


POINTWISE: tuple[Operator, ...] = (
    *(_unary, _unary, _unary, _positive, _binary, _binary, _binary, _divide, _compare, _logic, _where, _cast, _clip),
    *(_prelu, _reduce, _reduce, _extreme, _softmax, _sum_along, _sum_of_many),
)

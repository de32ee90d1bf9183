"""Rules of reductions, softmax and argmax."""

from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.frontends.torch.rules.call import Call, Results, Rule, Table
from accelc.frontends.torch.writer import count


def _reduce(kind: str, source: str = "self", axes: str = "dim") -> Rule:
    def rule(call: Call) -> SSAValue:
        w = call.writer
        for name in ("dtype", "output_dtype"):
            call.get(name)
        x = call.tensor(source)
        x = w.cast(x, call.dtype) if kind in ("sum", "mean", "prod") else x
        return w.reduce(kind, x, call.axes(axes, len(shape_of(x))), bool(call.get("keepdim")))

    return rule


def _extreme(kind: str) -> Rule:
    """`max` and `min`: of all elements, of two tensors, or along an axis with the places where they are."""

    def rule(call: Call) -> Results:
        w, x = call.writer, call.tensor("self")
        if call.get("other") is not None:
            return w.binary(kind, w.cast(x, call.dtype), call.operand("other", call.dtype))
        if call.get("dim") is None:
            return w.reduce(kind, x, range(len(shape_of(x))))
        axis, keepdims = call.axis("dim", len(shape_of(x))), bool(call.get("keepdim"))
        if not shape_of(x):
            raise call.error("a maximum along an axis of a number; supported are tensors")
        value = w.reduce(kind, x, [axis], keepdims)
        return [value, w.add(graph.ArgmaxOp(x, axis, keepdims)) if kind == "max" else None]

    return rule


def _argmax(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    if call.get("dim") is None:
        if call.get("keepdim"):
            raise call.error("keepdim without dim; supported is one of them")
        return w.add(graph.ArgmaxOp(w.reshape(x, [count(shape_of(x))]), 0))
    return w.add(graph.ArgmaxOp(x, call.axis("dim", len(shape_of(x))), bool(call.get("keepdim"))))


def variance(call: Call, x: SSAValue, axes: list[int], correction: float) -> tuple[SSAValue, SSAValue]:
    """Mean and variance along axes, which stay with size 1."""
    w = call.writer
    mean = w.reduce("mean", x, axes, keepdims=True)
    square = w.unary("square", w.binary("sub", x, mean))
    elements = count([shape_of(x)[axis] for axis in axes])
    if correction == 0:
        return mean, w.reduce("mean", square, axes, keepdims=True)
    if elements <= correction:
        raise call.error(f"the variance of {elements} elements with correction {correction} is not defined")
    total = w.reduce("sum", square, axes, keepdims=True)
    return mean, w.binary("div", total, float(elements - correction))


def _variance(*, root: bool, with_mean: bool) -> Rule:
    def rule(call: Call) -> Results:
        w, x = call.writer, call.tensor("self")
        axes = call.axes("dim", len(shape_of(x)))
        unbiased, correction = call.get("unbiased"), call.get("correction")
        amount = float(correction) if correction is not None else float(unbiased is not False)
        mean, value = variance(call, x, axes, amount)
        call.get("keepdim")
        value = w.unary("sqrt", value) if root else value
        value = w.reshape(value, call.shape)
        return [value, w.reshape(mean, call.shape)] if with_mean else value

    return rule


def _softmax(call: Call) -> SSAValue:
    for name in ("dtype", "half_to_float"):
        call.get(name)
    x = call.writer.cast(call.tensor("self"), call.dtype)
    return call.writer.add(graph.SoftmaxOp(x, axis=call.axis("dim", len(shape_of(x)))))


def _log_softmax(call: Call) -> SSAValue:
    w = call.writer
    for name in ("dtype", "half_to_float"):
        call.get(name)
    x = w.cast(call.tensor("self"), call.dtype)
    axes = [call.axis("dim", len(shape_of(x)))]
    centred = w.binary("sub", x, w.reduce("max", x, axes, keepdims=True))
    total = w.reduce("sum", w.unary("exp", centred), axes, keepdims=True)
    return w.binary("sub", centred, w.unary("log", total))


def _scan(kind: str, neutral: float) -> Rule:
    """A cumulative sum or product, as log2(n) operations over shifted copies (Hillis and Steele, 1986)."""

    def rule(call: Call) -> SSAValue:
        w = call.writer
        call.get("dtype")
        x = w.cast(call.tensor("self"), call.dtype)
        shape = shape_of(x)
        axis, by = call.axis("dim", len(shape)), 1
        while shape and by < shape[axis]:
            low, kept = [0] * len(shape), list(shape)
            low[axis], kept[axis] = by, shape[axis] - by
            part = w.add(graph.SliceOp(x, [0] * len(shape), kept))
            x = w.binary(kind, x, w.add(graph.PadOp(part, low=low, high=[0] * len(shape), value=neutral)))
            by *= 2
        return x

    return rule


RULES: Table = {
    "sum": _reduce("sum"),
    "mean": _reduce("mean"),
    "prod": _reduce("prod"),
    "amax": _reduce("max"),
    "amin": _reduce("min"),
    "max": _extreme("max"),
    "min": _extreme("min"),
    "argmax": _argmax,
    "var": _variance(root=False, with_mean=False),
    "std": _variance(root=True, with_mean=False),
    "var_mean": _variance(root=False, with_mean=True),
    "std_mean": _variance(root=True, with_mean=True),
    "softmax": _softmax,
    "_softmax": _softmax,
    "log_softmax": _log_softmax,
    "_log_softmax": _log_softmax,
    "cumsum": _scan("add", 0.0),
    "cumprod": _scan("mul", 1.0),
    "prims.sum": _reduce("sum", "inp", "dims"),
}
"""Rules of this module."""

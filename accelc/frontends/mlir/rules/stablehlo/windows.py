"""Windows of StableHLO: pooling, running sums, and the gradient of max pooling."""

from itertools import product
from math import prod

from xdsl.ir import SSAValue

from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.bodies import combiner
from accelc.frontends.mlir.rules.combine import identity
from accelc.frontends.mlir.rules.regions import body_of
from accelc.frontends.mlir.rules.windows import Window, reduce_windows

MAX_TAPS = 64
"""Elements of a window whose gradient is taken element by element."""


def _window(call: Call, rank: int) -> Window:
    ones = [1] * rank
    pads = call.view.ints("padding", [0] * (2 * rank))
    window = Window(
        call.view.ints("window_dimensions"),
        call.view.ints("window_strides", ones),
        pads[::2],
        pads[1::2],
        call.view.ints("window_dilations", ones),
    )
    parts = (window.sizes, window.strides, window.low, window.high, window.dilations)
    if any(len(part) != rank for part in parts):
        raise call.error(f"the window has not one entry for each of {rank} axes")
    return window


def _reduce_window(call: Call) -> SSAValue:
    if len(call) != 2:
        raise call.error(f"of {len(call) // 2} tensors together; supported is one")
    rank = len(call.shape())
    kind = combiner(body_of(call.body()))
    if kind is None or kind in ("first", "second"):
        raise call.error("its body is no function that is known; supported are sums, products and extremes")
    w, x, init = call.writer, call.operand(0), call.operand(1)
    between = [n - 1 for n in call.view.ints("base_dilations", [1] * rank)]
    if any(between):
        if kind in ("add", "mul") and w.known_scalar(init) != identity(kind, dtype_of(x)):
            raise call.error("dilates the tensor by an initial value that is not that of no elements")
        x = w.pad(x, [0] * rank, [0] * rank, between, identity(kind, dtype_of(x)))
    return reduce_windows(w, kind, x, _window(call, rank), init)


def _select_and_scatter(call: Call) -> SSAValue:
    """
    The gradient of max pooling: each window's source goes to the first of its largest elements.

    One tap of the window after the other: its elements in all windows are a strided slice.
    """
    w, x, source = call.writer, call.operand(0), call.operand(1)
    shape, windows = call.shape(0), call.shape(1)
    window = _window(call, len(shape))
    select, scatter = body_of(call.body(0)), combiner(body_of(call.body(1)))
    comparison = [step.name for step in select.steps]
    operands = [step.operands for step in select.steps]
    if comparison not in (["compare GE"], ["compare LE"]) or operands != [(("argument", 0), ("argument", 1))]:
        raise call.error("its first body does not choose the first extreme; supported is compare GE or LE")
    if scatter != "add" or w.known_scalar(call.operand(2)) != 0:
        raise call.error("its second body does not add to 0")
    if prod(window.sizes) > MAX_TAPS:
        raise call.error(f"windows of {prod(window.sizes)} elements; the limit is {MAX_TAPS}")
    kind = "max" if comparison == ["compare GE"] else "min"
    padded = w.pad(x, window.low, window.high, None, identity(kind, dtype_of(x)))
    best = reduce_windows(w, kind, x, window)
    if shape_of(best) != windows:
        raise call.error(f"sources of shape {list(windows)} for windows of shape {list(shape_of(best))}")
    total: SSAValue | None = None
    free: SSAValue | None = None
    for tap in product(*(range(n) for n in window.sizes)):
        here = w.binary("equal", w.slice(padded, tap, windows, window.strides), best)
        first = here if free is None else w.binary("and", here, free)
        free = w.unary("not", here) if free is None else w.binary("and", free, w.unary("not", here))
        part = w.select(first, source, w.scalar(0, dtype_of(source)))
        after = [
            size - start - (count - 1) * step - 1
            for size, start, count, step in zip(shape_of(padded), tap, windows, window.strides, strict=True)
        ]
        spread = w.pad(part, tap, after, [step - 1 for step in window.strides])
        total = spread if total is None else w.binary("add", total, spread)
    assert total is not None
    return w.pad(total, [-n for n in window.low], [-n for n in window.high])


RULES: Table = {
    "stablehlo.reduce_window": _reduce_window,
    "stablehlo.select_and_scatter": _select_and_scatter,
}
"""Rules of this module."""

"""Operations of TOSA that make and move elements."""

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import Array, dtype_of
from accelc.frontends.mlir.call import Call, Results, Rule, Table
from accelc.frontends.mlir.rules.stablehlo.linear import contract
from accelc.frontends.mlir.rules.tosa.quantized import zero_point


def _constant(call: Call) -> SSAValue:
    return call.writer.constant(call.view.array("values" if call.view.has("values") else "value"))


def _shape(call: Call) -> SSAValue:
    """Shapes are numbers that are known."""
    numbers = call.view.ints("values" if call.view.has("values") else "value")
    return call.writer.constant(np.asarray(numbers, np.int64))


def _given(call: Call, index: int, name: str) -> list[int]:
    """Numbers that are an attribute or an operand."""
    if call.view.has(name):
        return call.view.ints(name)
    return [int(n) for n in call.known(index, name).reshape(-1)]


def _reshape(call: Call) -> SSAValue:
    return call.writer.reshape(call.operand(0), call.result()[0])


def _transpose(call: Call) -> SSAValue:
    perm = _given(call, 1, "perms")
    if sorted(perm) != list(range(len(call.shape()))):
        raise call.error(f"perms {perm} of a tensor of rank {len(call.shape())}")
    return call.writer.transpose(call.operand(0), perm)


def _slice(call: Call) -> SSAValue:
    starts, sizes = _given(call, 1, "start"), _given(call, 2, "size")
    shape = call.shape()
    if not len(starts) == len(sizes) == len(shape):
        raise call.error(f"start {starts} and size {sizes} of a tensor of rank {len(shape)}")
    sizes = [size - start if n == -1 else n for size, start, n in zip(shape, starts, sizes, strict=True)]
    return call.writer.slice(call.operand(0), starts, sizes, [1] * len(starts))


def _pad(call: Call) -> SSAValue:
    w, amounts = call.writer, _given(call, 1, "padding")
    if len(amounts) != 2 * len(call.shape()):
        raise call.error(f"padding {amounts} of a tensor of rank {len(call.shape())}")
    value: float = 0
    if len(call) > 2:
        known = w.known_scalar(call.operand(2))
        if known is None:
            raise call.error("the value of the pads is not known when compiling; supported are constants")
        value = known
    elif call.view.has("quantization_info"):
        value = zero_point(call, 9, "input_zp")
    return w.pad(call.operand(0), amounts[::2], amounts[1::2], None, float(value))


def _tile(call: Call) -> SSAValue:
    w, x, times = call.writer, call.operand(0), _given(call, 1, "multiples")
    shape = call.shape()
    if len(times) != len(shape):
        raise call.error(f"multiples {times} of a tensor of rank {len(shape)}")
    split = [n for count, size in zip(times, shape, strict=True) for n in (count, size)]
    axes = [2 * axis + 1 for axis in range(len(shape))]
    repeated = w.broadcast_in(x, axes, split)
    return w.reshape(repeated, [count * size for count, size in zip(times, shape, strict=True)])


def _axis(call: Call) -> int:
    axis = call.view.int("axis")
    if not 0 <= axis < len(call.shape()):
        raise call.error(f"axis {axis} of a tensor of rank {len(call.shape())}")
    return axis


def _concat(call: Call) -> SSAValue:
    return call.writer.add(graph.ConcatOp(call.operands, _axis(call)))


def _reverse(call: Call) -> SSAValue:
    shape, axis = call.shape(), _axis(call)
    if shape[axis] < 2:
        return call.operand(0)
    starts = [size - 1 if d == axis else 0 for d, size in enumerate(shape)]
    return call.writer.slice(call.operand(0), starts, shape, [-1 if d == axis else 1 for d in range(len(shape))])


def _gather(call: Call) -> SSAValue:
    return call.writer.add(graph.GatherOp(call.operand(0), call.operand(1), 1, 1))


def _scatter(call: Call) -> SSAValue:
    return call.writer.add(graph.ScatterOp(call.operand(0), call.operand(1), call.operand(2), 1, 1, "none"))


def _weights(size: int, result: int, scale: tuple[int, int], offset: int, *, nearest: bool) -> Array:
    """How much of each element of an axis is in each of the result, by the TOSA specification's RESIZE."""
    place = np.arange(result) * scale[1] + offset
    first = place // scale[0]
    rest = (place - first * scale[0]) / scale[0]
    if nearest:
        first, rest = first + (rest >= 0.5), np.zeros(result)
    matrix = np.zeros((result, size), np.float32)
    rows = np.arange(result)
    np.add.at(matrix, (rows, np.clip(first, 0, size - 1)), 1 - rest)
    np.add.at(matrix, (rows, np.clip(first + 1, 0, size - 1)), rest)
    return matrix


def _resize(call: Call) -> SSAValue:
    w, x, (shape, dtype) = call.writer, call.operand(0), call.result()
    scale, offset = _given(call, 1, "scale"), _given(call, 2, "offset")
    mode = call.view.word("mode")
    if mode not in ("NEAREST_NEIGHBOR", "BILINEAR") or len(scale) != 4 or len(offset) != 2 or min(scale) < 1:
        raise call.error(f"mode '{mode}', scale {scale} and offset {offset}")
    nearest = mode == "NEAREST_NEIGHBOR"
    if not nearest and (dtype.kind not in "fV" or dtype_of(x) != dtype):
        raise call.error(f"bilinear of {dtype_of(x).name} to {dtype.name}; supported are floats")
    for axis in (1, 2):
        pair = (scale[2 * axis - 2], scale[2 * axis - 1])
        w.bounded([shape_of(x)[axis], shape[axis]])
        matrix = _weights(shape_of(x)[axis], shape[axis], pair, offset[axis - 1], nearest=nearest)
        if nearest:
            x = w.gather(x, w.constant(matrix.argmax(1).astype(np.int64)), axis)
            continue
        rows = w.cast(w.constant(matrix), dtype)
        moved = contract(w, x, rows, ([], []), ([axis], [1]), dtype)
        order = [d for d in range(4) if d != axis]
        x = w.transpose(moved, [[*order, axis].index(d) for d in range(4)])
    return x


def _refuse(reason: str) -> Rule:
    def rule(call: Call) -> Results:
        raise call.error(reason)

    return rule


RULES: Table = {
    "tosa.const": _constant,
    "tosa.const_shape": _shape,
    "tosa.reshape": _reshape,
    "tosa.transpose": _transpose,
    "tosa.slice": _slice,
    "tosa.pad": _pad,
    "tosa.tile": _tile,
    "tosa.concat": _concat,
    "tosa.reverse": _reverse,
    "tosa.gather": _gather,
    "tosa.scatter": _scatter,
    "tosa.resize": _resize,
    **dict.fromkeys(
        ["tosa.cond_if", "tosa.while_loop"], _refuse("branches and loops that depend on data; unroll them before")
    ),
    **dict.fromkeys(
        ["tosa.variable", "tosa.variable.read", "tosa.variable.write", "tosa.variable_read", "tosa.variable_write"],
        _refuse("variables, which outlive a run; make them inputs and results"),
    ),
    **dict.fromkeys(["tosa.fft2d", "tosa.rfft2d"], _refuse("there are no complex numbers in the graph dialect")),
    "tosa.custom": _refuse("an operation of another runtime; replace it in the source program"),
}
"""Rules of this module."""

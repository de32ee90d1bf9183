"""Rules of `tensor`: making, cutting and joining tensors."""

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.frontends.mlir.call import Call, Table

DYNAMIC = -(1 << 63)
"""What stands in a list of static numbers for one that is an operand."""


def _numbers(call: Call, name: str, operands: list[int]) -> list[int]:
    """A list of numbers; those that are operands, taken from the front of `operands`, must be known."""
    found: list[int] = []
    for number in call.view.ints(f"static_{name}"):
        if number != DYNAMIC:
            found.append(number)
            continue
        index = operands.pop(0)
        known = call.writer.known_scalar(call.operand(index))
        if known is None:
            raise call.error(f"one of its {name} is not known when compiling; supported are constants")
        found.append(int(known))
    return found


def _empty(call: Call) -> SSAValue:
    # The elements are not defined, so zeros will do.
    return call.writer.full(call.result()[0], 0, call.result()[1])


def _same_shape(call: Call) -> SSAValue:
    return call.operand(0)


def _reshape(call: Call) -> SSAValue:
    return call.writer.reshape(call.operand(0), call.result()[0])


def _extract_slice(call: Call) -> SSAValue:
    rest = list(range(1, len(call)))
    offsets, sizes, strides = (_numbers(call, name, rest) for name in ("offsets", "sizes", "strides"))
    if not len(offsets) == len(sizes) == len(strides) == len(call.shape()):
        raise call.error(f"{len(offsets)} offsets for a tensor of rank {len(call.shape())}")
    found = call.writer.slice(call.operand(0), offsets, sizes, strides)
    return call.writer.reshape(found, call.result()[0])


def _insert_slice(call: Call) -> SSAValue:
    w, rest = call.writer, list(range(2, len(call)))
    offsets, sizes, strides = (_numbers(call, name, rest) for name in ("offsets", "sizes", "strides"))
    if not len(offsets) == len(sizes) == len(strides) == len(call.shape(1)):
        raise call.error(f"{len(offsets)} offsets for a tensor of rank {len(call.shape(1))}")
    source = w.reshape(call.operand(0), sizes)
    return w.add(graph.InsertSliceOp(source, call.operand(1), offsets, strides))


def _pad(call: Call) -> SSAValue:
    w, rest = call.writer, list(range(1, len(call)))
    low, high = _numbers(call, "low", rest), _numbers(call, "high", rest)
    if not len(low) == len(high) == len(call.shape()):
        raise call.error(f"{len(low)} pads for a tensor of rank {len(call.shape())}")
    value = call.converter.block(call.body(), dict(call.env), w)
    known = w.known_scalar(value[0]) if len(value) == 1 else None
    if known is not None:
        return w.pad(call.operand(0), low, high, None, float(known))
    if len(value) != 1 or shape_of(value[0]):
        raise call.error("pads with values that depend on the place; supported is one number")
    inside = w.pad(w.full(call.shape(), 1, np.dtype(np.int32)), low, high)
    return w.select(w.binary("equal", inside, 1), w.pad(call.operand(0), low, high), value[0])


def _concat(call: Call) -> SSAValue:
    axis = call.view.int("dim")
    if not 0 <= axis < len(call.shape()):
        raise call.error(f"dim {axis} of a tensor of rank {len(call.shape())}")
    return call.writer.add(graph.ConcatOp(call.operands, axis))


def _splat(call: Call) -> SSAValue:
    return call.writer.broadcast(call.operand(0), call.result()[0])


def _from_elements(call: Call) -> SSAValue:
    w, (shape, _) = call.writer, call.result()
    parts = [w.reshape(value, [1]) for value in call.operands]
    return w.reshape(parts[0] if len(parts) == 1 else w.add(graph.ConcatOp(parts, 0)), shape)


def _dim(call: Call) -> SSAValue:
    axis = call.writer.known_scalar(call.operand(1))
    if axis is None or not 0 <= axis < len(call.shape()):
        raise call.error("its axis is not known when compiling, or is none of the tensor")
    return call.writer.constant(np.asarray(call.shape()[int(axis)], np.int64))


def _extract(call: Call) -> SSAValue:
    """
    The elements at places given by numbers, which in bodies are tensors themselves.

    Places outside are not defined; they are kept inside.
    """
    w, x, shape = call.writer, call.operand(0), call.shape()
    places = call.operands[1:]
    if len(places) != len(shape) or 0 in shape:
        raise call.error(f"{len(places)} indices of a tensor of shape {list(shape)}")
    if not places:
        return x
    total: SSAValue | None = None
    step = 1
    for place, size in zip(reversed(places), reversed(shape), strict=True):
        inside = w.clip(w.cast(place, np.dtype(np.int32)), 0, size - 1)
        part = w.binary("mul", inside, step)
        total = part if total is None else w.binary("add", total, part)
        step *= size
    assert total is not None
    return w.gather(w.reshape(x, [step]), total, 0)


def _insert(call: Call) -> SSAValue:
    w, places = call.writer, call.operands[2:]
    known = [w.known_scalar(place) for place in places]
    if any(place is None for place in known) or len(known) != len(call.shape(1)):
        raise call.error("its indices are not known when compiling; supported are constants")
    source = w.reshape(call.operand(0), [1] * len(known))
    return w.add(graph.InsertSliceOp(source, call.operand(1), [int(place or 0) for place in known]))


RULES: Table = {
    "tensor.empty": _empty,
    "tensor.cast": _same_shape,
    "tensor.expand_shape": _reshape,
    "tensor.collapse_shape": _reshape,
    "tensor.reshape": _reshape,
    "tensor.extract_slice": _extract_slice,
    "tensor.insert_slice": _insert_slice,
    "tensor.pad": _pad,
    "tensor.concat": _concat,
    "tensor.splat": _splat,
    "tensor.from_elements": _from_elements,
    "tensor.dim": _dim,
    "tensor.extract": _extract,
    "tensor.insert": _insert,
}
"""Rules of this module."""

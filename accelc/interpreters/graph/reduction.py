"""NumPy semantics of the `graph` operations that combine elements along axes, and of the recurrent layer."""

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints
from accelc.dialects.graph_ops.element_types import Array, dtype_of
from accelc.interpreters.graph.elementwise import convert, is_float, sigmoid, widen


def reduce(op: graph.ReduceOp, x: Array) -> Array:
    """Combination along axes, floats in the working dtype, integers wrapping in their own."""
    source = widen(x)[0] if is_float(x.dtype) else x
    axes, keep = ints(op.axes), op.keepdims is not None
    with np.errstate(all="ignore"):
        match op.kind.data:
            case "sum":
                result = np.sum(source, axis=axes, keepdims=keep, dtype=source.dtype)
            case "mean":
                result = np.mean(source, axis=axes, keepdims=keep, dtype=source.dtype)
            case "prod":
                result = np.prod(source, axis=axes, keepdims=keep, dtype=source.dtype)
            case "max":
                result = np.max(source, axis=axes, keepdims=keep)
            case _:
                result = np.min(source, axis=axes, keepdims=keep)
        return convert(np.asarray(result), dtype_of(op.result))


def softmax(op: graph.SoftmaxOp, x: Array) -> Array:
    """Exponentials of the distance to the maximum, divided by their sum."""
    (source,) = widen(x)
    axis = op.axis.value.data
    if x.shape[axis] == 0:
        return convert(source, dtype_of(op.result))
    with np.errstate(all="ignore"):
        powers = np.exp(source - np.max(source, axis=axis, keepdims=True))
        powers /= np.sum(powers, axis=axis, keepdims=True)
    return convert(powers, dtype_of(op.result))


def argmax(op: graph.ArgmaxOp, x: Array) -> Array:
    """Index of the first (or last) largest element."""
    source = widen(x)[0] if is_float(x.dtype) else x
    axis, keep = op.axis.value.data, op.keepdims is not None
    if op.select_last is None:
        return np.asarray(np.argmax(source, axis=axis, keepdims=keep), np.int64)
    backwards = np.argmax(np.flip(source, axis), axis=axis, keepdims=keep)
    return np.asarray(x.shape[axis] - 1 - backwards, np.int64)


def _lstm_direction(
    op: graph.LstmOp, operands: dict[str, Array], direction: int, backwards: bool
) -> tuple[Array, Array, Array]:
    """One direction of the recurrence: hidden states (S, B, H), last hidden state and last cell state (B, H)."""
    x, w, r = operands["x"], operands["w"][direction], operands["r"][direction]
    steps, batch, _ = x.shape
    hidden = r.shape[1]
    h = operands["initial_h"][direction] if "initial_h" in operands else np.zeros((batch, hidden), x.dtype)
    c = operands["initial_c"][direction] if "initial_c" in operands else np.zeros((batch, hidden), x.dtype)
    inputs = np.matmul(x, w.T)
    if "bias" in operands:
        bias = operands["bias"][direction]
        inputs = inputs + (bias[: 4 * hidden] + bias[4 * hidden :])
    peephole = operands["peephole"][direction] if "peephole" in operands else np.zeros(3 * hidden, x.dtype)
    p_i, p_o, p_f = peephole[:hidden], peephole[hidden : 2 * hidden], peephole[2 * hidden :]
    lengths = operands.get("sequence_lengths")
    states = np.zeros((steps, batch, hidden), x.dtype)
    one = x.dtype.type(1)
    for step in reversed(range(steps)) if backwards else range(steps):
        gates = inputs[step] + h @ r.T
        i = sigmoid(gates[:, :hidden] + p_i * c)
        f = one - i if op.input_forget is not None else sigmoid(gates[:, 2 * hidden : 3 * hidden] + p_f * c)
        new_c = f * c + i * np.tanh(gates[:, 3 * hidden :])
        new_h = sigmoid(gates[:, hidden : 2 * hidden] + p_o * new_c) * np.tanh(new_c)
        if lengths is None:
            h, c, states[step] = new_h, new_c, new_h
        else:
            # Steps beyond the end come first when reading backwards and last otherwise: they change nothing either way.
            inside = (step < lengths)[:, None]
            h, c = np.where(inside, new_h, h), np.where(inside, new_c, c)
            states[step] = np.where(inside, new_h, 0)
    return states, h, c


def lstm(op: graph.LstmOp, *values: Array) -> tuple[Array, Array, Array]:
    """Long short-term memory, ONNX semantics."""
    names = ["x", "w", "r", *(name for name in op.OPTIONAL if getattr(op, name) is not None)]
    operands = dict(zip(names, values, strict=True))
    floats = [name for name in names if name != "sequence_lengths"]
    operands |= dict(zip(floats, widen(*(operands[name] for name in floats)), strict=True))
    flags = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}[op.direction.data]
    runs = [_lstm_direction(op, operands, index, backwards) for index, backwards in enumerate(flags)]
    y, y_h, y_c = (np.stack(part, axis) for part, axis in zip(zip(*runs, strict=True), (1, 0, 0), strict=True))
    return convert(y, dtype_of(op.y)), convert(y_h, dtype_of(op.y_h)), convert(y_c, dtype_of(op.y_c))

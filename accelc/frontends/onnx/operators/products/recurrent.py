"""
Importers of RNN, GRU and LSTM: the steps written out, as products of matrices and elementwise functions.

All products with the input are one product per gate; each step adds one product of the state per gate. Gates are
separate matrices, because cutting a tensor into gates would cut it across partitions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import AttributeProto
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Handler, Node, Table
from accelc.frontends.onnx.operators.pointwise.elementwise import hard_sigmoid

Function = Callable[[Tensor], Tensor]
State = tuple[Tensor | None, ...]
"""(B, H) each: hidden state, and cell state of an LSTM; None is zero."""

MAX_UNROLLED = 4096
"""Steps up to which a layer is written out at all."""
MAX_STEPS = 512
"""Steps up to which an LSTM is written out where `graph.lstm` could stand for it."""
DEFAULTS: dict[str, tuple[str, ...]] = {
    "RNN": ("Tanh",),
    "GRU": ("Sigmoid", "Tanh"),
    "LSTM": ("Sigmoid", "Tanh", "Tanh"),
}
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
ALPHA = {"LeakyRelu": 0.01, "ThresholdedRelu": 1.0, "HardSigmoid": 0.2, "Elu": 1.0, "Affine": 1.0, "ScaledTanh": 1.0}
"""Functions with a first parameter, and its default."""
BETA = {"HardSigmoid": 0.5, "Affine": 0.0, "ScaledTanh": 1.0}
"""Functions with a second parameter, and its default."""
PLAIN = {"Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus"}


def _function(node: Node, name: str, alpha: float, beta: float) -> Function:
    b = node.builder
    match name:
        case "Relu" | "Tanh" | "Sigmoid" | "Softplus":
            return lambda x: b.unary(PLAIN[name], x)
        case "Softsign":
            return lambda x: b.binary("div", x, b.add(b.unary("abs", x), 1))
        case "Affine":
            return lambda x: b.add(b.mul(x, alpha), beta)
        case "ScaledTanh":
            return lambda x: b.mul(b.unary("tanh", b.mul(x, beta)), alpha)
        case "HardSigmoid":
            return lambda x: hard_sigmoid(b, x, alpha, beta)
        case "LeakyRelu":
            return lambda x: b.select(b.binary("less", x, b.scalar(0, x)), b.mul(x, alpha), x)
        case "ThresholdedRelu":
            return lambda x: b.select(b.binary("less", x, b.scalar(alpha, x)), b.scalar(0, x), x)
        case "Elu":
            return lambda x: b.select(
                b.binary("less", x, b.scalar(0, x)), b.mul(b.add(b.unary("exp", x), -1), alpha), x
            )
        case _:
            legal = ", ".join([*PLAIN, "Softsign", *ALPHA])
            raise node.error(f"attribute 'activations' has '{name}', expected {legal}")


def _functions(node: Node, kind: str, directions: int, clip: float) -> list[list[Function]]:
    """Activation functions of every direction; parameters are taken in order by the functions that have them."""
    given = node.attribute("activations", AttributeProto.STRINGS)
    names = [s.decode(errors="replace") for s in given.strings] if given is not None and given.strings else []
    names = names or list(DEFAULTS[kind]) * directions
    count = len(DEFAULTS[kind])
    if len(names) != count * directions:
        raise node.error(f"attribute 'activations' has {len(names)} entries, expected {count * directions}")
    spellings = {name.lower(): name for name in (*PLAIN, "Softsign", *ALPHA)}
    alphas, betas = _floats(node, "activation_alpha"), _floats(node, "activation_beta")

    def clipped(function: Function) -> Function:
        b = node.builder

        def apply(x: Tensor) -> Tensor:
            return function(b.binary("min", b.binary("max", x, b.scalar(-clip, x)), b.scalar(clip, x)))

        return apply if clip else function

    found: list[Function] = []
    for written in names:
        name = spellings.get(written.lower(), written)
        alpha = next(alphas, ALPHA[name]) if name in ALPHA else 0.0
        beta = next(betas, BETA[name]) if name in BETA else 0.0
        found.append(clipped(_function(node, name, alpha, beta)))
    return [found[i * count : (i + 1) * count] for i in range(directions)]


def _floats(node: Node, name: str) -> Iterator[float]:
    found = node.attribute(name, AttributeProto.FLOATS)
    return iter([] if found is None else list(found.floats))


@dataclass(frozen=True)
class _Cell:
    """One direction of a layer: what every gate gets from the input (S * B, H), and the recurrent matrices (H, H)."""

    b: Builder
    functions: Sequence[Function]
    inputs: Sequence[Tensor]
    """per gate, biases added as far as they are not multiplied"""
    matrices: Sequence[Tensor]
    biases: Sequence[Tensor | None]
    """(H,) per gate: recurrent biases that are not in `inputs`"""
    peepholes: Sequence[Tensor] | None
    """(H,) of input, output and forget gate"""
    flag: bool
    """`linear_before_reset` or `input_forget`"""
    batch: int

    def gate(self, step: int, index: int, h: Tensor | None) -> Tensor:
        """Input and recurrent part of a gate, (B, H)."""
        x = self.b.slice_axis(self.inputs[index], 0, step * self.batch, self.batch)
        return x if h is None else self.b.add(self.b.matmul(h, self.matrices[index]), x)

    def rnn(self, step: int, state: State) -> State:
        """h = f(x W + h R + b)."""
        return (self.functions[0](self.gate(step, 0, state[0])),)

    def gru(self, step: int, state: State) -> State:
        """h = (1 - z) * g(...) + z * h."""
        b, (h,), (f, g) = self.b, state, self.functions
        z, r = f(self.gate(step, 0, h)), f(self.gate(step, 1, h))
        x = self.gate(step, 2, None)
        if self.flag:
            inner = None if h is None else b.matmul(h, self.matrices[2])
            bias = self.biases[2]
            if bias is not None:
                inner = b.broadcast(bias, x.shape) if inner is None else b.add(inner, bias)
            new = g(x if inner is None else b.add(x, b.mul(r, inner)))
        else:
            new = g(x if h is None else b.add(b.matmul(b.mul(r, h), self.matrices[2]), x))
        kept = b.mul(b.binary("sub", b.scalar(1, z), z), new)
        return (kept if h is None else b.add(kept, b.mul(z, h)),)

    def lstm(self, step: int, state: State) -> State:
        """c = f * c + i * g(...), h = o * h(c); gates in the order i, o, f, c."""
        b, (h, c), (f, g, last) = self.b, state, self.functions

        def peep(x: Tensor, index: int, cell: Tensor | None) -> Tensor:
            return x if self.peepholes is None or cell is None else b.add(x, b.mul(cell, self.peepholes[index]))

        i = f(peep(self.gate(step, 0, h), 0, c))
        new = b.mul(i, g(self.gate(step, 3, h)))
        if c is not None:
            forget = b.binary("sub", b.scalar(1, i), i) if self.flag else f(peep(self.gate(step, 2, h), 2, c))
            new = b.add(b.mul(forget, c), new)
        return b.mul(f(peep(self.gate(step, 1, h), 1, new)), last(new)), new


@dataclass(frozen=True)
class _Layer:
    """A node's operands in layout 0, checked."""

    node: Node
    kind: str
    x: Tensor
    w: Tensor
    r: Tensor
    bias: Tensor | None
    lengths: Tensor | None
    initial: tuple[Tensor | None, ...]
    peephole: Tensor | None
    direction: str
    clip: float
    flag: bool

    @property
    def directions(self) -> int:
        """1 or 2."""
        return 2 if self.direction == "bidirectional" else 1

    @property
    def hidden(self) -> int:
        """Size of the state."""
        return self.r.shape[2]

    def cell(self, index: int, functions: Sequence[Function]) -> _Cell:
        """Cell of direction `index`, its products with the input made."""
        b, hidden, gates = self.node.builder, self.hidden, GATES[self.kind]
        steps, batch, size = self.x.shape
        flat = b.reshape(self.x, [steps * batch, size])
        late = self.kind == "GRU" and self.flag

        def part(matrix: Tensor, gate: int) -> Tensor:
            rows = b.slice(matrix, [index, gate * hidden, 0], [1, hidden, matrix.shape[2]], [1, 1, 1])
            return b.transpose(b.reshape(rows, rows.shape[1:]), [1, 0])

        def bias(gate: int) -> Tensor | None:
            return None if self.bias is None else self._row(self.bias, index, gate)

        inputs: list[Tensor] = []
        biases: list[Tensor | None] = []
        for gate in range(gates):
            inner, outer = bias(gates + gate), bias(gate)
            separate = late and gate == 2
            biases.append(inner if separate else None)
            product = b.matmul(flat, part(self.w, gate))
            if outer is not None and inner is not None:
                product = b.add(product, outer if separate else b.add(outer, inner))
            inputs.append(product)
        matrices = [part(self.r, gate) for gate in range(gates)]
        peepholes = None
        if self.peephole is not None:
            peepholes = [self._row(self.peephole, index, gate) for gate in range(3)]
        return _Cell(b, functions, inputs, matrices, biases, peepholes, self.flag, batch)

    def _row(self, matrix: Tensor, index: int, part: int) -> Tensor:
        """`hidden` elements of row `index` of (D, n * hidden)."""
        b = self.node.builder
        cut = b.slice(matrix, [index, part * self.hidden], [1, self.hidden], [1, 1])
        return b.reshape(cut, [self.hidden])

    def run(self, index: int, functions: Sequence[Function], *, backwards: bool) -> tuple[list[Tensor], list[Tensor]]:
        """Hidden states of every step, and the last states, (B, H) each."""
        b = self.node.builder
        steps, batch, _ = self.x.shape
        cell = self.cell(index, functions)
        advance = {"RNN": cell.rnn, "GRU": cell.gru, "LSTM": cell.lstm}[self.kind]
        zero = b.broadcast(b.scalar(0, self.x), [batch, self.hidden])
        start = [None if v is None else b.slice_axis(v, 0, index, 1) for v in self.initial]
        state: State = tuple(None if v is None else b.reshape(v, v.shape[1:]) for v in start)
        if state[0] is None and self.r.data is None:
            # Zero times infinity is not zero: only known matrices are left out of the first step.
            state = tuple(zero if v is None else v for v in state)
        hidden: dict[int, Tensor] = {}
        for step in reversed(range(steps)) if backwards else range(steps):
            new = advance(step, state)
            shown = new[0]
            assert shown is not None
            if self.lengths is not None:
                # A sequence that is over keeps its state and shows zeros.
                limit = known(np.asarray(step, self.lengths.dtype))
                inside = b.reshape(b.binary("less", limit, self.lengths), [batch, 1])
                shown = b.select(inside, shown, b.scalar(0, shown))
                old = [zero if v is None else v for v in state]
                new = tuple(b.select(inside, v, o) for v, o in zip(new, old, strict=True) if v is not None)
            hidden[step] = shown
            state = new
        return [hidden[step] for step in range(steps)], [zero if v is None else v for v in state]


def _operands(node: Node, kind: str) -> _Layer:
    b, gates = node.builder, GATES[kind]
    x, w, r = (node.input(i) for i in range(3))
    if (x.rank, w.rank, r.rank) != (3, 3, 3):
        raise node.error(f"X, W and R have shapes {[list(t.shape) for t in (x, w, r)]}, expected rank 3 each")
    direction = node.text("direction", "forward")
    if direction not in graph.LSTM_DIRECTIONS:
        raise node.error(f"direction '{direction}' is not one of {', '.join(graph.LSTM_DIRECTIONS)}")
    layout, clip = node.integer("layout", 0), node.number("clip", 0.0)
    if layout not in (0, 1) or clip < 0:
        raise node.error(f"layout {layout} and clip {clip}: expected 0 or 1, and at least 0")
    bias, lengths, *states = (node.optional(i) for i in range(3, 7 if kind == "LSTM" else 6))
    peephole = node.optional(7) if kind == "LSTM" else None
    if layout:
        x = b.transpose(x, [1, 0, 2])
        states = [None if v is None else b.transpose(v, [1, 0, 2]) for v in states]
    directions, hidden = 2 if direction == "bidirectional" else 1, r.shape[2]
    state = (directions, x.shape[1], hidden)
    for value, what, shape in (
        (w, "W", (directions, gates * hidden, x.shape[2])),
        (r, "R", (directions, gates * hidden, hidden)),
        (bias, "B", (directions, 2 * gates * hidden)),
        (lengths, "sequence_lens", (x.shape[1],)),
        *((v, "an initial state", state) for v in states),
        (peephole, "P", (directions, 3 * hidden)),
    ):
        if value is not None and value.shape != shape:
            raise node.error(f"{what} has shape {list(value.shape)}, expected {list(shape)}")
    if node.integer("hidden_size", hidden) != hidden:
        raise node.error(f"hidden_size {node.integer('hidden_size', hidden)} differs from that of R, {hidden}")
    flag = bool(node.integer({"GRU": "linear_before_reset", "LSTM": "input_forget"}.get(kind, ""), 0))
    return _Layer(node, kind, x, w, r, bias, lengths, tuple(states), peephole, direction, clip, flag)


def _recurrent(kind: str) -> Handler:
    return lambda node: _laid_out(node, _unrolled(_operands(node, kind)))


def _lstm(node: Node) -> list[Tensor]:
    layer = _operands(node, "LSTM")
    return _laid_out(node, _whole(layer) if _stays_whole(layer) else _unrolled(layer))


def _laid_out(node: Node, results: list[Tensor]) -> list[Tensor]:
    """Results in the layout of the node."""
    if not node.integer("layout", 0):
        return results
    y, *states = results
    b = node.builder
    return [b.transpose(y, [2, 0, 1, 3]), *(b.transpose(v, [1, 0, 2]) for v in states)]


def _unrolled(layer: _Layer) -> list[Tensor]:
    b, directions, steps = layer.node.builder, layer.directions, layer.x.shape[0]
    if not 1 <= steps <= MAX_UNROLLED:
        raise layer.node.unsupported(f"a sequence of {steps} steps")
    functions = _functions(layer.node, layer.kind, directions, layer.clip)
    runs = [
        layer.run(index, functions[index], backwards=layer.direction == "reverse" or index == 1)
        for index in range(directions)
    ]
    shape = [layer.x.shape[1], layer.hidden]
    columns = [b.concat([b.reshape(h, [1, 1, *shape]) for h in hidden], 0) for hidden, _ in runs]
    lasts = zip(*(last for _, last in runs), strict=True)
    states = [b.concat([b.reshape(v, [1, *shape]) for v in values], 0) for values in lasts]
    return [b.concat(columns, 1), *states]


def _stays_whole(layer: _Layer) -> bool:
    """Whether a layer has so many steps that it is executed by the host rather than written out."""
    if layer.kind != "LSTM" or layer.x.shape[0] <= MAX_STEPS or layer.clip:
        return False
    given = layer.node.attribute("activations", AttributeProto.STRINGS)
    default = [name.encode() for name in DEFAULTS["LSTM"]] * layer.directions
    return given is None or list(given.strings) == default


def _whole(layer: _Layer) -> list[Tensor]:
    def make(x: SSAValue, w: SSAValue, r: SSAValue, *optional: SSAValue | None) -> graph.LstmOp:
        names = ("bias", "sequence_lengths", "initial_h", "initial_c", "peephole")
        given: dict[str, Any] = dict(zip(names, optional, strict=True))
        return graph.LstmOp(x, w, r, **given, direction=layer.direction, input_forget=layer.flag)

    optional = [layer.bias, layer.lengths, *layer.initial, layer.peephole]
    return layer.node.builder.emit_all(make, layer.x, layer.w, layer.r, *optional, weights=(1, 2, 3, 7))


OPERATORS: Table = {"RNN": _recurrent("RNN"), "GRU": _recurrent("GRU"), "LSTM": _lstm}

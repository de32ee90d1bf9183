"""
`linalg.generic` and what is written like it: a body for every point of an iteration.

The body is converted once, on tensors that broadcast to the iteration's sizes. Sums of products become matrix products
and convolutions.
"""

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.dialects.builtin import i1
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.ir.affine import AffineBinaryOpExpr, AffineBinaryOpKind, AffineConstantExpr, AffineDimExpr, AffineExpr

from accelc.dialects.graph_ops.base import name_of, shape_of
from accelc.dialects.graph_ops.element_types import DType, dtype_of
from accelc.frontends.mlir.call import Call, Env, Table
from accelc.frontends.mlir.plans.affine import IndexMap, Linear, domain, plan_windows, windows_of
from accelc.frontends.mlir.plans.affine import Windows as Labelled
from accelc.frontends.mlir.plans.bodies import Body, extreme_with_index
from accelc.frontends.mlir.plans.contraction import Labels
from accelc.frontends.mlir.rules.combine import NUMBERS, accumulate, extreme_index, identity, reduce
from accelc.frontends.mlir.rules.regions import NAMES, body_of
from accelc.frontends.mlir.rules.stablehlo.linear import contract, convolve
from accelc.frontends.mlir.rules.windows import Window, reduce_windows
from accelc.frontends.mlir.view import View, items
from accelc.frontends.mlir.writer import Writer

MAX_POINTS = 1 << 26
"""Points of an iteration that is computed element by element before it is reduced."""
WIDENING = frozenset(["arith.extf", "arith.extsi"])
"""Casts that products and sums make themselves, of numbers of more than one bit."""


@dataclass(frozen=True)
class Structure:
    """Inputs, initial values and their maps; which indices are reduced; the body."""

    inputs: Sequence[SSAValue]
    inits: Sequence[SSAValue]
    maps: Sequence[IndexMap]
    reduced: Sequence[bool]
    block: Block


def linear(call: Call, expression: AffineExpr) -> Linear:
    """An affine expression as a sum of indices. Raises ConversionError for quotients and products of indices."""
    match expression:
        case AffineDimExpr():
            return Linear({expression.position: 1})
        case AffineConstantExpr():
            return Linear({}, expression.value)
        case AffineBinaryOpExpr(kind=AffineBinaryOpKind.Add):
            left, right = linear(call, expression.lhs), linear(call, expression.rhs)
            factors = dict(left.factors)
            for index, factor in right.factors.items():
                factors[index] = factors.get(index, 0) + factor
            return Linear(factors, left.constant + right.constant)
        case AffineBinaryOpExpr(kind=AffineBinaryOpKind.Mul):
            left, right = linear(call, expression.lhs), linear(call, expression.rhs)
            if left.factors and right.factors:
                raise call.error("a map multiplies indices; supported are sums of multiples")
            scale, rest = (left.constant, right) if not left.factors else (right.constant, left)
            return Linear({i: f * scale for i, f in rest.factors.items()}, rest.constant * scale)
        case _:
            raise call.error(f"a map has '{expression}'; supported are sums of multiples of indices")


def inputs_of(call: Call) -> int:
    """Number of operands that are inputs, by the pretty form or the generic one."""
    if call.view.has("inputs"):
        return call.view.int("inputs")
    if call.view.has("operandSegmentSizes"):
        return call.view.ints("operandSegmentSizes")[0]
    return len(call) - 1 if call.view.name == "linalg.map" else len(call) // 2


def maps_of(call: Call) -> list[IndexMap]:
    """The maps of all operands. Raises ConversionError if there is not one for each."""
    maps = [tuple(linear(call, entry) for entry in found.results) for found in call.view.maps("indexing_maps")]
    if len(maps) != len(call):
        raise call.error(f"{len(maps)} maps for {len(call)} operands")
    return maps


def _generic(call: Call) -> Sequence[SSAValue]:
    kinds = call.view.attribute("iterator_types")
    words = [str(kind) for kind in items(kinds)]
    reduced = ["reduction" in word for word in words]
    if any("parallel" not in word and not flag for word, flag in zip(words, reduced, strict=True)):
        raise call.error(f"iterator_types {words}; supported are parallel and reduction")
    count = inputs_of(call)
    operands = call.operands
    return iterate(call, Structure(operands[:count], operands[count:], maps_of(call), reduced, call.body()))


def iterate(call: Call, given: Structure) -> list[SSAValue]:
    """The results of a structured operation."""
    if len(given.block.args) != len(given.inputs) + len(given.inits):
        raise call.error(f"its body has {len(given.block.args)} arguments for {len(call)} operands")
    if not any(given.reduced):
        return _parallel(call, given)
    return _reduction(call, given)


def _aligned(w: Writer, x: SSAValue, where: IndexMap, rank: int) -> SSAValue:
    """x with the axes of the iteration, of size 1 where it does not change along one. Raises ValueError."""
    starts = [entry.constant if not entry.factors else 0 for entry in where]
    sizes = [size if entry.factors else 1 for entry, size in zip(where, shape_of(x), strict=True)]
    indices = [entry.index for entry in where if entry.factors]
    if None in indices or len(set(indices)) != len(indices):
        raise ValueError("a map is no choice of distinct indices")
    x = w.slice(x, starts, sizes, [1] * len(sizes))
    found = [index for index in indices if index is not None]
    x = w.reshape(x, [size for entry, size in zip(where, sizes, strict=True) if entry.factors])
    order = sorted(range(len(found)), key=lambda i: found[i])
    x = w.transpose(x, order)
    shape = [1] * rank
    for i in order:
        shape[found[i]] = sizes[[axis for axis, entry in enumerate(where) if entry.factors][i]]
    first = min(found, default=rank)
    return w.reshape(x, shape[first:])


def _placed(w: Writer, value: SSAValue, where: IndexMap, sizes: Sequence[int], shape: Sequence[int]) -> SSAValue:
    """A value of the iteration's sizes, with its axes as a map of an output says."""
    indices = [entry.index for entry in where if entry.factors]
    if None in indices or len(set(indices)) != len(indices) or len(indices) != len(sizes):
        raise ValueError("the map of an output is no permutation of the parallel indices")
    order = sorted(index for index in indices if index is not None)
    return w.reshape(w.transpose(value, [order.index(index) for index in indices if index is not None]), shape)


def _environment(call: Call, given: Structure, *, with_inits: bool) -> Env:
    w, rank = call.writer, len(given.reduced)
    operands = [*given.inputs, *given.inits] if with_inits else given.inputs
    env: Env = ChainMap({}, call.env)
    for argument, value, where in zip(given.block.args, operands, given.maps, strict=False):
        if argument.uses.get_length():
            env[argument] = _aligned(w, value, where, rank)
    return env


def _sizes(given: Structure) -> tuple[int, ...]:
    operands = [*given.inputs, *given.inits]
    return domain(len(given.reduced), given.maps, [shape_of(value) for value in operands])


def _parallel(call: Call, given: Structure) -> list[SSAValue]:
    w, sizes = call.writer, _sizes(given)
    env = _environment(call, given, with_inits=True)
    call.converter.domains.append(sizes)
    values = call.converter.block(given.block, env, w)
    call.converter.domains.pop()
    return [
        _placed(w, w.broadcast(value, sizes), where, sizes, shape_of(init))
        for value, where, init in zip(values, given.maps[len(given.inputs) :], given.inits, strict=True)
    ]


def _reduction(call: Call, given: Structure) -> list[SSAValue]:
    arguments = list(given.block.args[len(given.inputs) :])
    last = given.block.last_op
    if last is None or len(last.operands) != len(arguments):
        raise call.error(f"its body does not give {len(arguments)} values")
    extreme = _extreme(call, given)
    if extreme is not None:
        return extreme
    combined: list[tuple[Operation, str, SSAValue]] = []
    for argument, value in zip(arguments, last.operands, strict=True):
        owner = value.owner
        kind = NAMES.get(name_of(owner)) if isinstance(owner, Operation) else None
        if kind is None or not isinstance(owner, Operation) or argument not in owner.operands[:2]:
            raise call.error(
                "its body does not combine the output with what it computes; supported are sums, products, extremes "
                "and logical functions"
            )
        other = owner.operands[1] if owner.operands[0] is argument else owner.operands[0]
        combined.append((owner, kind, other))
    if len(combined) == 1:
        found = _product(call, given, combined[0][2]) if combined[0][1] == "add" else None
        found = found or _pooling(call, given, combined[0][1], combined[0][2])
        if found is not None:
            return [found]
    return _combined(call, given, combined)


def _combined(call: Call, given: Structure, combined: Sequence[tuple[Operation, str, SSAValue]]) -> list[SSAValue]:
    """Everything element by element, then reduced along the reduction indices."""
    w, sizes = call.writer, _sizes(given)
    if prod(sizes) > MAX_POINTS:
        raise call.error(f"an iteration of {prod(sizes)} points that is no product; the limit is {MAX_POINTS}")
    env = _environment(call, given, with_inits=False)
    owners = [owner for owner, _, _ in combined]
    call.converter.domains.append(sizes)
    for op in given.block.ops:
        if op is not given.block.last_op and op not in owners:
            call.converter.operation(op, env, w)
    inner = Call(View(owners[0]), w, env, call.converter)
    values = [inner.value(other) for _, _, other in combined]
    call.converter.domains.pop()
    axes = [index for index, flag in enumerate(given.reduced) if flag]
    rest = [size for size, flag in zip(sizes, given.reduced, strict=True) if not flag]
    results: list[SSAValue] = []
    outputs = given.maps[len(given.inputs) :]
    for value, (_, kind, _), where, init in zip(values, combined, outputs, given.inits, strict=True):
        found = reduce(w, kind, w.broadcast(value, sizes), axes)
        placed = _placed(w, found, where, rest, shape_of(init))
        results.append(accumulate(w, kind, placed, init))
    return results


def _source(value: SSAValue, block: Block) -> int | None:
    """The argument of the body that a value is, but for `WIDENING` casts."""
    while isinstance(value.owner, Operation):
        if name_of(value.owner) not in WIDENING or value.owner.operands[0].type == i1:
            return None
        value = value.owner.operands[0]
    return value.index if isinstance(value, BlockArgument) and value.block is block else None


def _product(call: Call, given: Structure, value: SSAValue) -> SSAValue | None:
    """A sum of products of two inputs, as a matrix product or convolution; None if it is neither."""
    owner = value.owner
    if not isinstance(owner, Operation) or name_of(owner) not in ("arith.mulf", "arith.muli"):
        return None
    sides = [_source(operand, given.block) for operand in owner.operands]
    if None in sides or any(side is not None and side >= len(given.inputs) for side in sides):
        return None
    a, b = (side for side in sides if side is not None)
    maps = given.maps[a], given.maps[b], given.maps[len(given.inputs)]
    return product(call, given.inputs[a], given.inputs[b], maps, given.inits[0])


def product(
    call: Call, a: SSAValue, b: SSAValue, maps: tuple[IndexMap, IndexMap, IndexMap], init: SSAValue
) -> SSAValue | None:
    """The sum over indices that the output has not of a * b, added to `init`; None if no primitive computes it."""
    w, dtype = call.writer, dtype_of(init)
    indices = [[entry.index for entry in where] for where in maps]
    if all(index is not None for where in indices for index in where):
        labels = Labels(*(tuple(index for index in where if index is not None) for where in indices))
        try:
            batch, summed, perm = labels.axes()
        except ValueError:
            return None
        found = w.transpose(contract(w, a, b, batch, summed, dtype), perm)
        return accumulate(w, "add", found, init)
    for x, kernel, order in ((a, b, maps), (b, a, (maps[1], maps[0], maps[2]))):
        try:
            labelled = windows_of(order)
        except ValueError:
            continue
        return accumulate(w, "add", labelled_convolution(w, x, kernel, labelled, dtype), init)
    return None


def labelled_convolution(w: Writer, x: SSAValue, kernel: SSAValue, labels: Labelled, dtype: DType) -> SSAValue:
    """A convolution without pads of tensors whose axes have labels."""
    plan = plan_windows(labels, shape_of(x), shape_of(kernel))
    images = w.reshape(w.transpose(x, plan.x_perm), plan.x_shape)
    taps = w.reshape(w.transpose(kernel, plan.kernel_perm), plan.kernel_shape)
    spatial = len(labels.spatial)
    pads = [0] * (2 * spatial)
    found = convolve(w, images, taps, list(labels.strides), pads, list(labels.dilations), plan.groups, dtype)
    return w.transpose(w.reshape(found, [*plan.outer, *shape_of(found)[2:]]), plan.result_perm)


def _pooling(call: Call, given: Structure, kind: str, value: SSAValue) -> SSAValue | None:
    """The elements in windows of one input combined; None for other bodies. Other inputs only say the sizes."""
    which = _source(value, given.block)
    if (
        kind in NUMBERS
        or which is None
        or which >= len(given.inputs)
        or all(entry.index is not None for entry in given.maps[which])
    ):
        return None
    w, init, output = call.writer, given.inits[0], given.maps[len(given.inputs)]
    others = [i for i in range(len(given.inputs) + 1) if i != which]
    shapes = [shape_of(v) for v in (*given.inputs, init)]
    sizes = domain(len(given.reduced), [given.maps[i] for i in others], [shapes[i] for i in others])
    window = list[tuple[int, int, int]]()
    places = list[int | None]()
    for entry in given.maps[which]:
        inner = [i for i in entry.factors if given.reduced[i]]
        outer = [i for i in entry.factors if not given.reduced[i]]
        if len(outer) != 1 or len(inner) > 1 or entry.constant:
            return None
        places.append(outer[0])
        window.append((sizes[inner[0]], entry.factors[outer[0]], entry.factors[inner[0]]) if inner else (1, 1, 1))
    rank = len(window)
    taps, strides, dilations = (list(column) for column in zip(*window, strict=True))
    x = w.cast(given.inputs[which], dtype_of(init))
    found = reduce_windows(w, kind, x, Window(taps, strides, [0] * rank, [0] * rank, dilations))
    order = [places.index(entry.index) for entry in output]
    return accumulate(w, kind, w.transpose(found, order), init)


def _extreme(call: Call, given: Structure) -> list[SSAValue] | None:
    """The extreme along an index and where it is, in the form of a loop over that index; None for other bodies."""
    axes = [index for index, flag in enumerate(given.reduced) if flag]
    indexed = len(given.inputs) == 2
    if len(given.inputs) not in (1, 2) or len(given.inits) != 2 or len(axes) != 1:
        return None
    order = [entry.index for entry in given.maps[0]]
    if sorted(index for index in order if index is not None) != list(range(len(given.reduced))):
        return None
    if any(where != given.maps[0] for where in given.maps[: len(given.inputs)]):
        return None
    axis = order.index(axes[0])
    rest = [index for index in order if index != axes[0]]
    perms = [[rest.index(entry.index) for entry in where] for where in given.maps[len(given.inputs) :]]
    if indexed:
        known = call.writer.known(given.inputs[1])
        sizes = shape_of(given.inputs[0])
        column = np.arange(sizes[axis]).reshape([-1, *[1] * (len(sizes) - axis - 1)])
        if known is None or not bool((known == column).all()):
            return None
    body = body_of(given.block)
    places = [i for i, step in enumerate(body.steps) if step.name in ("linalg.index", "arith.index_cast")]
    place_of = {0: 2, 1: 3, 2: 0, 3: 1} if indexed else {0: 2, 1: 0, 2: 1}

    def renamed(reference: tuple[str, object]) -> tuple[str, object]:
        kind, which = reference
        if kind == "argument" and isinstance(which, int):
            return kind, place_of[which]
        return ("argument", 3) if kind == "step" and which in places else reference

    steps = tuple(type(step)(step.name, tuple(map(renamed, step.operands))) for step in body.steps)
    kept = Body(
        4,
        tuple(type(s)("index", ()) if i in places else s for i, s in enumerate(steps)),
        tuple(map(renamed, body.returned)),
    )
    kind = extreme_with_index(kept, in_order=True)
    if kind is None:
        return None
    w, x = call.writer, given.inputs[0]
    wanted = identity(kind, dtype_of(x))
    start = w.known_scalar(given.inits[0])
    lowest = float(np.finfo(np.float32).min) * (1 if kind == "max" else -1)
    if start not in (wanted, lowest) or w.known_scalar(given.inits[1]) != 0:
        return None
    found = extreme_index(w, kind, x, axis, dtype_of(given.inits[1]))
    return [w.transpose(value, perm) for value, perm in zip(found, perms, strict=True)]


def _index(call: Call) -> SSAValue:
    if not call.converter.domains:
        raise call.error("is not in a body of an iteration")
    sizes, axis = call.converter.domains[-1], call.view.int("dim")
    if not 0 <= axis < len(sizes):
        raise call.error(f"index {axis} of an iteration with {len(sizes)}")
    numbers = call.writer.constant(np.arange(sizes[axis], dtype=np.int64))
    return call.writer.reshape(numbers, [sizes[axis], *[1] * (len(sizes) - axis - 1)])


RULES: Table = {"linalg.generic": _generic, "linalg.index": _index}
"""Rules of this module."""

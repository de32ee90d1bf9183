"""
Control flow executed as the ONNX standard says: the decisions are made here, the bodies run in stages.

`Loop` and `Scan` run their body once per iteration with the same compiled programs as long as its shapes stay.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, cast

import numpy as np
from onnx import AttributeProto, NodeProto, ValueInfoProto, helper

from accelc.errors import ModelError
from accelc.frontends.onnx.loading import STANDARD_DOMAINS, describe
from accelc.staged.values import Array, Scope, Value
from accelc.staged.views import GraphView

RunGraph = Callable[[GraphView, Scope, Mapping[str, Value]], list[Value]]
"""Outputs of a graph, with values by name for its inputs, inside a scope."""
MAX_ITERATIONS = 10_000_000
"""Iterations of one loop beyond which it is taken for endless."""


def controls(node: NodeProto) -> bool:
    """Whether a node is control flow that is executed here."""
    return node.domain in STANDARD_DOMAINS and node.op_type in _OPERATORS


def run_control(view: GraphView, index: int, scope: Scope, run: RunGraph) -> list[Value]:
    """Results of control flow. Raises ModelError for what the standard does not allow."""
    node = view.nodes[index]
    results = _OPERATORS[node.op_type](view, index, scope, run)
    if len(results) < len(node.output):
        raise ModelError(f"{describe(node)}: names {len(node.output)} results, its bodies give {len(results)}")
    return results


def _integers(node: NodeProto, name: str) -> list[int]:
    """Integers of an attribute; none if it is not there."""
    attribute = next((a for a in node.attribute if a.name == name), None)
    if attribute is None:
        return []
    if attribute.type not in (AttributeProto.INT, AttributeProto.INTS):
        raise ModelError(f"{describe(node)}: attribute '{name}' holds no integers")
    return [attribute.i] if attribute.type == AttributeProto.INT else list(attribute.ints)


def _inputs(node: NodeProto, scope: Scope, least: int) -> list[Value]:
    """Values of all inputs, None for those that are left out behind the first `least`."""
    if len(node.input) < least or not all(node.input[:least]):
        raise ModelError(f"{describe(node)}: the first {least} of its inputs must be given")
    return [scope[name] if name else None for name in node.input]


def _only(value: Value, node: NodeProto, what: str) -> Any:
    """The one element of a tensor."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biu":
        raise ModelError(f"{describe(node)}: {what} has {array.size} elements of {array.dtype.name}; expected one")
    return array.reshape(-1)[0]


def _truth(value: Value, node: NodeProto) -> bool:
    return bool(_only(value, node, "a condition"))


def _if(view: GraphView, index: int, scope: Scope, run: RunGraph) -> list[Value]:
    node = view.nodes[index]
    (condition, *_) = _inputs(node, scope, 1)
    branch = "then_branch" if _truth(condition, node) else "else_branch"
    return run(view.body(index, branch), scope, {})


def _loop(view: GraphView, index: int, scope: Scope, run: RunGraph) -> list[Value]:
    node, body = view.nodes[index], view.body(index, "body")
    given = _inputs(node, scope, 0)
    trips = None if not given or given[0] is None else int(_only(given[0], node, "the trip count"))
    going = len(given) < 2 or given[1] is None or _truth(given[1], node)
    carried = given[2:]
    _check_count(node, len(body.inputs), 2 + len(carried), "inputs")
    _check_results(node, body, 1 + len(carried))
    stacks: list[list[Array]] = [[] for _ in body.outputs[1 + len(carried) :]]
    for iteration in count():
        if not going or (trips is not None and iteration >= trips):
            break
        if iteration >= MAX_ITERATIONS:
            raise ModelError(f"{describe(node)}: not through after {MAX_ITERATIONS} iterations")
        first = [np.asarray(iteration, np.int64), np.asarray(going)]
        results = run(body, scope, dict(zip(body.inputs, [*first, *carried], strict=True)))
        going = _truth(results[0], node)
        carried = results[1 : 1 + len(carried)]
        for stack, item in zip(stacks, results[1 + len(carried) :], strict=True):
            stack.append(np.asarray(item))
    kinds = body.proto.output[1 + len(carried) :]
    return [*carried, *(_stacked(stack, 0, kind, node) for stack, kind in zip(stacks, kinds, strict=True))]


def _scan(view: GraphView, index: int, scope: Scope, run: RunGraph) -> list[Value]:
    node, body = view.nodes[index], view.body(index, "body")
    early = view.opsets.get("", 0) < 9
    given = _inputs(node, scope, 0)
    scanned = sum(_integers(node, "num_scan_inputs"))
    if not 1 <= scanned <= len(given) - early or any(value is None for value in given[early:]):
        raise ModelError(f"{describe(node)}: num_scan_inputs is {scanned}, and it has {len(given)} inputs")
    if early:
        return _scan_batches(node, body, given, scanned, scope, run)
    axes = _list(node, "scan_input_axes", scanned)
    backward = _list(node, "scan_input_directions", scanned)
    states = len(given) - scanned
    _check_count(node, len(body.inputs), len(given), "inputs")
    _check_results(node, body, states)
    outputs = len(body.outputs) - states
    for sequence, axis in zip(map(np.asarray, given[states:]), axes, strict=True):
        _check_axis(node, axis, sequence.ndim, "scan_input_axes")
    return _scan_once(
        node,
        body,
        given[:states],
        [
            np.flip(np.moveaxis(a, x, 0), 0) if b else np.moveaxis(a, x, 0)
            for a, x, b in zip(map(np.asarray, given[states:]), axes, backward, strict=True)
        ],
        (_list(node, "scan_output_axes", outputs), _list(node, "scan_output_directions", outputs)),
        scope,
        run,
    )


def _scan_once(
    node: NodeProto,
    body: GraphView,
    states: Sequence[Value],
    sequences: Sequence[Array],
    form: tuple[Sequence[int], Sequence[int]],
    scope: Scope,
    run: RunGraph,
) -> list[Value]:
    """A scan over the first axis of all sequences; `form` gives axes and directions of the outputs."""
    lengths = {len(sequence) for sequence in sequences}
    if len(lengths) != 1:
        raise ModelError(f"{describe(node)}: its sequences have different lengths: {sorted(lengths)}")
    stacks: list[list[Array]] = [[] for _ in body.outputs[len(states) :]]
    for iteration in range(lengths.pop()):
        items = [np.ascontiguousarray(sequence[iteration]) for sequence in sequences]
        items = [item.reshape(sequence.shape[1:]) for item, sequence in zip(items, sequences, strict=True)]
        results = run(body, scope, dict(zip(body.inputs, [*states, *items], strict=True)))
        states = results[: len(states)]
        for stack, item in zip(stacks, results[len(states) :], strict=True):
            stack.append(np.asarray(item))
    kinds = body.proto.output[len(states) :]
    found = [
        _stacked(stack[::-1] if backward else stack, axis, kind, node)
        for stack, axis, backward, kind in zip(stacks, *form, kinds, strict=True)
    ]
    return [*states, *found]


def _scan_batches(
    node: NodeProto, body: GraphView, given: Sequence[Value], scanned: int, scope: Scope, run: RunGraph
) -> list[Value]:
    """Opset 8: lengths first, then everything with a batch in front; sequences are along axis 1."""
    lengths, rest = given[0], [np.asarray(value) for value in given[1:]]
    states, sequences = rest[: len(rest) - scanned], rest[len(rest) - scanned :]
    backward = _list(node, "directions", scanned)
    _check_count(node, len(body.inputs), len(rest), "inputs")
    _check_results(node, body, len(states))
    outputs = len(body.outputs) - len(states)
    forward = ([0] * outputs, [0] * outputs)
    batches: list[list[Value]] = []
    count, longest = sequences[0].shape[:2] if sequences[0].ndim > 1 else (0, 0)
    whole = np.full(count, longest) if lengths is None else np.asarray(lengths).reshape(-1)
    shapes = [value.shape[: 1 + (i >= len(states))] for i, value in enumerate(rest)]
    if any(shape != (count, longest)[: len(shape)] or not shape for shape in shapes) or len(whole) != count:
        raise ModelError(
            f"{describe(node)}: its inputs do not have one batch and length: {shapes}, {len(whole)} lengths"
        )
    if not count or (whole < 0).any() or (whole > longest).any():
        raise ModelError(f"{describe(node)}: lengths of a batch of {count} must be between 0 and {longest}")
    for batch, length in enumerate(whole.tolist()):
        parts = [s[batch][:length] for s in sequences]
        parts = [p[::-1] if b else p for p, b in zip(parts, backward, strict=True)]
        results = _scan_once(node, body, [s[batch] for s in states], parts, forward, scope, run)
        padded = [
            np.pad(r, [(0, longest - length), *[(0, 0)] * (r.ndim - 1)])
            for r in map(np.asarray, results[len(states) :])
        ]
        batches.append([*results[: len(states)], *padded])
    return [np.stack([np.asarray(b[i]) for b in batches]) for i in range(len(body.outputs))]


def _sequence_map(view: GraphView, index: int, scope: Scope, run: RunGraph) -> list[Value]:
    node, body = view.nodes[index], view.body(index, "body")
    given = _inputs(node, scope, len(node.input))
    _check_count(node, len(body.inputs), len(given), "inputs")
    sizes = [len(cast(list[Value], value)) if isinstance(value, list) else None for value in given]
    if not sizes or sizes[0] is None or any(size not in (None, sizes[0]) for size in sizes):
        raise ModelError(f"{describe(node)}: its first input must be a sequence, and all sequences as long")
    found: list[list[Value]] = [[] for _ in body.outputs]
    for place in range(len(given[0])):
        items: list[Value] = [cast(list[Value], v)[place] if isinstance(v, list) else v for v in given]
        results = run(body, scope, dict(zip(body.inputs, items, strict=True)))
        for sequence, item in zip(found, results, strict=True):
            sequence.append(item)
    return list(found)


def _list(node: NodeProto, name: str, length: int) -> list[int]:
    values = _integers(node, name) or [0] * length
    _check_count(node, length, len(values), f"entries of '{name}'")
    return values


def _check_count(node: NodeProto, expected: int, found: int, what: str) -> None:
    if expected != found:
        raise ModelError(f"{describe(node)}: {found} {what} are given for a body with {expected}")


def _check_results(node: NodeProto, body: GraphView, least: int) -> None:
    if len(body.outputs) < least:
        raise ModelError(f"{describe(node)}: its body gives {len(body.outputs)} results, expected at least {least}")


def _check_axis(node: NodeProto, axis: int, rank: int, name: str) -> None:
    if not -rank <= axis < rank:
        raise ModelError(f"{describe(node)}: axis {axis} of '{name}' is none of a tensor of rank {rank}")


def _stacked(items: Sequence[Array], axis: int, kind: ValueInfoProto, node: NodeProto) -> Array:
    """Items of all iterations along a new axis; of none, what the body declares says the type."""
    if items:
        _check_axis(node, axis, items[0].ndim + 1, "scan_output_axes")
        try:
            return np.stack(items, axis=axis)
        except ValueError as error:
            raise ModelError(f"{describe(node)}: results of its iterations do not have one shape: {error}") from error
    tensor = kind.type.tensor_type
    shape = [d.dim_value for d in tensor.shape.dim]
    _check_axis(node, axis, len(shape) + 1, "scan_output_axes")
    shape.insert(axis % (len(shape) + 1), 0)
    try:
        return np.zeros(shape, helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    except (KeyError, ValueError) as error:
        what = f"without iterations its result '{kind.name}' has the type declared, which is none"
        raise ModelError(f"{describe(node)}: {what}: {error}") from error


_OPERATORS = {"If": _if, "Loop": _loop, "Scan": _scan, "SequenceMap": _sequence_map}

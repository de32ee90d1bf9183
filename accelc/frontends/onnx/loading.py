"""Reading a model file: bounds, parsing, and the structural facts the importer relies on."""

import errno
import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import onnx
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, EncodeError, Message
from onnx import GraphProto, ModelProto, NodeProto

from accelc.arguments import shown
from accelc.errors import ModelError
from accelc.files import read_at_most

MAX_MODEL_BYTES = 2**31 - 1
"""Protobuf's own limit for one message, bytes."""
MAX_INLINED_NODES = 10**6
"""Nodes of a model in place of its local functions."""
MIN_OPSET = 7
"""First opset with NumPy broadcasting."""
STANDARD_DOMAINS = ("", "ai.onnx")

ModelSource = str | Path | bytes | ModelProto


def load_model(source: ModelSource) -> tuple[ModelProto, Path | None]:
    """
    Parse a model; also gives the folder for its external data (None unless read from a path).

    Raises `ModelError` for files that are missing, too large, not ONNX, or without graph or opset, and for what is no
    model.
    """
    folder: Path | None = None
    what, other = "model", ""
    if isinstance(source, ModelProto):
        model = source
    elif not isinstance(source, str | Path | bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ModelError(
            f"{shown(source)} is no model: expected a path, bytes of ONNX, an onnx.ModelProto or what "
            "torch.export.export gives; modules of the graph dialect are for accelc.compile_module"
        )
    else:
        if not isinstance(source, bytes):
            path = Path(source)
            folder, what, other = path.parent, f"model '{path}'", _other(path)
            source = _read(path)
        model = _parse(source, what, other)
    _check_text(model, what)
    _check_header(model, what)
    if opset_versions(model).get("", MIN_OPSET) < MIN_OPSET:
        from accelc.frontends.onnx.old_opsets import converted

        model = converted(model, what)
    if model.functions:
        model = _inline_functions(model, what)
    return model, folder


def _check_text(message: Message, what: str) -> None:
    """Raise ModelError for a string that is not UTF-8: protobuf gives bytes for it."""
    for descriptor, value in message.ListFields():
        if descriptor.type not in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE):
            continue
        for item in (value,) if isinstance(value, (str, bytes, Message)) else value:
            if isinstance(item, bytes):
                raise ModelError(f"{what}: field '{descriptor.full_name}' is not UTF-8 text: {item[:40]!r}")
            if isinstance(item, Message):
                _check_text(item, what)


def opset_versions(model: ModelProto) -> dict[str, int]:
    """Opset version by domain; the standard domain is ''."""
    return {("" if o.domain in STANDARD_DOMAINS else o.domain): o.version for o in model.opset_import}


def sorted_nodes(graph: GraphProto, known: Iterable[str]) -> list[NodeProto]:
    """
    Nodes ordered so that each follows the producers of its inputs; `known` are names defined before.

    Raises `ModelError` for values defined twice, never defined, or defined in a cycle.
    """
    producer = _producers(graph, set(known))
    sources = [{producer[name] for name in node_inputs(node) if name in producer} for node in graph.node]
    consumers: dict[int, list[int]] = {}
    for index, before in enumerate(sources):
        for source in before:
            consumers.setdefault(source, []).append(index)
    pending = [len(before) for before in sources]
    # The smallest ready index first keeps the order of a file that is already sorted.
    order: list[int] = []
    ready = [i for i, count in enumerate(pending) if count == 0]
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for consumer in consumers.get(index, ()):
            pending[consumer] -= 1
            if pending[consumer] == 0:
                heapq.heappush(ready, consumer)
    if len(order) != len(graph.node):
        stuck = next(i for i, count in enumerate(pending) if count)
        raise ModelError(f"{describe(graph.node[stuck])}: depends on its own result (the graph has a cycle)")
    return [graph.node[i] for i in order]


def _producers(graph: GraphProto, defined: set[str]) -> dict[str, int]:
    """Node index of every value that a node defines."""
    producer: dict[str, int] = {}
    for index, node in enumerate(graph.node):
        for name in filter(None, node.output):
            if name in producer or name in defined:
                raise ModelError(f"{describe(node)}: value '{name}' is defined twice")
            producer[name] = index
    for node in graph.node:
        for name in sorted(node_inputs(node)):
            if name not in producer and name not in defined:
                raise ModelError(f"{describe(node)}: input '{name}' is never defined")
    return producer


def needed_nodes(nodes: Sequence[NodeProto], outputs: Iterable[str]) -> list[NodeProto]:
    """The nodes of a sorted list that some output depends on."""
    wanted = set(outputs)
    kept: list[NodeProto] = []
    for node in reversed(nodes):
        if wanted.intersection(filter(None, node.output)):
            kept.append(node)
            wanted.update(node_inputs(node))
    return kept[::-1]


def node_inputs(node: NodeProto) -> set[str]:
    """Names a node reads, the outer values its subgraphs capture included."""
    names = set(filter(None, node.input))
    for graph in _bodies(node):
        names |= _captured(graph)
    return names


def node_name(node: NodeProto) -> str:
    """What operations and reports call a node: its name, its first result, or its operator."""
    return node.name or next(filter(None, node.output), node.op_type)


def describe(node: NodeProto) -> str:
    """How diagnostics name a node."""
    name = node.name or next(filter(None, node.output), "")
    kind = f"{node.domain}:{node.op_type}" if node.domain else node.op_type
    return f"node '{name}' ({kind})"


def _captured(graph: GraphProto) -> set[str]:
    inner = {v.name for v in (*graph.input, *graph.initializer)} | {n for node in graph.node for n in node.output}
    used = {name for node in graph.node for name in node_inputs(node)} | {o.name for o in graph.output}
    return used - inner


def _read(path: Path) -> bytes:
    try:
        return read_at_most(path, MAX_MODEL_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        remedy = "; keep its weights as external data" if getattr(error, "errno", 0) == errno.EFBIG else ""
        raise ModelError(f"cannot read model '{path}': {reason}{remedy}") from error


def _parse(data: bytes, what: str, other: str = "") -> ModelProto:
    model = ModelProto()
    try:
        model.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError, RuntimeError) as error:
        raise ModelError(
            f"{what} is not an ONNX model, or is truncated ({len(data)} bytes do not parse){other}"
        ) from error
    return model


def _other(path: Path) -> str:
    """What else could read a file whose suffix is not ONNX's."""
    suffix = path.suffix
    if suffix in ("", ".onnx", ".pb"):
        return ""
    if suffix == ".py":
        return f"; a script that uses NumPy is executed by: accelc run {path}"
    from accelc.frontends.table import FRONTENDS

    return (
        f"; for {suffix} files no installed package has a front end (entry point '{suffix[1:]}' of group "
        f"'{FRONTENDS.group}'): install the one that has"
    )


def _check_header(model: ModelProto, what: str) -> None:
    if not model.HasField("graph") or not (model.graph.node or model.graph.output):
        raise ModelError(f"{what} is not an ONNX model: it has no graph")
    for kind, found in (("initializers", model.graph.initializer), ("outputs", model.graph.output)):
        twice = [name for name, count in Counter(value.name for value in found).items() if count > 1]
        if twice:
            raise ModelError(f"{what} has several {kind} of one name: {', '.join(twice)}")
    opset = opset_versions(model).get("")
    newest = onnx.defs.onnx_opset_version()
    if opset is not None and not 1 <= opset <= newest:
        raise ModelError(f"{what} uses opset {opset}; supported are 1 to {newest}")


def _inline_functions(model: ModelProto, what: str) -> ModelProto:
    from onnx import checker, inliner

    _check_inlined_size(model, what)
    try:
        return inliner.inline_local_functions(model, convert_version=False)
    except (RuntimeError, ValueError, EncodeError, checker.ValidationError) as error:
        raise ModelError(f"{what}: its local functions cannot be inlined: {str(error).splitlines()[0]}") from error


def _check_inlined_size(model: ModelProto, what: str) -> None:
    """Raise ModelError for functions that call themselves, or one another so often that they fill the memory."""
    calls = {(f.domain, f.name, f.overload): _calls(f.node) for f in model.functions}
    sizes: dict[tuple[str, str, str], int] = {}
    try:
        for key in TopologicalSorter({key: set(called) & calls.keys() for key, called in calls.items()}).static_order():
            sizes[key] = sum(sizes.get(called, 1) for called in calls[key])
    except CycleError as error:
        name = error.args[1][0][1]
        raise ModelError(f"{what}: its local function '{name}' calls itself") from error
    total = sum(sizes.get(called, 1) for called in _calls(model.graph.node))
    if total > MAX_INLINED_NODES:
        raise ModelError(f"{what}: its local functions stand for {total} nodes; the limit is {MAX_INLINED_NODES}")


def _calls(nodes: Iterable[NodeProto]) -> list[tuple[str, str, str]]:
    """The function that every node would call, those in bodies included."""
    found: list[tuple[str, str, str]] = []
    for node in nodes:
        found.append((node.domain, node.op_type, node.overload))
        for graph in _bodies(node):
            found += _calls(graph.node)
    return found


def _bodies(node: NodeProto) -> Iterable[GraphProto]:
    for attribute in node.attribute:
        yield from (attribute.g,) if attribute.HasField("g") else ()
        yield from attribute.graphs

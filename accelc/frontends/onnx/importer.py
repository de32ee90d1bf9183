"""ONNX models as `graph` modules."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path

from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Block, Region
from xdsl.utils.exceptions import VerifyException

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.errors import ModelError, suggestion
from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.frontends.onnx import framework
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.definitions import definition_of
from accelc.frontends.onnx.loading import (
    STANDARD_DOMAINS,
    ModelSource,
    describe,
    load_model,
    needed_nodes,
    node_name,
    opset_versions,
    sorted_nodes,
)
from accelc.frontends.onnx.node import NeedsValueError, Node, Unsupported
from accelc.frontends.onnx.operators import DOMAINS, OPERATORS
from accelc.frontends.onnx.tensors import checked_shape, external_type, numpy_dtype, to_array
from accelc.weights import absent_weight

ANONYMOUS = ("", "?")
"""Names that exporters give to dimensions they know nothing about: equal names do not mean equal sizes."""

Scope = MutableMapping[str, Tensor]


def import_onnx(
    model: ModelSource,
    input_shapes: Mapping[str, tuple[int, ...]] | None = None,
    dims: Mapping[str, int] | None = None,
    *,
    weights: bool = True,
) -> ImportedModel:
    """
    Import an ONNX model given as path, bytes or parsed message.

    `input_shapes` gives shapes of inputs by name, `dims` sizes of symbolic dimensions by name; together they must
    bind every dimension of every input. Everything that depends on shapes and weights only is computed here.
    Operators that the `graph` dialect cannot express become `graph.call_framework`. Without `weights`, float tensors in
    files beside the model are absent (`accelc.weights.absent_weight`), whether their files are there or not. Raises
    `ModelError` naming node or tensor, what is wrong and the remedy.
    """
    proto, folder = load_model(model)
    specs = bind_inputs(proto, input_shapes or {}, dims or {})
    declared = {v.name: v for v in (*proto.graph.value_info, *proto.graph.output)}
    importer = GraphImporter(opset_versions(proto), declared, folder, weights=weights)
    results = importer.graph(proto.graph, {spec.name: importer.argument(spec) for spec in specs})
    names = [v.name for v in proto.graph.output]
    return importer.finish(dict(zip(names, results, strict=True)))


def bind_inputs(
    model: ModelProto, input_shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int]
) -> list[TensorSpec]:
    """
    Name, static shape and dtype of every input of a model; arguments and errors as in `import_onnx`.

    Raises ModelError for inputs of one name, and for a size or input that the model does not have.
    """
    initialized = {t.name for t in model.graph.initializer}
    infos = [v for v in model.graph.input if v.name not in initialized]
    names = [v.name for v in infos]
    if len(set(names)) != len(names):
        raise ModelError(f"the model has several inputs of one name: {', '.join(sorted(names))}")
    for name in input_shapes:
        if name not in names:
            raise ModelError(
                f"the model has no input '{name}'{suggestion(name, names)}; its inputs are {', '.join(names)}"
            )
    binding = _Binding(dims)
    for info in infos:
        if info.name in input_shapes:
            binding.learn(info, input_shapes[info.name])
    named = {d.dim_param for info in infos for d in info.type.tensor_type.shape.dim if d.dim_param}
    unknown = sorted(set(dims) - named)
    if unknown:
        legal = ", ".join(sorted(named - set(ANONYMOUS))) or "none"
        raise ModelError(
            f"the model has no symbolic dimension '{unknown[0]}'{suggestion(unknown[0], named)}; it has: {legal}"
        )
    return [binding.bind(info, input_shapes.get(info.name)) for info in infos]


class _Binding:
    """Sizes of symbolic dimensions, from the caller and from the shapes given for inputs."""

    def __init__(self, dims: Mapping[str, int]) -> None:
        self._sizes = dict(dims)
        for name, size in dims.items():
            if size < 0:
                raise ModelError(f"dimension '{name}' cannot have the size {size}; sizes are at least 0")

    def learn(self, info: ValueInfoProto, shape: tuple[int, ...]) -> None:
        """Check a given shape against the declared one, and take over the sizes of named dimensions."""
        kind = info.type.tensor_type
        if not kind.HasField("shape"):
            return
        declared = kind.shape.dim
        if len(declared) != len(shape):
            raise ModelError(
                f"input '{info.name}' has rank {len(declared)}, the given shape {list(shape)} has {len(shape)}"
            )
        for axis, (dim, size) in enumerate(zip(declared, shape, strict=True)):
            where = f"input '{info.name}', axis {axis}"
            if dim.HasField("dim_value") and dim.dim_value >= 0:
                if dim.dim_value != size:
                    raise ModelError(f"{where}: the model declares size {dim.dim_value}, the given shape has {size}")
            elif dim.dim_param not in ANONYMOUS:
                known_size = self._sizes.setdefault(dim.dim_param, size)
                if known_size != size:
                    raise ModelError(f"{where}: dimension '{dim.dim_param}' is bound to {known_size}, not {size}")

    def bind(self, info: ValueInfoProto, given: tuple[int, ...] | None) -> TensorSpec:
        """The static type of an input."""
        where = f"input '{info.name}'"
        if not info.type.HasField("tensor_type"):
            raise ModelError(f"{where} is not a tensor; only tensors are supported")
        kind = info.type.tensor_type
        dtype = numpy_dtype(kind.elem_type, where)
        if given is not None:
            return TensorSpec(info.name, checked_shape(given, where), dtype)
        if not kind.HasField("shape"):
            raise ModelError(
                f"{where} has no declared shape; give it (--shape {info.name}=AxBxC), or an input file "
                f"(--input {info.name}=FILE.npy)"
            )
        shape: list[int] = []
        for axis, dim in enumerate(kind.shape.dim):
            if dim.HasField("dim_value") and dim.dim_value >= 0:
                shape.append(dim.dim_value)
            elif dim.dim_param in self._sizes:
                shape.append(self._sizes[dim.dim_param])
            else:
                named = dim.dim_param not in ANONYMOUS
                what = f"dimension '{dim.dim_param}' (axis {axis})" if named else f"axis {axis}"
                size = f"the dimension's size (--dim {dim.dim_param}=N), " if named else ""
                raise ModelError(
                    f"{where}: the size of {what} is not known; give {size}the shape of '{info.name}' "
                    f"(--shape {info.name}=AxBxC), or an input file for it (--input {info.name}=FILE.npy)"
                )
        return TensorSpec(info.name, checked_shape(shape, where), dtype)


class GraphImporter:
    """
    The nodes of a model as operations of one function, one node after the other.

    `opsets` are versions by domain, `declared` types of values by name. Without `weights` float tensors in files are
    absent. With `specialize` a node that would be better off knowing the elements of a computed tensor raises
    `NeedsValueError` rather than being kept for a framework.
    """

    def __init__(
        self,
        opsets: Mapping[str, int],
        declared: Mapping[str, ValueInfoProto],
        folder: Path | None,
        *,
        weights: bool = True,
        specialize: bool = False,
    ) -> None:
        self._opsets = opsets
        self._declared = declared
        self._folder = folder
        self._with_weights = weights
        self._specialize = specialize
        self._function = 0
        self._specs: list[TensorSpec] = []
        self.visited: list[tuple[NodeProto, list[Tensor]]] = []
        """Nodes that were imported, those of bodies among them, with their results."""
        self._body = Block()
        self._builder = Builder(self._body)

    def argument(self, spec: TensorSpec) -> Tensor:
        """A further argument of the function."""
        self._specs.append(spec)
        kind = TensorType(element_of_dtype(spec.dtype), spec.shape)
        return Tensor(spec.shape, spec.dtype, ssa=self._body.insert_arg(kind, len(self._body.args)))

    def finish(self, results: Mapping[str, Tensor]) -> ImportedModel:
        """The function that gives `results` by name, without arguments that nothing reads if it specializes."""
        self._builder.node_name = ""
        values = [self._builder.ssa(t) for t in results.values()]
        body = self._body
        body.add_op(graph.ReturnOp(values))
        specs = list(zip(self._specs, body.args, strict=True))
        if self._specialize:
            for spec, argument in list(specs):
                if argument.first_use is None:
                    specs.remove((spec, argument))
                    body.erase_arg(argument)
        function = graph.FuncOp(
            "main",
            ([a.type for a in body.args], [v.type for v in values]),
            Region(body),
            input_names=[spec.name for spec, _ in specs],
            output_names=list(results),
        )
        outputs = [TensorSpec(name, t.shape, t.dtype) for name, t in results.items()]
        weights = {op.weight_name.data: self._builder.weights[op.weight_name.data] for op in _weights_of(body)}
        return ImportedModel(ModuleOp([function]), weights, [spec for spec, _ in specs], outputs)

    def graph(self, proto: GraphProto, scope: Scope) -> list[Tensor]:
        """
        Import all nodes of a graph that its outputs need; gives the outputs.

        Raises ModelError for sparse initializers and outputs that nothing defines.
        """
        if proto.sparse_initializer:
            raise ModelError("sparse initializers are not supported; store them as dense tensors")
        for number, tensor in enumerate(proto.initializer):
            absent = None if self._with_weights else external_type(tensor, "initializer")
            data = to_array(tensor, self._folder, "initializer") if absent is None else absent_weight(*absent, number)
            scope[tensor.name] = known(data, tensor.name)
        outputs = [v.name for v in proto.output]
        nodes = needed_nodes(sorted_nodes(proto, scope), outputs)
        for node in nodes:
            self.node(node, scope)
        missing = [name for name in outputs if name not in scope]
        if missing:
            raise ModelError(f"output '{missing[0]}' of the graph is never defined")
        return [scope[name] for name in outputs]

    def attempt(self, proto: NodeProto, scope: Scope) -> None:
        """Import a node, or raise what `node` raises and leave no trace of it."""
        visited = len(self.visited)
        try:
            with self._builder.undone_on_error():
                self.node(proto, scope)
        except ModelError:
            del self.visited[visited:]
            raise

    def node(self, proto: NodeProto, scope: Scope) -> None:
        """Import a node; its results enter `scope`. Raises ModelError."""
        builder = self._builder
        where = describe(proto)
        standard = proto.domain in STANDARD_DOMAINS
        opset = self._opsets.get("" if standard else proto.domain)
        if opset is None:
            raise ModelError(f"{where}: the model names no opset of domain '{proto.domain or 'ai.onnx'}'")
        # Nodes inside a body belong to the node that holds the body.
        outer = (builder.node_name, builder.value_name, builder.where)
        builder.layer += builder.depth == 0
        if not self._function:
            builder.node_name = node_name(proto)
            builder.value_name = next(filter(None, proto.output), builder.node_name)
            builder.where = where
        inputs = [scope[name] if name else None for name in proto.input]
        node = Node(proto, opset, inputs, builder, self._folder, lambda body: self._within(body, scope))
        try:
            results = self._results(node, scope)
        finally:
            builder.node_name, builder.value_name, builder.where = outer
        if len(results) < len([n for n in proto.output if n]):
            raise ModelError(f"{where}: it names {len(proto.output)} results, this operator has {len(results)}")
        if not self._function:
            self.visited.append((proto, results))
        for name, tensor in zip(proto.output, results, strict=False):
            if name:
                scope[name] = tensor

    def _results(self, node: Node, scope: Scope) -> list[Tensor]:
        table = OPERATORS if node.proto.domain in STANDARD_DOMAINS else DOMAINS.get(node.proto.domain, {})
        handler = table.get(node.proto.op_type)
        reason = "no home but a framework executes this operator"
        try:
            if handler is not None:
                try:
                    with self._builder.undone_on_error():
                        results = handler(node)
                    return [results] if isinstance(results, Tensor) else list(results)
                except Unsupported as variant:
                    reason = f"{variant} is for a framework"
            try:
                return self._by_definition(node, scope)
            except Unsupported as variant:
                reason += str(variant)
            return framework.keep(node, self._declared, reason)
        except (ValueError, VerifyException) as error:
            raise node.error(str(error)) from error

    def _by_definition(self, node: Node, around: Scope) -> list[Tensor]:
        """
        The results by the operators that the standard defines this one with. Raises Unsupported.

        Graphs that are attributes become a part of the definition, and may read values `around` the node.
        """
        function = definition_of(node, self._opsets.get("", node.opset))
        if function is None:
            raise Unsupported("")
        given = zip(function.inputs, node.inputs, strict=False)
        own: dict[str, Tensor] = {name: tensor for name, tensor in given if tensor is not None}
        scope = ChainMap(own, around)
        opsets, self._opsets = self._opsets, function.opsets
        self._function += 1
        self._builder.depth += 1
        try:
            with self._builder.undone_on_error():
                for inner in function.nodes:
                    # An omitted input of the function is one of the nodes that read it.
                    for index, name in enumerate(inner.input):
                        if name in function.inputs and name not in own:
                            inner.input[index] = ""
                    self.node(inner, scope)
                names = function.outputs[: len(node.proto.output)]
                return [own[name] for name in names]
        except NeedsValueError:
            if self._specialize:
                raise
            raise Unsupported("; its definition needs values that are known only when the model runs") from None
        except ModelError as error:
            raise Unsupported(f"; its definition cannot be compiled: {error}") from error
        finally:
            self._builder.depth -= 1
            self._function -= 1
            self._opsets = opsets

    def _within(self, body: GraphProto, scope: Scope) -> list[Tensor]:
        if body.input:
            raise ModelError(f"graph '{body.name}' inside a node has inputs, only captured values are supported")
        self._builder.depth += 1
        try:
            return self.graph(body, ChainMap({}, scope))
        finally:
            self._builder.depth -= 1


def _weights_of(block: Block) -> Iterable[graph.WeightOp]:
    return (op for op in block.ops if isinstance(op, graph.WeightOp))

"""Graphs of `torch.fx` on tensors, as AOTAutograd and dispatch give them, as traced programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Block, Region

from accelc.analysis.inplace.strided import Strided, row_major
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.dialects.graph_ops.inplace import VarType
from accelc.frontends.numpy.program import Traced
from accelc.frontends.torch import library, operators
from accelc.frontends.torch.importer import Importer
from accelc.frontends.torch.library import Tensor, geometry
from accelc.frontends.torch.names import full_name
from accelc.frontends.torch.storages import memory_order
from accelc.frontends.torch.writer import Handle, Writer

WRITTEN = " (written)"
"""Follows the name of an input in the name of the output with what the graph writes there."""


@dataclass(frozen=True)
class ImportedGraph:
    """
    A graph as a traced program.

    `inputs` are the placeholders by name, None for those that are no tensors. `outputs` says of every leaf of the
    graph's output what it is: an `int` is that placeholder itself, a `str` the name of an output of the program, None
    is None. `written` are placeholders that the graph writes in place. `kept` counts operators that torch executes,
    with reasons.
    """

    traced: Traced
    inputs: tuple[str | None, ...]
    outputs: tuple[int | str | None, ...]
    written: tuple[int, ...]
    kept: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])


def import_graph(module: Any) -> ImportedGraph:
    """
    Import a `torch.fx.GraphModule` of ATen operators whose nodes have example values (`meta["val"]`).

    Operators that cannot be imported stay torch's. Raises ModelError, which names node and operator, for sizes that
    are not static, for elements that the `graph` dialect does not have, and for operators without tensors.
    """
    with library.shadows():
        return _Graph(module).run()


class _Graph:
    def __init__(self, module: Any) -> None:
        self.module = module
        self.writer = Writer(Block())
        self.importer = Importer(self.writer, self._keep)
        self.kept: Counter[tuple[str, str]] = Counter()
        self.arguments: list[tuple[str, str, tuple[int, ...]]] = []

    def _keep(self, target: Any, arguments: Any, results: Sequence[Tensor], reason: str) -> Any:
        values = operators.keep(self.writer, target, arguments, results)
        self.kept[full_name(target), reason] += 1
        return values

    def run(self) -> ImportedGraph:
        writer, storages = self.writer, self.importer.storages
        nodes = [node for node in self.module.graph.nodes if node.op == "placeholder"]
        given = [self._input(node) for node in nodes]
        returned = self.importer.run(self.module, given)
        writer.name = writer.where = "results"
        outputs: list[int | str | None] = []
        values: list[Any] = []
        for leaf in cast(Sequence[Any], returned) if isinstance(returned, list | tuple) else [returned]:
            if not isinstance(leaf, Handle):
                if leaf is not None:
                    raise writer.error(f"a result is {type(leaf).__name__}; supported are tensors and None")
                outputs.append(None)
            elif leaf in given and not storages.is_written(leaf.shadow):
                outputs.append(given.index(leaf))
            else:
                outputs.append(f"result{len(values)}")
                values.append(writer.load(leaf.variable))
        writer.block.add_op(graph.ReturnOp(values))
        names = [name for name, _, _ in self.arguments]
        main = graph.FuncOp(
            "main",
            ([argument.type for argument in writer.block.args], [value.type for value in values]),
            Region(writer.block),
            input_names=names,
            output_names=[name for name in outputs if isinstance(name, str)],
        )
        module = ModuleOp([main])
        module.verify()
        written = tuple(
            index
            for index, handle in enumerate(given)
            if isinstance(handle, Handle) and storages.is_written(handle.shadow)
        )
        inputs = tuple(str(n.name) if isinstance(h, Handle) else None for n, h in zip(nodes, given, strict=True))
        traced = Traced(module, writer.weights, tuple(names), len(values), tuple(self.arguments))
        return ImportedGraph(traced, inputs, tuple(outputs), written, self.kept)

    def _input(self, node: Any) -> Any:
        value, writer = node.meta.get("val"), self.writer
        writer.name, writer.where = str(node.name), f"input '{node.name}'"
        if not library.is_tensor(value):
            if value is None or isinstance(value, bool | int | float):
                return value
            raise writer.error(f"is {type(value).__name__}; compile with dynamic=False")
        if not all(isinstance(n, int) for n in (*value.shape, *value.stride())):
            raise writer.error(f"has sizes {[str(n) for n in value.shape]}; compile with dynamic=False")
        try:
            place, dtype = geometry(value), library.numpy_dtype(value.dtype)
            kind = VarType(TensorType(element_of_dtype(dtype), place.sizes))
            variable = writer.block.insert_arg(kind, len(writer.block.args))
            variable.name_hint = str(node.name)
            handle = self.importer.storages.create(
                writer, variable, library.shadow(place.sizes, self._strides(place), value.dtype)
            )
        except ValueError as error:
            raise writer.error(str(error)) from error
        self.arguments.append((str(node.name), dtype.name, place.sizes))
        return handle

    def _strides(self, place: Strided) -> tuple[int, ...]:
        """Strides of an argument; one with gaps comes as a copy without them, which only `as_strided` can tell."""
        try:
            memory_order(place)
        except ValueError:
            if any("as_strided" in str(node.target) for node in self.module.graph.nodes):
                raise
            return row_major(place.sizes)
        return place.strides

"""
One stage: the largest part of the remaining nodes that the compiler can take with the values known so far.

Nodes are imported one by one. A node that the importer refuses, and what depends on it, is left for later; one that
needs the elements of a tensor gets them as constants if they follow from few integers that are known already
(specialization), and otherwise waits until this stage has computed them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from onnx import NodeProto
from xdsl.ir import BlockArgument, Operation, SSAValue

from accelc.driver import CompiledModel, CompileOptions, compile_imported
from accelc.errors import ModelError
from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.frontends.onnx.builder import Tensor, known
from accelc.frontends.onnx.importer import GraphImporter
from accelc.frontends.onnx.loading import node_name
from accelc.frontends.onnx.node import NeedsValueError
from accelc.simulator import SimulationResult
from accelc.staged.operators import operands
from accelc.staged.values import Array, Scope, is_tensor, kind_of
from accelc.staged.views import GraphView

MAX_SPECIALIZED_ELEMENTS = 64
"""Largest tensor whose elements may become constants of a program: a shape, axes, a few sizes."""


@dataclass(frozen=True)
class Refused:
    """Why a node is not part of a stage; `waits` for a value that the stage computes."""

    reason: str
    waits: bool = False


@dataclass
class Stage:
    """
    A compiled part of a graph.

    `nodes` are indices of the nodes in it, `names` what they are called, with those in bodies. `guards` are the values
    it was specialized for, `refused` says why other nodes are not in it. `constants` are results that are known,
    `aliases` results that are arguments. `folded` names nodes that leave no operation, with their tier: `folded` if
    that is always so, else `shape` if integers of theirs decide shapes or other parameters, else `specialized`.
    `compiled` is None if nothing is computed.
    """

    nodes: tuple[int, ...]
    names: tuple[str, ...]
    guards: Mapping[str, Array]
    refused: Mapping[int, Refused]
    constants: Mapping[str, Array]
    aliases: Mapping[str, str]
    folded: Mapping[str, str]
    imported: ImportedModel | None
    compiled: CompiledModel | None = None
    broken: str = ""
    """Why the program could not be executed, if that was so."""
    results: Sequence[str] = field(default_factory=tuple[str, ...])
    timings: dict[str, SimulationResult] = field(default_factory=dict[str, SimulationResult])
    """Of its segments, from the first execution: all are the same."""

    def fits(self, scope: Scope) -> bool:
        """Whether the values in `scope` are those the stage was specialized for."""
        return all(
            np.asarray(scope[name]).tobytes() == np.asarray(value).tobytes() for name, value in self.guards.items()
        )

    def compile(self, view: GraphView, options: CompileOptions) -> None:
        """Compile the stage, unless there is nothing to compute. Raises what `compile_model` raises."""
        if self.imported is not None:
            from onnx import ModelProto

            self.results = tuple(spec.name for spec in self.imported.outputs)
            own = replace(options, shapes={}, dims={}, random_weights=None, donate={})
            self.compiled = compile_imported(self.imported, ModelProto(graph=view.proto), own)
            self.imported = None


def build_stage(
    view: GraphView,
    remaining: Sequence[int],
    scope: Scope,
    *,
    specialize: bool,
    allowed: Collection[int] | None = None,
    excluded: Mapping[int, Refused] | None = None,
) -> Stage:
    """
    Import what can be compiled of `remaining`, whose inputs are in `scope` or results of one another.

    Only nodes in `allowed`, and none in `excluded`, which says why. Without `specialize` no value of `scope` but its
    constants becomes a constant.
    """
    guards: set[str] = set()
    while True:
        attempt = _Attempt(view, remaining, scope, guards)
        wanted = attempt.run(specialize, allowed, excluded or {})
        if not wanted:
            return attempt.stage()
        guards |= wanted


class _Attempt:
    def __init__(self, view: GraphView, remaining: Sequence[int], scope: Scope, guards: Collection[str]) -> None:
        self._view = view
        self._remaining = remaining
        self._values = scope
        self._guards = guards
        self._importer = GraphImporter(view.opsets, view.declared, view.folder, specialize=True)
        self._tensors: dict[str, Tensor] = {}
        self._arguments: dict[SSAValue, str] = {}
        self._done: list[int] = []
        self._refused: dict[int, Refused] = {}
        produced = {name for index in remaining for name in view.nodes[index].output}
        read = {name: None for index in remaining for name in sorted(view.reads[index])}
        for name in read:
            if name not in produced and name in scope and is_tensor(scope[name]):
                self._tensors[name] = self._argument(name, scope[name])

    def _argument(self, name: str, value: Array) -> Tensor:
        if self._values.is_constant(name) or name in self._guards:
            return known(value, name)
        tensor = self._importer.argument(TensorSpec(name, value.shape, value.dtype))
        assert tensor.ssa is not None
        self._arguments[tensor.ssa] = name
        return tensor

    def run(self, specialize: bool, allowed: Collection[int] | None, excluded: Mapping[int, Refused]) -> set[str]:
        """Import what is possible; gives the values that should be constants, after which all begins anew."""
        view = self._view
        later: set[str] = set()
        for index in self._remaining:
            node = view.nodes[index]
            results = set(filter(None, node.output))
            if view.reads[index] & later or (allowed is not None and index not in allowed):
                later |= results
                continue
            refused = excluded.get(index) or self._opaque(index)
            if refused is None:
                try:
                    self._importer.attempt(node, self._tensors)
                except NeedsValueError as error:
                    wanted = self._wanted(error.tensor) if specialize else set[str]()
                    if wanted:
                        return wanted
                    refused = Refused(str(error), waits=error.tensor.ssa not in self._arguments)
                except ModelError as error:
                    refused = Refused(str(error))
            if refused is not None:
                self._refused[index] = refused
                later |= results
                continue
            self._done.append(index)
        return set()

    def _opaque(self, index: int) -> Refused | None:
        for name in sorted(self._view.reads[index]):
            if name not in self._tensors:
                return Refused(f"value '{name}' is {kind_of(self._values[name])}, which no program of accelc holds")
        return None

    def _wanted(self, tensor: Tensor) -> set[str]:
        """The arguments a tensor is computed from, if they may become constants; else nothing."""
        if tensor.ssa is None:
            return set()
        names = {self._arguments[argument] for argument in _roots(tensor.ssa)}
        arrays = [np.asarray(self._values[name]) for name in names]
        if any(array.size > MAX_SPECIALIZED_ELEMENTS for array in arrays):
            return set()
        # Arithmetic on floats stays a part of the program: its result is waited for.
        direct = tensor.ssa in self._arguments
        return names if direct or all(array.dtype.kind in "iub" for array in arrays) else set()

    def stage(self) -> Stage:
        view, done = self._view, set(self._done)
        produced = {name for index in self._done for name in filter(None, view.nodes[index].output)}
        needed = {name for index in self._remaining if index not in done for name in view.reads[index]}
        wanted = sorted(produced & (needed | set(view.outputs)))
        constants: dict[str, Array] = {}
        aliases: dict[str, str] = {}
        results: dict[str, Tensor] = {}
        for name in wanted:
            tensor = self._tensors[name]
            if tensor.data is not None:
                constants[name] = np.asarray(tensor.data)
            elif tensor.ssa is not None and tensor.ssa in self._arguments:
                aliases[name] = self._arguments[tensor.ssa]
            else:
                results[name] = tensor
        guards = {name: np.array(self._values[name]) for name in self._guards}
        imported = self._importer.finish(results) if results else None
        names = tuple(dict.fromkeys(node_name(node) for node, _ in self._importer.visited))
        return Stage(tuple(self._done), names, guards, self._refused, constants, aliases, self._tiers(), imported)

    def _tiers(self) -> dict[str, str]:
        """Tiers of the nodes without operations."""
        tainted = set(self._guards)
        folded: list[tuple[NodeProto, list[Tensor], bool]] = []
        for node, results in self._importer.visited:
            if all(tensor.data is not None for tensor in results):
                by_guard = bool(operands(node) & tainted)
                tainted.update(node.output if by_guard else ())
                folded.append((node, results, by_guard))
        tiers: dict[str, str] = {}
        deciding: set[str] = set()
        for node, results, by_guard in reversed(folded):
            decides = any(tensor.decides and tensor.dtype.kind in "iub" for tensor in results)
            if by_guard and (decides or deciding.intersection(node.output)):
                deciding.update(node.input)
                tiers[node_name(node)] = "shape"
            else:
                tiers[node_name(node)] = "specialized" if by_guard else "folded"
        return tiers


def _roots(value: SSAValue) -> set[SSAValue]:
    """Arguments of the function that a value is computed from."""
    found: set[SSAValue] = set()
    seen: set[SSAValue] = set()
    stack = [value]
    while stack:
        value = stack.pop()
        if value in seen:
            continue
        seen.add(value)
        if isinstance(value, BlockArgument):
            found.add(value)
        elif isinstance(value.owner, Operation):
            stack.extend(value.owner.operands)
    return found

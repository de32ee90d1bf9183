"""
Executes any ONNX model: what can be compiled as compiled programs, the rest natively or by a framework.

A model whose shapes are static is one program. Otherwise the executor goes through the graph with the values it has:
it takes the largest part that can be compiled (`stages`), executes that, runs what stands in the way (control flow
here, other operators by a framework), and goes on with the values that this gave. Every decision has its reason in
the result. Compiled stages are kept by the shapes and the specialized values they were made for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from accelc.driver import CompiledModel, CompileOptions
from accelc.errors import AccelcError, ModelError
from accelc.frontends.onnx.loading import ModelSource, describe, load_model, node_name, opset_versions
from accelc.runtime.execute import ExecutionResult, execute
from accelc.runtime.framework import FrameworkCall, Frameworks
from accelc.staged.control import controls, run_control
from accelc.staged.interface import check_values
from accelc.staged.nodes import run_node
from accelc.staged.stages import Refused, Stage, build_stage
from accelc.staged.values import Scope, Value, is_tensor, normal
from accelc.staged.views import GraphView

MAX_SHAPES = 64
"""Shapes for which one place in a body is compiled: one that grows in every iteration would be compiled in each."""
MAX_VARIANTS = 8
"""Programs for one place and shapes that differ in the values they are specialized for; then values stay values."""


Stages = dict[tuple[int, tuple[int, ...]], dict[object, list[Stage]]]
"""By place (a graph and the nodes that remain) and types of values: the stages there, which differ in their guards."""


@dataclass(frozen=True)
class CompiledStep:
    """
    A program that was executed: `nodes` it computes, `folded` ones that left no operation, with their tier.

    `specialized` names values that are constants of the program, with a guard.
    """

    nodes: tuple[str, ...]
    folded: Mapping[str, str]
    compiled: CompiledModel | None
    execution: ExecutionResult | None
    calls: tuple[FrameworkCall, ...] = ()
    specialized: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeStep:
    """
    A node that was executed outside of programs: by `framework`, or as control flow (`control`), and why.

    `passed_over` says why other frameworks did not execute it.
    """

    node: str
    op_type: str
    place: str
    reason: str
    framework: str = ""
    passed_over: tuple[str, ...] = ()


Step = CompiledStep | NodeStep


@dataclass(frozen=True)
class StagedResult:
    """Outputs by name, in the model's order, and everything that was executed, in order."""

    outputs: Mapping[str, Value]
    steps: Sequence[Step] = field(default_factory=list[Step])

    @property
    def total_ns(self) -> float:
        """Time of all programs in nanoseconds; control flow and single operators of a framework have no model."""
        return sum(s.execution.total_ns for s in self.steps if isinstance(s, CompiledStep) and s.execution is not None)

    @property
    def races(self) -> int:
        """Races found in all programs: results would depend on timing."""
        executions = [s.execution for s in self.steps if isinstance(s, CompiledStep) and s.execution is not None]
        found = [segment.simulation for execution in executions for segment in execution.segments]
        return sum(len(simulation.races) for simulation in found if simulation is not None)


class StagedModel:
    """
    A model that can be executed on any inputs it accepts; programs are compiled when they are first needed.

    `folder` is where external data lies if the model is not given as a path. Raises ModelError for a model that is not
    well formed.
    """

    def __init__(self, model: ModelSource, options: CompileOptions | None = None, folder: Path | None = None) -> None:
        proto, own = load_model(model)
        folder = folder or own
        self._options = options or CompileOptions()
        self.proto = proto
        self.main: GraphView = GraphView(proto.graph, opset_versions(proto), folder, frozenset())
        self._stages: Stages = {}

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs that have no default."""
        return self.main.inputs

    def run(self, inputs: Mapping[str, Value]) -> StagedResult:
        """
        Execute the model; `inputs` has a value for every input, and may have some for initializers.

        Raises ModelError for inputs that the model does not have, that are missing or of another type, and for a node
        that nothing can execute, or not the home that the options force, with the reasons.
        """
        given = {name: normal(value) for name, value in inputs.items()}
        check_values(self.proto, given)
        run = _Run(self, self._options, self._stages)
        values = run.graph(self.main, None, given)
        return StagedResult(dict(zip(self.main.outputs, values, strict=True)), run.steps)


class _Run:
    def __init__(self, model: StagedModel, options: CompileOptions, stages: Stages) -> None:
        self._model = model
        self._options = options
        self._stages = stages
        self.steps: list[Step] = []

    def graph(self, view: GraphView, outer: Scope | None, inputs: Mapping[str, Value]) -> list[Value]:
        """Outputs of a graph."""
        constants = {name: value for name, value in view.constants.items() if name not in inputs}
        if unknown := [name for name in view.inputs if name not in inputs]:
            raise ModelError(f"nothing is given for input '{unknown[0]}' of graph '{view.proto.name}'")
        scope = Scope(constants, outer)
        for name, value in inputs.items():
            scope[name] = value
        remaining = tuple(range(len(view.nodes)))
        while remaining:
            done = self._advance(view, remaining, scope)
            assert done, "nothing was executed"
            remaining = tuple(index for index in remaining if index not in done)
        missing = [name for name in view.outputs if name not in scope]
        if missing:
            raise ModelError(f"output '{missing[0]}' of graph '{view.proto.name}' is never defined")
        return [scope[name] for name in view.outputs]

    def _advance(self, view: GraphView, remaining: tuple[int, ...], scope: Scope) -> set[int]:
        """Execute one stage, and what can be executed of the nodes it refuses; gives all that were executed."""
        stage = self._stage(view, remaining, scope)
        done: set[int] = set()
        if stage.nodes and not self._execute(view, stage, scope):
            for index in stage.nodes:
                self._single(view, index, scope, stage.broken)
        done.update(stage.nodes)
        for index in remaining:
            refused = stage.refused.get(index)
            if refused is None or (refused.waits and done) or not all(name in scope for name in view.reads[index]):
                continue
            self._single(view, index, scope, refused.reason)
            done.add(index)
        return done

    def _stage(self, view: GraphView, remaining: tuple[int, ...], scope: Scope) -> Stage:
        """A stage that begins here, compiled now or before."""
        read = sorted({name for index in remaining for name in view.reads[index] if name in scope})
        types = tuple(
            (name, scope[name].dtype.name, scope[name].shape) if is_tensor(scope[name]) else (name,) for name in read
        )
        place = self._stages.setdefault((id(view), remaining), {})
        variants = place.setdefault(types, [])
        for stage in variants:
            if stage.fits(scope):
                return stage
        excluded: dict[int, Refused] = {}
        allowed: frozenset[int] | None = None
        for index in remaining:
            if controls(view.nodes[index]) and view.nodes[index].op_type != "If":
                excluded[index] = Refused("iterations are decided when the model runs")
            elif view is not self._model.main and len(place) > MAX_SHAPES:
                excluded[index] = Refused(f"the shapes in this body have changed {MAX_SHAPES} times")
        while True:
            stage = build_stage(
                view,
                remaining,
                scope,
                specialize=len(variants) < MAX_VARIANTS,
                allowed=allowed,
                excluded=excluded,
            )
            try:
                stage.compile(view, self._stage_options())
                break
            except AccelcError as error:
                # What cannot be compiled is found by halves; the rest is compiled without it.
                if len(stage.nodes) == 1:
                    excluded[stage.nodes[0]] = Refused(str(error))
                    allowed = None
                else:
                    allowed = frozenset(stage.nodes[: len(stage.nodes) // 2])
        variants.append(stage)
        return stage

    def _stage_options(self) -> CompileOptions:
        """The options, with a folder of its own for what each stage saves."""
        options = self._options
        if options.save_ir is None:
            return options
        number = sum(len(variants) for place in self._stages.values() for variants in place.values())
        return replace(options, save_ir=options.save_ir / f"stage{number}")

    def _execute(self, view: GraphView, stage: Stage, scope: Scope) -> bool:
        """Execute a stage and add its results to `scope`; False if its program cannot be executed."""
        execution, frameworks = None, Frameworks()
        if stage.broken:
            return False
        if stage.compiled is not None:
            program = stage.compiled.program
            feeds = {value.name: np.asarray(scope[value.name]) for value in program.inputs}
            try:
                execution = execute(program, stage.compiled.target, feeds, framework=frameworks, known=stage.timings)
            except ModelError as error:
                stage.broken = str(error)
                return False
            for name in stage.results:
                scope[name] = np.asarray(execution.outputs[name])
        for name, value in stage.constants.items():
            scope[name] = value
        for name, source in stage.aliases.items():
            scope[name] = scope[source]
        calls, guards = tuple(frameworks.calls), tuple(stage.guards)
        self.steps.append(CompiledStep(stage.names, stage.folded, stage.compiled, execution, calls, guards))
        return True

    def _single(self, view: GraphView, index: int, scope: Scope, reason: str) -> None:
        """Execute one node outside of programs."""
        node = view.nodes[index]
        results: list[Any]
        if controls(node):
            step = NodeStep(node_name(node), node.op_type, "control", reason)
            self.steps.append(step)
            results = run_control(view, index, scope, self.graph)
            names = list(node.output)
        else:
            if self._options.force == "accelerator":
                raise ModelError(f"{describe(node)}: all is forced to the accelerator, which cannot run it: {reason}")
            values = {name: scope[name] for name in sorted(view.reads[index])}
            results, framework, passed_over = run_node(node, view.opsets, values, reason)
            self.steps.append(NodeStep(node_name(node), node.op_type, "framework", reason, framework, passed_over))
            names = [name for name in node.output if name]
        for name, value in zip(names, results, strict=False):
            if name:
                scope[name] = value

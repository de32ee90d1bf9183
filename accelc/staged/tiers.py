"""
Where every node of a model was executed, from what was executed: records of streams, host operations, framework calls.

Nothing here looks at what the compiler intended. A node has run on the accelerator if the simulator executed records
that carry its name, on the host if a host segment that was launched holds operations of that name, in a framework if
one was called for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from onnx import AttributeProto, GraphProto, NodeProto
from xdsl.dialects.builtin import StringAttr

from accelc.dialects import graph
from accelc.frontends.onnx.loading import node_name
from accelc.isa.program import AcceleratorSegment, Program
from accelc.runtime.host import parse_function
from accelc.staged.executor import CompiledStep, StagedResult, Step
from accelc.staged.operators import CONTROL, GRAPH_MOVEMENT, is_arithmetic

TIERS = ("accelerator", "host", "framework", "control", "specialized", "merged", "shape", "folded", "skipped")
"""
Tiers of a node: the three homes, control flow, values computed by the compiler because it was given others as constants
(`specialized`; integers that decide shapes and such: `shape`), instructions that are those of another node (`merged`),
constants (`folded`), and not executed.
"""


@dataclass
class NodeTier:
    """
    The tiers of one node (of `TIERS`) and the reasons why it is not on the accelerator alone.

    `arithmetic` says whether it computes at all, `elsewhere` whether arithmetic of it ran off the accelerator.
    """

    node: str
    op_type: str
    arithmetic: bool
    tiers: set[str] = field(default_factory=set[str])
    elsewhere: bool = False
    reasons: list[str] = field(default_factory=list[str])

    @property
    def tier(self) -> str:
        """The tiers in one word, in the order of `TIERS`."""
        return "+".join(tier for tier in TIERS if tier in self.tiers)


def node_tiers(proto: GraphProto, result: StagedResult) -> list[NodeTier]:
    """Tiers of all nodes of a graph and of its bodies, in the order of the file; constants are left out."""
    tiers: dict[str, NodeTier] = {}
    for name, node in _nodes(proto):
        # Nodes of one name cannot be told apart by what was executed.
        tier = tiers.setdefault(name, NodeTier(name, node.op_type, False))
        tier.arithmetic |= is_arithmetic(node)
    for step in result.steps:
        _record(step, tiers)
    for tier in tiers.values():
        if not tier.tiers:
            tier.tiers.add("skipped")
    return list(tiers.values())


def arithmetic_on_accelerator(tiers: Iterable[NodeTier]) -> bool:
    """Whether no arithmetic ran anywhere but on the accelerator."""
    return not any(tier.elsewhere for tier in tiers)


def _nodes(proto: GraphProto) -> Iterable[tuple[str, NodeProto]]:
    for node in proto.node:
        if node.op_type != "Constant":
            yield node_name(node), node
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from _nodes(attribute.g)


def _record(step: Step, tiers: Mapping[str, NodeTier]) -> None:
    if not isinstance(step, CompiledStep):
        if step.node in tiers:
            tier = tiers[step.node]
            tier.tiers.add(step.place)
            tier.reasons.append(step.reason)
            tier.elsewhere |= tier.arithmetic and step.op_type not in CONTROL
        return
    found = _executed(step)
    # What nobody owns is held against all nodes of the program.
    stray = any(where.elsewhere for name, where in found.items() if name not in tiers)
    # Nodes of bodies that were imported with the node that holds them are in no list of nodes.
    for name in dict.fromkeys((*step.nodes, *found)):
        tier = tiers.get(name)
        if tier is None:
            continue
        where = found.get(name, _Evidence())
        tier.tiers |= where.tiers
        tier.elsewhere |= tier.arithmetic and (where.elsewhere or stray)
        if name in step.folded:
            tier.tiers.add(step.folded[name])
            tier.elsewhere |= tier.arithmetic and step.folded[name] == "specialized"
        elif not where.tiers:
            tier.tiers.add("merged")
    _give_reasons(step, tiers)


def _give_reasons(step: CompiledStep, tiers: Mapping[str, NodeTier]) -> None:
    placements = () if step.compiled is None else step.compiled.placements
    for placement in placements:
        if placement.reason and placement.loc_name in tiers:
            reasons = tiers[placement.loc_name].reasons
            text = f"{placement.op}: {placement.reason}"
            if text not in reasons:
                reasons.append(text)
    for call in step.calls:
        if call.loc_name in tiers:
            tiers[call.loc_name].reasons += call.passed_over


@dataclass
class _Evidence:
    tiers: set[str] = field(default_factory=set[str])
    elsewhere: bool = False


def _executed(step: CompiledStep) -> dict[str, _Evidence]:
    """What was executed, by name of node."""
    found: dict[str, _Evidence] = {}
    if step.compiled is None or step.execution is None:
        return found
    launched = {segment.name for segment in step.execution.segments}
    for name, tier, elsewhere in _traces(step.compiled.program, launched):
        evidence = found.setdefault(name, _Evidence())
        evidence.tiers.add(tier)
        evidence.elsewhere |= elsewhere
    return found


def _traces(program: Program, launched: set[str]) -> Iterable[tuple[str, str, bool]]:
    """Name of node, tier, and whether that is arithmetic off the accelerator, for all that the segments hold."""
    for segment in program.segments:
        if segment.name not in launched:
            continue
        if isinstance(segment, AcceleratorSegment):
            for streams in segment.cores:
                numbers: Sequence[int] = np.unique(np.concatenate([s["debug"] for s in streams.values()])).tolist()
                for number in numbers:
                    yield segment.debug[number].loc_name, "accelerator", False
            continue
        for op in parse_function(segment).body.walk():
            if isinstance(op, graph.FuncOp | graph.ReturnOp | graph.ConstantOp | graph.WeightOp):
                continue
            name = op.attributes.get("loc_name")
            called = isinstance(op, graph.CallFrameworkOp)
            text = name.data if isinstance(name, StringAttr) else ""
            yield text, "framework" if called else "host", called or op.name not in GRAPH_MOVEMENT

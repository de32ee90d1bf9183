"""Random graphs with control flow, sequences and values that decide shapes, against ONNX's own evaluator."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from accelc.driver import CompileOptions
from accelc.staged import StagedModel

CONSTANTS = {
    "zero": np.array(0, np.float32),
    "half": np.array(0.5, np.float32),
    "start": np.array([0], np.int64),
    "flat": np.array([-1], np.int64),
    "one": np.array(1, np.int64),
    "trips": np.array(3, np.int64),
    "yes": np.array(True),
}


@dataclass
class Chain:
    """Nodes that all work on the latest tensor of floats."""

    nodes: list[NodeProto] = field(default_factory=list[NodeProto])
    latest: str = "x"
    count: int = 0

    def name(self) -> str:
        """A new name."""
        self.count += 1
        return f"v{self.count}"

    def add(self, kind: str, inputs: str, **attributes: Any) -> str:
        """A node; `.` among its inputs is the latest value. Gives its result."""
        names = [self.latest if name == "." else name for name in inputs.split()]
        result = self.name()
        self.nodes.append(helper.make_node(kind, names, [result], **attributes))
        return result


def body(name: str, kind: str, source: str) -> GraphProto:
    """A branch that reads a value around it."""
    return helper.make_graph(
        [helper.make_node(kind, [source], [name])], name, [], [helper.make_empty_tensor_value_info(name)]
    )


def unary(chain: Chain) -> None:
    """Arithmetic, for programs."""
    chain.latest = chain.add("Tanh", ".")


def branch(chain: Chain) -> None:
    """A condition on a sum."""
    condition = chain.add("Greater", f"{chain.add('ReduceSum', '.', keepdims=0)} zero")
    sides = {side: body(chain.name(), kind, chain.latest) for side, kind in (("then", "Neg"), ("else", "Exp"))}
    chain.latest = chain.add("If", condition, then_branch=sides["then"], else_branch=sides["else"])


def loop(chain: Chain) -> None:
    """Three iterations on one value."""
    i, c, v, go, w = (chain.name() for _ in range(5))
    nodes = [helper.make_node("Identity", [c], [go]), helper.make_node("Mul", [v, "half"], [w])]
    value = helper.make_tensor_value_info
    inputs = [value(i, TensorProto.INT64, []), value(c, TensorProto.BOOL, []), value(v, TensorProto.FLOAT, None)]
    outputs = [value(go, TensorProto.BOOL, []), value(w, TensorProto.FLOAT, None)]
    chain.latest = chain.add("Loop", "trips yes .", body=helper.make_graph(nodes, "body", inputs, outputs))


def sequence(chain: Chain) -> None:
    """In and out of a sequence."""
    chain.latest = chain.add("SequenceAt", f"{chain.add('SequenceConstruct', f'. {chain.latest}')} one")


def positive(chain: Chain) -> None:
    """The elements above zero: as many as there are."""
    chain.latest = chain.add("Reshape", ". flat")
    chain.latest = chain.add("Compress", f". {chain.add('Greater', '. zero')}", axis=0)


def part(chain: Chain) -> None:
    """As many elements as the first two of them say."""
    chain.latest = chain.add("Reshape", ". flat")
    largest = chain.add("Abs", chain.add("ReduceSum", ".", keepdims=0))
    size = chain.add("Reshape", f"{chain.add('Cast', largest, to=TensorProto.INT64)} flat")
    chain.latest = chain.add("Slice", f". start {size}")


STEPS: tuple[Callable[[Chain], None], ...] = (unary, branch, loop, sequence, positive, part)


@settings(max_examples=8)
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5), st.integers(0, 99), st.sampled_from([None, "host"]))
def test_random_graphs(steps: list[Callable[[Chain], None]], seed: int, force: str | None) -> None:
    """Twice with other numbers, which take other branches and have other shapes."""
    chain = Chain()
    for step in steps:
        step(chain)
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])]
    weights = [numpy_helper.from_array(array, name) for name, array in CONSTANTS.items()]
    graph = helper.make_graph(chain.nodes, "g", infos, [helper.make_empty_tensor_value_info(chain.latest)], weights)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    staged = StagedModel(proto, CompileOptions(force=force))
    evaluator: Any = ReferenceEvaluator(proto)
    rng = np.random.default_rng(seed)
    for rows in (2, 3):
        x = rng.standard_normal((rows, 3)).astype(np.float32) + rng.standard_normal()
        x = x.astype(np.float32)
        (found,) = staged.run({"x": x}).outputs.values()
        (expected,) = evaluator.run(None, {"x": x})
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)

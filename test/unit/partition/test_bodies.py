"""Operations taken apart: the same numbers, no circles, and the rules that decide."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.pattern_rewriter import PatternRewriter, op_type_rewrite_pattern

from accelc.analysis.decomposition.replacement import ConstantPattern
from accelc.analysis.partition.bodies import EXPANSIONS, body_of
from accelc.analysis.partition.tasks import Rules, stays_whole
from accelc.dialects import graph
from accelc.errors import ModelError
from accelc.interpreters.graph import run
from accelc.passes.partition_hierarchical import Partitioning, partition_hierarchical
from accelc.targets import load_target
from accelc.targets.model import Target

Array = npt.NDArray[Any]


def parse(text: str) -> ModuleOp:
    """A verified module."""
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(graph.Graph)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def unary(operation: str, shape: str = "3x6x5x4") -> str:
    """A function of one operation between two products, which keep its neighbours on the accelerator."""
    kind = f"tensor<{shape}xf32>"
    return f"""
    graph.func @main(%x: {kind}) -> {kind} {{
      %w = graph.weight "w" : tensor<4x4xf32>
      %0 = graph.matmul %x, %w : ({kind}, tensor<4x4xf32>) -> {kind}
      {operation.replace("KIND", kind)}
      %2 = graph.matmul %1, %w : ({kind}, tensor<4x4xf32>) -> {kind}
      graph.return %2 : {kind}
    }}
    """


OPERATIONS = {
    "softmax": "%1 = graph.softmax %0 axis 1 : KIND -> KIND",
    "lrn": "%1 = graph.lrn %0 size 3 alpha 0.5 beta 0.75 bias 2.0 : KIND -> KIND",
    "gelu": "%1 = graph.gelu %0 : KIND -> KIND",
    "silu": "%1 = graph.silu %0 : KIND -> KIND",
    "softplus": "%1 = graph.softplus %0 : KIND -> KIND",
}


def without(*kinds: type[Operation]) -> Callable[[Operation, Target], str | None]:
    """An accelerator that can do all but some operations."""
    return lambda op, _target: "left out" if isinstance(op, kinds) else None


def partition(text: str, weights: dict[str, Array], *missing: type[Operation], **options: Any) -> Partitioning:
    """Partition for `trn-like` without some operations; the results stay as they were."""
    inputs = [np.random.default_rng(2).standard_normal((3, 6, 5, 4)).astype(np.float32)]
    expected = run(parse(text), inputs, dict(weights))
    module = parse(text)
    found = partition_hierarchical(
        module, load_target("trn-like"), weights=weights, supported=without(*missing), **options
    )
    module.verify()
    for a, b in zip(run(module, inputs, weights), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)
    return found


def eye() -> dict[str, Array]:
    """Weights of the products."""
    return {"w": np.eye(4, dtype=np.float32)}


ENDS = (graph.ConvOp, graph.MatmulOp)
"""What is not one operation, and what others end in."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_parts_compute_the_same(name: str) -> None:
    """Every way to take an operation apart: one partition on the accelerator, with its new weights."""
    kinds = tuple(kind for kind in EXPANSIONS if kind not in ENDS)
    found = partition(unary(OPERATIONS[name]), eye(), *kinds)
    assert found.counts["host"] == found.counts["framework"] == 0
    assert len(found.partitions) == 1
    assert {p.whole for p in found.placements[1:-1]} == {f"graph.{name}"}


def test_parts_are_placed_one_by_one() -> None:
    """Spreading the input is for the host, the convolution it precedes is not: the whole would be dear there."""
    module = parse("""
    graph.func @main(%x: tensor<1x64x32x32xf32>) -> tensor<1x64x65x65xf32> {
      %w = graph.weight "up" : tensor<64x64x3x3xf32>
      %0 = graph.conv_transpose %x, %w strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1] group 1 output_padding [0, 0]
        : (tensor<1x64x32x32xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x65x65xf32>
      graph.return %0 : tensor<1x64x65x65xf32>
    }
    """)
    weights = {"up": np.ones((64, 64, 3, 3), np.float32)}
    left_out = without(graph.ConvTransposeOp, graph.PadOp)
    found = partition_hierarchical(module, load_target("trn-like"), weights=weights, supported=left_out)
    module.verify()
    rows = [(p.name, p.destination, p.rule, p.whole) for p in found.placements]
    assert rows == [
        ("graph.pad", "host", "param", "graph.conv_transpose"),
        ("graph.conv", "accelerator", None, "graph.conv_transpose"),
    ]


class Circle(ConstantPattern):
    """softplus(x) = relu(softplus(x))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.SoftplusOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        new = self.replace(op)
        new.finish(rewriter, new.add(graph.ReluOp(new.add(graph.SoftplusOp(op.x)))))


def test_an_operation_made_of_itself_is_an_error() -> None:
    """The circle is shown."""
    message = "graph.softplus is made of itself: graph.softplus -> graph.softplus"
    with pytest.raises(ModelError, match=message):
        partition(unary(OPERATIONS["softplus"]), eye(), graph.SoftplusOp, expansions={graph.SoftplusOp: Circle})


def test_forcing_the_accelerator_takes_apart() -> None:
    """What it cannot run whole; what no parts help is an error."""
    found = partition(unary(OPERATIONS["softmax"]), eye(), graph.SoftmaxOp, force="accelerator")
    assert found.counts == {"accelerator": len(found.placements), "host": 0, "framework": 0}
    with pytest.raises(ModelError, match=r"graph.softmax cannot run on the forced accelerator: left out"):
        partition(unary(OPERATIONS["softmax"]), eye(), graph.SoftmaxOp, graph.ExpOp, force="accelerator")


def test_capability_alone_takes_apart_what_then_runs_on_the_accelerator() -> None:
    """Without islands by cost."""
    found = partition(unary(OPERATIONS["softplus"]), eye(), graph.SoftplusOp, islands="none")
    assert len(found.partitions) == 1
    found = partition(unary(OPERATIONS["softplus"]), eye(), graph.SoftplusOp, graph.ExpOp, islands="none")
    assert [p.home.data for p in found.partitions] == ["accelerator", "host", "accelerator"]


def test_only_uncertain_operations_stay_whole() -> None:
    """The pass before takes apart what will run on the accelerator with all its parts."""
    softmax = next(op for op in parse(unary(OPERATIONS["softmax"])).walk() if isinstance(op, graph.SoftmaxOp))
    target = load_target("trn-like")
    assert not stays_whole(softmax, Rules(target), {})
    assert stays_whole(softmax, Rules(target, supported=without(graph.SoftmaxOp, graph.ExpOp)), {})
    assert stays_whole(softmax, Rules(target, force="host"), {})


def test_bodies_leave_the_program_alone() -> None:
    """Data of a body's new weights are its own until it is used."""
    module, weights = parse(unary(OPERATIONS["lrn"])), eye()
    before = str(module)
    lrn = next(op for op in module.walk() if isinstance(op, graph.LrnOp))
    body = body_of(lrn, weights)
    assert body is not None
    assert [part.name for part in body.parts][:2] == ["graph.square", "graph.conv"]
    assert list(weights) == ["w"]
    assert body.weights
    assert str(module) == before

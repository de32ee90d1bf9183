"""`partition_hierarchical` as a function: destinations, reasons, and results that do not change."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp, TensorType, f32
from xdsl.ir import Operation, SSAValue
from xdsl.parser import Parser

from accelc.dialects import graph
from accelc.errors import ModelError, UsageError
from accelc.interpreters.graph import run
from accelc.passes.partition_hierarchical import Partitioning, partition_hierarchical
from accelc.targets import load_target
from accelc.targets.model import Target

Supported = Callable[[Operation, Target], str | None]


def parse(text: str) -> ModuleOp:
    """A verified module."""
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(graph.Graph)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def everything(_op: Operation, _target: Target) -> str | None:
    """An accelerator that can do anything."""
    return None


def only(*kinds: type[Operation]) -> Supported:
    """An accelerator that can do some operations."""
    return lambda op, _target: None if isinstance(op, kinds) else "not in the table"


def partition(module: ModuleOp, supported: Supported, **options: Any) -> Partitioning:
    """Partition for the preset `tiny` and verify."""
    result = partition_hierarchical(module, load_target("tiny"), supported=supported, **options)
    module.verify()
    return result


NETWORK = """
graph.func @main(%x : tensor<4x8xf32>, %n : tensor<4xi64>) -> (tensor<4x3xf32>, tensor<4xi64>) {
  %w = graph.weight "w" : tensor<8x3xf32>
  %0 = graph.matmul %x, %w {loc_name = "fc"} : (tensor<4x8xf32>, tensor<8x3xf32>) -> tensor<4x3xf32>
  %1 = graph.tanh %0 {loc_name = "act"} : tensor<4x3xf32> -> tensor<4x3xf32>
  %2 = graph.add %1, %0 : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %v = graph.weight "v" : tensor<3x3xf32>
  %3 = graph.matmul %2, %v : (tensor<4x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %4 = graph.xor %n, %n : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  graph.return %3, %4 : tensor<4x3xf32>, tensor<4xi64>
}
"""


def test_every_operation_is_accounted_for() -> None:
    """Placements in program order with names, destinations and reasons."""
    result = partition(parse(NETWORK), only(graph.MatmulOp, graph.AddOp))
    found = [(p.name, p.loc_name, p.destination, p.reason) for p in result.placements]
    assert found == [
        ("graph.matmul", "fc", "accelerator", None),
        ("graph.tanh", "act", "host", "not in the table"),
        ("graph.add", None, "accelerator", None),
        ("graph.matmul", None, "accelerator", None),
        ("graph.xor", None, "host", "not in the table"),
    ]
    assert result.counts == {"accelerator": 3, "host": 2, "framework": 0}
    assert [p.home.data for p in result.partitions] == ["accelerator", "host", "accelerator"]


def test_results_stay_and_weights_are_copied_inside() -> None:
    """Partitions give the same numbers; no weight crosses a boundary."""
    rng = np.random.default_rng(1)
    inputs = [rng.standard_normal((4, 8)).astype(np.float32), np.arange(4)]
    weights = {"w": rng.standard_normal((8, 3)).astype(np.float32), "v": np.eye(3, dtype=np.float32)}
    expected = run(parse(NETWORK), inputs, weights)
    module = parse(NETWORK)
    result = partition(module, only(graph.MatmulOp, graph.AddOp))
    assert [v.type for v in result.partitions[0].inputs] == [TensorType(f32, [4, 8])]
    for a, b in zip(run(module, inputs, weights), expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_operations_with_macs_stay_although_moving_costs() -> None:
    """An accelerator that only does the first matmul keeps it; a lone supported addition goes to the host."""
    kept = partition(parse(NETWORK), only(graph.MatmulOp))
    assert kept.counts == {"accelerator": 2, "host": 3, "framework": 0}
    moved = partition(parse(NETWORK), only(graph.AddOp))
    assert moved.counts == {"accelerator": 0, "host": 5, "framework": 0}
    assert "cheaper on the host" in str(moved.placements[2].reason)
    assert partition(parse(NETWORK), only(graph.AddOp), islands="none").counts["accelerator"] == 1


FRAMEWORK = """
graph.func @main(%x : tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  %1 = graph.call_framework "Magic" (%0) {domain = "", opset = 1 : i64, onnx_attributes = {}, loc_name = "m"}
    : (tensor<4xf32>) -> tensor<4xf32>
  graph.return %1 : tensor<4xf32>
}
"""


def test_unknown_operators_go_to_the_framework() -> None:
    """With the reason; the rest does not."""
    result = partition(parse(FRAMEWORK), only())
    assert [p.home.data for p in result.partitions] == ["host", "framework"]
    assert result.placements[1].reason == "operator Magic is not known to the compiler"
    assert result.partitions[1].home_reason is not None


@pytest.mark.parametrize("force", ["host", "framework"])
def test_forced_homes(force: str) -> None:
    """One partition there; an operator that cannot run there is an error."""
    assert [p.home.data for p in partition(parse(NETWORK), everything, force=force).partitions] == [force]


def test_forcing_what_cannot_be() -> None:
    """The diagnostic names operation, node and reason."""
    with pytest.raises(ModelError, match=r"graph.call_framework \"Magic\" 'm' cannot run on the forced host"):
        partition(parse(FRAMEWORK), everything, force="host")
    with pytest.raises(
        ModelError, match=r"graph.tanh 'act' cannot run on the forced accelerator: not in the table; leave"
    ):
        partition(parse(NETWORK), only(graph.MatmulOp), force="accelerator")
    with pytest.raises(UsageError, match="force 'gpu' is not one of accelerator, host, framework"):
        partition(parse(NETWORK), everything, force="gpu")
    with pytest.raises(UsageError, match="islands 'all' is not one of cost, none"):
        partition(parse(NETWORK), everything, islands="all")


def test_variables_are_normalized_first() -> None:
    """The remedy is a pass, not another machine."""
    text = """
    graph.func @main(%v: !graph.var<tensor<4xf32>>, %x: tensor<4xf32>) {
      graph.apply_ "add" %v, %x : !graph.var<tensor<4xf32>>, tensor<4xf32>
      graph.return
    }
    """
    with pytest.raises(ModelError, match=r"graph.apply_ works on a variable: run normalize-inplace first"):
        partition(parse(text), everything)


def test_an_operation_without_a_home() -> None:
    """An element type that neither the accelerator nor NumPy knows."""
    text = FRAMEWORK.replace("f32", "f8E4M3B11FNUZ").replace("graph.relu", "graph.neg")
    with pytest.raises(ModelError, match=r"graph.neg has no home: accelerator tiny: not in the table; host: element"):
        partition(parse(text), only())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_partition_of_a_random_program_computes_the_same(data: st.DataObject) -> None:
    """Random elementwise programs, random capabilities, with and without repair."""
    kind = TensorType(f32, [3])
    module = ModuleOp([])
    function = graph.FuncOp("main", ([kind, kind], [kind, kind]))
    values: list[SSAValue] = list(function.body.block.args)
    for _ in range(data.draw(st.integers(1, 12))):
        a, b = (data.draw(st.sampled_from(values)) for _ in range(2))
        name = data.draw(st.sampled_from(["add", "max", "neg"]))
        op = graph.NegOp(a) if name == "neg" else graph.BINARY_OPS[name](a, b)
        function.body.block.add_op(op)
        values.append(op.results[0])
    function.body.block.add_op(graph.ReturnOp([values[-1], data.draw(st.sampled_from(values))]))
    module.body.block.add_op(function)
    inputs = [np.array([1, -2, 3], np.float32), np.array([-4, 5, 0.5], np.float32)]
    expected = run(module, inputs, {})
    allowed = {op for op in function.body.block.ops if data.draw(st.booleans())}
    partition(
        module,
        lambda op, _target: None if op in allowed else "drawn so",
        islands=data.draw(st.sampled_from(["cost", "none"])),
    )
    assert all(isinstance(op, graph.PartitionOp | graph.ReturnOp) for op in function.body.block.ops)
    for x, y in zip(run(module, inputs, {}), expected, strict=True):
        np.testing.assert_array_equal(x, y)

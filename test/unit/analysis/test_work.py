"""Arithmetic and data of operations, counted from their types, against numbers by hand."""

import pytest
from xdsl.dialects.builtin import IndexType, TensorType, f32

from accelc.analysis.host_cost import host_operation_ns, host_transfer_ns
from accelc.analysis.work import macs_of, moved_bytes, value_bytes, work_of
from accelc.dialects import graph
from accelc.targets import load_target


def weight(*shape: int) -> graph.WeightOp:
    """A tensor of f32."""
    return graph.WeightOp("x", TensorType(f32, shape))


def test_macs() -> None:
    x = weight(1, 4, 8, 8)
    assert macs_of(graph.ConvOp(x, weight(6, 2, 3, 3), group=2)) == 6 * 6 * 6 * 2 * 9
    assert macs_of(graph.ConvTransposeOp(x, weight(4, 3, 2, 2))) == 4 * 8 * 8 * 3 * 4
    assert macs_of(graph.MatmulOp(x, x)) == 4 * 8 * 8 * 8
    assert macs_of(graph.LstmOp(weight(5, 2, 3), weight(1, 16, 3), weight(1, 16, 4))) == 5 * 2 * 16 * (3 + 4)
    assert macs_of(graph.ReluOp(x)) == 0


def test_bytes() -> None:
    x = weight(1, 4, 8, 8)
    assert value_bytes(x.result) == 1024
    assert value_bytes(graph.IsnanOp(x).result) == 256
    assert value_bytes(graph.WeightOp("i", TensorType(IndexType(), [4])).result) == 0
    assert moved_bytes(graph.AddOp(x, x)) == 3 * 1024
    assert moved_bytes(graph.ReshapeOp(x, [256])) == 0


def test_the_host_takes_the_longer_of_arithmetic_and_traffic() -> None:
    target = load_target("tiny")
    add, product = graph.AddOp(weight(64), weight(64)), graph.MatmulOp(weight(64, 64), weight(64, 64))
    assert host_operation_ns(add, target) == pytest.approx(
        max(64 / target.host.ops_per_ns, 3 * 256 / target.host.bytes_per_ns)
    )
    assert host_operation_ns(product, target) >= work_of(product).operations / target.host.ops_per_ns
    assert host_transfer_ns(0, target) == target.host_memory.latency_ns

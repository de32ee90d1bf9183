"""Elementwise operations that write over their operand on chip, where `rebufferize-inplace` says so."""

import numpy as np
import pytest
from lowering_support import Body, Build, check_lowering, partition_of, simulate_partition
from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.engine import BufferOp, buffer_type
from accelc.lowering import Budget, lower_partition
from accelc.lowering.operations import elementwise
from accelc.passes.rebufferize_inplace import rebufferize
from accelc.passes.schedule_engines import schedule_engines
from accelc.pipelines import compile_partition
from accelc.targets import load_target

TARGET = "trn-like"
X = np.random.default_rng(0).standard_normal((6, 9)).astype(np.float32)
CROWDED_BYTES = 78
"""Per partition: room for three results of the size of X, while two are more than half of it."""


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chip is crowded."""
    monkeypatch.setattr(elementwise, "CROWDED", 0.0)


def results_on_chip(build: Build, resident_bytes: int | None = None) -> int:
    """Number of on-chip buffers of a program of one input, that of the input not counted; checked on all levels."""
    target = load_target(TARGET)
    share = Budget.resident if resident_bytes is None else resident_bytes / target.sbuf.partition_bytes
    check_lowering([X], build, TARGET, resident=share)
    partition, weights = partition_of([X], build)
    rebufferize(partition.body.block, (), target)
    lowered = lower_partition(partition, weights, target, Budget(resident=share))
    made = [op for op in lowered.program.walk() if isinstance(op, BufferOp)]
    return sum(buffer_type(op.result).space.data == "sbuf" for op in made) - 1


def chain(body: Body) -> list[SSAValue]:
    """Each value is read once."""
    value = body.args[0]
    for kind in (graph.ReluOp, graph.NegOp, graph.TanhOp, graph.AbsOp):
        value = body.add(kind(value))
    return [body.add(graph.AddOp(value, value))]


def read_later(body: Body) -> list[SSAValue]:
    """The relu is read after the negation is made."""
    relu = body.add(graph.ReluOp(body.args[0]))
    neg = body.add(graph.NegOp(relu))
    return [body.add(graph.MulOp(neg, relu))]


def reversed_operand(body: Body) -> list[SSAValue]:
    """The operation reads the same cells in another order."""
    relu = body.add(graph.ReluOp(body.args[0]))
    back = body.add(graph.SliceOp(relu, (0, 8), (6, 9), (1, -1)))
    return [body.add(graph.SubOp(relu, back))]


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize(("build", "count"), [(chain, 1), (read_later, 2), (reversed_operand, 3)])
def test_a_result_takes_the_buffer_that_dies(build: Build, count: int) -> None:
    """One buffer for a chain; one more where the operand is needed again, or read in another order."""
    assert results_on_chip(build) == count


def test_a_free_buffer_is_taken_first() -> None:
    """Results are written over operands only where the chip is crowded: a free buffer adds no order."""
    assert results_on_chip(chain) == 5
    assert results_on_chip(chain, CROWDED_BYTES) == 1


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("build", [chain, read_later])
def test_results_in_place_are_never_slower(build: Build) -> None:
    """The pipeline takes the program with or without them, by predicted time."""
    target = load_target(TARGET)
    partition, weights = partition_of([X], build)
    rebufferize(partition.body.block, (), target)
    predicted: list[float] = []
    for in_place in (True, False):
        lowered = lower_partition(partition, weights, target, in_place=in_place)
        assert bool(lowered.reused) is in_place
        predicted.append(schedule_engines(lowered.program, target).predicted_ns)
    assert compile_partition(partition, "part", ("x",), ("y",), weights, target).predicted_ns == min(predicted)


@pytest.mark.usefixtures("crowded")
def test_a_wrong_reuses_does_not_destroy_what_is_read_later() -> None:
    """Lowering looks for itself whether an operand, or a view of it, is needed again."""

    def build(body: Body) -> list[SSAValue]:
        relu = body.add(graph.ReluOp(body.args[0]))
        view = body.add(graph.ReshapeOp(relu, (2, 3, 9)))
        neg = graph.NegOp(relu)
        neg.attributes["reuses"] = IntegerAttr(0, i64)
        return [body.add(neg), body.add(graph.NegOp(view))]

    partition, weights = partition_of([X], build)
    _, (negative, later), _ = simulate_partition(partition, weights, [X], TARGET)
    np.testing.assert_array_equal(negative, -np.maximum(X, 0))
    np.testing.assert_array_equal(later, -np.maximum(X, 0).reshape(2, 3, 9))

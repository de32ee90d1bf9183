"""What HBM holds of results: made where they go, not stored twice, read and written row by row."""

from collections.abc import Sequence

import numpy as np
import pytest
from lowering_support import Body, Build, arguments, check_lowering, partition_of
from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.engine import BufferOp, DmaCopyOp, buffer_of, buffer_type
from accelc.emit.macro_cost import transfer
from accelc.interpreters.engine import run_engine
from accelc.interpreters.graph import run_block
from accelc.lowering import Budget, lower_partition
from accelc.targets import load_target

pytestmark = pytest.mark.usefixtures("estimated_schedules")

X = np.arange(64, dtype=np.float32).reshape(8, 8)
NOTHING_STAYS = 0.0


def _program(inputs: Sequence[np.ndarray], build: Build, resident: float) -> tuple[list[DmaCopyOp], list[BufferOp]]:
    """Transfers of a program, and its scratch buffers in HBM."""
    partition, weights = partition_of(inputs, build)
    program = lower_partition(partition, weights, load_target("tiny"), Budget(resident=resident)).program
    transfers = [op for op in program.walk() if isinstance(op, DmaCopyOp)]
    scratch = [op for op in program.walk() if isinstance(op, BufferOp) and op.role.data == "scratch"]
    return transfers, [op for op in scratch if buffer_type(op.result).space.data == "hbm"]


def _between(transfers: Sequence[DmaCopyOp]) -> list[tuple[str, str]]:
    """Roles of both sides of each transfer."""
    return [(buffer_of(op.source).role.data, buffer_of(op.destination).role.data) for op in transfers]


def _step(body: Body) -> list[SSAValue]:
    """A result that another one is computed from."""
    first = body.add(graph.AddOp(body.args[0], body.args[1]))
    return [first, body.add(graph.ReluOp(first))]


def test_results_that_do_not_fit_on_chip_are_made_where_they_go() -> None:
    transfers, scratch = _program([X, X], _step, NOTHING_STAYS)
    assert not scratch
    assert set(_between(transfers)) == {("input", "scratch"), ("scratch", "output"), ("output", "scratch")}
    check_lowering([X, -X], _step, "tiny", resident=NOTHING_STAYS)


def test_a_result_of_two_names_is_copied() -> None:
    def build(body: Body) -> list[SSAValue]:
        total = body.add(graph.AddOp(body.args[0], body.args[1]))
        return [total, total]

    transfers, scratch = _program([X, X], build, NOTHING_STAYS)
    assert not scratch
    assert _between(transfers).count(("output", "output")) == 1
    check_lowering([X, -X], build, "tiny", resident=NOTHING_STAYS)


def _product(body: Body) -> list[SSAValue]:
    """A result on chip that is needed across other partitions, too."""
    first = body.add(graph.AddOp(body.args[0], body.args[1]))
    return [first, body.add(graph.MatmulOp(first, body.args[0])), body.add(graph.MatmulOp(body.args[1], first))]


def test_a_result_is_not_stored_twice() -> None:
    transfers, scratch = _program([X, X], _product, 0.5)
    assert not scratch
    assert _between(transfers).count(("scratch", "output")) == 3
    assert ("output", "scratch") in _between(transfers)
    check_lowering([X, -X], _product, "tiny")


def test_a_copy_in_hbm_is_old_when_its_storage_is_written() -> None:
    """A value takes the place of one that was stored before: what is read back must be the new one."""

    def build(body: Body) -> list[SSAValue]:
        first = body.add(graph.AddOp(body.args[0], body.args[1]))
        second = body.add(graph.ReluOp(first))
        assert isinstance(second.owner, graph.ReluOp)
        second.owner.attributes["reuses"] = IntegerAttr(0, i64)
        return [first, body.add(graph.MatmulOp(second, body.args[0])), body.add(graph.MatmulOp(body.args[1], second))]

    inputs = [X, X[::-1] - 80]
    partition, weights = partition_of(inputs, build)
    lowered = lower_partition(partition, weights, load_target("tiny"), Budget(resident=0.03))
    assert lowered.reused == 1
    outputs = run_engine(lowered.program, load_target("tiny"), arguments(inputs))
    for index, expected in enumerate(run_block(partition.body.block, inputs, weights)):
        np.testing.assert_allclose(outputs[f"out{index}"].reshape(8, 8), expected, rtol=1e-5)


def _scattered(build: Build, resident: float = 0.5) -> int:
    """Transfers that go element by element."""
    return sum(transfer(op).scattered for op in _program([X, X], build, resident)[0])


def test_elementwise_operations_on_hbm_go_row_by_row() -> None:
    assert _scattered(_step) == 0
    assert _scattered(_step, NOTHING_STAYS) == 0


def test_a_right_operand_lies_along_what_is_contracted() -> None:
    def build(body: Body) -> list[SSAValue]:
        weight = body.add(graph.SubOp(body.args[0], body.args[1]))
        return [weight, body.add(graph.MatmulOp(body.args[0], weight))]

    transfers, _ = _program([X, X], build, 0.5)
    assert not any(transfer(op).scattered for op in transfers if buffer_of(op.destination).role.data == "output")
    assert ("output", "scratch") not in _between(transfers)
    check_lowering([X, X + 1], build, "tiny")


def test_what_is_needed_along_the_last_axis_stays_there() -> None:
    """A left operand is contracted along its last axis: moving it through HBM again would cost more."""

    def build(body: Body) -> list[SSAValue]:
        left = body.add(graph.SubOp(body.args[0], body.args[1]))
        return [body.add(graph.MatmulOp(body.add(graph.ReluOp(left)), body.args[0]))]

    transfers, scratch = _program([X, X], build, 0.5)
    assert not scratch
    assert ("output", "scratch") not in _between(transfers)
    check_lowering([X, X + 1], build, "tiny")


def test_what_meets_a_product_lies_as_the_product_does() -> None:
    def build(body: Body) -> list[SSAValue]:
        product = body.add(graph.MatmulOp(body.args[0], body.weight(X)))
        return [body.add(graph.AddOp(body.add(graph.ReluOp(body.args[1])), product))]

    _, scratch = _program([X, X], build, 0.5)
    assert not scratch
    check_lowering([X, X + 1], build, "tiny")

"""Partitions that keep more on chip than fits: the pipeline spills, and numbers stay those of the graph."""

from collections.abc import Sequence

import numpy as np
import pytest
from lowering_support import Body, check_lowering, partition_of
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.errors import CapacityError
from accelc.lowering import Budget, lower_partition
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_engines import schedule_engines
from accelc.pipelines import compile_partition
from accelc.targets import load_target

X = np.random.default_rng(5).standard_normal((1, 8, 11, 12)).astype(np.float32)


def build(body: Body) -> Sequence[SSAValue]:
    """A chain of four values of a quarter of `tiny`'s SBUF, all live when the last is made: no order helps."""
    values = [body.args[0]]
    for kind in (graph.TanhOp, graph.SigmoidOp, graph.NegOp, graph.AbsOp):
        values.append(body.add(kind(values[-1])))
    result = values[4]
    for value in values[1:4]:
        result = body.add(graph.AddOp(result, value))
    return [result]


def does_not_fit(share: float) -> bool:
    """Whether the program of a resident share has no addresses in any order that is tried."""
    partition, weights = partition_of([X], build)
    target = load_target("tiny")
    program = lower_partition(partition, weights, target, Budget(resident=share)).program
    schedule_engines(program, target, spill=False)
    try:
        assign_memory(program, target)
    except CapacityError:
        return True
    return False


@pytest.mark.parametrize("shares", [(1.25,), (1.25, 0.0)])
def test_the_pipeline_spills_what_a_share_too_large_keeps(
    shares: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, the large share ends in a spilled program; beside a share that fits, the one predicted faster is kept."""
    assert does_not_fit(1.25)
    monkeypatch.setattr("accelc.pipelines.RESIDENT_SHARES", shares)
    check_lowering([X], build, "tiny")
    partition, weights = partition_of([X], build)
    times: dict[tuple[float, ...], float] = {}
    for tried in ((1.25,), (0.0,), shares):
        monkeypatch.setattr("accelc.pipelines.RESIDENT_SHARES", tried)
        compiled = compile_partition(partition, "part", ("x",), ("y",), weights, load_target("tiny"))
        times[tried] = compiled.predicted_ns
        spilled = any(symbol.endswith(".spill") for symbol in _symbols(str(compiled.program)))
        assert spilled or tried != (1.25,)
    assert times[shares] == min(times[other] for other in ((1.25,), (0.0,)) if other[0] in shares)


def _symbols(text: str) -> list[str]:
    """Symbols of the buffers of a program."""
    return [line.split('"')[1] for line in text.splitlines() if "engine.buffer" in line]

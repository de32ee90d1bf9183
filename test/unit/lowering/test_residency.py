"""What stays on chip: copies of inputs make room when the operations that read them are done."""

import numpy as np
from lowering_support import Body, partition_of
from xdsl.ir import SSAValue

from accelc.dialects import engine, graph
from accelc.lowering import Budget, lower_partition
from accelc.targets import load_target


def test_a_copied_part_of_an_input_leaves_when_its_reader_is_done() -> None:
    """A later part of the same input keeps the input, not the copies of earlier parts."""
    heads = 16
    q, k = np.zeros((heads, 256, 128), np.float32), np.zeros((heads, 128, 512), np.float32)

    def build(body: Body) -> list[SSAValue]:
        found: list[SSAValue] = []
        for head in range(heads):
            parts = [
                body.add(graph.SliceOp(value, [head, 0, 0], [1, *array.shape[1:]]))
                for value, array in zip(body.args, (q, k), strict=True)
            ]
            scores = body.add(graph.MatmulOp(parts[0], parts[1]))
            peak = body.add(graph.ReduceOp(scores, "max", [2], True))
            less = body.add(graph.SubOp(scores, peak))
            found.append(body.add(graph.ReduceOp(body.add(graph.ExpOp(less)), "sum", [2], True)))
        return [body.add(graph.ConcatOp(found, 0))]

    partition, weights = partition_of([q, k], build)
    lowered = lower_partition(partition, weights, load_target("trn-like"), Budget(resident=0.1))
    outside = [
        op.symbol.data
        for op in lowered.program.walk()
        if isinstance(op, engine.BufferOp) and op.role.data == "scratch" and op.result.type.space.data == "hbm"
    ]
    assert not outside

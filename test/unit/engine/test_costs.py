"""Estimates of macro-ops against what the simulator takes for their records."""

from dataclasses import replace
from math import prod
from random import Random

import pytest
from engine_programs import TARGET, Generator
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import StringAttr, f32, i32
from xdsl.ir import Attribute, Block, Region

from accelc.analysis.cost import cycles, transfer_ns
from accelc.dialects.engine import (
    AccessAttr,
    BufferOp,
    BufferType,
    DmaGatherOp,
    DmaScatterOp,
    EndOp,
    LaneOp,
    ProgramOp,
)
from accelc.emit import emit, split_streams
from accelc.emit.macro_cost import op_cost, transfer
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_engines import program_tasks
from accelc.simulator.decode import decode_core
from accelc.simulator.timing.costs import elementwise_costs, service_ticks, transfers
from accelc.targets import load_target
from accelc.targets.model import CostRule, StridePenalty

CONDITIONS = (
    "one_src_psum_one_sbuf & contiguous",
    "all_bf16 & contiguous",
    "op_in(add,max,equal)",
    "zero & half",
    "zero",
    "int64",
    "half",
    "contiguous",
    None,
)
KINDS = tuple(dict.fromkeys(rule.op for unit in TARGET.engines.values() for rule in unit.cost))
PICKY = replace(
    TARGET,
    sbuf=replace(TARGET.sbuf, stride_penalty=StridePenalty(8, 2)),
    engines={
        name: replace(
            unit,
            lut_switch_cycles=0,
            cost=tuple(
                CostRule(kind, 1 + place / 8, extra=1000 * place, when=when)
                for kind in KINDS
                for place, when in enumerate(CONDITIONS)
            ),
        )
        for name, unit in TARGET.engines.items()
    },
)
"""Takes another time wherever a condition holds."""


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_estimates_are_what_records_take(random: Random) -> None:
    """Both choose the same cost rule."""
    program = Generator(random, PICKY).program(12)
    assign_memory(program, PICKY)
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    core = decode_core(split_streams(emit(program, PICKY).records, PICKY), PICKY)
    for lane in core:
        if lane.name not in PICKY.engines:
            continue
        unit = PICKY.time.domain[lane.name]
        busy = elementwise_costs(lane, PICKY).busy
        for record, debug in enumerate(map(int, lane.records["debug"])):
            if debug:
                op = ops[debug - 1]
                assert cycles(PICKY, lane.name, op_cost(op, PICKY).busy_ns) == busy[record] // unit, str(op)


@pytest.mark.parametrize(("sizes", "count"), [((1, 2, 64, 128), 32), ((1, 1, 4096, 1), 512), ((3, 1, 2, 1), 1)])
@pytest.mark.parametrize("op", [None, "none", "add"])
@pytest.mark.parametrize("name", ["tiny", "trn-like"])
def test_estimates_of_indexed_transfers(sizes: tuple[int, ...], count: int, op: str | None, name: str) -> None:
    """Rows, single elements, and transfers of so little that latency is all."""
    target = load_target(name)
    picks, dense = op is None, (*sizes[:2], count, sizes[3])
    shapes = (sizes, dense) if picks else (dense, sizes)
    indices = sizes[0] * count
    buffers = [
        BufferOp(f"b{place}", "scratch", BufferType.of([elements], kind, "hbm"))
        for place, (elements, kind) in enumerate(((indices, i32), (prod(shapes[0]), f32), (prod(shapes[1]), f32)))
    ]
    attributes: dict[str, Attribute] = {} if picks else {"op": StringAttr(op or "")}
    move = (DmaGatherOp if picks else DmaScatterOp).create(
        operands=[buffer.result for buffer in buffers],
        attributes={
            "lane": StringAttr("dma0"),
            "source_ap": AccessAttr.of(0, 1, shapes[0]),
            "index_ap": AccessAttr.of(0, 1, (indices,)),
            "destination_ap": AccessAttr.of(0, 1, shapes[1]),
            **attributes,
        },
    )
    program = ProgramOp("indexed", name, Region(Block([*buffers, move, EndOp()])))
    program.verify()
    assign_memory(program, target)
    task = program_tasks([move], {buffer.result: number for number, buffer in enumerate(buffers)}, target)[0]
    assert task.writes == (2,)
    assert {0, 1} <= {*task.reads}
    core = decode_core(split_streams(emit(program, target).records, target), target)
    queue = next(lane for lane in core if lane.name == "dma0")
    found = transfers(queue, target)[0]
    assert found is not None
    alone = service_ticks(found, target, target.hbm.bytes_per_ns / found.engines) / target.time.tick_hz * 1e9
    assert transfer_ns(target, transfer(move)) == pytest.approx(alone)
    rows = prod(dense) // sizes[3] if sizes[3] > 1 else prod(dense)
    assert found.descriptors == -(-rows // found.engines)
    assert found.total_bytes == 4 * prod(dense)
    assert found.hbm_bytes == (3 if op == "add" else 2) * 4 * prod(dense) + 4 * indices

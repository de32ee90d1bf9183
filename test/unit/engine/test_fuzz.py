"""Random programs give the same bits in the interpreter of both levels and in the simulator."""

from io import StringIO
from random import Random

import numpy as np
from engine_programs import FREE, TARGET, Array, Generator, bits, numbers, simulated
from hypothesis import event, given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, FloatAttr
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.analysis.tiles.order import STRATEGIES
from accelc.dialects import engine
from accelc.dialects.tile import BlockwiseOp, Tile
from accelc.emit import emit
from accelc.interpreters.engine import run_engine
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.passes.tile_unroll import tile_unroll


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.integers(1, 12), st.integers(0, 2**16))
def test_interpreters_equal_simulator(random: Random, length: int, seed: int) -> None:
    """Both levels, every block order, on real addresses and without; unrolled blocks give the same records."""
    program = Generator(random, TARGET).program(length)
    program.verify()
    elements = TARGET.sbuf.partitions * FREE
    inputs = {f"in{i}": numbers(seed + i, elements) for i in range(4)}
    expected = bits(run_engine(program, TARGET, inputs))
    assign_memory(program, TARGET)
    assert bits(simulated(program, TARGET, inputs)) == expected
    for order in ("auto", *STRATEGIES):
        tiled = program.clone()
        schedule_systolic_tiles(tiled, TARGET, order)
        tiled.verify()
        if any(isinstance(op, BlockwiseOp) for op in tiled.body.block.ops):
            event("cut in blocks")
        assert bits(run_engine(tiled, TARGET, inputs)) == expected
        assert bits(simulated(tiled, TARGET, inputs)) == expected
        emitted = emit(tiled, TARGET).records
        tile_unroll(tiled)
        tiled.verify()
        unrolled = emit(tiled, TARGET).records
        for records in (emitted, unrolled):
            records["debug"] = 0
        assert unrolled.tobytes() == emitted.tobytes()


def test_interpreter_notices_other_semantics() -> None:
    """The comparison above is able to fail: one changed immediate changes the outputs."""
    program = Generator(Random(7), TARGET).program(6)
    inputs: dict[str, Array] = {f"in{i}": np.ones(TARGET.sbuf.partitions * FREE, np.float32) for i in range(4)}
    expected = bits(run_engine(program, TARGET, inputs))
    copies = [op for op in program.body.block.ops if isinstance(op, engine.MemsetOp)]
    copies[0].attributes["value"] = FloatAttr(8.5, 32)
    assert bits(run_engine(program, TARGET, inputs)) != expected


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(1, 12), st.booleans(), st.booleans())
def test_syntax_round_trips(random: Random, length: int, tiled: bool, generic: bool) -> None:
    """Random programs of both levels, in custom and in generic syntax."""
    program = Generator(random, TARGET).program(length)
    if tiled:
        schedule_systolic_tiles(program, TARGET, random.choice(STRATEGIES))
    text = StringIO()
    Printer(text, print_generic_format=generic).print_op(program)
    context = Context()
    for dialect in (Builtin, engine.Engine, Tile):
        context.load_dialect(dialect)
    parsed = Parser(context, text.getvalue()).parse_module()
    parsed.verify()
    assert parsed.body.block.first_op is not None
    assert parsed.body.block.first_op.is_structurally_equivalent(program)

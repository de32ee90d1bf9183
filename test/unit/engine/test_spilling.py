"""Programs that do not fit on chip compute the same bits once values leave and come back, and they have no races."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from engine_programs import FREE, TARGET, Array, Generator, bits, simulated
from hypothesis import event, given, settings
from hypothesis import strategies as st

from accelc.dialects.engine import ProgramOp, buffer_type
from accelc.errors import CapacityError
from accelc.interpreters.engine import run_engine
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_engines import schedule_engines
from accelc.spilling import NO_SPILLS, spill
from accelc.targets.model import Target

SMALLEST = 512
"""Bytes per partition of the four largest buffers of `Generator` without an int64, which one op may use together."""


def small(partition_bytes: int) -> Target:
    """`TARGET` with less SBUF."""
    return replace(TARGET, sbuf=replace(TARGET.sbuf, partition_bytes=partition_bytes))


def largest(program: ProgramOp) -> int:
    """Bytes per partition of the SBUF buffers that one op uses together, the most; all are multiples of 32."""
    kinds = [{x: buffer_type(x) for x in op.operands} for op in program.body.block.ops]
    return max(sum(t.free_elements * t.itemsize for t in each.values() if t.space.data == "sbuf") for each in kinds)


def arrays(copies: int, seed: int) -> Mapping[str, Array]:
    """Contents of the inputs."""
    rng = np.random.default_rng(seed)
    elements = TARGET.sbuf.partitions * FREE
    return {f"in{i}": (rng.normal(size=elements) * 4).astype(np.float32) for i in range(4 * copies)}


def placed(program: ProgramOp, target: Target) -> bool:
    """Whether a copy of `program` gets addresses."""
    try:
        assign_memory(program.clone(), target)
    except CapacityError:
        return False
    return True


@settings(max_examples=30)
@given(
    st.randoms(use_true_random=False),
    st.integers(1, 24),
    st.integers(1, 2),
    st.sampled_from([SMALLEST, 544, 640]),
    st.sampled_from([1.0, 0.6]),
    st.booleans(),
)
def test_spilled_programs_compute_the_same(
    random: Random, length: int, accumulators: int, size: int, most: float, reorder: bool
) -> None:
    """Random programs with up to 960 bytes of SBUF buffers and two accumulators of all of PSUM."""
    inputs = dict(arrays(2, length))
    program = Generator(random, small(size)).program(length, 2, accumulators)
    target = small(max(size, largest(program)))
    expected = bits(run_engine(program, target, inputs))
    fits = placed(program, target)
    before = str(program)
    spills = spill(program, target, most)
    event(f"fits: {fits}, stores: {min(spills.stores, 4)}")
    assert (spills == NO_SPILLS) == fits == (str(program) == before)
    if reorder:
        schedule_engines(program, target)
    program.verify()
    assert bits(run_engine(program, target, inputs)) == expected
    assign_memory(program, target)
    assert bits(simulated(program, target, inputs)) == expected


@settings(max_examples=6)
@given(st.randoms(use_true_random=False), st.integers(4, 16))
def test_the_pass_makes_programs_compile_that_did_not(random: Random, length: int) -> None:
    """The pass spills by itself; with `spill` off the same program has no addresses unless another order helps."""
    program = Generator(random, small(SMALLEST)).program(length, 2, 2)
    target = small(max(SMALLEST, largest(program)))
    assert not placed(program, target)
    inputs = dict(arrays(2, length))
    expected = bits(run_engine(program, target, inputs))
    kept = program.clone()
    assert schedule_engines(kept, target, spill=False).spills == NO_SPILLS
    scheduled = schedule_engines(program, target)
    assert scheduled.spills.loads >= scheduled.spills.stores > 0 or placed(kept, target)
    program.verify()
    assign_memory(program, target)
    assert bits(simulated(program, target, inputs)) == expected


def test_psum_needs_an_engine_that_copies_it() -> None:
    target = small(SMALLEST)
    deaf = {
        name: replace(engine, cost=tuple(rule for rule in engine.cost if rule.op != "copy"))
        for name, engine in target.engines.items()
    }
    program = Generator(Random(1), target).program(0, 1, 2)
    with pytest.raises(
        CapacityError, match="no engine with a cost rule for 'copy' reads and writes both psum and sbuf"
    ):
        spill(program, replace(target, engines=deaf))


def test_an_op_that_does_not_fit_by_itself_is_named() -> None:
    program = Generator(Random(5), TARGET).program(8, 2, 1)
    with pytest.raises(CapacityError, match=r"its buffers need \d+ bytes, one sbuf partition of .* has 96: cut the op"):
        spill(program, small(96))

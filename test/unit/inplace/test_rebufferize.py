"""Buffers shared by values: random programs executed in the buffers a plan gives them, and their peak memory."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from inplace_support import cells
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from accelc.analysis.inplace.buffers import Instruction, Kind, Plan, Program
from accelc.analysis.inplace.rebufferize import plan
from accelc.analysis.inplace.snapshots import Snapshot, with_snapshots
from accelc.analysis.inplace.views import BroadcastStep, SliceStep
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.dialects.graph_ops.element_types import Array, dtype_of
from accelc.interpreters.graph import evaluate, find_function, run
from accelc.interpreters.graph.movement import slices
from accelc.passes.fold_constants import remove_unused
from accelc.passes.normalize_inplace import NormalizeInplacePass
from accelc.passes.rebufferize_inplace import Rebufferized, rebufferize
from accelc.targets import load_target
from benchmarks.five_passes.programs.inplace_programs import SHAPES, random_program

TARGET = load_target("tiny")


def pure_program(seed: int) -> ModuleOp:
    """A normalized random program without branches, whose loops are unrolled."""
    module = random_program(seed, depth=1, kinds=("for",))
    NormalizeInplacePass().apply(Context(), module)
    remove_unused(module)
    return module


class Machine:
    """Executes operations in the buffers of a plan."""

    def __init__(self, found: Rebufferized) -> None:
        self.numbers = found.numbers
        self.values = list(found.numbers)
        self.plan = found.plan
        self.buffers: dict[int, Array] = {}

    def where(self, value: SSAValue) -> tuple[Array, npt.NDArray[np.intp]]:
        """Buffer of a value and the cells of its elements."""
        place = self.plan.places[self.numbers[value]]
        owner = self.values[place.buffer]
        size = int(np.prod(shape_of(owner)))
        buffer = self.buffers.setdefault(place.buffer, np.full(size, 99, dtype_of(owner)))
        return buffer, cells(place, shape_of(owner))

    def read(self, value: SSAValue) -> Array:
        """Present contents."""
        buffer, index = self.where(value)
        return buffer[index]

    def write(self, value: SSAValue, array: Array) -> None:
        """Replace the contents."""
        buffer, index = self.where(value)
        buffer[index.reshape(array.shape)] = array

    def step(self, op: Operation, reused: int | None) -> None:
        """Execute one operation."""
        if isinstance(op, (graph.SliceOp, graph.TransposeOp, graph.ReshapeOp, graph.BroadcastOp)):
            return
        if isinstance(op, graph.InsertSliceOp) and reused is not None:
            part = self.read(op.source)
            buffer, index = self.where(op.result)
            buffer[index[slices(ints(op.starts), ints(op.steps), part.shape)]] = part
            return
        results = evaluate(op, [self.read(v) for v in op.operands])
        for value, array in zip(op.results, results, strict=True):
            self.write(value, array)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([1e-3, 1.0, 1e9]), st.sampled_from([None, 0]))
def test_results_are_right_in_shared_buffers(seed: int, bytes_per_ns: float, limit: int | None) -> None:
    """Executed in the plan's order with one memory for each buffer, every result is what pure execution gives."""
    module = pure_program(seed)
    function = find_function(module)
    block, last = function.body.block, function.return_op
    rng = np.random.default_rng(seed)
    inputs = [rng.integers(-9, 9, shape).astype(np.float32) for shape in SHAPES[1:]]
    inputs += [rng.integers(-9, 9, 3).astype(np.float32), np.asarray(True)]
    expected = run(module, [array.copy() for array in inputs], {})
    donated = [block.args[i] for i in (ints(last.mutates) if last.mutates is not None else ())]
    found = rebufferize(block, donated, TARGET, limit, bytes_per_ns)
    module.verify()
    machine = Machine(found)
    for value, array in zip(block.args, inputs, strict=True):
        machine.write(value, array)
    for op in block.ops:
        if isinstance(op, graph.ConstantOp) and op.result in machine.numbers:
            machine.write(op.result, evaluate(op, [])[0])
    assert sorted(found.plan.order) == list(range(len(found.operations)))
    for index in found.plan.order:
        machine.step(found.operations[index], found.plan.reuse.get(index))
    for value, array in zip(last.values, expected, strict=True):
        np.testing.assert_array_equal(machine.read(value), array)
    for value, array in zip(block.args, inputs, strict=True):
        assert value in donated or np.array_equal(machine.read(value), array)


def _plan(program: Program, bytes_per_time: float, limit_bytes: int | None = None) -> Plan:
    """The plan of a program that needs no snapshots."""
    snapshots, found = plan(program, bytes_per_time, limit_bytes)
    assert not snapshots
    return found


def inserting(reader_time: float, nbytes: int = 100) -> Program:
    """`b = insert(s, a)`, then a long computation on b, then a reader of a."""
    instructions = [
        Instruction(Kind.COMPUTE, (), (0,)),
        Instruction(Kind.COMPUTE, (), (1,)),
        Instruction(Kind.INSERT, (1, 0), (2,), 0.0, SliceStep((0,), (1,), (1,))),
        Instruction(Kind.COMPUTE, (2,), (3,), 1e9),
        Instruction(Kind.COMPUTE, (0,), (4,), reader_time),
    ]
    return Program(instructions, [nbytes, 1, nbytes, 1, 1], frozenset(), frozenset(), frozenset([3, 4]))


def test_a_reader_goes_first_where_that_is_cheaper_than_copying() -> None:
    """The cost of the added order is the time of the reader, that of a copy its bytes, read and written."""
    cheap = _plan(inserting(reader_time=199.0), bytes_per_time=1.0)
    assert (cheap.reuse, cheap.copied_bytes, cheap.added) == ({2: 1}, 0, ((4, 2),))
    assert cheap.order.index(4) < cheap.order.index(2)
    dear = _plan(inserting(reader_time=199.0), bytes_per_time=2.0)
    assert (dear.reuse, dear.copied_bytes, dear.added) == ({}, 100, ())


def test_memory_decides_where_it_is_short() -> None:
    """A limit below what the fastest plan takes makes the reader go first at any cost."""
    program = inserting(reader_time=1e6)
    free = _plan(program, bytes_per_time=1.0)
    tight = _plan(program, bytes_per_time=1.0, limit_bytes=free.peak_bytes - 1)
    assert tight.reuse == {2: 1}
    assert tight.peak_bytes < free.peak_bytes


def test_arguments_are_only_written_when_donated() -> None:
    """The same update of an argument copies, or does not."""
    insert = Instruction(Kind.INSERT, (1, 0), (2,), 0.0, SliceStep((0,), (1,), (1,)))
    for donated in (frozenset[int](), frozenset([0])):
        found = _plan(Program([insert], [100, 1, 100], frozenset([0, 1]), donated, frozenset([2])), 1.0)
        assert found.copied_bytes == (0 if donated else 100)


def test_an_overlapping_self_copy_goes_through_a_temporary() -> None:
    """`a[2:6] = a[0:4]` copies four elements, not all of `a`."""
    window = SliceStep((0,), (1,), (4,))
    instructions = [
        Instruction(Kind.COMPUTE, (), (0,)),
        Instruction(Kind.VIEW, (0,), (1,), step=window),
        Instruction(Kind.INSERT, (1, 0), (2,), 0.0, SliceStep((2,), (1,), (4,))),
    ]
    found = _plan(Program(instructions, [1000, 4, 1000], frozenset(), frozenset(), frozenset([2])), 1.0)
    assert (found.reuse, found.copied_bytes, found.peak_bytes) == ({2: 1}, 4, 1004)


def test_a_write_through_a_view_needs_no_copy() -> None:
    """`a[1:3] += x`: the sum is computed in its place, and the update of `a` moves nothing."""
    window = SliceStep((1,), (1,), (2,))
    instructions = [
        Instruction(Kind.COMPUTE, (), (0,)),
        Instruction(Kind.VIEW, (0,), (1,), step=window),
        Instruction(Kind.COMPUTE, (1,), (2,), reusable=(0,)),
        Instruction(Kind.INSERT, (2, 0), (3,), 0.0, window),
    ]
    found = _plan(Program(instructions, [8, 4, 4, 8], frozenset(), frozenset(), frozenset([3])), 1.0)
    assert (found.reuse, found.copied_bytes, found.peak_bytes) == ({2: 0, 3: 1}, 0, 8)


def test_the_order_follows_what_was_given() -> None:
    """Nothing moves where nothing is gained."""
    found = _plan(inserting(1e9), 1.0)
    assert all(a < b for a, b in pairwise(found.order))


def test_a_small_view_is_copied_in_place_of_a_large_whole() -> None:
    """`old = a[1:3]`, then `a[1:3] = x`, then `old` is needed: four bytes are copied, not a thousand."""
    window = SliceStep((1,), (1,), (2,))
    instructions = [
        Instruction(Kind.COMPUTE, (), (0,)),
        Instruction(Kind.COMPUTE, (), (1,)),
        Instruction(Kind.VIEW, (0,), (2,), step=window),
        Instruction(Kind.INSERT, (1, 0), (3,), 0.0, window),
        Instruction(Kind.COMPUTE, (2, 3), (4,)),
    ]
    program = Program(instructions, [1000, 4, 4, 1000, 4], frozenset(), frozenset(), frozenset([3, 4]))
    rounds, found = plan(program, 1.0)
    assert rounds == ((Snapshot(2, (4,), 3),),)
    changed = with_snapshots(program, rounds[0])
    assert changed.instructions[3] == Instruction(Kind.COMPUTE, (2,), (5,))
    assert changed.instructions[5].operands == (5, 3)
    assert (found.reuse, found.copied_bytes, found.peak_bytes) == ({4: 1}, 0, 1008)


def test_updates_of_a_repeated_value_are_made_in_a_copy_where_memory_is_short() -> None:
    """`a = repeat(x)`, then `b = -a[:1]; a[:1] = b`, and both are needed: with a copy of `a`, `b` lies in it."""
    repeat, window = BroadcastStep((1,), (8,)), SliceStep((0,), (1,), (1,))
    instructions = [
        Instruction(Kind.VIEW, (0,), (1,), step=repeat),
        Instruction(Kind.VIEW, (1,), (2,), step=window),
        Instruction(Kind.COMPUTE, (2,), (3,), reusable=(0,)),
        Instruction(Kind.INSERT, (3, 1), (4,), 0.0, window),
    ]
    program = Program(instructions, [4, 32, 4, 4, 32], frozenset([0]), frozenset(), frozenset([3, 4]))
    assert plan(program, 1.0)[1].peak_bytes == 40
    rounds, found = plan(program, 1.0, limit_bytes=36)
    assert rounds == ((Snapshot(1, (1, 3), 1),),)
    assert (found.reuse, found.copied_bytes, found.peak_bytes) == ({3: 0, 4: 1}, 0, 36)


def test_what_may_not_be_written_is_copied_before_a_part_of_it_is_computed() -> None:
    """`b = copy(a); b[1:2] = -b[1:2]; max(b, a)` of an argument `a`: the negation lies in the copy, `max` reads `a`."""
    window = SliceStep((1,), (1,), (1,))
    instructions = [
        Instruction(Kind.VIEW, (0,), (1,), step=window),
        Instruction(Kind.COMPUTE, (1,), (2,), reusable=(0,)),
        Instruction(Kind.INSERT, (2, 0), (3,), 0.0, window),
        Instruction(Kind.COMPUTE, (3, 0), (4,), reusable=(0,)),
    ]
    program = Program(instructions, [12, 4, 4, 12, 12], frozenset([0]), frozenset(), frozenset([4]))
    assert plan(program, 1.0)[1].peak_bytes == 28
    rounds, found = plan(program, 1.0, limit_bytes=24)
    assert rounds == ((Snapshot(0, (0, 2), 0),),)
    assert (found.reuse, found.peak_bytes) == ({2: 0, 3: 1, 4: 0}, 24)


def test_a_small_result_does_not_keep_a_large_buffer() -> None:
    """`b = -a[1:3]` lies in its own four bytes, not in `a`, of which nothing else is needed."""
    instructions = [
        Instruction(Kind.COMPUTE, (), (0,)),
        Instruction(Kind.VIEW, (0,), (1,), step=SliceStep((1,), (1,), (2,))),
        Instruction(Kind.COMPUTE, (1,), (2,), reusable=(0,)),
    ]
    found = _plan(Program(instructions, [1000, 4, 4], frozenset(), frozenset(), frozenset([2])), 1.0)
    assert found.reuse == {}

"""A buffer that takes the bytes of another too early is an error, whatever the waits; sharing over time is none."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.parser import Parser

from accelc import Pipeline, simulate
from accelc.dialects.engine import AddressAttr, BufferOp, Engine, ProgramOp, i64_attr
from accelc.emit.overwrites import check_overwrites
from accelc.errors import KernelError, ProgramError
from accelc.interpreters.engine import run_engine
from accelc.kernels import Core, View, kernel
from accelc.outputs.program import program_of
from accelc.targets import load_target

TINY = load_target("tiny")
COPY = "engine.copy on vector %{0}[0:4, {2}] into %{1}[0:4, {3}]"


def parsed(buffers: dict[str, int], body: list[str], bound: str = "") -> ProgramOp:
    """A program of buffers of 4 x 8 fp32 in SBUF at addresses."""
    declared = [f'%{name} = engine.buffer "{name}" scratch sbuf<4x8xf32> at {at}' for name, at in buffers.items()]
    lines = "\n".join([bound, *declared, *body, "engine.end"])
    context = Context()
    for dialect in (Builtin, Engine):
        context.load_dialect(dialect)
    module = Parser(context, f'engine.program @p target "tiny" {{\n{lines}\n}}').parse_module()
    (program,) = module.body.block.ops
    assert isinstance(program, ProgramOp)
    return program


def fill(name: str, columns: str = "0:8") -> str:
    """Writes columns of a buffer."""
    return f"engine.memset on vector 1.0 into %{name}[0:4, {columns}]"


def copy(source: str, out: str, columns: str = "0:8") -> str:
    """Reads columns of one buffer and writes those of another."""
    return COPY.format(source, out, columns, columns)


def test_one_takes_the_place_of_another_that_is_still_read() -> None:
    body = [fill("a"), fill("b"), copy("a", "c")]
    check_overwrites(parsed({"a": 0, "b": 32, "c": 64}, body), TINY)
    message = (
        r'engine\.copy reads "a" \(at byte 0 of sbuf\) after "b" \(at byte 16 of sbuf\), which overlaps it, was '
        "written; buffers that are needed at one time need places of their own"
    )
    with pytest.raises(ProgramError, match=message):
        check_overwrites(parsed({"a": 0, "b": 16, "c": 64}, body), TINY)


def test_what_is_no_mistake() -> None:
    at = {"a": 0, "b": 0, "c": 64}
    # One after the other, and again.
    check_overwrites(
        parsed(at, [fill("a"), copy("a", "c"), fill("b"), copy("b", "c"), fill("a"), copy("a", "c")]), TINY
    )
    # Written in place of what it is made of.
    check_overwrites(parsed(at, [fill("a"), copy("a", "b"), copy("b", "c")]), TINY)
    # Bytes that differ, and what never held anything.
    check_overwrites(parsed(at, [fill("a", "0:4"), fill("b", "4:8"), copy("a", "c", "0:4")]), TINY)
    check_overwrites(parsed(at, [fill("b"), copy("a", "c")]), TINY)


def test_outputs_and_inputs() -> None:
    bound = """
      %x = engine.buffer "x" input hbm<32xf32> at 0
      %y = engine.buffer "y" output hbm<32xf32> at PLACE
    """
    store = "engine.dma_copy on dma0 %a[0:4, 0:8] to %y[0 + (4, 8):(8, 1)]"
    load = "engine.dma_copy on dma0 %x[0 + (4, 8):(8, 1)] to %a[0:4, 0:8]"
    apart, shared = bound.replace("PLACE", "128"), bound.replace("PLACE", "64")
    check_overwrites(parsed({"a": 0}, [fill("a"), store, load], apart), TINY)
    check_overwrites(parsed({"a": 0}, [load, store], shared), TINY)
    with pytest.raises(ProgramError, match=r'engine\.dma_copy reads "x" \(at byte 0 of hbm\) after "y"'):
        check_overwrites(parsed({"a": 0}, [fill("a"), store, load], shared), TINY)
    scratch = '%s = engine.buffer "s" scratch hbm<32xf32> at 192\n'
    spill = "engine.dma_copy on dma0 %a[0:4, 0:8] to %s[0 + (4, 8):(8, 1)]"
    with pytest.raises(ProgramError, match=r'engine\.buffer output "y" \(at byte 128 of hbm\) is lost to "s"'):
        check_overwrites(parsed({"a": 0}, [load, store, spill], apart + scratch), TINY)
    check_overwrites(parsed({"a": 0}, [load, spill, store], apart + scratch), TINY)


def test_a_buffer_without_a_place() -> None:
    program = parsed({"a": 0}, [fill("a")])
    next(op for op in program.body.block.ops if isinstance(op, BufferOp)).address = None
    with pytest.raises(ProgramError, match=r'engine\.buffer "a" has no address; assign-memory gives every buffer one'):
        check_overwrites(program, TINY)


NAMES = st.sampled_from("abcd")


@given(
    st.lists(st.integers(0, 12), min_size=4, max_size=4),
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(0, 7), st.integers(1, 8)), max_size=8
    ),
)
def test_random_programs(places: list[int], moves: list[tuple[str, str, int, int]]) -> None:
    """As two memories say: one with all buffers apart, one with them where they are, and a label for every value."""
    names, labels = "abcd", itertools.count(1)
    apart, together = {name: np.zeros(8, int) for name in names}, np.zeros(32, int)
    body, right = list[str](), True
    for source, out, first, size in moves:
        columns = slice(first, min(first + size, 8))
        at = {name: places[names.index(name)] + np.arange(8)[columns] for name in (source, out)}
        held = apart[source][columns] > 0
        if source != out:
            body.append(copy(source, out, f"{columns.start}:{columns.stop}"))
            right &= bool((apart[source][columns] == together[at[source]])[held].all())
        else:
            body.append(fill(out, f"{columns.start}:{columns.stop}"))
        label = next(labels)
        apart[out][columns] = label
        together[at[out]] = label
    program = parsed({name: 4 * place for name, place in zip(names, places, strict=True)}, body)
    try:
        check_overwrites(program, TINY)
    except ProgramError:
        assert not right
    else:
        assert right


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, 12), min_size=4, max_size=4),
    st.lists(st.tuples(NAMES, NAMES, st.integers(0, 7), st.integers(1, 8)), max_size=6),
)
def test_what_is_accepted_is_executed_as_interpreted(places: list[int], moves: list[tuple[str, str, int, int]]) -> None:
    """The interpreter, whose buffers share nothing, and the simulator give the same where anything is defined."""
    bound = """
      %x = engine.buffer "x" input hbm<32xf32> at 0
      %y = engine.buffer "y" output hbm<128xf32> at 128
    """
    body = ["engine.dma_copy on dma0 %x[0 + (4, 8):(8, 1)] to %a[0:4, 0:8]"]
    for number, (source, out, first, size) in enumerate(moves):
        columns = f"{first}:{min(first + size, 8)}"
        value = f"engine.memset on vector {number + 2}.0 into %{out}[0:4, {columns}]"
        body.append(value if source == out else copy(source, out, columns))
    for number, name in enumerate("abcd"):
        body.append(f"engine.dma_copy on dma{number % 2} %{name}[0:4, 0:8] to %y[{32 * number} + (4, 8):(8, 1)]")
    program = parsed({name: 4 * place for name, place in zip("abcd", places, strict=True)}, body, bound)
    try:
        emitted = program_of(ModuleOp([program.clone()]), {})
    except ProgramError:
        return
    x = np.arange(32, dtype=np.float32) + 100
    expected = run_engine(program, TINY, {"x": x})["y"]
    found = simulate(emitted, {"x": x}).outputs["y"]
    defined = ~np.isnan(expected)
    np.testing.assert_array_equal(found[defined], expected[defined])


def all_at_0(module: ModuleOp) -> None:
    """A pass of a caller that gives all buffers in SBUF one place."""
    for op in module.walk():
        if isinstance(op, BufferOp) and op.result.type.space.data == "sbuf":
            op.address = AddressAttr(i64_attr(0))


@pytest.mark.parametrize("position", ["assign-memory", "insert-delays", "schedule-systolic-tiles"])
def test_a_pass_of_a_caller(position: str) -> None:
    @kernel(target="tiny")
    def add(core: Core, x: View) -> None:
        first, second = core.load(x), core.load(x)
        core.tensor_tensor(first, first, second, "add")
        core.store(core.output("y", (4, 8), "fp32"), first)

    with pytest.raises(KernelError, match=r"reads .* after .*, which overlaps it, was written"):
        add.through(Pipeline.named("kernel").insert_after(position, all_at_0)).compile(x=np.ones((4, 8), np.float32))

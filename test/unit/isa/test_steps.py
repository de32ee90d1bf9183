"""Steps of a program: stored, printed, read back, and refused where they break a rule."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.errors import ProgramError
from accelc.isa.container import save_program
from accelc.isa.loader import load_program
from accelc.isa.program import HostSegment, Program, ValueType, same_program
from accelc.isa.steps import (
    MAX_LAUNCHES,
    Binding,
    Carried,
    Invocation,
    Launch,
    Operand,
    Place,
    Repeat,
    Slice,
    Step,
    count_launches,
    events,
)
from accelc.isa.steps.manifest import parse_steps, step_list
from accelc.isa.text.assembler import assemble
from accelc.isa.text.disassembler import disassemble
from accelc.isa.validation import validate_program
from accelc.weights import absent_weight

ROWS = (4, 8)
"""Shape that the segment `main` takes and gives: 32 elements."""


def main(source: Operand, result: Operand, **weights: str) -> Invocation:
    """A launch of the accelerator."""
    return Invocation("main", (source,), (result,), weights)


TAIL = Invocation("tail", ("whole",), ("z",))
LOOP = Repeat(3, (main(Slice("wide", 0, 32, (32,)), Slice("whole", 0, 32, (32,))),))
CHAIN = Repeat(3, (main("a", "b"),), (Carried("a", "first", "b"),))


@pytest.fixture
def looped(program: Program) -> Program:
    """A loop over the parts of an input, then a chain: what an iteration gives the next one takes."""
    other = {"w": program.weights["w"], "v": program.weights["w"] + program.weights["w"]}
    chain = Repeat(2, (main("a", "b", w="v"),), (Carried("a", "first", "b"),))
    steps = (LOOP, main(Slice("whole", 32, 32), "first"), chain, replace(TAIL, inputs=("b",)))
    return replace(
        program,
        inputs=(ValueType("wide", "float32", (12, 8)),),
        weights=other,
        steps=steps,
        buffers=(ValueType("whole", "float32", (12, 8)),),
    )


def test_steps_survive_the_container_and_the_text(looped: Program, tmp_path: Path) -> None:
    validate_program(looped, "x")
    path = tmp_path / "p.acx"
    save_program(looped, path)
    assert same_program(load_program(path), looped)
    text = "\n".join(disassemble(looped))
    assert same_program(assemble(text, "x.s"), looped)
    assert same_program(assemble("\n".join(disassemble(load_program(path), "p.acx")), "x.s", tmp_path), looped)


def test_other_steps_are_another_program(looped: Program) -> None:
    assert not same_program(looped, replace(looped, steps=looped.steps[1:]))
    assert not same_program(looped, replace(looped, buffers=()))


def test_absent_weights_survive_the_container_and_the_text(looped: Program, tmp_path: Path) -> None:
    absent = replace(
        looped,
        weights={name: absent_weight(array.shape, array.dtype) for name, array in looped.weights.items()},
        absent_weights=True,
    )
    path = tmp_path / "p.acx"
    save_program(absent, path)
    loaded = load_program(path)
    assert loaded.absent_weights
    assert same_program(loaded, absent)
    assert not same_program(loaded, looped)
    assert same_program(assemble("\n".join(disassemble(loaded)), "x.s"), absent)


def test_the_order_of_events() -> None:
    """Loops unrolled: parts move by their strides, carried values are renamed before every iteration."""
    steps = (
        Repeat(2, (main("a", "b"), Repeat(2, (main(Slice("x", 1, 4, (10, 3)), "y"),))), (Carried("a", "s", "b"),)),
    )
    found = list(events(steps))
    assert [e.names for e in found if isinstance(e, Binding)] == [("a",), ("a",)]
    assert [e.sources for e in found if isinstance(e, Binding)] == [("s",), ("b",)]
    places = [e.inputs[0] for e in found if isinstance(e, Launch)]
    parts = [Place("x", first, 4) for first in (1, 4, 11, 14)]
    assert places == [Place("a"), parts[0], parts[1], Place("a"), parts[2], parts[3]]
    assert count_launches(steps) == 6


NAMES = st.sampled_from(["a", "b.0", 'quo"te', "a b", "é"])
OPERANDS = st.one_of(
    NAMES,
    st.builds(Slice, NAMES, st.integers(-9, 9), st.integers(0, 9), st.lists(st.integers(-9, 9)).map(tuple)),
)
INVOCATIONS = st.builds(
    Invocation,
    NAMES,
    st.lists(OPERANDS).map(tuple),
    st.lists(OPERANDS).map(tuple),
    st.dictionaries(NAMES, NAMES),
)
STEPS: st.SearchStrategy[Step] = st.recursive(
    INVOCATIONS,
    lambda inner: st.builds(
        Repeat,
        st.integers(1, 5),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(st.builds(Carried, NAMES, NAMES, NAMES), max_size=2).map(tuple),
    ),
    max_leaves=6,
)


@given(st.lists(STEPS, max_size=4).map(tuple))
def test_every_step_can_be_read_back(steps: tuple[Step, ...]) -> None:
    """From the manifest and from text, whether or not it makes sense."""
    from accelc.isa.steps.lines import step_lines
    from accelc.isa.text.assembler import Assembler

    assert parse_steps(step_list(steps), "x") == steps
    assembler = Assembler(Path())
    assembler.started = True
    for number, line in enumerate(step_lines(steps)):
        assembler.line(number, line)
    assert assembler.steps.finish() == steps


def with_steps(*steps: Step) -> Callable[[Program], Program]:
    return lambda program: replace(program, steps=steps)


MISTAKES: list[tuple[Callable[[Program], Program], str]] = [
    (with_steps(Invocation("man", (), ())), "invocation 0: there is no segment 'man'; did you mean 'main'?"),
    (with_steps(Invocation("main", (), ("y",))), "invocation 0 of segment 'main': 0 inputs, the segment has 1"),
    (with_steps(Invocation("main", ("wide",), ())), "invocation 0 of segment 'main': 0 outputs, the segment has 1"),
    (with_steps(LOOP), "x.acx: segment 'tail' is never launched"),
    (with_steps(Repeat(0, (TAIL,))), "step 0: a loop has at least one iteration and one step"),
    (with_steps(Repeat(2, ())), "step 0: a loop has at least one iteration and one step"),
    (
        with_steps(Repeat(MAX_LAUNCHES, (TAIL, TAIL))),
        f"x.acx: {2 * MAX_LAUNCHES} launches of segments: a program has at most {MAX_LAUNCHES}",
    ),
    (
        with_steps(main(Slice("wide", 0, 32, (1,)), "first"), TAIL),
        "step 0: part of 'wide' has 1 strides, 0 loops are around",
    ),
    (with_steps(main("wide", "y"), TAIL), "binding of input 'wide' has 32 elements, the value has 96"),
    (
        with_steps(main(Slice("wide", 65, 32), "y"), TAIL),
        "step 0, segment 'main': input 'wide': elements 65 to 96 of 96",
    ),
    (
        with_steps(Repeat(4, (main(Slice("wide", 0, 32, (32,)), "y"),)), TAIL),
        "step 0.0, segment 'main': input 'wide': elements 96 to 127 of 96",
    ),
    (
        with_steps(Repeat(2, (main(Slice("wide", 0, 32, (-1,)), "y"),)), TAIL),
        "step 0.0, segment 'main': input 'wide': elements -1 to 30 of 96",
    ),
    (
        with_steps(main(Slice("wide", 0, 31), "y"), TAIL),
        "input 'wide': a part of 31 elements, the segment has 32",
    ),
    (with_steps(main(Slice("whole", 0, 32), "y"), TAIL), "input 'whole': elements 0 to 31 are not all written before"),
    (with_steps(replace(LOOP, count=2), TAIL), "segment 'tail': input 'whole': elements 0 to 95 are not all written"),
    (
        with_steps(main(Slice("wide", 0, 32), Slice("y", 0, 32)), TAIL),
        "output 'y': only a buffer is written part by part",
    ),
    (
        with_steps(main(Slice("wide", 0, 32), "wide"), TAIL),
        "step 0, segment 'main': output 'wide' exists already",
    ),
    (
        with_steps(main(Slice("wide", 0, 32), "y"), main("y", "y"), TAIL),
        "step 1, segment 'main': output 'y' exists already",
    ),
    (with_steps(CHAIN, TAIL), "step 0: 'a' is carried from 'first', which is no value there"),
    (
        with_steps(
            LOOP, main(Slice("whole", 0, 32), "first"), replace(CHAIN, carried=(Carried("first", "first", "b"),)), TAIL
        ),
        "step 2: carried value 'first' exists already",
    ),
    (
        with_steps(main(Slice("wide", 0, 32), "first", q="v"), TAIL),
        "invocation 0 of segment 'main': weight 'q': the segment has no such weight",
    ),
    (
        with_steps(main(Slice("wide", 0, 32), "first", w="q"), TAIL),
        "invocation 0 of segment 'main': weight 'q' for 'w': there is no such weight",
    ),
    (
        lambda p: replace(p, weights={**p.weights, "v": np.zeros((4, 5), p.weights["w"].dtype)}),
        "weight 'v' for 'w': bfloat16[4, 5] is not bf16[4, 4]",
    ),
    (
        lambda p: replace(p, buffers=(ValueType("whole", "float16", (12, 8)),)),
        "output 'whole': the buffer holds float16, the segment gives fp32",
    ),
    (lambda p: replace(p, buffers=(ValueType("wide", "float32", (1,)),)), "x.acx: buffer 'wide' is an input too"),
    (
        lambda p: replace(p, segments=(*p.segments, HostSegment("main", "host", (), ("q",), ""))),
        "segment 2 'main': an earlier segment has the same name",
    ),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[message[:50] for _, message in MISTAKES])
def test_steps_that_break_a_rule_are_refused(
    looped: Program, change: Callable[[Program], Program], message: str
) -> None:
    fixed = change(looped)
    if not any(isinstance(step, Repeat) and step.carried for step in fixed.steps):
        # What is not looked at ends as it should.
        fixed = replace(fixed, outputs=(ValueType("z", "int64", (1,)),))
    with pytest.raises(ProgramError) as caught:
        validate_program(fixed, "x.acx")
    assert message in str(caught.value)


def test_a_deep_nest_of_loops_is_refused(looped: Program) -> None:
    step: Step = TAIL
    for _ in range(9):
        step = Repeat(1, (step,))
    with pytest.raises(ProgramError, match="more than 8 loops around one another"):
        validate_program(replace(looped, steps=(step,)), "x.acx")
    with pytest.raises(ProgramError, match="more than 8 loops around one another"):
        parse_steps(step_list((step,)), "x")


TEXTS = [
    (".takes", "expected .takes OPERAND..."),
    ('.takes "a"', "outside a launch: .launch comes first"),
    (".end", "no loop is open: .repeat opens one"),
    ('.carried "a" "b" "c"', "a carried value belongs to a loop: .repeat opens one"),
    (".repeat 0", "field 'count' = 0: expected an integer from 1"),
    ('.launch "a"\n.takes "a"\n.takes "b"', "a second .takes"),
    ('.launch "a"\n.gives "a"\n.gives "b"', "a second .gives"),
    ('.launch "a"\n.takes @1', "@1: expected a string in double quotes"),
    ('.launch "a"\n.given "a" "b"\n.given "a" "c"', 'weight "a" is given twice'),
    (".repeat 2", "1 loops are open at the end: .end closes one"),
    ('.absent "w"', 'expected .absent ["NAME" dtype[size,...]]'),
    ('.weight "w" int8[1] "AA=="\n.absent', "weights with elements are there already"),
]


@pytest.mark.parametrize(("text", "message"), TEXTS)
def test_text_that_is_no_step_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProgramError) as caught:
        assemble(f'.program 1.0\n.target "tiny"\n{text}\n', "x.s")
    assert message in str(caught.value)


def test_absent_weights_in_files_from_strangers(looped: Program, tmp_path: Path) -> None:
    """Types that no machine could hold, names twice, and elements that are there all the same."""
    import json

    from accelc.isa.archive import read_archive, write_archive

    path = tmp_path / "p.acx"
    save_program(looped, path)
    members = {name: bytes(data) for name, data in read_archive(path).items()}
    manifest = json.loads(members["manifest.json"])
    empty = b"\x38" + bytes(7) + b"{}" + b" " * 54

    def refused(absent: object, weights: bytes = empty) -> str:
        changed = json.dumps({**manifest, "absent_weights": absent}).encode()
        write_archive(path, {**members, "manifest.json": changed, "weights.safetensors": weights})
        with pytest.raises(ProgramError) as caught:
            load_program(path)
        return str(caught.value)

    one = {"name": "w", "dtype": "bfloat16", "shape": [4, 4]}
    assert "the member 'weights.safetensors' holds weights all the same" in refused(
        [one], members["weights.safetensors"]
    )
    assert "weight 'w' occurs twice" in refused([one, one])
    assert "shape [1073741824, 1073741824] is beyond every memory" in refused([{**one, "shape": [1 << 30, 1 << 30]}])
    assert "field 'absent_weights': expected an array" in refused(3)

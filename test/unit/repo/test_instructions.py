"""Instructions of other packages by entry points: numbers, cycles, races and names on every level of a program."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin

import accelc
from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.dialects.engine import Engine, ProgramOp
from accelc.dialects.tile import CustomOp, Tile
from accelc.emit import emit
from accelc.emit.streams import split_streams
from accelc.errors import PluginError
from accelc.interpreters.engine import run_engine
from accelc.isa import encode
from accelc.isa.custom import GROUP, custom_named, custom_rows, instruction_named, mnemonics
from accelc.isa.loader import load_program
from accelc.isa.program import AcceleratorSegment, same_program
from accelc.isa.records import Space
from accelc.isa.table import Opcode
from accelc.isa.text.assembler import assemble
from accelc.isa.text.disassembler import disassemble_records
from accelc.isa.text.record_parser import parse_record
from accelc.isa.validation import Limits, Stream, validate_stream
from accelc.kernels import CompiledKernel, Core, View
from accelc.numerics import cast
from accelc.parsing import parse_module
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.passes.tile_unroll import tile_unroll
from accelc.profile import profile
from accelc.simulator import simulate
from accelc.targets import load_target
from accelc.targets.model import Target
from accelc.targets.reader import parse_target

Install = Callable[..., None]
Array = npt.NDArray[Any]
SOURCE = """
import numpy as np
from accelc import CustomInstruction, Immediate

def clamp(x, low, high):
    return np.minimum(np.maximum(x, low), high)

CLAMP = CustomInstruction(
    200, "dst = src0, but at least low and at most high.", clamp,
    immediates=(Immediate("low", -100, 100), Immediate("high")),
    legal=lambda low, high: None if low <= high else f"low = {low:g} is above high = {high:g}",
)
MIX = CustomInstruction(201, "dst = src0 + 2 * src1.", lambda x, y: x + 2 * y, ("left", "right"), lanes=("vector",))
"""
ENTRIES = ("clamp = plug_a:CLAMP", "mix = plug_a:MIX")
RULES = '{ op = "clamp", cpe = 1.5, extra = 3 }, { op = "mix", cpe = 2.0 }'
X = np.random.default_rng(0).standard_normal((4, 16)).astype(np.float32)


@pytest.fixture
def plug(install: Install) -> None:
    """Two instructions of one package."""
    install("plug-a", SOURCE, GROUP, *ENTRIES)


def machine(rules: str = RULES) -> str:
    """A machine like `tiny` whose vector engine has more cost rules."""
    text = load_target("tiny").to_toml().replace('name = "tiny"', 'name = "mine"')
    head, engine, rest = text.partition("[engine.vector]")
    return head + engine + rest.replace("cost = [", f"cost = [{rules}, ", 1)


def target() -> Target:
    """The machine."""
    return parse_target(machine(), "mine.toml")


def clamped(core: Core, x: View) -> None:
    """Both instructions, one after the other."""
    tile = core.load(x)
    core.custom(tile, "clamp", tile, low=-0.5, high=0.25)
    core.custom(tile, "mix", tile, tile)
    core.store(core.output("y", x.shape, "fp32"), tile)


def compiled() -> CompiledKernel:
    """That kernel."""
    return accelc.kernel(target=target())(clamped).compile(x=X)


@pytest.mark.usefixtures("plug")
def test_numbers_races_and_cycles() -> None:
    """The kernel computes what the package says, in the time that the machine says."""
    result = compiled().run(x=X)
    np.testing.assert_array_equal(result.outputs["y"], 3 * np.clip(X, np.float32(-0.5), np.float32(0.25)))
    assert not result.races
    (core,) = [s.simulation.cores[0] for s in result.execution.segments if s.simulation is not None]
    assert core.lanes["vector"].busy_ticks == (16 * 1.5 + 3) + 16 * 2.0


@pytest.mark.usefixtures("plug")
def test_a_missing_wait_is_a_race() -> None:
    """The detector knows what they read and write: without the wait for the load, both records race with it."""
    program = compiled().program
    (segment,) = program.segments
    assert isinstance(segment, AcceleratorSegment)
    records = segment.cores[0]["vector"].copy()
    assert records["wait_condition"][0]
    for name in ("wait_condition", "wait_semaphore", "wait_value", "wait_bits"):
        records[name][0] = 0
    racing = replace(program, segments=(replace(segment, cores=({**segment.cores[0], "vector": records},)),))
    result = accelc.simulate(racing, {"x": X})
    (simulation,) = [s.simulation for s in result.segments if s.simulation is not None]
    assert "clamp" in "".join(map(str, simulation.cores[0].races))


@pytest.mark.usefixtures("plug")
def test_an_engine_that_only_this_machine_has(lut_machine: str) -> None:
    """A cost rule there is enough: the instruction is on that engine, by itself in kernels, and takes its time."""
    head, key, rest = lut_machine.partition("[engine.lut]")
    text = head + key + rest.replace("cost = [", 'cost = [{ op = "clamp", cpe = 0.5, extra = 1 }, ', 1)

    @accelc.kernel(target=parse_target(text, "lut.toml"))
    def clamped(core: Core, x: View) -> None:
        tile = core.load(x)
        core.custom(tile, "clamp", tile, low=-0.5, high=0.25)
        core.store(core.output("y", x.shape, "fp32"), tile)

    made = clamped.compile(x=X)
    assert "engine.custom on lut clamp(" in made.ir
    result = made.run(x=X)
    np.testing.assert_array_equal(result.outputs["y"], np.clip(X, np.float32(-0.5), np.float32(0.25)))
    assert not result.races


@pytest.mark.usefixtures("plug")
def test_names_in_text_containers_and_profiles(tmp_path: Path) -> None:
    """The mnemonic is that of the entry point; text and container give the same program back."""
    kernel = compiled()
    program, text = kernel.program, kernel.program.disassemble()
    assert "engine.custom on vector clamp(%x.tile[0:4, 0:16]) with [-0.5, 0.25] into %x.tile[0:4, 0:16]" in kernel.ir
    assert "  clamp low=-0.5 high=0.25 dst=sbuf.fp32[0+4]@0x0(16:1) src0=sbuf.fp32[0+4]@0x0(16:1) " in text
    assert "  mix dst=sbuf.fp32[0+4]@0x0(16:1) src0=sbuf.fp32[0+4]@0x0(16:1) src1=sbuf.fp32[0+4]@0x0(16:1) " in text
    assert '.debug 4 "engine.custom.clamp" "test_instructions.py:' in text
    assert same_program(assemble(text, "p.s"), program)
    program.save(tmp_path / "p.acx")
    assert same_program(load_program(tmp_path / "p.acx"), program)
    with zipfile.ZipFile(tmp_path / "p.acx") as archive:
        manifest = archive.read("manifest.json").decode()
    entries = re.findall(r'"opcode": (\d+),\s*"name": "(\w+)",\s*"distribution": "([^"]+)"', manifest)
    assert entries == [("200", "clamp", "plug-a 2.0"), ("201", "mix", "plug-a 2.0")]
    timed = profile(program, kernel.run(x=X).execution, kernel.target)
    assert {"vector 0 clamp", "vector 1 mix"} <= {timed.place(row) for row in range(len(timed.instructions.pc))}


DTYPE = {"f32": "fp32", "bf16": "bf16", "f16": "fp16", "i8": "int8", "i32": "int32"}
KINDS = {"f32": np.float32, "bf16": ml_dtypes.bfloat16, "f16": np.float16, "i8": np.int8, "i32": np.int32}
PROGRAM = """
engine.program @p target "mine" {{
  %x = engine.buffer "x" input hbm<64x{kind}>
  %y = engine.buffer "y" output hbm<64x{out}>
  %a = engine.buffer "a" scratch sbuf<4x16x{kind}>
  %b = engine.buffer "b" scratch sbuf<4x16x{out}>
  engine.dma_copy on dma0 %x[0 + (4, 16):(16, 1)] to %a[0:4, 0:16]
  {level}.custom on vector clamp(%a[0:4, 0 + {free}]) with [{low}, {high}] into %b[0:4, 0 + {free}] {blocks}
  {level}.custom on vector mix(%a[0:4, 0 + {free}], %b[0:4, 0 + {free}]) into %b[0:4, 0 + {free}] {blocks}
  engine.dma_copy on dma1 %b[0:4, 0:16] to %y[0 + (4, 16):(16, 1)]
  engine.end
}}
"""


def parsed(text: str) -> ProgramOp:
    """The program of a text."""
    context = Context()
    for dialect in (Builtin, Engine, Tile):
        context.load_dialect(dialect)
    module = parse_module(context, text, "p.mlir")
    module.verify()
    program = module.body.block.first_op
    assert isinstance(program, ProgramOp)
    return program


def simulated(program: ProgramOp, machine: Target, x: Array) -> bytes:
    """Output of a program according to the simulator; no race may be found."""
    assign_memory(program, machine)
    emitted = emit(program, machine)
    records, _ = write_sync(emitted.records, synchronize_records(emitted.records, machine))
    hbm = np.full(machine.hbm.bytes, 0xFF, np.uint8)
    places = {bound.symbol: slice(bound.offset, bound.offset + bound.nbytes) for bound in emitted.bound}
    hbm[places["x"]] = x.view(np.uint8)
    result = simulate([split_streams(records, machine)], machine, hbm, timing=False)
    assert result.cores[0].races == ()
    return hbm[places["y"]].tobytes()


@pytest.mark.usefixtures("plug")
def test_interpreter_and_simulator_agree() -> None:
    """Bit for bit, for every element type, of macro-ops and of blocks of them; and they are what NumPy computes."""
    machine = target()

    @settings(max_examples=30, deadline=None)
    @given(
        st.sampled_from(sorted(KINDS)),
        st.sampled_from(sorted(KINDS)),
        st.integers(0, 2**16),
        st.sampled_from((1, 2, 4)),
        st.floats(-100, 0, width=32),
        st.floats(0, 2.0**100, width=32),
    )
    def agree(kind: str, out: str, seed: int, blocks: int, low: float, high: float) -> None:
        level, cut = ("tile", f"blocks {blocks}") if blocks > 1 else ("engine", "")
        text = PROGRAM.format(
            free="(4, 4):(4, 1)", kind=kind, out=out, level=level, blocks=cut, low=f"{low:.17e}", high=f"{high:.17e}"
        )
        program = parsed(text)
        x = (8 * np.random.default_rng(seed).standard_normal(64)).astype(KINDS[kind])
        given_x, limits = x.astype(np.float32), (np.float32(low), np.float32(high))
        y = cast(given_x + 2 * cast(np.clip(given_x, *limits), DTYPE[out]).astype(np.float32), DTYPE[out])
        assert run_engine(program, machine, {"x": x})["y"].tobytes() == y.tobytes()
        assert simulated(program, machine, x) == y.tobytes()

    agree()


@pytest.mark.usefixtures("plug")
def test_blocks_behind_a_product() -> None:
    """`schedule-systolic-tiles` cuts them as it cuts others, and `tile-unroll` gives the same records."""
    machine = target()
    program = parsed(PRODUCT)
    schedule_systolic_tiles(program, machine)
    (custom,) = [op for op in program.body.block.ops if isinstance(op, CustomOp)]
    assert custom.blocks.value.data == 2
    assign_memory(program, machine)
    emitted = emit(program, machine).records
    tile_unroll(program)
    program.verify()
    unrolled = emit(program, machine).records
    for records in (emitted, unrolled):
        records["debug"] = 0
    assert unrolled.tobytes() == emitted.tobytes()


PRODUCT = """
engine.program @p target "mine" {
  %w = engine.buffer "w" scratch sbuf<4x4xbf16>
  %x = engine.buffer "x" scratch sbuf<4x24xbf16>
  %p = engine.buffer "p" scratch psum<4x32xf32>
  %y = engine.buffer "y" scratch sbuf<4x24xf32>
  engine.matmul on tensor %w at [0] m 4, %x at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)
  engine.custom on vector clamp(%p[0:4, 0 + (2, 12):(16, 1)]) with [0.0, 6.0] into %y[0:4, 0 + (2, 12):(12, 1)]
  engine.end
}
"""


def test_nothing_is_imported_before_it_is_used(install: Install, tmp_path: Path) -> None:
    """Names, machines and programs without them need no import; a package that is broken is an error of its use."""
    install("plug-a", "1 / 0", GROUP, *ENTRIES)
    assert mnemonics()[-2:] == ("clamp", "mix")
    assert target().engines["vector"].has("clamp")
    assert instruction_named("copy") is not None
    program = accelc.kernel(target=target())(plain).compile(x=X).program
    program.save(tmp_path / "plain.acx")
    assert same_program(load_program(tmp_path / "plain.acx"), program)
    with pytest.raises(PluginError, match="cannot be imported: ZeroDivisionError: division by zero"):
        custom_rows()


def plain(core: Core, x: View) -> None:
    """A kernel without them."""
    core.store(core.output("y", x.shape, "fp32"), core.load(x))


SHAPES = """
from accelc import CustomInstruction, Immediate

def make(number, sources, immediates):
    return CustomInstruction(
        number, "dst = sum of all.", lambda *values: sum(values[1:], values[0]),
        tuple(f"source {n}" for n in range(sources)), tuple(Immediate(f"v{n}") for n in range(immediates)),
    )

ROWS = {f"s{s}i{i}": make(192 + 4 * s + i, s, i) for s in (1, 2) for i in range(4)}
globals().update(ROWS)
"""


def test_every_number_of_sources_and_immediates(install: Install) -> None:
    """Of all eight forms, records print and parse as they are, are valid, and compute what the package says."""
    names = [f"s{sources}i{immediates}" for sources in (1, 2) for immediates in range(4)]
    install("plug-a", SHAPES, GROUP, *(f"{name} = plug_a:{name}" for name in names))
    machine_of_all = parse_target(machine(", ".join(f'{{ op = "{name}", cpe = 1.0 }}' for name in names)), "mine.toml")
    lane = machine_of_all.lanes.index("vector")
    finite = st.floats(-1e6, 1e6, width=32)

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(names), st.lists(finite, min_size=3, max_size=3), st.integers(0, 2**16))
    def holds(name: str, numbers: list[float], seed: int) -> None:
        row, extension = custom_named(name)
        values = numbers[: len(row.fields)]
        patterns = [encode.operands(Space.SBUF, "fp32", 0, 4, 64 * slot, (8,), (1,)) for slot in range(3)]
        records = encode.custom_records(lane, row, values, *patterns[: 1 + len(row.reads())])
        (line,) = disassemble_records(records)
        assert parse_record(line, lane) == records.tobytes()
        whole = np.concatenate([records, encode.control_records(lane, Opcode.HALT)])
        validate_stream(Stream("here", "s", 0, "vector", whole, machine_of_all, Limits(1, (), 0)))
        arrays = [np.random.default_rng(seed + n).standard_normal((4, 8)).astype(np.float32) for n in row.reads()]
        expected = arrays[0].copy()
        for value in (*arrays[1:], *map(np.float32, values)):
            expected = expected + value
        assert extension.execute(arrays, values).tobytes() == expected.tobytes()

    holds()


def test_ranges_end_at_numbers_of_the_record(install: Install) -> None:
    """The fp32 number nearest to 0.1 is above it, and is the last one of a range up to 0.1."""
    source = "CustomInstruction(255, '', lambda x, a: x * a, immediates=(Immediate('a', -0.7, 0.1),))"
    install(
        "plug-a", f"from accelc import CustomInstruction, Immediate\nTIMES = {source}", GROUP, "times = plug_a:TIMES"
    )
    _, extension = custom_named("times")
    for bound, beyond in ((0.1, np.inf), (-0.7, -np.inf)):
        last = np.float32(bound)
        assert extension.problem([bound]) is None
        assert extension.problem([float(last)]) is None
        assert extension.problem([float(np.nextafter(last, np.float32(beyond)))]) is not None


def test_functions_that_cannot_be_hashed(install: Install) -> None:
    """Any callable computes: here an object that compares by value."""
    source = """
from dataclasses import dataclass
from accelc import CustomInstruction

@dataclass
class Plus:
    value: float
    def __call__(self, x):
        return x + self.value

PLUS = CustomInstruction(255, "dst = src0 + 2.", Plus(2))
"""
    install("plug-a", source, GROUP, "plus = plug_a:PLUS")

    @accelc.kernel(target=parse_target(machine('{ op = "plus", cpe = 1.0 }'), "mine.toml"))
    def plus(core: Core, x: View) -> None:
        tile = core.load(x)
        core.custom(tile, "plus", tile)
        core.store(core.output("y", x.shape, "fp32"), tile)

    np.testing.assert_array_equal(plus.compile(x=X).run(x=X).outputs["y"], X + 2)


@pytest.mark.usefixtures("plug")
def test_records_and_text() -> None:
    """A line of text gives one record, which prints as the same line."""

    @settings(max_examples=50, deadline=None)
    @given(st.floats(width=32), st.floats(width=32), st.integers(0, 100))
    def round_trip(low: float, high: float, offset: int) -> None:
        row = instruction_named("clamp")
        assert row is not None
        pattern = encode.operands(Space.SBUF, "fp32", 0, 4, 4 * offset, (8,), (1,))
        records = encode.custom_records(2, row, (low, high), pattern, pattern)
        (line,) = disassemble_records(records)
        assert line.startswith("clamp low=")
        assert parse_record(line, 2) == records.tobytes()

    round_trip()

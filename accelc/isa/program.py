"""A whole compiled program as typed, immutable values: what the container stores and the runtime executes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

import numpy.typing as npt

from accelc import arguments
from accelc.isa.records import Records
from accelc.isa.steps import Invocation, Step
from accelc.numerics import DTYPES
from accelc.targets import parse_target
from accelc.targets.model import Target

Array = npt.NDArray[Any]
ROLES = ("input", "output", "in_place", "weight", "scratch")
"""
Roles of a binding; all but `scratch` name data outside the segment.

`in_place` is an output in the memory of an input, whose contents are gone when the segment ends.
"""
VALUE_DTYPES = (
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16"),
    *("float32", "float64", "float8_e4m3fn", "float8_e5m2", "float8_e4m3", "float8_e3m4"),
)
"""NumPy names of the element types a value of a program may have."""
PLACES = ("host", "framework")
"""Where a segment runs that is not on the accelerator."""


@dataclass(frozen=True)
class ValueType:
    """A named tensor of the program: `dtype` is a NumPy name (`float32`, `bfloat16`, `int64`, ...)."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        """Number of elements."""
        return prod(self.shape)


@dataclass(frozen=True)
class HbmBinding:
    """
    Data at byte `offset` of the core's HBM, C-contiguous.

    `name` is a value of the program (roles `input`, `output`, `in_place`), a weight (`weight`) or free (`scratch`);
    `dtype` is a name of `records.DTYPES`, to which the data is converted.
    """

    name: str
    role: str
    offset: int
    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Size in HBM."""
        return self.elements * DTYPES[self.dtype].itemsize


DELAY_KINDS = ("nop", "throttle")
"""What a delay does with its value: keep the lane idle once, or keep so many cycles between issues from there on."""


@dataclass(frozen=True)
class DelaySlot:
    """An adjustable delay in cycles of its lane; its index in the table is the `slot` of its `delay` record."""

    name: str
    lane: str
    default: int
    maximum: int
    minimum: int = 0
    kind: str = "nop"


@dataclass(frozen=True)
class DebugEntry:
    """Where a record came from: the macro-op's text, the model's node name and its layer number."""

    op: str
    loc_name: str
    layer: int | None


NO_DEBUG = DebugEntry("", "", None)
"""Entry 0 of every debug map, which a record without debug information refers to."""


@dataclass(frozen=True)
class AcceleratorSegment:
    """
    Streams for one device, one mapping lane -> records per core, run between two points in host time.

    `inputs` and `outputs` name values of the program and are bound by `bindings`. The index in `semaphores` is a
    semaphore's number, `debug[record.debug]` a record's origin (entry 0 is `NO_DEBUG`).
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    cores: tuple[Mapping[str, Records], ...]
    hbm_bytes: int
    bindings: tuple[HbmBinding, ...]
    semaphores: tuple[str, ...] = ()
    delays: tuple[DelaySlot, ...] = ()
    debug: tuple[DebugEntry, ...] = (NO_DEBUG,)


def streams_hash(cores: Sequence[Mapping[str, Records]]) -> str:
    """SHA-256 of all streams, in hexadecimal: a table of delays is for the streams with this hash only."""
    digest = sha256()
    for streams in cores:
        for lane in sorted(streams):
            digest.update(f"{lane} {len(streams[lane])} ".encode())
            digest.update(streams[lane].tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class HostSegment:
    """A `graph.func` (MLIR text) that the host (NumPy) or a framework callback executes."""

    name: str
    place: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    text: str


Segment = AcceleratorSegment | HostSegment


@dataclass(frozen=True)
class Program:
    """
    Segments with everything needed to run them.

    `steps` say in which order segments run, and on what; without any, every segment runs once, in order, on the values
    that it names. These are inputs of the program, outputs of earlier segments or weights. `buffers` are values that
    steps write part by part. `target_text` is the TOML description the program was compiled for.

    A program with `absent_weights` has the types of its weights, their elements being nothing: it can be timed only.
    """

    target_text: str
    inputs: tuple[ValueType, ...]
    outputs: tuple[ValueType, ...]
    segments: tuple[Segment, ...]
    weights: Mapping[str, Array]
    compiler: str = ""
    features: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    buffers: tuple[ValueType, ...] = ()
    absent_weights: bool = False

    @cached_property
    def schedule(self) -> tuple[Step, ...]:
        """The steps, those of a program without any among them."""
        return self.steps or tuple(Invocation(s.name, s.inputs, s.outputs) for s in self.segments)

    @staticmethod
    def load(path: str | Path, target: str | Path | Target | None = None) -> "Program":
        """
        The program in an `.acx` file, checked in full; `target` is the machine it must have been compiled for.

        Raises ProgramError for a file that is none, or one for another machine, UsageError for what is no path, and
        OSError.
        """
        from accelc.isa.loader import load_program
        from accelc.targets import load_target

        machine = None if target is None else load_target(target)
        return load_program(arguments.path("path of the program", path), machine)

    def save(self, path: str | Path) -> None:
        """
        Write the program to an `.acx` file, as `accelc compile` does.

        Raises ProgramError, UsageError for what is no path, and OSError.
        """
        from accelc.isa.container import save_program

        save_program(self, arguments.path("path of the program", path))

    def disassemble(self) -> str:
        """The program as text, as `accelc dis` prints it."""
        from accelc.isa.text.disassembler import disassemble

        return "\n".join(disassemble(self)) + "\n"

    @cached_property
    def target(self) -> Target:
        """The machine the program was compiled for. Raises TargetError if `target_text` describes none."""
        return parse_target(self.target_text, "target of the program")


def same_program(left: Program, right: Program) -> bool:
    """Whether two programs hold the same values bit for bit (dataclass equality does not see into arrays)."""

    def streams(segment: Segment) -> object:
        if isinstance(segment, HostSegment):
            return segment
        cores = tuple(
            tuple((lane, stream.tobytes()) for lane, stream in sorted(core.items())) for core in segment.cores
        )
        rest = (segment.name, segment.inputs, segment.outputs, segment.hbm_bytes, segment.bindings)
        return cores, rest, segment.semaphores, segment.delays, segment.debug

    def plain(program: Program) -> object:
        absent = program.absent_weights
        weights = {
            name: (array.dtype, array.shape, b"" if absent else array.tobytes())
            for name, array in program.weights.items()
        }
        header = (program.target_text, program.inputs, program.outputs, program.compiler, program.features)
        flow = program.schedule, program.buffers, absent
        return header, tuple(map(streams, program.segments)), weights, flow

    return plain(left) == plain(right)

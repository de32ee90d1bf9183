"""Reads the text form of a program (see `disassembler`) back into a validated `Program`."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from accelc.errors import AccelcError, ProgramError, suggestion
from accelc.isa.loader import load_program
from accelc.isa.program import VALUE_DTYPES, Array, Program, ValueType
from accelc.isa.steps.reader import StepReader
from accelc.isa.text.disassembler import TEXT_VERSION
from accelc.isa.text.segments import SegmentReader
from accelc.isa.text.words import integer, split_words, string, typed
from accelc.isa.validation import RecordError, validate_program
from accelc.targets import load_target, parse_target
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Target
from accelc.weights import absent_weight, load_weights


class Assembler:
    """State of reading one text, line by line."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.inputs: list[ValueType] = []
        self.outputs: list[ValueType] = []
        self.buffers: list[ValueType] = []
        self.steps: StepReader = StepReader(string)
        self.absent: bool = False
        self.weights: dict[str, Array] = {}
        self.features: list[str] = []
        self.compiler: str = ""
        self.segments: SegmentReader = SegmentReader(self._machine)
        self.target: Target | None = None
        self.started: bool = False
        self._block: list[str] | None = None
        self._target_block = list[str]()

    def line(self, number: int, text: str) -> None:
        """Read one line. Raises ProgramError for text or an instruction where none can stand."""
        if text.startswith("|"):
            if self._block is None:
                raise ProgramError("a line of text ('|') stands behind .target or .function")
            self._block.append(text[1:])
            return
        self._end_block()
        if text.lstrip().startswith("."):
            name, *arguments = split_words(text)
            self._directive(name, arguments)
        elif code := text.split(";", 1)[0].strip():
            self.segments.record(number, code)

    def finish(self) -> Program:
        """The program, not yet validated. Raises ProgramError for an empty text."""
        self._end_block()
        if not self.started:
            raise ProgramError("empty: a program starts with .program VERSION")
        segments = self.segments.finish()
        text, inputs, outputs = canonical_toml(self._machine()), tuple(self.inputs), tuple(self.outputs)
        steps, buffers = self.steps.finish(), tuple(self.buffers)
        features = tuple(self.features)
        return Program(
            text, inputs, outputs, segments, self.weights, self.compiler, features, steps, buffers, self.absent
        )

    def _end_block(self) -> None:
        if self._block is self._target_block and self._block:
            self.target = parse_target("\n".join(self._block), "target")
        self._block = None

    def _machine(self) -> Target:
        if self.target is None:
            raise ProgramError("the target is missing: .target comes before segments")
        return self.target

    def _directive(self, name: str, words: list[str]) -> None:
        if not self.started and name != ".program":
            raise ProgramError("a program starts with .program VERSION")
        entry = DIRECTIVES.get(name)
        if entry is None:
            raise ProgramError(
                f"unknown directive '{name}'{suggestion(name, DIRECTIVES)} (known: {', '.join(DIRECTIVES)})"
            )
        handler, least, most, usage = entry
        if not least <= len(words) <= most:
            raise ProgramError(f"expected {name} {usage}")
        handler(self, *words)

    def program(self, version: str) -> None:
        """`.program MAJOR.MINOR`. Raises ProgramError for a second one and another version."""
        if self.started:
            raise ProgramError("a second .program")
        major, _, minor = version.partition(".")
        numbers = integer(major, "major", 0, 999), integer(minor, "minor", 0, 999)
        if numbers[0] != TEXT_VERSION[0] or numbers[1] > TEXT_VERSION[1]:
            raise ProgramError(f"text version {version}: supported is {TEXT_VERSION[0]}.{TEXT_VERSION[1]}")
        self.started = True

    def set_compiler(self, text: str) -> None:
        """`.compiler "NAME"`."""
        self.compiler = string(text)

    def add_feature(self, text: str) -> None:
        """`.feature "NAME"`."""
        self.features.append(string(text))

    def set_target(self, *name: str) -> None:
        """`.target` with the TOML behind it, or `.target "PRESET"`. Raises ProgramError for a second one."""
        if self.target is not None:
            raise ProgramError("a second .target")
        if name:
            self.target = load_target(string(name[0]))
        else:
            self._block = self._target_block

    def add_input(self, name: str, kind: str) -> None:
        """`.input "NAME" dtype[shape]`."""
        self.inputs.append(ValueType(string(name), *typed(kind, VALUE_DTYPES)))

    def add_output(self, name: str, kind: str) -> None:
        """`.output "NAME" dtype[shape]`."""
        self.outputs.append(ValueType(string(name), *typed(kind, VALUE_DTYPES)))

    def add_buffer(self, name: str, kind: str) -> None:
        """`.buffer "NAME" dtype[shape]`."""
        self.buffers.append(ValueType(string(name), *typed(kind, VALUE_DTYPES)))

    def add_absent(self, *words: str) -> None:
        """
        `.absent`: no weight has elements; `.absent "NAME" dtype[shape]`: one of them.

        Raises ProgramError beside weights that have elements.
        """
        if not self.absent and self.weights:
            raise ProgramError("weights with elements are there already")
        self.absent = True
        if len(words) == 1:
            raise ProgramError('expected .absent ["NAME" dtype[size,...]]')
        if words:
            dtype, shape = typed(words[1], VALUE_DTYPES)
            self._add_weight(string(words[0]), absent_weight(shape, np.dtype(dtype)))

    def add_weight(self, name: str, kind: str, data: str) -> None:
        """`.weight "NAME" dtype[shape] "BASE64"`. Raises ProgramError for data of another size."""
        dtype, shape = typed(kind, VALUE_DTYPES)
        try:
            array = np.frombuffer(b64decode(string(data), validate=True), np.dtype(dtype)).reshape(shape)
        except ValueError as error:
            raise ProgramError(f".weight {name}: data does not match {kind}: {error}") from None
        self._add_weight(string(name), array)

    def add_weights(self, path: str) -> None:
        """`.weights "FILE"`."""
        file = self.folder / string(path)
        arrays = load_program(file).weights if file.suffix == ".acx" else load_weights(file)
        for name, array in arrays.items():
            self._add_weight(name, array)

    def set_function(self) -> None:
        """`.function` with the MLIR text behind it. Raises ProgramError where none can stand."""
        self._block = self.segments.set_function()

    def _add_weight(self, name: str, array: Array) -> None:
        if name in self.weights:
            raise ProgramError(f"weight '{name}' is given twice")
        self.weights[name] = array


Handler = Callable[..., object]
_MANY = 1 << 30


def _segment(handler: Handler) -> Handler:
    """A directive about segments."""

    def apply(assembler: Assembler, *words: str) -> None:
        handler(assembler.segments, *words)

    return apply


def _step(handler: Handler) -> Handler:
    """A directive about steps."""

    def apply(assembler: Assembler, *words: str) -> None:
        handler(assembler.steps, *words)

    return apply


DIRECTIVES: Mapping[str, tuple[Handler, int, int, str]] = {
    ".program": (Assembler.program, 1, 1, "VERSION"),
    ".compiler": (Assembler.set_compiler, 1, 1, '"NAME"'),
    ".feature": (Assembler.add_feature, 1, 1, '"NAME"'),
    ".target": (Assembler.set_target, 0, 1, '["PRESET"]'),
    ".input": (Assembler.add_input, 2, 2, '"NAME" dtype[size,...]'),
    ".output": (Assembler.add_output, 2, 2, '"NAME" dtype[size,...]'),
    ".buffer": (Assembler.add_buffer, 2, 2, '"NAME" dtype[size,...]'),
    ".absent": (Assembler.add_absent, 0, 2, '["NAME" dtype[size,...]]'),
    ".weight": (Assembler.add_weight, 3, 3, '"NAME" dtype[size,...] "BASE64"'),
    ".weights": (Assembler.add_weights, 1, 1, '"FILE"'),
    ".segment": (_segment(SegmentReader.start_segment), 1, 1, '"NAME"'),
    ".host": (_segment(SegmentReader.start_host), 2, 2, '"NAME" host|framework'),
    ".inputs": (_segment(SegmentReader.set_inputs), 1, _MANY, '"NAME"...'),
    ".outputs": (_segment(SegmentReader.set_outputs), 1, _MANY, '"NAME"...'),
    ".function": (Assembler.set_function, 0, 0, ""),
    ".hbm": (_segment(SegmentReader.set_hbm), 1, 1, "BYTES"),
    ".bind": (_segment(SegmentReader.add_binding), 4, 4, 'ROLE "NAME" dtype[size,...] @OFFSET'),
    ".semaphore": (_segment(SegmentReader.add_semaphore), 2, 2, 'INDEX "NAME"'),
    ".delay": (_segment(SegmentReader.add_delay), 7, 7, 'INDEX "NAME" LANE default=N minimum=N maximum=N kind=KIND'),
    ".debug": (_segment(SegmentReader.add_debug), 4, 4, 'INDEX "OP" "NODE" LAYER|-'),
    ".core": (_segment(SegmentReader.start_core), 1, 1, "INDEX"),
    ".stream": (_segment(SegmentReader.start_stream), 1, 1, "LANE"),
    ".launch": (_step(StepReader.launch), 1, 1, '"SEGMENT"'),
    ".takes": (_step(StepReader.takes), 1, _MANY, "OPERAND..."),
    ".gives": (_step(StepReader.gives), 1, _MANY, "OPERAND..."),
    ".given": (_step(StepReader.given), 2, 2, '"INSIDE" "OUTSIDE"'),
    ".repeat": (_step(StepReader.repeat), 1, 1, "COUNT"),
    ".carried": (_step(StepReader.carry), 3, 3, '"NAME" "START" "FOLLOWING"'),
    ".end": (_step(StepReader.end), 0, 0, ""),
}
"""Directive -> (handler, least and greatest number of arguments, arguments as shown in messages)."""


def assemble(text: str, source: str, folder: Path = Path()) -> Program:
    """
    The program `text` describes; `source` names it in messages, files it names are relative to `folder`.

    Raises ProgramError with the line of the mistake, also where a record breaks a rule of the target.
    """
    assembler = Assembler(folder)
    for number, line in enumerate(text.split("\n"), 1):
        try:
            assembler.line(number, line)
        except AccelcError as error:
            raise ProgramError(f"{source}:{number}: {error}") from None
    try:
        program = assembler.finish()
    except AccelcError as error:
        raise ProgramError(f"{source}: {error}") from None
    try:
        validate_program(program, source)
    except RecordError as error:
        raise ProgramError(f"{source}:{assembler.segments.locate(error)}: {error}") from None
    return program

"""
The `.acx` container: which member of the archive holds what, and writing it.

`manifest.json` (versions, target hash, instructions of other packages, inputs, outputs, segments, memory map,
semaphore names, steps), `target.toml`,
`weights.safetensors`, and per segment `segment<s>/core<c>/<lane>.bin` (records), `segment<s>/delays.json`,
`segment<s>/debug.json`, or `segment<s>/function.mlir` for a segment of the host. The order of members is fixed, so that
equal programs give equal files.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from accelc.errors import ModelError, ProgramError
from accelc.isa import manifest
from accelc.isa.archive import Data, write_archive
from accelc.isa.custom.manifest import dump_instructions
from accelc.isa.program import AcceleratorSegment, HbmBinding, HostSegment, Program, Segment, ValueType, streams_hash
from accelc.isa.steps.manifest import step_list
from accelc.isa.table import ISA_VERSION
from accelc.isa.validation import validate_program
from accelc.weights import weights_to_bytes

FORMAT = "accelc-program"
FORMAT_VERSION = (3, 1)
"""(major, minor): a reader accepts its own major version and minor versions up to its own."""
FEATURES = frozenset[str]()
"""Names of optional features this package can execute; version 3.1 has none."""

MANIFEST, TARGET, WEIGHTS = "manifest.json", "target.toml", "weights.safetensors"


def stream_member(segment: int, core: int, lane: str) -> str:
    """Name of the member that holds the stream of `lane`."""
    return f"segment{segment}/core{core}/{lane}.bin"


def segment_member(segment: int, name: str) -> str:
    """Name of another member of a segment (`delays.json`, `debug.json`, `function.mlir`)."""
    return f"segment{segment}/{name}"


def text_hash(text: str) -> str:
    """SHA-256 of a text in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def save_program(program: Program, path: str | Path) -> None:
    """
    Write `program` to `path`, replacing it atomically; nothing is left behind on failure.

    Raises ProgramError if the program is not valid for its target (the rules of `load_program`), OSError if the
    file cannot be written.
    """
    where = f"{path}: not written"
    validate_program(program, where)
    try:
        members = dict(_members(program))
    except ModelError as error:
        raise ProgramError(f"{where}: {error}") from None
    write_archive(Path(path), members)


def _members(program: Program) -> Iterator[tuple[str, Data]]:
    yield MANIFEST, manifest.dump(_manifest(program))
    yield TARGET, program.target_text.encode()
    for index, segment in enumerate(program.segments):
        if isinstance(segment, HostSegment):
            yield segment_member(index, "function.mlir"), segment.text.encode()
            continue
        for core, streams in enumerate(segment.cores):
            for lane, records in streams.items():
                yield stream_member(index, core, lane), records.tobytes()
        yield segment_member(index, "delays.json"), manifest.dump(_delay_table(segment))
        yield segment_member(index, "debug.json"), manifest.dump(manifest.debug_list(segment.debug))
    yield WEIGHTS, weights_to_bytes({} if program.absent_weights else program.weights)


def _manifest(program: Program) -> dict[str, object]:
    return {
        "format": {"name": FORMAT, "major": FORMAT_VERSION[0], "minor": FORMAT_VERSION[1]},
        "isa": {"major": ISA_VERSION[0], "minor": ISA_VERSION[1]},
        "target": {"name": program.target.name, "sha256": text_hash(program.target_text)},
        "compiler": program.compiler,
        "features": list(program.features),
        "instructions": dump_instructions(program),
        "inputs": [_value(value) for value in program.inputs],
        "outputs": [_value(value) for value in program.outputs],
        "segments": [_segment(segment) for segment in program.segments],
        "buffers": [_value(value) for value in program.buffers],
        "steps": step_list(program.steps),
        "absent_weights": _absent(program),
    }


def _absent(program: Program) -> list[dict[str, object]] | None:
    """Types of weights without elements; None for a program whose weights are there."""
    if not program.absent_weights:
        return None
    types = (ValueType(name, array.dtype.name, array.shape) for name, array in program.weights.items())
    return [_value(kind) for kind in types]


def _value(value: ValueType) -> dict[str, object]:
    return {"name": value.name, "dtype": value.dtype, "shape": list(value.shape)}


def _delay_table(segment: AcceleratorSegment) -> dict[str, object]:
    return {
        "streams_sha256": streams_hash(segment.cores),
        "slots": [dict(vars(slot)) for slot in segment.delays],
    }


def _binding(binding: HbmBinding) -> dict[str, object]:
    return {
        "name": binding.name,
        "role": binding.role,
        "offset": binding.offset,
        "dtype": binding.dtype,
        "shape": list(binding.shape),
    }


def _segment(segment: Segment) -> dict[str, object]:
    common = {"name": segment.name, "inputs": list(segment.inputs), "outputs": list(segment.outputs)}
    if isinstance(segment, HostSegment):
        return {"place": segment.place, **common}
    return {"place": "accelerator", **common, **_device(segment)}


def _device(segment: AcceleratorSegment) -> dict[str, object]:
    return {
        "cores": [list(streams) for streams in segment.cores],
        "hbm_bytes": segment.hbm_bytes,
        "bindings": [_binding(binding) for binding in segment.bindings],
        "semaphores": list(segment.semaphores),
    }

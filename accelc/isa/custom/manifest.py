"""
Instructions of other packages in a program file: which name of which distribution a number stands for.

The manifest lists those that the streams use. A file whose numbers mean something else here, or nothing, is refused.
"""

from collections.abc import Iterable, Mapping

from accelc.errors import ProgramError
from accelc.isa.custom.definition import OPCODES
from accelc.isa.custom.lookup import GROUP, custom_rows, used_numbers
from accelc.isa.manifest import Fields
from accelc.isa.program import AcceleratorSegment, Program, Segment
from accelc.isa.records import Records
from accelc.plugins import installed


def dump_instructions(program: Program) -> list[dict[str, object]]:
    """Number, name and distribution of every instruction of another package in a valid program."""
    entries: list[dict[str, object]] = []
    for number in used_numbers(_streams(program.segments)):
        row = custom_rows()[number]
        assert row.extension is not None
        entries.append({"opcode": number, "name": row.mnemonic, "distribution": row.extension.plugin.distribution})
    return entries


def check_instructions(entries: list[object], where: str) -> Mapping[int, str]:
    """
    Names by number of a manifest's entries; all are installed, and mean the same here.

    Raises ProgramError for the first that is not, and PluginError for one that cannot be used.
    """
    found: dict[int, str] = {}
    for index, entry in enumerate(entries):
        fields = Fields(entry, f"{where}[{index}]")
        number, name = fields.number("opcode", OPCODES[0], OPCODES[-1]), fields.text("name")
        distribution = fields.text("distribution")
        fields.done()
        if number in found:
            raise ProgramError(f"{fields.where}: field 'opcode' = {number} occurs twice")
        _check_entry(number, name, distribution, fields.where)
        found[number] = name
    return found


def _check_entry(number: int, name: str, distribution: str, where: str) -> None:
    package = distribution.split(" ")[0]
    plugin = installed(GROUP).get(name)
    if plugin is None or plugin.distribution.split(" ")[0] != package:
        here = "no installed package has it" if plugin is None else f"here it is {plugin}"
        raise ProgramError(
            f"{where}: the program uses the instruction '{name}' of distribution {distribution}, but {here}: install "
            f"{package}" + (f" in the place of {plugin.distribution}" if plugin is not None else "")
        )
    row = custom_rows().get(number)
    if row is None or row.mnemonic != name:
        actual = next(row.opcode for row in custom_rows().values() if row.mnemonic == name)
        raise ProgramError(
            f"{where}: opcode {number} is '{name}' of distribution {distribution} in the program, but {plugin} has "
            f"opcode {actual}: install {distribution}, or compile the model again"
        )


def check_used(segments: Iterable[Segment], names: Mapping[int, str], where: str) -> None:
    """Raise ProgramError unless the streams use exactly the instructions of other packages that are listed."""
    used = used_numbers(_streams(segments))
    if used != sorted(names):
        raise ProgramError(
            f"{where}: lists the opcodes {sorted(names)}, the streams have {used} of the numbers {OPCODES[0]} to "
            f"{OPCODES[-1]} for instructions of other packages"
        )


def _streams(segments: Iterable[Segment]) -> list[Records]:
    return [
        records
        for segment in segments
        if isinstance(segment, AcceleratorSegment)
        for streams in segment.cores
        for records in streams.values()
    ]

"""
Rules on the steps of a program: every launch finds its values, and makes each value once.

The steps are gone through as they are executed, loops unrolled, with the types of values in place of their elements.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from accelc.errors import ProgramError, suggestion
from accelc.isa.program import AcceleratorSegment, HbmBinding, HostSegment, Program, Segment
from accelc.isa.steps import (
    MAX_DEPTH,
    MAX_LAUNCHES,
    Binding,
    Invocation,
    Launch,
    Place,
    Repeat,
    Slice,
    Step,
    count_launches,
    depth,
    events,
    invocations,
)
from accelc.numerics import DTYPES


def segment_place(where: str, index: int, segment: Segment) -> str:
    """Location of a segment in messages."""
    return f"{where}: segment {index} '{segment.name}'"


def check_flow(program: Program, where: str) -> None:
    """Raise ProgramError, located by `where`, for the first rule that the steps of `program` break."""
    _check_steps(program, where)
    flow = _Flow(program, where)
    for event in events(program.schedule):
        if isinstance(event, Binding):
            flow.bind(event)
        else:
            flow.launch(event)
    flow.end()


def _check_steps(program: Program, where: str) -> None:
    """What can be said of each step alone, and how much work all of them are."""
    _check_loops(program.steps, where, 0)
    launches = count_launches(program.schedule)
    if launches > MAX_LAUNCHES:
        raise ProgramError(f"{where}: {launches} launches of segments: a program has at most {MAX_LAUNCHES}")
    if not program.steps:
        return
    segments: dict[str, Segment] = {}
    for index, segment in enumerate(program.segments):
        if segments.setdefault(segment.name, segment) is not segment:
            raise ProgramError(f"{segment_place(where, index, segment)}: an earlier segment has the same name")
    used = set[str]()
    for number, step in enumerate(invocations(program.steps)):
        place = f"{where}: invocation {number}"
        segment = segments.get(step.segment)
        if segment is None:
            raise ProgramError(f"{place}: there is no segment '{step.segment}'{suggestion(step.segment, segments)}")
        used.add(step.segment)
        _check_invocation(step, segment, program, f"{place} of segment '{step.segment}'")
    for segment in program.segments:
        if segment.name not in used:
            raise ProgramError(f"{where}: segment '{segment.name}' is never launched")


def _check_loops(steps: tuple[Step, ...], where: str, around: int) -> None:
    if depth(steps) > MAX_DEPTH:
        raise ProgramError(f"{where}: more than {MAX_DEPTH} loops around one another")
    for number, step in enumerate(steps):
        place = f"{where}: step {number}"
        if isinstance(step, Repeat):
            if step.count < 1 or not step.body:
                raise ProgramError(f"{place}: a loop has at least one iteration and one step")
            _check_loops(step.body, place, around + 1)
            continue
        for operand in (*step.inputs, *step.outputs):
            if isinstance(operand, Slice) and len(operand.strides) > around:
                raise ProgramError(
                    f"{place}: part of '{operand.value}' has {len(operand.strides)} strides, {around} loops are around"
                )


def _check_invocation(step: Invocation, segment: Segment, program: Program, place: str) -> None:
    for what, given, own in (("inputs", step.inputs, segment.inputs), ("outputs", step.outputs, segment.outputs)):
        if len(given) != len(own):
            raise ProgramError(f"{place}: {len(given)} {what}, the segment has {len(own)}")
    bound = {b.name: b for b in _bindings(segment) if b.role == "weight"}
    for inside, outside in step.weights.items():
        array = program.weights.get(outside)
        if array is None:
            raise ProgramError(f"{place}: weight '{outside}' for '{inside}': there is no such weight")
        if isinstance(segment, HostSegment):
            continue
        binding = bound.get(inside)
        if binding is None:
            raise ProgramError(f"{place}: weight '{inside}': the segment has no such weight")
        if array.dtype != DTYPES[binding.dtype] or array.shape != binding.shape:
            raise ProgramError(
                f"{place}: weight '{outside}' for '{inside}': {array.dtype.name}{list(array.shape)} is not "
                f"{binding.dtype}{list(binding.shape)}"
            )


def _bindings(segment: Segment) -> tuple[HbmBinding, ...]:
    return segment.bindings if isinstance(segment, AcceleratorSegment) else ()


@dataclass
class _Value:
    """
    What is known of a value: its elements, NumPy dtype and maker, None where it is not known.

    Of a buffer `written` holds the ranges that were written, in order and apart; of others it is None.
    """

    elements: int | None
    dtype: str | None
    maker: tuple[int, ...]
    written: list[tuple[int, int]] | None = None
    gone: bool = False


@dataclass
class _Flow:
    program: Program
    where: str
    values: dict[str, _Value] = field(default_factory=dict[str, _Value])

    def __post_init__(self) -> None:
        program = self.program
        self.segments: dict[str, Segment] = {}
        self.sites: dict[str, dict[tuple[str, bool], HbmBinding]] = {}
        for segment in program.segments:
            self.segments.setdefault(segment.name, segment)
            self.sites.setdefault(segment.name, {(b.name, b.role == "input"): b for b in _bindings(segment)})
        for name, array in program.weights.items():
            self.values[name] = _Value(array.size, array.dtype.name, (-1,))
        self.inputs = {value.name for value in program.inputs}
        for value in program.inputs:
            self.values[value.name] = _Value(value.elements, value.dtype, (-1,))
        for value in program.buffers:
            if value.name in self.inputs:
                raise ProgramError(f"{self.where}: buffer '{value.name}' is an input too")
            self.values[value.name] = _Value(value.elements, value.dtype, (), [])
        self.results = {value.name: value for value in (*program.inputs, *program.outputs)}

    def place(self, path: tuple[int, ...], segment: Segment) -> str:
        """Location of a launch in messages."""
        if not self.program.steps:
            return segment_place(self.where, path[0], segment)
        return f"{self.where}: step {'.'.join(map(str, path))}, segment '{segment.name}'"

    def launch(self, launch: Launch) -> None:
        """Check one launch and make its outputs."""
        step = launch.invocation
        segment = self.program.segments[launch.path[0]] if not self.program.steps else self.segments[step.segment]
        where = self.place(launch.path, segment)
        sites = self.sites[segment.name]
        for own, place in zip(segment.inputs, launch.inputs, strict=True):
            self._read(place, sites.get((own, True)), f"{where}: input '{place.value}'")
        for own, output in _replaced(segment):
            taken = launch.inputs[segment.inputs.index(own)]
            result = launch.outputs[segment.outputs.index(output)]
            if taken.first is not None or result.first is not None:
                if taken != result:
                    raise ProgramError(f"{where}: output '{result.value}' is not in the place of '{taken.value}'")
            else:
                self.values[taken.value].gone = True
        for own, place in zip(segment.outputs, launch.outputs, strict=True):
            self._write(place, sites.get((own, False)), launch.path, f"{where}: output '{place.value}'")

    def bind(self, event: Binding) -> None:
        """Carry values from one iteration of a loop to the next."""
        place = f"{self.where}: step {'.'.join(map(str, event.path))}"
        found: list[_Value] = []
        for name, source in zip(event.names, event.sources, strict=True):
            known = self.values.get(source)
            if known is None or known.written is not None or known.gone:
                raise ProgramError(f"{place}: '{name}' is carried from '{source}', which is no value there")
            old = self.values.get(name)
            if old is not None and old.maker != event.path:
                raise ProgramError(f"{place}: carried value '{name}' exists already")
            found.append(_Value(known.elements, known.dtype, event.path))
        self.values.update(zip(event.names, found, strict=True))

    def end(self) -> None:
        """Check the outputs of the program."""
        for value in self.program.outputs:
            known = self.values.get(value.name)
            if known is None:
                raise ProgramError(f"{self.where}: output '{value.name}' is not computed by any segment")
            if known.gone:
                raise ProgramError(f"{self.where}: output '{value.name}': a segment wrote a result in its place")
            if known.written is not None and not _covers(known.written, 0, known.elements or 0):
                raise ProgramError(f"{self.where}: output '{value.name}' is not written in every part")
            if known.elements is not None and known.elements != value.elements:
                raise ProgramError(
                    f"{self.where}: output '{value.name}' has {value.elements} elements, what is computed has "
                    f"{known.elements}"
                )

    def _read(self, place: Place, site: HbmBinding | None, where: str) -> None:
        value = self.values.get(place.value)
        if value is None:
            raise ProgramError(f"{where} is no input, weight or earlier result")
        if value.gone:
            raise ProgramError(f"{where}: an earlier segment wrote a result in its place")
        begin, end = self._range(place, site, value, where)
        if value.written is not None and not _covers(value.written, begin, end):
            raise ProgramError(f"{where}: elements {begin} to {end - 1} are not all written before")

    def _write(self, place: Place, site: HbmBinding | None, path: tuple[int, ...], where: str) -> None:
        value = self.values.get(place.value)
        if value is not None and value.written is not None:
            begin, end = self._range(place, site, value, where)
            if site is not None and _stored(value.dtype) != DTYPES[site.dtype].name:
                raise ProgramError(f"{where}: the buffer holds {value.dtype}, the segment gives {site.dtype}")
            _cover(value.written, begin, end)
            return
        if place.first is not None:
            raise ProgramError(f"{where}: only a buffer is written part by part")
        # A weight may have the name of a result: a segment's own weights are not values of the program.
        if value is not None and value.maker != path and (value.maker != (-1,) or place.value in self.inputs):
            raise ProgramError(f"{where} exists already")
        elements = site.elements if site is not None else None
        self.values[place.value] = _Value(elements, None, path)
        self._agrees(place, site, where)

    def _range(self, place: Place, site: HbmBinding | None, value: _Value, where: str) -> tuple[int, int]:
        """First and last + 1 of the elements meant."""
        if place.first is None:
            self._agrees(place, site, where)
            return 0, value.elements or 0
        if value.elements is None:
            raise ProgramError(f"{where}: a part of a value whose size is not known: make it a buffer")
        if site is not None and site.elements != place.size:
            raise ProgramError(f"{where}: a part of {place.size} elements, the segment has {site.elements}")
        end = place.first + place.size
        if place.first < 0 or end > value.elements:
            raise ProgramError(f"{where}: elements {place.first} to {end - 1} of {value.elements}")
        return place.first, end

    def _agrees(self, place: Place, site: HbmBinding | None, where: str) -> None:
        """A binding of a whole value whose size is known has as many elements."""
        value = self.values[place.value]
        known = self.results.get(place.value)
        elements = known.elements if known is not None else value.elements
        if site is not None and elements is not None and site.elements != elements:
            role = "input" if site.role == "input" else site.role
            start = where.rsplit(": ", 1)[0]
            raise ProgramError(
                f"{start}: binding of {role} '{place.value}' has {site.elements} elements, the value has {elements}"
            )


def _replaced(segment: Segment) -> Iterator[tuple[str, str]]:
    """(input, output) that take the same memory."""
    written: Mapping[int, str] = {b.offset: b.name for b in _bindings(segment) if b.role == "in_place" and b.nbytes}
    for binding in _bindings(segment):
        if binding.role == "input" and binding.offset in written and binding.nbytes:
            yield binding.name, written[binding.offset]


def _stored(dtype: str | None) -> str | None:
    """Name of what the accelerator holds of a value: truth values are bytes."""
    return "uint8" if dtype == "bool" else dtype


def _covers(ranges: list[tuple[int, int]], begin: int, end: int) -> bool:
    at = bisect_right(ranges, (begin, 1 << 63)) - 1
    return begin >= end or (at >= 0 and ranges[at][1] >= end)


def _cover(ranges: list[tuple[int, int]], begin: int, end: int) -> None:
    """Add a range; those that touch become one."""
    low = bisect_left(ranges, (begin, 0))
    if low and ranges[low - 1][1] >= begin:
        low -= 1
    high = low
    while high < len(ranges) and ranges[high][0] <= end:
        begin, end = min(begin, ranges[high][0]), max(end, ranges[high][1])
        high += 1
    ranges[low:high] = [(begin, end)]

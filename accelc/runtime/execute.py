"""
Runs a program: launches of segments one after the other, values handed from one to the next by name.

Accelerator segments run in the simulator on an HBM image that is built from the segment's bindings. The total time
is the sum over launches: simulated for the accelerator, modelled (`runtime.host`) for the others. Every launch begins
when the last one is through, with an empty machine: launches of the same segment with the same delays take the same
time to the tick, so that each segment is timed once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc import arguments
from accelc.analysis.host_cost import host_transfer_ns
from accelc.dialects.graph import FuncOp
from accelc.dialects.graph_ops.base import shape_of
from accelc.errors import ExecutionError, ProgramError, SimulationError, UsageError, suggestion
from accelc.isa.program import AcceleratorSegment, HostSegment, Program
from accelc.isa.steps import Binding, Launch, Place, events
from accelc.numerics import DTYPES
from accelc.runtime.framework import Framework, Frameworks
from accelc.runtime.host import argument_bytes, host_ns, parse_function, result_bytes, run_host
from accelc.runtime.inputs import typed_inputs
from accelc.runtime.values import Values, part_of
from accelc.simulator import SimulationResult, poisoned, simulate
from accelc.simulator.timing.times import Step
from accelc.targets.model import Target
from accelc.weights import renamed_weights

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""

SHOWN_NAMES = 20
"""Names that a diagnostic lists at most."""


@dataclass(frozen=True)
class SegmentResult:
    """
    Time of one launch of a segment in nanoseconds; `transfer_ns` is the part spent on its `transfers` of values between
    HBM and host, `launch_ns` the part that the host needs to start it after another one on the accelerator.

    `simulation` is None for segments that did not run on the accelerator; launches of one segment may share it.
    """

    name: str
    place: str
    ns: float
    transfer_ns: float
    simulation: SimulationResult | None
    transfers: int = 0
    launch_ns: float = 0.0


@dataclass(frozen=True)
class ExecutionResult:
    """Outputs by name (empty when only timing was asked for) and the result of every launch, in order."""

    outputs: Mapping[str, Array]
    segments: tuple[SegmentResult, ...]

    @property
    def total_ns(self) -> float:
        """Time of the whole program in nanoseconds."""
        return sum(segment.ns for segment in self.segments)


def execute(
    program: Program,
    target: Target,
    inputs: Mapping[str, npt.ArrayLike],
    *,
    functional: bool = True,
    races: bool = True,
    framework: Framework | None = None,
    delays: Mapping[str, int] | None = None,
    orders: Sequence[Sequence[Step]] | None = None,
    skip: bool = True,
    known: dict[str, SimulationResult] | None = None,
    progress: Progress = lambda step: None,
) -> ExecutionResult:
    """
    Execute `program` on `target`.

    `inputs` holds an array for every input of the program, or numbers in nested lists (not looked at unless
    `functional`); `delays` overrides
    delay slots by name, in cycles of their lane: `SLOT` in all segments, `SEGMENT/SLOT` in one; `orders` holds an
    order of execution for each launch on the accelerator, from a timing with other delays. Unless `skip`, a segment is
    timed again at each of its launches, which changes nothing but how long that takes. `known` keeps timings by segment
    from one execution of a program to the next, with the same delays. Raises ModelError for inputs of
    another type, ProgramError for a program that does not fit together and SimulationError for what the simulator
    finds. Raises UsageError for a delay that the program does not have, or that is no integer in its range.
    """
    delays = _cycles(delays)
    device = [segment for segment in program.segments if isinstance(segment, AcceleratorSegment)]
    slots = [slot.name for segment in device for slot in segment.delays]
    places = {f"{segment.name}/{slot.name}" for segment in device for slot in segment.delays}
    for name in delays:
        if name not in slots and name not in places:
            raise UsageError(f"the program has no delay '{name}'{suggestion(name, slots)} {_listed(slots)}")
    if functional and program.absent_weights:
        raise ProgramError(
            "the program was compiled without the elements of its weights: it can only be timed (--timing-only)"
        )
    run = _Run(program, target, functional, races, framework or Frameworks(), delays, orders or (), skip)
    if known is not None:
        run.known = known
    if functional:
        arrays = typed_inputs(arguments.mapping("inputs", inputs, "from names to arrays"), program.inputs)
        missing = [value.name for value in program.inputs if value.name not in arrays]
        if missing:
            raise ProgramError(f"no array given for input '{missing[0]}' of the program")
        run.values.update(arrays.items())
    return run.all(progress)


def _cycles(delays: Mapping[str, int] | None) -> dict[str, int]:
    given = {} if delays is None else arguments.mapping("delays", delays, "from names of delays to cycles")
    return {name: arguments.integer(f"delay '{name}'", value) for name, value in given.items()}


def _listed(names: Sequence[str]) -> str:
    """The first names and how many more there are."""
    more = f", and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return f"(its delays: {', '.join(names[:SHOWN_NAMES]) or 'none'}{more})"


class _Run:
    def __init__(
        self,
        program: Program,
        target: Target,
        functional: bool,
        races: bool,
        framework: Framework,
        delays: Mapping[str, int],
        orders: Sequence[Sequence[Step]],
        skip: bool,
    ) -> None:
        self.program = program
        self.target = target
        self.functional = functional
        self.races = races
        self.framework = framework
        self.delays = delays
        self.orders = iter(orders)
        self.skip = skip and not orders
        self.events = list(events(program.schedule))
        self.values = Values(program, self.events)
        self.on_device: set[str] = set()
        self.segments = {segment.name: segment for segment in program.segments}
        self.types = {value.name: value.dtype for value in program.outputs}
        self.known: dict[str, SimulationResult] = {}
        """Simulations by segment: each launch begins with an empty machine, so that all are the same."""
        self.functions: dict[str, FuncOp] = {}
        accelerated = (e for e in self.events if isinstance(e, Launch) and self._is_accelerator(e))
        self.read_by_device = {place.value for launch in accelerated for place in launch.inputs}

    def _is_accelerator(self, launch: Launch) -> bool:
        return isinstance(self.segments[launch.invocation.segment], AcceleratorSegment)

    def all(self, progress: Progress) -> ExecutionResult:
        results: list[SegmentResult] = []
        for number, event in enumerate(self.events):
            if isinstance(event, Binding):
                self._bind(event)
                continue
            segment = self.segments[event.invocation.segment]
            progress(segment.name)
            if isinstance(segment, AcceleratorSegment):
                # The host starts a program, and what follows one of its own segments, without a further call.
                follows = bool(results) and results[-1].place == "accelerator"
                results.append(self._accelerator(segment, event, self.target.host.launch_ns if follows else 0.0))
            else:
                results.append(self._host(segment, event))
            self.values.forget(number + 1)
        outputs = {value.name: self.values[value.name] for value in self.program.outputs if self.functional}
        return ExecutionResult(outputs, tuple(results))

    def _bind(self, event: Binding) -> None:
        """Carry values from one iteration of a loop to the next: a renaming, which takes no time."""
        here = {name for name, source in zip(event.names, event.sources, strict=True) if source in self.on_device}
        self.on_device = (self.on_device - set(event.names)) | here
        if self.functional:
            self.values.bind(event)

    def _accelerator(self, segment: AcceleratorSegment, launch: Launch, launch_ns: float) -> SegmentResult:
        result = self.known.get(segment.name) if self.skip else None
        if result is None or self.functional:
            hbm = self._image(segment, launch)
            order = next(self.orders, None)
            try:
                found = simulate(
                    segment.cores,
                    self.target,
                    hbm,
                    functional=self.functional,
                    timing=result is None,
                    races=self.races and result is None,
                    delays=self._delays(segment),
                    throttles={index for index, slot in enumerate(segment.delays) if slot.kind == "throttle"},
                    orders=None if order is None else [order],
                )
            except ExecutionError as error:
                origin = segment.debug[error.debug].loc_name
                raise SimulationError(f"node '{origin}', {error}" if origin else str(error)) from error
            if hbm is not None:
                self._take_outputs(segment, launch, hbm)
            result = result or found
            self.known[segment.name] = result
        self.on_device.update(place.value for place in launch.outputs)
        return SegmentResult(segment.name, "accelerator", result.total_ns + launch_ns, 0.0, result, 0, launch_ns)

    def _take_outputs(self, segment: AcceleratorSegment, launch: Launch, hbm: Bytes) -> None:
        places = dict(zip(segment.outputs, launch.outputs, strict=True))
        for binding in segment.bindings:
            if binding.role in ("output", "in_place"):
                place = places[binding.name]
                data = hbm[binding.offset : binding.offset + binding.nbytes].view(DTYPES[binding.dtype])
                self.values.write(place, self._typed(place.value, data.reshape(binding.shape).copy()))

    def _delays(self, segment: AcceleratorSegment) -> list[int]:
        """Value of every slot. Raises UsageError for a value outside of a slot's range."""
        values: list[int] = []
        for slot in segment.delays:
            value = self.delays.get(f"{segment.name}/{slot.name}", self.delays.get(slot.name, slot.default))
            if not slot.minimum <= value <= slot.maximum:
                raise UsageError(f"delay '{slot.name}' = {value} cycles: its range is {slot.minimum} to {slot.maximum}")
            values.append(value)
        return values

    def _image(self, segment: AcceleratorSegment, launch: Launch) -> Bytes | None:
        """HBM with inputs and weights in place; None when only time is asked for."""
        if not self.functional:
            return None
        hbm = poisoned(segment.hbm_bytes)
        places = dict(zip(segment.inputs, launch.inputs, strict=True))
        given = launch.invocation.weights
        for binding in segment.bindings:
            if binding.role == "weight":
                data = self.program.weights[given.get(binding.name, binding.name)]
            elif binding.role == "input":
                data = self._read(places[binding.name], binding.shape)
            else:
                continue
            array = np.ascontiguousarray(data)
            if array.nbytes != binding.nbytes:
                raise ProgramError(
                    f"segment '{segment.name}': binding '{binding.name}' has {binding.nbytes} bytes, "
                    f"its data {array.nbytes}"
                )
            hbm[binding.offset : binding.offset + binding.nbytes] = array.reshape(-1).view(np.uint8)
        return hbm

    def _read(self, place: Place, shape: Sequence[int]) -> Array:
        """A value of the program; a weight may be used as one."""
        if place.value not in self.values and place.value in self.program.weights:
            weight = self.program.weights[place.value]
            return weight if place.first is None else part_of(weight, place, shape)
        return self.values.read(place, shape)

    def _typed(self, name: str, array: Array) -> Array:
        """An output of the device in the dtype that the program promises (truth values are bytes there)."""
        return array.astype(np.bool_) if self.types.get(name) == "bool" else array

    def _host(self, segment: HostSegment, launch: Launch) -> SegmentResult:
        if segment.name not in self.functions:
            self.functions[segment.name] = parse_function(segment)
        function = self.functions[segment.name]
        arrived = zip(launch.inputs, argument_bytes(function), strict=True)
        needed = zip(launch.outputs, result_bytes(function), strict=True)
        sizes = [nbytes for place, nbytes in arrived if place.value in self.on_device]
        sizes += [nbytes for place, nbytes in needed if place.value in self.read_by_device]
        moved = sum(host_transfer_ns(nbytes, self.target) for nbytes in sizes)
        # The host keeps what it once received.
        self.on_device.difference_update(place.value for place in launch.inputs)
        if self.functional:
            shapes = [shape_of(argument) for argument in function.body.block.args]
            inputs = [self._read(place, shape) for place, shape in zip(launch.inputs, shapes, strict=True)]
            weights = renamed_weights(self.program.weights, launch.invocation.weights)
            results = run_host(function, inputs, weights, self.framework)
            for place, array in zip(launch.outputs, results, strict=True):
                self.values.write(place, array)
        return SegmentResult(
            segment.name, segment.place, host_ns(function, self.target) + moved, moved, None, len(sizes)
        )

"""
Runs a program: segments one after the other, values handed from one to the next by name.

Accelerator segments run in the simulator on an HBM image that is built from the segment's bindings. The total time
is the sum over segments: simulated for the accelerator, modelled (`runtime.host`) for the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.analysis.host_cost import host_transfer_ns
from accelc.errors import ProgramError, UsageError, suggestion
from accelc.isa.program import AcceleratorSegment, HostSegment, Program
from accelc.numerics import DTYPES
from accelc.runtime.framework import Framework, lazy_framework
from accelc.runtime.host import argument_bytes, host_ns, parse_function, result_bytes, run_host
from accelc.runtime.inputs import check_inputs
from accelc.simulator import SimulationResult, poisoned, simulate
from accelc.simulator.times import Step
from accelc.targets.model import Target

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""

SHOWN_NAMES = 20
"""Names that a diagnostic lists at most."""


@dataclass(frozen=True)
class SegmentResult:
    """
    Time of one segment in nanoseconds; `transfer_ns` is the part spent on its `transfers` of values between HBM
    and host.

    `simulation` is None for segments that did not run on the accelerator.
    """

    name: str
    place: str
    ns: float
    transfer_ns: float
    simulation: SimulationResult | None
    transfers: int = 0


@dataclass(frozen=True)
class ExecutionResult:
    """Outputs by name (empty when only timing was asked for) and every segment's result, in order."""

    outputs: Mapping[str, Array]
    segments: tuple[SegmentResult, ...]

    @property
    def total_ns(self) -> float:
        """Time of the whole program in nanoseconds."""
        return sum(segment.ns for segment in self.segments)


def execute(
    program: Program,
    target: Target,
    inputs: Mapping[str, Array],
    *,
    functional: bool = True,
    races: bool = True,
    framework: Framework | None = None,
    delays: Mapping[str, int] | None = None,
    orders: Sequence[Sequence[Step]] | None = None,
    progress: Progress = lambda step: None,
) -> ExecutionResult:
    """
    Execute `program` on `target`.

    `inputs` holds an array for every input of the program (not looked at unless `functional`); `delays` overrides
    delay slots by name, in cycles of their lane: `SLOT` in all segments, `SEGMENT/SLOT` in one; `orders` holds an
    order of execution for each accelerator segment, from a timing with other delays. Raises ModelError for inputs of
    another type, ProgramError for a program that does not fit together and SimulationError for what the simulator
    finds.
    """
    device = [segment for segment in program.segments if isinstance(segment, AcceleratorSegment)]
    slots = [slot.name for segment in device for slot in segment.delays]
    places = {f"{segment.name}/{slot.name}" for segment in device for slot in segment.delays}
    for name in delays or ():
        if name not in slots and name not in places:
            raise UsageError(f"the program has no delay '{name}'{suggestion(name, slots)} {_listed(slots)}")
    run = _Run(program, target, functional, races, framework or lazy_framework(), delays or {}, orders or ())
    if functional:
        check_inputs(inputs, program.inputs)
        missing = [value.name for value in program.inputs if value.name not in inputs]
        if missing:
            raise ProgramError(f"no array given for input '{missing[0]}' of the program")
        run.values.update(inputs)
    return run.all(progress)


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
    ) -> None:
        self.program = program
        self.target = target
        self.functional = functional
        self.races = races
        self.framework = framework
        self.delays = delays
        self.orders = iter(orders)
        self.values: dict[str, Array] = {}
        self.on_device: set[str] = set()
        accelerated = [s for s in program.segments if isinstance(s, AcceleratorSegment)]
        self.read_by_device = {name for segment in accelerated for name in segment.inputs}

    def all(self, progress: Progress) -> ExecutionResult:
        results: list[SegmentResult] = []
        for segment in self.program.segments:
            progress(segment.name)
            if isinstance(segment, AcceleratorSegment):
                results.append(self._accelerator(segment))
            else:
                results.append(self._host(segment))
            self._forget(len(results))
        outputs = {value.name: self.values[value.name] for value in self.program.outputs if self.functional}
        return ExecutionResult(outputs, tuple(results))

    def _forget(self, done: int) -> None:
        """Drop values that no later segment and no output needs."""
        needed = {name for segment in self.program.segments[done:] for name in segment.inputs}
        needed |= {value.name for value in self.program.outputs}
        self.values = {name: array for name, array in self.values.items() if name in needed}

    def _accelerator(self, segment: AcceleratorSegment) -> SegmentResult:
        hbm = self._image(segment)
        order = next(self.orders, None)
        result = simulate(
            segment.cores,
            self.target,
            hbm,
            functional=self.functional,
            races=self.races,
            delays=self._delays(segment),
            throttles={index for index, slot in enumerate(segment.delays) if slot.kind == "throttle"},
            orders=None if order is None else [order],
        )
        if hbm is not None:
            for binding in segment.bindings:
                if binding.role in ("output", "in_place"):
                    data = hbm[binding.offset : binding.offset + binding.nbytes].view(DTYPES[binding.dtype])
                    self.values[binding.name] = self._typed(binding.name, data.reshape(binding.shape).copy())
        self.on_device.update(segment.outputs)
        return SegmentResult(segment.name, "accelerator", result.total_ns, 0.0, result)

    def _delays(self, segment: AcceleratorSegment) -> list[int]:
        """Value of every slot. Raises UsageError for a value outside of a slot's range."""
        values: list[int] = []
        for slot in segment.delays:
            value = self.delays.get(f"{segment.name}/{slot.name}", self.delays.get(slot.name, slot.default))
            if not slot.minimum <= value <= slot.maximum:
                raise UsageError(f"delay '{slot.name}' = {value} cycles: its range is {slot.minimum} to {slot.maximum}")
            values.append(value)
        return values

    def _image(self, segment: AcceleratorSegment) -> Bytes | None:
        """HBM with inputs and weights in place; None when only time is asked for."""
        if not self.functional:
            return None
        hbm = poisoned(segment.hbm_bytes)
        for binding in segment.bindings:
            if binding.role not in ("input", "weight"):
                continue
            source = self.program.weights if binding.role == "weight" else self.values
            array = np.ascontiguousarray(source[binding.name])
            if array.nbytes != binding.nbytes:
                raise ProgramError(
                    f"segment '{segment.name}': binding '{binding.name}' has {binding.nbytes} bytes, "
                    f"its data {array.nbytes}"
                )
            hbm[binding.offset : binding.offset + binding.nbytes] = array.reshape(-1).view(np.uint8)
        return hbm

    def _typed(self, name: str, array: Array) -> Array:
        """An output of the device in the dtype that the program promises (truth values are bytes there)."""
        declared = next((v.dtype for v in self.program.outputs if v.name == name), array.dtype.name)
        return array.astype(np.bool_) if declared == "bool" else array

    def _host(self, segment: HostSegment) -> SegmentResult:
        function = parse_function(segment)
        arrived = zip(segment.inputs, argument_bytes(function), strict=True)
        needed = zip(segment.outputs, result_bytes(function), strict=True)
        sizes = [nbytes for name, nbytes in arrived if name in self.on_device]
        sizes += [nbytes for name, nbytes in needed if name in self.read_by_device]
        moved = sum(host_transfer_ns(nbytes, self.target) for nbytes in sizes)
        # The host keeps what it once received.
        self.on_device.difference_update(segment.inputs)
        if self.functional:
            inputs: Sequence[Array] = [self.values[name] for name in segment.inputs]
            results = run_host(function, inputs, self.program.weights, self.framework)
            self.values.update(zip(segment.outputs, results, strict=True))
        return SegmentResult(
            segment.name, segment.place, host_ns(function, self.target) + moved, moved, None, len(sizes)
        )

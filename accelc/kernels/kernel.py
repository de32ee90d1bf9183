"""Kernels: Python functions that say what the engines of one core do, compiled by the engine-level pipeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from inspect import Parameter, iscoroutinefunction, isgeneratorfunction, signature
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, overload

from accelc.arguments import array_of
from accelc.errors import AccelcError, KernelError, UsageError, suggestion
from accelc.kernels.compiled import CompiledKernel, KernelResult
from accelc.kernels.core import Core, dtype_of
from accelc.kernels.location import Site, definition
from accelc.kernels.recorder import Recorder
from accelc.kernels.views import MAX_AXES, Storage, View, is_integer
from accelc.numerics import DTYPES
from accelc.targets.model import Target

if TYPE_CHECKING:
    from accelc.dialects.engine import ProgramOp
    from accelc.pipelines import Pipeline

WRITTEN = "written"
"""The schedule that keeps the order of the calls, their DMA queues and the addresses of their tiles."""

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


class Shaped(Protocol):
    """What an input is compiled for: an array, or a `TensorSpec`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes."""
        ...

    @property
    def dtype(self) -> Any:
        """Element type, for NumPy or of the instruction set."""
        ...


@dataclass(frozen=True)
class TensorSpec:
    """Shape and element type (`fp32`, `bf16`, ... or NumPy's) of an input whose values are not known yet."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Kernel:
    """
    A function of a `Core` and HBM tensors, its inputs. It is traced once for each compilation: loops are Python's.
    Parameters behind a `*` are no inputs but choices, such as the size of a tile, that it is compiled for.

    `target` is a preset's name, a file or a machine. `schedule` is a heuristic of `schedule-engines`, or `written`;
    None means `written` for a kernel that chooses addresses or DMA queues, else `portfolio`. `pipeline` is the pipeline
    `kernel` with passes and hooks of the caller.
    """

    function: Callable[..., None]
    target: str | Path | Target = "trn-like"
    schedule: str | None = None
    pipeline: "Pipeline | None" = None

    def __post_init__(self) -> None:
        from accelc.analysis.scheduling.portfolio import heuristics

        try:
            kinds = [parameter.kind for parameter in self._parameters.values()]
        except (TypeError, ValueError):
            raise UsageError(f"kernel {self.function!r:.40}: expected a function with a signature") from None
        if isgeneratorfunction(self.function) or iscoroutinefunction(self.function):
            raise UsageError(f"kernel '{self.name}': calling it runs nothing of it; expected no 'yield' and no 'async'")
        if not kinds or kinds[0] not in _POSITIONAL or not {*kinds} <= {*_POSITIONAL, Parameter.KEYWORD_ONLY}:
            raise UsageError(
                f"kernel '{self.name}': expected a function of a core, a name for each input, and choices behind '*'"
            )
        known = (WRITTEN, *heuristics())
        if self.schedule is not None and self.schedule not in known:
            near = suggestion(str(self.schedule), known)
            raise UsageError(f"unknown schedule '{self.schedule}'{near} (schedules: {', '.join(known)})")

    @property
    def name(self) -> str:
        """Name of the function."""
        return getattr(self.function, "__name__", "kernel")

    @property
    def _parameters(self) -> Mapping[str, Parameter]:
        return signature(self.function).parameters

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs: the parameters behind the core."""
        return tuple(name for name, one in self._parameters.items() if one.kind in _POSITIONAL)[1:]

    @property
    def choices(self) -> tuple[str, ...]:
        """Names of what the kernel is compiled for beside its inputs."""
        return tuple(name for name, one in self._parameters.items() if one.kind is Parameter.KEYWORD_ONLY)

    def on(self, target: str | Path | Target) -> "Kernel":
        """The kernel for another machine."""
        return replace(self, target=target)

    def scheduled(self, schedule: str) -> "Kernel":
        """The kernel with another schedule. Raises UsageError for an unknown one."""
        return replace(self, schedule=schedule)

    def through(self, pipeline: "Pipeline") -> "Kernel":
        """
        The kernel with another pipeline, `Pipeline.named("kernel")` with passes and hooks of the caller.

        Raises UsageError for another pipeline.
        """
        return replace(self, pipeline=pipeline)

    def compile(self, **arguments: Any) -> CompiledKernel:
        """
        Program of the kernel for inputs of these shapes and types, arrays or `TensorSpec`s, and for these choices.

        Raises KernelError located at the call that the machine cannot execute, UsageError for wrong inputs.
        """
        from accelc.pipelines import Pipeline
        from accelc.targets import in_use, load_target

        machine = load_target(self.target)
        site = definition(self.function)
        recorder = Recorder(machine)
        choices = {name: value for name, value in arguments.items() if name in self.choices}
        inputs: dict[str, Shaped] = {name: value for name, value in arguments.items() if name not in choices}
        for name in self.choices:
            if name not in choices and self._parameters[name].default is Parameter.empty:
                raise UsageError(f"kernel '{self.name}': no value given for its choice '{name}'")
        self.function(Core(recorder), *self._declared(recorder, inputs, site), **choices)
        recorder.check_complete()
        recorder.check_room()
        schedule = self._schedule(recorder)
        pipeline = Pipeline.of("kernel", self.pipeline)
        try:
            with in_use(machine):
                return _compile(self.name, recorder, schedule, pipeline)
        except KernelError:
            raise
        except AccelcError as error:
            raise site.error(f"kernel '{self.name}': {error}") from error

    def run(self, **arguments: Any) -> KernelResult:
        """
        Compile the kernel for these arrays and execute it on them.

        Raises ModelError for what is no array, and what `compile` and `simulate` raise.
        """
        choices = {name: value for name, value in arguments.items() if name in self.choices}
        arrays = {
            name: array_of(f"input '{name}' of kernel '{self.name}'", value)
            for name, value in arguments.items()
            if name not in choices
        }
        return self.compile(**arrays, **choices).run(**arrays)

    def _declared(self, recorder: Recorder, inputs: Mapping[str, Shaped], site: Site) -> list[View]:
        for name in inputs:
            if name not in self.inputs:
                known = ", ".join(self.inputs) or "none"
                raise UsageError(
                    f"kernel '{self.name}' has no input '{name}'{suggestion(name, self.inputs)} (its inputs: {known})"
                )
        views: list[View] = []
        for name in self.inputs:
            if name not in inputs:
                raise UsageError(f"kernel '{self.name}': no array given for input '{name}'")
            given = inputs[name]
            if not (hasattr(given, "shape") and hasattr(given, "dtype")):
                raise UsageError(
                    f"input '{name}' of kernel '{self.name}' is {given!r:.40}: an array or TensorSpec expected"
                )
            try:
                dtype = dtype_of(given.dtype)
            except KeyError:
                raise UsageError(
                    f"input '{name}' of kernel '{self.name}' has dtype {given.dtype}: legal are "
                    f"{', '.join(str(known) for known in DTYPES.values())}; convert the array"
                ) from None
            shape = _checked_shape(f"input '{name}' of kernel '{self.name}'", given, dtype, recorder.target)
            view = recorder.declare(Storage(name, "hbm", dtype, shape, "input", site))
            view.storage.full[...] = True
            views.append(view)
        return views

    def _schedule(self, recorder: Recorder) -> str:
        pinned = recorder.pinned
        if self.schedule not in (None, WRITTEN) and pinned is not None:
            raise pinned.error(
                f"schedule '{self.schedule}' chooses addresses and queues, this call chose its own: use schedule "
                f"'{WRITTEN}', or leave the choice to the scheduler"
            )
        return self.schedule or ("portfolio" if pinned is None else WRITTEN)


def _checked_shape(what: str, given: Shaped, dtype: str, target: Target) -> tuple[int, ...]:
    """Sizes of an input; raises UsageError for what no tensor of the machine has."""
    sizes = cast(object, given.shape)
    if not isinstance(sizes, tuple | list) or not all(map(is_integer, cast(Sequence[object], sizes))):
        raise UsageError(f"{what} has shape {sizes!r:.40}: expected a tuple of sizes")
    shape = tuple(int(n) for n in given.shape)
    if min(shape, default=1) < 1:
        raise UsageError(f"{what} has shape {list(shape)}: it has no elements")
    if len(shape) > MAX_AXES:
        raise UsageError(f"{what} has {len(shape)} axes: legal are up to {MAX_AXES}")
    if prod(shape) * DTYPES[dtype].itemsize > target.hbm.bytes:
        raise UsageError(f"{what} has shape {list(shape)}: it is larger than the {target.hbm.bytes} bytes of hbm")
    return shape


def _compile(name: str, recorder: Recorder, schedule: str, pipeline: "Pipeline") -> CompiledKernel:
    from accelc.dialects.engine import BufferOp
    from accelc.isa.program import Program, ValueType
    from accelc.isa.validation import validate_program
    from accelc.passes.assign_memory import assign_memory
    from accelc.passes.schedule_engines import schedule_engines
    from accelc.pipelines.finishing import finish_program, weight_name
    from accelc.targets.canonical import canonical_toml

    machine, given = recorder.target, recorder.placed()
    program = recorder.finish(name)

    def order(program: "ProgramOp") -> None:
        if schedule != WRITTEN:
            # What does not fit is the kernel's mistake: nothing leaves SBUF unless it says so.
            schedule_engines(program, machine, schedule, spill=False)

    def place(program: "ProgramOp") -> None:
        assign_memory(program, machine)
        for op in program.body.block.ops:
            if isinstance(op, BufferOp) and op.symbol.data in given:
                op.address = given[op.symbol.data]

    program, _ = pipeline.around_program("schedule-engines", program, order)
    program, _ = pipeline.around_program("assign-memory", program, place)
    bound = {
        role: [ValueType(s.name, DTYPES[s.dtype].name, s.shape) for s in recorder.storages if s.role == role]
        for role in ("input", "output")
    }
    named = {role: [(value.name, value.shape) for value in values] for role, values in bound.items()}
    text = str(program)
    done = finish_program(program, name, named["input"], named["output"], machine, pipeline=pipeline)
    result = Program(
        target_text=canonical_toml(machine),
        inputs=tuple(bound["input"]),
        outputs=tuple(bound["output"]),
        segments=(done.segment,),
        weights={weight_name(name, symbol): array for symbol, array in recorder.constants.items()},
        compiler=f"accelc {version('accelc')}",
    )
    validate_program(result, "its program")
    return CompiledKernel(name, result, machine, text, done.program, done.required, done.emitted)


@overload
def kernel(
    function: Callable[..., None], /, *, target: str | Path | Target = "trn-like", schedule: str | None = None
) -> Kernel: ...


@overload
def kernel(
    *, target: str | Path | Target = "trn-like", schedule: str | None = None
) -> Callable[[Callable[..., None]], Kernel]: ...


def kernel(
    function: Callable[..., None] | None = None,
    /,
    *,
    target: str | Path | Target = "trn-like",
    schedule: str | None = None,
) -> Kernel | Callable[[Callable[..., None]], Kernel]:
    """Decorator that makes a kernel of a function; `target` and `schedule` are those of `Kernel`."""
    if function is not None:
        return Kernel(function, target, schedule)
    return lambda function: Kernel(function, target, schedule)

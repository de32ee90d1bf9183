"""The Python interface: what the commands do, as functions that take and give typed objects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from accelc import arguments
from accelc.driver import DEFAULT_TARGET, CompiledModel, CompileOptions, RunResult, compile_model
from accelc.errors import ProgramError
from accelc.isa.program import Program

if TYPE_CHECKING:
    from onnx import ModelProto
    from xdsl.dialects.builtin import ModuleOp

    from accelc.frontends.torch.source import ExportedProgram
    from accelc.pipelines import Pipeline
    from accelc.runtime.devices import DevicesResult
    from accelc.runtime.execute import ExecutionResult
    from accelc.staged.running import StagedRun
    from accelc.targets.model import Target

Array = npt.NDArray[Any]


def compile(
    model: "str | Path | bytes | ModelProto | ExportedProgram",
    target: "str | Path | Target" = DEFAULT_TARGET,
    *,
    precision: str = "model",
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    dims: Mapping[str, int] | None = None,
    random_weights: int | None = None,
    save_ir: str | Path | None = None,
    force: str | None = None,
    donate: Mapping[str, str] | None = None,
    repeat_layers: str = "auto",
    no_weights: bool = False,
    pipeline: "Pipeline | None" = None,
) -> CompiledModel:
    """
    Compile an ONNX model or an exported PyTorch program for `target`, a preset's name, a file or a machine.

    `pipeline` is `Pipeline.named("compile")` with passes and hooks of the caller; the other arguments are those of
    `CompileOptions`. `compiled.program.save(path)` writes what `accelc compile` writes. Raises AccelcError: UsageError
    for an argument of another type.
    """
    options = _options(target, precision, shapes, dims, random_weights, save_ir, force, donate)
    options = replace(options, repeat_layers=repeat_layers, no_weights=no_weights)
    return compile_model(model, options, pipeline=pipeline)


def compile_module(
    module: "ModuleOp",
    target: "str | Path | Target" = DEFAULT_TARGET,
    *,
    weights: Mapping[str, npt.ArrayLike] | None = None,
    precision: str = "model",
    force: str | None = None,
    repeat_layers: str = "auto",
    pipeline: "Pipeline | None" = None,
) -> CompiledModel:
    """
    Compile a module of the `graph` dialect that another compiler built; it stays as it is.

    Its `graph.func @main` is the model; arguments without `input_names` are called `arg0`, ..., results `result0`, ...
    `weights` holds the data of every `graph.weight` by name; the program may refer to these arrays, which must stay as
    they are. The other arguments are those of `compile`. Raises AccelcError.
    """
    from accelc.driver import compile_imported
    from accelc.frontends.graph_module import import_graph

    options = CompileOptions(target, precision, force=force, repeat_layers=repeat_layers)
    given = {} if weights is None else arguments.mapping("weights", weights, "from names to arrays")
    return compile_imported(import_graph(module, given), module, options, pipeline=pipeline)


def run(
    model: "str | Path | bytes | ModelProto | ExportedProgram",
    target: "str | Path | Target" = DEFAULT_TARGET,
    *,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    seed: int = 0,
    check: bool = True,
    timing_only: bool = False,
    precision: str = "model",
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    dims: Mapping[str, int] | None = None,
    random_weights: int | None = None,
    save_ir: str | Path | None = None,
    force: str | None = None,
    donate: Mapping[str, str] | None = None,
    repeat_layers: str = "auto",
    no_weights: bool = False,
) -> "RunResult | StagedRun":
    """
    Compile a model, execute it and compare it with a reference, as `accelc run` does.

    `inputs` gives arrays by name, or numbers in nested lists; the others are random from `seed`. `check` asks for the
    comparison. With `timing_only` no numbers are computed. An ONNX model that is not one program is executed in stages
    and gives a `StagedRun`; both results have `outputs` and `comparison`. Raises AccelcError.
    """
    from accelc.running import run_any

    options = _options(target, precision, shapes, dims, random_weights, save_ir, force, donate)
    return run_any(
        model,
        replace(options, repeat_layers=repeat_layers, no_weights=no_weights),
        inputs=inputs,
        seed=arguments.integer("seed", seed, 0),
        check=arguments.flag("check", check),
        timing_only=arguments.flag("timing_only", timing_only),
    )


def simulate(
    program: CompiledModel | Program | str | Path,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    *,
    target: "str | Path | Target | None" = None,
    timing_only: bool = False,
    races: bool = True,
    delays: Mapping[str, int] | None = None,
) -> "ExecutionResult":
    """
    Execute a compiled model, a program, or the program in a file.

    `inputs` holds an array for every input, by name, or numbers in nested lists; it is not needed with `timing_only`.
    `target` is the machine the program must have been compiled for, by default the one it
    carries. `races` turns the race detector on; `delays` overrides delay slots by name, in cycles. Raises AccelcError:
    ProgramError when the program has inputs and none are given.
    """
    from accelc.runtime.execute import execute

    loaded, machine = _loaded(program, target)
    timing_only, races = arguments.flag("timing_only", timing_only), arguments.flag("races", races)
    if inputs is None and not timing_only and loaded.inputs:
        names = ", ".join(str(value.name) for value in loaded.inputs)
        raise ProgramError(f"the program needs arrays for its inputs ({names}), or timing_only=True")
    given = dict[str, npt.ArrayLike]() if inputs is None else inputs
    return execute(loaded, machine, given, functional=not timing_only, races=races, delays=delays)


def simulate_devices(
    program: CompiledModel | Program | str | Path,
    devices: int,
    inputs: Sequence[Mapping[str, npt.ArrayLike]] | None = None,
    *,
    all_reduce: Sequence[str] = (),
    iterations: int = 1,
) -> "tuple[DevicesResult, list[dict[str, Array]]]":
    """
    Execute a program on several chips, then sum outputs over them: timing, and the outputs of every device.

    `inputs[device]` holds an array for every input, by name; without it only time is counted and there are no outputs.
    `all_reduce` names outputs as `OUTPUT`, `OUTPUT:ring` or `OUTPUT:mesh`. Raises AccelcError: ProgramError for
    another number of mappings than devices, and for races, which make outputs depend on timing.
    """
    from accelc.runtime.devices import execute_devices, parse_all_reduce, run_devices

    loaded, machine = _loaded(program, None)
    devices, iterations = arguments.integer("devices", devices), arguments.integer("iterations", iterations)
    if inputs is not None:
        inputs = arguments.items("inputs", inputs, "a mapping from names to arrays for each device")
        if len(inputs) != devices:
            raise ProgramError(
                f"inputs of {len(inputs)} devices for {devices} devices: one mapping per device is needed"
            )
    names = arguments.items("all_reduce", all_reduce, "names of outputs in a list")
    for name in names:
        if not isinstance(name, str):
            arguments.refuse("an item of all_reduce", name, "OUTPUT, OUTPUT:ring or OUTPUT:mesh")
    reductions = parse_all_reduce(names, loaded, machine)
    result = run_devices(loaded, machine, devices, reductions, iterations)
    if inputs is None:
        return result, []
    outputs, races = execute_devices(loaded, machine, inputs, reductions)
    if races:
        raise ProgramError(f"{races} races between engines: the outputs depend on timing")
    return result, outputs


def _loaded(
    program: CompiledModel | Program | str | Path, target: "str | Path | Target | None"
) -> "tuple[Program, Target]":
    from accelc.isa.loader import load_program
    from accelc.targets import load_target, parse_target

    if isinstance(program, CompiledModel):
        program = program.program
    machine = None if target is None else load_target(target)
    if isinstance(program, str | Path):
        program = load_program(program, machine)
    if not isinstance(program, Program):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ProgramError(f"{type(program).__name__} is no program: expected a compiled model, a Program or a path")
    own = parse_target(program.target_text, "target of the program")
    if machine is not None and machine != own:
        raise ProgramError(f"compiled for target '{own.name}', not for this '{machine.name}'; compile the model again")
    return program, own


def _options(
    target: "str | Path | Target",
    precision: str,
    shapes: Mapping[str, tuple[int, ...]] | None,
    dims: Mapping[str, int] | None,
    random_weights: int | None,
    save_ir: str | Path | None,
    force: str | None,
    donate: Mapping[str, str] | None,
) -> CompileOptions:
    folder = None if save_ir is None else arguments.path("save_ir", save_ir)
    sizes = dict[str, tuple[int, ...]]() if shapes is None else shapes
    names = dict[str, int]() if dims is None else dims
    donated = dict[str, str]() if donate is None else donate
    return CompileOptions(target, precision, sizes, names, random_weights, folder, force, donated)

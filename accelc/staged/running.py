"""
A model that is not one program, from file to report: inputs, execution in stages, comparison with a reference.

This is what `accelc run` and `accelc.run` do with an ONNX model whose compilation as a whole is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from accelc.arguments import flag, integer, mapping, refuse
from accelc.driver import CompileOptions, silent
from accelc.errors import ModelError
from accelc.frontends.onnx import ModelSource, load_model, with_random_weights
from accelc.runtime.compare import Comparison, compare
from accelc.runtime.inputs import random_inputs, shapes_of, typed_inputs
from accelc.runtime.reference import reference_outputs
from accelc.staged.executor import CompiledStep, StagedModel, StagedResult
from accelc.staged.interface import tensor_inputs
from accelc.staged.tiers import NodeTier, node_tiers
from accelc.staged.values import Value
from accelc.targets.model import Target

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class StagedRun:
    """
    An execution in stages: `refused` says why the model is not one program, `tiers` where every node ran.

    `comparison` is None if none was asked for or nothing else can execute the model; `passed_over` says why better
    references were not used.
    """

    model: str
    target: str
    precision: str
    refused: str
    result: StagedResult
    tiers: Sequence[NodeTier]
    comparison: Comparison | None
    passed_over: tuple[str, ...]
    seconds: float

    @property
    def outputs(self) -> Mapping[str, Value]:
        """Outputs by name, in the model's order."""
        return self.result.outputs

    @property
    def programs(self) -> list[CompiledStep]:
        """Executions of programs, in order."""
        return [s for s in self.result.steps if isinstance(s, CompiledStep) and s.compiled is not None]


def run_staged(
    model: ModelSource,
    options: CompileOptions | None = None,
    refused: str = "",
    *,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    seed: int = 0,
    check: bool = True,
    progress: Callable[[str], None] = silent,
) -> StagedRun:
    """
    Execute an ONNX model in stages; inputs that are not given are random from `seed`.

    `inputs` are arrays by name, in the shapes that the model says. `refused` is passed on: why the model is not one
    program. Raises AccelcError for arguments of another type, inputs that do not fit and nodes that nothing can
    execute.
    """
    start = perf_counter()
    options = CompileOptions() if options is None else options
    if not isinstance(options, CompileOptions):  # pyright: ignore[reportUnnecessaryIsInstance]
        refuse("options", options, "CompileOptions")
    check, seed = flag("check", check), integer("seed", seed, 0)
    if not callable(progress):
        refuse("progress", progress, "a function of the name of a step")
    model = Path(model) if isinstance(model, str) else model
    progress("stages")
    staged, arrays = prepare_staged(model, options, inputs, seed)
    proto = staged.proto
    result = staged.run(arrays)
    comparison, passed_over = None, ()
    if check:
        progress("reference")
        source = model if isinstance(model, Path) and options.random_weights is None else proto
        comparison, passed_over = _check(source, arrays, result, options.precision)
    return StagedRun(
        model=model.stem if isinstance(model, Path) else proto.graph.name,
        target=options.target.name if isinstance(options.target, Target) else str(options.target),
        precision=options.precision,
        refused=refused,
        result=result,
        tiers=node_tiers(proto.graph, result),
        comparison=comparison,
        passed_over=passed_over,
        seconds=perf_counter() - start,
    )


def prepare_staged(
    model: ModelSource, options: CompileOptions, inputs: Mapping[str, npt.ArrayLike] | None = None, seed: int = 0
) -> tuple[StagedModel, dict[str, Array]]:
    """The model read, and all its inputs. Raises AccelcError for a model or inputs that nothing can be made of."""
    proto, folder = load_model(Path(model) if isinstance(model, str) else model)
    if options.random_weights is not None:
        proto = with_random_weights(proto, options.random_weights)
    given = {} if inputs is None else mapping("inputs", inputs, "from names to arrays")
    return StagedModel(proto, options, folder), _inputs(proto, options, given, seed)


def _inputs(proto: ModelProto, options: CompileOptions, given: dict[str, Any], seed: int) -> dict[str, Any]:
    values = tensor_inputs(proto, shapes_of(given) | dict(options.shapes), options.dims)
    arrays = typed_inputs(
        {value.name: given[value.name] for value in values if value.name in given},
        [value for value in values if value.name in given],
    )
    # What is no tensor must be given.
    return given | arrays | random_inputs([value for value in values if value.name not in given], {}, seed)


def _check(
    source: Path | ModelProto, inputs: Mapping[str, Array], result: StagedResult, precision: str
) -> tuple[Comparison | None, tuple[str, ...]]:
    try:
        reference = reference_outputs(source, inputs)
    except ModelError as error:
        return None, (f"there is no reference: {error}",)
    got, expected = _flat(list(result.outputs.values())), _flat(reference.outputs)
    same = len(got) == len(expected)
    numbers: list[tuple[Array, Array]] = []
    for a, b in zip(got, expected, strict=False):
        if a.dtype.kind in "OSU" or b.dtype.kind in "OSU":
            same = same and bool(np.array_equal(a.astype(str), b.astype(str)))
        else:
            numbers.append((_real(a), _real(b)))
    found = compare(reference.oracle, [a for a, _ in numbers], [b for _, b in numbers], precision)
    if not same:
        found = Comparison(reference.oracle, float("inf"), float("inf"), 0.0, False)
    return found, reference.passed_over


def _flat(values: Sequence[Value]) -> list[Array]:
    """The arrays of values, those in sequences among them."""
    found: list[Array] = []
    for value in values:
        if isinstance(value, list):
            found += _flat(cast(list[Value], value))
        elif value is not None:
            found.append(np.asarray(value))
    return found


def _real(array: Array) -> Array:
    """Complex numbers as pairs."""
    single = array.dtype == np.complex64
    return np.ascontiguousarray(array).view(np.float32 if single else np.float64) if array.dtype.kind == "c" else array

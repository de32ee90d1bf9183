"""Traced programs compiled for a machine, and executed on it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.errors import ModelError
from accelc.frontends.numpy.program import Traced
from accelc.interpreters.graph import find_function
from accelc.isa.program import Program, ValueType
from accelc.targets.model import Target

if TYPE_CHECKING:
    from accelc.dialects.graph import PartitionOp
    from accelc.driver import Placement
    from accelc.pipelines import CompiledPartition

Array = npt.NDArray[Any]


def compile_traced(traced: Traced, target: str | Path | Target = "trn-like", precision: str = "model") -> Program:
    """
    Program of a trace for a machine, a preset's name or a file; `traced` is not changed.

    Its inputs are the arguments by name, its outputs `result0`, ... and `NAME (written)` for every argument that the
    function wrote. Raises what `accelc.compile` raises.
    """
    from accelc.targets import load_target

    return compile_placed(traced, load_target(target), precision)[0]


def compile_placed(
    traced: Traced, machine: Target, precision: str = "model", force: str | None = None
) -> "tuple[Program, tuple[Placement, ...]]":
    """`compile_traced` for a machine, and where each operation runs; `force` is one of `driver.FORCED`."""
    from accelc.driver import placements_of
    from accelc.pipelines import compile_partition, run_graph_passes
    from accelc.segments import build_segments
    from accelc.targets.canonical import canonical_toml

    module, weights = traced.module.clone(), dict(traced.weights)
    types = [ValueType(name, kind, shape) for name, kind, shape in traced.arguments]
    report = run_graph_passes(module, weights, machine, precision, force)
    function = find_function(module)

    def compile_accelerator(
        op: "PartitionOp", name: str, inputs: tuple[str, ...], outputs: tuple[str, ...], data: Mapping[str, Array]
    ) -> "CompiledPartition":
        return compile_partition(op, name, inputs, outputs, data, machine)

    built = build_segments(function, weights, compile_accelerator)
    names = [name.data for name in function.output_names or ()]
    returned = function.return_op.values
    program = Program(
        target_text=canonical_toml(machine),
        inputs=tuple(types),
        outputs=tuple(
            ValueType(name, dtype_of(value).name, shape_of(value)) for name, value in zip(names, returned, strict=True)
        ),
        segments=tuple(built.segments),
        weights=built.weights,
        compiler=f"accelc {version('accelc')}",
    )
    return program, placements_of(report)


def run_traced(traced: Traced, arrays: Sequence[Array], target: str | Path = "trn-like") -> list[Array]:
    """
    Compile and execute on the simulated machine: the function's results; arrays it writes are written.

    Raises what `compile_traced` and `accelc.simulate` raise, and ModelError for a write to a read-only array.
    """
    from accelc.runtime.execute import execute

    program = compile_traced(traced, target)
    given: Mapping[str, Array] = dict(zip(traced.names, arrays, strict=True))
    result = execute(program, program.target, given)
    for name, array in given.items():
        written = result.outputs.get(f"{name} (written)")
        if written is not None:
            if not array.flags.writeable:
                raise ModelError(f"the program writes '{name}', which is read-only")
            np.copyto(array, written)
    return [np.asarray(result.outputs[f"result{index}"]) for index in range(traced.results)]

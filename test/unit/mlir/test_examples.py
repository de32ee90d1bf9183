"""Programs that jax, IREE and LLVM wrote, executed by the interpreter, and one of each dialect by the simulator."""

from pathlib import Path

import numpy as np
import pytest
from mlir_support import DATA, FILES, TOLERANCE, arrays, difference

from accelc.driver import run_model
from accelc.frontends.mlir import import_mlir
from accelc.interpreters.graph import run
from accelc.runtime.framework import Frameworks


def _name(path: Path) -> str:
    return str(path.relative_to(DATA))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_the_interpreter_gives_the_results_of_the_source(path: Path) -> None:
    """Every program computes what jax computed, or NumPy."""
    inputs, outputs = arrays(path)
    imported = import_mlir(path, {}, {}, None)
    found = run(imported.module, inputs, imported.weights, Frameworks())
    errors = [difference(np.asarray(a), b) for a, b in zip(found, outputs, strict=True)]
    # Results that are bf16 in the program have 8 bits.
    limits = [2**-8 if str(np.asarray(a).dtype) == "bfloat16" else TOLERANCE for a in found]
    assert [(i, e) for i, (e, limit) in enumerate(zip(errors, limits, strict=True)) if e > limit] == []


@pytest.mark.parametrize("name", ["jax/mlp_step", "linalg/classifier", "tosa/classifier_v1"])
def test_the_simulator_gives_the_results_of_the_source(name: str) -> None:
    """The compiled program does so too, in fp32."""
    path = DATA / f"{name}.mlir"
    inputs, outputs = arrays(path)
    names = [spec.name for spec in import_mlir(path, {}, {}, None).inputs]
    result = run_model(path, inputs=dict(zip(names, inputs, strict=True)))
    found = result.execution.outputs
    order = [value.name for value in result.compiled.program.outputs]
    assert max(difference(np.asarray(found[n]), o) for n, o in zip(order, outputs, strict=True)) < TOLERANCE
    assert result.comparison is not None
    assert result.comparison.within_tolerance


def test_names_come_from_the_source() -> None:
    """Locations of jax.export name inputs, `jax.result_info` outputs, and operations their layer."""
    imported = import_mlir(DATA / "jax/mlp_step.mlir", {}, {}, None)
    assert [spec.name for spec in imported.inputs][:2] == ["params[0][0]", "params[0][1]"]
    assert [spec.name for spec in imported.outputs][:2] == ["result[0]", "result[1][0][0]"]
    assert 'loc_name = "jit(mlp_step)/' in str(imported.module)

"""What tests of the PyTorch front end share: programs, and their comparison with what torch computes eagerly."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

import accelc
from accelc.dialects import graph
from accelc.frontends.imported import ImportedModel
from accelc.frontends.torch import WRITTEN, import_program
from accelc.interpreters.graph import run
from accelc.passes.normalize_inplace import NormalizeInplacePass
from accelc.report.figures import race_count

torch: Any = pytest.importorskip("torch", reason="needs PyTorch: pip install 'accelc[torch]'")

Array = npt.NDArray[Any]
TOLERANCE = 2e-5
"""Single precision, in another order of summation."""


class Program(torch.nn.Module):
    """A module made of a function of itself and tensors, with buffers, parameters and modules by name."""

    def __init__(self, function: Callable[..., Any], **members: Any) -> None:
        torch.nn.Module.__init__(self)
        self.function = function
        for name, member in members.items():
            if isinstance(member, torch.nn.Module | torch.nn.Parameter):
                setattr(self, name, member)
            else:
                torch.nn.Module.register_buffer(self, name, member)

    def forward(self, *arguments: Any) -> Any:
        """Call the function."""
        return self.function(self, *arguments)


def normal(*shape: int) -> Any:
    """Standard normal numbers, the same for the same shape."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def export(module: Any, *arguments: Any) -> Any:
    """The program as torch exports it, writes in place included."""
    return torch.export.export(module, arguments, strict=False)


def eager(module: Any, arguments: Sequence[Any], imported: ImportedModel) -> tuple[dict[str, Array], set[str]]:
    """What torch computes without export, by the names of the import's outputs; and the names of what changed."""
    copied, given = deepcopy(module), deepcopy(list(arguments))
    with torch.no_grad():
        returned = copied(*given)
    results: list[Any] = list(cast(Any, returned)) if isinstance(returned, tuple | list) else [returned]
    found = {f"result{i}": array(tensor) for i, tensor in enumerate(results)}
    before = {**dict(module.state_dict(keep_vars=True))} | inputs_of(imported, arguments)
    after = {**dict(copied.state_dict(keep_vars=True))} | inputs_of(imported, given)
    found |= {name + WRITTEN: array(tensor) for name, tensor in after.items()}
    return found, {name + WRITTEN for name in after if not np.array_equal(array(before[name]), array(after[name]))}


def inputs_of(imported: ImportedModel, arguments: Sequence[Any]) -> dict[str, Any]:
    """Arguments by the names of the import's inputs."""
    return dict(zip([spec.name for spec in imported.inputs], arguments, strict=True))


def array(tensor: Any) -> Array:
    """The elements of a tensor."""
    return tensor.detach().contiguous().numpy().copy()


def no_variable(module: ModuleOp) -> bool:
    """Whether nothing is written in place."""
    return not any(isinstance(op, graph.VariableOp | graph.StoreOp | graph.ApplyOp) for op in module.walk())


def check(module: Any, *arguments: Any, simulate: bool = False) -> ImportedModel:
    """Import a program, make it pure, execute it, and compare with torch: results, and everything that is written."""
    exported = export(module, *arguments)
    imported = import_program(exported)
    expected, changed = eager(module, arguments, imported)
    names = [spec.name for spec in imported.outputs]
    assert changed <= set(names)
    given = {name: array(tensor) for name, tensor in inputs_of(imported, arguments).items()}
    if simulate:
        executed = accelc.simulate(accelc.compile(exported), given)
        assert race_count(executed) == 0
        outputs: Mapping[str, Array] = executed.outputs
    else:
        pure = imported.module.clone()
        NormalizeInplacePass().apply(Context(), pure)
        pure.verify()
        assert no_variable(pure)
        outputs = dict(zip(names, run(pure, list(given.values()), imported.weights), strict=True))
    for spec in imported.outputs:
        got = outputs[spec.name]
        assert (got.shape, got.dtype) == (spec.shape, spec.dtype) == (expected[spec.name].shape, got.dtype)
        np.testing.assert_allclose(got, expected[spec.name], TOLERANCE, TOLERANCE, err_msg=spec.name)
    return imported


def written(imported: ImportedModel) -> list[str]:
    """Names of what a program writes."""
    return [spec.name.removesuffix(WRITTEN) for spec in imported.outputs if spec.name.endswith(WRITTEN)]

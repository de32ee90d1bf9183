"""Models given to the driver that are programs of PyTorch. Nothing here imports torch unless one is given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from accelc.errors import ModelError, UsageError, suggestion
from accelc.frontends.imported import ImportedModel

SUFFIX = ".pt2"
"""Ending of the files of `torch.export.save`."""


@runtime_checkable
class ExportedProgram(Protocol):
    """What `torch.export.export` gives."""

    graph_module: Any
    graph_signature: Any
    state_dict: Any
    constants: Any


def is_torch(model: object) -> bool:
    """Whether a model is a program of PyTorch: an exported one, or the path of a file of one."""
    if isinstance(model, str | Path):
        return Path(model).suffix == SUFFIX
    return isinstance(model, ExportedProgram)


def import_torch(
    model: object, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int], random_weights: int | None
) -> tuple[ExportedProgram, ImportedModel]:
    """
    The program, and its import.

    An exported program has fixed sizes and its own weights: raises UsageError for sizes of symbolic dimensions and for
    random weights, ModelError for shapes other than the program's, and what `load_program` and `import_program` raise.
    Raises UsageError for sizes and random weights, which are for ONNX models, and ModelError for an input that the
    program does not have in that shape.
    """
    from accelc.frontends.torch.exported.archive import load_program
    from accelc.frontends.torch.exported.program import import_program

    if dims:
        raise UsageError(f"--dim {next(iter(dims))}: the sizes of an exported program are fixed; export it with others")
    if random_weights is not None:
        raise UsageError("--random-weights is for ONNX models; an exported program keeps its weights")
    exported: Any = load_program(model) if isinstance(model, str | Path) else model
    imported = import_program(exported)
    known = {spec.name: spec.shape for spec in imported.inputs}
    for name, shape in shapes.items():
        if name not in known:
            names = ", ".join(known) or "none"
            raise ModelError(f"the model has no input '{name}'{suggestion(name, known)} (its inputs: {names})")
        if tuple(shape) != known[name]:
            raise ModelError(
                f"input '{name}' has shape {list(known[name])}, not {list(shape)}: it is exported for that"
            )
    return exported, imported

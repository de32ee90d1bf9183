"""Front ends by the suffix of the files they read, and those of other packages."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from accelc.errors import AccelcError, ModelError, PluginError
from accelc.frontends.imported import ImportedModel
from accelc.plugins import Plugin, Table

Importer = Callable[[Path, Mapping[str, tuple[int, ...]], Mapping[str, int], int | None], ImportedModel]
"""
Reads a file: its path, shapes of inputs and symbolic sizes by name, and the seed of random weights.

Raises UsageError for an option that such files do not have, ModelError for what the user can mend.
"""


def _mlir(
    path: Path, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int], random_weights: int | None
) -> ImportedModel:
    # Imported here: it brings all of xDSL's dialects.
    from accelc.frontends.mlir import import_mlir

    return import_mlir(path, shapes, dims, random_weights)


def _checked(plugin: Plugin, value: object) -> Importer:
    """The front end of another package: an exception that is not AccelcError is its mistake, as is another result."""
    if not callable(value):
        raise ValueError("a function (path, shapes, dims, random_weights) that gives an ImportedModel")
    importer = cast("Callable[..., Any]", value)

    def checked(
        path: Path, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int], random_weights: int | None
    ) -> ImportedModel:
        try:
            model: object = importer(path, shapes, dims, random_weights)
        except (AccelcError, OSError):
            raise
        except Exception as error:
            raise _failed(plugin, path, f"{type(error).__name__}: {error}") from error
        if not isinstance(model, ImportedModel):
            raise _failed(plugin, path, f"it gives a value of type {type(model).__name__}: expected an ImportedModel")
        try:
            return _coherent(model)
        except AccelcError as error:
            raise _failed(plugin, path, f"the model it gives does not fit together: {error}") from error
        except Exception as error:
            raise _failed(plugin, path, f"{type(error).__name__}: {error}") from error

    return checked


def _coherent(model: ImportedModel) -> ImportedModel:
    """The model, as modules of other compilers are taken. Raises ModelError if its parts do not fit together."""
    # Imported here: it brings the dialect.
    from accelc.dialects.graph_ops.call import weight_names
    from accelc.frontends.graph_module import import_graph
    from accelc.interpreters.graph.runner import find_function

    needed = weight_names(find_function(model.module))
    found = import_graph(model.module, {name: data for name, data in model.weights.items() if name in needed})
    for side in ("inputs", "outputs"):
        given, expected = getattr(model, side), getattr(found, side)
        if given != expected:
            shown = given if given is None else [str(spec) for spec in given]
            raise ModelError(f"{side} {shown}, those of @main are {[str(spec) for spec in expected]}")
    return found


def _failed(plugin: Plugin, path: Path, reason: str) -> PluginError:
    package = plugin.distribution.split(" ")[0]
    return PluginError(f"{plugin} failed to read '{path}': {reason}; mend the file, or update {package}")


FRONTENDS: Table[Importer] = Table("accelc.frontends", {"mlir": _mlir}, _checked, ("onnx", "pt2"))
"""
Front ends of files by suffix without its dot; packages add some by entry points with that name.

A file of any other suffix is one of ONNX; `.pt2` is PyTorch's, whose models can also be objects.
"""


def importer_of(model: object) -> Importer | None:
    """The front end of a file, None for objects and for files of ONNX and PyTorch. Raises PluginError."""
    if not isinstance(model, str | Path):
        return None
    return FRONTENDS.get(Path(model).suffix.removeprefix("."))

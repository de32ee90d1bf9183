"""Front ends by the suffix of the files they read, and those of other packages."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from accelc.errors import AccelcError, PluginError
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
            if isinstance(model, ImportedModel):
                model.module.verify()
                return model
        except (AccelcError, OSError):
            raise
        except Exception as error:
            raise _failed(plugin, path, f"{type(error).__name__}: {error}") from error
        raise _failed(plugin, path, f"it gives a value of type {type(model).__name__}: expected an ImportedModel")

    return checked


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

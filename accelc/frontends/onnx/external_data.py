"""
Tensor data kept in files beside the model, read only from inside the model's folder.

The location, offset and length come from a stranger's file: absolute paths, `..`, links that lead out of the folder,
and ranges beyond the file are refused (the class of ONNX's CVE-2022-25882 and CVE-2024-27318).
"""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from onnx import TensorProto

from accelc.errors import ModelError


def read_external(tensor: TensorProto, size: int, folder: Path | None, where: str) -> bytes:
    """The `size` bytes of an external tensor; `where` names the tensor in errors."""
    path = external_file(tensor, folder, where)
    fields = _fields(tensor)
    try:
        return _range_of(path, fields, size, where)
    except OSError as error:
        raise _unreadable(fields, where, error) from error


def external_file(tensor: TensorProto, folder: Path | None, where: str) -> Path:
    """
    The file of an external tensor, inside the model's `folder` (None: the model did not come from a file).

    Raises ModelError.
    """
    fields = _fields(tensor)
    location = fields.get("location", "")
    if folder is None:
        raise ModelError(
            f"{where}: data are in the external file '{location}', but the model was not read from a file; "
            "import it by its path, or only time it (--no-weights --timing-only)"
        )
    try:
        return _resolved(location, folder, where)
    except OSError as error:
        raise _unreadable(fields, where, error) from error


def _fields(tensor: TensorProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in tensor.external_data}


def _unreadable(fields: Mapping[str, str], where: str, error: OSError) -> ModelError:
    location = fields.get("location", "")
    return ModelError(f"{where}: cannot read external data file '{location}': {error.strerror}")


def _range_of(path: Path, fields: Mapping[str, str], size: int, where: str) -> bytes:
    offset = _number(fields.get("offset", "0"), "offset", where)
    length = _number(fields.get("length", str(size)), "length", where)
    if length != size:
        raise ModelError(f"{where}: external length {length} differs from the {size} bytes its shape takes")
    available = path.stat().st_size
    if offset + length > available:
        raise ModelError(
            f"{where}: bytes {offset} to {offset + length} are outside external file '{fields['location']}' "
            f"of {available} bytes"
        )
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


def _resolved(location: str, folder: Path, where: str) -> Path:
    """Path of an external data file, proved to lie inside `folder` after links are followed."""
    parts = PurePosixPath(location)
    windows = PureWindowsPath(location)
    if not location or "\0" in location:
        raise ModelError(f"{where}: external data without a usable location")
    if parts.is_absolute() or windows.drive or windows.root or ".." in parts.parts or ".." in windows.parts:
        raise ModelError(
            f"{where}: external data location '{location}' leaves the model's folder; "
            "only relative paths inside it are read"
        )
    base = Path(os.path.realpath(folder))
    path = Path(os.path.realpath(base / location))
    if not path.is_relative_to(base):
        raise ModelError(f"{where}: external data location '{location}' leads out of the model's folder by a link")
    if not path.is_file():
        raise ModelError(
            f"{where}: external data file '{location}' is not in the model's folder; put it there, or "
            "only time the model (--no-weights --timing-only)"
        )
    return path


def _number(text: str, what: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ModelError(f"{where}: external data {what} '{text}' is not a count of bytes")
    return int(text)

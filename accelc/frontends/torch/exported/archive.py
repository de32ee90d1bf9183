"""
Files that `torch.export.save` writes (`.pt2`), read without executing anything that is in them.

`torch.export.load` of torch 2.13 is not safe on its own. It unpickles tensors that the file marks as pickled
(`weights_only=False`), and falls back to that for the example inputs if reading them as plain tensors fails; it
unpickles constants of other kinds; it loads libraries under `data/aotinductor`; and it evaluates the text of symbolic
sizes as Python. So the file is read here first, refused if it has any of that, and torch gets a copy without the
example inputs, which are always a pickle and are not needed. Operators are limited to those of torch itself.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from accelc.errors import ModelError
from accelc.files import read_at_most
from accelc.frontends.torch import library

MAX_BYTES = 2**31 - 1
"""Largest file, and largest sum of the sizes of its members, bytes."""
MAX_REASON = 200
"""Characters of torch's errors that are kept."""
MAX_JSON_DEPTH = 100
"""Nesting of the descriptions in a file."""
MODEL = "models/model.json"
SAMPLES = "data/sample_inputs/"
CONFIGURATIONS = {
    "data/weights/model_weights_config.json": "weight_",
    "data/constants/model_constants_config.json": "tensor_",
}
"""Lists of tensors, and how the names of their members begin."""
KNOWN = ("data/weights/", "data/constants/", SAMPLES, "models/", ".data/", "extra/")
"""Folders of a file."""
PLAIN = frozenset(["archive_format", "archive_version", "version", "byteorder"])
"""Members of the root of a file that hold one word."""
OPERATOR = re.compile(
    r"torch\.ops\.(aten|prims)\.\w+(\.\w+)?|torch\.ops\.higher_order\.\w+|_operator\.getitem|torch\._C\._set_grad_enabled"
)


def load_program(path: str | Path) -> Any:
    """
    The `torch.export.ExportedProgram` in a file.

    Raises ModelError for a file that is missing, too large, not written by `torch.export.save`, damaged, or that holds
    pickled objects, libraries, symbolic sizes or operators of other packages.
    """
    library.torch()
    where = f"model '{path}'"
    try:
        data = read_at_most(Path(path), MAX_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"cannot read {where}: {reason}") from error
    safe = _without_pickles(data, where)
    try:
        package: Any = import_module("torch.export.pt2_archive._package")
        # `torch.export.load` would print what fails here, then look for the format of older versions.
        return package.load_pt2(io.BytesIO(safe)).exported_programs["model"]
    except Exception as error:
        # Whatever torch raises, the file is not one that it wrote.
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"{where} is damaged, or from another version of torch: {reason[0][:MAX_REASON]}") from error


def _without_pickles(data: bytes, where: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive, where)
            _check_tensors(members, where)
            _check_model(members, where)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise ModelError(f"{where} is not a file of torch.export.save, or is truncated: {error}") from error
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(f"model/{name}", b"" if name.startswith(SAMPLES) else content)
    return result.getvalue()


def _members(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    """Contents by name, without the folder that holds them all."""
    members: dict[str, bytes] = {}
    total = 0
    for info in archive.infolist():
        name = info.filename.partition("/")[2]
        total += info.file_size
        if info.compress_type != zipfile.ZIP_STORED or total > MAX_BYTES:
            raise ModelError(
                f"{where}: member '{name}' is compressed or too large; torch.export.save stores them plain"
            )
        if name in members:
            raise ModelError(f"{where}: member '{name}' is there twice")
        if name.startswith("extra/"):
            continue
        if name.endswith(".pt") and not name.startswith(SAMPLES):
            raise ModelError(f"{where}: member '{name}' is a pickle, which can execute code; save the program again")
        if name not in PLAIN and not name.startswith(KNOWN):
            raise ModelError(f"{where}: member '{name}' is none of torch.export.save, which writes no libraries")
        members[name] = archive.read(info)
    models = [name for name in members if name.startswith("models/")]
    if models != [MODEL]:
        raise ModelError(f"{where}: has the models {models}, expected {MODEL}; save it with torch.export.save")
    return members


def _parsed(members: dict[str, bytes], name: str, where: str) -> Any:
    if name not in members:
        raise ModelError(f"{where}: member '{name}' is missing")
    try:
        return json.loads(members[name])
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{where}: member '{name}' is not JSON: {error}") from error


def _check_tensors(members: dict[str, bytes], where: str) -> None:
    for name, prefix in CONFIGURATIONS.items():
        for entry in _dictionaries(_parsed(members, name, where), where):
            if "path_name" not in entry:
                continue
            path = str(entry["path_name"])
            if entry.get("use_pickle") is not False or not re.fullmatch(prefix + r"\d+", path):
                raise ModelError(
                    f"{where}: '{path}' in '{name}' is pickled, which can execute code; supported are tensors"
                )


def _check_model(members: dict[str, bytes], where: str) -> None:
    for entry in _dictionaries(_parsed(members, MODEL, where), where):
        if "expr_str" in entry:
            raise ModelError(f"{where}: has the symbolic size '{entry['expr_str']}'; export it with static shapes")
        target = entry.get("target")
        if "metadata" in entry and "inputs" in entry and not OPERATOR.fullmatch(str(target)):
            raise ModelError(
                f"{where}: node '{entry.get('name')}' calls '{target}'; supported are operators of torch itself"
            )


def _dictionaries(tree: Any, where: str) -> Iterator[dict[str, Any]]:
    """All dictionaries of a JSON tree."""
    stack: list[tuple[Any, int]] = [(tree, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_JSON_DEPTH:
            raise ModelError(f"{where}: nests deeper than {MAX_JSON_DEPTH} levels")
        if isinstance(item, dict):
            yield cast(dict[str, Any], item)
            stack += [(value, depth + 1) for value in cast(dict[str, Any], item).values()]
        elif isinstance(item, list):
            stack += [(value, depth + 1) for value in cast(list[Any], item)]

"""Reads a report as its own scripts do, for comparison with the profile."""

import gzip
import json
import re
from base64 import b64decode
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def block(page: str, name: str) -> str:
    """Text of a block of data of a page."""
    (found,) = re.findall(rf'<script type="[^"]*" id="{name}">(.*?)</script>', page, re.DOTALL)
    return found


def read_report(page: str) -> dict[str, Any]:
    """The data of a page, references to columns replaced by arrays."""
    buffer = gzip.decompress(b64decode(block(page, "columns")))
    return resolved(json.loads(block(page, "data")), buffer)


def resolved(value: Any, buffer: bytes) -> Any:
    """`value` with arrays for references into `buffer`."""
    if isinstance(value, list):
        return [resolved(item, buffer) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value)
    if "at" in items and "type" in items:
        column: Array = np.frombuffer(buffer, f"<{items['type']}", items["count"], items["at"])
        return np.cumsum(column.astype(np.int64)) if items.get("differences") else column
    return {key: resolved(item, buffer) for key, item in items.items()}

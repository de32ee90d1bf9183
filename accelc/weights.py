"""
The weights of a module: arrays by name, beside the IR, kept on disk as safetensors.

A safetensors file is an 8-byte little-endian header length, a JSON header (name -> dtype, shape, byte range) and the
data. It is read and written here, and nowhere else in accelc, because the dtypes of `ml_dtypes` do not pass through
`safetensors.numpy`; types the format does not know are stored as `U8` with their name in the metadata. Reading maps
the file and copies nothing.
"""

import json
from collections import ChainMap
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any, cast

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from accelc.errors import ModelError

Array = NDArray[np.generic]
Weights = dict[str, Array]

MAX_HEADER_BYTES = 100_000_000
"""Longest header the format allows."""

_CODES: dict[str, np.dtype[np.generic]] = {
    "BOOL": np.dtype(np.bool_),
    "U8": np.dtype(np.uint8),
    "I8": np.dtype(np.int8),
    "U16": np.dtype(np.uint16),
    "I16": np.dtype(np.int16),
    "U32": np.dtype(np.uint32),
    "I32": np.dtype(np.int32),
    "U64": np.dtype(np.uint64),
    "I64": np.dtype(np.int64),
    "F16": np.dtype(np.float16),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "F32": np.dtype(np.float32),
    "F64": np.dtype(np.float64),
    "F8_E4M3": np.dtype(ml_dtypes.float8_e4m3fn),
    "F8_E5M2": np.dtype(ml_dtypes.float8_e5m2),
}
_NAMES = {dtype: code for code, dtype in _CODES.items()}
_ODD: dict[str, np.dtype[np.generic]] = {
    "float8_e4m3": np.dtype(ml_dtypes.float8_e4m3),
    "float8_e3m4": np.dtype(ml_dtypes.float8_e3m4),
}
_METADATA = "__metadata__"
_DTYPE_KEY = "accelc.dtype."
_ALIGNMENT = 64


def renamed_weights(weights: Mapping[str, Array], names: Mapping[str, str]) -> Mapping[str, Array]:
    """
    `weights` as one call of a function sees them: under the name `inside` what `names[inside]` is outside.

    Raises `ModelError` for a name that no weight has.
    """
    if not names:
        return weights
    missing = [outside for outside in names.values() if outside not in weights]
    if missing:
        raise ModelError(f"weight '{missing[0]}' is missing; {len(weights)} weights are given")
    return ChainMap({inside: weights[outside] for inside, outside in names.items()}, dict(weights))


def absent_weight(shape: Sequence[int], dtype: np.dtype[Any], number: int = 0) -> Array:
    """
    A tensor of which only the type is known: one element in memory, whatever the shape.

    Floats are NaN, their bits telling `number` apart from others as far as there are bits, so that nothing that looks
    for equal or special values finds any.
    """
    if dtype.kind not in "fV" or dtype.itemsize == 1:
        return np.broadcast_to(np.zeros((), dtype), tuple(shape))
    digits = _fraction_bits(dtype)
    bits = np.array([2], dtype).view(f"u{dtype.itemsize}")
    # All bits of the exponent, and some of the fraction: a NaN.
    nan = int(np.array([np.inf], dtype).view(bits.dtype)[0]) | 1 << (digits - 1) | number % (1 << (digits - 1))
    return np.broadcast_to(np.array([nan], bits.dtype).view(dtype)[0], tuple(shape))


def absent_number(array: Array) -> int:
    """The number that `absent_weight` wrote into an array."""
    bits = array[(0,) * array.ndim].reshape(1).view(f"u{array.dtype.itemsize}")[0]
    digits = _fraction_bits(array.dtype)
    return int(bits) % (1 << (digits - 1))


def _fraction_bits(dtype: np.dtype[Any]) -> int:
    return {2: (10 if dtype == np.float16 else 7), 4: 23, 8: 52}[dtype.itemsize]


def like_absent(array: Array, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
    """What becomes of an absent weight: as absent, of another type."""
    return absent_weight(shape, dtype, absent_number(array))


def is_absent(array: Array) -> bool:
    """Whether `array` may be one that `absent_weight` made: it repeats one NaN. One NaN alone is a number."""
    if array.dtype.kind not in "fV" or array.size < 2 or array.dtype.itemsize == 1:
        return False
    repeats = all(stride == 0 or n == 1 for stride, n in zip(array.strides, array.shape, strict=True))
    return repeats and bool(np.isnan(array.reshape(-1)[:1] if array.ndim == 0 else array[(0,) * array.ndim]).all())


def save_weights(path: str | Path, weights: Mapping[str, Array]) -> None:
    """Write weights as one safetensors file; raises `ModelError` for a dtype the file cannot hold."""
    with Path(path).open("wb") as file:
        header, arrays = _layout(weights)
        file.write(len(header).to_bytes(8, "little"))
        file.write(header)
        for array in arrays:
            # Flat bytes, because dtypes of ml_dtypes do not offer the buffer protocol.
            file.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def weights_to_bytes(weights: Mapping[str, Array]) -> bytes:
    """The safetensors file of `weights`, in memory."""
    header, arrays = _layout(weights)
    data = (np.ascontiguousarray(a).reshape(-1).view(np.uint8).tobytes() for a in arrays)
    return b"".join((len(header).to_bytes(8, "little"), header, *data))


def load_weights(path: str | Path) -> Weights:
    """
    Weights of a safetensors file as read-only arrays over the mapped file.

    Raises `ModelError` naming the tensor when the header does not describe the file exactly.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size < 8:
            raise ModelError(f"weights '{path}': {size} bytes are too few for a safetensors file")
        data = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read weights '{path}': {error}") from error
    return parse_weights(data, f"weights '{path}'")


def parse_weights(data: "bytes | memoryview | NDArray[np.uint8]", where: str = "weights") -> Weights:
    """
    Weights of a safetensors file held in memory; the arrays share it and are read-only.

    Raises ModelError for a header that does not fit the file.
    """
    buffer = data if isinstance(data, np.ndarray) else np.frombuffer(data, np.uint8)
    if buffer.size < 8:
        raise ModelError(f"{where}: {buffer.size} bytes are too few for a safetensors file")
    length = int.from_bytes(buffer[:8].tobytes(), "little")
    if length > min(MAX_HEADER_BYTES, buffer.size - 8):
        raise ModelError(f"{where}: a header of {length} bytes does not fit the file of {buffer.size} bytes")
    header = _parse_header(buffer[8 : 8 + length].tobytes(), where)
    metadata = header.pop(_METADATA, {})
    body = buffer[8 + length :]
    body.flags.writeable = False
    weights: Weights = {}
    ranges: list[tuple[int, int, str]] = []
    for name, entry in header.items():
        begin, end, weights[name] = _tensor(name, entry, metadata, body, where)
        ranges.append((begin, end, name))
    _check_ranges(ranges, body.size, where)
    return weights


def _layout(weights: Mapping[str, Array]) -> tuple[bytes, list[Array]]:
    entries: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    offset = 0
    # Widest elements first keep every tensor aligned to its element size.
    ordered = sorted(weights.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    for name, array in ordered:
        if name == _METADATA:
            raise ModelError(f"weight name '{name}' is reserved by safetensors")
        code = _NAMES.get(array.dtype)
        if code is None:
            if array.dtype.name not in _ODD:
                raise ModelError(f"weight '{name}': dtype {array.dtype.name} cannot be stored")
            code = "U8"
            metadata[_DTYPE_KEY + name] = array.dtype.name
        entries[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    header = json.dumps(({_METADATA: metadata} if metadata else {}) | entries, separators=(",", ":")).encode()
    header += b" " * (-(len(header) + 8) % _ALIGNMENT)
    return header, [array for _, array in ordered]


def _parse_header(text: bytes, where: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ModelError(f"{where}: the header has a key twice")
        return result

    try:
        header = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{where}: the header is not JSON") from error
    if not isinstance(header, dict):
        raise ModelError(f"{where}: the header is not a JSON object")
    typed = cast(dict[str, Any], header)
    if not isinstance(typed.get(_METADATA, {}), dict):
        raise ModelError(f"{where}: the header's metadata is not a JSON object")
    return typed


def _tensor(
    name: str, entry: Any, metadata: Mapping[str, Any], body: NDArray[np.uint8], where: str
) -> tuple[int, int, Array]:
    try:
        code = entry["dtype"]
        shape = [_count(d) for d in entry["shape"]]
        begin, end = (_count(o) for o in entry["data_offsets"])
        dtype = _CODES[code]
        if code == "U8" and _DTYPE_KEY + name in metadata:
            dtype = _ODD[metadata[_DTYPE_KEY + name]]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{where}: tensor '{name}' has a malformed header entry") from error
    if prod(shape) * dtype.itemsize != end - begin or end > body.size or len(shape) > 64:
        raise ModelError(
            f"{where}: tensor '{name}' of {dtype.name}{shape} does not fit bytes {begin} to {end} of {body.size}"
        )
    return begin, end, body[begin:end].view(dtype).reshape(shape)


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _check_ranges(ranges: list[tuple[int, int, str]], size: int, where: str) -> None:
    position = 0
    for begin, end, name in sorted(ranges):
        if begin != position:
            raise ModelError(f"{where}: tensor '{name}' starts at byte {begin}, expected {position} (overlap or gap)")
        position = end
    if position != size:
        raise ModelError(f"{where}: {size - position} bytes after the last tensor")

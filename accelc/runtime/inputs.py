"""Inputs of a model: arrays from files, checked against the model, and seeded random ones for the rest."""

import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.arguments import as_array, integer
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dense_to_array
from accelc.errors import ModelError, UsageError, suggestion
from accelc.isa.program import ValueType

Array = npt.NDArray[Any]

DEFAULT_INTEGERS = 2
"""Random integers are below this where the model does not say what they index: legal as masks and small tables."""
IMAGE_RANK = 4
"""Rank of a batch of images with channels."""
FOLLOWED = (graph.CastOp, graph.ReshapeOp, graph.TransposeOp, graph.SliceOp, graph.BroadcastOp, graph.IdentityOp)
"""Operations an index keeps its value through."""


def parse_assignment(text: str, option: str) -> tuple[str, str]:
    """Both sides of `NAME=VALUE`. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise UsageError(f"{option} '{text}': expected NAME=VALUE")
    return name, value


def parse_size(text: str, where: str) -> int:
    """A size of a dimension. Raises UsageError."""
    if not text.isdecimal():
        raise UsageError(f"{where}: '{text}' is not a size; expected an integer of at least 0")
    return int(text)


def load_array(path: str | Path, name: str) -> Array:
    """The array of a `.npy` file for input `name`. Raises ModelError when it is not one."""
    where = f"input '{name}': '{path}'"
    try:
        with Path(path).open("rb") as file:
            array = np.lib.format.read_array(file, allow_pickle=False)
            if file.read(1):
                raise ValueError("bytes follow the array")
    except OSError as error:
        raise ModelError(f"{where} cannot be read: {error.strerror}") from error
    except (ValueError, EOFError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else "too large"
        raise ModelError(f"{where} is not a .npy file that holds a plain array: {reason}") from error
    return array


def shapes_of(given: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """Shapes of values that are arrays, or numbers in nested lists; of others there is none."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, value in given.items():
        # What raises here is no array, which is said where the types of inputs are known.
        with suppress(Exception):
            array = cast(Any, value if hasattr(value, "dtype") else np.asarray(value))
            if hasattr(value, "dtype") or array.dtype.kind in "biuf":
                shapes[name] = tuple(map(int, array.shape))
    return shapes


def typed_inputs(given: Mapping[str, object], expected: Sequence[ValueType]) -> dict[str, Array]:
    """
    The arrays of `given`: what `arguments.as_array` makes of each value.

    Raises ModelError for an unknown name, for what is no array, and for a dtype or a shape that is not the model's.
    """
    types = {value.name: value for value in expected}
    arrays: dict[str, Array] = {}
    for name, raw in given.items():
        if name not in types:
            known = ", ".join(types) or "none"
            raise ModelError(f"the model has no input '{name}'{suggestion(name, types)} (its inputs: {known})")
        value = types[name]
        array = as_array(f"input '{name}'", raw, _numpy_dtype(value.dtype))
        if array.dtype.name != value.dtype:
            raise ModelError(
                f"input '{name}' has dtype {array.dtype.name}, the model expects {value.dtype}: "
                f"convert the array, for example with array.astype('{value.dtype}')"
            )
        if array.shape != value.shape:
            raise ModelError(f"input '{name}' has shape {list(array.shape)}, the model expects {list(value.shape)}")
        arrays[name] = array
    return arrays


def random_inputs(values: Sequence[ValueType], bounds: Mapping[str, int], seed: int) -> dict[str, Array]:
    """
    Arrays for `values`, the same for the same seed, name and type.

    Floats are standard normal, or uniform in [0, 1) where the rank is that of a batch of images (4); truth values are
    fair, integers from 0 up to `bounds[name]` (exclusive). Raises UsageError for a seed that is no integer from 0.
    """
    seed = integer("seed of random inputs", seed, 0)
    result: dict[str, Array] = {}
    for value in values:
        rng = np.random.default_rng([seed, zlib.crc32(value.name.encode())])
        dtype = _numpy_dtype(value.dtype)
        if value.dtype == "bool":
            result[value.name] = rng.integers(0, 2, value.shape).astype(np.bool_)
        elif dtype.kind in "iu":
            high = min(bounds.get(value.name, DEFAULT_INTEGERS), int(np.iinfo(dtype).max))
            result[value.name] = rng.integers(0, max(high, 1), value.shape).astype(dtype)
        else:
            draw = rng.random if len(value.shape) == IMAGE_RANK else rng.standard_normal
            result[value.name] = draw(value.shape, np.float32).astype(dtype)
    return result


def index_bounds(function: graph.FuncOp) -> dict[str, int]:
    """
    For each input of integers that indexes a table, the number of its rows; by name.

    An input indexes a table when it reaches the indices of a `graph.gather`, or a comparison with a constant list of
    all indices (the form of a one-hot encoding), through operations that keep its value.
    """
    names = [name.data for name in function.input_names or ()]
    bounds: dict[str, int] = {}
    for name, argument in zip(names, function.body.block.args, strict=False):
        found = _bounds_of(argument, set())
        if found:
            bounds[name] = min(found)
    return bounds


def _bounds_of(value: SSAValue, seen: set[SSAValue]) -> list[int]:
    found: list[int] = []
    for use in value.uses:
        user = use.operation
        if isinstance(user, graph.GatherOp | graph.ScatterOp) and user.indices is value:
            found.append(shape_of(user.x)[user.axis.value.data])
        elif isinstance(user, graph.EqualOp):
            other = user.rhs if user.lhs is value else user.lhs
            if isinstance(other.owner, graph.ConstantOp):
                constants = dense_to_array(other.owner.value)
                if constants.size > 1:
                    found.append(int(constants.max()) + 1)
        elif isinstance(user, FOLLOWED) and user.results[0] not in seen:
            seen.add(user.results[0])
            found += _bounds_of(user.results[0], seen)
    return found


def _numpy_dtype(name: str) -> np.dtype[Any]:
    import ml_dtypes

    return np.dtype(getattr(ml_dtypes, name, name))

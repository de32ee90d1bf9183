"""Arguments of a call, taken apart: arrays and numbers that may change, and a key of everything else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from accelc.hooking.arrays.array import DeviceArray, assign, assign_where
from accelc.hooking.arrays.geometry import Array
from accelc.hooking.arrays.indexing import set_item
from accelc.hooking.instruction import ArrayKind, NumberKind, Operand

if TYPE_CHECKING:
    from accelc.hooking.session import Session

PLAIN = (int, float, bool, complex, str, bytes, type(None), type(Ellipsis), slice)
"""Arguments by value."""


@dataclass
class Flat:
    """
    A call's arguments with placeholders, the operands behind them, and a key.

    `operands` has an array, or None for a number, which is the next of `numbers`. Calls with equal keys differ in the
    elements of arrays and in numbers only. `refusal` says why the arguments are nothing that can be recorded.
    """

    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    operands: list[DeviceArray | Array | None] = field(default_factory=list[Any])
    numbers: list[Any] = field(default_factory=list[Any])
    key: tuple[Any, ...] = ()
    refusal: str | None = None


def flatten(session: "Session", arguments: Sequence[Any], options: Mapping[str, Any], numbers: str) -> Flat:
    """
    Take a call apart. Arrays of other sessions are NumPy's, with their elements present.

    `numbers` says which numbers of Python may change: `all` that are arguments, the `last` argument, or `none`. Numbers
    of NumPy, which have a type, always may.
    """
    flat = Flat()
    places: dict[int, int] = {}
    key: list[Any] = []
    given: list[Any] = []
    for index, argument in enumerate(arguments):
        free = numbers == "all" or (numbers == "last" and index == len(arguments) - 1)
        given.append(_visit(session, argument, free, flat, places, key))
    flat.arguments = tuple(given)
    for name in sorted(options):
        key.append(name)
        flat.options[name] = _visit(session, options[name], False, flat, places, key)
    flat.key = tuple(key)
    return flat


def _visit(session: "Session", given: Any, free: bool, flat: Flat, places: dict[int, int], key: list[Any]) -> Any:
    kind = cast(Any, type(given))
    if kind is DeviceArray and given.session is not session:
        given = given.session.surrender(given)
        kind = cast(Any, type(given))
    if kind is DeviceArray or kind is np.ndarray:
        if id(given) not in places:
            places[id(given)] = len(flat.operands)
            flat.operands.append(given)
        place = places[id(given)]
        key.append((place, *(given.kind if kind is DeviceArray else (given.shape, given.strides, given.dtype, False))))
        return Operand(place)
    if (free and kind in (int, float, bool)) or isinstance(given, np.number | np.bool_):
        flat.operands.append(None)
        flat.numbers.append(given)
        key.append(kind)
        return Operand(len(flat.operands) - 1)
    if kind in (tuple, list):
        items = cast(Sequence[Any], given)
        key.append((kind, len(items)))
        found = [_visit(session, item, False, flat, places, key) for item in items]
        return found if kind is list else tuple(found)
    if kind in PLAIN or kind is type or issubclass(kind, np.dtype):
        key.append((kind, str(given)) if kind is slice or kind is float else (kind, given))
        return given
    flat.refusal = flat.refusal or f"an argument of type {kind.__name__}"
    return given


def kinds_of(call: Callable[..., Any], flat: Flat) -> list[ArrayKind | NumberKind]:
    """What is known of the operands of a call when its first IR is built; numbers in the type they are computed in."""
    arrays = [v for v in flat.operands if v is not None]
    numbers = iter(flat.numbers)
    kinds: list[ArrayKind | NumberKind] = []
    for array in flat.operands:
        if array is None:
            number = next(numbers)
            if call in (assign, assign_where, set_item):
                dtype = arrays[0].dtype
            elif isinstance(number, np.generic):
                dtype: np.dtype[Any] = cast(Any, number).dtype
            else:
                dtype = np.result_type(number, *(v.dtype for v in arrays))
            kinds.append(NumberKind(number, dtype))
        else:
            shadow = array.shadow if type(array) is DeviceArray else array
            is_number = type(array) is DeviceArray and array.is_number
            kinds.append(ArrayKind((shadow.shape, shadow.strides, 0), shadow.dtype, is_number))
    return kinds

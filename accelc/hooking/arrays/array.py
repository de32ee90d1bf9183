"""The array that a hooked program sees: behaves as `numpy.ndarray`, records instead of computing where it can."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from accelc.hooking.arrays.geometry import Array, Place

if TYPE_CHECKING:
    from accelc.hooking.arrays.storage import Storage
    from accelc.hooking.session import Session

NUMBERS = (float, int, bool)
"""Python's own numbers: their type says nothing of the result's."""
AS_FUNCTIONS = [
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "var",
    "std",
    "clip",
    "dot",
    "argmax",
    "argmin",
    "any",
    "all",
    "round",
    "cumsum",
    "cumprod",
    "take",
    "repeat",
    "trace",
    "nonzero",
    "argsort",
    "ptp",
    "transpose",
    "reshape",
    "ravel",
    "squeeze",
    "swapaxes",
    "diagonal",
]
"""Methods that NumPy has as functions too, with the array as first argument."""


class DeviceArray(np.lib.mixins.NDArrayOperatorsMixin):
    """
    A view of a storage of a session.

    `shadow` is NumPy's view of the storage's host buffer: shape, strides, and what is a view of what are those of
    NumPy; its elements are those of the array once the session has executed what is pending. A result without axes
    (`is_number`) behaves as the number that NumPy gives there.
    """

    __array_priority__: float = 1000.0
    __slots__ = ("is_number", "kind", "place", "session", "shadow", "storage")

    def __init__(
        self, session: "Session", storage: "Storage", shadow: Array, place: Place, is_number: bool = False
    ) -> None:
        storage.handles.append(None)
        self.session: Session = session
        self.storage: Storage = storage
        self.shadow: Array = shadow
        self.place: Place = place
        self.kind: tuple[tuple[int, ...], tuple[int, ...], np.dtype[Any], bool] = (
            place[0],
            place[1],
            shadow.dtype,
            is_number,
        )
        self.is_number: bool = is_number

    def __del__(self) -> None:
        self.storage.handles.pop()

    @property
    def __class__(self) -> type:
        # `isinstance(x, np.ndarray)` holds in programs that ask; C code sees the true type and asks for `__array__`.
        return self.shadow.dtype.type if self.is_number else np.ndarray

    @__class__.setter
    def __class__(self, value: type) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        raise TypeError("the class of a device array cannot be changed")

    # --- what needs no elements -----------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes."""
        return self.place[0]

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.place[0])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Element type."""
        return self.kind[2]

    @property
    def T(self) -> Any:
        """View with reversed axes."""
        return self if self.is_number else self.session.view(self.shadow.T, self)

    def __len__(self) -> int:
        return len(self.shadow)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return self.session.call_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Callable[..., Any], types: Any, arguments: Any, options: Any) -> Any:
        return self.session.call_function(function, arguments, options)

    def __getitem__(self, index: Any) -> Any:
        return self.session.get_item(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        if self.is_number:
            raise TypeError(f"'numpy.{self.dtype.name}' object does not support item assignment")
        self.session.set_item(self, index, value)

    def __iter__(self) -> Iterator[Any]:
        if not self.place[0]:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self.shadow)))

    # --- what needs them ------------------------------------------------------------------------------------------

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        array = self.session.expose(self)
        if dtype is not None and np.dtype(dtype) != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def _read(self) -> Any:
        """Present elements, as a number if it is one; not to be kept."""
        return self.session.read(self)

    def item(self, *index: Any) -> Any:
        """An element as a number of Python."""
        return self._read().item(*index)

    def tolist(self) -> Any:
        """Elements as nested lists."""
        return self._read().tolist()

    def __bool__(self) -> bool:
        return bool(self._read())

    def __float__(self) -> float:
        return float(self._read())

    def __int__(self) -> int:
        return int(self._read())

    def __index__(self) -> int:
        return self._read().__index__()

    def __complex__(self) -> complex:
        return complex(self._read())

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._read()) if digits is None else round(self._read(), digits)

    def __contains__(self, value: Any) -> bool:
        return value in self._read()

    def __hash__(self) -> int:
        return hash(self._read()) if self.is_number else hash(self.shadow)

    def __str__(self) -> str:
        return str(self._read())

    def __repr__(self) -> str:
        return repr(self._read())

    def __format__(self, specification: str) -> str:
        return format(self._read(), specification)

    def __reduce__(self) -> Any:
        return self._read().copy().__reduce__()

    def __copy__(self) -> Any:
        return self.copy("K")

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy("K")

    def __buffer__(self, flags: int) -> memoryview:
        return memoryview(cast(Any, self.session.expose(self)))

    def __pow__(self, other: Any) -> Any:
        kind = cast(Any, type(other))
        if kind is not DeviceArray and issubclass(kind, int | float | np.generic):
            return self.session.call_function(power, (self, other), {})
        return super().__pow__(other)

    # --- methods --------------------------------------------------------------------------------------------------

    def astype(self, dtype: npt.DTypeLike, *arguments: Any, **options: Any) -> Any:
        """The elements in another type."""
        kind = np.dtype(dtype)
        if kind == self.kind[2] and options.get("copy") is False and not arguments and not self.is_number:
            return self
        if not arguments and set(options) <= {"copy"}:
            return self.session.call_function(astype, (self, kind), {})
        return self.session.call_method(self, "astype", (dtype, *arguments), options)

    def copy(self, order: str = "C") -> Any:
        """A new array of the same contents."""
        return self.session.call_function(copy, (self, order), {})

    def flatten(self, order: str = "C") -> Any:
        """A new array of one axis."""
        return self.session.call_function(flatten, (self, order), {})

    def fill(self, value: Any) -> None:
        """Set all elements."""
        self[...] = value

    def __getattr__(self, name: str) -> Any:
        if name in AS_FUNCTIONS:
            return partial(self._function, name)
        if self.is_number and not hasattr(np.ndarray, name):
            return getattr(self._read(), name)
        if name.startswith("__array_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"'{type(self.shadow).__name__}' object has no attribute '{name}'")
        if callable(getattr(np.ndarray, name)):
            return partial(self._method, name)
        return self.session.attribute(self, name)

    def _function(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self.session.call_function(getattr(np, name), (self, *_shape_of(name, arguments)), options)

    def _method(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self.session.call_method(self, name, arguments, options)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "shape":
            view: Any = self.shadow.view()
            view.shape = value
            self._become(view)
            return
        try:
            object.__setattr__(self, name, value)
        except AttributeError:
            if name in ("dtype", "strides"):
                raise
            setattr(self.session.expose(self), name, value)

    def _become(self, view: Array) -> None:
        """See the same storage otherwise."""
        self.shadow = view
        self.place = (view.shape, view.strides, self.place[2])
        self.kind = (view.shape, view.strides, view.dtype, self.is_number)


def _shape_of(name: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """`x.reshape(2, 3)` and `x.transpose(1, 0)` are functions of one tuple."""
    if name == "reshape" and len(arguments) > 1:
        return (arguments,)
    if name == "transpose":
        return () if not arguments else (arguments[0] if len(arguments) == 1 else arguments,)
    return arguments


def astype(x: Any, dtype: np.dtype[Any]) -> Any:
    """`x.astype(dtype)`."""
    return x.astype(dtype)


def power(x: Any, exponent: Any) -> Any:
    """`x ** exponent`, which is not always `numpy.power`: NumPy squares, inverts and takes roots for some numbers."""
    return x**exponent


def copy(x: Any, order: str) -> Any:
    """`x.copy(order)`."""
    return x.copy(order)


def flatten(x: Any, order: str) -> Any:
    """`x.flatten(order)`."""
    return x.flatten(order)


def assign(target: Any, value: Any) -> None:
    """`target[...] = value`."""
    target[...] = value


def assign_where(target: Any, mask: Any, value: Any) -> None:
    """`target[mask] = value` for one value."""
    if isinstance(target, np.ndarray):
        target[mask] = value
    else:
        target[...] = np.where(mask, value, target)


def element(x: Any) -> Any:
    """`x[()]` of an array without axes: the number in it."""
    return x[()]


def _fast(name: str, ufunc: np.ufunc, *, reflected: bool = False) -> Any:
    """An operator that calls the session at once for what it meets most: device arrays and numbers of Python."""
    general = getattr(np.lib.mixins.NDArrayOperatorsMixin, name)

    def operator(self: DeviceArray, other: Any) -> Any:
        kind = cast(Any, type(other))
        if kind is DeviceArray or kind in NUMBERS:
            return (
                self.session.call_binary(ufunc, other, self)
                if reflected
                else self.session.call_binary(ufunc, self, other)
            )
        return general(self, other)

    return operator


def _in_place(name: str) -> Any:
    general = getattr(np.lib.mixins.NDArrayOperatorsMixin, name)
    fresh = getattr(DeviceArray, name.replace("__i", "__"))

    def operator(self: DeviceArray, other: Any) -> Any:
        # Numbers cannot be changed: `s += 1` makes a new one.
        return fresh(self, other) if self.is_number else general(self, other)

    return operator


for _name, _ufunc in {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.divide,
    "matmul": np.matmul,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}.items():
    setattr(DeviceArray, f"__{_name}__", _fast(f"__{_name}__", _ufunc))
    if hasattr(DeviceArray, f"__r{_name}__"):
        setattr(DeviceArray, f"__r{_name}__", _fast(f"__r{_name}__", _ufunc, reflected=True))
    if hasattr(DeviceArray, f"__i{_name}__"):
        setattr(DeviceArray, f"__i{_name}__", _in_place(f"__i{_name}__"))
for _name in ("pow", "floordiv", "mod", "lshift", "rshift"):
    setattr(DeviceArray, f"__i{_name}__", _in_place(f"__i{_name}__"))

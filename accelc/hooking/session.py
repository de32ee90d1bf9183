"""
A hooked stretch of a program: what happens to each NumPy call on device arrays.

Hook -> first IR, known from an earlier call of the same kind or built now -> a record of the segment under way, or, if
the instruction is not the accelerator's, NumPy itself on present elements. The segment is executed when the program
looks at elements that it computes, and where a loop of the program comes round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import numpy as np

from accelc.errors import SimulationError
from accelc.hooking.arrays.arguments import Flat, flatten, kinds_of
from accelc.hooking.arrays.array import DeviceArray, assign, assign_where, element
from accelc.hooking.arrays.geometry import Array, is_inside, owner_of, steps_of
from accelc.hooking.arrays.indexing import get_item, is_basic, is_one, plain_index, set_item
from accelc.hooking.arrays.storage import Storage, Storages, is_supported
from accelc.hooking.executor import Executor
from accelc.hooking.instruction import FirstIR, Returned, build
from accelc.hooking.names import METADATA, VIEWS, WRITERS
from accelc.hooking.recorder import Recorder, dump
from accelc.hooking.report import Report

# While a hook is active, the names in NumPy are those for the program.
_ASARRAY = np.asarray
MAX_KINDS = 4096
"""Kinds of calls that are remembered."""


@dataclass
class Session:
    """
    The state of a hook.

    `executor` compiles and executes segments. With folders, every first IR and every second IR is written there when
    it is built.
    """

    executor: Executor
    dump_first_ir: Path | None = None
    dump_second_ir: Path | None = None
    report: Report = field(default_factory=Report)
    active: bool = True

    def __post_init__(self) -> None:
        self.storages: Storages = Storages()
        self.recorder: Recorder = Recorder(self.executor, self.report, self.storages, self.dump_second_ir)
        self._first: dict[Any, FirstIR | str] = {}

    # --- entries --------------------------------------------------------------------------------------------------

    def call_binary(self, ufunc: np.ufunc, a: Any, b: Any) -> Any:
        """`ufunc(a, b)` of device arrays and numbers of Python, at least one of them an array."""
        if not self.active or ufunc is np.power or a is b:
            return self.call_ufunc(ufunc, "__call__", (a, b), {})
        start = perf_counter()
        first_kind = a.kind if type(a) is DeviceArray else cast(Any, type(a))
        second_kind = b.kind if type(b) is DeviceArray else cast(Any, type(b))
        found = self._first.get((ufunc, first_kind, second_kind))
        if type(found) is not FirstIR:
            flat = flatten(self, (a, b), {}, "all")
            return self._call((ufunc, first_kind, second_kind), ufunc.__name__, ufunc, (a, b), {}, flat)
        operands = [v for v in (a, b) if type(v) is DeviceArray]
        numbers = found.numbers([v for v in (a, b) if type(v) is not DeviceArray])
        if (
            numbers is None
            or any(v.session is not self or v.storage.buffer.dtype != v.kind[2] for v in operands)
            or errors_raise()
        ):
            return self.call_ufunc(ufunc, "__call__", (a, b), {})
        before, self.recorder.outside_seconds = self.recorder.outside_seconds, 0.0
        result = self.recorder.record(self, found, [v if type(v) is DeviceArray else None for v in (a, b)], numbers)
        self.report.hooked(found.name, perf_counter() - start - self.recorder.outside_seconds)
        self.recorder.outside_seconds += before
        return result

    def call_ufunc(self, ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """A universal function, or a method of it."""
        call = ufunc if method == "__call__" else getattr(ufunc, method)
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        options = dict(options)
        if not self.active:
            return call(*self._plain(inputs, {}), **self._plain(options, {}))
        # An exponent decides how the power is computed.
        flat = flatten(self, inputs, options, "none" if ufunc is np.power or method != "__call__" else "all")
        return self._call((ufunc, method, flat.key), name, call, inputs, options, flat)

    def call_function(self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """A function of NumPy."""
        name = function.__name__
        if not self.active or name in METADATA:
            return function(*self._plain(arguments, {}), **self._plain(options, {}))
        if name in VIEWS:
            found = self._views(function, arguments, options)
            if found is not None:
                return found
        if function in (assign, assign_where) and type(arguments[-1]) is np.ndarray and arguments[-1].ndim == 0:
            arguments = (*arguments[:-1], arguments[-1][()])
        free = "last" if function in (assign, assign_where, set_item) else "none"
        flat = flatten(self, arguments, options, free)
        return self._call((function, flat.key), name, function, arguments, options, flat)

    def call_method(self, array: DeviceArray, name: str, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """A method of `numpy.ndarray` that is never recorded."""

        def method(x: Any, *rest: Any, **named: Any) -> Any:
            return getattr(x, name)(*rest, **named)

        method.__name__ = name
        return self.give_back(name, method, (array, *arguments), options, f"method {name} is NumPy's")

    def attribute(self, array: DeviceArray, name: str) -> Any:
        """An attribute of `numpy.ndarray` that is no method."""
        if name in ("size", "nbytes", "itemsize", "strides", "flags", "base"):
            return getattr(array.shadow, name)
        found = getattr(self.expose(array), name)
        if found is array.shadow:
            return array
        if name in ("ctypes", "__array_interface__", "__array_struct__", "data"):
            array.storage.pinned = True
        return self.wrap(found, {}) if isinstance(found, np.ndarray) else found

    def get_item(self, array: DeviceArray, index: Any) -> Any:
        """`array[index]`."""
        index = plain_index(index)
        if array.is_number:
            return self.wrap(self.read(array)[index], {})
        if not is_basic(index):
            rows = self._rows(array, index)
            if rows is None:
                return self.give_back("get_item", get_item, (array, index), {}, "an index that is no rows or slices")
            return self.call_function(get_item, (array, rows), {})
        found: Any = array.shadow[index]
        if type(found) is np.ndarray:
            return self.view(found, array) if self.active else found
        if not array.storage.pending:
            return found
        at = self.view(array.shadow[(*(index if isinstance(index, tuple) else (index,)), ...)], array)
        return self.call_function(element, (at,), {})

    def set_item(self, array: DeviceArray, index: Any, value: Any) -> None:
        """`array[index] = value`."""
        index = plain_index(index)
        if not self.active:
            array.shadow[index] = self._plain(value, {})
            return
        if is_basic(index):
            entries = cast(tuple[Any, ...], index if isinstance(index, tuple) else (index,))
            whole = entries if any(entry is Ellipsis for entry in entries) else (*entries, ...)
            target = self.view(array.shadow[whole], array)
            # `a[i] += x` writes a[i], then stores it where it is.
            if not target.shadow.flags.writeable:
                raise ValueError("assignment destination is read-only")
            if type(value) is not DeviceArray or value.storage is not target.storage or value.place != target.place:
                self.call_function(assign, (target, value), {})
        elif type(index) is DeviceArray and index.dtype == np.bool_ and index.shape == array.shape and is_one(value):
            self.call_function(assign_where, (array, index, value), {})
        elif (rows := self._rows(array, index)) is not None:
            self.call_function(set_item, (array, rows, value), {})
        else:
            self.give_back("setitem", set_item, (array, index, value), {}, "a write at indices")

    def _rows(self, array: DeviceArray, index: Any) -> Any:
        """The index, if it is an array of integers inside the first axis; else None, and NumPy says what it is."""
        if type(index) not in (DeviceArray, np.ndarray, list) or not array.shape:
            return None
        try:
            present: Any = index.session.read(index) if type(index) is DeviceArray else _ASARRAY(index)
        except ValueError:
            return None
        size = array.shape[0]
        if present.dtype.kind not in "iu" or not present.size or present.min() < -size or present.max() >= size:
            return None
        return index if type(index) is DeviceArray else present

    # --- elements -------------------------------------------------------------------------------------------------

    def read(self, array: DeviceArray) -> Any:
        """Present elements: the shadow, which must not be kept, or the number."""
        if array.storage.pending:
            self.recorder.flush()
        _require_present(array)
        return array.shadow[()] if array.is_number else array.shadow

    def expose(self, array: DeviceArray) -> Array:
        """Present elements, to be read and written by anybody from now on."""
        with self.recorder.lock:
            if self.recorder.segment.uses(array.storage):
                self.recorder.flush()
        _require_present(array)
        if array.is_number:
            return array.shadow.copy()
        array.storage.escaped = True
        return array.shadow

    def surrender(self, array: DeviceArray) -> Any:
        """The array as NumPy's, or the number that it is, for another session."""
        return self.read(array) if array.is_number else self.expose(array)

    def view(self, shadow: Array, source: DeviceArray) -> DeviceArray:
        """A view, made by NumPy, of the host memory of an array."""
        return self._at(source.storage, shadow)

    def _at(self, storage: Storage, shadow: Array) -> DeviceArray:
        offset = shadow.__array_interface__["data"][0] - storage.buffer.__array_interface__["data"][0]
        return DeviceArray(self, storage, shadow, (shadow.shape, shadow.strides, offset))

    def wrap(self, given: Any, known: Mapping[int, DeviceArray]) -> Any:
        """
        What NumPy gave, arrays as device arrays; `known` has those whose very shadow may be among them.

        Arrays whose elements are no plain numbers, of subclasses and in foreign memory stay NumPy's.
        """
        kind = cast(Any, type(given))
        if kind is not DeviceArray and isinstance(given, list | tuple):
            items = [self.wrap(item, known) for item in cast(Sequence[Any], given)]
            return kind(*items) if hasattr(cast(Any, given), "_fields") else kind(items)
        if type(given) is not np.ndarray or not is_supported(given.dtype):
            return given
        if id(given) in known:
            return known[id(given)]
        owner = owner_of(given)
        storage = self.storages.find(owner)
        if storage is None:
            inside = next((v.storage for v in known.values() if is_inside(given, v.storage.owner)), None)
            if inside is not None:
                return self._seen(inside, inside.view(given))
            if owner.base is not None or not owner.flags.owndata or not is_supported(owner.dtype):
                return given
            try:
                storage = self.storages.adopt(owner)
            except ValueError:
                return given
            # Somebody may keep the array itself, or another view of its memory.
            storage.escaped = True
        return self._seen(storage, given)

    def _seen(self, storage: Storage, array: Array) -> Any:
        """A view as a device array; one that no steps give, such as overlapping windows, stays NumPy's."""
        found = self._at(storage, array)
        try:
            steps_of(storage.buffer.shape, found.place, array.dtype.itemsize)
        except ValueError:
            storage.escaped = True
            return array
        return found

    def snapshot(self, array: Array) -> DeviceArray:
        """A copy of an array that the program may change behind the session's back."""
        copied = np.array(array, order="K", copy=True, subok=False)
        return self._at(self.storages.adopt(copied), copied)

    # --- one call -------------------------------------------------------------------------------------------------

    def _call(
        self,
        key: Any,
        name: str,
        call: Callable[..., Any],
        arguments: Sequence[Any],
        options: Mapping[str, Any],
        flat: Flat,
    ) -> Any:
        start = perf_counter()
        before, self.recorder.outside_seconds = self.recorder.outside_seconds, 0.0
        try:
            reason = flat.refusal or self._unfit(flat)
            if reason is None:
                found = self._first.get(key)
                if found is None:
                    if len(self._first) >= MAX_KINDS:
                        self._first.clear()
                    found = self._first[key] = self._build(name, call, flat)
                if isinstance(found, str):
                    reason = found
                else:
                    numbers = found.numbers(flat.numbers)
                    operands: list[Any] = [self.snapshot(v) if type(v) is np.ndarray else v for v in flat.operands]
                    if numbers is not None and self._writable(found, flat.operands):
                        result = self.recorder.record(self, found, operands, numbers)
                        self.report.hooked(name, perf_counter() - start - self.recorder.outside_seconds)
                        return result
                    reason = "NumPy refuses the number" if numbers is None else "it writes no array of the hook"
            result = self.give_back(name, call, arguments, options, reason)
            self.report.hook_seconds += perf_counter() - start - self.recorder.outside_seconds
            return result
        finally:
            self.recorder.outside_seconds += before

    def _unfit(self, flat: Flat) -> str | None:
        if errors_raise():
            return "numpy.errstate makes errors of what a machine does not report"
        for array in flat.operands:
            if type(array) is DeviceArray and array.storage.buffer.dtype != array.kind[2]:
                return "a view of memory as another type"
            if type(array) is np.ndarray and not is_supported(array.dtype):
                return f"elements of type {array.dtype}"
        return None

    @staticmethod
    def _writable(first: FirstIR, operands: Sequence[Any]) -> bool:
        return all(type(operands[i]) is DeviceArray and operands[i].shadow.flags.writeable for i in first.written)

    def _build(self, name: str, call: Callable[..., Any], flat: Flat) -> FirstIR | str:
        start = perf_counter()
        try:
            first = build(name, call, flat.arguments, flat.options, kinds_of(call, flat), self.executor.target)
        except Returned as reason:
            return str(reason)
        finally:
            seconds = perf_counter() - start
            self.report.first_ir_seconds += seconds
            self.recorder.outside_seconds += seconds
        self.report.first_irs += 1
        dump(self.dump_first_ir, self.report.first_irs, name, first.module)
        return first

    # --- NumPy itself ---------------------------------------------------------------------------------------------

    def give_back(
        self, name: str, call: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any], reason: str
    ) -> Any:
        """Let NumPy execute a call on present elements."""
        self.report.returned(name, reason)
        return self.execute(name, call, arguments, options)

    def execute(self, name: str, call: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """What `give_back` does, without counting it."""
        known: dict[int, DeviceArray] = {}
        writes = name.rpartition(".")[2] in WRITERS or options.get("out") is not None
        # `out` may have no name: `np.dot(a, b, c)`.
        writes |= not isinstance(call, np.ufunc) and call is not get_item and any(map(_is_array, arguments[1:]))
        given, named = self._present((tuple(arguments), dict(options)), known, writes)
        start = perf_counter()
        try:
            result = call(*given, **named)
        finally:
            self.recorder.outside_seconds += perf_counter() - start
        return self.wrap(result, known) if self.active else result

    def _present(self, given: Any, known: dict[int, DeviceArray], writes: bool) -> Any:
        """What `_plain` gives, with elements: of what a segment reads, too, if the arguments may be written."""
        plain = self._plain(given, known)
        with self.recorder.lock:
            uses = self.recorder.segment.uses
            if not any(v.storage.pending or (writes and uses(v.storage)) for v in known.values()):
                return plain
            self.recorder.flush()
        for array in known.values():
            _require_present(array)
        # Numbers are read, not seen.
        return self._plain(given, known)

    def _plain(self, given: Any, known: dict[int, DeviceArray]) -> Any:
        """The arguments with NumPy's arrays and numbers; `known` learns which array a shadow is of."""
        if type(given) is DeviceArray:
            if given.session is not self:
                return given.session.surrender(given)
            known[id(given.shadow)] = given
            return given.shadow[()] if given.is_number else given.shadow
        if type(given) in (list, tuple):
            return type(given)([self._plain(item, known) for item in cast(Sequence[Any], given)])
        if type(given) is dict:
            return {key: self._plain(item, known) for key, item in cast(dict[str, Any], given).items()}
        return given

    def _views(self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Views that a function gives of its first argument, None if it copies. Raises what NumPy raises."""
        known: dict[int, DeviceArray] = {}
        first = self._plain(tuple(arguments[:1]), known)
        rest, named = self._present((tuple(arguments[1:]), dict(options)), {}, False)
        found = function(*first, *rest, **named)
        arrays = cast(Sequence[Any], found) if isinstance(found, list | tuple) else [found]
        owners = [v.storage.owner for v in known.values()]
        if not all(type(v) is np.ndarray and any(is_inside(v, owner) for owner in owners) for v in arrays):
            return None
        return self.wrap(found, known)

    def close(self) -> None:
        """Execute what is pending; device arrays are NumPy's business from now on."""
        self.recorder.flush()
        self.active = False


def _is_array(given: Any) -> bool:
    return type(given) is DeviceArray


def errors_raise() -> bool:
    """Whether the program wants floating-point errors as exceptions or calls."""
    return not {"raise", "call", "log"}.isdisjoint(np.geterr().values())


def _require_present(array: DeviceArray) -> None:
    """Raise SimulationError for an array whose segment failed."""
    if array.storage.pending:
        raise SimulationError("the elements of this array were never computed: the program for them failed before")

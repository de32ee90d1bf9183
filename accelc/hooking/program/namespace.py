"""NumPy's functions that make arrays of nothing: while a hook is active, the program's own calls get device arrays."""

import os
import sys
import sysconfig
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dis import get_instructions
from functools import cache, lru_cache, wraps
from itertools import pairwise
from pathlib import Path
from types import CodeType
from typing import Any, cast

import numpy as np

from accelc.hooking.arrays.array import DeviceArray
from accelc.hooking.names import MAKERS, SAMPLERS
from accelc.hooking.session import Session

GENERATORS = ("default_rng", "RandomState", "Generator")
"""What makes generators of random numbers."""
KEPT = ("asarray", "asanyarray")
"""Functions that give an array back as it is."""


@cache
def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {
        *(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        str(Path(__file__).parents[2]),
    }
    return (*(f"{folder}{os.sep}" for folder in folders), "<frozen")


@lru_cache(4096)
def _calls(code: CodeType) -> Mapping[int, tuple[str, bool]]:
    """
    What the calls in a function call, by their places in the bytecode: a name, and whether it is an attribute's.

    The last name that is loaded from where the text of a call begins. Nothing for code of libraries.
    """
    found: dict[int, tuple[str, bool]] = {}
    if code.co_filename.startswith(_libraries()):
        return found
    before: dict[tuple[int | None, int | None], tuple[str, bool] | None] = {}
    for instruction, following in pairwise(get_instructions(code)):
        at, name = instruction.positions, instruction.opname
        start = (at.lineno, at.col_offset) if at is not None else (None, None)
        if name.startswith("LOAD_") and name != "LOAD_CONST":
            before[start] = (str(instruction.argval), name in ("LOAD_ATTR", "LOAD_METHOD"))
        elif name.startswith("CALL"):
            callee = before.get(start)
            if callee is not None:
                # A frame may be in one of the call's caches, which follow it.
                found |= dict.fromkeys(range(instruction.offset, following.offset), callee)
            before[start] = None
    return found


def _from_program(wrapper: Any, name: str) -> bool:
    """
    Whether the program's own code calls a wrapper.

    Not if a library does, nor if the program calls compiled code that does, which has no frame of its own.
    """
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    called, is_attribute = _calls(frame.f_code).get(frame.f_lasti, ("", False))
    if is_attribute:
        return called == name
    return called != "" and frame.f_locals.get(called, frame.f_globals.get(called)) is wrapper


@contextmanager
def hooked(session: Session) -> Generator[None]:
    """Inside, NumPy's namespaces give the program device arrays of the session; afterwards they are as before."""
    places: list[tuple[Any, str, Any]] = []
    for home, names, wrap in (
        (np, MAKERS, _maker),
        (np.random, SAMPLERS, _sampler),
        (np.random, GENERATORS, _generators),
    ):
        places += [(home, name, wrap) for name in names if hasattr(home, name)]
    before = [(home, name, getattr(home, name)) for home, name, _ in places]
    try:
        for (home, name, wrap), (_, _, function) in zip(places, before, strict=True):
            setattr(home, name, wrap(session, name, function))
        yield
    finally:
        for home, name, function in before:
            setattr(home, name, function)


def _maker(session: Session, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def make(*arguments: Any, **options: Any) -> Any:
        if not session.active or not _from_program(make, name):
            return function(*arguments, **options)
        if len(arguments) == 1 and type(arguments[0]) is DeviceArray and not arguments[0].is_number:
            same = options.get("dtype") is None or np.dtype(options["dtype"]) == arguments[0].dtype
            if set(options) <= {"dtype"} and name in KEPT and same:
                return arguments[0]
            if set(options) <= {"dtype"} and name == "array":
                return np.copy(arguments[0]) if same else arguments[0].astype(options["dtype"])
        return session.execute(name, function, arguments, options)

    return make


def _sampler(session: Session, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def sample(*arguments: Any, **options: Any) -> Any:
        if not session.active or not _from_program(sample, name):
            return function(*arguments, **options)
        return session.execute(name, function, arguments, options)

    return sample


def _generators(session: Session, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if isinstance(function, type):
        return _hooked_class(session, function)

    @wraps(function)
    def make(*arguments: Any, **options: Any) -> Any:
        made = function(*arguments, **options)
        return HookedGenerator(session, made) if session.active and _from_program(make, name) else made

    return make


def _hooked_class(session: Session, original: type) -> type:
    """A class of generators whose calls give hooked ones; for all else it is the original."""

    class Meta(type(original)):
        def __call__(cls, *arguments: Any, **options: Any) -> Any:
            if cls is not hooked:
                return super().__call__(*arguments, **options)
            made = original(*arguments, **options)
            return HookedGenerator(session, made) if session.active else made

        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, original) if cls is hooked else super().__instancecheck__(instance)

    hooked = Meta(original.__name__, (original,), {"__module__": original.__module__})
    return hooked


class HookedGenerator:
    """A `numpy.random.Generator` whose arrays are device arrays."""

    def __init__(self, session: Session, generator: Any) -> None:
        self._session = session
        self._generator = generator

    @property
    def __class__(self) -> type[Any]:
        return cast(type[Any], type(self._generator))

    @__class__.setter
    def __class__(self, value: type) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        raise TypeError("the class of a generator cannot be changed")

    def __reduce__(self) -> Any:
        return self._generator.__reduce__()

    def __deepcopy__(self, memo: Any) -> "HookedGenerator":
        return HookedGenerator(self._session, deepcopy(self._generator, memo))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._generator, name)
        if not callable(found):
            return found

        @wraps(found)
        def method(*arguments: Any, **options: Any) -> Any:
            if not self._session.active or not _from_program(method, name):
                return found(*arguments, **options)
            return self._session.execute(name, found, arguments, options)

        return method

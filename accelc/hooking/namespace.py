"""NumPy's functions that make arrays of nothing: while a hook is active, the program's own calls get device arrays."""

import sys
import sysconfig
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from types import CodeType
from typing import Any, cast

import numpy as np

from accelc.hooking.array import DeviceArray
from accelc.hooking.names import MAKERS, SAMPLERS
from accelc.hooking.session import Session

GENERATORS = ("default_rng", "RandomState", "Generator")
"""What makes generators of random numbers."""
KEPT = ("asarray", "asanyarray")
"""Functions that give an array back as it is."""


@cache
def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    own = str(Path(__file__).parents[1])
    return (*{paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}, own, "<frozen")


@cache
def _is_program(code: CodeType) -> bool:
    return not code.co_filename.startswith(_libraries())


def _from_program() -> bool:
    """Whether the caller of a wrapper is the program's own code, no library's."""
    return _is_program(sys._getframe(2).f_code)  # pyright: ignore[reportPrivateUsage]


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
        if not session.active or not _from_program():
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
        if not session.active or not _from_program():
            return function(*arguments, **options)
        return session.execute(name, function, arguments, options)

    return sample


def _generators(session: Session, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    # `Generator` and `RandomState` are classes: a subclass keeps `isinstance` and `np.random.Generator.normal`.
    if isinstance(function, type):
        return function

    @wraps(function)
    def make(*arguments: Any, **options: Any) -> Any:
        made = function(*arguments, **options)
        return HookedGenerator(session, made) if session.active and _from_program() else made

    return make


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

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._generator, name)
        if not callable(found):
            return found

        def method(*arguments: Any, **options: Any) -> Any:
            return self._session.execute(name, found, arguments, options)

        return method

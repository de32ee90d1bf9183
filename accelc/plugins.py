"""
Tables with entries of other packages: ours, and those of an entry-point group.

`installed` and `universe` read the metadata of installed distributions. Whatever is wrong with one is a PluginError
that names distribution, group and entry. Nothing is imported until it is asked for.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from accelc.errors import PluginError

if TYPE_CHECKING:
    from xdsl.universe import Universe

T = TypeVar("T")

UNIVERSES = "xdsl.universe"
"""The group of entry points in which packages offer dialects, passes and targets to xDSL."""


@dataclass(frozen=True)
class Plugin:
    """An entry point: `value` is `module:attribute` in a distribution (its name and version)."""

    group: str
    name: str
    value: str
    distribution: str

    def __str__(self) -> str:
        return f"entry point '{self.name} = {self.value}' of group '{self.group}' in distribution {self.distribution}"

    def load(self) -> Any:
        """The object. Raises PluginError if it does not exist or its module cannot be imported."""
        from importlib.metadata import EntryPoint

        try:
            return EntryPoint(self.name, self.value, self.group).load()
        except (AttributeError, ModuleNotFoundError, ValueError) as error:
            self.fail(f"does not exist: {error}", error)
        except (Exception, SystemExit) as error:
            self.fail(f"cannot be imported: {type(error).__name__}: {error}", error)

    def fail(self, problem: str, cause: BaseException | None = None) -> NoReturn:
        """Raise PluginError: what is wrong, and what the user can do."""
        package = self.distribution.split(" ")[0]
        raise PluginError(f"{self} {problem}; mend, update or uninstall {package}") from cause


def installed(group: str) -> Mapping[str, Plugin]:
    """Entry points of a group by name, sorted. Raises PluginError if two distributions have one of the same name."""
    # Other packages may become visible while we run.
    return _installed(group, tuple(sys.path))


@lru_cache(maxsize=64)
def _installed(group: str, path: tuple[str, ...]) -> Mapping[str, Plugin]:
    from importlib.metadata import entry_points

    found: dict[str, Plugin] = {}
    for point in entry_points(group=group):
        owner = "of unknown name" if point.dist is None else f"{point.dist.name} {point.dist.version}"
        plugin = Plugin(group, point.name, point.value, owner)
        other = found.setdefault(point.name, plugin)
        if other.distribution != plugin.distribution:
            _clash(plugin, f"'{plugin.name}'", other)
    return dict(sorted(found.items()))


def _clash(plugin: Plugin, what: str, other: Plugin | None) -> NoReturn:
    taken = f"that is in distribution {other.distribution} too" if other is not None else "which accelc itself has"
    package = plugin.distribution.split(" ")[0]
    raise PluginError(f"{plugin} offers {what}, {taken}; rename one of them or uninstall {package}")


@dataclass(frozen=True)
class Table(Generic[T]):
    """
    Entries by name: `builtin` ones, and those that packages add by entry points of `group`.

    `check` makes an entry of a loaded object, or says with a ValueError what it expected. `reserved` names are neither
    entries nor free.
    """

    group: str
    builtin: Mapping[str, T]
    check: Callable[[Plugin, Any], T]
    reserved: tuple[str, ...] = ()

    def plugins(self) -> Mapping[str, Plugin]:
        """Entry points of other packages. Raises PluginError if one has a name of ours."""
        found = installed(self.group)
        for name in (*self.builtin, *self.reserved):
            if name in found:
                _clash(found[name], f"'{name}'", None)
        return found

    def names(self) -> tuple[str, ...]:
        """All names, ours first."""
        return (*self.builtin, *self.plugins())

    def get(self, name: str) -> T | None:
        """The entry of a name, None if there is none. Raises PluginError for one that cannot be used."""
        plugin = self.plugins().get(name)
        if plugin is None:
            return self.builtin.get(name)
        loaded = plugin.load()
        try:
            return self.check(plugin, loaded)
        except ValueError as error:
            plugin.fail(f"is {_kind(loaded)}: expected {error}", error)


def _kind(value: object) -> str:
    kind = value.__name__ if isinstance(value, type) else type(value).__name__
    return f"the class {kind}" if isinstance(value, type) else f"a value of type {kind}"


def universe() -> "Universe":
    """
    Dialects, passes and targets of all installed packages, as `Universe.get_multiverse` gives them.

    Raises PluginError for an entry point that cannot be loaded or is no universe, and for a name that two have.
    """
    from xdsl.universe import Universe

    whole = Universe()
    owners: dict[tuple[str, str], Plugin] = {}
    # Ours first, so that it is the other who clashes.
    for plugin in sorted(installed(UNIVERSES).values(), key=lambda plugin: not _is_ours(plugin)):
        loaded: object = plugin.load()
        if not isinstance(loaded, Universe):
            plugin.fail(f"is {_kind(loaded)}: expected an instance of xdsl.universe.Universe")
        for kind in ("dialect", "pass", "target"):
            attribute = "all_passes" if kind == "pass" else f"all_{kind}s"
            factories: object = getattr(loaded, attribute)
            if not isinstance(factories, Mapping) or not all(isinstance(name, str) for name in cast(Any, factories)):
                plugin.fail(f"has {attribute} {factories!r:.60}: expected a dict from names to functions")
            for name, factory in cast("Mapping[str, Callable[[], Any]]", factories).items():
                other = owners.setdefault((kind, name), plugin)
                if other is not plugin:
                    _clash(plugin, f"the {kind} '{name}'", other)
                getattr(whole, attribute)[name] = _guarded(factory, plugin, kind, name)
    return whole


def _is_ours(plugin: Plugin) -> bool:
    return plugin.value.partition(":")[0].partition(".")[0] in ("accelc", "xdsl")


def _guarded(factory: Callable[[], T], plugin: Plugin, kind: str, name: str) -> Callable[[], T]:
    """The factory of a universe; what it raises, or gives instead, is the plug-in's mistake."""
    if _is_ours(plugin):
        return factory

    def made() -> T:
        try:
            result = factory()
        except Exception as error:
            plugin.fail(f"cannot make the {kind} '{name}': {type(error).__name__}: {error}", error)
        if (wanted := _unlike(result, kind)) is not None:
            plugin.fail(f"gives {_kind(result)} for the {kind} '{name}': expected {wanted}")
        methods = {"pass": "apply", "target": "emit"}
        return result if kind not in methods else _careful(result, methods[kind], plugin, f"the {kind} '{name}'")

    return made


def _careful(kind: Any, method: str, plugin: Plugin, what: str) -> Any:
    """A class like `kind`, in whose `method` an exception that is no diagnostic is the plug-in's mistake."""
    from xdsl.utils.exceptions import ArgSpecParseError, DiagnosticException, ParseError

    own: Callable[..., object] = getattr(kind, method)

    def run(self: object, *arguments: object, **options: object) -> object:
        try:
            return own(self, *arguments, **options)
        except (DiagnosticException, ParseError, ArgSpecParseError, OSError, MemoryError):
            raise
        except Exception as error:
            plugin.fail(f"failed in {what}: {type(error).__name__}: {error}", error)

    members = {method: run, "__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    return type(kind.__name__, (kind,), members)


def _unlike(result: object, kind: str) -> str | None:
    """What was expected of a universe's factory, if it gave something else."""
    from xdsl.ir import Dialect
    from xdsl.passes import ModulePass
    from xdsl.utils.target import Target

    if kind == "dialect":
        return None if isinstance(result, Dialect) else "a Dialect"
    base = ModulePass if kind == "pass" else Target
    return None if isinstance(result, type) and issubclass(result, base) else f"a subclass of {base.__name__}"

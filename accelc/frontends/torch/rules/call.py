"""One call of an operator: its arguments by the names of torch's schema, and torch's own word on its results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.errors import ModelError
from accelc.frontends.torch.library import DType, Operator, Tensor, geometry, numpy_dtype, storage_of, torch
from accelc.frontends.torch.writer import Handle, Writer

Results = SSAValue | list[SSAValue | None]
"""What a rule computes: the only result, or all of them, None for one that it cannot compute."""
Rule = Callable[["Call"], Results]
Table = Mapping[str, Rule]
"""Operator without overload and trailing underscore -> how to compute its results."""

WITHOUT_MEANING = frozenset(
    [
        "memory_format",
        "non_blocking",
        "layout",
        "device",
        "pin_memory",
        "cudnn_enabled",
        "cudnn_enable",
        "implicit",
        "copy",
        "generator",
    ]
)
"""Arguments that change no element of the result; what they do to storages is what torch says of the results."""


@dataclass
class Call:
    """
    Arguments are read by name, and those that a rule has not read must have their default.

    So an argument that a rule does not know is an error, never ignored.
    """

    writer: Writer
    operator: Operator
    arguments: Mapping[str, Any]
    results: list[Tensor]
    read: set[str] = field(default_factory=set[str])
    written: set[int] = field(default_factory=set[int])
    """Storages that the rule writes beside its results, as numbered by `storage_of`."""

    @property
    def dtype(self) -> DType:
        """Element type of the first result."""
        return numpy_dtype(self.results[0].dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first result."""
        return geometry(self.results[0]).sizes

    def error(self, message: str) -> ModelError:
        """A diagnostic located at the node."""
        return self.writer.error(message)

    def get(self, name: str) -> Any:
        """An argument or its default: tensors as handles, all else as it is; None if the operator has no such one."""
        self.read.add(name)
        if name in self.arguments:
            return self.arguments[name]
        for argument in self.operator._schema.arguments:
            if argument.name == name and argument.has_default_value():
                return argument.default_value
        return None

    def handle(self, name: str) -> Handle:
        """An argument that is a tensor."""
        given = self.get(name)
        if not isinstance(given, Handle):
            raise self.error(f"argument '{name}' is no tensor; supported are tensors")
        return given

    def tensor(self, name: str) -> SSAValue:
        """Present contents of an argument."""
        return self.writer.load(self.handle(name).variable)

    def maybe(self, name: str) -> SSAValue | None:
        """Present contents of an argument, or None if it is not given."""
        return None if self.get(name) is None else self.tensor(name)

    def tensors(self, name: str) -> list[Handle]:
        """An argument that is a list of tensors."""
        given = list(self.get(name))
        if not all(isinstance(item, Handle) for item in given):
            raise self.error(f"argument '{name}' does not consist of tensors")
        return cast(list[Handle], given)

    def ints(self, name: str, length: int | None = None) -> list[int]:
        """An argument that is a list of integers; one integer stands for all."""
        given = self.get(name)
        values = [int(given)] if isinstance(given, int) else [int(v) for v in given or ()]
        return values * length if length is not None and len(values) == 1 else values

    def number(self, name: str) -> float:
        """An argument that is a number."""
        given = self.get(name)
        if not isinstance(given, int | float):
            raise self.error(f"argument '{name}' is {type(given).__name__}; supported are numbers")
        return given

    def axes(self, name: str, rank: int) -> list[int]:
        """An argument that names axes; all of them if it names none."""
        given = self.get(name)
        if given is None or given == []:
            return list(range(rank))
        return sorted(axis % rank if rank else 0 for axis in self.ints(name)) if rank else []

    def axis(self, name: str, rank: int) -> int:
        """An argument that names one axis."""
        return int(self.get(name)) % max(rank, 1)

    def common(self, *names: str) -> DType:
        """Type in which torch computes with two arguments."""
        given = [a.shadow if isinstance(a, Handle) else a for a in map(self.get, names)]
        kind = torch().result_type(*given) if len(given) == 2 else given[0].dtype
        return numpy_dtype(kind)

    def operand(self, name: str, dtype: DType) -> SSAValue:
        """An argument, tensor or number, as a value of a type."""
        given = self.get(name)
        if isinstance(given, Handle):
            return self.writer.cast(self.tensor(name), dtype)
        if not isinstance(given, bool | int | float):
            raise self.error(f"argument '{name}' is {type(given).__name__}; supported are tensors and numbers")
        return self.writer.scalar(given, dtype)

    def store(self, name: str, value: SSAValue) -> None:
        """Write an argument in place."""
        handle = self.handle(name)
        self.written.add(storage_of(handle.shadow))
        dtype = numpy_dtype(handle.shadow.dtype)
        self.writer.append(graph.StoreOp(handle.variable, self.writer.cast(value, dtype)))

    def require_all_read(self) -> None:
        """Raise ModelError for an argument that the rule has not read and that is not at its default."""
        for argument in self.operator._schema.arguments:
            name, given = argument.name, self.arguments.get(argument.name)
            if name in self.read or name in WITHOUT_MEANING:
                continue
            if isinstance(given, Handle):
                raise self.error(f"argument '{name}' is not supported together with the others")
            default = argument.default_value if argument.has_default_value() else None
            if given is not None and given != default and list(_listed(given)) != list(_listed(default)):
                raise self.error(f"argument '{name}' = {given} is not supported; supported is its default, {default}")


def _listed(given: Any) -> tuple[Any, ...]:
    return tuple(cast(list[Any], given)) if isinstance(given, list | tuple) else (given,)

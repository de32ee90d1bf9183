"""A stretch of dispatched operators, the storages and tensors that they use, and its second IR."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from weakref import WeakSet

from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Block, Region

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.dialects.graph_ops.inplace import VarType
from accelc.frontends.numpy.program import Traced
from accelc.frontends.torch import library
from accelc.frontends.torch.importer import Importer
from accelc.frontends.torch.library import Operator, Tensor, geometry, storage_of
from accelc.frontends.torch.writer import Handle, Writer


class Memory:
    """
    A storage: its elements (None while they are pending), a tensor without elements for it, and who sees it.

    `is_plain` is a storage of tensors that are no hooked ones: it is written at once.
    """

    def __init__(self, fake: Tensor, real: Tensor | None, is_plain: bool) -> None:
        self.fake = fake
        self.real = real
        self.is_plain = is_plain
        self.cells: int = int(fake.untyped_storage().nbytes()) // fake.element_size()
        self.seen: WeakSet[Any] = WeakSet()
        self.is_written = False
        """The segment under way writes it."""

    @property
    def is_pending(self) -> bool:
        """Whether the segment under way decides the elements."""
        return self.real is None or self.is_written


@dataclass(frozen=True)
class Ref:
    """A tensor among the arguments of a record, by its number in the segment."""

    index: int


@dataclass
class Recorded:
    """Operators that were not executed yet, and the tensors and storages they use."""

    calls: list[tuple[Operator, Any, Any, list[int]]] = field(default_factory=list[Any])
    """Operator, arguments with `Ref`s, named ones, and the numbers of its results."""
    tensors: list[tuple[Memory, Tensor]] = field(default_factory=list[Any])
    memories: list[Memory] = field(default_factory=list[Memory])
    given: dict[int, int] = field(default_factory=dict[int, int])
    """Numbers of tensors that no recorded operator made, by the identity of their fake."""
    old: set[int] = field(default_factory=set[int])
    """Places in `memories` of those that had elements when they were first used."""

    def number(self, memory: Memory, fake: Tensor) -> int:
        """Number of a tensor."""
        if id(fake) not in self.given:
            if memory not in self.memories:
                if memory.real is not None:
                    self.old.add(len(self.memories))
                self.memories.append(memory)
            self.given[id(fake)] = len(self.tensors)
            self.tensors.append((memory, fake))
        return self.given[id(fake)]


def second_ir(recorded: Recorded, live: Sequence[int]) -> Traced:
    """The second IR of a segment. Raises ModelError for an operator that cannot be imported."""
    writer = Writer(Block())
    importer = Importer(writer)
    arguments: list[tuple[str, str, tuple[int, ...]]] = []
    handles: dict[int, Handle] = {}
    with library.shadows():
        roots: dict[int, Handle] = {}
        for n in sorted(recorded.old):
            memory = recorded.memories[n]
            dtype = library.numpy_dtype(memory.fake.dtype)
            kind = VarType(TensorType(element_of_dtype(dtype), (memory.cells,)))
            variable = writer.block.insert_arg(kind, len(writer.block.args))
            arguments.append((f"x{n}", dtype.name, (memory.cells,)))
            roots[n] = importer.storages.create(
                writer, variable, library.shadow((memory.cells,), (1,), memory.fake.dtype)
            )

        def handle(index: int) -> Handle:
            if index not in handles:
                memory, fake = recorded.tensors[index]
                place, root = geometry(fake), roots[recorded.memories.index(memory)]
                shadow = root.shadow.as_strided(place.sizes, place.strides, place.offset)
                handles[index] = importer.storages.view(writer, shadow)
            return handles[index]

        for func, positional, named, made in recorded.calls:
            writer.name, writer.where = str(func), f"operator {func}"
            given = importer.call(func, _replaced(positional, handle), _replaced(named, handle))
            leaves = [leaf for leaf in library.flat([given]) if isinstance(leaf, Handle)]
            if len(leaves) != len(made):
                raise writer.error("gives another number of tensors when imported")
            for number, leaf in zip(made, leaves, strict=True):
                if geometry(leaf.shadow) != geometry(recorded.tensors[number][1]):
                    raise writer.error("gives other strides when imported")
                handles[number] = leaf
                place = recorded.memories.index(recorded.tensors[number][0])
                roots.setdefault(place, importer.storages.roots[storage_of(leaf.shadow)])
        values = [
            writer.reshape(writer.load(roots[n].variable), (recorded.memories[n].cells,))
            for n in live
            if n not in recorded.old
        ]
    writer.block.add_op(graph.ReturnOp(values))
    names = [name for name, _, _ in arguments]
    main = graph.FuncOp(
        "main",
        ([argument.type for argument in writer.block.args], [value.type for value in values]),
        Region(writer.block),
        input_names=names,
        output_names=[f"result{i}" for i in range(len(values))],
    )
    module = ModuleOp([main])
    module.verify()
    return Traced(module, writer.weights, tuple(names), len(values), tuple(arguments))


def _replaced(given: Any, handle: Any) -> Any:
    if isinstance(given, Ref):
        return handle(given.index)
    if isinstance(given, list | tuple):
        return [_replaced(item, handle) for item in cast(Sequence[Any], given)]
    if isinstance(given, dict):
        return {key: _replaced(value, handle) for key, value in cast(dict[str, Any], given).items()}
    return given

"""Index maps of structured operations: which axis of a tensor each index of the iteration goes along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Linear:
    """A sum of indices with factors, and a constant."""

    factors: Mapping[int, int]
    constant: int = 0

    @property
    def index(self) -> int | None:
        """The index that this is alone, if so."""
        items = list(self.factors.items())
        return items[0][0] if len(items) == 1 and items[0][1] == 1 and self.constant == 0 else None


IndexMap = tuple[Linear, ...]
"""One entry for each axis of a tensor."""


def identity_map(axes: Sequence[int]) -> IndexMap:
    """The map to these indices, one an axis."""
    return tuple(Linear({axis: 1}) for axis in axes)


def domain(count: int, maps: Sequence[IndexMap], shapes: Sequence[Shape]) -> Shape:
    """
    Number of values of each of `count` indices, by the axes that they go along alone.

    Raises ValueError for ranks or sizes that disagree, and for an index that goes along no axis alone.
    """
    sizes: dict[int, int] = {}
    for where, shape in zip(maps, shapes, strict=True):
        if len(where) != len(shape):
            raise ValueError(f"a map gives {len(where)} axes of a tensor of rank {len(shape)}")
        for entry, size in zip(where, shape, strict=True):
            index = entry.index
            if index is not None and sizes.setdefault(index, size) != size:
                raise ValueError(f"index {index} goes along axes of {sizes[index]} and of {size} elements")
    missing = [index for index in range(count) if index not in sizes]
    if missing:
        raise ValueError(f"the size of index {missing[0]} is not that of any axis")
    return tuple(sizes[index] for index in range(count))


@dataclass(frozen=True)
class Windows:
    """
    A convolution by labels, which are letters: of the axes of input, kernel and result.

    Spatial axes have the same label in all three; `strides` and `dilations` are theirs, in the order of `spatial`.
    """

    x: str
    kernel: str
    result: str
    spatial: str
    strides: tuple[int, ...]
    dilations: tuple[int, ...]


@dataclass(frozen=True)
class Grouped:
    """
    Permutations and shapes that make a convolution by labels one of (N, G * C, ...) with (G * O, C, ...).

    The result `(N..., G..., O..., spatial...)`, before `result_perm`, has the sizes `outer` and then the spatial ones.
    """

    x_perm: Shape
    x_shape: Shape
    kernel_perm: Shape
    kernel_shape: Shape
    groups: int
    outer: Shape
    result_perm: Shape


def plan_windows(windows: Windows, x: Shape, kernel: Shape) -> Grouped:
    """
    The plan for tensors of these shapes. Raises ValueError for labels that are twice in one tensor or in none other.
    """
    labels = (windows.x, windows.kernel, windows.result)
    if any(len(set(label)) != len(label) for label in labels) or len(windows.x) != len(x):
        raise ValueError(f"axes {labels} are not those of a convolution")
    if len(windows.kernel) != len(kernel):
        raise ValueError(f"the kernel has rank {len(kernel)}, expected {len(windows.kernel)}")
    inner = [label for label in "".join(labels) if label not in windows.spatial]
    where = {label: (label in windows.x, label in windows.kernel, label in windows.result) for label in inner}
    kinds = {
        (True, False, True): "batch",
        (True, True, True): "group",
        (True, True, False): "channel",
        (False, True, True): "filter",
    }
    roles: dict[str, list[str]] = {kind: [] for kind in kinds.values()}
    for label, sides in where.items():
        if sides not in kinds:
            raise ValueError(f"axis '{label}' is of one tensor only")
        roles[kinds[sides]].append(label)
    sizes = dict(zip(windows.kernel, kernel, strict=True)) | dict(zip(windows.x, x, strict=True))
    reach = dict(zip(windows.kernel, kernel, strict=True))

    def size(kind: str) -> int:
        return prod(sizes[label] for label in roles[kind])

    x_order = [*roles["batch"], *roles["group"], *roles["channel"], *windows.spatial]
    kernel_order = [*roles["group"], *roles["filter"], *roles["channel"], *windows.spatial]
    result_order = [*roles["batch"], *roles["group"], *roles["filter"], *windows.spatial]
    outer = [label for label in result_order if label not in windows.spatial]
    return Grouped(
        tuple(windows.x.index(label) for label in x_order),
        (size("batch"), size("group") * size("channel"), *(sizes[label] for label in windows.spatial)),
        tuple(windows.kernel.index(label) for label in kernel_order),
        (size("group") * size("filter"), size("channel"), *(reach[label] for label in windows.spatial)),
        size("group"),
        tuple(sizes[label] for label in outer),
        tuple(result_order.index(label) for label in windows.result),
    )


def windows_of(maps: tuple[IndexMap, IndexMap, IndexMap]) -> Windows:
    """
    A convolution by labels from the maps of input, kernel and result.

    An axis of the input that goes along `stride * o + dilation * k`, o an index of the result and k one of the kernel,
    is spatial. Raises ValueError for other maps.
    """
    letters: dict[int, str] = {}
    result = [entry.index for entry in maps[2]]
    kernel = [entry.index for entry in maps[1]]
    if None in result or None in kernel:
        raise ValueError("the map of the kernel or of the result is no choice of indices")

    def letter(index: int) -> str:
        return letters.setdefault(index, chr(ord("A") + len(letters)))

    x, spatial, strides, dilations = list[str](), list[str](), list[int](), list[int]()
    for entry in maps[0]:
        if entry.index is not None:
            x.append(letter(entry.index))
            continue
        outer = [i for i in entry.factors if i in result and i not in kernel]
        inner = [i for i in entry.factors if i in kernel and i not in result]
        if len(entry.factors) != 2 or len(outer) != 1 or len(inner) != 1 or entry.constant:
            raise ValueError("an axis of the input goes along other indices than of one window")
        letters[inner[0]] = letter(outer[0])
        x.append(letters[outer[0]])
        spatial.append(letters[outer[0]])
        strides.append(entry.factors[outer[0]])
        dilations.append(entry.factors[inner[0]])
    return Windows(
        "".join(x),
        "".join(letter(i) for i in kernel if i is not None),
        "".join(letter(i) for i in result if i is not None),
        "".join(spatial),
        tuple(strides),
        tuple(dilations),
    )

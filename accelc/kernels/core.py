"""What a kernel can ask of one core: storage in its memories, and the operations of its engines."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Attribute

from accelc.arguments import array_of
from accelc.dialects.engine import DmaCopyOp, MatmulOp, i64_array, i64_attr
from accelc.errors import ModelError, suggestion
from accelc.kernels.elementwise import Elementwise
from accelc.kernels.location import caller
from accelc.kernels.recorder import access, check_lane_name, require_views, text
from accelc.kernels.views import MAX_AXES, Storage, View, is_integer
from accelc.numerics import DTYPES

Array = npt.NDArray[Any]
DTypeLike = str | np.dtype[Any] | type[np.generic]
"""An element type: a name of the instruction set (`fp32`, `bf16`, ...) or what `numpy.dtype` takes."""


@dataclass(frozen=True)
class TileSize:
    """Largest tiles of a target, under the names that NKI gives them."""

    pmax: int
    """Partitions of SBUF, and rows of the array: the contraction of one `nc_matmul`."""
    gemm_stationary_fmax: int
    """Columns of the array: free size of a stationary tile."""
    gemm_moving_fmax: int
    """Free size of a moving tile."""
    psum_fmax: int
    """fp32 elements of one PSUM bank in each partition."""


def dtype_of(dtype: DTypeLike) -> str:
    """Name in the instruction set. Raises KeyError for an element type the machine does not have."""
    if isinstance(dtype, str) and dtype in DTYPES:
        return dtype
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        raise KeyError(dtype) from None
    return next((name for name, known in DTYPES.items() if known == wanted), "") or _unknown(dtype)


def _unknown(dtype: DTypeLike) -> str:
    raise KeyError(dtype)


class Core(Elementwise):
    """
    One core of `target`, as a kernel's first argument.

    Storage is declared with `sbuf`, `psum`, `wfifo`, `hbm` and `output`; tiles have the shape [partitions, free...].
    Every other method appends one macro-op of one engine, writes its first argument and returns nothing. Operands are
    views: slices of tiles and tensors. A source of an elementwise operation broadcasts along its free axes to the shape
    of the destination. What the machine cannot do is a KernelError located at the call.
    """

    @property
    def tile_size(self) -> TileSize:
        """Largest tiles of the machine."""
        array, psum = self.target.tensor, self.target.psum
        bank = psum.bank_bytes // DTYPES["fp32"].itemsize
        return TileSize(min(array.rows, self.target.sbuf.partitions), array.cols, array.moving_max, bank)

    def sbuf(self, shape: Sequence[int], dtype: DTypeLike, name: str = "tile", at: int | None = None) -> View:
        """A tile [partitions, free...] of SBUF that holds nothing; `at` is its byte offset in every partition."""
        return self._tile("sbuf", shape, dtype, name, at)

    def psum(self, shape: Sequence[int], dtype: DTypeLike = "fp32", name: str = "acc", bank: int | None = None) -> View:
        """A tile of PSUM that holds nothing; it starts at `bank`, or at one that memory assignment chooses."""
        if bank is not None and not is_integer(bank):
            raise caller().error(f"tile '{name}' in psum bank {bank!r:.40}: expected an integer")
        return self._tile("psum", shape, dtype, name, None if bank is None else bank * self.target.psum.bank_bytes)

    def wfifo(self, shape: Sequence[int], dtype: DTypeLike, name: str = "weights", at: int | None = None) -> View:
        """A tile of the weight FIFO, of targets that have one."""
        return self._tile("wfifo", shape, dtype, name, at)

    def hbm(self, shape: Sequence[int], dtype: DTypeLike, name: str = "scratch") -> View:
        """A tensor in HBM that holds nothing, of any shape."""
        return self._tensor(shape, dtype, name, "scratch")

    def output(self, name: str, shape: Sequence[int], dtype: DTypeLike) -> View:
        """A tensor in HBM that the kernel gives back under `name`; all of it has to be written."""
        if any(storage.name == name for storage in self._recorder.storages):
            raise caller().error(f"output '{name}': another tensor or tile has that name")
        return self._tensor(shape, dtype, name, "output")

    def constant(self, array: npt.ArrayLike, name: str = "constant") -> View:
        """
        A tensor in HBM, of the shape and dtype of `array`, that holds its elements from the beginning; read only.

        They are copied: what happens to `array` later does not matter.
        """
        try:
            data = np.array(array_of(f"constant '{name}'", array), order="C")
        except ModelError as error:
            raise caller().error(str(error)) from error
        view = self._tensor(data.shape, data.dtype, name, "weight")
        self._recorder.constants[view.storage.name] = data.reshape(-1)
        view.storage.full[...] = True
        return view

    def _tensor(self, shape: Sequence[int], dtype: DTypeLike, name: str, role: str) -> View:
        return self._declare("hbm", shape, dtype, name, role, None)

    def _tile(self, space: str, shape: Sequence[int], dtype: DTypeLike, name: str, at: int | None) -> View:
        site, target = caller(), self.target
        try:
            memory = target.partitioned(space)
        except KeyError:
            raise site.error(f"tile '{name}' in {space}: target '{target.name}' has no such memory") from None
        view = self._declare(space, shape, dtype, name, "scratch", at)
        storage = view.storage
        if storage.rows > memory.partitions:
            raise site.error(
                f"{view} has {storage.rows} partitions: {space} of target '{target.name}' has {memory.partitions}; cut "
                "the first axis into tiles"
            )
        begin = at or 0
        if begin < 0 or begin + storage.row_bytes > memory.partition_bytes:
            where = f" at {begin}" if at is not None else ""
            raise site.error(
                f"{view} takes {storage.row_bytes} bytes{where} of each partition: {space} of target '{target.name}' "
                f"has {memory.partition_bytes}; use smaller tiles"
            )
        if begin % max(memory.align, DTYPES[storage.dtype].itemsize):
            align = max(memory.align, DTYPES[storage.dtype].itemsize)
            raise site.error(f"{view} at {begin}: legal are multiples of {align} bytes")
        if at is not None:
            self._recorder.pinned = self._recorder.pinned or site
        return view

    def _declare(
        self, space: str, shape: Sequence[int], dtype: DTypeLike, name: str, role: str, at: int | None
    ) -> View:
        site = caller()
        text("name", name)
        if at is not None and not is_integer(at):
            raise site.error(f"tensor '{name}' at {at!r}: expected an integer")
        try:
            sizes = tuple(shape)
        except TypeError:
            raise site.error(f"{space} tensor '{name}' of shape {shape!r}: expected a tuple of sizes") from None
        if not all(is_integer(n) and n >= 1 for n in sizes) or (space != "hbm" and len(sizes) < 2):
            rule = "positive sizes" if space == "hbm" else "[partitions, free...], positive sizes"
            raise site.error(f"{space} tensor '{name}' of shape {list(sizes)}: expected {rule}")
        if len(sizes) > MAX_AXES:
            raise site.error(f"{space} tensor '{name}' of {len(sizes)} axes: legal are up to {MAX_AXES}")
        memory = self.target.hbm.bytes
        try:
            kind = dtype_of(dtype)
        except KeyError:
            known = ", ".join(DTYPES)
            near = suggestion(str(dtype), DTYPES)
            raise site.error(f"tensor '{name}' of unknown element type {dtype!r}{near} (types: {known})") from None
        sizes = tuple(int(n) for n in sizes)
        if prod(sizes) * DTYPES[kind].itemsize > memory:
            raise site.error(f"tensor '{name}' {list(sizes)} is larger than the {memory} bytes of hbm")
        place = None if at is None else int(at)
        return self._recorder.declare(Storage(name, space, kind, sizes, role, site, place))

    def load(self, source: View, dtype: DTypeLike | None = None, queue: int | None = None) -> View:
        """A new SBUF tile of the shape of `source`, first axis on partitions, and the transfer that fills it."""
        require_views(source=source)
        tile = self.sbuf(source.shape, source.dtype if dtype is None else dtype, f"{source.storage.name}.tile")
        self.dma_copy(tile, source, queue)
        return tile

    def store(self, destination: View, source: View, queue: int | None = None) -> None:
        """`dma_copy`."""
        self.dma_copy(destination, source, queue)

    def dma_copy(self, destination: View, source: View, queue: int | None = None) -> None:
        """
        Copy between HBM and SBUF, or within one, converting elements; both have one shape.

        The scheduler chooses the DMA queue unless `queue` does.
        """
        require_views(destination=destination, source=source)
        if destination.shape != source.shape:
            raise caller().error(f"dma_copy of {source} to {destination}: both have the same shape")
        if queue is not None:
            if not is_integer(queue):
                raise caller().error(f"queue is {queue!r:.40}: expected the number of a DMA queue")
            check_lane_name(f"dma{queue}", self.target)
            self._recorder.pinned = self._recorder.pinned or caller()
        attributes = {"source_ap": access(source), "destination_ap": access(destination)}
        lane, views = f"dma{queue or 0}", [source, destination]
        self._recorder.append(DmaCopyOp, lane, views, attributes, [source], destination)

    def nc_matmul(self, destination: View, stationary: View, moving: View, accumulate: bool = False) -> None:
        """
        `destination (+)= stationary.T @ moving` on the tensor engine, one tile each.

        `stationary` [K, M] and `moving` [K, N] are in SBUF with the contraction K on the same partitions, `destination`
        [M, N] in one bank of PSUM. `accumulate` adds to what it holds.
        """
        require_views(destination=destination, stationary=stationary, moving=moving)
        self._check_product(destination, stationary, moving)
        row, first, start = stationary.pattern(), moving.pattern(), destination.pattern()
        sizes, strides = first[3], first[4]
        attributes: dict[str, Attribute] = {
            "m": i64_attr(stationary.shape[1]),
            "step_rows": i64_array([row[1]]),
            "step_partitions": i64_array([row[0]]),
            "stationary_offsets": i64_array([row[2]]),
            "moving_offsets": i64_array([first[2]]),
            "moving_sizes": i64_array(sizes),
            "moving_strides": i64_array(strides),
            "n_block": i64_attr(sizes[0]),
            "out_offset": i64_attr(start[2]),
            "out_m_stride": i64_attr(0),
            "out_n_stride": i64_attr(0),
        }
        if accumulate:
            attributes["accumulate"] = UnitAttr()
        reads = [stationary, moving, *([destination] if accumulate else [])]
        self._recorder.append(MatmulOp, "tensor", [stationary, moving, destination], attributes, reads, destination)

    def _check_product(self, destination: View, stationary: View, moving: View) -> None:
        site, array = caller(), self.target.tensor
        for role, view in (("stationary", stationary), ("moving", moving), ("destination", destination)):
            if not view.on_chip:
                raise site.error(f"nc_matmul: {role} is {view}: load it to a tile first")
        if len(stationary.shape) != 2 or (stationary.shape[1] > 1 and stationary.mask.strides[1] != 1):
            raise site.error(f"nc_matmul: stationary is {stationary}: expected [K, M], columns one after the other")
        if stationary.pattern()[:2] != moving.pattern()[:2]:
            places = [f"{start}:{start + count}" for start, count, *_ in (stationary.pattern(), moving.pattern())]
            raise site.error(
                f"nc_matmul contracts partitions {places[0]} of stationary {stationary} with {places[1]} of moving "
                f"{moving}: both operands lie on the same partitions"
            )
        columns = stationary.shape[1]
        if columns > array.cols:
            raise site.error(
                f"nc_matmul: stationary {stationary} has {columns} columns: the array of target '{self.target.name}' "
                f"has {array.cols}; cut it into tiles of {array.cols}"
            )
        expected = (columns, *moving.shape[1:])
        if destination.shape != expected or destination.pattern()[0] != 0:
            raise site.error(
                f"nc_matmul: destination is {destination} from partition {destination.pattern()[0]}: the product of "
                f"{stationary} and {moving} is {list(expected)} from partition 0"
            )
        _, _, first, sizes, strides = destination.pattern()
        if strides != tuple(prod(sizes[axis + 1 :]) for axis in range(len(sizes))) and prod(sizes) > 1:
            raise site.error(f"nc_matmul: destination {destination} is not contiguous in its bank")
        bank, item = self.target.psum.bank_bytes, DTYPES[destination.dtype].itemsize
        begin, end = first * item, (first + prod(sizes)) * item
        if destination.space == "psum" and begin // bank != (end - 1) // bank:
            raise site.error(
                f"nc_matmul: destination {destination} takes bytes {begin} to {end} of its tile: a result lies in one "
                f"PSUM bank of {bank} bytes ({bank // item} elements of {destination.dtype}); use smaller moving tiles"
            )

"""What a kernel asks for and the machine cannot do is one error at the line that asks."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import accelc
from accelc import Core, KernelError, TensorSpec
from accelc.kernels import View

Body = Callable[[Core, View], object]
X = TensorSpec((128, 512), "fp32")


def small(core: Core, x: View) -> View:
    """A tile of the array's size."""
    return core.load(x[:, :128])


def uninitialised(core: Core, x: View) -> object:
    tile = core.sbuf((128, 4), "fp32", "a")
    core.memset(tile[:, :3], 0.0)
    return core.tensor_copy(core.sbuf((128, 4), "fp32", "b"), tile)


def accumulated(core: Core, x: View) -> object:
    return core.nc_matmul(core.psum((128, 128)), small(core, x), small(core, x), accumulate=True)


def overwritten(core: Core, x: View) -> object:
    first, second = core.sbuf((128, 8), "fp32", "a", at=0), core.sbuf((128, 8), "fp32", "b", at=16)
    core.memset(first, 1.0)
    core.memset(second, 2.0)
    return core.tensor_copy(second, first)


def bank(core: Core, x: View) -> object:
    return core.nc_matmul(core.psum((128, 1024))[:, 256:768], small(core, x), core.load(x))


def large_tile(core: Core, x: View) -> object:
    return core.sbuf((128, 50_000), "fp32")


def last_bank(core: Core, x: View) -> object:
    return core.psum((128, 512), bank=8)


def odd_place(core: Core, x: View) -> object:
    return core.sbuf((128, 512), "fp32", at=2)


def partitions(core: Core, x: View) -> object:
    return core.sbuf((129, 4), "fp32")


def start(core: Core, x: View) -> object:
    return core.memset(core.sbuf((128, 4), "fp32")[16:48], 0.0)


def columns(core: Core, x: View) -> object:
    return core.nc_matmul(core.psum((128, 128)), core.load(x), small(core, x))


def moving(core: Core, x: View) -> object:
    wide = core.sbuf((128, 4, 128), "bf16")
    core.memset(wide, 0.0)
    both = core.sbuf((128, 1024), "bf16")
    core.memset(both, 0.0)
    return core.nc_matmul(core.psum((128, 1024)), wide[:, 0], both)


def contraction(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.nc_matmul(core.psum((128, 128)), tile[:64], tile[64:])


def result(core: Core, x: View) -> object:
    return core.nc_matmul(core.psum((128, 64)), small(core, x), small(core, x))


def from_hbm(core: Core, x: View) -> object:
    return core.nc_matmul(core.psum((128, 128)), x[:, :128], small(core, x))


def types(core: Core, x: View) -> object:
    other = core.load(x[:, :128], "bf16")
    return core.nc_matmul(core.psum((128, 128)), small(core, x), other)


def accumulator(core: Core, x: View) -> object:
    return core.psum((128, 128), "bf16")


def untransposed(core: Core, x: View) -> object:
    return core.nc_matmul(core.psum((128, 128)), core.load(x)[:, ::4], small(core, x))


def port(core: Core, x: View) -> object:
    acc = core.psum((128, 128))
    core.nc_matmul(acc, small(core, x), small(core, x))
    return core.partition_reduce(core.sbuf((1, 128), "fp32"), acc, "add")


def function(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.activation(tile, "gleu", tile)


def alu(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.tensor_tensor(tile, tile, tile, "plus")


def engine(core: Core, x: View) -> object:
    return core.memset(core.sbuf((128, 4), "fp32"), 0.0, engine="pool")


def function_elsewhere(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.activation(tile, "relu", tile, engine="vector")


def queue(core: Core, x: View) -> object:
    return core.load(x, queue=16)


def lane_of_dma(core: Core, x: View) -> object:
    return core.memset(core.sbuf((128, 4), "fp32"), 0.0, engine="dma0")


def dtype(core: Core, x: View) -> object:
    return core.sbuf((128, 4), "float31")


def flat(core: Core, x: View) -> object:
    return core.sbuf((128,), "fp32")


def memory(core: Core, x: View) -> object:
    return core.wfifo((128, 4), "fp32")


def written_input(core: Core, x: View) -> object:
    return core.store(x, small(core, x)[:, :1].broadcast_to(128, 512))


def shapes(core: Core, x: View) -> object:
    return core.dma_copy(core.sbuf((128, 4), "fp32"), x)


def broadcast(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.tensor_tensor(tile, tile, tile[:64], "add")


def twice(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.tensor_copy(tile[:, :1].broadcast_to(128, 128), tile)


def beyond(core: Core, x: View) -> object:
    return x[:, 0:513]


def axis(core: Core, x: View) -> object:
    return x[0, 0, 0]


def index(core: Core, x: View) -> object:
    return x[128]


def step(core: Core, x: View) -> object:
    return small(core, x)[::2]


def empty(core: Core, x: View) -> object:
    return x[5:5]


def turned(core: Core, x: View) -> object:
    return small(core, x).T


def reshaped(core: Core, x: View) -> object:
    return x.T.reshape(128, 512)


def psum_by_dma(core: Core, x: View) -> object:
    return core.dma_copy(core.psum((128, 512)), x)


def array(core: Core, x: View) -> object:
    return core.store(x, np.zeros((128, 512)))  # pyright: ignore[reportArgumentType]


def bias(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.activation(tile, "relu", tile, np.zeros(128))  # pyright: ignore[reportArgumentType]


def name_of_op(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.tensor_tensor(tile, tile, tile, 5)  # pyright: ignore[reportArgumentType]


def axes(core: Core, x: View) -> object:
    tile = small(core, x)
    return core.tensor_reduce(tile[:, :1], tile, "add", axes=2)


def no_tuple(core: Core, x: View) -> object:
    return core.sbuf(4, "fp32")  # pyright: ignore[reportArgumentType]


def half_a_bank(core: Core, x: View) -> object:
    return core.psum((128, 4), bank=0.5)  # pyright: ignore[reportArgumentType]


def name_of_tile(core: Core, x: View) -> object:
    return core.sbuf((4, 4), "fp32", 5)  # pyright: ignore[reportArgumentType]


def uneven(core: Core, x: View) -> object:
    return x.reshape(-1, 5)


def sizes(core: Core, x: View) -> object:
    return x.reshape("a")  # pyright: ignore[reportArgumentType]


def named_twice(core: Core, x: View) -> object:
    return core.output("x", (1,), "fp32")


def objects(core: Core, x: View) -> object:
    return core.constant(np.array([None]))


def dimensions(core: Core, x: View) -> object:
    return core.load(x.reshape(4, 4, 8, 4, 4, 32).transpose(5, 4, 3, 2, 1, 0)[:, 0])


def no_step(core: Core, x: View) -> object:
    return x[:, ::0]


def many_axes(core: Core, x: View) -> object:
    return x.reshape(128, 512, *(1,) * 31)


def many_sizes(core: Core, x: View) -> object:
    return core.hbm((1,) * 33, "fp32")


def large_number(core: Core, x: View) -> object:
    return core.memset(core.sbuf((128, 4), "fp32"), 1e39)


def ragged(core: Core, x: View) -> object:
    return core.constant([[1.0], [1.0, 2.0]])  # pyright: ignore[reportArgumentType]


class Loud:
    """Is no array, and says so in an exception of its own."""

    def __array__(self, *arguments: object, **options: object) -> object:
        raise RuntimeError("not today")


def loud(core: Core, x: View) -> object:
    return core.constant(Loud())  # pyright: ignore[reportArgumentType]


def queue_in_words(core: Core, x: View) -> object:
    return core.load(x, queue="0")  # pyright: ignore[reportArgumentType]


def no_output(core: Core, x: View) -> object:
    return core.output("y", (4, 4), "fp32")


CASES: list[tuple[Body, str]] = [
    (
        uninitialised,
        "reads sbuf tensor 'a' [128, 4], declared at test_errors.py:LINE: 128 of its 512 elements were never written, "
        "the first at [0, 3]; load, compute or memset them before",
    ),
    (accumulated, "reads psum tensor 'acc' [128, 128]"),
    (
        overwritten,
        "reads sbuf tensor 'a' [128, 8] after 'b', which overlaps it, was written at test_errors.py:LINE: "
        "give them places of their own, or read 'a' before",
    ),
    (
        bank,
        "nc_matmul: destination psum tensor 'acc' [128, 512] takes bytes 1024 to 3072 of its tile: a result lies in "
        "one PSUM bank of 2048 bytes (512 elements of fp32); use smaller moving tiles",
    ),
    (
        large_tile,
        "sbuf tensor 'tile' [128, 50000] takes 200000 bytes of each partition: sbuf of target 'trn-like' has "
        "196608; use smaller tiles",
    ),
    (last_bank, "takes 2048 bytes at 16384 of each partition: psum of target 'trn-like' has 16384"),
    (odd_place, "at 2: legal are multiples of 4 bytes"),
    (partitions, "has 129 partitions: sbuf of target 'trn-like' has 128; cut the first axis into tiles"),
    (start, "engine.memset accesses 32 partitions from 16 of buffer 'tile': sbuf of target 'trn-like' allows"),
    (columns, "has 512 columns: the array of target 'trn-like' has 128; cut it into tiles of 128"),
    (moving, "takes bytes 0 to 4096 of its tile: a result lies in one PSUM bank of 2048 bytes"),
    (contraction, "nc_matmul contracts partitions 0:64 of stationary sbuf tensor 'x.tile' [64, 128] with 64:128 of "),
    (
        result,
        "nc_matmul: destination is psum tensor 'acc' [128, 64] from partition 0: the product of sbuf tensor "
        "'x.tile' [128, 128] and sbuf tensor 'x.tile.1' [128, 128] is [128, 128] from partition 0",
    ),
    (from_hbm, "nc_matmul: stationary is hbm tensor 'x' [128, 128]: load it to a tile first"),
    (types, "engine.matmul: element types fp32, bf16 -> fp32 are not legal"),
    (accumulator, "psum holds fp32 or int32, not bf16"),
    (untransposed, "nc_matmul: stationary is sbuf tensor 'x.tile' [128, 128]: expected [K, M], columns one after "),
    (port, "engine.partition_reduce: field 'src0.space' = psum: here 'gpsimd' reads sbuf"),
    (function, "applies 'gleu': target 'trn-like' has the functions identity, relu, gelu"),
    (alu, "engine.tensor_tensor: op 'plus' is unknown; legal are add, sub, mul"),
    (engine, "no engine 'pool': target 'trn-like' has tensor, vector, scalar, gpsimd, and the queues dma0 to dma15"),
    (queue, "no engine 'dma16'"),
    (function_elsewhere, "lane 'vector' does not execute engine.activate; legal are scalar, added engines"),
    (lane_of_dma, "engine.memset on queue 'dma0': a compute engine executes it"),
    (dtype, "tensor 'tile' of unknown element type 'float31' (types: fp32, bf16"),
    (flat, "sbuf tensor 'tile' of shape [128]: expected [partitions, free...], positive sizes"),
    (memory, "tile 'weights' in wfifo: target 'trn-like' has no such memory"),
    (written_input, "writes hbm tensor 'x' [128, 512]: inputs are read only; declare an output or a tile"),
    (shapes, "dma_copy of hbm tensor 'x' [128, 512] to sbuf tensor 'tile' [128, 4]: both have the same shape"),
    (broadcast, "sbuf tensor 'x.tile' [64, 128] does not broadcast to [128, 128]: 64 partitions, and free sizes equal"),
    (twice, "writes sbuf tensor 'x.tile' [128, 128], which visits elements more than once"),
    (beyond, "slice bound 513 on axis 1 of hbm tensor 'x' [128, 512]: legal are 0 to 512"),
    (axis, "hbm tensor 'x' [128, 512] has 2 axes: it takes as many integers or slices, not (0, 0, 0)"),
    (index, "index 128 on axis 0 of hbm tensor 'x' [128, 512]: legal are 0 to 127"),
    (step, "step 2 over the partitions of sbuf tensor 'x.tile' [128, 128]: only ranges of them can be taken"),
    (empty, "index slice(5, 5, None) of hbm tensor 'x' [128, 512] has no elements"),
    (turned, "axes [1, 0] of sbuf tensor 'x.tile' [128, 128]: the partitions stay first"),
    (reshaped, "hbm tensor 'x' [512, 128] as [128, 512]: elements would have to move"),
    (psum_by_dma, "destination is in psum; legal are hbm, sbuf, wfifo"),
    (
        array,
        "source is an array [128, 512]: expected a tile or tensor of the kernel; core.constant makes one of arrays",
    ),
    (bias, "bias is an array [128]: expected a number"),
    (name_of_op, "op is 5: expected a name"),
    (axes, "engine.reduce: axes is 2; legal are 1..1, the dimensions of source_ap"),
    (no_tuple, "sbuf tensor 'tile' of shape 4: expected a tuple of sizes"),
    (half_a_bank, "tile 'acc' in psum bank 0.5: expected an integer"),
    (no_step, "slice step 0 on axis 1 of hbm tensor 'x' [128, 512]: expected an integer, not 0"),
    (many_axes, "hbm tensor 'x' [128, 512] with 33 axes: legal are up to 32"),
    (many_sizes, "hbm tensor 'scratch' of 33 axes: legal are up to 32"),
    (large_number, "value is beyond the fp32 numbers, which end at 3.4028235e+38"),
    (ragged, "constant 'constant' is no array: "),
    (loud, "constant 'constant' is no array: not today"),
    (queue_in_words, "queue is '0': expected the number of a DMA queue"),
    (name_of_tile, "name is 5: expected a name"),
    (uneven, "hbm tensor 'x' [128, 512] as [-1, 5]: it has 65536 elements"),
    (sizes, "['a']: expected integers, or one tuple of them"),
    (named_twice, "output 'x': another tensor or tile has that name"),
    (objects, "tensor 'constant' of unknown element type dtype('O') (types: fp32, bf16"),
    (dimensions, "engine.dma_copy: transfer of buffer 'in0' needs 5 dimensions"),
    (no_output, "output 'y': 0 of its 16 elements are written"),
]


@pytest.mark.parametrize(("body", "message"), CASES, ids=[body.__name__ for body, _ in CASES])
def test_the_error_is_at_the_call(body: Body, message: str) -> None:
    @accelc.kernel
    def kernel(core: Core, x: View) -> None:
        body(core, x)

    with pytest.raises(KernelError) as caught:
        kernel.compile(x=X)
    text, code = str(caught.value), body.__code__
    file, line, column, rest = re.fullmatch(r"(.*?):(\d+):(\d+): error: (.*)", text).groups()  # pyright: ignore[reportOptionalMemberAccess]
    assert Path(file) == Path(__file__)
    last = max(at for _, _, at in code.co_lines() if at)
    assert int(line) == last
    assert int(column) > 1
    assert re.sub(r"\.py:\d+", ".py:LINE", rest).find(message) >= 0, rest

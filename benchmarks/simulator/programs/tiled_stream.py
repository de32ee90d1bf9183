"""
Streams of a product of many tiles on `trn-like`, as a compiler that has no loops writes them out.

Two queues load weights and activations of a tile into one of two buffers, the array multiplies it in several passes of
128 rows, two engines work on the result, and a third queue stores it. Seven records of a tile wait, six signal.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from accelc.isa import encode
from accelc.isa.records import Records, Space, Update, field
from accelc.isa.table import Opcode
from accelc.targets.model import Target

LOADED, FILLED, PRODUCED, ACTIVATED, ADDED, STORED = range(6)
"""Semaphores, each raised once a tile: weights, activations, product, activation, sum, store."""

WEIGHT_BYTES, RESULT = 16384, 131072
"""Bytes of a partition for weights, and where results are."""


def tiled_stream(tiles: int, passes: int, target: Target) -> Mapping[str, Records]:
    """`tiles` times the 2 `passes` + 5 records of a tile on six lanes; wait values grow by one from tile to tile."""
    lane = {name: code for code, name in enumerate(target.lanes)}
    width = target.sbuf.partition_bytes

    def sbuf(offset: int, elements: int) -> npt.NDArray[np.void]:
        return encode.operands(Space.SBUF, "bf16", 0, 128, offset, [elements], [1])

    def moved(queue: str, offset: int, elements: int, inwards: bool) -> Records:
        inside = encode.dma_sides(Space.SBUF, "bf16", offset, [128, elements], [width, 2])
        outside = encode.dma_sides(Space.HBM, "bf16", 0, [128, elements], [2 * elements, 2])
        return encode.dma_copy_records(lane[queue], *((inside, outside) if inwards else (outside, inside)))

    bank = encode.operands(Space.PSUM, "fp32", 0, 128, 0, [512], [1])
    load = moved("dma0", 0, 128 * passes, True)
    fill = moved("dma1", WEIGHT_BYTES, 512 * passes, True)
    store = moved("dma2", RESULT, 512, False)
    products = [
        record
        for number in range(passes)
        for record in (
            encode.load_stationary_records(lane["tensor"], sbuf(256 * number, 128)),
            encode.matmul_records(
                lane["tensor"], bank, sbuf(WEIGHT_BYTES + 1024 * number, 512), swap=True, accumulate=number > 0
            ),
        )
    ]
    activate = encode.activate_records(lane["scalar"], "relu", 1.0, 0.0, sbuf(RESULT, 512), bank)
    add = encode.tensor_tensor_records(
        lane["vector"], "add", sbuf(RESULT, 512), sbuf(RESULT, 512), sbuf(RESULT + 4096, 512)
    )
    # Waits of the first tile; those of a buffer are for the tile two before.
    for record, semaphore, value in (
        (load, PRODUCED, -1),
        (fill, PRODUCED, -1),
        (products[0], LOADED, 1),
        (products[1], FILLED, 1),
        (activate, PRODUCED, 1),
        (add, ACTIVATED, 1),
        (store, ADDED, 1),
    ):
        encode.set_wait(record, semaphore, value)
    for record, semaphore in (
        (load, LOADED),
        (fill, FILLED),
        (products[-1], PRODUCED),
        (activate, ACTIVATED),
        (add, ADDED),
        (store, STORED),
    ):
        encode.set_update(record, 0, semaphore, Update.ADD_AT_COMPLETE)
    streams = {
        "tensor": np.concatenate(products),
        "vector": add,
        "scalar": activate,
        "dma0": load,
        "dma1": fill,
        "dma2": store,
    }
    return {name: _repeated(stream, tiles, lane[name]) for name, stream in streams.items()}


def _repeated(stream: Records, tiles: int, lane: int) -> Records:
    records = np.concatenate([*[stream] * tiles, encode.control_records(lane, Opcode.HALT)])
    waits = field(records, "wait_condition") != 0
    tile = np.arange(len(records)) // len(stream)
    field(records, "wait_value")[waits] += tile[waits].astype(np.int32)
    return records

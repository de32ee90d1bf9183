"""
Random programs of records for the profile: every kind of record, wait, update and delay, and no deadlock.

Records are drawn in one global order; a wait asks for a count that updates earlier in that order reach. They are legal
for the timing of a machine and mean nothing.
"""

from random import Random

import numpy as np
import numpy.typing as npt

from accelc.isa import encode
from accelc.isa.program import NO_DEBUG, AcceleratorSegment, DebugEntry, DelaySlot, HbmBinding, Program
from accelc.isa.records import Records, Space, Update, Wait, join_records
from accelc.isa.table import TABLE, Opcode
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Target, is_dma

SEMAPHORES = 5
NODES = 4
HBM_BYTES = 1 << 20
Fields = npt.NDArray[np.void]


class _Streams:
    def __init__(self, random: Random, target: Target) -> None:
        self.random = random
        self.target = target
        engines = [lane for lane in target.lanes if not is_dma(lane)]
        queues = [lane for lane in target.lanes if is_dma(lane)][:2]
        chosen = [*random.sample(engines, random.randint(1, len(engines))), *queues[: random.randint(0, 2)]]
        self.parts: dict[str, list[Records]] = {lane: [] for lane in chosen}
        self.delays: list[DelaySlot] = []
        self.pending = 0
        self.loaded = False
        self.raised = [0] * SEMAPHORES

    def operand(self, space: Space, count: int, partitions: int = 0) -> Fields:
        """A pattern of `count` elements in all partitions (or in the first `partitions`), at one of a few addresses."""
        memory = self.target.partitioned(space.name.lower())
        partitions = partitions or min(memory.partitions, self.target.tensor.rows)
        dtype = "fp32" if space is Space.PSUM else "bf16"
        return encode.operands(space, dtype, 0, partitions, 64 * self.random.randrange(4), [count], [1])

    def record(self, lane: str) -> Records:
        """The next record of a lane, without wait and updates."""
        random, code = self.random, self.target.lanes.index(lane)
        if random.random() < 0.1:
            return encode.control_records(code, random.choice((Opcode.NOP, Opcode.SEM_WAIT, Opcode.SEM_UPD)))
        if random.random() < 0.1:
            kind = random.choice(("nop", "nop", "throttle"))
            name, most = f"slot{len(self.delays)}", 40 if kind == "nop" else 8
            self.delays.append(DelaySlot(name, lane, random.randint(0, most), 100, kind=kind))
            return encode.delay_records(code, len(self.delays) - 1)
        if is_dma(lane):
            return self.transfer(code)
        count = random.randint(1, 16)
        if lane == "tensor":
            return self.product(code, count)
        return self.elementwise(lane, code, count)

    def elementwise(self, lane: str, code: int, count: int) -> Records:
        """One of the instructions that the engine executes."""
        random = self.random
        written, single = self.operand(Space.SBUF, count), self.operand(Space.SBUF, count, 1)
        left, right = (self.operand(random.choice((Space.SBUF, Space.PSUM)), count) for _ in range(2))
        choices = {
            Opcode.TT: lambda: encode.tensor_tensor_records(code, "add", written, left, right),
            Opcode.COPY: lambda: encode.copy_records(code, written, left),
            Opcode.ACT: lambda: encode.activate_records(
                code, random.choice(("relu", "tanh")), 1.0, None, written, left
            ),
            Opcode.PART_REDUCE: lambda: encode.partition_reduce_records(code, "add", single, left),
        }
        # Some engines have an instruction for some element types only.
        known = {rule.op for rule in self.target.engines[lane].cost if rule.when is None}
        legal = [op for op in choices if TABLE[op].cost_op in known]
        return choices[random.choice(legal)]() if legal else encode.control_records(code, Opcode.NOP)

    def product(self, code: int, count: int) -> Records:
        """A load while a plane is free, else a product, which swaps when it must."""
        random = self.random
        if self.pending < self.target.tensor.shadow_planes and (not self.loaded or random.random() < 0.5):
            self.pending += 1
            self.loaded = True
            return encode.load_stationary_records(code, self.operand(Space.SBUF, self.target.tensor.cols))
        swap = self.pending > 0
        self.pending -= swap
        return encode.matmul_records(
            code, self.operand(Space.PSUM, count), self.operand(Space.SBUF, count), False, swap
        )

    def transfer(self, code: int) -> Records:
        """Into the chip, out of it, or within HBM."""
        random, width = self.random, self.target.sbuf.partition_bytes
        rows, count = random.randint(1, self.target.sbuf.partitions), random.choice((4, 16, 64))
        chip = encode.dma_sides(Space.SBUF, "bf16", 64 * random.randrange(2), [rows, count], [width, 2])
        hbm = [
            encode.dma_sides(Space.HBM, "bf16", 4096 * random.randrange(8), [rows, count], [2 * count, 2])
            for _ in range(2)
        ]
        return encode.dma_copy_records(code, *random.choice(((chip, hbm[0]), (hbm[0], chip), (hbm[0], hbm[1]))))

    def synchronize(self, record: Records) -> None:
        """Adds a wait that earlier updates satisfy, and updates."""
        random = self.random
        if random.random() < 0.35:
            semaphore = random.randrange(SEMAPHORES)
            value = random.randint(0, self.raised[semaphore])
            if semaphore == 0:
                # Counts stay below half a turn of 12 bits.
                encode.set_wait(record, 0, value, Wait.WRAP, 12)
            else:
                encode.set_wait(record, semaphore, value)
        for slot in range(random.choice((0, 0, 1, 2))):
            semaphore, value = random.randrange(SEMAPHORES), random.randint(1, 3)
            point = random.choice((Update.ADD_AT_READ, Update.ADD_AT_COMPLETE))
            encode.set_update(record, slot, semaphore, point, value)
            self.raised[semaphore] += value


def random_streams(random: Random, target: Target, most: int) -> Program:
    """A program of one segment with up to `most` records on some lanes of one core."""
    streams = _Streams(random, target)
    for _ in range(random.randint(1, most)):
        lane = random.choice(list(streams.parts))
        record = streams.record(lane)
        streams.synchronize(record)
        record["debug"] = random.randint(0, NODES)
        streams.parts[lane].append(record)
    core = {
        lane: join_records([*parts, encode.control_records(target.lanes.index(lane), Opcode.HALT)])
        for lane, parts in streams.parts.items()
    }
    bindings = (
        HbmBinding("x", "input", 0, "bf16", (4096,)),
        HbmBinding("w", "weight", 8192, "bf16", (4096,)),
        HbmBinding("y", "output", 16384, "bf16", (4096,)),
    )
    debug = (NO_DEBUG, *(DebugEntry("engine.copy", f"node{node}", node) for node in range(NODES)))
    segment = AcceleratorSegment("accelerator0", (), (), (core,), HBM_BYTES, bindings, (), tuple(streams.delays), debug)
    return Program(canonical_toml(target), (), (), (segment,), {})


PRODUCTS = 6
AHEAD = 4


def long_streams(target: Target, tiles: int) -> Program:
    """
    A program of 10 records a tile: a transfer, a load and six products, a copy out of PSUM, and a transfer out.

    Weights are loaded up to four tiles ahead, and results are copied while the next tile is computed.
    """
    rows, columns = target.tensor.rows, target.tensor.cols
    moving = min(128, target.tensor.moving_max)
    lane = {name: target.lanes.index(name) for name in ("tensor", "vector", "dma0", "dma1")}
    tile = np.arange(tiles)
    weights = encode.operands(Space.SBUF, "bf16", 0, rows, (tile % AHEAD) * 2 * columns, [columns], [1])
    data = encode.operands(Space.SBUF, "bf16", 0, rows, AHEAD * 2 * columns, [moving], [1])
    bank = (tile % 2) * target.psum.bank_bytes
    results = encode.operands(Space.PSUM, "fp32", 0, columns, bank, [moving], [1])
    copied = encode.operands(Space.SBUF, "bf16", 0, columns, (AHEAD + 1) * 512 + (tile % 2) * 2 * moving, [moving], [1])
    load = encode.load_stationary_records(lane["tensor"], weights)
    encode.set_wait(load, 0, tile + 1)
    encode.set_update(load, 0, 1, Update.ADD_AT_READ)
    products = [
        encode.matmul_records(lane["tensor"], results, np.repeat(data, tiles), accumulate=index > 0, swap=index == 0)
        for index in range(PRODUCTS)
    ]
    encode.set_wait(products[0], 3, np.maximum(tile - 1, 0))
    encode.set_update(products[-1], 0, 2, Update.ADD_AT_COMPLETE)
    copy = encode.copy_records(lane["vector"], copied, results)
    encode.set_wait(copy, 2, tile + 1)
    encode.set_update(copy, 0, 3, Update.ADD_AT_READ)
    encode.set_update(copy, 1, 4, Update.ADD_AT_COMPLETE)
    width, count = target.sbuf.partition_bytes, columns
    inwards = _transfer(lane["dma0"], Space.SBUF, Space.HBM, (tile % AHEAD) * 2 * columns, rows, count, width, tiles)
    encode.set_wait(inwards, 1, np.maximum(tile + 1 - AHEAD, 0))
    encode.set_update(inwards, 0, 0, Update.ADD_AT_COMPLETE)
    base = (AHEAD + 1) * 512 + (tile % 2) * 2 * moving
    outwards = _transfer(lane["dma1"], Space.HBM, Space.SBUF, base, columns, moving, width, tiles)
    encode.set_wait(outwards, 4, tile + 1)
    tensor = np.stack([load, *products], axis=1).reshape(-1)
    streams = {"tensor": tensor, "vector": copy, "dma0": inwards, "dma1": outwards}
    for records in streams.values():
        records["debug"] = 1 + np.arange(len(records)) * NODES // len(records)
    core = {
        name: join_records([records, encode.control_records(lane[name], Opcode.HALT)])
        for name, records in streams.items()
    }
    debug = (NO_DEBUG, *(DebugEntry("engine.matmul", f"node{node}", node) for node in range(NODES)))
    segment = AcceleratorSegment("accelerator0", (), (), (core,), HBM_BYTES, (), (), (), debug)
    return Program(canonical_toml(target), (), (), (segment,), {})


def _transfer(
    lane: int, to: Space, source: Space, base: npt.NDArray[np.int64], rows: int, count: int, width: int, tiles: int
) -> Records:
    """Copies [rows, count] of bf16 between HBM at 0 and SBUF at byte `base` of the first partitions."""
    chip = encode.dma_sides(Space.SBUF, "bf16", base, [rows, count], [width, 2])
    hbm = np.repeat(encode.dma_sides(Space.HBM, "bf16", 0, [rows, count], [2 * count, 2]), tiles)
    return encode.dma_copy_records(lane, *((chip, hbm) if to is Space.SBUF else (hbm, chip)))

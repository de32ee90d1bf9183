"""
How long every record keeps its unit busy, from the target's tables; vectorised, before the event loop runs.

All results are integer ticks.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.isa.custom import instruction
from accelc.isa.records import DTYPES, MAX_DMA_STRIDE, Records, Space, as_dma, field
from accelc.isa.table import ALU_OPS, FUNCTIONS, INDEXED_DIM, TRANSFERS, Form, Opcode
from accelc.simulator.decode import LaneCode
from accelc.simulator.memory import ITEMSIZE
from accelc.targets.conditions import Facts, select_rule
from accelc.targets.model import ComputeEngine, StridePenalty, Target

Ints = npt.NDArray[np.int64]

TABLE_FREE = ("identity", "relu", "abs", "sign", "square", "floor", "ceil", "round", "trunc")
"""Functions that are plain arithmetic: they need no lookup table and leave the loaded one in place."""

_HALF = tuple(code for code, name in enumerate(DTYPES) if name in ("bf16", "fp16"))
_BF16, _INT64 = DTYPES.index("bf16"), DTYPES.index("int64")


@dataclass(frozen=True)
class LaneCosts:
    """
    Ticks by record: `busy` from start to operands read, `latency` from operands read to results visible.

    `groups[i]` are the exclusive port groups that record `i` holds while busy.
    """

    busy: list[int]
    latency: list[int]
    groups: list[tuple[str, ...]]


@dataclass(frozen=True)
class Transfer:
    """
    What one DMA record asks of the shared resources.

    `engines` of the DMA engines each move `packets` packets, `bytes_each` bytes and `descriptors` descriptors;
    `hbm_bytes` is the traffic of all of them on HBM. `efficiency` scales the engine's bandwidth.
    """

    engines: int
    packets: int
    bytes_each: float
    descriptors: int
    total_bytes: int
    hbm_bytes: int
    efficiency: float


def _per_partition(records: Records, slot: int) -> Ints:
    operand = field(records, "operand")[:, slot]
    return operand["size"].astype(np.int64).prod(axis=1) * (operand["part_count"] > 0)


def innermost(sizes: Ints, strides: Ints) -> Ints:
    """Stride of the innermost dimension of more than one element, per pattern [n, d]; 0 where there is none."""
    last = sizes.shape[1] - 1 - np.argmax((sizes > 1)[:, ::-1], axis=1)
    found = strides[np.arange(len(sizes)), last]
    return np.where((sizes > 1).any(axis=1), found, 0)


def tensor_costs(lane: LaneCode, target: Target) -> LaneCosts:
    """
    Stationary loads keep the load port busy for ceil(L / f) cycles, products the array for max(N, II) / rate.

    The results of a product are visible (N - 1) / rate + R + C - 1 + 1 + write latency after its start; one that the
    least interval keeps in the port for longer is complete when it leaves that. Raises SimulationError for a data type
    without a rate.
    """
    tensor, tick = target.tensor, target.time.domain["tensor"]
    operand = field(lane.records, "operand")
    opcode = lane.codes
    elements = _per_partition(lane.records, 1)
    rows = operand[:, 1]["part_count"].astype(np.int64)
    cols = tensor.ls_axis == "cols"
    full = tensor.cols if cols else tensor.rows
    length = np.full_like(rows, full) if tensor.ls_full else elements if cols else rows
    load = -(-length // tensor.ls_vectors_per_cycle) * tick

    busy, latency = np.zeros(len(opcode), np.int64), np.zeros(len(opcode), np.int64)
    loads, products = opcode == Opcode.LS, opcode == Opcode.MM
    busy[loads] = load[loads]
    through = ((tensor.rows + tensor.cols - 1) * tensor.pe_latency + 1 + tensor.psum_write_latency) * tick
    codes: list[int] = np.unique(operand[products, 1]["dtype"]).tolist()
    for code in codes:
        chosen = products & (operand[:, 1]["dtype"] == code)
        rate = tensor.rate.get(DTYPES[code])
        if rate is None:
            where = lane.describe(int(np.flatnonzero(chosen)[0]))
            legal = ", ".join(tensor.rate)
            raise SimulationError(f"{where}, field 'src0': the array has no rate for {DTYPES[code]}, it has {legal}")
        n = elements[chosen]
        busy[chosen] = np.ceil(np.maximum(n, tensor.mm_min_ii) * tick / rate).astype(np.int64)
        visible = np.ceil((n - 1) * tick / rate).astype(np.int64) + through
        latency[chosen] = np.maximum(visible - busy[chosen], 0)
    return LaneCosts(busy.tolist(), latency.tolist(), [()] * len(opcode))


def elementwise_costs(lane: LaneCode, target: Target) -> LaneCosts:
    """
    `busy = max(min_ii, ceil(N * cpe)) * stride_factor + extra`, plus a table load where the function needs another.

    Raises SimulationError for an instruction the engine has no cost rule for: it does not execute it.
    """
    engine, tick = target.engines[lane.name], target.time.domain[lane.name]
    records = lane.records
    operand = field(records, "operand")
    n = np.max([_per_partition(records, slot) for slot in range(3)], axis=0)
    spaces = np.where(operand["part_count"] > 0, operand["space"], 0)
    item = ITEMSIZE[operand["dtype"]]
    inner = np.stack(
        [innermost(operand["size"][:, slot].astype(np.int64), operand["stride"][:, slot]) for slot in range(3)], axis=1
    )
    penal = [
        np.where(spaces == code, _penalty(np.abs(inner) * item, target.partitioned(name).stride_penalty), 1)
        for code, name in ((Space.SBUF, "sbuf"), (Space.PSUM, "psum"))
    ]
    factor = np.maximum(penal[0], penal[1]).max(axis=1)
    contiguous = (np.abs(inner) <= 1) & ((inner != 0) | (operand["size"].astype(np.int64).prod(axis=2) == 1))
    contiguous |= spaces == 0
    aux = field(records, "aux")
    key = np.concatenate(
        [
            lane.codes[:, None],
            spaces,
            np.where(spaces > 0, operand["dtype"], 0),
            aux[:, :1],
            contiguous.all(axis=1)[:, None],
            (field(records, "imm")[:, :1] == 0) & (lane.codes == Opcode.MEMSET)[:, None],
        ],
        axis=1,
    ).astype(np.int64)
    distinct, which = np.unique(key, axis=0, return_inverse=True)
    which = which.reshape(-1)
    busy = np.zeros(len(key), np.int64)
    for index, row in enumerate(distinct.tolist()):
        chosen = which == index
        busy[chosen] = _busy_cycles(lane, engine, row, n[chosen], factor[chosen], int(np.argmax(chosen)))
    busy += _table_loads(lane, engine)
    timed = busy > 0
    groups = _groups(lane, target, spaces)
    return LaneCosts((busy * tick).tolist(), (timed * engine.latency * tick).tolist(), groups)


def _penalty(stride_bytes: Ints, rule: StridePenalty) -> Ints:
    if rule.bytes == 0:
        return np.ones_like(stride_bytes)
    return np.where(stride_bytes > rule.bytes, rule.factor, 1)


def _busy_cycles(
    lane: LaneCode, engine: ComputeEngine, key: list[int], n: Ints, factor: Ints, example: int
) -> npt.NDArray[Any]:
    opcode, spaces, dtypes, (alu, contiguous, zero) = key[0], key[1:4], key[4:7], key[7:]
    entry = instruction(opcode)
    if entry.form is not Form.OPERANDS:
        return np.zeros_like(n)
    used = [dtype for dtype in dtypes if dtype]
    facts = Facts(
        alu=ALU_OPS[alu] if 0 < alu < len(ALU_OPS) and opcode != Opcode.ACT else "",
        one_src_psum_one_sbuf={spaces[1], spaces[2]} == {int(Space.PSUM), int(Space.SBUF)},
        all_bf16=all(dtype == _BF16 for dtype in used),
        contiguous=bool(contiguous),
        zero=bool(zero),
        half=dtypes[0] in _HALF,
        int64=_INT64 in used,
    )
    try:
        rule = select_rule(engine, entry.cost_op, facts)
    except KeyError:
        name = f"{lane.describe(example)}: engine '{engine.name}'"
        if conditions := engine.conditions(entry.cost_op):
            raise SimulationError(f"{name} executes {entry.cost_op} only if {' or '.join(conditions)}") from None
        legal = ", ".join(dict.fromkeys(rule.op for rule in engine.cost))
        raise SimulationError(f"{name} does not execute {entry.cost_op}, it has {legal}") from None
    return np.maximum(engine.min_ii, np.ceil(n * rule.cpe)).astype(np.int64) * factor + rule.extra


def _table_loads(lane: LaneCode, engine: ComputeEngine) -> Ints:
    extra = np.zeros(len(lane), np.int64)
    if not engine.lut_switch_cycles:
        return extra
    loaded = ""
    functions = field(lane.records, "aux")[:, 0].tolist()
    for record, opcode in enumerate(lane.opcodes):
        if opcode != Opcode.ACT or FUNCTIONS[functions[record]] in TABLE_FREE:
            continue
        if functions[record] != loaded:
            loaded = functions[record]
            extra[record] = engine.lut_switch_cycles
    return extra


def _groups(lane: LaneCode, target: Target, spaces: npt.NDArray[Any]) -> list[tuple[str, ...]]:
    """A group named after a memory (`psum_...`) is held by instructions that touch it, any other by all."""
    exclusive = target.port(lane.name).exclusive
    if not exclusive:
        return [()] * len(lane)
    names = {Space.SBUF: "sbuf", Space.PSUM: "psum"}
    touched = sum(np.where((spaces == code).any(axis=1), 1 << place, 0) for place, code in enumerate(names))
    kinds, which = np.unique(lane.codes * 4 + touched, return_inverse=True)
    held: list[tuple[str, ...]] = []
    for opcode, bits in (divmod(kind, 4) for kind in kinds.tolist()):
        memories = {name for place, name in enumerate(names.values()) if bits >> place & 1}
        works = instruction(opcode).form is Form.OPERANDS
        held.append(tuple(group for group in exclusive if works and _holds(group, memories)))
    return [held[kind] for kind in which.tolist()]


def _holds(group: str, touched: set[str]) -> bool:
    memory = group.split("_")[0]
    return memory not in ("sbuf", "psum") or memory in touched


def transfers(lane: LaneCode, target: Target) -> list[Transfer | None]:
    """
    The work of every DMA record of a queue, None for other records.

    A transfer is striped over the DMA engines by partition of its partitioned side, or by bytes when it has one
    partition only. A descriptor is a contiguous run; a pattern whose innermost dimension is strided moves element by
    element, at the rate of a transpose.
    """
    records = lane.records
    result: list[Transfer | None] = [None] * len(lane)
    chosen = np.flatnonzero(np.isin(lane.codes, TRANSFERS))
    if not len(chosen):
        return result
    sides = as_dma(records)[chosen]
    engines = target.dma.engines
    partitions = np.ones(len(chosen), np.int64)
    moved, hbm = np.zeros(len(chosen), np.int64), np.zeros(len(chosen), np.int64)
    runs, scattered = np.ones(len(chosen), np.int64), np.zeros(len(chosen), bool)
    for name in ("dst", "src"):
        side = field(sides, name)
        sizes, strides = side["size"].astype(np.int64), side["stride"].astype(np.int64)
        sizes, strides = _visited(lane.codes[chosen], sides, name, sizes, strides)
        item = ITEMSIZE[side["dtype"]]
        elements = sizes.prod(axis=1)
        moved = np.maximum(moved, elements * item)
        hbm += np.where(side["space"] == Space.HBM, elements * item, 0)
        runs = np.maximum(runs, _runs(sizes, strides, item))
        scattered |= (np.abs(innermost(sizes, strides)) != item) & (elements > 1) & (innermost(sizes, strides) != 0)
        for code, memory in ((Space.SBUF, target.sbuf), (Space.PSUM, target.psum), (Space.WFIFO, target.wfifo)):
            if memory is not None:
                across = (side["space"] == code)[:, None] & (np.abs(strides) >= memory.partition_bytes)
                partitions = np.maximum(partitions, np.where(across, sizes, 1).prod(axis=1))
    hbm += _index_bytes(lane, chosen, sides)
    one = partitions == 1
    used = np.where(one, engines, np.minimum(engines, partitions))
    share = np.where(one, moved / engines, -(-partitions // used) * (moved / partitions))
    packets = np.ceil(share / target.dma.packet_bytes).astype(np.int64)
    descriptors = -(-runs // used)
    efficiency = np.where(scattered, target.dma.transpose_efficiency, 1.0)
    rows = zip(
        chosen.tolist(),
        used.tolist(),
        packets.tolist(),
        share.tolist(),
        descriptors.tolist(),
        moved.tolist(),
        hbm.tolist(),
        efficiency.tolist(),
        strict=True,
    )
    # Few different ones: each is made once.
    known: dict[tuple[Any, ...], Transfer] = {}
    for record, *values in rows:
        key = tuple(values)
        if key not in known:
            known[key] = Transfer(*key)
        result[record] = known[key]
    return result


def _visited(codes: Ints, sides: npt.NDArray[Any], name: str, sizes: Ints, strides: Ints) -> tuple[Ints, Ints]:
    """What a transfer touches of a side: of an indexed one as many elements as there are indices, each by itself."""
    for code, dense in ((Opcode.DMA_GATHER, "dst"), (Opcode.DMA_SCATTER, "src")):
        rows = codes == code
        if name != dense and rows.any():
            sizes = np.where(rows[:, None], field(sides, dense)["size"].astype(np.int64), sizes)
            strides = strides.copy()
            strides[rows, INDEXED_DIM] = MAX_DMA_STRIDE
    return sizes, strides


def _index_bytes(lane: LaneCode, chosen: Ints, sides: npt.NDArray[Any]) -> Ints:
    """Bytes of HBM that transfers touch beside their sides: index tensors, and what scatters combine with."""
    extra = np.zeros(len(chosen), np.int64)
    aux = field(lane.records, "aux")[chosen].astype(np.int64)
    for code, dense in ((Opcode.DMA_GATHER, "dst"), (Opcode.DMA_SCATTER, "src")):
        rows = lane.codes[chosen] == code
        side = field(sides, dense)
        sizes = side["size"].astype(np.int64)
        indices = sizes[:, 0] * sizes[:, INDEXED_DIM] * ITEMSIZE[np.where(rows, aux[:, 0], 0)]
        extra += np.where(rows, indices, 0)
        if code == Opcode.DMA_SCATTER:
            extra += np.where(rows & (aux[:, 1] != 0), sizes.prod(axis=1) * ITEMSIZE[side["dtype"]], 0)
    return extra


def _runs(sizes: Ints, strides: Ints, item: Ints) -> Ints:
    """Number of contiguous runs of byte patterns [n, d]."""
    run = item.copy()
    runs = np.ones(len(sizes), np.int64)
    for dim in range(sizes.shape[1] - 1, -1, -1):
        size, stride = sizes[:, dim], strides[:, dim]
        joins = ((stride == run) & (runs == 1)) | (size == 1)
        run = np.where(joins, run * size, run)
        runs = np.where(joins, runs, runs * size)
    return runs


def service_terms(transfer: Transfer, target: Target) -> tuple[float, float, float]:
    """(ns of packets and descriptors, ns per byte of an engine that HBM does not hold up, bytes on HBM per byte)."""
    dma = target.dma
    fixed = transfer.packets * dma.packet_overhead_ns + transfer.descriptors * dma.descriptor_overhead_ns
    return fixed, 1 / (dma.bytes_per_ns * transfer.efficiency), transfer.hbm_bytes / transfer.total_bytes


def service_ticks(transfer: Transfer, target: Target, hbm_share: float) -> float:
    """
    Ticks a transfer needs alone on its engines when each gets `hbm_share` bytes/ns of HBM.

    A copy inside HBM crosses its interface twice, for the read and for the write. With `max_inflight_packets` an engine
    has no more packets under way to HBM; each takes its latency and the time of the packet (Little's law).
    """
    fixed, alone, crossings = service_terms(transfer, target)
    ns = fixed + transfer.bytes_each * max(alone, crossings / hbm_share)
    window = target.dma.max_inflight_packets
    if window and transfer.hbm_bytes:
        packet = target.dma.packet_overhead_ns + min(target.dma.packet_bytes, transfer.bytes_each) * alone
        ns = max(ns, transfer.packets * (target.hbm.latency_ns + packet) / window)
    return ns * target.time.tick_hz / 1e9

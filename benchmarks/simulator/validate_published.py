"""
Figures published about accelerators, against what the presets make of the same work on the simulator.

Every value is measured on records that the simulator times; the peer is the published figure. `independent`: nothing
in the preset was chosen to give it. `fitted`: one number of the preset or of the probe was chosen to give this figure
or one of its curve. `restated`: the figure is itself in the preset, so that only the way to it is tested. Figures of
NeuronCore are of Trainium1 (`trn-like`) unless it says otherwise, those of TPU v1 of its paper (ISCA 2017).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.measure import Measurement
from benchmarks.simulator.validation.probes import (
    bytes_per_ns,
    interval_cycles,
    lane_times,
    macs_per_ns,
    operand,
    products,
    second_generation,
    transfer,
    transfer_ns,
)

MAX_ERROR = 0.05
"""Largest error of figures that depend on no assumption about overheads."""
MAX_RESTATED_ERROR = 0.005
"""Published figures are rounded."""
MAX_CURVE_ERROR = 0.04
CURVE_BYTES = tuple(32 << step for step in range(11))
CURVE = (1.6, 2.7, 5.2, 10.4, 20.8, 42.4, 81.4, 96.6, 98.3, 99.1, 100.0)
"""
Throughput of DMAs of [128 partitions, bytes], percent of the largest: the markers of the figure in the NKI guide "DMA
overview" (its vertical axis has no numbers), read to about 0.3.
"""
TRN, TPU = load_target("trn-like"), load_target("tpu-like")
TRN2 = second_generation(TRN)
WIDE = 512
GIB = 2**30


@dataclass(frozen=True)
class Figure:
    """A published figure: what it is, its value and unit, how it relates to the preset, and how it is measured here."""

    name: str
    published: float
    unit: str
    kind: str
    measured: Callable[[], float]
    limited: bool = True

    def error(self) -> tuple[float, float]:
        """The value measured, and its error relative to the published one."""
        value = self.measured()
        return value, value / self.published - 1


def throughput(partition_bytes: int) -> float:
    """Bytes/ns of DMAs from the queue of an engine that makes a descriptor for each, 880 ns apart."""
    target = replace(TRN2, dma=replace(TRN2.dma, static_issue_interval_ns=TRN2.dma.issue_interval_ns))
    return bytes_per_ns(target, transfer(target, 128, partition_bytes), 128 * partition_bytes)


def curve() -> list[tuple[int, float, float]]:
    """(bytes per partition, published percent, simulated percent) of the largest throughput."""
    found = [throughput(size) for size in CURVE_BYTES]
    return [
        (size, published, 100 * value / found[-1])
        for size, published, value in zip(CURVE_BYTES, CURVE, found, strict=True)
    ]


def one_engine(target: Target) -> Target:
    """The target with a single DMA engine."""
    return replace(target, dma=replace(target.dma, engines=1))


def _tile_cycles() -> float:
    tile = transfer(TPU, 256, 256, Space.WFIFO)
    return TPU.tensor.rows * TPU.tensor.cols / bytes_per_ns(TPU, tile, 256 * 256) * TPU.time.cycles_per_ns("tensor")


def _buffer_gib() -> float:
    times = products(TPU, "int8", 2048, 8, weights_each=False)
    starts = times.start[1:-1]
    seconds = TPU.time.ticks_to_ns(int(starts[-1] - starts[0])) * 1e-9
    return TPU.tensor.rows * 2048 * (len(starts) - 1) / seconds / GIB


def _load_cycles(target: Target, dtype: str) -> float:
    times = products(target, dtype, 4, 1)
    return float(times.read[0] - times.start[0]) / target.domain("tensor")


def _product_cycles(dtype: str, moving: int) -> float:
    starts = products(TRN, dtype, moving, 8, weights_each=False).start[1:-1]
    return float(starts[-1] - starts[0]) / (len(starts) - 1) / TRN.domain("tensor")


def _activation(partitions: int, elements: int, offset: int = 0) -> Records:
    out, source = (operand(Space.SBUF, "bf16", partitions, elements, at) for at in (offset, 0))
    return encode.activate_records(0, "relu", 1.0, 0.0, out, source)


def _dependent_ns() -> float:
    """From the start of an ACT to that of one that reads what it writes."""
    starts = lane_times(TRN, "scalar", [_activation(128, 1)] * 6).start[:-1]
    return TRN.time.ticks_to_ns(int(starts[-1] - starts[1])) / 4


def _duration_ns(partitions: int, elements: int) -> float:
    """An ACT alone, start to visible, on the 1.2 GHz of Trainium2."""
    times = lane_times(TRN, "scalar", [_activation(partitions, elements, 65536)])
    return float(times.complete[0] - times.start[0]) / TRN.domain("scalar") / 1.2


def _table_load_ns() -> float:
    source, out = operand(Space.SBUF, "bf16", 128, 64), operand(Space.SBUF, "bf16", 128, 64, 65536)
    records = [encode.activate_records(0, name, 1.0, 0.0, out, source) for name in ("exp", "exp", "tanh")]
    times = lane_times(TRN, "scalar", records)
    busy = times.read - times.start
    return TRN.time.ticks_to_ns(int(busy[2] - busy[1]))


def _costs() -> Iterator[Figure]:
    """Rows of the cost tables of NKI 2.26, as cycles between independent instructions; N is 512, then 16."""
    n = WIDE
    s32, b16 = operand(Space.SBUF, "fp32", 128, n), operand(Space.SBUF, "bf16", 128, n)
    o32, o16 = operand(Space.SBUF, "fp32", 128, n, 65536), operand(Space.SBUF, "bf16", 128, n, 65536)
    p32, few = operand(Space.PSUM, "fp32", 128, n), operand(Space.SBUF, "fp32", 128, 16)
    few_out, one = operand(Space.SBUF, "fp32", 128, 16, 65536), operand(Space.SBUF, "bf16", 128, 1, 65536)
    rows: tuple[tuple[str, float, str, Records], ...] = (
        ("tensor_scalar, N", n, "vector", encode.tensor_scalar_records(0, "mul", 2.0, "none", 0.0, o32, s32)),
        ("tensor_copy of 16, at least 64", 64, "vector", encode.copy_records(0, few_out, few)),
        ("tensor_copy, N", n, "vector", encode.copy_records(0, o32, s32)),
        ("tensor_tensor of fp32 in SBUF, 2N", 2 * n, "vector", encode.tensor_tensor_records(0, "add", o32, s32, s32)),
        ("tensor_tensor of bf16, add, N", n, "vector", encode.tensor_tensor_records(0, "add", o16, b16, b16)),
        ("tensor_tensor of PSUM and SBUF, N", n, "vector", encode.tensor_tensor_records(0, "add", o32, p32, s32)),
        ("scalar_tensor_tensor, 2N", 2 * n, "vector",
         encode.scalar_tensor_tensor_records(0, "mul", "add", 1 << 17, o32, s32, s32)),
        ("tensor_reduce of bf16, add, N/2", n / 2, "vector", encode.reduce_records(0, "add", 1, one, b16)),
        ("memset of zero in bf16, N/2", n / 2, "vector", encode.memset_records(0, 0.0, o16)),
        ("memset of one, N", n, "vector", encode.memset_records(0, 1.0, o32)),
        ("activation, N", n, "scalar", _activation(128, n, 65536)),
    )  # fmt: skip
    for name, cycles, lane, record in rows:

        def measured(lane: str = lane, record: Records = record) -> float:
            return interval_cycles(TRN, lane, record)

        yield Figure(f"cost of {name}", cycles, "cyc", "restated", measured)


def figures() -> Iterator[Figure]:
    """All figures but the DMA curve."""
    yield Figure("peak bf16, Trainium1", 92, "TFLOPS", "independent", lambda: 2e-3 * macs_per_ns(TRN, "bf16", WIDE))
    yield Figure("peak fp32, Trainium1", 23, "TFLOPS", "independent", lambda: 2e-3 * macs_per_ns(TRN, "fp32", WIDE))
    yield Figure("peak int8, TPU v1", 92, "TOPS", "independent", lambda: 2e-3 * macs_per_ns(TPU, "int8", 2048))
    yield Figure("weight tile of 64 KiB from DRAM, TPU v1 (ridge point)", 1350, "cyc", "independent", _tile_cycles)
    yield Figure("Unified Buffer read rate, TPU v1", 167, "GiB/s", "independent", _buffer_gib)
    # Trainium1's 17 B/ns per engine made the 90 ns of its packets; that HBM keeps 16 of them from it is not in it.
    yield Figure(
        "DMA of 16 engines, Trainium1",
        272,
        "B/ns",
        "independent",
        lambda: bytes_per_ns(TRN, transfer(TRN, 128, 32768), 128 * 32768),
    )
    yield Figure(
        "DMA of 32 KiB by one engine, Trainium2",
        1416,
        "ns",
        "independent",
        lambda: transfer_ns(one_engine(TRN2), transfer(TRN2, 8, 4096)),
    )
    yield Figure(
        "DMA of 8 x 256 B by one engine, Trainium2",
        97,
        "ns",
        "independent",
        lambda: transfer_ns(one_engine(TRN2), transfer(TRN2, 8, 256)),
        limited=False,
    )
    yield Figure(
        "DMA rate of one engine, Trainium2",
        23,
        "B/ns",
        "fitted",
        lambda: 4096 / transfer_ns(one_engine(TRN2), transfer(TRN2, 1, 4096)),
    )
    yield Figure(
        "DMA rate of one engine, Trainium1",
        17,
        "B/ns",
        "fitted",
        lambda: 4096 / transfer_ns(one_engine(TRN), transfer(TRN, 1, 4096)),
    )
    yield Figure("ACT [4, 4096], Trainium2 profile", 3700, "ns", "independent", lambda: _duration_ns(4, 4096), False)
    yield Figure("ACT [128, 128], Trainium2 profile", 400, "ns", "independent", lambda: _duration_ns(128, 128), False)
    yield Figure("ACT_TABLE_LOAD, Trainium2 profile", 1280, "ns", "restated", _table_load_ns)
    yield Figure("dependent ACT [128, 1], Trainium1", 189, "ns", "restated", _dependent_ns, False)
    yield Figure("LoadStationary 128 x 128", 32, "cyc", "restated", lambda: _load_cycles(TRN, "bf16"))
    yield Figure("tile shifted in, TPU v1", 256, "cyc", "restated", lambda: _load_cycles(TPU, "int8"))
    yield Figure("MultiplyMoving, N = 512", 512, "cyc", "restated", lambda: _product_cycles("bf16", 512))
    yield Figure("MultiplyMoving, N = 16", 64, "cyc", "restated", lambda: _product_cycles("bf16", 16))
    yield Figure("MultiplyMoving of fp32, N = 512", 2048, "cyc", "restated", lambda: _product_cycles("fp32", 512))
    yield from _costs()


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; they take a second, `reduced` or not."""
    del reduced
    worst: dict[str, float] = {}
    for figure in figures():
        value, error = figure.error()
        title = f"published: {figure.name} ({figure.kind}, error {100 * error:+.1f} %)"
        yield Measurement.reported(title, value, figure.unit, figure.published)
        if figure.limited:
            worst[figure.kind] = max(worst.get(figure.kind, 0.0), abs(error))
    for kind, error in worst.items():
        limit = MAX_RESTATED_ERROR if kind == "restated" else MAX_ERROR
        yield Measurement.at_most(f"published: worst error of those {kind}, exceptions above", error, "", limit)
    differences: list[float] = []
    for size, published, simulated in curve():
        differences.append(abs(simulated - published))
        yield Measurement.reported(
            f"published: DMA of [128, {size} B], share of the largest (fitted)", simulated, "%", published
        )
    yield Measurement.at_most("published: DMA curve, worst difference", max(differences) / 100, "", MAX_CURVE_ERROR)

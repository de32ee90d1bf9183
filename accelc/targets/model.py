"""
The machine description as typed, immutable values.

One `Target` mirrors one TOML file of `accelc/targets/presets`: same tables, same keys, same units (the unit is
the suffix of the key: `_ns`, `_cycles`, `_bytes`, `bytes_per_ns`). Reading and validating lives in `reader.py`;
nothing here touches a file, and no other module of accelc knows a machine constant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

COMPUTE_LANES = ("tensor", "vector", "scalar", "gpsimd")
"""Engines with a place of their own in the compiler; a machine may add SIMD engines of other names."""
ADDED = "added engines"
"""Stands, among the lanes that execute something, for all engines that a machine adds."""


def is_dma(lane: str) -> bool:
    """Whether a lane is a DMA queue (`dma0`, `dma1`, ...), not a compute engine."""
    return lane.startswith("dma")


def lane_kind(lane: str) -> str:
    """The name under which tables list a lane: `dma` for every DMA queue, else the engine's."""
    return "dma" if is_dma(lane) else lane


def is_added(lane: str) -> bool:
    """Whether a lane is a SIMD engine that a machine has beside those of `COMPUTE_LANES`."""
    return not is_dma(lane) and lane not in COMPUTE_LANES


def runs_on(lanes: Sequence[str], lane: str) -> bool:
    """Whether `lane` is one of `lanes`, where `dma` stands for every DMA queue and `ADDED` for every added engine."""
    return lane_kind(lane) in lanes or (ADDED in lanes and is_added(lane))


@dataclass(frozen=True)
class Isa:
    """Version of the instruction set and length of a record."""

    major: int
    minor: int
    instr_bytes: int


@dataclass(frozen=True)
class Time:
    """One integer tick grid for all clock domains: `domain[d]` is the number of ticks of one cycle of `d`."""

    tick_hz: int
    domain: Mapping[str, int]

    def ns_to_ticks(self, nanoseconds: float) -> int:
        """Nearest number of ticks in `nanoseconds`."""
        return round(nanoseconds * self.tick_hz / 1e9)

    def ticks_to_ns(self, ticks: int) -> float:
        """Nanoseconds in `ticks`."""
        return ticks * 1e9 / self.tick_hz

    def cycles_per_ns(self, domain: str) -> float:
        """Clock of a domain in GHz."""
        return self.tick_hz / self.domain[domain] / 1e9


@dataclass(frozen=True)
class Link:
    """Chip-to-chip interconnect."""

    kind: str
    links_per_chip: int
    bytes_per_ns_per_link: float
    hop_latency_ns: float
    algorithms: tuple[str, ...]


@dataclass(frozen=True)
class Topology:
    """Number of cores and chips, and the link between chips (None for one chip)."""

    cores_per_chip: int
    chips: int
    link: Link | None = None


@dataclass(frozen=True)
class StartPartitionRule:
    """An access of at most `max_parts` partitions starts at a multiple of `quantum`."""

    max_parts: int
    quantum: int


@dataclass(frozen=True)
class StridePenalty:
    """An innermost stride above `bytes` multiplies the interface time by `factor` (`bytes` 0: never)."""

    bytes: int
    factor: int


@dataclass(frozen=True)
class LinearMemory:
    """A byte-addressed memory (`hbm`, `host`)."""

    name: str
    bytes: int
    bytes_per_ns: float
    latency_ns: float
    channels: int = 1
    align: int = 1
    shared_bytes_per_ns: float = 0.0


@dataclass(frozen=True)
class PartitionedMemory:
    """A memory of parallel partitions (`sbuf`, `psum`, `wfifo`): an address is (partition, byte offset)."""

    name: str
    partitions: int
    partition_bytes: int
    start_partition: tuple[StartPartitionRule, ...]
    stride_penalty: StridePenalty
    banks: int = 1
    align: int = 1
    elem_bytes: int = 1
    free_dims: int = 4
    fifo_tiles: int = 0
    accumulate: tuple[str, ...] = ()
    conflict: str = "none"

    @property
    def bytes(self) -> int:
        """Capacity in bytes."""
        return self.partitions * self.partition_bytes

    @property
    def bank_bytes(self) -> int:
        """Bytes of one bank in one partition; banks split the free dimension."""
        return self.partition_bytes // self.banks

    def start_is_legal(self, start: int, count: int) -> bool:
        """Whether an access of `count` partitions may start at partition `start`."""
        for rule in sorted(self.start_partition, key=lambda r: r.max_parts):
            if count <= rule.max_parts:
                return start % rule.quantum == 0 and start + count <= self.partitions
        return False


@dataclass(frozen=True)
class Port:
    """Which memories an engine reads and writes; instructions sharing an `exclusive` group serialise."""

    engine: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    exclusive: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sequencer:
    """Front end of every engine."""

    registers: int
    queue_depth: int
    fetch_bytes_per_ns: float
    decode_cycles: int
    branch_cycles: int
    dynamic_operand_cycles: int


@dataclass(frozen=True)
class Sync:
    """Counting semaphores."""

    semaphores: int
    width_bits: int
    inc_latency_ns: float
    wait_wakeup_ns: float
    update_points: tuple[str, ...]


@dataclass(frozen=True)
class CostRule:
    """`cycles = max(min_ii, ceil(N * cpe)) + extra` for `op` when `when` holds (None: always)."""

    op: str
    cpe: float
    extra: int = 0
    when: str | None = None


@dataclass(frozen=True)
class TensorEngine:
    """The systolic array and its controller; formulas in the simulator's timing module."""

    rows: int
    cols: int
    dataflow: tuple[str, ...]
    shadow_planes: int
    ls_axis: str
    ls_vectors_per_cycle: int
    mm_min_ii: int
    moving_max: int
    read_latency: int
    psum_write_latency: int
    pe_latency: int
    tiling: tuple[tuple[int, int], ...]
    rate: Mapping[str, float]
    accum: Mapping[str, str]
    ls_full: bool = False
    ls_source: tuple[str, ...] = ("sbuf",)

    def accumulator(self, dtype: str) -> str:
        """Accumulator dtype for operands of `dtype`."""
        return self.accum.get(dtype, self.accum["default"])


@dataclass(frozen=True)
class ComputeEngine:
    """A lane-parallel engine (`vector`, `scalar`, `gpsimd`)."""

    name: str
    lanes: int
    min_ii: int
    latency: int
    compute: str
    cost: tuple[CostRule, ...]
    lut_switch_cycles: int = 0
    accum_read_cycles: int = 0
    funcs: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()

    def has(self, op: str) -> bool:
        """Whether some cost rule names `op`; an engine executes exactly what it has a cost for."""
        return any(rule.op == op for rule in self.cost)

    def conditions(self, op: str) -> tuple[str, ...]:
        """Conditions one of which has to hold for the engine to execute `op`; none if it does so always, or never."""
        rules = [rule.when for rule in self.cost if rule.op == op]
        return () if None in rules else tuple(when for when in rules if when is not None)


@dataclass(frozen=True)
class Dma:
    """DMA engines and their rings. Queue `dma<r>` is ring `r`, striped over all engines."""

    engines: int
    rings_per_engine: int
    arbitration: str
    bytes_per_ns: float
    packet_bytes: int
    packet_overhead_ns: float
    descriptor_overhead_ns: float
    start_latency_ns: float
    completion_latency_ns: float
    issue_interval_ns: float
    static_issue_interval_ns: float
    ndims: int
    ops: tuple[str, ...]
    transpose_efficiency: float
    max_inflight_packets: int = 0
    sbuf_partition_rule: str = ""


@dataclass(frozen=True)
class Numerics:
    """Rounding, saturation and summation order."""

    round: str
    int_cast: str
    fp8_overflow: str
    tensor_sum_order: str


@dataclass(frozen=True)
class Host:
    """The processor that runs host and framework partitions: a roofline of two rates and a launch cost."""

    ops_per_ns: float
    bytes_per_ns: float
    launch_ns: float


@dataclass(frozen=True)
class Thermal:
    """
    Temperature of a chip as one node with a resistance and a capacity for heat (first-order RC).

    Under a constant power of all its cores it settles at `ambient_c + k_per_w * watts`; the distance from there shrinks
    by a factor of e every `time_ns`.
    """

    ambient_c: float
    k_per_w: float
    time_ns: float

    def settled_c(self, watts: float) -> float:
        """Temperature in degrees Celsius after a long time at a power."""
        return self.ambient_c + self.k_per_w * watts


@dataclass(frozen=True)
class Power:
    """
    Energy of a core by class of work; power is measured as the mean over a sliding window of `window_ns`.

    `mac_pj` holds the energy of a MAC by operand dtype, `default` for those it does not name.
    """

    idle_w: float
    mac_pj: Mapping[str, float]
    stationary_byte_pj: float
    element_pj: float
    hbm_byte_pj: float
    dma_byte_pj: float
    window_ns: float
    thermal: Thermal | None = None

    def mac(self, dtype: str) -> float:
        """Energy in pJ of one MAC on operands of `dtype`."""
        return self.mac_pj.get(dtype, self.mac_pj["default"])


@dataclass(frozen=True)
class Capability:
    """
    What the accelerator may run of one operation of the `graph` dialect.

    All operands and results have one of `dtypes` (empty: any that can be lowered) and `max_bytes` together (0: no
    limit), and the predicate `when` over shapes and attributes holds (None: always).
    """

    name: str
    dtypes: tuple[str, ...] = ()
    when: str | None = None
    max_bytes: int = 0


@dataclass(frozen=True)
class Capabilities:
    """
    Which operations the accelerator may run, of those that can be lowered.

    An operation with entries in `op` must fit one of them; one without may run if `others` is set.
    """

    others: bool = True
    op: tuple[Capability, ...] = ()


@dataclass(frozen=True)
class Target:
    """A whole machine: one of the presets, a TOML file, or another with some keys replaced; immutable."""

    name: str
    isa: Isa
    time: Time
    topology: Topology
    hbm: LinearMemory
    host_memory: LinearMemory
    sbuf: PartitionedMemory
    psum: PartitionedMemory
    wfifo: PartitionedMemory | None
    ports: tuple[Port, ...]
    sequencer: Sequencer
    sync: Sync
    tensor: TensorEngine
    engines: Mapping[str, ComputeEngine]
    dma: Dma
    numerics: Numerics
    host: Host
    power: Power | None = None
    capabilities: Capabilities = Capabilities()

    @staticmethod
    def load(name_or_path: "str | Path") -> "Target":
        """The target of a preset's name or of a file. Raises TargetError for what is none, and OSError."""
        from accelc.targets.reader import load_target

        return load_target(name_or_path)

    def replace(self, changes: Mapping[str, Any]) -> "Target":
        """
        This machine with other values for keys of its description, such as `{"engine.tensor.rows": 64}`.

        Raises TargetError for a key that no machine has, and for a machine that does not fit together.
        """
        from accelc.targets.replace import replace_keys

        return replace_keys(self, changes)

    def to_toml(self) -> str:
        """The description as TOML: what the reader turns back into an equal target."""
        from accelc.targets.canonical import canonical_toml

        return canonical_toml(self)

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """In-order instruction streams of one core: compute engines, then DMA queues."""
        return ("tensor", *self.engines, *(f"dma{ring}" for ring in range(self.dma.rings_per_engine)))

    @cached_property
    def added(self) -> tuple[str, ...]:
        """SIMD engines beside vector, scalar and gpsimd."""
        return tuple(name for name in self.engines if is_added(name))

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """Activation functions that the scalar engine or an added one applies to what is in SBUF and PSUM."""
        spaces = {"sbuf", "psum"}
        units = [self.engines["scalar"]]
        for name in self.added:
            port = self.port(name)
            if self.engines[name].has("activate") and spaces <= {*port.read} and spaces <= {*port.write}:
                units.append(self.engines[name])
        return tuple(dict.fromkeys(function for unit in units for function in unit.funcs))

    def port(self, lane: str) -> Port:
        """Port of a lane; every DMA queue uses the port `dma`. Raises KeyError for an unknown lane."""
        engine = lane_kind(lane)
        for port in self.ports:
            if port.engine == engine:
                return port
        raise KeyError(lane)

    def domain(self, lane: str) -> int:
        """Ticks per cycle of a lane; DMA queues are timed in the `mem` domain."""
        return self.time.domain["mem" if is_dma(lane) else lane]

    def partitioned(self, space: str) -> PartitionedMemory:
        """The partitioned memory named `space`. Raises KeyError if the target has none."""
        memory = {"sbuf": self.sbuf, "psum": self.psum, "wfifo": self.wfifo}[space]
        if memory is None:
            raise KeyError(space)
        return memory

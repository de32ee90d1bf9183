"""The figures of a profile: how well array and memory were used, what was waited for, and what each node cost."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.profile.build import Profile
from accelc.profile.tables import SIMULATOR_REASON, Ints, Reason
from accelc.targets.model import Target, lane_kind

Reals = npt.NDArray[np.float64]
TOP_STALLS = 10
"""Stalls that a summary lists."""


@dataclass(frozen=True)
class LaneUse:
    """Share of the total time of the program in which a lane works, stalls by reason, and is idle; idle on the host."""

    lane: str
    instructions: int
    busy: float
    stalls: dict[str, float]
    idle: float


@dataclass(frozen=True)
class TopStall:
    """
    Stalls of one engine, or of all DMA queues, for one cause together: their sum, and how many.

    `node` is what stood still; `producer_lane` and `producer_node` are what it waited for, empty if that is not a
    record. `semaphores` lists numbers and names.
    """

    ns: float
    count: int
    lane: str
    reason: str
    node: str
    producer_lane: str
    producer_node: str
    semaphores: tuple[str, ...]


@dataclass(frozen=True)
class Traffic:
    """
    Transfers: `slow` counts those that, even alone, move at less than half of the bandwidth of DMA and HBM.

    They are too small or too scattered; `slow_ns` is the time they take. `shared_ns` is what transfers lost because
    others were in flight. `hbm_bytes` is by what the memory is bound to; intermediate values and spills are `scratch`.
    """

    transfers: int
    bytes: int
    mean_bytes: float
    hbm_bytes: dict[str, int]
    slow: int
    slow_bytes: int
    slow_ns: float
    shared_ns: float
    busy_ns: float


@dataclass(frozen=True)
class NodeCost:
    """
    A node of the model on the accelerator, in all invocations.

    `compute_ns` and `moving_ns` are when any engine, any queue worked for it; `utilization` is the share of the array's
    peak in `compute_ns` (None: no MACs). `intensity` is in operations (2 per MAC) per byte of HBM traffic (None: no
    traffic); `limit` says what bounds it from below on this machine, `bound_ns` that bound. `stall_ns` is by reason.
    """

    segment: str
    node: str
    compute_ns: float
    moving_ns: float
    macs: int
    utilization: float | None
    bytes: int
    hbm_bytes: int
    intensity: float | None
    limit: str
    bound_ns: float
    stall_ns: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """
    A profile in figures; shares are of the total time unless they say otherwise.

    `mfu`: MACs done, of those the arrays of the cores used could do at the rate of the operands' types; `mbu`: bytes
    of HBM traffic, of those its bandwidth allows; `intensity`: operations per byte of HBM traffic, to be compared with
    `machine_intensity`, at which array and HBM are both fully used. None where there is nothing to divide by.
    """

    target: str
    total_ns: float
    accelerator_ns: float
    host_ns: float
    cores: int
    instructions: int
    macs: int
    mfu: float
    array_busy: float
    mbu: float
    intensity: float | None
    machine_intensity: float
    lanes: tuple[LaneUse, ...]
    stall_ns: dict[str, float]
    top_stalls: tuple[TopStall, ...]
    traffic: Traffic
    nodes: tuple[NodeCost, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that `accelc profile --json` prints."""
        return asdict(self)


def stall_reasons() -> tuple[Reason, ...]:
    """The reasons that are stalls."""
    return tuple(SIMULATOR_REASON)


def summarize(profile: Profile) -> Summary:
    """The figures of a profile."""
    return _Summarizer(profile).summary()


class _Summarizer:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.target: Target = profile.target
        self.tick_ns = 1e9 / profile.target.time.tick_hz
        self.times = np.array([timing.invocations for timing in profile.timings], np.int64)
        """Invocations by timing."""
        owner = profile.instructions.owner
        self.runs = self.times[profile.lanes.timing][owner]
        """Invocations by row of `instructions`."""

    def summary(self) -> Summary:
        profile, target, table = self.profile, self.target, self.profile.instructions
        on_chip = profile.invocations.timing >= 0
        accelerator = float(profile.invocations.ns[on_chip].sum())
        cores = int(profile.lanes.core.max(initial=-1)) + 1
        total = profile.total_ns or 1.0
        macs = int((table.macs * self.runs).sum())
        ideal_ns = float((table.ideal * self.runs).sum()) * self.tick_ns
        products = table.macs > 0
        array_ns = float(((table.read - table.start) * self.runs)[products].sum()) * self.tick_ns
        traffic = self._traffic()
        hbm_bytes = sum(traffic.hbm_bytes.values())
        width = self._bandwidth(cores)
        rate = macs / ideal_ns if ideal_ns else self._peak()
        return Summary(
            target=target.name,
            total_ns=profile.total_ns,
            accelerator_ns=accelerator,
            host_ns=profile.total_ns - accelerator,
            cores=cores,
            instructions=int(self.runs.sum()),
            macs=macs,
            mfu=ideal_ns / total / max(cores, 1),
            array_busy=array_ns / total / max(cores, 1),
            mbu=hbm_bytes / total / width,
            intensity=2 * macs / hbm_bytes if hbm_bytes else None,
            machine_intensity=2 * rate * max(cores, 1) / width,
            lanes=tuple(self._lanes(total)),
            stall_ns=self._stalls(),
            top_stalls=tuple(self._top()),
            traffic=traffic,
            nodes=tuple(self._nodes(rate)),
        )

    def _bandwidth(self, cores: int) -> float:
        """Bytes per ns that HBM gives the cores together."""
        own = self.target.hbm.bytes_per_ns * max(cores, 1)
        shared = self.target.hbm.shared_bytes_per_ns
        return min(own, shared) if shared else own

    def _peak(self) -> float:
        """MACs per ns of the array at its best rate."""
        tensor = self.target.tensor
        rate = max(tensor.rate.values(), default=1.0)
        return tensor.rows * tensor.cols * rate * self.target.time.cycles_per_ns("tensor")

    def _lanes(self, total: float) -> Iterator[LaneUse]:
        lanes, stalls = self.profile.lanes, self.profile.stalls
        cores = max(int(lanes.core.max(initial=-1)) + 1, 1)
        runs = self.times[lanes.timing]
        ticks = ((stalls.end - stalls.begin) * runs[stalls.owner]).astype(np.float64)
        share = self.tick_ns / total / cores
        code = lanes.lane[stalls.owner]
        for number, name in enumerate(self.profile.lane_names):
            mine = lanes.lane == number
            if not (lanes.count[mine] > 1).any():
                continue
            busy = float((lanes.busy * runs)[mine].sum()) * share
            own = code == number
            by_reason = {
                reason.label: float(ticks[own & (stalls.reason == reason)].sum()) * share for reason in stall_reasons()
            }
            idle = max(1.0 - busy - sum(by_reason.values()), 0.0)
            yield LaneUse(name, int((lanes.count * runs)[mine].sum()), busy, by_reason, idle)

    def _stalls(self) -> dict[str, float]:
        stalls = self.profile.stalls
        runs = self.times[self.profile.lanes.timing[stalls.owner]]
        ticks = ((stalls.end - stalls.begin) * runs).astype(np.float64)
        sums = np.bincount(stalls.reason, ticks, len(Reason))
        return {reason.label: float(sums[reason]) * self.tick_ns for reason in stall_reasons()}

    def _top(self) -> Iterator[TopStall]:
        """Stalls of equal engine, reason, node and producer, longest first; all queues are one engine."""
        profile, table = self.profile, self.profile.instructions
        stalls = profile.stalls.take(profile.stalls.reason != Reason.IDLE)
        kinds = sorted({lane_kind(name) for name in profile.lane_names})
        kind = np.array([kinds.index(lane_kind(name)) for name in profile.lane_names], np.int64)
        known = np.flatnonzero(stalls.producer >= 0)
        producer_kind, producer_node = np.full(len(stalls), -1, np.int64), np.zeros(len(stalls), np.int64)
        producer_kind[known] = kind[profile.lanes.lane[table.owner[stalls.producer[known]]]]
        producer_node[known] = table.node[stalls.producer[known]]
        node = table.node[stalls.instruction].astype(np.int64)
        causes = (kind[profile.lanes.lane[stalls.owner]], stalls.reason, node, producer_kind, producer_node)
        distinct, which, counts = np.unique(
            np.stack(causes, axis=1).astype(np.int64), axis=0, return_inverse=True, return_counts=True
        )
        timing = profile.lanes.timing[stalls.owner]
        ticks = np.zeros(len(distinct))
        np.add.at(ticks, which.reshape(-1), (stalls.end - stalls.begin) * self.times[timing])
        order: list[int] = np.argsort(-ticks, kind="stable")[:TOP_STALLS].tolist()
        for group in order:
            rows = np.flatnonzero(which.reshape(-1) == group)
            signals: list[list[int]] = np.unique(np.stack([timing, stalls.semaphore], axis=1)[rows], axis=0).tolist()
            cause: list[int] = distinct[group].tolist()
            yield TopStall(
                float(ticks[group]) * self.tick_ns,
                int(counts[group]),
                kinds[cause[0]],
                Reason(cause[1]).label,
                profile.nodes[cause[2]],
                kinds[cause[3]] if cause[3] >= 0 else "",
                profile.nodes[cause[4]],
                tuple(profile.semaphore(*pair) for pair in signals if pair[1] >= 0),
            )

    def _traffic(self) -> Traffic:
        table, target = self.profile.transfers, self.target
        runs = self.runs[table.instruction]
        width = min(target.dma.engines * target.dma.bytes_per_ns, target.hbm.bytes_per_ns)
        slow = table.alone * self.tick_ns * width > 2 * table.bytes
        lasts = table.end - table.start
        count, nbytes = int(runs.sum()), int((table.bytes * runs).sum())
        return Traffic(
            count,
            nbytes,
            nbytes / count if count else 0.0,
            {
                role: int((table.hbm_bytes * runs)[table.role == code].sum())
                for code, role in enumerate(self.profile.roles)
                if role != "on chip"
            },
            int(runs[slow].sum()),
            int((table.bytes * runs)[slow].sum()),
            float((lasts * runs)[slow].sum()) * self.tick_ns,
            float((np.maximum(lasts - table.alone, 0) * runs).sum()) * self.tick_ns,
            float((lasts * runs).sum()) * self.tick_ns,
        )

    def _nodes(self, rate: float) -> Iterator[NodeCost]:
        profile, table = self.profile, self.profile.layers
        runs = self.times[table.timing]
        width = self._bandwidth(int(profile.lanes.core.max(initial=-1)) + 1)
        cores = max(int(profile.lanes.core.max(initial=-1)) + 1, 1)
        scaled: list[Ints] = [column * runs for column in (table.compute, table.moving, table.macs)]
        moved: list[Ints] = [column * runs for column in (table.bytes, table.hbm_bytes)]
        for row, (compute, moving, macs, nbytes, hbm_bytes) in enumerate(
            zip(*(column.tolist() for column in (*scaled, *moved)), strict=True)
        ):
            timing, node = int(table.timing[row]), int(table.node[row])
            # Nodes without a name are what the program does around the model's: waits, delays and its end.
            if node == 0 and not macs and not nbytes and not compute:
                continue
            ideal = float(table.ideal[row]) * float(runs[row]) * self.tick_ns / cores
            arrives = hbm_bytes / width
            yield NodeCost(
                profile.timings[timing].segment.name,
                profile.nodes[node],
                compute * self.tick_ns,
                moving * self.tick_ns,
                macs,
                ideal * cores / (compute * self.tick_ns) if macs and compute else None,
                nbytes,
                hbm_bytes,
                2 * macs / hbm_bytes if hbm_bytes else None,
                "array" if ideal > arrives else "HBM" if hbm_bytes else "neither",
                max(ideal, arrives),
                {
                    reason.label: float(table.stalls[row, reason] * runs[row]) * self.tick_ns
                    for reason in stall_reasons()
                },
            )

"""What sensors of a chip say of a control period: power, temperature, waiting for HBM, and lengths of iterations."""

from dataclasses import dataclass
from functools import cached_property

from accelc.simulator.cluster import Cluster
from accelc.simulator.power import PowerTrace, power_of, thermal_of
from accelc.targets.model import Target


class Sensors:
    """The sensors of one chip. It is as warm as after a long time of doing nothing when they are read first."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._stalled: tuple[float, ...] = ()
        self._tick = 0
        self._celsius: float | None = None

    def read(self, cluster: Cluster, period: int, begin: int, end: int) -> "Telemetry":
        """The telemetry of control period `period`, from tick `begin` to `end`; periods are read in order."""
        stalled = tuple(server.stalled for server in cluster.servers)
        before = self._stalled or (0.0,) * len(stalled)
        self._stalled = stalled
        lengths = tuple(run.ends[period] - run.begins[period] for run in cluster.runs)
        waited = tuple(now - then for now, then in zip(stalled, before, strict=True))
        return Telemetry(self, cluster, period, begin, end, lengths, waited)

    def heat(self, trace: PowerTrace, cores: int, begin: int, end: int) -> float:
        """Highest temperature in degrees Celsius from `begin` to `end`, which is not before the last end."""
        thermal = thermal_of(self.target)
        if self._celsius is None:
            self._celsius = thermal.settled_c(power_of(self.target).idle_w * cores)
        if self._tick < begin:
            _, self._celsius = trace.heat(thermal, self._celsius, self._tick, begin)
        highest, self._celsius = trace.heat(thermal, self._celsius, begin, end)
        self._tick = end
        return highest


@dataclass
class Telemetry:
    """
    One control period: it ends when every core has done its iteration `period`, and began with the end before.

    `iteration_ticks` are the lengths of the cores' iterations, `hbm_stall_ticks` the time that the cores' transfers
    lost to those of others in the period. Power and temperature are computed when they are asked for, and raise
    SimulationError on a target that does not describe them.
    """

    sensors: Sensors
    cluster: Cluster
    period: int
    begin: int
    end: int
    iteration_ticks: tuple[int, ...]
    hbm_stall_ticks: tuple[float, ...]

    @cached_property
    def _trace(self) -> PowerTrace:
        return self.cluster.trace()

    @cached_property
    def peak_w(self) -> float:
        """Largest mean power of a window of `power.window_ns` that ends in the period, and begins after the start."""
        target = self.sensors.target
        window = max(1, target.time.ns_to_ticks(power_of(target).window_ns))
        return self._trace.peak(window, min(max(self.begin, window), self.end), self.end)

    @cached_property
    def mean_w(self) -> float:
        """Mean power of the period."""
        return self._trace.mean(self.begin, self.end)

    @cached_property
    def peak_c(self) -> float:
        """Highest temperature of the period in degrees Celsius."""
        return self.sensors.heat(self._trace, len(self.cluster.runs), self.begin, self.end)

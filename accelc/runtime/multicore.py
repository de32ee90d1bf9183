"""Runs a program on several cores under a delay policy, and says what it took: time, power, and the values used."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from accelc.errors import SimulationError, UsageError
from accelc.isa.program import Array, Program
from accelc.runtime.cores import SlotValues, Workload, check_cores, check_iterations, workload
from accelc.runtime.delays.cap import Cap
from accelc.runtime.delays.control import controller
from accelc.runtime.delays.policies import Controller, Shifter, Stagger
from accelc.runtime.delays.table import DelayTable
from accelc.runtime.delays.telemetry import Sensors
from accelc.runtime.execute import execute
from accelc.simulator.cluster import Cluster
from accelc.simulator.timing.times import Step
from accelc.targets.model import Target


@dataclass(frozen=True)
class CoresResult:
    """
    Several cores after `iterations` iterations each.

    `period_ns[k]` is when all cores had done iteration `k`; `peak_w[k]` the highest windowed power in the control
    period that ends then, of windows that end in it, `peak_c[k]` the highest temperature; `mean_w` the power over all.
    Power and temperature are None where the target does not describe them. `hbm_stall_ns[core]` is the time that the
    core's transfers lost to those of others. `first[core]` and `values[core]` are the slots' values in the core's first
    and last iteration, `orders[core][stage]` its order of records in the last; stages are segments of the program.
    """

    policy: str
    cores: int
    iterations: int
    total_ns: float
    period_ns: tuple[float, ...]
    iteration_ns: tuple[float, ...]
    """Length of the last iteration of each core."""
    alone_ns: float
    """Length of an iteration of one core alone, without delays."""
    shifts_ns: tuple[float, ...]
    throttle_cycles: int
    peak_w: tuple[float, ...] | None
    mean_w: float | None
    peak_c: tuple[float, ...] | None
    hbm_stall_ns: tuple[float, ...]
    first: tuple[SlotValues, ...]
    values: tuple[SlotValues, ...]
    orders: tuple[tuple[tuple[Step, ...], ...], ...]

    @property
    def throughput(self) -> float:
        """Iterations per second, of all cores together."""
        return self.cores * self.iterations / (self.total_ns * 1e-9)

    def settled_peak_w(self, after: int = 3) -> float:
        """Highest windowed power in W after `after` control periods. Raises UsageError without power or periods."""
        if self.peak_w is None or len(self.peak_w) <= after:
            raise UsageError(f"no power after {after} periods: the target needs a [power] table, the run more periods")
        return max(self.peak_w[after:])


def run_cores(
    program: Program | Workload,
    target: Target,
    cores: int,
    iterations: int,
    policy: str = "off",
    cap_w: float | None = None,
    cap_c: float | None = None,
    table: DelayTable | None = None,
) -> CoresResult:
    """
    Run `program` `iterations` times on each of `cores` cores of one chip of `target`, adjusting delays by `policy`.

    `table` takes the place of the policy, which must be `off`. Raises UsageError for what `controller` refuses, or a
    number of cores or iterations that is not legal, and SimulationError as `simulate` does.
    """
    check_cores(cores, target)
    check_iterations(iterations)
    work = program if isinstance(program, Workload) else workload(program, target)
    control = controller(work, policy, cores, cap_w, cap_c) if table is None else _repeated(table, policy, cores)
    first: dict[int, SlotValues] = {}
    used: dict[int, SlotValues] = {}
    sensors = Sensors(target)

    def delays(core: int, iteration: int, tick: int) -> SlotValues:
        used[core] = control.values(core, iteration, tick)
        first.setdefault(core, used[core])
        return used[core]

    def observe(cluster: Cluster, period: int, begin: int, end: int) -> None:
        control.observe(sensors.read(cluster, period, begin, end))

    metered = target.power is not None
    cluster = work.cluster(cores, delays, metered, observe)
    cluster.run(iterations)
    alone = work.cluster(1, lambda core, iteration, tick: work.values())
    alone.run(2)
    ns = target.time.ticks_to_ns
    shifter = control.shifter if isinstance(control, Stagger | Cap) else None
    peaks, mean = _power(cluster, target) if metered else (None, None)
    return CoresResult(
        policy if table is None else "table",
        cores,
        iterations,
        ns(cluster.total_ticks),
        tuple(map(ns, cluster.periods[1:])),
        tuple(ns(run.ends[-1] - run.begins[-1]) for run in cluster.runs),
        ns(alone.runs[0].ends[1] - alone.runs[0].begins[1]),
        _shifts(shifter, target),
        control.throttle if isinstance(control, Cap) else 0,
        peaks,
        mean,
        _temperatures(cluster, target),
        tuple(ns(round(server.stalled)) for server in cluster.servers),
        tuple(first[core] for core in range(cores)),
        tuple(used[core] for core in range(cores)),
        tuple(tuple(tuple(times.order) for times in run.last) for run in cluster.runs),
    )


def _repeated(table: DelayTable, policy: str, cores: int) -> Controller:
    if policy != "off":
        raise UsageError(f"--delays and --delay-policy {policy}: a table has the values that a policy chose; give one")
    if len(table.cores) != cores:
        raise UsageError(f"the delay table is for {len(table.cores)} cores: give --cores {len(table.cores)}")
    return table


def execute_cores(
    program: Program, target: Target, inputs: Mapping[str, Array], result: CoresResult
) -> tuple[Mapping[str, Array], int]:
    """
    Outputs of `program`, and races, with the orders of execution that the last iteration had on every core of `result`.

    Each core has memories of its own, all the same inputs. Raises SimulationError if the outputs of two cores differ
    in a bit: delays change times, never values.
    """
    first: Mapping[str, Array] | None = None
    races = 0
    for core, orders in enumerate(result.orders):
        executed = execute(program, target, inputs, orders=orders)
        races += sum(len(s.simulation.races) for s in executed.segments if s.simulation is not None)
        first = executed.outputs if first is None else first
        for name, array in executed.outputs.items():
            if array.tobytes() != first[name].tobytes():
                raise SimulationError(f"output '{name}' of core {core} differs from that of core 0")
    assert first is not None
    return first, races


def _shifts(shifter: Shifter | None, target: Target) -> tuple[float, ...]:
    return () if shifter is None else tuple(map(target.time.ticks_to_ns, shifter.shifts))


def _power(cluster: Cluster, target: Target) -> tuple[tuple[float, ...], float]:
    assert target.power is not None
    trace = cluster.trace()
    window = max(1, target.time.ns_to_ticks(target.power.window_ns))
    bounds = pairwise(cluster.periods)
    return tuple(trace.peak(window, begin, end) for begin, end in bounds), trace.mean(0, cluster.total_ticks)


def _temperatures(cluster: Cluster, target: Target) -> tuple[float, ...] | None:
    if target.power is None or target.power.thermal is None:
        return None
    sensors, trace = Sensors(target), cluster.trace()
    bounds = pairwise(cluster.periods)
    return tuple(sensors.heat(trace, len(cluster.runs), begin, end) for begin, end in bounds)

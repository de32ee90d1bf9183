"""
Energy of records, power and temperature of a device: what each record spends, and means over a sliding window.

A record spends its energy evenly while its unit is busy, a transfer as its bytes move, an idle core all the time.
Not modelled: the data (toggling), voltage, leakage that grows with temperature, the host, the instruction front end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.isa.custom import instruction
from accelc.isa.records import DTYPES, field
from accelc.isa.table import Form, Opcode
from accelc.simulator.decode import CoreCode, LaneCode
from accelc.simulator.memory import ITEMSIZE
from accelc.targets.model import Power, Target, Thermal

Reals = npt.NDArray[np.float64]


def power_of(target: Target) -> Power:
    """The power table of `target`. Raises SimulationError if it has none."""
    if target.power is None:
        raise SimulationError(f"target '{target.name}' has no [power] table: without energies no power can be measured")
    return target.power


def thermal_of(target: Target) -> Thermal:
    """The thermal model of `target`. Raises SimulationError if it has none."""
    thermal = power_of(target).thermal
    if thermal is None:
        raise SimulationError(f"target '{target.name}' has no [power.thermal] table: no temperature can be measured")
    return thermal


def record_energies(code: CoreCode, target: Target) -> list[list[float]]:
    """Energy in pJ of every record on compute lanes, by lane; 0 for transfers, whose bytes are counted in flight."""
    power = power_of(target)
    return [[0.0] * len(lane) if lane.is_dma else _lane_energies(lane, power).tolist() for lane in code]


def _lane_energies(lane: LaneCode, power: Power) -> Reals:
    opcode = np.array(lane.opcodes, np.int64)
    operand = field(lane.records, "operand")
    partitions = operand["part_count"].astype(np.int64)
    free = operand["size"].astype(np.int64).prod(axis=2) * (partitions > 0)
    elements = free * partitions
    if lane.name == "tensor":
        moving = operand["dtype"][:, 1]
        mac = np.array([0.0 if name == "none" else power.mac(name) for name in DTYPES])
        products = elements[:, 1] * partitions[:, 0] * mac[moving]
        loads = elements[:, 1] * ITEMSIZE[moving] * power.stationary_byte_pj
        return np.where(opcode == Opcode.MM, products, np.where(opcode == Opcode.LS, loads, 0.0))
    works = np.array([instruction(number).form is Form.OPERANDS for number in lane.opcodes])
    return np.where(works, elements.max(axis=1) * power.element_pj, 0.0)


@dataclass(frozen=True)
class PowerTrace:
    """
    Power over time as steps: between `ticks[i]` and `ticks[i + 1]` the device spends `watts[i]`.

    Before the first and after the last tick it spends `watts[-1]`, which is the idle power.
    """

    ticks: Reals
    watts: Reals
    tick_ns: float

    def energy(self, at: Reals) -> Reals:
        """Energy in W x ticks from the first tick up to each of `at`."""
        before = np.concatenate([[0.0], np.cumsum(self.watts[:-1] * np.diff(self.ticks))])
        inside = np.interp(at, self.ticks, before)
        beyond = np.minimum(at - self.ticks[0], 0.0) + np.maximum(at - self.ticks[-1], 0.0)
        return inside + beyond * self.watts[-1]

    def mean(self, begin: int, end: int) -> float:
        """Mean power in W from `begin` to `end`."""
        low, high = self.energy(np.array([begin, end], np.float64)).tolist()
        return (high - low) / (end - begin)

    def peak(self, window: float, begin: float, end: float) -> float:
        """
        Largest mean power in W over any window of `window` ticks that ends from `begin` to `end`.

        The mean of a step function over a sliding window is linear between the ticks where an end of the window meets
        a step, so that looking there is exact.
        """
        edges = np.concatenate([self.ticks, self.ticks + window, [begin, end]])
        edges = edges[(edges >= begin) & (edges <= end)]
        return float(((self.energy(edges) - self.energy(edges - window)) / window).max())

    def heat(self, thermal: Thermal, start_c: float, begin: int, end: int) -> tuple[float, float]:
        """
        (highest, last) temperature in degrees Celsius from `begin` to `end`, if it is `start_c` at `begin`.

        During a step it approaches the temperature that the power settles at, so that the highest is at a step.
        """
        inside = self.ticks[(self.ticks > begin) & (self.ticks < end)]
        edges = np.concatenate([[begin], inside, [end]])
        # Before the first tick this is -1: the idle power.
        watts = self.watts[np.searchsorted(self.ticks, edges[:-1], side="right") - 1]
        kept: list[float] = np.exp(-np.diff(edges) * self.tick_ns / thermal.time_ns).tolist()
        settled: list[float] = (thermal.ambient_c + thermal.k_per_w * watts).tolist()
        highest = celsius = start_c
        for target_c, share in zip(settled, kept, strict=True):
            celsius = target_c + (celsius - target_c) * share
            highest = max(highest, celsius)
        return highest, celsius


def power_trace(
    spent: Sequence[tuple[int, int, float]],
    flows: Sequence[Sequence[tuple[int, float, float]]],
    cores: int,
    target: Target,
) -> PowerTrace:
    """
    Power of a device from the energies of records (start, end, pJ) and the memory traffic of every core.

    `flows` holds steps (tick, HBM bytes per tick, moved bytes per tick) of each core in order of time.
    """
    power = power_of(target)
    tick_ns = 1e9 / target.time.tick_hz
    idle = power.idle_w * cores
    columns = np.array(spent, np.float64).reshape(-1, 3)
    columns = columns[columns[:, 1] > columns[:, 0]]
    # 1 pJ per ns is 1 mW.
    watts = columns[:, 2] / ((columns[:, 1] - columns[:, 0]) * tick_ns) * 1e-3
    at, change = [columns[:, 0], columns[:, 1]], [watts, -watts]
    for flow in flows:
        steps = np.array(flow, np.float64).reshape(-1, 3)
        drawn = (steps[:, 1] * power.hbm_byte_pj + steps[:, 2] * power.dma_byte_pj) / tick_ns * 1e-3
        at.append(steps[:, 0])
        change.append(np.diff(drawn, prepend=0.0))
    ticks, which = np.unique(np.concatenate([*at, [0.0]]), return_inverse=True)
    steps = np.zeros(len(ticks))
    np.add.at(steps, which.reshape(-1), np.concatenate([*change, [0.0]]))
    level = np.maximum(np.cumsum(steps), 0.0) + idle
    level[-1] = idle
    return PowerTrace(ticks, level, tick_ns)

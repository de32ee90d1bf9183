"""The machine in software: functional execution, timing, race detection and statistics over decoded records."""

from accelc.simulator.deadlock import DeadlockError
from accelc.simulator.device import simulate
from accelc.simulator.memory import poisoned
from accelc.simulator.races import Race
from accelc.simulator.result import CoreResult, SimulationResult
from accelc.simulator.stats import LaneStats

__all__ = ["CoreResult", "DeadlockError", "LaneStats", "Race", "SimulationResult", "poisoned", "simulate"]

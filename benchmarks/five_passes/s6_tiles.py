"""
Figures of `schedule-systolic-tiles`: idle cycles of the array between the layers of a chain, on the simulator.

The baseline is, chain by chain, the better of row and column order for all layers. Idle is the time between the
first and the last product in which the array computes nothing. The chains are those of `tile_chains`; the propagation
delay is at most twice the smallest block dimension of a chain in all families but the last two, which have no limit.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from time import process_time

from accelc.analysis.tiles.chain import chain_time, closed_form_orders, search_orders, uniform_orders
from accelc.dialects.engine import ProgramOp
from accelc.frontends.onnx import import_onnx
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_engines import schedule_engines
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.end_to_end import LIGHT_MODELS
from benchmarks.five_passes.programs.tile_chains import (
    ChainResult,
    chain_layers,
    random_chain,
    simulate_chain,
    simulate_program,
)
from benchmarks.five_passes.s7_schedule import accelerator_programs, lowered_programs
from benchmarks.measure import Measurement

TARGET = "trn-like"
LAYERS = 8
CHAINS = 25
"""Chains of each family; their seeds are 0, 1, ..."""
WITHIN = (
    ("f32", 64, (3, 5)),
    ("bf16", 512, (3, 4)),
    ("bf16", 256, (4, 6)),
    ("bf16", 128, (6, 10)),
    ("bf16", 64, (10, 16)),
)
"""Element type, moving columns, and smallest and largest number of blocks: delay at most twice that number."""
BEYOND = (("bf16", 64, (4, 8)), ("bf16", 128, (3, 5)))
"""The same, with delays beyond twice the smallest number of blocks."""
MIN_CLOSED, MIN_SEARCHED = 0.6, 0.8
MAX_ERROR = 0.02


@dataclass
class Totals:
    """Sums over chains, in cycles; `worst` are the largest ratios of total time to the baseline's."""

    idle: dict[str, float] = field(default_factory=dict[str, float])
    work: float = 0.0
    worst: dict[str, float] = field(default_factory=dict[str, float])
    error: float = 0.0

    def add(self, name: str, result: ChainResult, baseline: float) -> None:
        """Counts one chain in one kind of orders; `baseline` is the total time to compare with."""
        self.idle[name] = self.idle.get(name, 0.0) + result.idle
        self.worst[name] = max(self.worst.get(name, 0.0), result.total / baseline)

    def less(self, name: str) -> float:
        """Share of the baseline's idle cycles that orders `name` avoid."""
        return 1 - self.idle[name] / self.idle["baseline"]


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes 2 chains of each family and one model."""
    target = load_target(TARGET)
    count = 2 if reduced else CHAINS
    every = Totals()
    for family in WITHIN:
        yield from _family(family, count, target, every)
    for name, least in (("closed", MIN_CLOSED), ("searched", MIN_SEARCHED)):
        title = f"s6: {count * len(WITHIN)} chains, delay <= 2x blocks, less idle, {name}"
        yield Measurement.at_least(title, every.less(name), "", least, 0.0)
    for family in BEYOND:
        yield from _family(family, count, target, every, " (delay > 2x blocks)")
    for name in ("closed", "searched"):
        title = f"s6: all chains, time over the better of row and column, worst, {name}"
        yield Measurement.at_most(title, every.worst[name], "x", 1.0, 1.0)
    yield Measurement.at_most("s6: all chains, model against simulator, worst", every.error, "", MAX_ERROR)
    worst: dict[str, float] = {}
    yield from _models(target, ("squeezenet",) if reduced else LIGHT_MODELS, worst)
    if not reduced:
        yield from _minilm(target, worst)
    for kind in ("auto", "search"):
        title = f"s6: models, time over the better of row and column, worst, {kind}"
        yield Measurement.at_most(title, worst[kind], "x", 1.0, 1.0)


def _family(
    family: tuple[str, int, tuple[int, int]], count: int, target: Target, every: Totals, note: str = ""
) -> Iterator[Measurement]:
    dtype, tokens, blocks = family
    own = Totals()
    for seed in range(count):
        chain = random_chain(Random(seed), LAYERS, blocks, (tokens,), dtype)
        layers = chain_layers(chain, target)
        orders = {
            **uniform_orders(layers),
            "closed": closed_form_orders(layers),
            "searched": search_orders(layers),
        }
        results = {name: simulate_chain(chain, target, chosen) for name, chosen in orders.items()}
        results["baseline"] = min(results["row"], results["column"], key=lambda result: result.idle)
        fastest = min(results["row"].total, results["column"].total)
        for totals in (own, every):
            totals.work += results["row"].work
            for name, result in results.items():
                totals.add(name, result, fastest)
            for name, chosen in orders.items():
                predicted = chain_time(layers, chosen).total
                totals.error = max(totals.error, abs(predicted / results[name].total - 1))
    name = f"s6: {dtype} {tokens} columns, {blocks[0]}-{blocks[1]} blocks{note}"
    for kind in ("alternate", "closed", "searched"):
        idle, base = own.idle[kind] / own.work, own.idle["baseline"] / own.work
        yield Measurement.reported(f"{name}, idle over work, {kind}", idle, "", base)


def _models(target: Target, names: Sequence[str], worst: dict[str, float]) -> Iterator[Measurement]:
    for name in names:
        yield from _effect(name, lowered_programs(name, target), target, worst)


def _effect(name: str, programs: Sequence[ProgramOp], target: Target, worst: dict[str, float]) -> Iterator[Measurement]:
    """
    Time of a model with each kind of orders; the peer is the better of row and column order.

    Also the processor time that the pass needs for each kind, and into `worst` the largest ratios of times so far.
    """
    times: dict[str, float] = {}
    seconds: dict[str, float] = {}
    for program in programs:
        schedule_engines(program, target)
        assign_memory(program, target)
        for kind in ("row", "column", "switch", "auto", "search"):
            order, search = ("auto", "on") if kind == "search" else (kind, "off")
            tiled = program.clone()
            begin = process_time()
            schedule_systolic_tiles(tiled, target, order, search)
            seconds[kind] = seconds.get(kind, 0.0) + process_time() - begin
            times[kind] = times.get(kind, 0.0) + simulate_program(tiled, target)
    best = min(times["row"], times["column"])
    for kind in ("switch", "auto", "search"):
        worst[kind] = max(worst.get(kind, 0.0), times[kind] / best)
        yield Measurement.reported(f"s6: {name}, time, {kind}", times[kind] / 1e3, "us", best / 1e3)
        yield Measurement.reported(f"s6: {name}, pass, {kind}", seconds[kind], "s", seconds["row"])


def _minilm(target: Target, worst: dict[str, float]) -> Iterator[Measurement]:
    """The encoder that `examples/minilm.py` builds, on one sentence of 32 tokens."""
    examples = str(Path(__file__).parents[2] / "examples")
    if examples not in sys.path:
        sys.path.append(examples)
    folder: Path = import_module("model_files").file_of("minilm").parent
    model: bytes = import_module("minilm").build(folder).SerializeToString()
    imported = import_onnx(model, dims={"batch": 1, "sequence": 32})
    yield from _effect("minilm", accelerator_programs(imported, target), target, worst)

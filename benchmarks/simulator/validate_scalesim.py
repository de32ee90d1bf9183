"""
Figures of the array against SCALE-Sim 3.0.0: its fold formulas, its own runs, and its speed.

The end of a product is the cycle in which the last row of results leaves the array; SCALE-Sim reports the number of
its last cycle, which is one less than the cycles there are. Its folds follow each other without overlap; here weights
are loaded under the fold before, and its results drain under the fold behind. Layers are those of ResNet-50, equal ones
once, on an array of 128 x 128 PEs that loads a row of weights per cycle. Speed is that of compiled layers on `trn-like`
with all engines and DMA queues, timing only; seconds are processor time. Seeds are 0, 1, ...
"""

import json
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

import numpy as np

from benchmarks.measure import Measurement, run_module
from benchmarks.simulator.validation.folds import array_cycles, array_target, fold_stream
from benchmarks.simulator.validation.layers import Layer, resnet50_layers
from benchmarks.simulator.validation.os_array import run_fold
from benchmarks.simulator.validation.scale_sim import NotAvailable, os_cycles, run_layers, ws_cycles

SIZE = 128
FOLDS, REDUCED_FOLDS = 200, 20
MAX_VECTORS = 512
TIMED = ("conv0", "conv2", "conv12", "conv22")
"""Layers that SCALE-Sim is timed on: one of every size of image but the second. All would take it minutes."""
MIN_SPEEDUP = 1000.0
MAX_BYTES = 500e6


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes fewer folds and layers, and does not run SCALE-Sim."""
    yield from _single_folds(REDUCED_FOLDS if reduced else FOLDS)
    layers = resnet50_layers()
    yield from _whole_layers(layers[:8] if reduced else layers)
    if reduced:
        yield Measurement.reported("scale-sim: its own runs, at full size only", 0, "")
        return
    try:
        yield from _own_runs()
        yield from _speed(layers)
    except NotAvailable as error:
        yield Measurement.reported(f"scale-sim: its own runs NOT AVAILABLE, {error}", 0, "")


def _single_folds(count: int) -> Iterator[Measurement]:
    differ = {"ws": 0, "os": 0}
    for seed in range(count):
        rng = np.random.default_rng(seed)
        rows, cols = int(rng.integers(1, 65)), int(rng.integers(1, 65))
        depth, filters = int(rng.integers(1, rows + 1)), int(rng.integers(1, cols + 1))
        vectors = int(rng.integers(1, MAX_VECTORS + 1))
        target = array_target(rows, cols)
        cycles = array_cycles(target, {"tensor": fold_stream(target, depth, filters, vectors)})
        differ["ws"] += cycles != ws_cycles(rows, cols, depth, filters, vectors)
        left = rng.integers(-9, 10, (rows, vectors))
        top = rng.integers(-9, 10, (vectors, cols))
        fold = run_fold(left, top)
        right = fold.computed == os_cycles(rows, cols, vectors, cols, rows) and fold.drained == fold.computed + rows
        differ["os"] += not (right and np.array_equal(fold.result, left @ top))
    title = f"scale-sim: {count} single folds, cycles other than"
    yield Measurement.at_most(f"{title} 2R + C + T - 2, weight-stationary", differ["ws"], "", 0, 0)
    yield Measurement.at_most(f"{title} R + C + K - 2, output-stationary model", differ["os"], "", 0, 0)


def overlapped_cycles(layer: Layer) -> int:
    """One fold, and for every further one what takes longer of its moving vectors and the load of the next weights."""
    folds = ceil(layer.depth / SIZE) * ceil(layer.filters / SIZE)
    return (folds - 1) * max(layer.vectors, SIZE) + 3 * SIZE + layer.vectors - 2


def layer_cycles(layers: Sequence[Layer]) -> Iterator[tuple[Layer, int, int]]:
    """Every layer with its cycles on the simulator and by SCALE-Sim's formula."""
    target = array_target(SIZE, SIZE)
    for layer in layers:
        sizes = (layer.depth, layer.filters, layer.vectors)
        yield layer, array_cycles(target, {"tensor": fold_stream(target, *sizes)}), ws_cycles(SIZE, SIZE, *sizes)


def _whole_layers(layers: Sequence[Layer]) -> Iterator[Measurement]:
    unexplained, total, theirs = 0, 0, 0
    for layer, cycles, formula in layer_cycles(layers):
        unexplained += cycles != overlapped_cycles(layer)
        total, theirs = total + cycles, theirs + formula
        size = f"{layer.vectors} x {layer.depth} x {layer.filters}"
        yield Measurement.reported(f"scale-sim: resnet50 {layer.name}, {size}, cycles", cycles, "", formula)
    title = f"scale-sim: resnet50, {len(layers)} layers"
    yield Measurement.reported(f"{title}, cycles", total, "", theirs)
    yield Measurement.at_most(f"{title}, cycles that overlap does not explain", unexplained, "", 0, 0)


def _own_runs() -> Iterator[Measurement]:
    differ = runs = 0
    for seed, (rows, cols) in enumerate(((16, 16), (8, 24))):
        rng = np.random.default_rng(seed)
        layers = [
            Layer(f"gemm{index}", int(rng.integers(1, 80)), int(rng.integers(1, 80)), 1, 1, 1, int(rng.integers(1, 80)))
            for index in range(6)
        ]
        for dataflow, formula in (("ws", ws_cycles), ("os", os_cycles)):
            found = run_layers(layers, rows, cols, dataflow).cycles
            expected = [formula(rows, cols, layer.depth, layer.filters, layer.vectors) - 1 for layer in layers]
            differ += sum(one != other for one, other in zip(found, expected, strict=True))
            runs += len(layers)
    yield Measurement.at_most(f"scale-sim: {runs} runs of its own, other than formula - 1", differ, "", 0, 0)


def _speed(layers: Sequence[Layer]) -> Iterator[Measurement]:
    chosen = [layer for layer in layers if layer.name in TIMED]
    theirs = run_layers(chosen, SIZE, SIZE)
    formula = [ws_cycles(SIZE, SIZE, layer.depth, layer.filters, layer.vectors) - 1 for layer in chosen]
    title = f"scale-sim: {len(chosen)} layers"
    if theirs.cycles != formula:
        raise RuntimeError(f"SCALE-Sim's cycles {theirs.cycles} are not those of its formula, {formula}")
    ours, _ = _timed(chosen)
    yield Measurement.reported(f"{title}, simulate", ours["simulate_seconds"], "s", theirs.seconds)
    yield Measurement.at_least(
        f"{title}, faster, simulation alone", theirs.seconds / ours["simulate_seconds"], "x", MIN_SPEEDUP
    )
    both = ours["simulate_seconds"] + ours["compile_seconds"]
    yield Measurement.reported(f"{title}, faster, compilation included", theirs.seconds / both, "x")
    rates = ours["cycles"] / ours["simulate_seconds"], sum(theirs.cycles) / theirs.seconds
    yield Measurement.reported(f"{title}, simulated cycles per second", rates[0], "/s", rates[1])
    yield Measurement.reported(f"{title}, cycles, here with memory and engines", ours["cycles"], "", sum(theirs.cycles))
    every, peak = _timed(layers)
    title = f"scale-sim: all {len(layers)} layers here"
    for key, unit in (("instructions", ""), ("cycles", ""), ("compile_seconds", "s"), ("simulate_seconds", "s")):
        yield Measurement.reported(f"{title}, {key.replace('_', ' ')}", every[key], unit)
    yield Measurement.at_most(f"{title}, memory", peak, "B", MAX_BYTES)
    yield Measurement.reported(f"scale-sim: {len(chosen)} layers, its memory", theirs.peak_bytes, "B")


def _timed(layers: Sequence[Layer]) -> tuple[dict[str, Any], int]:
    names = [layer.name for layer in layers]
    done = run_module("simulator.validation.layer_speed", *names)
    return json.loads(done.stdout), done.peak_bytes

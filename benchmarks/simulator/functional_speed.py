"""
CPU time of simulating a model with numbers, over onnxruntime's: `python -m benchmarks.simulator.functional_speed MODEL
RUNS`.

Prints a JSON list of [order of sums, with the race detector, ratio]. Both run in this process, onnxruntime on one
thread; with OPENBLAS_NUM_THREADS=1 so does the simulator. Weights are loaded before, inputs are random (seed 0).
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from time import process_time
from typing import Any

import numpy as np

from accelc import api
from accelc.runtime.execute import execute
from benchmarks.end_to_end import TARGET, light_model


def _best(runs: int, action: Callable[..., Any], *arguments: Any, **options: Any) -> float:
    """Least seconds of CPU."""
    seconds: list[float] = []
    for _ in range(runs):
        start = process_time()
        action(*arguments, **options)
        seconds.append(process_time() - start)
    return min(seconds)


def main(name: str, runs: int) -> int:
    """Measures one model of the package `onnx`, best of `runs`."""
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 4, 1, 1
    session = runtime.InferenceSession(str(light_model(name)), options, providers=["CPUExecutionProvider"])
    program = api.compile(light_model(name), TARGET).program
    rng = np.random.default_rng(0)
    inputs = {value.name: rng.standard_normal(value.shape).astype(value.dtype) for value in program.inputs}
    peer = _best(runs, session.run, None, inputs)
    rows: list[tuple[str, bool, float]] = []
    for order in ("blas", "column-sequential"):
        target = replace(program.target, numerics=replace(program.target.numerics, tensor_sum_order=order))
        for races in (False, True):
            rows.append((order, races, _best(runs, execute, program, target, inputs, races=races) / peer))
    print(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))

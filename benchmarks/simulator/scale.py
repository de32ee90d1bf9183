"""
Figures of models of repeated layers and of models too large to hold.

GPT-2 (small) in bf16 on `trn-like`, without weights, one process for each measurement: seconds of compilation and peak
memory with layers compiled once (`--repeat-layers always`) against the same model unrolled (`never`), and what that
costs in simulated time. Launches that are accounted for from one timing of their segment are compared with those of a
full simulation, record by record: how many differ.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from time import process_time
from typing import Any

import accelc
from accelc.driver import CompileOptions, compile_model
from accelc.generators.configs import decoder_config
from accelc.generators.decoder import decoder_model
from accelc.runtime.execute import ExecutionResult, execute
from benchmarks.measure import Measurement, own_peak_bytes, run_module

TARGET, MODEL, PRECISION = "trn-like", "gpt2", "bf16"
LAYERS, TOKENS = 12, 128
REDUCED_LAYERS, REDUCED_TOKENS = 2, 8
LARGE_TOKENS = 1024
FIELDS = ("ready", "issue", "operands", "start", "read", "complete", "pause")
"""Ticks of a record that are compared."""


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes two layers and few tokens."""
    layers, tokens = (REDUCED_LAYERS, REDUCED_TOKENS) if reduced else (LAYERS, TOKENS)
    yield from _compilation(layers, tokens)
    yield from _launches(layers, tokens)
    if not reduced:
        large = _in_process(layers, LARGE_TOKENS, "always")
        yield Measurement.reported(f"scale/{MODEL} {LARGE_TOKENS} tokens: compile", large["compile"], "s of CPU")
        yield Measurement.reported(f"scale/{MODEL} {LARGE_TOKENS} tokens: timing", large["timing"], "s of CPU")
        yield Measurement.reported(f"scale/{MODEL} {LARGE_TOKENS} tokens: peak memory", large["peak_bytes"], "B")


def _compilation(layers: int, tokens: int) -> Iterator[Measurement]:
    once, unrolled = (_in_process(layers, tokens, choice) for choice in ("always", "never"))
    what = f"scale/{MODEL} of {layers} layers, {tokens} tokens"
    yield Measurement.reported(f"{what}: compile, layers once", once["compile"], "s of CPU", unrolled["compile"])
    yield Measurement.reported(f"{what}: peak memory, layers once", once["peak_bytes"], "B", unrolled["peak_bytes"])
    yield Measurement.reported(f"{what}: instructions, layers once", once["code"], "B", unrolled["code"])
    yield Measurement.reported(f"{what}: simulated time, layers once", once["total_ns"], "ns", unrolled["total_ns"])


def _in_process(layers: int, tokens: int, repeat_layers: str) -> Mapping[str, float]:
    """What `main` prints in a process of its own."""
    return json.loads(run_module("simulator.scale", str(layers), str(tokens), repeat_layers).stdout)


def main(layers: int, tokens: int, repeat_layers: str) -> None:
    """Compile and time one model; prints a JSON object with seconds of CPU, ns and bytes."""
    from accelc.report.figures import program_bytes

    start = process_time()
    compiled = compile_model(_model(layers, tokens), _options(repeat_layers))
    end = process_time()
    timed = accelc.simulate(compiled, timing_only=True, races=False)
    found = {"compile": end - start, "timing": process_time() - end, "total_ns": timed.total_ns}
    print(json.dumps(found | {"code": program_bytes(compiled.program), "peak_bytes": own_peak_bytes()}))


def _model(layers: int, tokens: int) -> Any:
    return decoder_model(MODEL, decoder_config(MODEL), "prefill", tokens, layers)


def _options(repeat_layers: str) -> CompileOptions:
    return CompileOptions(TARGET, PRECISION, no_weights=True, repeat_layers=repeat_layers)


def _launches(layers: int, tokens: int) -> Iterator[Measurement]:
    compiled = compile_model(_model(layers, tokens), _options("always"))
    runs: list[tuple[float, ExecutionResult]] = []
    for skip in (True, False):
        start = process_time()
        result = execute(compiled.program, compiled.target, {}, functional=False, races=False, skip=skip)
        runs.append((process_time() - start, result))
    (skipped, left), (full, right) = runs
    what = f"scale/{MODEL} of {layers} layers, {tokens} tokens"
    yield Measurement.reported(f"{what}: timing, each segment once", skipped, "s of CPU", full)
    yield Measurement.at_most(f"{what}: launches that differ from a full simulation", _differing(left, right), "", 0)


def _differing(left: ExecutionResult, right: ExecutionResult) -> int:
    """Launches of which some time differs."""
    if len(left.segments) != len(right.segments):
        return max(len(left.segments), len(right.segments))
    return sum(
        (one.name, one.ns, one.launch_ns) != (other.name, other.ns, other.launch_ns)
        or (one.simulation is None) != (other.simulation is None)
        or (one.simulation is not None and other.simulation is not None and _times(one) != _times(other))
        for one, other in zip(left.segments, right.segments, strict=True)
    )


def _times(launch: Any) -> list[bytes]:
    """Times of all records of a launch."""
    return [
        getattr(times, field).tobytes()
        for core in launch.simulation.cores
        for times in core.times.values()
        for field in FIELDS
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

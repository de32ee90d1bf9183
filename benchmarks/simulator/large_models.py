"""
Figures of decoders that are too large to execute: Llama-2-7B and GPT-2 in bf16 on `trn-like`, without weights.

Each runs in a process of its own from the generated ONNX model to the simulated time. The code of a prefill is
compared with that of twice the tokens.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

from benchmarks.measure import Measurement, own_peak_bytes, run_module

TARGET, PRECISION = "trn-like", "bf16"
MODEL, TOKENS = "llama-2-7b", 2048
SMALL_MODEL, SMALL_TOKENS = "gpt2", 512
MAX_SECONDS, MAX_BYTES = 60.0, 4e9
MAX_GROWTH = 1.1
"""Code for twice the tokens: each row of scores has twice the columns, everything else is the same."""


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes GPT-2 and few tokens, and says nothing of seconds."""
    name, tokens = (SMALL_MODEL, SMALL_TOKENS) if reduced else (MODEL, TOKENS)
    prefill = _in_process(name, "prefill", tokens)
    what = f"large models/{name} prefill of {tokens} tokens"
    if not reduced:
        yield Measurement.at_most(f"{what}: compile and timing", prefill["seconds"], "s", MAX_SECONDS)
    yield Measurement.at_most(f"{what}: peak memory", prefill["peak_bytes"], "B", MAX_BYTES)
    yield Measurement.reported(f"{what}: simulated", prefill["total_ns"], "ns", prefill["bound_ns"])
    twice = _in_process(name, "prefill", 2 * tokens)
    yield Measurement.at_most(f"{what}: code for twice the tokens", twice["code"] / prefill["code"], "x", MAX_GROWTH)
    if not reduced:
        decode = _in_process(name, "decode", tokens)
        what = f"large models/{name} decode after {tokens} tokens"
        yield Measurement.reported(f"{what}: compile and timing", decode["seconds"], "s")
        yield Measurement.reported(f"{what}: simulated", decode["total_ns"], "ns", decode["bound_ns"])


def _in_process(name: str, phase: str, tokens: int) -> Mapping[str, float]:
    """What `main` prints in a process of its own."""
    return json.loads(run_module("simulator.large_models", name, phase, str(tokens)).stdout)


def main(name: str, phase: str, tokens: int) -> None:
    """Generate, compile and time one model; prints a JSON object with seconds, ns and bytes."""
    start = perf_counter()
    from accelc.driver import CompileOptions, run_model
    from accelc.generators.configs import decoder_config
    from accelc.generators.decoder import decoder_model
    from accelc.report.figures import program_bytes

    model: Any = decoder_model(name, decoder_config(name), phase, tokens)
    options = CompileOptions(TARGET, PRECISION, no_weights=True, repeat_layers="always")
    result = run_model(model, options, timing_only=True)
    found = {
        "seconds": perf_counter() - start,
        "total_ns": result.execution.total_ns,
        "bound_ns": result.compiled.lower_bound.ns,
        "code": program_bytes(result.compiled.program),
        "peak_bytes": own_peak_bytes(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

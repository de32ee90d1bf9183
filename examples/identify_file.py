"""
What kind of file is this? Magika's published network, compiled and executed on the simulated accelerator.

`python examples/identify_file.py FILE...` reads the first and last bytes of each file as Magika does (Fratantonio et
al. 2024), runs the network's instruction streams on the simulator, and prints the answer with what it cost.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from model_files import INPUT_SHAPES, magika_assets

import accelc
from accelc.errors import AccelcError, ModelError

Array = npt.NDArray[Any]


def features(content: bytes, config: Mapping[str, Any]) -> Array:
    """
    The network's input, int32 [1, beginning + end]: bytes without outer white space, padded with a token of their own.

    Raises ModelError for content too short to say anything about.
    """
    begin, end, token = config["beg_size"], config["end_size"], config["padding_token"]
    head = content[: config["block_size"]].lstrip()[:begin]
    tail = content[-config["block_size"] :].rstrip()[-end:]
    if len(head) < config["min_file_size_for_dl"]:
        raise ModelError(f"{len(head)} bytes besides white space; the network needs {config['min_file_size_for_dl']}")
    padded = [*head, *[token] * (begin - len(head)), *[token] * (end - len(tail)), *tail]
    return np.array([padded], np.int32)


def describe(scores: Array, config: Mapping[str, Any]) -> str:
    """The most likely label, said to be uncertain below the network's own threshold for it."""
    best = int(scores.argmax())
    label = config["target_labels_space"][best]
    threshold = config["thresholds"].get(label, config["medium_confidence_threshold"])
    name = config["overwrite_map"].get(label, label)
    doubt = "" if scores[best] >= threshold else ", uncertain"
    return f"{name} ({scores[best]:.1%}{doubt})"


def main() -> None:
    """Identify the files of the command line."""
    parser = argparse.ArgumentParser(description="identify files with Magika's network on a simulated accelerator")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--target", default="trn-like", help="machine: a preset's name or a file (default: trn-like)")
    arguments = parser.parse_args()
    try:
        assets = magika_assets()
        config = json.loads((assets / "config.min.json").read_text(encoding="utf-8"))
        compiled = accelc.compile(assets / "model.onnx", arguments.target, shapes=INPUT_SHAPES["magika"])
        print(
            f"Magika on {compiled.target.name}: {compiled.count('accelerator')} operations on the accelerator, "
            f"{compiled.count('host')} on the host, {compiled.sync_emitted} waits for {compiled.sync_required} orders"
        )
        for path in arguments.files:
            identify(path, compiled, config)
    except (AccelcError, OSError) as error:
        raise SystemExit(f"error: {error}") from None


def identify(path: Path, compiled: accelc.CompiledModel, config: Mapping[str, Any]) -> None:
    """Print what `path` is, and how long the machine took."""
    execution = accelc.simulate(compiled, {"bytes": features(path.read_bytes(), config)})
    scores = execution.outputs[compiled.program.outputs[0].name][0]
    target = compiled.target
    simulations = [s.simulation for s in execution.segments if s.simulation is not None]
    cycles = sum(s.total_ticks for s in simulations) // target.time.domain["tensor"]
    busy = sum(s.tensor_cycles for s in simulations)
    print(f"{path}: {describe(scores, config)}")
    print(
        f"  {execution.total_ns / 1000:.1f} us in all, {compiled.lower_bound.ns / 1000:.1f} us at least; "
        f"accelerator {cycles:,} cycles, array busy {busy / cycles:.1%}, races {sum(len(s.races) for s in simulations)}"
    )


if __name__ == "__main__":
    main()

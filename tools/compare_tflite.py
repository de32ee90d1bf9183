"""
Run a TFLite model through TOSA on the simulator, and by TFLite's own runtime; print the difference.

It needs two packages that no test needs:

    pip install tosa-converter-for-tflite==2026.2.0 ai-edge-litert
    python tools/compare_tflite.py model.tflite
"""

import argparse
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from accelc.driver import run_model


def reference(model: Path, seed: int) -> tuple[list[Any], list[Any]]:
    """Random normal inputs from `seed`, and what TFLite computes for them."""
    interpreter: Any = import_module("ai_edge_litert.interpreter").Interpreter(str(model))
    interpreter.allocate_tensors()
    rng: Any = np.random.default_rng(seed)
    inputs: list[Any] = []
    for entry in interpreter.get_input_details():
        inputs.append(rng.standard_normal(entry["shape"]).astype(entry["dtype"]))
        interpreter.set_tensor(entry["index"], inputs[-1])
    interpreter.invoke()
    return inputs, [interpreter.get_tensor(entry["index"]) for entry in interpreter.get_output_details()]


def main() -> int:
    """Compare one model; the status is 1 if an output differs by more than 1e-5 of its largest element."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    inputs, expected = reference(arguments.model, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{arguments.model.stem}.mlir"
        subprocess.run(["tosa-converter-for-tflite", "--text", arguments.model, "-o", path], check=True)
        from accelc.frontends.mlir import import_mlir

        names = [spec.name for spec in import_mlir(path, {}, {}, None).inputs]
        result = run_model(path, inputs=dict(zip(names, inputs, strict=True)), check=False)
    worst = 0.0
    for value, array in zip(result.compiled.program.outputs, expected, strict=True):
        found = np.asarray(result.execution.outputs[value.name], np.float64)
        error = float(np.abs(found - array).max() / np.abs(array).max())
        worst = max(worst, error)
        print(f"{value.name}: {list(array.shape)}, relative error {error:.1e}")
    homes = ", ".join(f"{result.compiled.count(home)} on {home}" for home in ("accelerator", "host", "framework"))
    print(f"operations: {homes}")
    return int(worst > 1e-5)


if __name__ == "__main__":
    sys.exit(main())

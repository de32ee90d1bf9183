"""
Write `test/unit/mlir/Inputs`: MLIR text of other compilers, and what its programs compute.

It needs jax, iree-base-compiler and LLVM 19's `mlir-opt` (Debian: mlir-19-tools), which no test needs:

    pip install 'jax[cpu]==0.10.2' iree-base-compiler==3.13.0
    python tools/generate_mlir_examples.py --mlir-opt mlir-opt-19 --iree-opt iree-opt
"""

import argparse
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from mlir_examples import jax_programs, tosa_programs

DATA = Path(__file__).parents[1] / "test/unit/mlir/Inputs"
EXPORTED = ("mlp_step", "take", "elementwise")
"""Programs written by `jax.export`, with locations; the others by `jax.jit(...).lower(...).as_text()`."""
TOSA_TO_LINALG = (
    "builtin.module(func.func(tosa-optional-decompositions,tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith,"
    "tosa-to-tensor,canonicalize{}))"
)


def _write(path: Path, maker: str, text: str) -> None:
    # Locations name files of this repository, wherever it is.
    text = text.replace(f"{DATA.parents[3]}/", "")
    path.write_text(f"// Made by {maker}; see tools/generate_mlir_examples.py.\n{text}")


def _save(path: Path, inputs: list[Any], outputs: list[Any]) -> None:
    arrays = {f"input{i}": np.asarray(value) for i, value in enumerate(inputs)}
    arrays |= {f"output{i}": np.asarray(value) for i, value in enumerate(outputs)}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _widened(value: Any) -> Any:
    return np.asarray(value, np.float32) if str(value.dtype) == "bfloat16" else np.asarray(value)


def _run(*command: str, text: str | None = None) -> str:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _jax(folder: Path) -> None:
    jax: Any = jax_programs.jax
    leaves = jax.tree.leaves
    for name, (function, inputs) in jax_programs.programs().items():
        compiled = jax.jit(function)
        if name in EXPORTED:
            from importlib import import_module

            export: Any = import_module("jax.export")
            _write(
                folder / f"{name}.mlir",
                f"jax {jax.__version__}, jax.export",
                export.export(compiled)(*inputs).mlir_module(),
            )
        else:
            _write(folder / f"{name}.mlir", f"jax {jax.__version__}, jax.jit", compiled.lower(*inputs).as_text())
        _save(folder / f"{name}.npz", leaves(inputs), [_widened(value) for value in leaves(compiled(*inputs))])


def main() -> None:
    """Write everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlir-opt", default="mlir-opt-19")
    parser.add_argument("--iree-opt", default="iree-opt")
    arguments = parser.parse_args()
    for name in ("jax", "tosa", "linalg"):
        (DATA / name).mkdir(parents=True, exist_ok=True)
    _jax(DATA / "jax")
    upstream, iree = "mlir-opt of LLVM 19.1.7", "iree-opt 3.13.0"
    old, x, y = tosa_programs.classifier(0)
    for stem in ("tosa/classifier_v0", "linalg/classifier", "linalg/classifier_generic", "linalg/classifier_quoted"):
        _save(DATA / f"{stem}.npz", [x], [y])
    _write(DATA / "tosa/classifier_v0.mlir", upstream, _run(arguments.mlir_opt, text=old))
    lowered = _run(arguments.mlir_opt, f"--pass-pipeline={TOSA_TO_LINALG.format('')}", text=old)
    _write(DATA / "linalg/classifier.mlir", f"{upstream}, tosa-to-linalg-named and tosa-to-linalg", lowered)
    generic = _run(arguments.mlir_opt, "--linalg-generalize-named-ops", text=lowered)
    _write(DATA / "linalg/classifier_generic.mlir", f"{upstream}, linalg-generalize-named-ops", generic)
    quoted = _run(arguments.mlir_opt, "--mlir-print-op-generic", "--mlir-print-debuginfo", text=lowered)
    _write(DATA / "linalg/classifier_quoted.mlir", f"{upstream}, --mlir-print-op-generic", quoted)
    for stem, (text, x, y) in (
        ("tosa/classifier_v1", tosa_programs.classifier(1)),
        ("tosa/quantized", tosa_programs.quantized()),
    ):
        _save(DATA / f"{stem}.npz", [x], [y])
        _write(DATA / f"{stem}.mlir", iree, _run(arguments.iree_opt, "-", text=text))
    for name in ("transformer_block", "convolutions", "reductions", "elementwise", "movement"):
        text = _run(
            arguments.iree_opt, "--iree-stablehlo-input-transformation-pipeline", str(DATA / f"jax/{name}.mlir")
        )
        _write(DATA / f"linalg/{name}.mlir", f"{iree}, --iree-stablehlo-input-transformation-pipeline", text)
        (DATA / f"linalg/{name}.npz").write_bytes((DATA / f"jax/{name}.npz").read_bytes())


if __name__ == "__main__":
    main()

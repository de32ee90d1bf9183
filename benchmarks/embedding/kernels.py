"""
A kernel written by hand against what the compiler makes of the same network: matmul, bias and GELU on `trn-like`.

The kernel is `examples/kernels/matmul_gelu.py`. Both read x, w and the bias from HBM and write y there, in fp32, and go
through the same passes from `schedule-engines` on, which cut long transfers. `one store` is the kernel with all of x
and all its results in one tile each, as the compiler lowers the network.
"""

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from math import erf
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

import accelc
from accelc.kernels import Core, Kernel, KernelResult, View, kernel
from benchmarks.measure import ROOT, Measurement

Array = npt.NDArray[Any]

SIZES = ((512, 512, 512), (1024, 512, 1024), (2048, 1024, 512))
"""(m, k, n) of the products measured, the first of them at reduced size."""
MARGIN = 1.10
"""Cycles of the kernel at most, over those of the compiler."""
BEHIND = 1.02
"""Cycles of the compiler at most, over those of the same transfers and products in lines of a kernel."""
TOLERANCE = 1e-5
"""Largest error of fp32 results of about unit variance: sums of up to 1024 products, in the order of the array."""


def example() -> Kernel:
    """The kernel of the example."""
    path = ROOT / "examples" / "kernels" / "matmul_gelu.py"
    spec = spec_from_file_location("matmul_gelu", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found = module.matmul_gelu
    assert isinstance(found, Kernel)
    return found


@kernel
def one_store(core: Core, x: View, w: View, bias: View) -> None:
    """The same kernel with all results in one tile, stored at the end."""
    (m, k), n = x.shape, w.shape[1]
    rows, columns, moving = core.tile_size.pmax, core.tile_size.gemm_stationary_fmax, core.tile_size.gemm_moving_fmax
    y = core.output("y", (m, n), "fp32")
    x_tile = core.load(x.reshape(m, k // rows, rows).transpose(2, 1, 0))
    w_tile = core.load(w.reshape(k // rows, rows, n).transpose(1, 0, 2))
    bias_tile = core.load(bias.reshape(n // columns, columns).T)
    out = core.sbuf((columns, n // columns, m), "fp32")
    for j in range(n // columns):
        for i in range(m // moving):
            samples = slice(i * moving, (i + 1) * moving)
            acc = core.psum((columns, moving))
            for s in range(k // rows):
                weights = w_tile[:, s, j * columns : (j + 1) * columns]
                core.nc_matmul(acc, weights, x_tile[:, s, samples], accumulate=s > 0)
            core.activation(out[:, j, samples], "gelu", acc, bias_tile[:, j : j + 1])
    core.store(y.reshape(m, n // columns, columns).transpose(2, 1, 0), out)


def network(w: Array, bias: Array, m: int) -> ModelProto:
    """The kernel as an ONNX model, its second and third input being weights."""
    k, n = w.shape
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["product"], "matmul"),
        helper.make_node("Add", ["product", "bias"], ["sum"], "add"),
        helper.make_node("Gelu", ["sum"], ["y"], "gelu"),
    ]
    graph = helper.make_graph(
        nodes,
        "matmul_gelu",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [m, k])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [m, n])],
        [numpy_helper.from_array(w, "w"), numpy_helper.from_array(bias, "bias")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def compiled_cycles(model: ModelProto) -> int:
    """Cycles of the array that the compiler's program takes."""
    compiled = accelc.compile(model, "trn-like")
    (segment,) = accelc.simulate(compiled, timing_only=True).segments
    assert segment.simulation is not None
    return segment.simulation.total_ticks // compiled.target.time.domain["tensor"]


def inputs(m: int, k: int, n: int) -> dict[str, Array]:
    """Random inputs of the kernels; products have about unit variance."""
    rng = np.random.default_rng(0)
    return {
        "x": rng.standard_normal((m, k)).astype(np.float32),
        "w": (rng.standard_normal((k, n)) / np.sqrt(k)).astype(np.float32),
        "bias": rng.standard_normal(n).astype(np.float32),
    }


def error_of(result: KernelResult, x: Array, w: Array, bias: Array) -> float:
    """Largest distance from what NumPy computes in fp64."""
    z = x.astype(np.float64) @ w + bias
    expected = z / 2 * (1 + np.vectorize(erf)(z / np.sqrt(2)))
    return float(np.abs(result.outputs["y"] - expected).max())


def measure(reduced: bool) -> Iterator[Measurement]:
    """Errors and races of the kernel, and its cycles beside the compiler's."""
    written = example()
    for m, k, n in SIZES[:1] if reduced else SIZES:
        arrays, label = inputs(m, k, n), f"kernel {m}x{k}x{n}"
        result = written.run(**arrays)
        yield Measurement.at_most(f"{label}: largest error", error_of(result, **arrays), "", TOLERANCE)
        yield Measurement.at_most(f"{label}: races", float(len(result.races)), "races", 0.0)
        peer = compiled_cycles(network(arrays["w"], arrays["bias"], m))
        yield Measurement.reported(f"{label}: cycles", float(result.cycles), "cycles", float(peer))
        yield Measurement.at_most(f"{label}: over the compiler's", result.cycles / peer, "ratio", MARGIN)
        if (m, k, n) == SIZES[0]:
            # Larger networks the compiler cuts into tiles of its own, with stores of their own.
            single = one_store.compile(**arrays).time().cycles
            yield Measurement.at_most(f"{label}: the compiler's, over one store", peer / single, "ratio", BEHIND)

"""Nothing is global: threads that compile and simulate at the same time get what one thread alone gets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

import accelc
from accelc.kernels import Core, View, kernel

Array = npt.NDArray[Any]
THREADS = 4


def network(kind: str) -> ModelProto:
    """Two layers and a function between them."""
    rng = np.random.default_rng(0)
    weights = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in (("a", (24, 16)), ("b", (16, 8)))}
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["h"], "first"),
        helper.make_node(kind, ["h"], ["f"], kind.lower()),
        helper.make_node("MatMul", ["f", "b"], ["y"], "second"),
    ]
    graph = helper.make_graph(
        nodes,
        kind,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [12, 24])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [12, 8])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


X = np.random.default_rng(1).standard_normal((12, 24)).astype(np.float32)


@kernel(target="tiny")
def scaled(core: Core, x: View) -> None:
    """Twice x, in tiles."""
    y = core.output("y", x.shape, "fp32")
    for first in range(0, x.shape[0], 4):
        rows = slice(first, first + 4)
        tile = core.load(x[rows])
        core.tensor_scalar(tile, tile, "mul", 2.0)
        core.store(y[rows], tile)


def of_model(kind: str, target: str, precision: str) -> Callable[[], tuple[str, bytes, float]]:
    """Compile and simulate: text of the program, bytes of its output, time."""

    def work() -> tuple[str, bytes, float]:
        compiled = accelc.compile(network(kind), target, precision=precision)
        result = accelc.simulate(compiled, {"x": X})
        return compiled.program.disassemble(), result.outputs["y"].tobytes(), result.total_ns

    return work


def of_kernel() -> tuple[str, bytes, float]:
    compiled = scaled.compile(x=X)
    result = compiled.run(x=X)
    return compiled.program.disassemble(), result.outputs["y"].tobytes(), result.ns


def test_four_threads_get_what_one_gets() -> None:
    """Of different work at the same time, and of the same."""
    jobs = [of_model("Relu", "tiny", "model"), of_model("Sigmoid", "trn-like", "bf16"), of_kernel]
    alone = [job() for job in jobs]
    start = Barrier(THREADS)

    def together(thread: int) -> list[tuple[str, bytes, float]]:
        start.wait(60)
        order = [(thread + turn) % len(jobs) for turn in range(len(jobs))]
        done = {at: jobs[at]() for at in order}
        return [done[at] for at in range(len(jobs))]

    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(together, range(THREADS)):
            assert found == alone

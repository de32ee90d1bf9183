"""
Compiles layers of ResNet-50 for `trn-like` and times them on the simulator.

Run as `python -m benchmarks.simulator.validation.layer_speed NAME...`.

The layers are one model without connections between them, as the topology that SCALE-Sim reads is. Prints as JSON the
instructions of the streams, cycles of the array's clock until they are through, cycles in which the array takes in
operands, and the processor seconds that compiling and simulating (timing only, without the search for races) took.
Both are done for the smallest layer first, so that no import is measured.
"""

import json
import sys
from collections.abc import Sequence
from time import process_time
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from accelc.driver import compile_model
from accelc.isa.program import AcceleratorSegment
from accelc.simulator import SimulationResult, simulate
from benchmarks.simulator.validation.layers import Layer, resnet50_layers

RUNS = 5
"""Simulations of a program."""


def layers_model(layers: Sequence[Layer]) -> bytes:
    """The layers as an ONNX model, each with an input of its own, already padded; weights are zero."""
    nodes: list[NodeProto] = []
    inputs: list[ValueInfoProto] = []
    outputs: list[ValueInfoProto] = []
    weights: list[TensorProto] = []
    for one in layers:
        pixels = [(size - one.kernel) // one.stride + 1 for size in (one.height, one.width)]
        names = [f"{one.name}.{part}" for part in "xwy"]
        zeros = np.zeros((one.filters, one.channels, one.kernel, one.kernel), np.float32)
        nodes.append(helper.make_node("Conv", names[:2], names[2:], one.name, strides=[one.stride] * 2))
        weights.append(numpy_helper.from_array(zeros, names[1]))
        for values, name, size in (
            (inputs, names[0], [1, one.channels, one.height, one.width]),
            (outputs, names[2], [1, one.filters, *pixels]),
        ):
            values.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, size))
    graph = helper.make_graph(nodes, "layers", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()


def time_layers(layers: Sequence[Layer]) -> dict[str, Any]:
    """Compiles layers and simulates their streams; of several simulations of milliseconds the shortest counts."""
    model = layers_model(layers)
    begin = process_time()
    program = compile_model(model).program
    compiled = process_time()
    segments = [segment for segment in program.segments if isinstance(segment, AcceleratorSegment)]
    assert len(segments) == len(program.segments) == 1, "the layers run on the accelerator alone"
    (segment,) = segments
    delays = [slot.default for slot in segment.delays]
    seconds: list[float] = []
    results: list[SimulationResult] = []
    for _ in range(RUNS):
        start = process_time()
        results.append(simulate(segment.cores, program.target, functional=False, races=False, delays=delays))
        seconds.append(process_time() - start)
    result = results[0]
    return {
        "instructions": result.instructions,
        "cycles": result.total_ticks // program.target.domain("tensor"),
        "array_cycles": result.tensor_cycles,
        "compile_seconds": compiled - begin,
        "simulate_seconds": min(seconds),
    }


def main() -> None:
    """Time the layers named on the command line, in one run."""
    layers = [layer for layer in resnet50_layers() if layer.name in sys.argv[1:]]
    time_layers(sorted(layers, key=lambda layer: layer.vectors * layer.depth * layer.filters)[:1])
    print(json.dumps(time_layers(layers)))


if __name__ == "__main__":
    main()

"""Builds small partitions and checks every level of their compilation against the level above."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import tensor_type
from accelc.dialects.graph_ops.element_types import array_type, dtype_of
from accelc.interpreters.engine import run_engine
from accelc.interpreters.graph import run_block
from accelc.isa.program import Program, ValueType
from accelc.lowering import Budget, lower_partition
from accelc.passes.rebufferize_inplace import rebufferize
from accelc.passes.set_precision import set_precision
from accelc.pipelines import CompiledPartition, compile_partition
from accelc.runtime.execute import execute
from accelc.simulator import SimulationResult
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

Array = npt.NDArray[Any]


class Body:
    """A partition under construction: appends operations; weights get names of their own."""

    def __init__(self, inputs: Sequence[Array]) -> None:
        self.block = Block(arg_types=[array_type(a) for a in inputs])
        self.weights: dict[str, Array] = {}

    @property
    def args(self) -> Sequence[SSAValue]:
        """The partition's inputs."""
        return self.block.args

    def add(self, op: Operation) -> SSAValue:
        """Append an operation; its first result."""
        self.block.add_op(op)
        return op.results[0]

    def weight(self, data: Array) -> SSAValue:
        """Append a weight holding `data`."""
        name = f"w{len(self.weights)}"
        self.weights[name] = data
        return self.add(graph.WeightOp(name, array_type(data)))


Build = Callable[[Body], Sequence[SSAValue]]


def partition_of(inputs: Sequence[Array], build: Build) -> tuple[graph.PartitionOp, dict[str, Array]]:
    """An accelerator partition (in a function, in a module) that yields what `build` returns, and its weights."""
    body = Body(inputs)
    results = build(body)
    body.block.add_op(graph.YieldOp(results))
    kinds = [value.type for value in results]
    function = graph.FuncOp("main", ([a.type for a in body.args], kinds))
    partition = graph.PartitionOp("accelerator", function.body.block.args, kinds, Region(body.block))
    function.body.block.add_ops([partition, graph.ReturnOp(partition.outputs)])
    ModuleOp([function]).verify()
    return partition, body.weights


def check_lowering(
    inputs: Sequence[Array],
    build: Build,
    target: str | Path,
    tolerance: float = 2e-5,
    resident: float = 0.5,
    precision: str = "model",
) -> None:
    """
    Asserts that the engine program equals the graph within `tolerance` of the largest finite value (integers, NaN and
    infinities exactly), and that the scheduled
    and tiled program and the simulated streams equal each other bit for bit; all after `set-precision` and
    `rebufferize-inplace`.
    """
    partition, weights = partition_of(inputs, build)
    module = partition.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    machine = load_target(target)
    set_precision(module, weights, precision, thin=0)
    rebufferize(partition.body.block, (), machine)
    module.verify()
    expected = [np.asarray(v) for v in run_block(partition.body.block, list(inputs), weights)]
    lowered = lower_partition(partition, weights, machine, Budget(resident=resident))
    lowered.program.verify()
    bound = {**lowered.weights, **arguments(inputs)}
    outputs = run_engine(lowered.program, machine, bound)
    for index, value in enumerate(expected):
        got = outputs[f"out{index}"].reshape(value.shape)
        if value.dtype.kind in "iub":
            np.testing.assert_array_equal(got, value.astype(got.dtype), f"result {index}")
            continue
        got, value = got.astype(np.float64), value.astype(np.float64)
        finite = np.isfinite(value)
        np.testing.assert_array_equal(got[~finite], value[~finite], f"result {index}")
        scale = max(float(np.abs(value[finite]).max(initial=0.0)), 1e-3)
        worst = float(np.abs(got[finite] - value[finite]).max(initial=0.0))
        assert worst <= tolerance * scale, f"result {index}: {worst} off, largest value {scale}"
    compiled, simulated, _ = simulate_partition(partition, weights, inputs, target)
    tiled = run_engine(compiled.program, machine, {**stored_weights(compiled), **arguments(inputs)})
    for index, value in enumerate(simulated):
        bits = np.ascontiguousarray(value).reshape(-1).view(np.uint8), tiled[f"out{index}"].view(np.uint8)
        np.testing.assert_array_equal(*bits, f"bytes of result {index}")


def arguments(inputs: Sequence[Array]) -> dict[str, Array]:
    """Inputs under the symbols of their buffers."""
    stored = (a.view(np.uint8) if a.dtype == np.bool_ else a for a in map(np.ascontiguousarray, inputs))
    return {f"in{i}": a for i, a in enumerate(stored)}


def stored_weights(compiled: CompiledPartition) -> dict[str, Array]:
    """Weight buffers of a compiled partition under their symbols."""
    prefix = f"{compiled.segment.name}."
    return {name.removeprefix(prefix): data for name, data in compiled.weights.items()}


def simulate_partition(
    partition: graph.PartitionOp, weights: Mapping[str, Array], inputs: Sequence[Array], target: str | Path
) -> tuple[CompiledPartition, list[Array], SimulationResult]:
    """A compiled partition, its outputs in the simulator, and what the simulator counted; asserts it has no race."""
    machine = load_target(target)
    names = tuple(f"x{i}" for i in range(len(inputs)))
    results = tuple(f"y{i}" for i in range(len(partition.outputs)))
    compiled = compile_partition(partition, "part", names, results, weights, machine)
    program = Program(
        canonical_toml(machine),
        tuple(ValueType(name, a.dtype.name, a.shape) for name, a in zip(names, inputs, strict=True)),
        tuple(
            ValueType(name, dtype_of(value).name, tensor_type(value).get_shape())
            for name, value in zip(results, partition.outputs, strict=True)
        ),
        (compiled.segment,),
        compiled.weights,
    )
    execution = execute(program, machine, dict(zip(names, inputs, strict=True)))
    simulation = execution.segments[0].simulation
    assert simulation is not None
    assert not simulation.races
    return compiled, [execution.outputs[name] for name in results], simulation

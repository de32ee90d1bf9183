"""Random graphs: the reference, the interpreters of every level and the simulator agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

import accelc
from accelc.dialects.engine import Engine, ProgramOp
from accelc.interpreters.engine import run_engine
from accelc.isa.program import AcceleratorSegment, HostSegment
from accelc.report.figures import race_count
from accelc.runtime.compare import compare
from accelc.runtime.reference import reference_outputs

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

UNARY = ("Relu", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Sqrt", "Erf")
BINARY = ("Add", "Sub", "Mul", "Max", "Min")


@dataclass
class Network:
    """A graph under construction; values are (name, shape) of float32 tensors."""

    seed: int
    nodes: list[NodeProto] = field(default_factory=list[NodeProto])
    weights: dict[str, Array] = field(default_factory=dict[str, Array])
    values: list[tuple[str, Shape]] = field(default_factory=list[tuple[str, Shape]])

    def weight(self, shape: Shape) -> str:
        """A new weight with elements of the size that keeps sums near 1."""
        name = f"w{len(self.weights)}"
        rng = np.random.default_rng([self.seed, len(self.weights)])
        scale = 1 / np.sqrt(max(np.prod(shape[1:]), 1))
        self.weights[name] = (rng.standard_normal(shape) * scale).astype(np.float32)
        return name

    def add(self, kind: str, inputs: Sequence[str], shape: Shape, **attributes: Any) -> None:
        """Append a node and its value."""
        name = f"v{len(self.values)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], f"{kind.lower()}_{name}", **attributes))
        self.values.append((name, shape))

    def model(self) -> ModelProto:
        """The model; the input and every value nobody reads are its interface."""
        read = {name for node in self.nodes for name in node.input}
        outputs = [(name, shape) for name, shape in self.values if name not in read]
        (first, shape), *_ = self.values
        graph = helper.make_graph(
            self.nodes,
            "fuzz",
            [helper.make_tensor_value_info(first, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, s) for name, s in outputs],
            [numpy_helper.from_array(array, name) for name, array in self.weights.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@st.composite
def networks(draw: st.DrawFn) -> ModelProto:
    """Small image networks: convolutions, pools, products, elementwise work, branches, movement."""
    net = Network(draw(st.integers(0, 2**16)))
    net.values.append(("v0", (1, draw(st.integers(1, 6)), draw(st.integers(2, 7)), draw(st.integers(2, 7)))))
    for _ in range(draw(st.integers(1, 6))):
        name, shape = draw(st.sampled_from(net.values))
        _grow(draw, net, name, shape)
    return net.model()


def _grow(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    kinds = [_unary, _binary, _scale, _transpose, _reshape, _reduce, _concat]
    kinds += [_convolve, _pool] if len(shape) == 4 else [_product, _softmax]
    draw(st.sampled_from(kinds))(draw, net, name, shape)


def _unary(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    kind = draw(st.sampled_from(UNARY))
    if kind == "Sqrt":
        net.add("Abs", [name], shape)
        name = net.values[-1][0]
    net.add(kind, [name], shape)


def _binary(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    same = [other for other, s in net.values if s == shape]
    net.add(draw(st.sampled_from(BINARY)), [name, draw(st.sampled_from(same))], shape)


def _scale(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    kept = draw(st.integers(0, len(shape) - 1))
    wanted = tuple(size if axis == kept else 1 for axis, size in enumerate(shape))
    net.add(draw(st.sampled_from(BINARY)), [name, net.weight(wanted)], shape)


def _transpose(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    order = draw(st.permutations(range(len(shape))))
    net.add("Transpose", [name], tuple(shape[axis] for axis in order), perm=list(order))


def _reshape(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    wanted = (shape[0] * shape[1], int(np.prod(shape[2:])))
    constant = f"s{len(net.weights)}"
    net.weights[constant] = np.array(wanted, np.int64)
    net.add("Reshape", [name, constant], wanted)


def _reduce(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    axis = draw(st.integers(0, len(shape) - 1))
    kind = draw(st.sampled_from(["ReduceMean", "ReduceMax"]))
    net.add(kind, [name], (*shape[:axis], 1, *shape[axis + 1 :]), axes=[axis])


def _concat(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    axis = draw(st.integers(0, len(shape) - 1))
    net.add("Concat", [name, name], (*shape[:axis], 2 * shape[axis], *shape[axis + 1 :]), axis=axis)


def _pool(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    kind = draw(st.sampled_from(["MaxPool", "AveragePool"]))
    stride = draw(st.integers(1, 2))
    out = tuple((size - 1) // stride + 1 for size in shape[2:])
    attributes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [stride, stride]}
    net.add(kind, [name], (*shape[:2], *out), **attributes)


def _product(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    columns = draw(st.integers(1, 9))
    net.add("MatMul", [name, net.weight((shape[-1], columns))], (*shape[:-1], columns))


def _softmax(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    net.add("Softmax", [name], shape, axis=-1)


def _convolve(draw: st.DrawFn, net: Network, name: str, shape: Shape) -> None:
    group = shape[1] if draw(st.booleans()) else 1
    channels = group * draw(st.integers(1, 5)) if group == 1 else group
    kernel, stride = draw(st.sampled_from([1, 3])), draw(st.integers(1, 2))
    out = tuple((size - 1) // stride + 1 for size in shape[2:])
    weight = net.weight((channels, shape[1] // group, kernel, kernel))
    attributes = {"group": group, "pads": [kernel // 2] * 4, "strides": [stride, stride]}
    net.add("Conv", [name, weight, net.weight((channels,))], (shape[0], channels, *out), **attributes)


def parsed(path: Path) -> ProgramOp:
    """The `engine.program` in a file."""
    context = Context()
    for dialect in (Builtin, Engine):
        context.load_dialect(dialect)
    (program,) = Parser(context, path.read_text(encoding="utf-8")).parse_module().ops
    assert isinstance(program, ProgramOp)
    return program


def segment_levels(
    compiled: accelc.CompiledModel, segment: AcceleratorSegment, values: Mapping[str, Array], folder: Path
) -> None:
    """One segment at the levels `engine` and `tile` and in the simulator, alone."""
    program, prefix = compiled.program, f"{segment.name}."
    weights = {b.name.removeprefix(prefix): program.weights[b.name] for b in segment.bindings if b.role == "weight"}
    bindings = weights | {f"in{index}": values[name] for index, name in enumerate(segment.inputs)}
    engine = parsed(next(folder.glob(f"*-{segment.name}-assign-memory.mlir")))
    levels = [run_engine(p, compiled.target, bindings) for p in (engine, compiled.engine_programs[segment.name])]
    for index, name in enumerate(segment.outputs):
        for found in levels:
            assert found[f"out{index}"].tobytes() == values[name].tobytes()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(networks(), st.sampled_from(["tiny", "gemmini-like", "trn-like"]))
def test_random_networks_agree_at_every_level(model: ModelProto, target: str) -> None:
    (spec,) = model.graph.input
    shape = [dim.dim_value for dim in spec.type.tensor_type.shape.dim]
    inputs = {spec.name: np.random.default_rng(0).standard_normal(shape).astype(np.float32)}
    with TemporaryDirectory() as folder:
        compiled = accelc.compile(model, target, save_ir=folder)
        result = accelc.simulate(compiled, inputs)
        outputs = [np.asarray(result.outputs[value.name]) for value in compiled.program.outputs]
        reference = reference_outputs(model, inputs)
        comparison = compare(reference.oracle, outputs, reference.outputs, "model")
        assert comparison.within_tolerance, comparison
        assert race_count(result) == 0
        assert result.total_ns >= compiled.lower_bound.ns
        segments = compiled.program.segments
        if len(segments) == 1 and not isinstance(segments[0], HostSegment):
            segment_levels(compiled, segments[0], inputs | dict(result.outputs), Path(folder))

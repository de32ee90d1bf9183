"""Every operation the accelerator takes, on every preset, against the graph's reference semantics."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from lowering_support import Body, Build, check_lowering, partition_of, simulate_partition
from xdsl.dialects.builtin import ModuleOp, TensorType, bf16, f32
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.engine import ActivateOp, LaneOp, TensorTensorOp, buffer_type
from accelc.lowering import lower_partition
from accelc.passes.set_precision import set_precision
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

pytestmark = pytest.mark.usefixtures("estimated_schedules")

Array = npt.NDArray[Any]
PRESETS = ("trn-like", "tpu-like", "gemmini-like", "tiny")


def normal(*shape: int, seed: int = 0) -> Array:
    """Seeded normal values."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def conv(weight: Sequence[int], bias: bool = False, **options: Any) -> Build:
    """A convolution with seeded weights."""

    def build(body: Body) -> list[SSAValue]:
        extra = body.weight(normal(weight[0], seed=2)) if bias else None
        return [body.add(graph.ConvOp(body.args[0], body.weight(normal(*weight, seed=1)), bias=extra, **options))]

    return build


def single(kind: Any, *options: Any, **named: Any) -> Build:
    """One operation over all inputs."""
    return lambda body: [body.add(kind(*body.args, *options, **named))]


CONVOLUTIONS = {
    "pointwise": ((1, 5, 4, 4), conv((6, 5, 1, 1))),
    "bias": ((1, 3, 5, 5), conv((4, 3, 3, 3), bias=True, pads=(1, 1, 1, 1))),
    "strided": ((1, 2, 7, 7), conv((3, 2, 3, 3), strides=(2, 2), pads=(1, 1, 1, 1))),
    "uneven_pads": ((1, 6, 5, 6), conv((3, 6, 3, 2), pads=(0, 1, 2, 0))),
    "dilated": ((1, 2, 9, 9), conv((2, 2, 3, 3), dilations=(2, 3))),
    "grouped": ((1, 6, 4, 4), conv((9, 2, 3, 3), group=3, pads=(1, 1, 1, 1))),
    "depthwise": ((1, 10, 5, 5), conv((10, 1, 3, 3), group=10, pads=(1, 1, 1, 1))),
    "batch": ((3, 2, 4, 4), conv((2, 2, 3, 3))),
    "one_axis": ((2, 3, 12), conv((4, 3, 3), bias=True, strides=(2,), pads=(1, 0))),
    "wide": ((1, 1, 2, 40), conv((2, 1, 1, 3))),
    "many_channels": ((1, 9, 3, 3), conv((11, 9, 2, 2))),
}


@pytest.mark.parametrize("target", PRESETS)
@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_conv(case: str, target: str) -> None:
    """Windows, strides, dilations, groups and pads in all places."""
    shape, build = CONVOLUTIONS[case]
    check_lowering([normal(*shape)], build, target)


def with_constant(kind: Any, shape: Sequence[int], left: bool = False) -> Build:
    """A binary operation of the input and a weight."""

    def build(body: Body) -> list[SSAValue]:
        weight = body.weight(normal(*shape, seed=3) + np.float32(2.5))
        operands = (weight, body.args[0]) if left else (body.args[0], weight)
        return [body.add(kind(*operands))]

    return build


MATMULS = {
    "constant_right": ([(7, 9)], with_constant(graph.MatmulOp, (9, 5))),
    "constant_left": ([(9, 7)], with_constant(graph.MatmulOp, (5, 9), left=True)),
    "batched_constant": ([(2, 3, 6)], with_constant(graph.MatmulOp, (6, 8))),
    "four_axes": ([(2, 2, 3, 6)], with_constant(graph.MatmulOp, (6, 5))),
    "constant_left_batched": ([(2, 6, 3)], with_constant(graph.MatmulOp, (5, 6), left=True)),
    "computed": ([(5, 6), (6, 7)], single(graph.MatmulOp)),
    "computed_batch": ([(2, 3, 5, 6), (2, 3, 6, 4)], single(graph.MatmulOp)),
    "broadcast_batch": ([(3, 5, 6), (6, 4)], single(graph.MatmulOp)),
    "constant_batch": ([(2, 5, 6)], with_constant(graph.MatmulOp, (2, 6, 4))),
}


@pytest.mark.parametrize("target", PRESETS)
@pytest.mark.parametrize("case", MATMULS)
def test_matmul(case: str, target: str) -> None:
    """Constant and computed operands on either side."""
    shapes, build = MATMULS[case]
    check_lowering([normal(*s, seed=i) for i, s in enumerate(shapes)], build, target)


UNARY = (
    graph.ReluOp,
    graph.ExpOp,
    graph.TanhOp,
    graph.SigmoidOp,
    graph.ErfOp,
    graph.GeluOp,
    graph.SiluOp,
    graph.AbsOp,
    graph.NegOp,
    graph.SquareOp,
    graph.IdentityOp,
)
POSITIVE = (graph.LogOp, graph.SqrtOp, graph.RsqrtOp, graph.ReciprocalOp)


@pytest.mark.parametrize("target", ["trn-like", "gemmini-like"])
@pytest.mark.parametrize("kind", [*UNARY, *POSITIVE])
def test_unary(kind: Any, target: str) -> None:
    """Functions of the scalar engine, and what stands in for those it lacks."""
    x = normal(3, 20)
    check_lowering([np.abs(x) + np.float32(0.5) if kind in POSITIVE else x], single(kind), target)


BINARY = (graph.AddOp, graph.SubOp, graph.MulOp, graph.DivOp, graph.MaxOp, graph.MinOp)
BROADCASTS = [
    ((4, 6), (4, 6)),
    ((2, 5, 6), (6,)),
    ((2, 5, 6), (5, 1)),
    ((2, 1, 6), (5, 1)),
    ((3, 4), ()),
    ((1,), (7, 3)),
]


@pytest.mark.parametrize("target", ["trn-like", "tiny"])
@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("shapes", BROADCASTS)
def test_binary(kind: Any, shapes: tuple[Sequence[int], Sequence[int]], target: str) -> None:
    """Arithmetic with NumPy broadcasting."""
    left, right = normal(*shapes[0]), normal(*shapes[1], seed=1)
    check_lowering([left, np.asarray(np.abs(right) + np.float32(0.5))], single(kind), target)


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("shape", [(), (6,), (5, 1)])
def test_binary_with_constant(kind: Any, left: bool, shape: Sequence[int]) -> None:
    """Constants of one element become immediates, others are loaded; on both sides."""
    x = np.abs(normal(2, 5, 6)) + np.float32(0.5)
    check_lowering([x], with_constant(kind, shape, left), "trn-like")


REDUCTIONS = [
    ((4, 6), (1,)),
    ((4, 6), (0,)),
    ((2, 5, 6), (0, 2)),
    ((2, 5, 6), (0, 1, 2)),
    ((9,), (0,)),
    ((2, 3, 4, 5), (2, 3)),
]


@pytest.mark.parametrize("target", PRESETS)
@pytest.mark.parametrize("kind", ["sum", "mean", "max", "min"])
@pytest.mark.parametrize(("shape", "axes"), REDUCTIONS)
def test_reduce(shape: Sequence[int], axes: Sequence[int], kind: str, target: str) -> None:
    """Free axes, the partition axis, all axes; with and without keeping them."""
    for keepdims in (True, False):
        build = single(graph.ReduceOp, kind, axes, keepdims=keepdims)
        check_lowering([normal(*shape)], build, target)


@pytest.mark.parametrize("kind", ["sum", "max"])
@pytest.mark.parametrize("axis", [1, 2])
def test_reduce_what_was_computed(kind: str, axis: int) -> None:
    """The reduced tensor lies on chip across the reduced axis, and the result is broadcast back over it."""

    def build(body: Body) -> list[SSAValue]:
        y = body.add(graph.MatmulOp(body.args[0], body.weight(normal(6, 9, seed=4))))
        total = body.add(graph.ReduceOp(y, kind, [axis], keepdims=True))
        return [body.add(graph.SubOp(y, body.add(graph.TanhOp(total))))]

    check_lowering([normal(2, 5, 6)], build, "trn-like")
    check_lowering([normal(2, 5, 6)], build, "tpu-like")


POOLS = {
    "plain": ((1, 3, 6, 6), {"kernel": (2, 2), "strides": (2, 2)}),
    "overlapping": ((1, 3, 7, 7), {"kernel": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1)}),
    "rectangular": ((1, 2, 5, 8), {"kernel": (1, 3), "strides": (1, 2), "pads": (0, 1, 0, 0)}),
    "dilated": ((2, 2, 8, 8), {"kernel": (2, 2), "dilations": (2, 3)}),
    "one_axis": ((1, 3, 10), {"kernel": (3,), "strides": (2,), "pads": (1, 1)}),
}


@pytest.mark.parametrize("target", PRESETS)
@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("case", POOLS)
def test_pool(case: str, kind: str, target: str) -> None:
    """Windows that overlap, are cut by the border, or lie apart."""
    shape, options = POOLS[case]
    check_lowering([normal(*shape)], single(graph.PoolOp, kind, **options), target)


def test_pool_ceil_mode_and_counted_pads() -> None:
    """A last window may start before the padding ends; an average may count the padding."""
    result = TensorType(f32, [1, 2, 3, 3])
    ceil = single(graph.PoolOp, "average", (3, 3), result, strides=(2, 2))
    check_lowering([normal(1, 2, 6, 6)], ceil, "trn-like")
    counted = single(graph.PoolOp, "average", (3, 3), pads=(1, 1, 1, 1), count_include_pad=True)
    check_lowering([normal(1, 2, 6, 6)], counted, "trn-like")


def test_convolution_chain_with_residual_and_halo() -> None:
    """Padding written around a result once, a residual and an activation fused into the second product."""

    def build(body: Body) -> list[SSAValue]:
        x = body.args[0]
        a = body.add(graph.ConvOp(x, body.weight(normal(8, 8, 1, 1, seed=1)), body.weight(normal(8, seed=2))))
        a = body.add(graph.ReluOp(a))
        pooled = body.add(graph.PoolOp(a, "max", (3, 3), strides=(1, 1), pads=(1, 1, 1, 1)))
        b = body.add(graph.ConvOp(pooled, body.weight(normal(8, 8, 3, 3, seed=3)), pads=(1, 1, 1, 1)))
        c = body.add(graph.AddOp(b, a))
        return [body.add(graph.ReluOp(c)), a]

    for target in PRESETS:
        check_lowering([normal(1, 8, 6, 6)], build, target)
        check_lowering([normal(1, 8, 6, 6)], build, target, resident=0.0)


def movement(*steps: Any) -> Build:
    """A chain of unary builders on the first input."""

    def build(body: Body) -> list[SSAValue]:
        value = body.args[0]
        for kind, options in steps:
            value = body.add(kind(value, **options))
        return [value]

    return build


def reshaped(*shape: int) -> Any:
    """Reshape step."""
    return (graph.ReshapeOp, {"shape": shape})


MOVEMENTS = {
    "transpose": movement((graph.TransposeOp, {"perm": (2, 0, 1)})),
    "transpose_computed": movement((graph.ReluOp, {}), (graph.TransposeOp, {"perm": (1, 0, 2)}), (graph.TanhOp, {})),
    "slice": movement((graph.SliceOp, {"starts": (0, 1, 2), "steps": (1, 2, 1), "sizes": (2, 2, 3)})),
    "slice_computed": movement(
        (graph.ReluOp, {}), (graph.SliceOp, {"starts": (0, 3, 4), "steps": (1, -1, -2), "sizes": (2, 3, 2)})
    ),
    "pad": movement((graph.PadOp, {"low": (0, 1, 2), "high": (1, 0, 3), "interior": (0, 0, 0), "value": 1.5})),
    "pad_interior": movement(
        (graph.ReluOp, {}), (graph.PadOp, {"low": (0, 0, 1), "high": (0, 0, 1), "interior": (0, 1, 2)})
    ),
    "reshape": movement(reshaped(4, 15)),
    "reshape_computed": movement((graph.ReluOp, {}), reshaped(3, 20), (graph.TanhOp, {}), reshaped(5, 2, 6)),
}


@pytest.mark.parametrize("target", PRESETS)
@pytest.mark.parametrize("case", MOVEMENTS)
def test_movement(case: str, target: str) -> None:
    """Views and copies, of inputs and of computed tensors."""
    check_lowering([normal(2, 5, 6)], MOVEMENTS[case], target, tolerance=1e-6)


@pytest.mark.parametrize("target", PRESETS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_concat(axis: int, target: str) -> None:
    """Operands of unequal sizes, in HBM and on chip, across partitions in the middle of a tile."""

    def build(body: Body) -> list[SSAValue]:
        left, right = body.args
        values = [left, body.add(graph.ReluOp(right)), body.add(graph.TanhOp(left))]
        return [body.add(graph.NegOp(body.add(graph.ConcatOp(values, axis))))]

    other = [2, 3, 5]
    other[axis] += 2
    check_lowering([normal(2, 3, 5), normal(*other, seed=1)], build, target, tolerance=1e-6)


def test_concat_of_convolutions_is_written_in_place() -> None:
    """Branches whose channels start a tile go straight into the result."""

    def build(body: Body) -> list[SSAValue]:
        x = body.args[0]
        branches = [
            body.add(graph.ReluOp(body.add(graph.ConvOp(x, body.weight(normal(m, 4, 1, 1, seed=m))))))
            for m in (128, 128, 40)
        ]
        return [body.add(graph.TanhOp(body.add(graph.ConcatOp(branches, 1))))]

    check_lowering([normal(1, 4, 3, 3)], build, "trn-like")


def test_insert_slice_and_broadcast() -> None:
    """A region replaced with a stride; a tensor repeated along several axes."""

    def build(body: Body) -> list[SSAValue]:
        source, dest = body.args
        inserted = body.add(graph.InsertSliceOp(source, dest, (1, 0), (2, 3)))
        wide = body.add(graph.BroadcastOp(body.add(graph.ReluOp(source)), (3, 2, 3)))
        return [inserted, wide]

    for target in PRESETS:
        check_lowering([normal(2, 3), normal(5, 9, seed=1)], build, target, tolerance=1e-6)


def test_bf16_and_casts() -> None:
    """Products and functions in bf16 between casts: rounded where the graph rounds, within a bf16 step."""

    def build(body: Body) -> list[SSAValue]:
        x = body.add(graph.CastOp(body.args[0], TensorType(bf16, [1, 6, 5, 5])))
        w = body.weight(normal(7, 6, 3, 3, seed=1).astype(ml_dtypes.bfloat16))
        y = body.add(graph.SigmoidOp(body.add(graph.ConvOp(x, w))))
        return [body.add(graph.CastOp(y, TensorType(f32, [1, 7, 3, 3])))]

    check_lowering([normal(1, 6, 5, 5)], build, "trn-like", tolerance=1e-2)
    check_lowering([normal(1, 6, 5, 5)], build, "tpu-like", tolerance=1e-2)


def test_products_in_bf16_within_f32() -> None:
    """
    `set-precision` rounds what products multiply where it is made: no instruction is added for it. Residual, bias and
    function of a product are applied in f32, and so is everything else.
    """

    def build(body: Body) -> list[SSAValue]:
        w, v = (body.weight(normal(6, 6, 3, 3, seed=s) / 8) for s in (1, 2))
        y = body.add(graph.SigmoidOp(body.add(graph.ConvOp(body.args[0], w, pads=(1, 1, 1, 1)))))
        z = body.add(graph.AddOp(body.add(graph.ConvOp(y, v, pads=(1, 1, 1, 1))), body.args[0]))
        pooled = body.add(graph.PoolOp(body.add(graph.TanhOp(z)), "max", (2, 2)))
        flat = body.add(graph.ReshapeOp(pooled, (16, 6)))
        return [body.add(graph.MatmulOp(flat, body.weight(normal(6, 3, seed=3)))), z]

    inputs = [normal(1, 6, 5, 5)]
    names: dict[str, list[str]] = {}
    for target in PRESETS:
        check_lowering(inputs, build, target, tolerance=1e-2, precision="bf16")
    for precision in ("model", "bf16"):
        partition, weights = partition_of(inputs, build)
        module = partition.get_toplevel_object()
        assert isinstance(module, ModuleOp)
        set_precision(module, weights, precision, thin=0)
        program = lower_partition(partition, weights, load_target("trn-like")).program
        ops = [op.name for op in program.body.block.ops if isinstance(op, LaneOp)]
        # Nothing computes the input of the partition, so that takes an instruction.
        names[precision] = ops[ops.index("engine.matmul") :]
    assert names["bf16"] == names["model"]


def test_a_cast_to_a_wider_type_keeps_the_rounding_before_it() -> None:
    """What a bf16 operation gives is rounded to bf16, also where only a cast to f32 uses it."""

    def build(body: Body) -> list[SSAValue]:
        x = body.add(graph.CastOp(body.args[0], TensorType(bf16, [6, 40])))
        return [body.add(graph.CastOp(body.add(graph.ExpOp(x)), TensorType(f32, [6, 40])))]

    inputs = [normal(6, 40)]
    partition, weights = partition_of(inputs, build)
    _, (result,), _ = simulate_partition(partition, weights, inputs, "trn-like")
    np.testing.assert_array_equal(result, result.astype(ml_dtypes.bfloat16).astype(np.float32))


def test_sums_round_once() -> None:
    """Where a function follows the residual of a product, their sum stays in the accumulator's precision."""

    def build(body: Body) -> list[SSAValue]:
        w = body.weight(normal(6, 6, 1, 1, seed=1))
        z = body.add(graph.AddOp(body.add(graph.ConvOp(body.args[0], w)), body.args[0]))
        t = body.add(graph.CastOp(body.add(graph.TanhOp(z)), TensorType(bf16, [1, 6, 5, 5])))
        return [t]

    check_lowering([normal(1, 6, 5, 5)], build, "trn-like", tolerance=1e-2)
    partition, weights = partition_of([normal(1, 6, 5, 5)], build)
    program = lower_partition(partition, weights, load_target("trn-like")).program
    (total,) = [op for op in program.body.block.ops if isinstance(op, TensorTensorOp)]
    (function,) = [op for op in program.body.block.ops if isinstance(op, ActivateOp)]
    assert total.out is function.source
    assert buffer_type(total.out).dtype == "fp32"
    assert buffer_type(function.out).dtype == "bf16"


def test_inputs_and_constants_returned_as_they_are() -> None:
    """A partition may yield its argument or a weight."""

    def build(body: Body) -> list[SSAValue]:
        return [body.args[0], body.weight(normal(4, seed=5)), body.add(graph.ReluOp(body.args[0]))]

    check_lowering([normal(3, 3)], build, "trn-like", tolerance=0.0)


@pytest.mark.parametrize("kind", ["sum", "max"])
@pytest.mark.parametrize("shape", [(2, 1500), (1500,), (3, 1, 1100)])
def test_reduce_of_what_no_partition_holds(kind: str, shape: Sequence[int]) -> None:
    """Reduced in parts where one row is longer than a partition, from HBM and after a computation."""
    axes = [len(shape) - 1]
    check_lowering([normal(*shape)], single(graph.ReduceOp, kind, axes), "tiny", tolerance=1e-4)

    def build(body: Body) -> list[SSAValue]:
        total = body.add(graph.ReduceOp(body.add(graph.TanhOp(body.args[0])), kind, axes, keepdims=True))
        return [body.add(graph.SubOp(body.args[0], total))]

    check_lowering([normal(*shape)], build, "tiny", tolerance=1e-4)


@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (8, 4), (4, 8)])
def test_reduce_beside_an_array_that_is_smaller(rows: int, columns: int, tmp_path: Path) -> None:
    """An array with fewer rows or columns than there are partitions takes no part in a sum over partitions."""
    text = canonical_toml(load_target("tiny"))
    for table in ("sbuf", "psum"):
        head, tail = text.split(f"[memory.{table}]")
        text = f"{head}[memory.{table}]" + tail.replace("partitions = 4", "partitions = 8", 1)
    text = text.replace("rows = 4", f"rows = {rows}").replace("cols = 4", f"cols = {columns}")
    text = text.replace("max_parts = 4", "max_parts = 8").replace(
        "tiling = [[4, 4]]", f"tiling = [[{rows}, {columns}]]"
    )
    machine = tmp_path / "machine.toml"
    machine.write_text(text)

    def build(body: Body) -> list[SSAValue]:
        y = body.add(graph.ExpOp(body.args[0]))
        return [body.add(graph.DivOp(y, body.add(graph.ReduceOp(y, "sum", [1], keepdims=True))))]

    check_lowering([normal(3, 17)], build, machine)


def test_fused_operations_keep_their_places() -> None:
    """What leaves PSUM is located at the residual and the function, the product at the convolution."""

    def build(body: Body) -> list[SSAValue]:
        x = body.args[0]
        conv = body.add(graph.ConvOp(x, body.weight(normal(4, 4, 1, 1)), loc_name="conv"))
        return [body.add(graph.ReluOp(body.add(graph.AddOp(conv, x, loc_name="add")), loc_name="relu"))]

    partition, weights = partition_of([normal(1, 4, 3, 3)], build)
    places: dict[str, set[str]] = {}
    for op in lower_partition(partition, weights, load_target("tiny")).program.body.block.ops:
        if isinstance(op, LaneOp) and op.loc_name is not None:
            places.setdefault(op.loc_name.data, set()).add(op.name)
    assert places["add"] == {"engine.tensor_tensor"}
    assert "engine.activate" in places["relu"]
    assert "engine.matmul" in places["conv"]

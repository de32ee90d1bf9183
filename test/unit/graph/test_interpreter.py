"""The NumPy semantics of `graph` operations, against onnxruntime and hand-computed values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import ml_dtypes
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort  # pyright: ignore[reportMissingTypeStubs]
import pytest
from onnx import helper
from xdsl.dialects.builtin import ModuleOp, TensorType, bf16, f16, f32, f64, i8, i32, i64
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import array_to_dense, array_type, dense_to_array, dtype_of_element
from accelc.errors import ModelError
from accelc.interpreters.graph import EVALUATORS, run

Array = npt.NDArray[Any]
Build = Callable[..., graph.GraphOp]
RNG = np.random.default_rng(7)


def floats(*shape: int) -> Array:
    """Seeded normal values, f32."""
    return RNG.standard_normal(shape).astype(np.float32)


def program(arrays: Sequence[Array], build: Callable[[Sequence[SSAValue]], Sequence[Operation]]) -> graph.FuncOp:
    """A function of the arrays' types that returns the results of the last operation."""
    types = [array_type(a) for a in arrays]
    function = graph.FuncOp("main", (types, []))
    ops = build(function.body.block.args)
    function.body.block.add_ops([*ops, graph.ReturnOp(ops[-1].results)])
    results = [r.type for r in ops[-1].results]
    made = graph.FuncOp("main", (types, results), function.detach_region(0))
    ModuleOp([made]).verify()
    return made


def execute(build: Build, *arrays: Array, **options: Any) -> list[Array]:
    """Results of one operation on arrays."""
    return run(program(arrays, lambda args: [build(*args, **options)]), arrays, {})


def onnx_run(op_type: str, *arrays: Array | None, outputs: int = 1, opset: int = 17, **attributes: Any) -> list[Array]:
    """Results of one ONNX node in onnxruntime; None is an omitted optional input."""
    names = ["" if a is None else f"x{i}" for i, a in enumerate(arrays)]
    produced = [f"y{i}" for i in range(outputs)]
    present = {n: a for n, a in zip(names, arrays, strict=True) if a is not None}
    inputs = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in present.items()
    ]
    node = helper.make_node(op_type, names, produced, **attributes)
    model = helper.make_model(
        helper.make_graph([node], "g", inputs, [onnx.ValueInfoProto(name=n) for n in produced]),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=8,
    )
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return cast(list[Array], session.run(None, present))  # pyright: ignore[reportUnknownMemberType]


def check(found: Sequence[Array], expected: Sequence[Array], tolerance: float = 2e-6) -> None:
    """Same count, dtype, shape; values close."""
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


UNARY: Mapping[str, tuple[str, int]] = {
    "relu": ("Relu", 17),
    "exp": ("Exp", 17),
    "log": ("Log", 17),
    "sqrt": ("Sqrt", 17),
    "reciprocal": ("Reciprocal", 17),
    "tanh": ("Tanh", 17),
    "sigmoid": ("Sigmoid", 17),
    "erf": ("Erf", 17),
    "gelu": ("Gelu", 20),
    "abs": ("Abs", 17),
    "neg": ("Neg", 17),
    "sign": ("Sign", 17),
    "floor": ("Floor", 17),
    "ceil": ("Ceil", 17),
    "round": ("Round", 17),
    "sin": ("Sin", 17),
    "cos": ("Cos", 17),
    "softplus": ("Softplus", 17),
    "identity": ("Identity", 17),
    "isnan": ("IsNaN", 17),
}


@pytest.mark.parametrize("name", UNARY)
def test_unary_functions_agree_with_onnxruntime(name: str) -> None:
    """Every unary function that ONNX has, on values of both signs, halves, and NaN where it is legal."""
    x = np.concatenate([floats(200) * 3, np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.0], np.float32)])
    x = np.abs(x) + np.float32(0.01) if name in ("log", "sqrt", "reciprocal") else x
    x = np.append(x, np.float32(np.nan)) if name in ("relu", "isnan", "tanh") else x
    op_type, opset = UNARY[name]
    check(execute(graph.UNARY_OPS[name], x), onnx_run(op_type, x, opset=opset))


FORMULAS: Mapping[str, Callable[[Array], Array]] = {
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "square": lambda x: x * x,
    "silu": lambda x: x / (1 + np.exp(-x)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_unary_functions_without_onnx_operator(name: str) -> None:
    """The remaining unary functions against their formula in f64."""
    x = np.abs(floats(100)) + np.float32(0.1)
    check(execute(graph.UNARY_OPS[name], x), [FORMULAS[name](x.astype(np.float64)).astype(np.float32)])


@pytest.mark.parametrize("name", graph.UNARY_OPS)
def test_tensors_without_axes_stay_tensors(name: str) -> None:
    """NumPy's scalars do not leak out of elementwise operations."""
    x = np.array(True) if name == "not" else np.array(0.5, np.float32)
    (y,) = execute(graph.UNARY_OPS[name], x)
    assert isinstance(y, np.ndarray)
    assert y.shape == ()


def test_not_and_one_bit_arithmetic() -> None:
    """`not` negates; in one bit, `abs`, `neg` and `square` change nothing."""
    x = np.array([True, False])
    assert execute(graph.NotOp, x)[0].tolist() == [False, True]
    for name in ("relu", "abs", "neg", "square", "sign", "identity"):
        assert execute(graph.UNARY_OPS[name], x)[0].tolist() == [True, False]


BINARY = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "max": "Max",
    "min": "Min",
    "pow": "Pow",
    "equal": "Equal",
    "less": "Less",
    "greater": "Greater",
    "less_equal": "LessOrEqual",
    "greater_equal": "GreaterOrEqual",
}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_binary_functions_agree_with_onnxruntime(name: str, dtype: str) -> None:
    """Every binary function broadcasts and computes as ONNX does, floats and integers."""
    a, b = floats(3, 1, 5) * 4, floats(4, 1) * 4
    if name == "pow":
        a, b = np.abs(a), np.abs(b)
    a, b = a.astype(dtype), b.astype(dtype)
    if name == "div" and dtype == "int64":
        b = np.where(b == 0, 3, b)
    check(execute(graph.BINARY_OPS[name], a, b), onnx_run(BINARY[name], a, b))


def test_mod_takes_the_sign_of_the_divisor() -> None:
    """Integers as ONNX Mod (fmod 0), floats as `numpy.mod`."""
    a, b = np.array([-7, 7, -7, 7]), np.array([3, -3, -3, 3])
    check(execute(graph.ModOp, a, b), onnx_run("Mod", a, b))
    assert execute(graph.ModOp, a.astype(np.float32), b.astype(np.float32))[0].tolist() == [2, -2, -1, 1]


def test_integers_wrap_and_divide_towards_zero() -> None:
    """Overflow wraps, quotients truncate, a divisor of 0 gives 0, negative powers truncate."""
    assert execute(graph.AddOp, np.array([127], np.int8), np.array([1], np.int8))[0].tolist() == [-128]
    assert execute(graph.DivOp, np.array([-7, 7, 7, 6]), np.array([2, -2, 0, 3]))[0].tolist() == [-3, -3, 0, 2]
    assert execute(graph.PowOp, np.array([2, -1, 1, 3]), np.array([-1, -3, -2, 2]))[0].tolist() == [0, -1, 1, 9]


def test_bit_operations() -> None:
    """and, or, xor on truth values and on integers."""
    for name, function in (("and", np.bitwise_and), ("or", np.bitwise_or), ("xor", np.bitwise_xor)):
        for a, b in (
            (np.array([True, True, False]), np.array([True, False, False])),
            (np.array([12, 10], np.int32), np.array([6, 3], np.int32)),
        ):
            check(execute(graph.BINARY_OPS[name], a, b), [function(a, b)])


def test_narrow_floats_are_computed_in_f32_and_rounded_once() -> None:
    """bf16 1 + 2^-9 - 1 keeps the small term inside one op, and the f32 result of two bf16 operands is not rounded."""
    one, small = np.array([1], ml_dtypes.bfloat16), np.array([2**-9], ml_dtypes.bfloat16)
    assert execute(graph.AddOp, one, small)[0].astype(np.float32).tolist() == [1.0]
    wide = execute(graph.AddOp, one, small, result_type=TensorType(f32, [1]))[0]
    assert wide.tolist() == [1 + 2**-9]


def test_select_broadcasts() -> None:
    """The three operands broadcast."""
    c, a, b = np.array([[True], [False]]), floats(2, 3), np.full((), 5, np.float32)
    check(execute(graph.SelectOp, c, a, b), [np.where(c, a, b)])


@pytest.mark.parametrize("to", [f16, bf16, f64, i8, i32, i64])
def test_cast_truncates_towards_zero_and_rounds_floats(to: Attribute) -> None:
    """Values in range agree with NumPy's conversion."""
    x = np.array([1.7, -1.7, 0.1, 100.25, -100.75], np.float32)
    check(execute(graph.CastOp, x, to=to), [x.astype(dtype_of_element(to))])


def test_cast_outside_the_range() -> None:
    """Integers saturate, NaN becomes 0, i1 asks for nonzero (NaN is not zero)."""
    x = np.array([1e10, -1e10, np.nan, np.inf, 2.0**31], np.float32)
    assert execute(graph.CastOp, x, to=i32)[0].tolist() == [2**31 - 1, -(2**31), 0, 2**31 - 1, 2**31 - 1]
    assert execute(graph.CastOp, x * 1e10, to=i64)[0].tolist() == [2**63 - 1, -(2**63), 0, 2**63 - 1, 2**63 - 1]
    truth = execute(graph.CastOp, np.array([0.0, -0.0, 0.25, np.nan], np.float32), to=array_type(np.array(True)))[0]
    assert truth.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("left", "right"),
    [((4, 5), (5, 3)), ((2, 4, 5), (5, 3)), ((2, 1, 4, 5), (3, 5, 2)), ((5,), (5, 3)), ((4, 5), (5,)), ((5,), (5,))],
)
def test_matmul_has_the_semantics_of_numpy(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """Batches broadcast, vectors are promoted."""
    a, b = floats(*left), floats(*right)
    check(execute(graph.MatmulOp, a, b), [np.asarray(np.matmul(a, b))])


def test_matmul_of_integers_is_exact() -> None:
    """Sums beyond f32 and, wrapping, beyond the result's type."""
    a, b = RNG.integers(-128, 128, (3, 4000)).astype(np.int8), RNG.integers(-128, 128, (4000, 2)).astype(np.int8)
    exact = a.astype(np.int64) @ b.astype(np.int64)
    check(execute(graph.MatmulOp, a, b, result_type=TensorType(i32, [3, 2])), [exact.astype(np.int32)])
    big = np.full((1, 4), 2**40 + 1)
    check(execute(graph.MatmulOp, big, big.T), [np.matmul(big, big.T)])


@pytest.mark.parametrize(
    ("x", "weight", "options"),
    [
        ((2, 3, 9, 8), (4, 3, 3, 2), {}),
        ((1, 3, 9, 8), (4, 3, 3, 3), {"strides": (2, 3), "pads": (1, 0, 2, 1)}),
        ((2, 4, 7, 7), (6, 2, 3, 3), {"group": 2, "dilations": (2, 1), "pads": (1, 1, 1, 1)}),
        ((1, 6, 8, 8), (6, 1, 3, 3), {"group": 6, "strides": (2, 2)}),
        ((2, 5, 6, 6), (3, 5, 1, 1), {}),
        ((1, 5, 7, 6), (3, 5, 1, 1), {"strides": (2, 1)}),
        ((2, 3, 11), (4, 3, 5), {"pads": (2, 2), "strides": (2,)}),
        ((1, 2, 5, 4, 6), (3, 2, 2, 2, 3), {"strides": (1, 2, 1)}),
    ],
)
@pytest.mark.parametrize("biased", [False, True])
def test_conv_agrees_with_onnxruntime(
    x: tuple[int, ...], weight: tuple[int, ...], options: dict[str, Any], biased: bool
) -> None:
    """1-D to 3-D, groups, strides, pads, dilations, with and without bias."""
    arrays = [floats(*x), floats(*weight), *([floats(weight[0])] if biased else [])]
    check(execute(graph.ConvOp, *arrays, **options), onnx_run("Conv", *arrays, **options), 2e-5)


def test_conv_in_pieces_is_the_conv(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column matrix above the limit is built in pieces, with the same result."""
    from accelc.interpreters.graph import windows

    arrays, options = [floats(1, 3, 9, 8), floats(4, 3, 3, 2)], {"strides": (2, 1), "pads": (1, 1, 0, 1)}
    whole = execute(graph.ConvOp, *arrays, **options)
    monkeypatch.setattr(windows, "COLUMN_BYTES", 1500)
    check(execute(graph.ConvOp, *arrays, **options), whole)


@pytest.mark.parametrize(
    ("x", "weight", "options"),
    [
        ((2, 3, 5, 4), (3, 4, 3, 2), {}),
        ((1, 3, 5, 4), (3, 4, 3, 3), {"strides": (2, 3), "pads": (1, 0, 2, 1), "output_padding": (1, 2)}),
        ((1, 4, 5, 5), (4, 3, 2, 3), {"group": 2, "dilations": (2, 1)}),
        ((1, 4, 7), (4, 2, 4), {"strides": (2,), "pads": (1, 1)}),
    ],
)
def test_conv_transpose_agrees_with_onnxruntime(
    x: tuple[int, ...], weight: tuple[int, ...], options: dict[str, Any]
) -> None:
    """Strides, pads, groups, dilations and output padding, with a bias."""
    arrays = [floats(*x), floats(*weight), floats(weight[1] * options.get("group", 1))]
    check(execute(graph.ConvTransposeOp, *arrays, **options), onnx_run("ConvTranspose", *arrays, **options), 2e-5)


POOLS: list[dict[str, Any]] = [
    {"kernel": (3, 2)},
    {"kernel": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1)},
    {"kernel": (3, 3), "strides": (2, 2), "pads": (0, 1, 1, 0), "ceil": True},
    {"kernel": (2, 2), "strides": (3, 2), "pads": (1, 0, 1, 1), "ceil": True, "count_include_pad": True},
]


@pytest.mark.parametrize("options", POOLS)
@pytest.mark.parametrize("kind", ["max", "average"])
def test_pool_agrees_with_onnxruntime(options: dict[str, Any], kind: str) -> None:
    """Both kinds, pads, ceil mode, and which cells an average counts."""
    include, ceil = options.get("count_include_pad", False), options.get("ceil", False)
    if kind == "max" and include:
        include = False
    window = {k: v for k, v in options.items() if k in ("strides", "pads")}
    x = floats(2, 3, 8, 7) - 5
    attributes = {**window, "kernel_shape": options["kernel"], "ceil_mode": int(ceil)}
    if kind == "average":
        attributes["count_include_pad"] = int(include)
    expected = onnx_run("MaxPool" if kind == "max" else "AveragePool", x, opset=19, **attributes)
    built = execute(
        graph.PoolOp,
        x,
        kind=kind,
        kernel=options["kernel"],
        result_type=TensorType(f32, expected[0].shape),
        count_include_pad=include,
        **window,
    )
    check(built, expected)


def test_max_pool_of_integers() -> None:
    """Padding never wins, also when all elements are negative."""
    x = RNG.integers(-100, -50, (1, 2, 4, 4)).astype(np.int8)
    found = execute(graph.PoolOp, x, kind="max", kernel=(2, 2), strides=(2, 2), pads=(1, 1, 1, 1))
    check(found, onnx_run("MaxPool", x, kernel_shape=(2, 2), strides=(2, 2), pads=(1, 1, 1, 1)))


@pytest.mark.parametrize("size", [3, 4, 5])
def test_lrn_agrees_with_onnxruntime(size: int) -> None:
    """Odd sizes against onnxruntime; an even size against the formula (onnxruntime refuses it)."""
    x = floats(2, 7, 3, 2)
    constants: dict[str, Any] = {"alpha": 0.5, "beta": 0.6, "bias": 1.5}
    found = execute(graph.LrnOp, x, size=size, **constants)
    if size % 2:
        check(found, onnx_run("LRN", x, size=size, **constants))
        return
    expected = np.empty_like(x)
    for c in range(7):
        total = np.sum(x[:, max(0, c - (size - 1) // 2) : c + size // 2 + 1] ** 2, axis=1)
        expected[:, c] = x[:, c] / (1.5 + 0.5 / size * total) ** 0.6
    check(found, [expected])


@pytest.mark.parametrize("kind", ["sum", "mean", "max", "min", "prod"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reduce_agrees_with_onnxruntime(kind: str, keepdims: bool) -> None:
    """Every kind over two axes, and over none."""
    x = floats(2, 3, 4, 2)
    op_type = f"Reduce{kind.capitalize()}"
    expected = onnx_run(op_type, x, np.array([1, 3]), opset=18, keepdims=int(keepdims))
    check(execute(graph.ReduceOp, x, kind=kind, axes=(1, 3), keepdims=keepdims), expected)
    check(execute(graph.ReduceOp, x, kind=kind, axes=()), [x])


def test_reduce_of_integers_wraps_in_their_own_type() -> None:
    """int32 sums stay int32."""
    x = np.full((3,), 2**30, np.int32)
    check(execute(graph.ReduceOp, x, kind="sum", axes=(0,)), [np.array(3 * 2**30 - 2**32, np.int32)])


def test_softmax_agrees_with_onnxruntime() -> None:
    """Also for large values, whose exponentials overflow."""
    x = floats(3, 4, 5) * 100
    check(execute(graph.SoftmaxOp, x, axis=1), onnx_run("Softmax", x, axis=1))


@pytest.mark.parametrize("last", [False, True])
def test_argmax_agrees_with_onnxruntime(last: bool) -> None:
    """Ties go to the first or the last."""
    x = RNG.integers(0, 3, (4, 9, 2)).astype(np.float32)
    expected = onnx_run("ArgMax", x, axis=1, keepdims=0, select_last_index=int(last))
    check(execute(graph.ArgmaxOp, x, axis=1, select_last=last), expected)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize(
    "optional", [(), ("bias",), ("bias", "sequence_lengths", "initial_h", "initial_c", "peephole")]
)
def test_lstm_agrees_with_onnxruntime(direction: str, optional: tuple[str, ...]) -> None:
    """Every direction, without and with all optional inputs."""
    d, s, b, i, h = 2 if direction == "bidirectional" else 1, 5, 3, 4, 6
    x, w, r = floats(s, b, i), floats(d, 4 * h, i), floats(d, 4 * h, h)
    extra: dict[str, Array] = {
        "bias": floats(d, 8 * h),
        "sequence_lengths": np.array([5, 2, 3], np.int32),
        "initial_h": floats(d, b, h),
        "initial_c": floats(d, b, h),
        "peephole": floats(d, 3 * h),
    }
    given = [extra[n] if n in optional else None for n in graph.LstmOp.OPTIONAL]
    present = [x, w, r, *(a for a in given if a is not None)]

    def build(*args: SSAValue) -> graph.LstmOp:
        return graph.LstmOp(*args[:3], **dict(zip(optional, args[3:], strict=True)), direction=direction)

    expected = onnx_run("LSTM", x, w, r, *given, outputs=3, hidden_size=h, direction=direction)
    check(execute(build, *present), expected, 1e-5)


def test_movements() -> None:
    """Reshape, transpose, slice (forward and backward), concat, broadcast, insert_slice, pad."""
    x = floats(4, 6)
    check(execute(graph.ReshapeOp, x, shape=(3, 8)), [x.reshape(3, 8)])
    check(execute(graph.TransposeOp, x, perm=(1, 0)), [x.T])
    check(execute(graph.SliceOp, x, starts=(3, 1), sizes=(4, 2), steps=(-1, 3)), [x[::-1, 1:5:3]])
    check(execute(graph.SliceOp, x, starts=(0, 0), sizes=(0, 6)), [x[:0]])
    check(execute(lambda *v: graph.ConcatOp(v, 1), x, x[:, :2].copy()), [np.concatenate([x, x[:, :2]], 1)])
    check(execute(graph.BroadcastOp, x[:, :1].copy(), shape=(2, 4, 3)), [np.broadcast_to(x[:, :1], (2, 4, 3))])
    expected = x.copy()
    expected[1::2, ::-2] = 0
    check(
        execute(graph.InsertSliceOp, np.zeros((2, 3), np.float32), x, starts=(1, 5), steps=(2, -2)),
        [expected],
    )
    padded = np.full((4, 11), 9, np.int64)
    padded[1:4:2, 1:9:3] = np.arange(6).reshape(2, 3)
    x64 = np.arange(6).reshape(2, 3)
    check(execute(graph.PadOp, x64, low=(1, 1), high=(0, 3), interior=(1, 2), value=9.0), [padded])


def test_gather_agrees_with_onnxruntime_and_refuses_wrong_indices() -> None:
    """Negative indices count from the end; others outside the axis are an error with the node's name."""
    x, i = floats(3, 5, 2), np.array([[0, -1], [4, 2]])
    check(execute(graph.GatherOp, x, i, axis=1), onnx_run("Gather", x, i, axis=1))
    with pytest.raises(ModelError, match=r"graph.gather \('emb'\): index 5 is outside the axis 1 of 5 elements"):
        execute(graph.GatherOp, x, np.array([5]), axis=1, loc_name="emb")


@pytest.mark.parametrize(
    "array",
    [
        np.array([True, False, True]),
        np.array([1, -1], np.int8),
        np.array([200, 3], np.uint8),
        np.array(7),
        np.array([1.5, -0.0, np.inf], ml_dtypes.bfloat16),
        np.array([[1.5, 448.0]], ml_dtypes.float8_e4m3fn),
        np.array([1e-8, 2.0], np.float16),
        np.zeros((0, 3), np.int64),
    ],
)
def test_constants_keep_every_bit(array: Array) -> None:
    """Array to inline elements and back."""
    back = dense_to_array(array_to_dense(array))
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_every_operation_has_an_evaluator() -> None:
    """All pure operations; structure and in-place operations are executed by the runner itself."""
    by_runner = {
        *(graph.WeightOp, graph.PartitionOp, graph.CallFrameworkOp, graph.FuncOp, graph.ReturnOp, graph.YieldOp),
        *(graph.ForOp, graph.IfOp),
        *(graph.VariableOp, graph.LoadOp, graph.StoreOp, graph.ApplyOp),
        *(graph.ViewSliceOp, graph.ViewTransposeOp, graph.ViewReshapeOp, graph.ViewBroadcastOp),
    }
    assert set(EVALUATORS) | by_runner == set(graph.Graph.operations)


def test_weights_and_inputs_are_checked() -> None:
    """A missing weight, a weight or an input of another type, and a wrong number of inputs are errors."""
    x = floats(2, 3)
    function = program([x], lambda v: [w := graph.WeightOp("fc.w", array_type(x)), graph.AddOp(v[0], w)])
    check(run(function, [x], {"fc.w": x}), [x + x])
    for inputs, weights, message in (
        ([x], {}, "weight 'fc.w' is missing"),
        ([x], {"fc.w": x[:1]}, r"weight 'fc.w' is float32\[1, 3\], expected float32\[2, 3\]"),
        ([x.astype(np.float64)], {"fc.w": x}, r"input #0 is float64\[2, 3\], expected float32\[2, 3\]"),
        ([], {"fc.w": x}, "0 inputs given, the program takes 1: #0"),
    ):
        with pytest.raises(ModelError, match=message):
            run(function, inputs, weights)


def test_framework_operators_go_through_the_callback() -> None:
    """The callback gets the operation and its operands; its results are checked; without one it is an error."""
    x = floats(4)
    function = program(
        [x], lambda v: [graph.CallFrameworkOp("Reverse", [v[0]], [array_type(x)], domain="my", loc_name="n1")]
    )
    seen: list[str] = []

    def framework(op: graph.CallFrameworkOp, operands: Sequence[Array]) -> list[Array]:
        seen.append(op.op_type.data)
        return [operands[0][::-1]]

    check(run(function, [x], {}, framework), [x[::-1]])
    assert seen == ["Reverse"]
    with pytest.raises(ModelError, match=r"operator Reverse of graph.call_framework \('n1'\) needs the framework"):
        run(function, [x], {})
    with pytest.raises(ModelError, match=r"result 0 of Reverse .* is float32\[2\], expected float32\[4\]"):
        run(function, [x], {}, lambda _op, operands: [operands[0][:2]])


def test_partitions_execute_as_their_bodies() -> None:
    """A partition computes what its operations compute."""
    x = floats(4)
    inner = program([x], lambda v: [graph.NegOp(v[0])])
    block = inner.body.block
    values = inner.return_op.values
    block.insert_op_before(graph.YieldOp(values), inner.return_op)
    block.erase_op(inner.return_op)
    body = inner.detach_region(0)
    outer = program([x], lambda v: [graph.PartitionOp("host", [v[0]], [array_type(x)], body)])
    check(run(outer, [x], {}), [-x])

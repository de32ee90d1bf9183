"""Products, windows, reductions and recurrent layers, against onnxruntime and NumPy."""

from typing import Any

import numpy as np
import pytest
from graph_support import RNG, Array, check, execute, floats, onnx_run
from xdsl.dialects.builtin import TensorType, f32, i32
from xdsl.ir import SSAValue

from accelc.dialects import graph


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

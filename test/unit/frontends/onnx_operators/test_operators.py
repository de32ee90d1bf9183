"""Imported operators compute what onnxruntime computes, before and after the passes over weights."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx_support import check_nodes, execute, model_of

from accelc.frontends.onnx import import_onnx

Array = npt.NDArray[Any]
FEW = settings(max_examples=12)


def normal(*shape: int, seed: int = 0) -> Array:
    """Random floats."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def node(kind: str, *inputs: str, **attributes: Any) -> Any:
    """A node with the result `y`."""
    return helper.make_node(kind, list(inputs), ["y"], "n", **attributes)


UNARY = [
    *("Relu", "Exp", "Sqrt", "Reciprocal", "Tanh", "Sigmoid", "Erf", "Abs", "Neg", "Sign", "Floor", "Ceil", "Round"),
    *("Sin", "Cos", "Softplus", "HardSwish", "Softsign", "Log"),
]


@pytest.mark.parametrize("kind", UNARY)
def test_elementwise_functions(kind: str) -> None:
    """Functions of one tensor; roots and logarithms of positive numbers."""
    x = normal(3, 5)
    check_nodes([node(kind, "x")], {"x": np.abs(x) + 0.5 if kind in ("Sqrt", "Log", "Reciprocal") else x})


@pytest.mark.parametrize("kind", ["Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "PRelu"])
def test_binary_functions_broadcast(kind: str) -> None:
    """Shapes align at the right; a size of 1 stretches."""
    check_nodes([node(kind, "a", "b")], {"a": np.abs(normal(2, 3, 4)) + 1, "b": normal(3, 1, seed=1)})


@pytest.mark.parametrize("kind", ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"])
def test_comparisons(kind: str) -> None:
    """Results are truth values."""
    a, b = (np.random.default_rng(s).integers(0, 3, (4, 5)).astype(np.int64) for s in (0, 1))
    check_nodes([node(kind, "a", "b")], {"a": a, "b": b})


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}),
        ("LeakyRelu", {"alpha": 0.1}),
        ("LeakyRelu", {"alpha": 2.0}),
        ("ThresholdedRelu", {"alpha": 0.5}),
        ("LpNormalization", {"axis": 1, "p": 2}),
        ("LRN", {"size": 3, "alpha": 0.1, "beta": 0.6, "bias": 1.5}),
        ("LRN", {"size": 5}),
        ("LogSoftmax", {"axis": 1}),
        ("Softmax", {"axis": 0}),
        ("Flatten", {"axis": 2}),
        ("Transpose", {"perm": [2, 0, 3, 1]}),
        ("DepthToSpace", {"blocksize": 2}),
        ("DepthToSpace", {"blocksize": 2, "mode": "CRD"}),
        ("SpaceToDepth", {"blocksize": 2}),
        ("ArgMax", {"axis": 2, "keepdims": 0}),
        ("GlobalAveragePool", {}),
        ("GlobalMaxPool", {}),
        ("Cast", {"to": TensorProto.INT32}),
        ("Shape", {"start": 1}),
        ("Size", {}),
    ],
)
def test_operators_with_attributes(kind: str, attributes: dict[str, Any]) -> None:
    """Attributes are honoured."""
    check_nodes([node(kind, "x", **attributes)], {"x": 3 * normal(2, 4, 6, 4)})


def test_softmax_of_old_opsets_counts_all_later_axes_as_one() -> None:
    """Until opset 13."""
    check_nodes([node("Softmax", "x", axis=1)], {"x": normal(2, 3, 4)}, opset=11)
    check_nodes([node("LogSoftmax", "x", axis=1)], {"x": normal(2, 3, 4)}, opset=11)


def test_clip_of_all_opsets() -> None:
    """Bounds are attributes, or inputs that may be left out."""
    x = 5 * normal(20)
    check_nodes([node("Clip", "x", min=-1.0, max=2.0)], {"x": x}, opset=9)
    bounds = {"low": np.array(0, np.float32), "high": np.array(3, np.float32)}
    check_nodes([node("Clip", "x", "low", "high")], {"x": x}, bounds)
    check_nodes([node("Clip", "x", "", "high")], {"x": x}, {"high": bounds["high"]})


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """Parameters of a sliding window over one or two axes."""
    rank = draw(st.integers(1, 2))

    def each(low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))

    kernel, dilations = each(1, 3), each(1, 2)
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    # Pads stay below the kernel: ONNX forbids windows that see nothing but padding.
    pads = [draw(st.integers(0, k - 1)) for k in kernel * 2]
    sizes = [e + draw(st.integers(0, 5)) for e in extents]
    return {"sizes": sizes, "kernel": kernel, "strides": each(1, 3), "dilations": dilations, "pads": pads}


@FEW
@given(windows(), st.integers(1, 2), st.booleans(), st.sampled_from(["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]))
def test_convolutions(window: dict[str, Any], group: int, bias: bool, auto_pad: str) -> None:
    """Strides, pads, dilations, groups, with and without bias."""
    attributes: dict[str, Any] = {"strides": window["strides"], "group": group}
    if auto_pad == "NOTSET":
        attributes |= {"pads": window["pads"], "dilations": window["dilations"]}
    else:
        attributes["auto_pad"] = auto_pad
    constants = {"w": normal(4, 3, *window["kernel"]), "b": normal(4, seed=1)}
    names = ["x", "w", "b"] if bias else ["x", "w"]
    check_nodes([node("Conv", *names, **attributes)], {"x": normal(2, 3 * group, *window["sizes"], seed=2)}, constants)


@FEW
@given(windows(), st.integers(1, 2), st.booleans(), st.booleans())
def test_transposed_convolutions(window: dict[str, Any], group: int, bias: bool, extra: bool) -> None:
    """They become convolutions of a spread input."""
    rank = len(window["sizes"])
    attributes: dict[str, Any] = {key: window[key] for key in ("strides", "pads", "dilations")}
    extents = [(k - 1) * d + 1 for k, d in zip(window["kernel"], window["dilations"], strict=True)]
    sizes = [e + 2 for e in extents]
    if extra:
        attributes["output_padding"] = [s - 1 for s in window["strides"]]
    constants = {"w": normal(2 * group, 3, *window["kernel"]), "b": normal(3 * group, seed=1)}
    names = ["x", "w", "b"] if bias else ["x", "w"]
    nodes = [node("ConvTranspose", *names, group=group, **attributes)]
    imported = check_nodes(nodes, {"x": normal(1, 2 * group, *sizes[:rank], seed=2)}, constants)
    assert "graph.conv_transpose" not in str(imported.module)


@FEW
@given(windows(), st.sampled_from(["MaxPool", "AveragePool"]), st.booleans(), st.booleans())
def test_pools(window: dict[str, Any], kind: str, ceil: bool, include: bool) -> None:
    """Window parameters, partial windows, padding that counts."""
    attributes: dict[str, Any] = {"kernel_shape": window["kernel"], "strides": window["strides"]}
    attributes |= {"pads": window["pads"], "ceil_mode": int(ceil), "dilations": window["dilations"]}
    if kind == "AveragePool":
        attributes["count_include_pad"] = int(include)
    check_nodes([node(kind, "x", **attributes)], {"x": normal(1, 2, *window["sizes"])}, opset=19)


def test_batch_normalization_vanishes_in_the_convolution_before_it() -> None:
    """Its factor and offset change filters and bias."""
    statistics = {n: np.abs(normal(4, seed=i)) + 0.5 for i, n in enumerate("sbmv")}
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("BatchNormalization", ["c", *"sbmv"], ["y"], epsilon=1e-3),
    ]
    imported = check_nodes(nodes, {"x": normal(1, 3, 5, 6)}, {"w": normal(4, 3, 3, 3), **statistics})
    kinds = [op.name for op in imported.function.body.block.ops]
    assert kinds == ["graph.weight", "graph.constant", "graph.conv", "graph.return"]


@pytest.mark.parametrize("kind", ["InstanceNormalization", "LayerNormalization", "GroupNormalization"])
def test_normalizations(kind: str) -> None:
    """Expressed by means, products and roots."""
    size = 5 if kind == "LayerNormalization" else 2 if kind == "GroupNormalization" else 4
    attributes = {"num_groups": 2} if kind == "GroupNormalization" else {}
    check_nodes(
        [node(kind, "x", "s", "b", **attributes)],
        {"x": normal(2, 4, 3, 5)},
        {"s": normal(size), "b": normal(size, seed=1)},
        opset=18 if kind == "GroupNormalization" else 17,
    )


@FEW
@given(st.booleans(), st.booleans(), st.sampled_from([0.5, 1.0]), st.sampled_from([0.0, 1.0, 2.0]), st.booleans())
def test_gemm(trans_a: bool, trans_b: bool, alpha: float, beta: float, constant: bool) -> None:
    """Transposed and scaled operands, given and computed."""
    a = normal(4, 3) if trans_a else normal(3, 4)
    b = normal(5, 4, seed=1) if trans_b else normal(4, 5, seed=1)
    attributes = {"transA": int(trans_a), "transB": int(trans_b), "alpha": alpha, "beta": beta}
    inputs, constants = {"a": a}, {"b": b, "c": normal(5, seed=2)}
    if not constant:
        inputs, constants = {"a": a, **constants}, {}
    check_nodes([node("Gemm", "a", "b", "c", **attributes)], inputs, constants)


@pytest.mark.parametrize(("a", "b"), [((3, 4), (4, 5)), ((2, 1, 3, 4), (6, 4, 5)), ((4,), (4, 5)), ((2, 3, 4), (4,))])
def test_matrix_products(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Batches broadcast, vectors are promoted."""
    check_nodes([node("MatMul", "a", "b")], {"a": normal(*a), "b": normal(*b, seed=1)})


REDUCTIONS = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"]


@FEW
@given(
    st.sampled_from([*REDUCTIONS, "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"]),
    st.lists(st.integers(-3, 2), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_reductions(kind: str, axes: list[int], keepdims: bool, recent: bool) -> None:
    """Axes as attribute and as input, negative, missing."""
    distinct = sorted({a % 3 for a in axes})
    chosen = [next(a for a in axes if a % 3 == d) for d in distinct]
    x = {"x": np.abs(normal(2, 3, 4)) + 0.1}
    if recent:
        constants = {"axes": np.array(chosen, np.int64)} if chosen else {}
        check_nodes([node(kind, "x", *constants, keepdims=int(keepdims))], x, constants, opset=18)
    elif kind != "ReduceSum":
        attributes = {"axes": chosen} if chosen else {}
        check_nodes([node(kind, "x", keepdims=int(keepdims), **attributes)], x, opset=13)


@FEW
@given(st.lists(st.tuples(st.integers(-7, 7), st.integers(-9, 9), st.sampled_from([-2, -1, 1, 3])), max_size=3))
def test_slices(cuts: list[tuple[int, int, int]]) -> None:
    """Negative bounds and steps, bounds outside the tensor, empty results."""
    starts, ends, steps = ([c[i] for c in cuts] for i in range(3))
    constants = {
        name: np.array(values, np.int64)
        for name, values in (("s", starts), ("e", ends), ("a", range(len(cuts))), ("t", steps))
    }
    if cuts:
        check_nodes([node("Slice", "x", *constants)], {"x": normal(5, 6, 7)}, constants)


def test_slices_of_old_opsets() -> None:
    """Bounds are attributes."""
    check_nodes([node("Slice", "x", starts=[1, -3], ends=[9, -1], axes=[0, 2])], {"x": normal(3, 4, 5)}, opset=9)


@FEW
@given(st.sampled_from(["constant", "reflect", "edge"]), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_pads(mode: str, amounts: list[int]) -> None:
    """Constant, mirrored and repeated borders."""
    constants: dict[str, Array] = {"p": np.array(amounts, np.int64)}
    if mode == "constant":
        constants["v"] = np.array(1.5, np.float32)
    check_nodes([node("Pad", "x", *constants, mode=mode)], {"x": normal(3, 4)}, constants)


def test_negative_pads_crop() -> None:
    """As the standard says."""
    check_nodes([node("Pad", "x", "p")], {"x": normal(4, 5)}, {"p": np.array([-1, 2, 0, -2], np.int64)})


@pytest.mark.parametrize("shape", [[0, -1], [4, 3, 2], [-1], [2, 0, 1, 4]])
def test_reshapes(shape: list[int]) -> None:
    """0 copies a size, -1 is what remains."""
    check_nodes([node("Reshape", "x", "s")], {"x": normal(2, 3, 4)}, {"s": np.array(shape, np.int64)})


def test_movements_with_constant_parameters() -> None:
    """Expand, tile, gather, split, squeeze, unsqueeze, concat, where, trilu, one-hot."""
    x = {"x": normal(2, 1, 4)}

    def ints(*values: int) -> Array:
        return np.array(values, np.int64)

    check_nodes([node("Expand", "x", "s")], x, {"s": ints(3, 1)})
    check_nodes([node("Tile", "x", "r")], x, {"r": ints(1, 3, 2)})
    check_nodes([node("Gather", "x", "i", axis=2)], x, {"i": ints(3, -1, 0)})
    check_nodes([node("Gather", "x", "i", axis=2)], x, {"i": np.array(-2, np.int64)})
    check_nodes([node("Squeeze", "x", "a")], x, {"a": ints(1)})
    check_nodes([node("Unsqueeze", "x", "a")], x, {"a": ints(0, -1)})
    check_nodes([node("Concat", "x", "c", axis=1)], x, {"c": normal(2, 2, 4, seed=1)})
    check_nodes([node("Where", "c", "x", "z")], x, {"c": np.eye(4, dtype=np.bool_), "z": normal(4)})
    check_nodes([node("Trilu", "x", "k", upper=0)], {"x": normal(3, 5)}, {"k": np.array(1, np.int64)})
    split = helper.make_node("Split", ["x", "s"], ["a", "b"], axis=2)
    check_nodes([split], x, {"s": ints(1, 3)}, outputs=("a", "b"))
    indices = {"i": np.array([0, 5, -1], np.int64)}
    depth = {"d": np.array(6, np.int64), "v": np.array([2, 7], np.float32)}
    check_nodes([node("OneHot", "i", "d", "v", axis=0)], indices, depth)


@pytest.mark.parametrize("transform", ["asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel"])
@pytest.mark.parametrize("rounding", ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"])
def test_nearest_resizes(transform: str, rounding: str) -> None:
    """Every rule that maps a result's position to a source's."""
    constants = {"r": np.array([], np.float32), "s": np.array([1, 1, 2, 1.5], np.float32)}
    attributes = {"mode": "nearest", "coordinate_transformation_mode": transform, "nearest_mode": rounding}
    check_nodes([node("Resize", "x", *constants, **attributes)], {"x": normal(1, 2, 3, 4)}, constants)


def test_integer_resize_is_a_broadcast() -> None:
    """No element is looked up by an index."""
    constants = {"r": np.array([], np.float32), "s": np.array([1, 1, 2, 3], np.float32)}
    attributes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    imported = check_nodes([node("Resize", "x", *constants, **attributes)], {"x": normal(1, 2, 3, 4)}, constants)
    assert "graph.broadcast" in str(imported.module)
    assert "graph.gather" not in str(imported.module)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_lstm(direction: str) -> None:
    """All three results."""
    count = 2 if direction == "bidirectional" else 1
    constants = {
        "w": normal(count, 12, 4) / 2,
        "r": normal(count, 12, 3, seed=1) / 2,
        "b": normal(count, 24, seed=2),
    }
    lstm = helper.make_node("LSTM", ["x", *constants], ["y", "h", "c"], hidden_size=3, direction=direction)
    check_nodes([lstm], {"x": normal(5, 2, 4, seed=3)}, constants, outputs=("y", "h", "c"))


def test_gelu_is_recognized_in_its_parts() -> None:
    """x / 2 * (1 + erf(x / sqrt 2)), with the factors in another order."""
    constants = {n: np.array(v, np.float32) for n, v in (("r", np.sqrt(2)), ("one", 1), ("half", 0.5))}
    nodes = [
        helper.make_node("Div", ["x", "r"], ["a"]),
        helper.make_node("Erf", ["a"], ["e"]),
        helper.make_node("Add", ["one", "e"], ["g"]),
        helper.make_node("Mul", ["half", "x"], ["h"]),
        helper.make_node("Mul", ["h", "g"], ["y"]),
    ]
    imported = check_nodes(nodes, {"x": normal(3, 4)}, constants)
    assert [op.name for op in imported.function.body.block.ops] == ["graph.gelu", "graph.return"]


@pytest.mark.parametrize("exponent", [2.0, 0.5, 3.0, -1.0, -0.5, 1.7])
def test_powers(exponent: float) -> None:
    """Known exponents become functions; others stay."""
    imported = check_nodes(
        [node("Pow", "x", "p")], {"x": np.abs(normal(3, 4)) + 0.5}, {"p": np.array(exponent, np.float32)}
    )
    assert ("graph.pow" in str(imported.module)) == (exponent == 1.7)


def test_unknown_operators_are_kept_with_their_attributes() -> None:
    """And executed by the framework."""
    boxes = {"r": np.array([[0, 0, 3, 3]], np.float32), "i": np.array([0], np.int64)}
    align = node("RoiAlign", "x", "r", "i", spatial_scale=0.5)
    imported = check_nodes([align], {"x": normal(1, 2, 5, 5)}, boxes, opset=16, native=False)
    assert 'graph.call_framework "RoiAlign"' in str(imported.module)
    assert "spatial_scale = " in str(imported.module)
    determinant = node("Det", "x")
    check_nodes([determinant], {"x": normal(3, 3)}, native=False)


def test_shape_arithmetic_leaves_nothing() -> None:
    """Reshape(x, Concat(Shape(x)[0:1], [-1])) is one reshape."""
    constants = {"z": np.array([0], np.int64), "o": np.array([1], np.int64), "m": np.array([-1], np.int64)}
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Slice", ["s", "z", "o"], ["f"]),
        helper.make_node("Concat", ["f", "m"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"]),
    ]
    imported = check_nodes(nodes, {"x": normal(2, 3, 4)}, constants)
    assert [op.name for op in imported.function.body.block.ops] == ["graph.reshape", "graph.return"]


def test_branches_with_known_conditions_are_taken() -> None:
    """A condition that follows from a shape chooses the body at import; bodies see outer values."""
    bodies: dict[str, Any] = {
        f"{name}_branch": helper.make_graph(
            [helper.make_node(kind, ["x"], [name])], name, [], [helper.make_empty_tensor_value_info(name)]
        )
        for name, kind in (("then", "Relu"), ("else", "Neg"))
    }
    nodes = [
        helper.make_node("Size", ["x"], ["n"]),
        helper.make_node("Greater", ["n", "k"], ["c"]),
        helper.make_node("If", ["c"], ["y"], **bodies),
    ]
    imported = check_nodes(nodes, {"x": normal(3, 4)}, {"k": np.array(5, np.int64)})
    assert [op.name for op in imported.function.body.block.ops] == ["graph.relu", "graph.return"]


def test_operations_know_their_node_and_layer() -> None:
    """Name of the node, or of its result; number in file order."""
    nodes = [helper.make_node("Relu", ["x"], ["a"], "first"), helper.make_node("Tanh", ["a"], ["y"])]
    imported = check_nodes(nodes, {"x": normal(3)})
    text = [str(op) for op in imported.function.body.block.ops]
    assert 'loc_name = "first", layer = 0' in text[0]
    assert 'loc_name = "y", layer = 1' in text[1]


def test_shifts_of_signed_integers() -> None:
    """Copies of the sign move in from above, also beyond the width."""
    x, places = np.array([-128, -3, -1, 0, 5, -7], np.int8), np.array([1, 1, 7, 3, 2, 9], np.int8)
    model = model_of([node("BitShift", "x", "s", direction="RIGHT")], {"x": x, "s": places}, {}, ("y",), 28)
    for (found,) in execute(import_onnx(model), [x, places]):
        np.testing.assert_array_equal(found, [-64, -2, -1, 0, 1, -1])

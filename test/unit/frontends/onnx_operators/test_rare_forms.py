"""Forms of operators that exporters hardly write: types, sizes of 0, edges of ranges; and nodes that fit nothing."""

from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from onnx import AttributeProto, NodeProto, defs, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx_support import close, execute, model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import OPERATORS, import_onnx

Array = npt.NDArray[Any]
F16, F32, I64 = np.float16, np.float32, np.int64
ONE_HEAD: dict[str, Any] = {"q_num_heads": 1, "kv_num_heads": 1}


def node(kind: str, *inputs: str, outputs: tuple[str, ...] = ("y",), **attributes: Any) -> NodeProto:
    """A node `n`."""
    return helper.make_node(kind, list(inputs), list(outputs), "n", **attributes)


def check(one: NodeProto, inputs: dict[str, Array], constants: dict[str, Array] | None = None, opset: int = 23) -> None:
    """ONNX's reference gives the same, NaN and infinities included, and no framework takes part."""
    model = model_of([one], inputs, constants, list(one.output), opset)
    evaluator: Any = ReferenceEvaluator(model)
    with np.errstate(all="ignore"):
        expected = evaluator.run(None, inputs)
    imported = import_onnx(model)
    assert not any(op.name == "graph.call_framework" for op in imported.module.walk())
    for found in execute(imported, list(inputs.values())):
        for a, b in zip(found, expected, strict=True):
            special = ~np.isfinite(np.asarray(b, np.float64))
            np.testing.assert_array_equal(np.asarray(a, np.float64)[special], np.asarray(b, np.float64)[special])
            close([np.where(special, 0, a).astype(a.dtype)], [np.where(special, 0, b).astype(b.dtype)], 2e-3)


@pytest.mark.parametrize("kind", ["LayerNormalization", "RMSNormalization", "GroupNormalization"])
@pytest.mark.parametrize("dtype", [F16, ml_dtypes.bfloat16, np.float64])
def test_statistics_have_their_own_type(kind: str, dtype: Any) -> None:
    """Squares beyond the largest f16: with `stash_type` they are f32, and so are the statistics that are results."""
    x = (np.arange(2 * 4 * 6).reshape(2, 4, 6) * 40).astype(dtype)
    size = 4 if kind == "GroupNormalization" else 6
    operands = {"x": x, "s": np.ones(size, dtype), "b": np.zeros(size, dtype)}
    if kind == "RMSNormalization":
        del operands["b"]
    attributes: dict[str, Any] = {"num_groups": 2} if kind == "GroupNormalization" else {}
    outputs = ("y", "mean") if kind == "LayerNormalization" else ("y",)
    model = model_of([node(kind, *operands, outputs=outputs, **attributes)], operands, None, outputs, 23)
    wide = x.astype(np.float64).reshape((2, 2, 12) if kind == "GroupNormalization" else x.shape)
    mean = 0 if kind == "RMSNormalization" else wide.mean(-1, keepdims=True)
    expected = ((wide - mean) / np.sqrt(np.square(wide - mean).mean(-1, keepdims=True))).reshape(x.shape)
    for found in execute(import_onnx(model), list(operands.values())):
        assert found[0].dtype == dtype
        np.testing.assert_allclose(found[0].astype(np.float64), expected, rtol=2e-2, atol=1e-2)
        for statistics in found[1:]:
            assert statistics.dtype == (np.float64 if dtype == np.float64 else F32)


def test_infinities() -> None:
    """One infinite element makes a logarithm of sums infinite; a slope of 0 keeps them; bounds take them away."""
    x = np.array([[1, np.inf, 2], [-np.inf, -np.inf, -np.inf], [3, -np.inf, 0]], F32)
    model = model_of([node("ReduceLogSumExp", "x", "a", keepdims=0)], {"x": x}, {"a": np.array([1])}, opset=18)
    for (found,) in execute(import_onnx(model), [x]):
        np.testing.assert_allclose(found, np.logaddexp.reduce(x, axis=1), rtol=1e-6)
    check(node("LeakyRelu", "x", alpha=0.0), {"x": x[[0, 2, 2]][:, :1]})
    bounds = {"low": np.array(np.finfo(F32).min), "high": np.array(np.finfo(F32).max)}
    check(node("Clip", "x", "low", "high"), {"x": x}, bounds)
    model = model_of([node("LeakyRelu", "x", alpha=0.0)], {"x": x})
    np.testing.assert_array_equal(execute(import_onnx(model), [x])[0][0][0], x[0])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, F16, F32])
def test_one_hot_beyond_its_indices(dtype: Any) -> None:
    """More places than the type of the indices can count."""
    indices = np.array([0, 1, 44, 100], np.int64).astype(dtype)
    check(node("OneHot", "i", "d", "v"), {"i": indices, "v": np.array([2, 7], F32)}, {"d": np.array(300)}, 13)


@pytest.mark.parametrize("mode", ["reflect", "wrap"])
def test_pads_longer_than_the_tensor(mode: str) -> None:
    """Elements come several times."""
    x = np.arange(6, dtype=F32).reshape(2, 3)
    check(node("Pad", "x", "p", mode=mode), {"x": x}, {"p": np.array([5, 0, 3, 9])})


@pytest.mark.parametrize("value", [np.array(3, F32), np.array(2**53 + 1), np.array(True), np.array(-np.inf, F16)])
@pytest.mark.parametrize("known", [False, True])
def test_values_of_pads(value: Array, known: bool) -> None:
    """Known only when the program runs, and integers that no float holds."""
    x = np.zeros((2, 3), value.dtype)
    operands = {"x": x} if known else {"x": x, "v": value}
    constants = {"p": np.array([1, -1, 0, 2]), **({"v": value} if known else {})}
    model = model_of([node("Pad", "x", "p", "v")], operands, constants, opset=21)
    wanted = np.pad(x[:, 1:], [(1, 0), (0, 2)], constant_values=value)
    for (found,) in execute(import_onnx(model), list(operands.values())):
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("start", "limit", "step"),
    [(0, 10, 3), (10, 0, -3), (2**62, 2**62 + 5, 2), (5, 5, 1), (3, 1, 1), (0.1, 1.0, 0.1), (1.0, -1.0, -0.3)],
)
def test_ranges(start: float, limit: float, step: float) -> None:
    """Integers beyond what a float holds, fractions, and ranges of nothing."""
    dtype = I64 if isinstance(start, int) else F32
    values = {n: np.array(v, dtype) for n, v in (("a", start), ("z", limit), ("d", step))}
    check(node("Range", "a", "z", "d"), {}, values, 11)


@pytest.mark.parametrize("dtype", [F16, ml_dtypes.bfloat16, F32, np.float64])
def test_types_of_grids(dtype: Any) -> None:
    """Places are computed in the grid's type, in f32 at least."""
    rng = np.random.default_rng(4)
    x, places = rng.standard_normal((1, 1, 7)).astype(dtype), rng.uniform(-0.8, 0.8, (1, 9, 1)).astype(dtype)
    model = model_of([node("GridSample", "x", "g", align_corners=1)], {"x": x, "g": places}, opset=20)
    wide = (places.astype(np.float64).reshape(-1) + 1) * 3
    expected = np.interp(wide, np.arange(7), x.astype(np.float64).reshape(-1))
    tolerance = {F16: 1e-2, ml_dtypes.bfloat16: 5e-2, F32: 1e-5, np.float64: 1e-12}[dtype]
    for (found,) in execute(import_onnx(model), [x, places]):
        assert found.dtype == dtype
        np.testing.assert_allclose(found.astype(np.float64).reshape(-1), expected, rtol=tolerance, atol=tolerance)


def test_sizes_of_zero() -> None:
    """Resampled to nothing, products of letters of which one is empty, sums over nothing."""
    x = np.ones((2, 0, 3), F32)
    model = model_of([node("Resize", "x", "", "s")], {"x": np.ones((1, 1, 4), F32)}, {"s": np.array([1, 1, 0.1], F32)})
    assert execute(import_onnx(model), [np.ones((1, 1, 4), F32)])[0][0].shape == (1, 1, 0)
    check(node("Einsum", "x", "z", equation="abc,b->ac"), {"x": x, "z": np.ones(1, F32)})
    check(node("ReduceMax", "x", "a"), {"x": x}, {"a": np.array([1])})
    check(node("Softmax", "x", axis=1), {"x": x})


@pytest.mark.parametrize(
    ("one", "operands", "message"),
    [
        (node("STFT", "x", "s"), {"x": np.ones((4,), F32)}, r"the signal has shape \[4\], expected \(N, L\)"),
        (
            node("STFT", "x", "s"),
            {"x": np.ones((1, 20000), F32)},
            "a constant of 6400000000 bytes is above the limit of",
        ),
        (node("TopK", "x", "e"), {}, "input 'e' has 0 elements, expected one"),
        (node("TopK", "x", "f"), {}, "input 'f' is 1.5, expected a whole number"),
        (node("OneHot", "x", "m", "x"), {}, r"depth -1 and values \[2, 3\], expected at least 0 and \[2\]"),
        (node("Range", "f", "i", "f"), {}, "no numbers go from 1.5 to inf in steps of 1.5"),
        (node("Gemm", "j", "k", alpha=0.5), {}, "0.5 is no value of int32"),
        (node("Gemm", "x", "y2", "x4"), {}, r"C has shape \[4, 2, 2\], which does not stretch to \[2, 2\]"),
        (node("GatherND", "x", "s", batch_dims=-1), {}, "attribute 'batch_dims' is -1, expected 0 or more"),
        (node("DepthToSpace", "x4d", blocksize=1, mode="ABC"), {}, "mode 'ABC' is not DCR or CRD"),
        (
            node("InstanceNormalization", "x4d", "x", "x"),
            {},
            r"a tensor \[2, 3\] is not a vector of one element for each of 1 channels",
        ),
        (node("Resize", "x", "", "inf2"), {}, r"scales \[inf, inf\] do not fit x \[2, 3\]"),
        (node("Sqrt", "m"), {}, "element types i64 -> i64 are not legal"),
    ],
)
def test_diagnostics(one: NodeProto, operands: dict[str, Array], message: str) -> None:
    """Operands that fit nothing are located errors."""
    constants: dict[str, Array] = {
        **{
            "s": np.array(1),
            "e": np.zeros(0, I64),
            "f": np.array(1.5, F32),
            "m": np.array(-1),
            "i": np.array(np.inf, F32),
        },
        "inf2": np.array([np.inf, np.inf], F32),
    }
    given: dict[str, Array] = {
        **{"x": np.ones((2, 3), F32), "y2": np.ones((3, 2), F32), "x4": np.ones((4, 2, 2), F32)},
        **{
            "j": np.ones((2, 2), np.int32),
            "k": np.ones((2, 2), np.int32),
            "x4d": np.ones((1, 1, 2, 2), F32),
            **operands,
        },
    }
    with pytest.raises(ModelError, match=f"node 'n' .*{message}"):
        import_onnx(
            model_of(
                [one],
                {name: given[name] for name in dict.fromkeys(one.input) if name in given},
                {name: constants[name] for name in dict.fromkeys(one.input) if name in constants},
                opset=18,
            )
        )


@pytest.mark.parametrize(
    ("one", "shape"),
    [
        (node("Trilu", "x"), (1, 2**30)),
        (node("Hardmax", "x"), (1, 2**30)),
        (node("OneHot", "i", "many", "v"), (1,)),
        (node("Range", "zero", "many", "one"), (1,)),
    ],
)
def test_nodes_that_would_fill_the_memory(one: NodeProto, shape: tuple[int, ...]) -> None:
    """Sizes are checked before anything is made of them."""
    constants = {"many": np.array(2**30), "zero": np.array(0), "one": np.array(1), "v": np.array([0, 1], F32)}
    infos = {"x": helper.make_tensor_value_info("x", 1, shape), "i": helper.make_tensor_value_info("i", 7, shape)}
    names = dict.fromkeys(one.input)
    weights = [numpy_helper.from_array(constants[name], name) for name in names if name in constants]
    output = helper.make_empty_tensor_value_info("y")
    graph = helper.make_graph([one], "g", [infos[name] for name in names if name in infos], [output], weights)
    message = r"^node 'n' \(\w+\): a constant of 8589934592 bytes is above the limit of 4294967296$"
    with pytest.raises(ModelError, match=message):
        import_onnx(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9))


@pytest.mark.parametrize(
    ("one", "shape"),
    [
        (node("GridSample", "x", "x"), (1, 4, 1, 1, 1, 4)),
        (node("RNN", "x", "w", "w", hidden_size=1), (10**6, 1, 1)),
        (node("GRU", "x", "g", "g", hidden_size=1), (0, 1, 1)),
        (node("LinearAttention", "x", "x", "x", outputs=("y", "s"), update_rule="linear", **ONE_HEAD), (1, 0, 4)),
    ],
)
def test_nodes_that_would_become_too_many(one: NodeProto, shape: tuple[int, ...]) -> None:
    """They are kept for a framework: no or millions of steps, and neighbours along more than three axes."""
    operands = {"x": np.broadcast_to(F32(0), shape), "w": np.ones((1, 1, 1), F32), "g": np.ones((1, 3, 1), F32)}
    imported = import_onnx(model_of([one], {name: operands[name] for name in dict.fromkeys(one.input)}, opset=27))
    assert [op.name for op in imported.function.body.block.ops] == ["graph.call_framework", "graph.return"]


def _tensor(rng: np.random.Generator) -> Array:
    """Of any type, rank up to 4 and small sizes."""
    types: list[Any] = [F32, F32, F32, I64, np.int32, F16, np.bool_, np.uint8, np.float64]
    dtype = np.dtype(types[rng.integers(len(types))])
    shape = [int(n) for n in rng.integers(0, 4, rng.integers(0, 5))]
    return rng.integers(-2 if dtype.kind != "u" else 0, 4, shape).astype(dtype)


def _attribute(rng: np.random.Generator, name: str, kind: int) -> AttributeProto | None:
    integers = (0, 1, 2, -1, 3, 7, 2**40, -(2**63), 2**63 - 1)
    floats = (0.0, 1.0, -1.0, 0.5, np.nan, np.inf)
    texts = ("", "linear", "nearest", "constant", "SAME_UPPER", "reverse", "ij,jk->ik", "mean")
    few = int(rng.integers(0, 4))
    match kind:
        case AttributeProto.INT:
            return helper.make_attribute(name, int(integers[rng.integers(len(integers))]))
        case AttributeProto.FLOAT:
            return helper.make_attribute(name, floats[rng.integers(len(floats))])
        case AttributeProto.STRING:
            return helper.make_attribute(name, texts[rng.integers(len(texts))])
        case AttributeProto.INTS:
            values = [integers[rng.integers(len(integers))] for _ in range(few)]
            return helper.make_attribute(name, values, attr_type=kind)
        case AttributeProto.FLOATS:
            return helper.make_attribute(name, rng.choice(floats, few).tolist(), attr_type=kind)
        case AttributeProto.TENSOR:
            return helper.make_attribute(name, numpy_helper.from_array(_tensor(rng)))
        case _:
            return None


def test_nodes_that_fit_nothing() -> None:
    """Any operands and attributes: a module or a diagnostic, and no other exception."""
    rng = np.random.default_rng(7)
    taken = refused = 0
    for kind in sorted(OPERATORS):
        schema = next(s for s in defs.get_all_schemas_with_history() if s.name == kind and s.domain == "")
        for opset in (7, 13, 21, 25):
            count = int(rng.integers(schema.min_input, max(schema.min_input, min(schema.max_input, 5)) + 1))
            operands = {f"x{i}": _tensor(rng) for i in range(count)}
            known = {name for name in operands if name != "x0" and rng.random() < 0.6}
            one = helper.make_node(kind, list(operands), ["y"], "n")
            attributes: Any = schema.attributes
            for name, attribute in attributes.items():
                found = _attribute(rng, name, attribute.type.value)
                if found is not None and (attribute.required or rng.random() < 0.5):
                    one.attribute.append(found)
            inputs = {name: array for name, array in operands.items() if name not in known}
            try:
                import_onnx(model_of([one], inputs, {name: operands[name] for name in known}, opset=opset))
                taken += 1
            except ModelError:
                refused += 1
    assert taken > 100, (taken, refused)

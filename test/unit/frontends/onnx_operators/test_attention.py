"""Attention, rotary positions, linear attention and causal filters compute what ONNX's reference evaluator computes."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import NodeProto, helper
from onnx.reference import ReferenceEvaluator
from onnx_support import close, execute, model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx

Array = npt.NDArray[Any]
NEWEST = 27
SEEDS = st.integers(0, 99)
FEW = settings(max_examples=25, deadline=None)


def check(node: NodeProto, inputs: dict[str, Array], opset: int = NEWEST, constants: set[str] | None = None) -> None:
    """Import, execute, and compare with the reference; no framework may take part."""
    known = {name: inputs[name] for name in constants or ()}
    given = {name: array for name, array in inputs.items() if name not in known}
    model = model_of([node], given, known, [name for name in node.output if name], opset)
    evaluator: Any = ReferenceEvaluator(model)
    expected: list[Array] = evaluator.run(None, given)
    imported = import_onnx(model)
    assert not any(op.name == "graph.call_framework" for op in imported.module.walk())
    for found in execute(imported, list(given.values())):
        for array, wanted in zip(found, expected, strict=True):
            blind = np.isneginf(np.asarray(wanted, np.float64))
            np.testing.assert_array_equal(np.isneginf(array), blind)
            close([np.where(blind, 0, array)], [np.where(blind, 0, wanted)], 2e-5)


@st.composite
def attentions(draw: st.DrawFn) -> tuple[NodeProto, dict[str, Array], set[str]]:
    """A node, its operands by name, and which are constants."""
    rng = np.random.default_rng(draw(SEEDS))
    batch, groups, shared, queries, keys, size, width = (draw(st.integers(1, 3)) for _ in range(7))
    heads, flat = groups * shared, draw(st.booleans())

    def normal(*shape: int) -> Array:
        return rng.standard_normal(shape).astype(np.float32)

    def tensor(count: int, length: int, depth: int) -> Array:
        return normal(batch, length, count * depth) if flat else normal(batch, count, length, depth)

    operands = {"q": tensor(heads, queries, size), "k": tensor(groups, keys, size), "v": tensor(groups, keys, width)}
    attributes: dict[str, Any] = {"q_num_heads": heads, "kv_num_heads": groups} if flat else {}
    cache = draw(st.sampled_from(["none", "past", "nonpad"]))
    past = draw(st.integers(1, 2)) if cache == "past" else 0
    if cache == "past":
        operands["past_k"], operands["past_v"] = normal(batch, groups, past, size), normal(batch, groups, past, width)
    if cache == "nonpad":
        operands["nonpad"] = rng.integers(1, keys + 1, batch)
    mask = draw(st.sampled_from(["none", "float", "bool"]))
    if mask != "none":
        shape = draw(st.sampled_from([(queries,), (heads, queries), (batch, heads, queries), (batch, 1, queries)]))
        shape = (*shape, keys + past) if len(shape) > 0 else shape
        truth = rng.random(shape) < 0.7
        operands["mask"] = truth if mask == "bool" else np.where(truth, rng.standard_normal(shape), -np.inf)
        operands["mask"] = operands["mask"] if mask == "bool" else operands["mask"].astype(np.float32)
    for name, values in (("is_causal", [0, 1]), ("softcap", [0.0, 2.0]), ("scale", [0.0, 0.3])):
        if value := draw(st.sampled_from(values)):
            attributes[name] = value
    if draw(st.booleans()):
        attributes["left_window_size"] = draw(st.integers(0, 2))
    # Without the mask, the results before the bias are those that all versions of the standard agree on.
    attributes["qk_matmul_output_mode"] = draw(st.sampled_from([2, 3]))
    order = ["q", "k", "v", "mask", "past_k", "past_v", "nonpad"]
    names = [name if name in operands else "" for name in order]
    results = ["y", "present_k", "present_v", "qk"]
    constants = {"mask"} & set(operands) if draw(st.booleans()) else set[str]()
    return helper.make_node("Attention", names, results, "n", **attributes), operands, constants


@settings(max_examples=60, deadline=None)
@given(attentions())
def test_attention(case: tuple[NodeProto, dict[str, Array], set[str]]) -> None:
    """Masks, caches, windows, shared heads and both layouts; queries that see nothing give zeros."""
    node, operands, constants = case
    order = {name: operands[name] for name in node.input if name}
    check(node, order, constants=constants)


@FEW
@given(SEEDS, st.booleans(), st.booleans(), st.sampled_from([0, 2, 4]), st.booleans())
def test_rotary_embedding(seed: int, flat: bool, interleaved: bool, size: int, positions: bool) -> None:
    """Whole heads and parts of them, in halves and in pairs."""
    rng = np.random.default_rng(seed)
    batch, heads, length, depth = 2, 3, 4, 6
    shape = (batch, length, heads * depth) if flat else (batch, heads, length, depth)
    half = (size or depth) // 2
    rows = (9, half) if positions else (batch, length, half)
    operands = {"x": rng.standard_normal(shape), "cos": rng.standard_normal(rows), "sin": rng.standard_normal(rows)}
    operands = {name: array.astype(np.float32) for name, array in operands.items()}
    at: dict[str, Array] = {"at": rng.integers(0, 9, (batch, length))} if positions else {}
    attributes: dict[str, Any] = {
        "interleaved": int(interleaved),
        "rotary_embedding_dim": size,
        **({"num_heads": heads} if flat else {}),
    }
    check(helper.make_node("RotaryEmbedding", [*operands, *at], ["y"], **attributes), {**operands, **at})


@FEW
@given(SEEDS, st.sampled_from(["linear", "gated", "delta", "gated_delta"]), st.booleans(), st.booleans())
def test_linear_attention(seed: int, rule: str, wide: bool, past: bool) -> None:
    """Every rule of update, decay per head and per element, with and without a state to begin with."""
    rng = np.random.default_rng(seed)
    batch, steps, groups, heads, size, width = 2, 3, 2, 4, 3, 5
    shapes = {"q": heads * size, "k": groups * size, "v": groups * width}
    operands = {name: rng.standard_normal((batch, steps, n)) * 0.5 for name, n in shapes.items()}
    if past:
        operands["state"] = rng.standard_normal((batch, groups, size, width))
    if "gated" in rule:
        operands["decay"] = -rng.random((batch, steps, groups * (size if wide else 1)))
    if "delta" in rule:
        operands["beta"] = rng.random((batch, steps, groups if wide else 1))
    operands = {name: array.astype(np.float32) for name, array in operands.items()}
    names = [name if name in operands else "" for name in ("q", "k", "v", "state", "decay", "beta")]
    attributes: dict[str, Any] = {"update_rule": rule, "q_num_heads": heads, "kv_num_heads": groups}
    check(helper.make_node("LinearAttention", names, ["y", "s"], **attributes), operands)


@FEW
@given(SEEDS, st.integers(2, 4), st.sampled_from(["none", "silu", "swish"]), st.booleans(), st.booleans())
def test_causal_filters(seed: int, reach: int, activation: str, bias: bool, past: bool) -> None:
    """With what came before, and zeros instead."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (2, 3, 5), "w": (3, 1, reach), **({"b": (3,)} if bias else {})}
    shapes |= {"past": (2, 3, reach - 1)} if past else {}
    operands = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    names = [name if name in operands else "" for name in ("x", "w", "b", "past")]
    check(helper.make_node("CausalConvWithState", names, ["y", "s"], activation=activation), operands)


@pytest.mark.parametrize(
    ("kind", "shapes", "attributes", "message"),
    [
        (
            "Attention",
            [(1, 2, 6), (1, 2, 6), (1, 2, 6)],
            {"q_num_heads": 4, "kv_num_heads": 2},
            "Q has 6 channels, .* 4",
        ),
        ("Attention", [(1, 3, 2, 4), (1, 2, 2, 4), (1, 2, 2, 4)], {}, "3 heads of Q do not share 2 of K and 2 of V"),
        ("Attention", [(2, 4), (2, 4), (2, 4)], {}, "expected rank 3 or 4 each"),
        ("Attention", [(1, 1, 2, 4)] * 3, {"left_window_size": -2}, "windows of -2 and -1 keys: expected -1 or more"),
        ("RotaryEmbedding", [(1, 2, 3, 4), (1, 3, 1), (1, 3, 1)], {}, "a cache has 1 columns, expected 2"),
        ("RotaryEmbedding", [(2, 4), (1, 3, 1), (1, 3, 1)], {}, "expected rank 3 or 4"),
        ("LinearAttention", [(1, 2, 4)] * 3, {"q_num_heads": 1, "kv_num_heads": 1}, "'gated_delta' needs decay"),
        ("LinearAttention", [(1, 2, 4)] * 3, {"update_rule": "none"}, "update_rule 'none' is not linear"),
        ("CausalConvWithState", [(1, 2, 4), (3, 1, 2)], {}, "not one filter each"),
        ("CausalConvWithState", [(1, 2, 4), (2, 1, 2)], {"activation": "relu"}, "'relu' is not none, silu or swish"),
    ],
)
def test_diagnostics(kind: str, shapes: list[tuple[int, ...]], attributes: dict[str, Any], message: str) -> None:
    """Illegal shapes and attributes are located errors."""
    operands = {f"x{i}": np.zeros(shape, np.float32) for i, shape in enumerate(shapes)}
    node = helper.make_node(kind, list(operands), ["y"], "n", **attributes)
    with pytest.raises(ModelError, match=f"node 'n' .*{message}"):
        import_onnx(model_of([node], operands, opset=NEWEST))

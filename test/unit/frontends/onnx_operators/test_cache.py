"""The update of a key-value cache: ONNX's own cases, a reference in NumPy, and what it becomes."""

from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator
from onnx_support import model_of
from xdsl.context import Context

import accelc
from accelc.errors import AccelcError, ModelError
from accelc.frontends.onnx import ImportedModel, import_onnx, run_reference
from accelc.frontends.onnx.operators.moves.cache import pieces
from accelc.interpreters.graph import run
from accelc.passes.normalize_inplace import NormalizeInplacePass
from accelc.passes.rebufferize_inplace import RebufferizeInplacePass

Array = npt.NDArray[Any]
OPSET = 24


def update_node(*inputs: str, name: str = "y", **attributes: Any) -> Any:
    """A node `TensorScatter`."""
    return helper.make_node("TensorScatter", list(inputs), [name], "n", **attributes)


def cache_model(
    past: Array, update: Array, at: "list[int] | None", known: bool = True, **attributes: Any
) -> ModelProto:
    """One update; the positions are a constant of the model if `known`, else an input."""
    positions = {} if at is None else {"at": np.array(at, np.int64)}
    node = update_node("past", "update", *positions, **attributes)
    given = {"past": past, "update": update}
    return model_of([node], given if known else given | positions, positions if known else {}, opset=OPSET)


def normal(*shape: int, seed: int = 0) -> Array:
    """Random floats."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def names(imported: ImportedModel) -> list[str]:
    """Operations of a model."""
    return [op.name for op in imported.function.body.block.ops]


def both(imported: ImportedModel, arrays: list[Array]) -> tuple[Array, Array]:
    """Its only result in place, and after `normalize-inplace`, which must leave no variable."""
    (before,) = run(imported.module, arrays, imported.weights, run_reference)
    NormalizeInplacePass().apply(Context(), imported.module)
    imported.module.verify()
    assert not {"graph.variable", "graph.view_slice", "graph.store_", "graph.load"} & set(names(imported))
    (after,) = run(imported.module, arrays, imported.weights, run_reference)
    return before, after


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    """ONNX's own tests of the operator, by name."""
    with catch_warnings():
        # The cases of other operators, which are made too, divide by zero and overflow on purpose.
        simplefilter("ignore")
        found: Any = collect_testcases("TensorScatter")
    return {case.name: case for case in found if case.name.startswith("test_tensorscatter")}


@pytest.mark.parametrize("name", ["test_tensorscatter", "test_tensorscatter_circular", "test_tensorscatter_3d"])
@pytest.mark.parametrize("known", [True, False])
def test_cases_of_onnx(cases: dict[str, Any], name: str, known: bool) -> None:
    """In place if the positions are known, else by a scatter; bit for bit, on the simulated machine too."""
    case = cases[name]
    arrays: list[Array] = [np.asarray(v) for v in case.data_sets[0][0]]
    expected = case.data_sets[0][1][0]
    model = ModelProto()
    model.CopyFrom(case.model)
    inputs = dict(zip([info.name for info in model.graph.input], arrays, strict=True))
    if known:
        model.graph.initializer.append(numpy_helper.from_array(inputs.pop("write_indices"), "write_indices"))
        del model.graph.input[2]
    result = accelc.run(model, inputs=inputs, check=False)
    np.testing.assert_array_equal(result.outputs["present_cache"], expected)
    imported = import_onnx(model)
    assert ("graph.scatter" in names(imported)) != known
    assert ("graph.variable" in names(imported)) == known
    for found in both(imported, list(inputs.values())):
        np.testing.assert_array_equal(found, expected)


def test_all_cases_of_onnx_are_here(cases: dict[str, Any]) -> None:
    """A case that a later onnx adds must be added above."""
    plain = {name for name in cases if not name.endswith("_expanded")}
    assert plain == {"test_tensorscatter", "test_tensorscatter_circular", "test_tensorscatter_3d"}


@given(st.data())
def test_updates_are_those_of_the_reference(data: st.DataObject) -> None:
    """Any rank, axis, mode, type and positions, omitted ones too; against ONNX's reference."""
    shape = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=4), "shape")
    axis = data.draw(st.integers(1, len(shape) - 1), "axis")
    count = data.draw(st.integers(1, shape[axis]), "count")
    circular = data.draw(st.booleans(), "circular")
    last = 3 * shape[axis] if circular else shape[axis] - count
    at = data.draw(st.none() | st.lists(st.integers(0, last), min_size=shape[0], max_size=shape[0]), "at")
    kind = data.draw(st.sampled_from([np.float32, np.float16, np.int64, np.uint8, np.bool_]), "dtype")
    past, update = np.zeros(shape, kind), np.ones([count if a == axis else n for a, n in enumerate(shape)], kind)
    if kind is not np.bool_:
        past, update = (np.arange(1, a.size + 1).reshape(a.shape).astype(kind) for a in (past, update))
        update = (update + kind(64)).astype(kind)
    written = data.draw(st.sampled_from([axis, axis - len(shape)]), "written")
    model = cache_model(past, update, at, axis=written, mode="circular" if circular else "linear")
    typed = ModelProto()
    typed.CopyFrom(model)
    typed.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("y", helper.np_dtype_to_tensor_dtype(past.dtype), shape)
    )
    evaluator: Any = ReferenceEvaluator(typed)
    (expected,) = evaluator.run(None, {"past": past, "update": update})
    for found in both(import_onnx(model), [past, update]):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


@given(st.integers(0, 12), st.integers(0, 6), st.integers(0, 6))
def test_pieces_cover_the_ring_once(first: int, count: int, size: int) -> None:
    """Element i goes to position (first + i) mod size; two pieces at most, none empty."""
    count = min(count, size)
    found = pieces(first, count, size)
    assert len(found) <= 2
    assert all(n > 0 and position + n <= size for position, _, n in found)
    cells = {begin + i: position + i for position, begin, n in found for i in range(n)}
    assert cells == {i: (first + i) % size for i in range(count)}


def test_the_old_cache_is_still_there() -> None:
    """Two updates of one cache: each has its own result, and the argument keeps its contents."""
    past, update = normal(1, 4, 3), normal(1, 1, 3, seed=1)
    nodes = [update_node("past", "update", name="a"), update_node("past", "update", "at", name="b")]
    nodes += [helper.make_node("Add", ["a", "b"], ["s"]), helper.make_node("Sub", ["s", "past"], ["y"])]
    model = model_of(nodes, {"past": past, "update": update}, {"at": np.array([2], np.int64)}, opset=OPSET)
    a, b = past.copy(), past.copy()
    a[:, 0:1], b[:, 2:3] = update, update
    for found in both(import_onnx(model), [past, update]):
        np.testing.assert_array_equal(found, a + b - past)


def test_known_caches_are_computed_at_import() -> None:
    """Nothing of it is left in the IR; the constants of the model keep theirs."""
    past, update = np.arange(6, dtype=np.float32).reshape(1, 3, 2), np.full((1, 1, 2), 9, np.float32)
    nodes = [update_node("past", "update", "at", name="c"), helper.make_node("Add", ["x", "c"], ["y"])]
    constants = {"past": past, "update": update, "at": np.array([1], np.int64)}
    x = normal(1, 3, 2)
    imported = import_onnx(model_of(nodes, {"x": x}, constants, opset=OPSET))
    assert "graph.variable" not in names(imported)
    (found,) = run(imported.module, [x], imported.weights)
    np.testing.assert_array_equal(found, x + np.array([[[0, 1], [9, 9], [4, 5]]], np.float32))
    np.testing.assert_array_equal(past, np.arange(6, dtype=np.float32).reshape(1, 3, 2))


def test_a_cache_made_by_the_model_is_written_in_its_place() -> None:
    """`rebufferize-inplace` lets the update take the buffer of what the model computed; samples go together."""
    nodes = [helper.make_node("Relu", ["past"], ["c"]), update_node("c", "update", "at")]
    past, update = normal(4, 8, 6), normal(4, 2, 6, seed=1)
    at = np.array([3, 3, 5, 5], np.int64)
    imported = import_onnx(model_of(nodes, {"past": past, "update": update}, {"at": at}, opset=OPSET))
    NormalizeInplacePass().apply(Context(), imported.module)
    RebufferizeInplacePass().apply(Context(), imported.module)
    inserts = [op for op in imported.function.body.block.ops if op.name == "graph.insert_slice"]
    assert len(inserts) == 2
    assert all("reuses" in op.attributes for op in inserts)


def test_a_decoding_step_on_the_machine() -> None:
    """Update, product, softmax, product: as the reference, whatever the pipeline does with the cache."""
    shape, scale = (1, 2, 16, 8), np.array(0.5, np.float32)
    nodes = [
        update_node("past", "k", "at", name="present", mode="circular"),
        helper.make_node("Transpose", ["present"], ["kt"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["q", "kt"], ["s0"]),
        helper.make_node("Mul", ["s0", "scale"], ["s"]),
        helper.make_node("Softmax", ["s"], ["p"]),
        helper.make_node("MatMul", ["p", "present"], ["y"]),
    ]
    arrays = {"past": normal(*shape), "k": normal(1, 2, 3, 8, seed=1), "q": normal(1, 2, 3, 8, seed=2)}
    constants = {"at": np.array([14], np.int64), "scale": scale}
    model = model_of(nodes, arrays, constants, outputs=("y", "present"), opset=OPSET)
    for output, sizes in zip(model.graph.output, ((1, 2, 3, 8), shape), strict=True):
        output.CopyFrom(helper.make_tensor_value_info(output.name, TensorProto.FLOAT, sizes))
    result = accelc.run(model, inputs=arrays)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    expected = arrays["past"].copy()
    expected[:, :, 14:], expected[:, :, :1] = arrays["k"][:, :, :2], arrays["k"][:, :, 2:]
    np.testing.assert_array_equal(result.outputs["present"], expected)


@pytest.mark.parametrize(
    ("message", "past", "update", "at", "attributes"),
    [
        ("attribute 'mode' = 'ring': expected linear or circular", (2, 4, 3), (2, 1, 3), [0, 0], {"mode": "ring"}),
        (
            "attribute 'axis' is the axis of samples, 0; expected that of the positions in the cache",
            (2, 4),
            (1, 4),
            None,
            {},
        ),
        ("axis 3 is outside [-3, 2] of a tensor of rank 3", (2, 4, 3), (2, 1, 3), None, {"axis": 3}),
        (
            "an update float32[2, 5, 3] does not fit a cache float32[2, 4, 3]; only axis 1 may be shorter",
            *((2, 4, 3), (2, 5, 3), None, {}),
        ),
        (
            "an update float32[1, 4, 3] does not fit a cache float32[2, 4, 3]; only axis 1 may be shorter",
            *((2, 4, 3), (1, 4, 3), None, {}),
        ),
        (
            "an update float32[2, 4] does not fit a cache float32[2, 4, 3]; only axis 1 may be shorter",
            *((2, 4, 3), (2, 4), None, {}),
        ),
        (
            "write_indices are int64[3], expected one integer for each of 2 samples",
            *((2, 4, 3), (2, 1, 3), [0, 0, 0], {}),
        ),
        ("write_indices[1] = 3: 2 of 4 positions begin from 0 to 2", (2, 4, 3), (2, 2, 3), [2, 3], {}),
        ("write_indices[0] = -1: 1 of 4 positions begin from 0 to 3", (2, 4, 3), (2, 1, 3), [-1, 0], {}),
        (
            "write_indices[0] = -1: 1 of 4 positions begin at least 0",
            *((2, 4, 3), (2, 1, 3), [-1, 0], {"mode": "circular"}),
        ),
    ],
)
def test_mistakes(
    message: str, past: tuple[int, ...], update: tuple[int, ...], at: "list[int] | None", attributes: dict[str, Any]
) -> None:
    """Each is located at the node."""
    with pytest.raises(ModelError) as caught:
        import_onnx(cache_model(np.zeros(past, np.float32), np.zeros(update, np.float32), at, **attributes))
    assert str(caught.value) == f"node 'n' (TensorScatter): {message}"


def test_element_types_must_agree() -> None:
    """A cache of floats takes no integers."""
    model = cache_model(np.zeros((1, 4, 3), np.float32), np.zeros((1, 1, 3), np.int64), None)
    with pytest.raises(ModelError, match=r"an update int64\[1, 1, 3\] does not fit a cache float32\[1, 4, 3\]"):
        import_onnx(model)


def test_positions_known_at_run_time_only() -> None:
    """A scatter updates the cache, and refuses what lies outside."""
    past, update = normal(2, 4, 3), normal(2, 2, 3, seed=1)
    model = cache_model(past, update, [0, 2], known=False)
    imported = import_onnx(model)
    assert "graph.scatter" in names(imported)
    assert "graph.call_framework" not in names(imported)
    inputs = {"past": past, "update": update, "at": np.array([0, 2], np.int64)}
    expected = past.copy()
    expected[0, 0:2], expected[1, 2:4] = update
    result = accelc.run(model, inputs=inputs, check=False)
    np.testing.assert_array_equal(result.outputs["y"], expected)
    place = r"^node 'n', lane 'dma[0-9]+' record [0-9]+ \(dma_scatter\)"
    with pytest.raises(AccelcError, match=place + ": index 4 is outside"):
        accelc.run(model, inputs=inputs | {"at": np.array([0, 3], np.int64)}, check=False)

"""Values of any kind: types, constants in files, and what is wrong with them."""

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from accelc.errors import ModelError
from accelc.staged.nodes import run_node
from accelc.staged.values import Scope, array_of, dense_array, is_tensor, kind_of, normal, type_of

FLOATS = np.zeros((2, 3), np.float32)


def test_kinds() -> None:
    """What the compiler has a type for, and how the rest is called."""
    assert is_tensor(FLOATS)
    odd: list[tuple[Any, str]] = [
        (np.array(["a"], object), "text"),
        (np.zeros(2, np.complex64), "a tensor of complex64"),
        (np.zeros(2, ml_dtypes.int4), "a tensor of int4"),
        ([FLOATS], "a sequence"),
        ({"a": 1.0}, "a map"),
        (None, "an empty optional"),
    ]
    for value, kind in odd:
        assert not is_tensor(value)
        assert kind_of(value) == kind
    assert normal((np.float32(1), [FLOATS]))[0].shape == ()


def test_types_for_other_packages() -> None:
    """As ONNX writes them."""
    assert type_of(FLOATS) == helper.make_tensor_type_proto(TensorProto.FLOAT, (2, 3))
    assert type_of(np.array(["a"])) == helper.make_tensor_type_proto(TensorProto.STRING, (1,))
    assert type_of([FLOATS]) == helper.make_sequence_type_proto(type_of(FLOATS))
    assert type_of([]).sequence_type.elem_type.tensor_type.elem_type == TensorProto.FLOAT
    assert type_of(None).WhichOneof("value") == "optional_type"
    assert type_of({"a": 1}).map_type.key_type == TensorProto.STRING


def test_scopes() -> None:
    """Inner names hide outer ones; a value that is set is no constant of the model."""
    outer = Scope({"c": FLOATS})
    outer["x"] = FLOATS
    inner = Scope({}, outer)
    assert "c" in inner
    assert inner.is_constant("c")
    assert not inner.is_constant("x")
    inner["c"] = None
    assert inner["c"] is None
    assert not inner.is_constant("c")
    assert outer["c"] is FLOATS
    with pytest.raises(KeyError):
        inner["y"]


def sparse(indices: list[Any], values: list[float], dims: list[int]) -> Any:
    """A sparse tensor named `s`."""
    data = numpy_helper.from_array(np.array(values, np.float32), "s")
    return helper.make_sparse_tensor(data, numpy_helper.from_array(np.array(indices, np.int64), "i"), dims)


def test_sparse_tensors() -> None:
    """Both forms of indices; ones that do not fit, and shapes nobody can hold, are refused."""
    expected = np.array([[0, 1, 0], [2, 0, 0]], np.float32)
    np.testing.assert_array_equal(dense_array(sparse([1, 3], [1, 2], [2, 3]), None, "w"), expected)
    np.testing.assert_array_equal(dense_array(sparse([[0, 1], [1, 0]], [1, 2], [2, 3]), None, "w"), expected)
    for indices in ([1, 6], [-1, 3], [[0, 1, 0], [1, 0, 0]], [1, 2, 3]):
        with pytest.raises(ModelError, match=r"^w \(sparse tensor 's'\): its indices do not fit its shape \[2, 3\]: "):
            dense_array(sparse(indices, [1, 2], [2, 3]), None, "w")
    with pytest.raises(ModelError, match=r"^w \(sparse tensor 's'\): a constant of \d+ bytes is above the limit"):
        dense_array(sparse([0], [1], [2**20, 2**15]), None, "w")


def test_constants_of_other_types() -> None:
    """Text and four bits; data that are not there are an error."""
    text = TensorProto(name="t", data_type=TensorProto.STRING, dims=[1], string_data=[b"a"])
    assert array_of(text, None, "w").astype(str).tolist() == ["a"]
    four = helper.make_tensor("t", TensorProto.INT4, [2], [-3, 4])
    assert array_of(four, None, "w").astype(np.int8).tolist() == [-3, 4]
    with pytest.raises(ModelError, match=r"^w \(tensor 't'\) cannot be read: "):
        array_of(TensorProto(name="t", data_type=TensorProto.INT4, dims=[64], raw_data=b"a"), None, "w")


def test_files_of_other_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Integers of 4 bits beside a model are read from its folder, and from nowhere else."""
    tensor = TensorProto(name="t", data_type=TensorProto.INT4, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="t.bin")
    (tmp_path / "t.bin").write_bytes(b"\x21")
    np.testing.assert_array_equal(array_of(tensor, tmp_path, "w").astype(np.int8), [1, 2])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ModelError, match=r"^w \(tensor 't'\): data are in the external file 't.bin', but the model was not"
    ):
        array_of(tensor, None, "w")
    tensor.external_data[0].value = "../t.bin"
    with pytest.raises(ModelError, match=r"^w \(tensor 't'\): external data location '../t.bin' leaves the model"):
        array_of(tensor, tmp_path, "w")


def test_files_of_attributes() -> None:
    """Frameworks would look for them in the working directory."""
    tensor = TensorProto(name="t", data_type=TensorProto.INT4, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="t.bin")
    inner = helper.make_node("ConstantOfShape", ["s"], ["y"], "n", value=tensor)
    body = helper.make_graph([inner], "body", [], [])
    for node in (inner, helper.make_node("Strange", ["s"], ["y"], "n", body=body)):
        with pytest.raises(ModelError, match=r"^node 'n' \(\w+\): a tensor in an attribute has its data in a file"):
            run_node(node, {"": 21}, {"s": np.array([2])}, "why")


def test_empty_operands_are_for_the_reference() -> None:
    """onnxruntime divides by the number of heads, and is not asked where the reference gives up either."""
    node = helper.make_node("Attention", ["q", "k", "v"], ["y"], "n")
    empty = np.zeros((1, 0, 2, 4), np.float32)
    results, framework, _ = run_node(node, {"": 23}, {"q": empty, "k": empty, "v": empty}, "why")
    assert framework == "onnx"
    assert results[0].shape == empty.shape
    with pytest.raises(ModelError, match=r"^node 'n' \(Attention\): onnx cannot execute it: [^;]*; not compiled"):
        run_node(node, {"": 23}, {"q": empty, "k": empty, "v": empty[0]}, "why")

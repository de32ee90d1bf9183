"""Every mistake in a model, or in what is asked of it, is one ModelError that says what, where and what to do."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import AttributeProto, ModelProto, TensorProto, helper, numpy_helper
from onnx_support import model_files, model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx

X = np.zeros((2, 3), np.float32)


def model(kind: str = "Relu", *inputs: str, opset: int = 17, **attributes: Any) -> ModelProto:
    """A model of one node named `n` with the input `x`."""
    node = helper.make_node(kind, list(inputs) or ["x"], ["y"], "n", **attributes)
    constants = {"c": np.zeros((4,), np.float32), "i": np.array([1, 2], np.int64), "j": np.array([1, 2, 4], np.int64)}
    return model_of([node], {"x": X}, constants, opset=opset)


def symbolic(*dims: "int | str | None") -> ModelProto:
    """A model whose input has these dimensions."""
    proto = model()
    del proto.graph.input[:]
    proto.graph.input.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, list(dims)))
    return proto


def refuses(proto: "ModelProto | bytes | Path", message: str, **arguments: Any) -> None:
    """The import fails with exactly this message."""
    with pytest.raises(ModelError) as caught:
        import_onnx(proto, **arguments)
    assert str(caught.value) == message


def test_truncated_files() -> None:
    """Wherever the file ends, the outcome is a diagnostic or a smaller legal model."""
    data = model_files.light_models()["squeezenet"].read_bytes()
    refuses(
        data[: len(data) // 2], f"model is not an ONNX model, or is truncated ({len(data) // 2} bytes do not parse)"
    )
    refuses(b"", "model is not an ONNX model: it has no graph")


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    """Never another exception."""
    with pytest.raises(ModelError):
        import_onnx(data)


@settings(max_examples=150)
@given(st.data())
def test_damaged_models(data: st.DataObject) -> None:
    """A model with changed bytes is imported or refused, never anything else."""
    node = helper.make_node("Conv", ["x", "w"], ["y"], "n", pads=[1, 1, 1, 1])
    image = np.zeros((1, 2, 4, 4), np.float32)
    good = model_of([node], {"x": image}, {"w": np.zeros((2, 2, 3, 3), np.float32)}).SerializeToString()
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ModelError):
        import_onnx(bytes(damaged)).module.verify()


def test_names_that_are_no_text() -> None:
    """Protobuf does not refuse them."""
    node = helper.make_node("Add", ["x", "w"], ["y"])
    good = model_of([node], {"x": np.zeros(2, np.float32)}, {"w": np.zeros(2, np.float32)}).SerializeToString()
    message = r"model: field 'onnx.NodeProto.input' is not UTF-8 text: b'\x80'"
    refuses(good.replace(b"\x0a\x01x\x0a\x01w", b"\x0a\x01x\x0a\x01\x80"), message)


def test_missing_file(tmp_path: Path) -> None:
    """Named by its path."""
    path = tmp_path / "absent.onnx"
    refuses(path, f"cannot read model '{path}': No such file or directory")


def test_unbound_dimension() -> None:
    """The dimension's name if it has one, and every remedy there is."""
    refuses(
        symbolic("batch", 3),
        "input 'x': the size of dimension 'batch' (axis 0) is not known; give the dimension's size (--dim batch=N), "
        "the shape of 'x' (--shape x=AxBxC), or an input file for it (--input x=FILE.npy)",
    )
    refuses(
        symbolic(2, None),
        "input 'x': the size of axis 1 is not known; give the shape of 'x' (--shape x=AxBxC), "
        "or an input file for it (--input x=FILE.npy)",
    )


def test_bound_dimensions() -> None:
    """By size or by shape; equal names have equal sizes, anonymous ones need not."""
    assert import_onnx(symbolic("batch", 3), dims={"batch": 5}).inputs[0].shape == (5, 3)
    assert import_onnx(symbolic("batch", 3), {"x": (4, 3)}).outputs[0].shape == (4, 3)
    assert import_onnx(symbolic("?", "?"), {"x": (4, 3)}).inputs[0].shape == (4, 3)


def test_wrong_bindings() -> None:
    """Contradictions, unknown names, negative sizes."""
    refuses(symbolic("n", "n"), "input 'x', axis 1: dimension 'n' is bound to 4, not 3", input_shapes={"x": (4, 3)})
    refuses(
        symbolic("n", 3),
        "input 'x', axis 1: the model declares size 3, the given shape has 4",
        input_shapes={"x": (1, 4)},
    )
    refuses(symbolic("n", 3), "input 'x' has rank 2, the given shape [4] has 1", input_shapes={"x": (4,)})
    refuses(
        symbolic("batch", 3),
        "the model has no symbolic dimension 'bacth'; did you mean 'batch'?; it has: batch",
        dims={"bacth": 1, "batch": 1},
    )
    refuses(
        symbolic("batch", 3),
        "the model has no symbolic dimension 'Batch'; did you mean 'batch'?; it has: batch",
        dims={"Batch": 1},
    )
    refuses(symbolic("n", 3), "dimension 'n' cannot have the size -1; sizes are at least 0", dims={"n": -1})
    refuses(model(), "the model has no input 'z'; its inputs are x", input_shapes={"z": (1,)})


@pytest.mark.parametrize("opset", [0, 1000])
def test_unsupported_opsets(opset: int) -> None:
    """The range is named."""
    with pytest.raises(ModelError, match=rf"^model uses opset {opset}; supported are 1 to \d+$"):
        import_onnx(model(opset=opset))


def test_old_opsets_are_converted() -> None:
    """What opset 6 says by attributes, newer ones say by shapes; what cannot be converted is refused."""
    imported = import_onnx(model("Relu", "x", opset=6))
    assert [op.name for op in imported.function.body.block.ops] == ["graph.relu", "graph.return"]
    with pytest.raises(ModelError, match=r"^model uses opset 6, which cannot be converted to opset 8: .*; export it"):
        import_onnx(model("Strange", "x", opset=6))


def test_missing_opsets() -> None:
    """Of the standard domain, and of another."""
    proto = model()
    del proto.opset_import[:]
    refuses(proto, "node 'n' (Relu): the model names no opset of domain 'ai.onnx'")
    refuses(
        model("Strange", domain="com.example"),
        "node 'n' (com.example:Strange): the model names no opset of domain 'com.example'",
    )


def test_types_that_do_not_fit() -> None:
    """Operand types and shapes, located at the node."""
    with pytest.raises(ModelError, match=r"^node 'n' \(Add\): .*element types f32, i64 -> f32 are not legal"):
        import_onnx(model("Add", "x", "j"))
    refuses(
        model("Add", "x", "c"),
        "node 'n' (Add): shapes 2x3, 4 do not broadcast: axis -1 has sizes [3, 4]",
    )
    refuses(model("Reshape", "x", "i"), "node 'n' (Reshape): cannot reshape [2, 3] to [1, 2]")
    refuses(model("Transpose", "x", perm=[0, 0]), "node 'n' (Transpose): perm [0, 0] is not a permutation of 2 axes")


def test_attributes_of_the_wrong_type() -> None:
    """Named with the expected type."""
    refuses(model("Flatten", "x", axis=1.5), "node 'n' (Flatten): attribute 'axis' is not of type INT")


def test_missing_inputs() -> None:
    """Of a node, and values that nothing defines."""
    refuses(model("Add", "x"), "node 'n' (Add): input 1 is missing")
    refuses(model("Relu", "nowhere"), "node 'n' (Relu): input 'nowhere' is never defined")


def test_values_defined_twice_and_cycles() -> None:
    """Structure of the graph."""
    twice = [helper.make_node("Relu", ["x"], ["y"], name) for name in ("a", "b")]
    refuses(model_of(twice, {"x": X}), "node 'b' (Relu): value 'y' is defined twice")
    cycle = [helper.make_node("Add", ["x", "z"], ["y"], "a"), helper.make_node("Relu", ["y"], ["z"], "b")]
    refuses(model_of(cycle, {"x": X}), "node 'a' (Add): depends on its own result (the graph has a cycle)")


def test_shapes_known_only_at_run_time() -> None:
    """A reshape by an input's values."""
    node = helper.make_node("Reshape", ["x", "s"], ["y"], "n")
    refuses(
        model_of([node], {"x": X, "s": np.array([6], np.int64)}),
        "node 'n' (Reshape): input 's' determines shapes and depends on the values of the model's inputs; "
        "only shapes known at import are supported",
    )


def test_unknown_operators_without_a_type() -> None:
    """A framework could execute it, but its result has no known type."""
    proto = model("Strange", domain="com.example")
    proto.opset_import.append(helper.make_opsetid("com.example", 1))
    refuses(
        proto,
        "node 'n' (com.example:Strange): no home but a framework executes this operator, and the type of its result "
        "'y' is not known at import; declare a static type for it in the model's value_info",
    )
    proto.graph.value_info.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3]))
    del proto.graph.output[:]
    proto.graph.output.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3]))
    assert import_onnx(proto).outputs[0].shape == (2, 3)


def test_unsupported_element_types() -> None:
    """Strings are not tensors of numbers."""
    proto = symbolic(2)
    proto.graph.input[0].type.tensor_type.elem_type = TensorProto.STRING
    with pytest.raises(ModelError, match=r"^input 'x': element type STRING is not supported; supported are FLOAT, "):
        import_onnx(proto)


def test_tensors_whose_data_do_not_fit_their_shape() -> None:
    """Too few bytes, absurd shapes."""
    proto = model("Add", "x", "c")
    proto.graph.initializer[0].raw_data = b"1234"
    refuses(proto, "initializer (tensor 'c'): 4 bytes of data, but float32[4] takes 16")
    proto.graph.initializer[0].dims[:] = [2**40, 2**40]
    with pytest.raises(ModelError, match=r"initializer \(tensor 'c'\): shape .* has more than \d+ elements"):
        import_onnx(proto)
    proto.graph.initializer[0].dims[:] = [-4]
    refuses(proto, "initializer (tensor 'c'): shape [-4] has a negative size")


def test_constants_too_large_to_compute() -> None:
    """A range of 2³⁸ numbers is refused before memory is taken."""
    limits = {n: np.array(v, np.int64) for n, v in (("a", 0), ("z", 2**38), ("s", 1))}
    node = helper.make_node("Range", ["a", "z", "s"], ["r"], "n")
    last = helper.make_node("ReduceSum", ["r"], ["y"], "m")
    with pytest.raises(ModelError, match=r"^node 'n' \(Range\): a constant of \d+ bytes is above the limit of \d+$"):
        import_onnx(model_of([node, last], {"x": X}, limits))


def external(folder: Path, location: str, **fields: int) -> Path:
    """A model whose weight of 16 bytes is in an external file."""
    proto = model("Add", "x", "w")
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **fields}.items():
        tensor.external_data.add(key=key, value=str(value))
    del proto.graph.initializer[:]
    proto.graph.initializer.append(tensor)
    proto.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4
    folder.mkdir(exist_ok=True)
    path = folder / "model.onnx"
    path.write_bytes(proto.SerializeToString())
    return path


def test_external_data(tmp_path: Path) -> None:
    """Read from a file in the model's folder or below it."""
    folder = tmp_path / "model"
    path = external(folder, "parts/w.bin", offset=4, length=16)
    (folder / "parts").mkdir()
    data = np.arange(5, dtype=np.float32)
    (folder / "parts" / "w.bin").write_bytes(data.tobytes())
    weights = import_onnx(path)
    assert "dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>" in str(weights.module)


@pytest.mark.parametrize("location", ["../secret.bin", "a/../../secret.bin", "/etc/passwd", "C:\\secret", "..\\secret"])
def test_external_data_outside_the_folder(tmp_path: Path, location: str) -> None:
    """Refused by the name alone."""
    (tmp_path / "secret.bin").write_bytes(b"0" * 16)
    refuses(
        external(tmp_path / "model", location),
        f"initializer (tensor 'w'): external data location '{location}' leaves the model's folder; "
        "only relative paths inside it are read",
    )


def test_external_data_behind_a_link(tmp_path: Path) -> None:
    """A link that leads out of the folder is not followed."""
    path = external(tmp_path / "model", "w.bin")
    (tmp_path / "secret.bin").write_bytes(b"0" * 16)
    (tmp_path / "model" / "w.bin").symlink_to(tmp_path / "secret.bin")
    refuses(
        path,
        "initializer (tensor 'w'): external data location 'w.bin' leads out of the model's folder by a link",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"offset": 8}, "bytes 8 to 24 are outside external file 'w.bin' of 16 bytes"),
        ({"length": 12}, "external length 12 differs from the 16 bytes its shape takes"),
        ({"offset": -4}, "external data offset '-4' is not a count of bytes"),
        ({"offset": 10**30}, f"external data offset '{10**30}' is not a count of bytes"),
    ],
)
def test_external_data_out_of_bounds(tmp_path: Path, fields: dict[str, int], message: str) -> None:
    """Offset and length come from a stranger."""
    path = external(tmp_path, "w.bin", **fields)
    (tmp_path / "w.bin").write_bytes(b"0" * 16)
    refuses(path, f"initializer (tensor 'w'): {message}")


def test_external_data_that_is_missing(tmp_path: Path) -> None:
    """The file, or the folder of a model that was not read from one."""
    path = external(tmp_path, "w.bin")
    refuses(
        path,
        "initializer (tensor 'w'): external data file 'w.bin' is not in the model's folder; put it there, or only time "
        "the model (--no-weights --timing-only)",
    )
    refuses(
        path.read_bytes(),
        "initializer (tensor 'w'): data are in the external file 'w.bin', but the model was not read from a file; "
        "import it by its path, or only time it (--no-weights --timing-only)",
    )


def test_control_flow_on_values() -> None:
    """A branch or loop decided by data is not supported."""
    body = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["t"])], "body", [], [helper.make_empty_tensor_value_info("t")]
    )
    node = helper.make_node("If", ["b"], ["y"], "n")
    for name in ("then_branch", "else_branch"):
        node.attribute.append(AttributeProto(name=name, type=AttributeProto.GRAPH, g=body))
    with pytest.raises(
        ModelError, match=re.escape("node 'n' (If): its condition depends on the values of the model's")
    ):
        import_onnx(model_of([node], {"x": X, "b": np.array(True)}))


def test_condition_of_several_elements() -> None:
    """Which one decides is not said."""
    body = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["t"])], "b", [], [helper.make_empty_tensor_value_info("t")]
    )
    node = helper.make_node("If", ["b"], ["y"], "n", then_branch=body, else_branch=body)
    refuses(
        model_of([node], {"x": X}, {"b": np.array([True, False])}),
        "node 'n' (If): its condition has 2 elements, expected one",
    )


def test_names_that_are_there_twice() -> None:
    """Nobody can say which one is meant."""
    proto = model("Add", "x", "c")
    proto.graph.initializer.append(proto.graph.initializer[0])
    refuses(proto, "model has several initializers of one name: c")
    proto = model()
    proto.graph.output.append(proto.graph.output[0])
    refuses(proto, "model has several outputs of one name: y")


def functions(bodies: dict[str, list[str]]) -> ModelProto:
    """A model that calls the first of some functions, which call others, one after the other."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
    proto = model(next(iter(bodies)), domain="f")
    proto.opset_import.append(opsets[1])
    for name, called in bodies.items():
        values = ["a", *(f"t{i}" for i in range(len(called) - 1)), "b"]
        nodes = [
            helper.make_node(kind, [values[i]], [values[i + 1]], domain="f" if kind in bodies else "")
            for i, kind in enumerate(called)
        ]
        proto.functions.append(helper.make_function("f", name, ["a"], ["b"], nodes, opsets))
    return proto


def test_functions_of_the_model() -> None:
    """Put in place of their calls, unless they never end or fill the memory."""
    imported = import_onnx(functions({"twice": ["once", "once"], "once": ["Relu"]}))
    assert [op.name for op in imported.function.body.block.ops] == ["graph.relu", "graph.relu", "graph.return"]
    refuses(functions({"a": ["b"], "b": ["a"]}), "model: its local function 'a' calls itself")
    many = {f"f{i}": [f"f{i + 1}"] * 2 for i in range(60)} | {"f60": ["Relu"]}
    refuses(functions(many), f"model: its local functions stand for {2**60} nodes; the limit is 1000000")
    proto = functions({"once": ["Relu"]})
    proto.functions.append(proto.functions[0])
    with pytest.raises(ModelError, match=r"^model: its local functions cannot be inlined: Model contains multiple"):
        import_onnx(proto)


def test_external_data_with_a_name_that_no_file_has(tmp_path: Path) -> None:
    """What the system says is a diagnostic."""
    location = "a" * 300
    refuses(
        external(tmp_path, location),
        f"initializer (tensor 'w'): cannot read external data file '{location}': File name too long",
    )

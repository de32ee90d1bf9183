"""Text from strangers: every mistake is one located message."""

from pathlib import Path

import numpy as np
import pytest

from accelc.cli.diagnostics import describe
from accelc.cli.main import main
from accelc.errors import ModelError
from accelc.frontends.mlir import convert, import_mlir, loading
from accelc.interpreters.graph import run

BODY = "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {{\n  {}\n  return %0 : tensor<4xf32>\n}}\n"


def _message(tmp_path: Path, text: str) -> str:
    path = tmp_path / "a.mlir"
    path.write_text(text)
    with pytest.raises(ModelError) as caught:
        import_mlir(path, {}, {}, None)
    return describe(caught.value).replace(f"{tmp_path}/", "")


T = "tensor<4xf32>"
SCALAR = "%c = stablehlo.constant dense<0.0> : tensor<f32>\n  "
MANY = "{" + "}, {" * 300 + "}"
INDEX = "%i = stablehlo.constant dense<0> : tensor<i32>\n  "
MISTAKES = {
    f"%0 = stablehlo.add %x : ({T}": "a.mlir:3:3: error: ",
    f"%0 = stablehlo.abs %y : {T}": "values used but not defined: [%y]",
    f"%0 = stablehlo.abs %x, surprise : {T}": "'surprise' is not expected in stablehlo.abs",
    f"%0 = stablehlo.add %x : {T}": "a.mlir:2:3: error: stablehlo.add: has 1 operands",
    f"%0 = nowhere.op %x : {T}": "a.mlir:2:3: error: nowhere.op: is of the dialect 'nowhere'",
    f"%0 = stablehlo.convert %x : ({T}) -> tensor<4xi4>": "used or defined with type tensor<4xi4>",
    f"%1 = stablehlo.convert %x : ({T}) -> tensor<4xi4>\n  %0 = stablehlo.abs %x : {T}": "type i4 cannot be",
    "%0 = stablehlo.constant dense<0> : tensor<4000000000xi8>": "elements in dense literals, at most",
    f'%0 = stablehlo.constant dense<"0xzz"> : {T}': "not hexadecimal digits",
    f'%0 = stablehlo.constant dense<"0x0000"> : {T}': "2 bytes for 4 elements of 4",
    f'%0 = "tosa.const"() <{{values = dense_resource<a> : {T}}}> : () -> {T}': "is not in the file",
    f"%1 = stablehlo.reshape %x : ({T}) -> tensor<5xf32>\n  %0 = stablehlo.abs %x : {T}": "stablehlo.reshape: ",
    f'%0 = "stablehlo.transpose"(%x) : ({T}) -> {T}': "has no attribute 'permutation'",
    f'%0 = "stablehlo.iota"() <{{iota_dimension = 7}}> : () -> {T}': "iota_dimension 7 of a tensor of rank 1",
    f"%0 = stablehlo.abs %x : {T} loc(unclosed": "location without ')'",
    f"%0 = stablehlo.abs %x {{a = {'[' * 3000}] : {T}": "nested too deeply",
    f"%0 = stablehlo.abs %x, a = {'[' * 300}1 : {T}": "lists nested deeper than 100",
    f"%0 = stablehlo.convolution(%x, %x) dim_numbers = [b]x[i]->[b], window = {{}} : ({T}, {T}) -> {T}": (
        "stablehlo.convolution: the input has axes ['b']"
    ),
    f'%0 = "stablehlo.gather"(%x, %x) <{{dimension_numbers = 3}}> : ({T}, {T}) -> {T}': (
        "attribute 'dimension_numbers'"
    ),
    f'%i = stablehlo.constant dense<0> : tensor<1xi32>\n  %0 = "stablehlo.gather"(%x, %i) <{{dimension_numbers = '
    f"#stablehlo.gather<offset_dims = [0], start_index_map = [0], index_vector_dim = -7>, slice_sizes = array<i64: 4>"
    f"}}> : ({T}, tensor<1xi32>) -> {T}": "a.mlir:3:3: error: stablehlo.gather: index_vector_dim -7",
    f"%1 = stablehlo.iota dim = 0 : tensor<1000000000000xi32>\n  %0 = stablehlo.abs %x : {T}": "computes [",
    "%0 = stablehlo.abs %x : tensor<9223372036854775807x9223372036854775807xf32>": "used or defined with type",
    f"{SCALAR}%0 = stablehlo.pad %x, %c, low = [{1 << 40}], high = [0], interior = [0] : ({T}, tensor<f32>) -> {T}": (
        "a.mlir:3:3: error: stablehlo.pad: becomes a tensor of shape [1099511627780]; the limit is 1099511627776"
    ),
    f'{INDEX}%0 = "stablehlo.case"(%i) ({MANY}) : (tensor<i32>) -> {T}': "stablehlo.case: has 301 bodies; legal are",
    f"%0 = func.call @other(%x) : ({T}) -> {T}": "calls '@other', which has no body here",
}
"""A line of a function, and what is said of it."""


@pytest.mark.parametrize(("line", "expected"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_mistakes_are_located(tmp_path: Path, line: str, expected: str) -> None:
    """The file, the line and the reason."""
    message = _message(tmp_path, BODY.format(line))
    assert message.startswith("a.mlir:")
    assert expected in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a.mlir:1:1: error: the text is empty"),
        (
            f'"linalg.yield"() : () -> ()\n{BODY.format("%0 = stablehlo.abs %x : tensor<4xf32>")}',
            "linalg.yield: stands outside",
        ),
        ("func.func @main(%x: tensor<4xi4294967296>) {\n  return\n}\n", "integer type of more than 5 digits of bits"),
        (
            "func.func private @f() {\n  return\n}\nfunc.func @f() {\n  return\n}\n",
            "a.mlir:4:1: error: func.func: there are two functions '@f'",
        ),
        ("module {}\n", "a.mlir:1:1: error: has no func.func that is not private"),
        ("func.func private @f(%x: tensor<f32>) -> tensor<f32> {\n  return %x : tensor<f32>\n}\n", "has no func.func"),
        (
            "func.func @main(%x: memref<4xf32>) {\n  return\n}\n",
            "func.func: memref<4xf32> is no tensor with static sizes",
        ),
        (
            "func.func @main(%x: tensor<9223372036854775807x9223372036854775807xf32>) {\n  return\n}\n",
            "func.func: tensor<9223372036854775807x9223372036854775807xf32> is too large; limits are 32 axes and",
        ),
        (f"func.func @main(%x: tensor<{'1x' * 33}f32>) {{\n  return\n}}\n", "is too large; limits are 32 axes and"),
        ("func.func @main(%x: tensor<?xf32>) {\n  return\n}\n", "has a dynamic size"),
        ("func.func @main(%x: tensor<4xcomplex<f32>>) {\n  return\n}\n", "cannot be computed"),
        ("func.func @main(%x: tensor<4xf32>)\n", "'main' has 0 blocks, expected one"),
    ],
)
def test_modules_without_a_program(tmp_path: Path, text: str, expected: str) -> None:
    """There must be a function, of tensors."""
    assert expected in _message(tmp_path, text)


def test_calls_that_double_end_in_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 70 functions calls the next one twice."""
    monkeypatch.setattr(convert, "MAX_OPERATIONS", 1000)
    scalar = "(%x: tensor<f32>) -> tensor<f32>"
    call = "%{} = call @f{}(%{}) : (tensor<f32>) -> tensor<f32>\n"
    functions = [
        f"func.func private @f{i}{scalar} {{\n{call.format(0, i + 1, 'x')}{call.format(1, i + 1, 0)}"
        f"return %1 : tensor<f32>\n}}\n"
        for i in range(70)
    ]
    functions.append(f"func.func private @f70{scalar} {{\n  return %x : tensor<f32>\n}}\n")
    for first, expected in (
        (0, "func.call: calls more than 64 functions deep"),
        (40, "the program has more than 1000 operations with its calls inlined"),
    ):
        start = f"func.func @main{scalar} {{\n{call.format(0, first, 'x')}return %0 : tensor<f32>\n}}\n"
        assert expected in _message(tmp_path, start + "".join(functions))


RESOURCES = """
{{-#
  dialect_resources: {{
    builtin: {{
      weights: "0x04000000{0}"
    }}
  }}
#-}}
"""


def test_resources_of_the_file(tmp_path: Path) -> None:
    """Elements in resources, however often the file is read, are those of the constant; too few are an error."""
    line = f'%0 = "tosa.const"() <{{values = dense_resource<weights> : {T}}}> : () -> {T}'
    digits = np.arange(4, dtype=np.float32).tobytes().hex()
    path = tmp_path / "a.mlir"
    path.write_text(BODY.format(line) + RESOURCES.format(digits))
    for _ in range(2):
        imported = import_mlir(path, {}, {}, None)
        (found,) = run(imported.module, [np.zeros(4, np.float32)], imported.weights)
        assert found.tolist() == [0, 1, 2, 3]
    assert "8 bytes for 4 elements of 4" in _message(tmp_path, BODY.format(line) + RESOURCES.format(digits[:16]))
    assert "resources without '#-}'" in _message(tmp_path, BODY.format(line) + RESOURCES.format(digits)[:40])


def test_elements_in_digits(tmp_path: Path) -> None:
    """Truth values are bytes or bits, one element stands for all, NaN and infinities are bit patterns."""
    path = tmp_path / "a.mlir"
    for line, expected in (
        ('stablehlo.constant dense<"0x010001"> : tensor<3xi1>', [True, False, True]),
        ('stablehlo.constant dense<"0x0501"> : tensor<9xi1>', [True, False, True, *[False] * 5, True]),
        ('stablehlo.constant dense<"0x0000803F"> : tensor<2xf32>', [1, 1]),
        ("stablehlo.constant dense<[0x7F800000, 0xFF800000]> : tensor<2xf32>", [np.inf, -np.inf]),
        ("stablehlo.constant dense<0xFF80> : tensor<2xbf16>", [-np.inf, -np.inf]),
        ('stablehlo.constant dense<"0xFFFF"> : tensor<2xui8>', [255, 255]),
        ("stablehlo.constant dense<> : tensor<0xf32>", []),
    ):
        kind = line.rpartition(" : ")[2]
        path.write_text(f"func.func @main() -> {kind} {{\n  %0 = {line}\n  return %0 : {kind}\n}}\n")
        imported = import_mlir(path, {}, {}, None)
        (found,) = run(imported.module, [], imported.weights)
        assert np.asarray(found, float).tolist() == expected, line


def test_files_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device has no size to look at; no more is read than the limit."""
    path = tmp_path / "a.mlir"
    path.symlink_to("/dev/zero")
    monkeypatch.setattr(loading, "MAX_BYTES", 1000)
    with pytest.raises(ModelError, match=r"cannot read model '.*a\.mlir': it has more than 1000 bytes, the limit"):
        import_mlir(path, {}, {}, None)


def test_lines_of_other_systems(tmp_path: Path) -> None:
    """A carriage return ends no name."""
    path = tmp_path / "a.mlir"
    line = "%0 = stablehlo.abs %x : tensor<4xf32> loc(#loc1)"
    path.write_bytes((BODY.format(line) + '#loc1 = loc("name")\n').replace("\n", "\r\n").encode())
    assert 'loc_name = "name"' in str(import_mlir(path, {}, {}, None).module)


def test_names_that_come_again(tmp_path: Path) -> None:
    """Numbers behind them are new too, and do not take long to find."""
    names = ["x", "x", "x.1", "x", *["y"] * 3000]
    results = ", ".join(f'tensor<f32> {{jax.result_info = "{name}"}}' for name in names)
    types = ", ".join(["tensor<f32>"] * len(names))
    path = tmp_path / "a.mlir"
    values = ", ".join(["%a"] * len(names))
    path.write_text(f"func.func @main(%a: tensor<f32>) -> ({results}) {{\n  return {values} : {types}\n}}\n")
    found = [spec.name for spec in import_mlir(path, {}, {}, None).outputs]
    assert found[:6] == ["x", "x.2", "x.1", "x.3", "y", "y.1"]
    assert len(set(found)) == len(names)


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`accelc compile` of a program and of a mistake; options of other models are refused."""
    path = tmp_path / "a.mlir"
    path.write_text(BODY.format("%0 = stablehlo.tanh %x : tensor<4xf32>"))
    assert main(["compile", str(path), "-o", str(tmp_path / "a.acx")]) == 0
    assert (tmp_path / "a.acx").is_file()
    for options, expected in (
        (["--dim", "n=3"], "the sizes of an MLIR program are fixed"),
        (["--random-weights", "1"], "the weights of an MLIR program are in its text"),
        (["--no-weights"], "a .mlir file is read with its weights; use ONNX"),
        (["--shape", "y=4"], "the model has no input 'y'"),
        (["--shape", "x=5"], "input 'x' has shape [4], not [5]"),
    ):
        assert main(["compile", str(path), "-o", str(tmp_path / "b.acx"), *options]) == 1
        assert expected in capsys.readouterr().err
    path.write_text(BODY.format("%0 = stablehlo.custom_call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>"))
    assert main(["compile", str(path), "-o", str(tmp_path / "b.acx")]) == 1
    captured = capsys.readouterr().err
    assert captured.startswith(f"{path}:2:3: error: stablehlo.custom_call: calls 'f', a function of another runtime")
    assert not (tmp_path / "b.acx").exists()
    assert main(["compile", str(tmp_path / "none.mlir"), "-o", str(tmp_path / "b.acx")]) == 1
    assert "No such file" in capsys.readouterr().err

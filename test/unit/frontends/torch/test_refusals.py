"""What cannot be imported is an error that names the line, the node and the operator."""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch_support import Program, export, normal, torch
from xdsl.dialects.builtin import StringAttr, TensorType, f32

import accelc
from accelc.cli.main import main
from accelc.dialects import graph
from accelc.errors import ModelError, UsageError
from accelc.frontends.torch import import_program, load_program, run_torch
from accelc.frontends.torch import library as torch_library
from accelc.frontends.torch.operators import run_operator


def refused(function: Callable[..., Any], *arguments: Any) -> str:
    """The diagnostic for a program."""
    with pytest.raises(ModelError) as caught:
        import_program(export(Program(function), *arguments))
    return str(caught.value)


def put(_: Any, x: Any) -> Any:
    """Rows chosen by a mask."""
    x[torch.tensor([True, False, True])] = 1.0
    return x


Function = Callable[[Any, Any], Any]
Change = Callable[[str, bytes], bytes | None]
"""New contents of a member of a file, from its name and contents; None removes it."""

REFUSALS: dict[str, tuple[Function, str]] = {
    "random": (lambda _, x: torch.nn.functional.dropout(x), "operator aten.rand cannot be imported"),
    "no_rule": (lambda _, x: torch.linalg.det(x), "cannot be imported; supported are views, writes in place"),
    "shape_in_place": (lambda _, x: x.clone().t_(), "changes the shape of a tensor in place"),
    "order": (lambda _, x: x[1:].add_(x[:-1]), "reads cells that it writes, as other elements"),
    "type": (lambda _, x: x.to(torch.complex64).abs(), "elements of type complex64; supported are float32"),
    "other_type": (lambda _, x: x.view(torch.int32) + 1, "views torch.float32 as torch.int32"),
    "argument": (lambda _, x: torch.nn.functional.softplus(x, 2.0), "beta = 2.0; supported is 1"),
    "overlap": (lambda _, x: x.reshape(-1).unfold(0, 3, 1) * 1, "overlap"),
    "pool": (lambda _, x: torch.nn.functional.adaptive_avg_pool2d(x[None, None], 2), "does not divide [3, 3]"),
    "put": (put, "one value where a mask of the same shape is true"),
    "floor": (lambda _, x: x // 0.1, "supported are None, and 'floor' for a power of two"),
    "indices": (lambda _, x: torch.min(x, 0)[1], "is not computed"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    function, message = REFUSALS[name]
    found = refused(function, normal(3, 3))
    assert message in found
    assert "node '" in found
    assert ".py:" in found


def test_writing_a_view_that_repeats_elements_is_refused() -> None:
    def function(_: Any, x: Any) -> Any:
        x.expand(2, 3).add_(1)
        return x

    with pytest.raises(ModelError, match="writes a view that repeats elements"):
        accelc.compile(export(Program(function), normal(1, 3)))


def increment(self: Any, x: Any) -> Any:
    """x and what was counted, if there is a counter."""
    return x + (self.state.add_(1) if hasattr(self, "state") else 1)


def with_number(_: Any, x: Any) -> Any:
    """A tensor and a number."""
    return x + 1, 3


def test_symbolic_sizes_are_refused() -> None:
    sizes = {"arguments": ({0: torch.export.Dim("n", max=9)},)}
    exported = torch.export.export(Program(increment), (normal(3),), dynamic_shapes=sizes, strict=False)
    with pytest.raises(ModelError, match=r"has sizes .* export it with static shapes"):
        import_program(exported)


def test_results_that_are_no_tensors_are_refused() -> None:
    assert "result 1 is int; supported are tensors and None" in refused(with_number, normal(2))


def saved(path: Path) -> Path:
    """A small program in a file."""
    program = Program(increment, state=normal(4))
    torch.export.save(export(program, normal(4)), path)
    return path


def changed(path: Path, change: Change, extra: tuple[str, bytes] | None = None) -> Path:
    """The file with other members; None removes one."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            new = change(name.partition("/")[2], content)
            if new is not None:
                archive.writestr(name, new)
        if extra is not None:
            archive.writestr(f"{next(iter(members)).partition('/')[0]}/{extra[0]}", extra[1])
    path.write_bytes(buffer.getvalue())
    return path


def test_a_saved_program_is_what_was_exported(tmp_path: Path) -> None:
    exported = load_program(saved(tmp_path / "model.pt2"))
    assert [spec.name for spec in import_program(exported).outputs] == ["result0", "state (written)"]
    found = run_torch(exported, {"arguments_0": normal(4).numpy()})
    assert found["result0"] == pytest.approx((normal(4) * 2 + 1).numpy())


def keep(name: str, content: bytes) -> bytes | None:
    """Change nothing."""
    return content


def edited(member: str, old: str, new: str) -> Change:
    """Replace text in a member."""

    def change(name: str, content: bytes) -> bytes | None:
        assert name != member or old.encode() in content
        return content.replace(old.encode(), new.encode()) if name == member else content

    return change


def replaced(member: str, new: bytes) -> Change:
    """Replace a member."""
    return lambda name, content: new if name.startswith(member) else content


def without(member: str) -> Change:
    """Remove a member."""
    return lambda name, content: None if name == member else content


WEIGHTS = "data/weights/model_weights_config.json"
MODEL = "models/model.json"


@pytest.mark.parametrize(
    ("change", "extra", "message"),
    [
        (edited(WEIGHTS, '"use_pickle": false', '"use_pickle": true'), None, "is pickled, which can execute code"),
        (edited(WEIGHTS, "weight_0", "../../x"), None, "is pickled, which can execute code"),
        (keep, ("data/weights/model.pt", b"x"), "is a pickle, which can execute code"),
        (keep, ("data/aotinductor/model/x.so", b"x"), "which writes no libraries"),
        (keep, (MODEL, b"{}"), "is there twice"),
        (keep, ("models/other.json", b"{}"), "expected models/model.json"),
        (without(MODEL), None, "expected models/model.json"),
        (without(WEIGHTS), None, "is missing"),
        (without("data/weights/weight_0"), None, "is damaged, or from another version"),
        (edited(MODEL, "torch.ops.aten.add.Tensor", "torch.load"), None, "calls 'torch.load'"),
        (
            edited(MODEL, '"as_int": 4}', '"as_expr": {"expr_str": "print(1)"}}'),
            None,
            "has the symbolic size 'print(1)'",
        ),
        (edited(MODEL, "torch.ops.aten.add.Tensor", "torch.ops.aten.nothing.Tensor"), None, "nothing"),
        (replaced(MODEL, b"[" * 5000), None, "is not JSON"),
        (replaced(MODEL, b"[[], []]"), None, "is damaged"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_files_are_refused(
    change: Change, extra: tuple[str, bytes] | None, message: str, tmp_path: Path
) -> None:
    path = changed(saved(tmp_path / "model.pt2"), change, extra)
    with pytest.raises(ModelError) as caught:
        import_program(load_program(path))
    assert message in str(caught.value)


class Trap:
    """Unpickling this creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_example_inputs_are_never_unpickled(tmp_path: Path) -> None:
    buffer, trap = io.BytesIO(), tmp_path / "executed"
    torch.save(Trap(trap), buffer)
    path = saved(tmp_path / "model.pt2")
    changed(path, replaced("data/sample_inputs/", buffer.getvalue()))
    assert load_program(path).graph_signature
    assert not trap.exists()


@pytest.mark.parametrize("length", [0, 100, 2000])
def test_truncated_files_are_refused(length: int, tmp_path: Path) -> None:
    path = saved(tmp_path / "model.pt2")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelError, match=r"is not a file of torch\.export\.save, or is truncated"):
        load_program(path)


@pytest.mark.parametrize("name", ["from_file", "save"])
def test_operators_kept_in_a_program_touch_no_files(name: str, tmp_path: Path) -> None:
    given = {"filename": str(tmp_path / "made"), "shared": True, "size": 4}
    attributes = {"arguments": StringAttr(json.dumps(given))}
    op = graph.CallFrameworkOp(
        f"aten.{name}.default", [], [TensorType(f32, (4,))], domain="torch", onnx_attributes=attributes
    )
    with pytest.raises(ModelError, match=r"reads or writes files; supported are operators that only compute"):
        run_operator(op, [])
    assert not list(tmp_path.iterdir())


def test_the_commands_take_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "model.pt2")
    assert main(["run", str(path)]) == 0
    assert "reference   torch: within tolerance" in capsys.readouterr().out
    assert main(["compile", str(path), "-o", str(tmp_path / "model.acx")]) == 0
    assert main(["run", str(tmp_path / "none.pt2")]) != 0
    assert "cannot read model" in capsys.readouterr().err


def test_options_for_other_models_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "model.pt2")
    with pytest.raises(UsageError, match="--dim n: the sizes of an exported program are fixed"):
        accelc.compile(path, dims={"n": 3})
    with pytest.raises(UsageError, match="--random-weights is for ONNX models"):
        accelc.compile(path, random_weights=1)
    with pytest.raises(ModelError, match=r"has shape \[4\], not \[5\]"):
        accelc.compile(path, shapes={"arguments_0": (5,)})
    with pytest.raises(ModelError, match="the model has no input 'y'"):
        accelc.compile(path, shapes={"y": (5,)})


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(torch_library, "find_spec", dict[str, Any]().get)
    torch_library.torch.cache_clear()
    with pytest.raises(ModelError, match=r"pip install 'accelc\[torch\]'"):
        load_program(tmp_path / "model.pt2")
    torch_library.torch.cache_clear()

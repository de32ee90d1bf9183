"""Entry points of other packages that clash, raise, are missing or give the wrong thing: one error names them."""

from pathlib import Path

import pytest
from plugin_support import GRAPH, MEND, UNIVERSE, Install, U, fails, place

from accelc import compile
from accelc.cli.main import main as accelc
from accelc.cli.opt import main as accelc_opt
from accelc.errors import PluginError
from accelc.plugins import Plugin, Table, installed

EMPTY = "module {}\n"
PROGRAM = """
engine.program @p target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32>
  %a = engine.buffer "a" scratch sbuf<4x4xf32>
  %b = engine.buffer "b" scratch sbuf<4x4xf32>
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
  engine.end
}
"""
TYPES = f"""
{UNIVERSE}
from xdsl.ir import Dialect, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import IRDLOperation, irdl_attr_definition, irdl_op_definition, operand_def

@irdl_attr_definition
class T(ParametrizedAttribute, TypeAttribute):
    name = "yours.t"

@irdl_op_definition
class O(IRDLOperation):
    name = "mine.o"
    x = operand_def(T)

U = Universe(all_dialects={{"mine": lambda: Dialect("mine", [O]), "yours": lambda: Dialect("yours", [], [T])}})
"""


@pytest.mark.parametrize(
    ("source", "entry", "problem"),
    [
        ("raise SystemExit(0)", "a = plug_a:U", "cannot be imported: SystemExit: 0" + MEND),
        ("1 / 0", "a = plug_a:U", "cannot be imported: ZeroDivisionError: division by zero" + MEND),
        ("", "a = plug_a:U", "does not exist: module 'plug_a' has no attribute 'U'" + MEND),
        ("", "a = plug_b:U", "does not exist: No module named 'plug_b'" + MEND),
        ("U = 3", "a = plug_a:U", "is a value of type int: expected an instance of xdsl.universe.Universe" + MEND),
        (
            UNIVERSE + "U = Universe(all_dialects=[1])",
            "a = plug_a:U",
            "has all_dialects [1]: expected a dict from names to functions" + MEND,
        ),
        (
            UNIVERSE + "U = Universe(all_passes={3: lambda: None})",
            "a = plug_a:U",
            "has all_passes {3: ",
        ),
        (
            UNIVERSE + "U = Universe(all_dialects={'graph': lambda: None})",
            "a = plug_a:U",
            "offers the dialect 'graph', that is in distribution accelc",
        ),
        (
            UNIVERSE + "U = Universe(all_passes={'decompose': lambda: None})",
            "a = plug_a:U",
            "offers the pass 'decompose', that is in distribution accelc",
        ),
    ],
)
def test_universes(install: Install, capsys: pytest.CaptureFixture[str], source: str, entry: str, problem: str) -> None:
    """A universe that raises, is missing or none, or has names of ours."""
    install("plug-a", source, U, entry)
    Path("t.mlir").write_text(EMPTY, encoding="utf-8")
    line = fails(capsys, accelc_opt(["t.mlir"]))
    assert problem in line
    assert place(entry, U) in line or "too; rename one of them or uninstall" in line


def test_two_universes_with_one_name(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """The second of two packages is named, with the first."""
    source = UNIVERSE + "U = Universe(all_passes={'mine': lambda: None})"
    install("plug-a", source, U, "a = plug_a:U")
    install("plug-b", source, U, "b = plug_b:U")
    Path("t.mlir").write_text(EMPTY, encoding="utf-8")
    assert fails(capsys, accelc_opt(["t.mlir"])) == (
        f"error: {place('b = plug_b:U', U, 'plug-b')} offers the pass 'mine', that is in distribution plug-a 2.0 too; "
        "rename one of them or uninstall plug-b"
    )


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
        (
            UNIVERSE + "U = Universe(all_dialects={'mine': lambda: 1 / 0})",
            "cannot make the dialect 'mine': ZeroDivisionError: division by zero",
        ),
    ],
)
def test_exported_dialects(install: Install, capsys: pytest.CaptureFixture[str], source: str, problem: str) -> None:
    """`accelc export-irdl` says what is wrong with a universe, and with a dialect of one."""
    install("plug-a", source, U, "a = plug_a:U")
    assert fails(capsys, accelc(["export-irdl", "mine"])) == f"error: {place('a = plug_a:U', U)} {problem}{MEND}"


def test_exported_dialects_come_with_those_of_other_packages(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """One refers to a type of another: without that, C++ MLIR crashes."""
    install("plug-a", TYPES, U, "a = plug_a:U")
    assert accelc(["export-irdl", "mine"]) == 0
    out = capsys.readouterr().out
    assert "irdl.dialect @mine" in out
    assert "irdl.dialect @yours" in out
    assert "irdl.base @yours::@t" in out


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("lambda: 3", "gives a value of type int for the pass 'mine': expected a subclass of ModulePass"),
        ("lambda: 1 / 0", "cannot make the pass 'mine': ZeroDivisionError: division by zero"),
    ],
)
def test_passes(install: Install, capsys: pytest.CaptureFixture[str], source: str, problem: str) -> None:
    """A pass is made when it is asked for: only then is it wrong."""
    install("plug-a", UNIVERSE + f"U = Universe(all_passes={{'mine': {source}}})", U, "a = plug_a:U")
    Path("t.mlir").write_text(EMPTY, encoding="utf-8")
    assert accelc_opt(["t.mlir"]) == 0
    capsys.readouterr()
    assert fails(capsys, accelc_opt(["t.mlir", "-p", "mine"])) == f"error: {place('a = plug_a:U', U)} {problem}{MEND}"


RUNNING = f"""
{UNIVERSE}
from dataclasses import dataclass
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.target import Target

@dataclass(frozen=True)
class P(ModulePass):
    name = "mine"
    word: str = "none"
    def apply(self, ctx, op):
        if self.word == "said":
            raise VerifyException("that is wrong")
        {{}}[self.word]

@dataclass(frozen=True)
class T(Target):
    name = "yours"
    def emit(self, ctx, module, output):
        1 / 0

U = Universe(all_passes={{"mine": lambda: P}}, all_targets={{"yours": lambda: T}})
"""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["-p", "mine"], "failed in the pass 'mine': KeyError: 'none'"),
        (["-p", "mine{word=a}"], "failed in the pass 'mine': KeyError: 'a'"),
        (["-t", "yours"], "failed in the target 'yours': ZeroDivisionError: division by zero"),
    ],
)
def test_what_runs(install: Install, capsys: pytest.CaptureFixture[str], words: list[str], problem: str) -> None:
    """A pass or a form of output that raises what is no diagnostic."""
    install("plug-a", RUNNING, U, "a = plug_a:U")
    Path("t.mlir").write_text(EMPTY, encoding="utf-8")
    assert fails(capsys, accelc_opt(["t.mlir", *words])) == f"error: {place('a = plug_a:U', U)} {problem}{MEND}"
    # What it says itself is for the user, and stays; so do options.
    assert accelc_opt(["t.mlir", "-p", "mine{word=said}"]) == 1
    assert "that is wrong" in capsys.readouterr().err
    assert "has no option 'words'; did you mean 'word'?" in fails(capsys, accelc_opt(["t.mlir", "-p", "mine{words=a}"]))


@pytest.mark.parametrize(
    ("source", "name", "problem"),
    [
        ("x = 3", "mine", "is a value of type int: expected the path of a .toml file" + MEND),
        ("x = 'none.toml'", "mine", "names the file 'none.toml', which does not exist" + MEND),
        ("x = __file__", "mine", "does not describe a machine: "),
        (
            "from accelc.targets.reader import PRESETS\nx = PRESETS.builtin['tiny']",
            "mine",
            "which describes target 'tiny': both names must be the same" + MEND,
        ),
        ("x = 3", "tiny", "offers 'tiny', which accelc itself has; rename one of them or uninstall plug-a"),
    ],
)
def test_targets(install: Install, capsys: pytest.CaptureFixture[str], source: str, name: str, problem: str) -> None:
    """A machine that is no file, no description, or another's."""
    install("plug-a", source, "accelc.targets", f"{name} = plug_a:x")
    line = fails(capsys, accelc(["targets", "show", "mine"]))
    assert line.startswith(f"error: {place(f'{name} = plug_a:x', 'accelc.targets')} ")
    assert problem in line


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 3", "is a value of type int: expected a function of tasks and dependences that gives their priorities"),
        ("def x(tasks, dependences): 1 / 0", "failed: ZeroDivisionError: division by zero"),
        ("def x(tasks, dependences): return []", "must give a priority for each of the 2 tasks of a program"),
        ("def x(tasks, dependences): return [1, 2]", "must give tuples of numbers: 'int' object is not iterable"),
    ],
)
def test_schedulers(install: Install, capsys: pytest.CaptureFixture[str], source: str, problem: str) -> None:
    """A heuristic that is none."""
    install("plug-a", source, "accelc.schedulers", "mine = plug_a:x")
    Path("t.mlir").write_text(PROGRAM, encoding="utf-8")
    line = fails(capsys, accelc_opt(["t.mlir", "-p", "schedule-engines{heuristic=mine}"]))
    assert line == f"error: {place('mine = plug_a:x', 'accelc.schedulers')} {problem}{MEND}"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 3", "is a value of type int: expected a function (path, shapes, dims, random_weights)"),
        ("def x(*_): 1 / 0", "failed to read 'm.mine': ZeroDivisionError: division by zero; mend the file, or update"),
        ("def x(*_): return 3", "failed to read 'm.mine': it gives a value of type int: expected an ImportedModel"),
    ],
)
def test_frontends(install: Install, capsys: pytest.CaptureFixture[str], source: str, problem: str) -> None:
    """A front end that raises, or gives no model."""
    install("plug-a", source, "accelc.frontends", "mine = plug_a:x")
    Path("m.mine").write_text("", encoding="utf-8")
    line = fails(capsys, accelc(["compile", "m.mine", "-o", "m.acx"]))
    assert line.startswith(f"error: {place('mine = plug_a:x', 'accelc.frontends')} {problem}")
    assert not Path("m.acx").exists()


def test_no_front_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of a front end that is not installed is no ONNX model: the message says what could read it."""
    monkeypatch.chdir(tmp_path)
    Path("m.mine").write_text("input 4 8\n", encoding="utf-8")
    assert fails(capsys, accelc(["compile", "m.mine", "-o", "m.acx"])) == (
        "error: model 'm.mine' is not an ONNX model, or is truncated (10 bytes do not parse); for .mine files no "
        "installed package has a front end (entry point 'mine' of group 'accelc.frontends'): install the one that has"
    )


@pytest.mark.parametrize("name", ["onnx", "pt2", "mlir"])
def test_suffixes_of_ours(install: Install, name: str) -> None:
    """Suffixes that we read are not free."""
    install("plug-a", "x = 3", "accelc.frontends", f"{name} = plug_a:x")
    with pytest.raises(PluginError, match=f"offers '{name}', which accelc itself has"):
        compile("m.mine")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 3", "is a value of type int: expected a subclass of RewritePattern"),
        (
            "from xdsl.pattern_rewriter import RewritePattern\nclass x(RewritePattern):\n"
            "    def match_and_rewrite(self, op, rewriter): pass\n",
            "cannot be made with the constants of a module: TypeError: x() takes no arguments",
        ),
        (
            "from xdsl.pattern_rewriter import RewritePattern\nclass x(RewritePattern):\n"
            "    def __init__(self, constants): {}['w']\n    def match_and_rewrite(self, op, rewriter): pass\n",
            "cannot be made with the constants of a module: KeyError: 'w'",
        ),
        (
            "from xdsl.pattern_rewriter import RewritePattern\nclass x(RewritePattern):\n"
            "    def __init__(self, constants): pass\n    def match_and_rewrite(self, op, rewriter): 1 / 0\n",
            "failed to take other.op apart: ZeroDivisionError: division by zero",
        ),
    ],
)
def test_decompositions(install: Install, capsys: pytest.CaptureFixture[str], source: str, problem: str) -> None:
    """A decomposition that is no pattern, or fails."""
    install("plug-a", source, "accelc.decompositions", "other.op = plug_a:x")
    Path("t.mlir").write_text(GRAPH, encoding="utf-8")
    line = fails(capsys, accelc_opt(["t.mlir", "-p", "decompose", "--allow-unregistered-dialect"]))
    assert line.startswith(f"error: {place('other.op = plug_a:x', 'accelc.decompositions')} {problem}")


def test_a_table_loads_what_is_asked_for(install: Install) -> None:
    """Entries of ours need no import of others; names come without loading."""
    install("plug-a", "1 / 0", "test.group", "mine = plug_a:x")

    def check(plugin: Plugin, value: object) -> int:
        raise ValueError("nothing")

    table = Table("test.group", {"ours": 1}, check)
    assert table.names() == ("ours", "mine")
    assert table.get("ours") == 1
    assert table.get("other") is None
    assert [str(one) for one in installed("test.group").values()] == [place("mine = plug_a:x", "test.group")]
    with pytest.raises(PluginError, match="cannot be imported: ZeroDivisionError"):
        table.get("mine")


MODEL = """
import numpy as np
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.ir import Block, Region
from accelc.dialects import graph
from accelc.frontends.imported import ImportedModel, TensorSpec

FP32 = np.dtype(np.float32)
W = np.ones((4, 4), np.float32)

def x(path, shapes, dims, random_weights):
    kind = TensorType(f32, [4, 4])
    block = Block(arg_types=[kind])
    with ImplicitBuilder(block):
        w = graph.WeightOp("w", kind).results[0]
        y = graph.MatmulOp(block.args[0], w).results[0]
        graph.ReturnOp([y])
    main = graph.FuncOp("main", ([kind], [kind]), Region(block), input_names=["x"], output_names=["y"])
    module, weights = ModuleOp([main]), {"w": W}
    inputs, outputs = [TensorSpec("x", (4, 4), FP32)], [TensorSpec("y", (4, 4), FP32)]
    CHANGE
    return ImportedModel(module, weights, inputs, outputs)
"""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("weights = {}", "no data given for weight 'w'"),
        ("weights['w'] = W[:2]", "weight 'w' is float32[2, 4], its type says float32[4, 4]"),
        ("weights['w'] = [[1.0] * 4] * 3", "weight 'w' is float32[3, 4]"),
        ("weights['w'] = 'abc'", "weight 'w' is 'abc': expected an array of float32"),
        ("module = ModuleOp([])", "the module has no graph.func @main (its functions: none)"),
        ("inputs = []", "inputs [], those of @main are ['x: float32[4, 4]']"),
        ("outputs[0] = TensorSpec('z', (4, 4), FP32)", "outputs ['z: float32[4, 4]'], those of @main are ['y: flo"),
        ("outputs = None", "outputs None, those of @main are"),
    ],
)
def test_models_of_frontends(install: Install, capsys: pytest.CaptureFixture[str], change: str, problem: str) -> None:
    """A front end that gives a model whose parts do not fit together."""
    install("plug-a", MODEL.replace("CHANGE", "pass"), "accelc.frontends", "mine = plug_a:x")
    Path("m.mine").write_text("", encoding="utf-8")
    assert accelc(["compile", "m.mine", "--target", "tiny", "-o", "m.acx"]) == 0
    capsys.readouterr()
    install("plug-b", MODEL.replace("CHANGE", change), "accelc.frontends", "theirs = plug_b:x")
    Path("m.theirs").write_text("", encoding="utf-8")
    line = fails(capsys, accelc(["compile", "m.theirs", "--target", "tiny", "-o", "n.acx"]))
    where = place("theirs = plug_b:x", "accelc.frontends", "plug-b")
    assert line.startswith(f"error: {where} failed to read 'm.theirs': ")
    assert problem in line
    assert not Path("n.acx").exists()

"""Operations of another package in graphs: from all passes over them to engines, host and containers."""

import sys
from pathlib import Path

import numpy as np
import pytest
from lowering_support import Body, check_lowering
from other_dialect import BlendOp, RowSumOp
from xdsl.dialects.builtin import ModuleOp, TensorType, bf16, f32, i64
from xdsl.ir import Block, Region, SSAValue

import accelc
from accelc.analysis.work import Work, macs_of, work_of
from accelc.dialects import graph
from accelc.errors import ModelError, ProgramError, TargetError
from accelc.interpreters.graph import run
from accelc.passes.chunk_rows import chunk_rows
from accelc.passes.fold_constants import fold_constants
from accelc.passes.outline_repeats import outline_repeats
from accelc.passes.partition_hierarchical import partition_hierarchical
from accelc.passes.set_precision import set_precision
from accelc.targets import load_target
from accelc.targets.reader import PRESETS, parse_target, target_path

LOWERINGS = "[accelc.lowerings]\nother.blend = other_dialect:BLEND\nother.row_sum = other_dialect:ROW_SUM\n"
DECOMPOSITIONS = "[accelc.decompositions]\nother.blend = other_dialect:DecomposeBlend\n"
DIALECT = "[xdsl.universe]\nother = other_dialect:UNIVERSE\n"
RNG = np.random.default_rng(0)
A, B = (RNG.integers(-8, 9, (6, 40)).astype(np.float32) for _ in range(2))
EXPECTED = ((A + B) * 3).sum(1, keepdims=True)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A distribution with these entry points, visible to the test."""
    info = folder / "others-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is installed."""
    install(tmp_path / "others", monkeypatch, DIALECT + LOWERINGS)


def module_of(*, times: int = 3) -> ModuleOp:
    """The sums of rows of a blend of two arguments."""
    block = Block(arg_types=[TensorType(f32, A.shape)] * 2)
    blend = BlendOp(block.args[0], block.args[1], times)
    total = RowSumOp(blend.result)
    block.add_ops([blend, total, graph.ReturnOp([total.result])])
    kinds = [argument.type for argument in block.args], [total.result.type]
    return ModuleOp([graph.FuncOp("main", kinds, Region(block), input_names=["a", "b"], output_names=["y"])])


def kinds_of(module: ModuleOp) -> list[str]:
    """Names of operations that compute."""
    return [op.name for op in module.walk() if op.operands and not isinstance(op, graph.ReturnOp)]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("resident", [0.5, 0.0])
@pytest.mark.parametrize("target", ["tiny", "trn-like"])
def test_operations_are_lowered(target: str, resident: float) -> None:
    """Between ours, with a weight, with values on chip and in HBM."""

    def build(body: Body) -> list[SSAValue]:
        weight = body.weight(RNG.standard_normal((6, 40), np.float32))
        blend = body.add(BlendOp(body.add(graph.ReluOp(body.args[0])), weight, 3))
        return [blend, body.add(graph.SquareOp(body.add(RowSumOp(blend))))]

    check_lowering([A], build, target, resident=resident)


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("target", [*PRESETS.builtin])
def test_programs_on_all_machines(target: str) -> None:
    """A machine that a lowering does not support has the operation on its host."""
    compiled = accelc.compile_module(module_of(), target)
    execution = accelc.simulate(compiled, {"a": A, "b": B})
    assert np.array_equal(execution.outputs["y"], EXPECTED)
    assert not [s for s in execution.segments if s.simulation is not None and s.simulation.races]
    reasons = {one.op: one.reason for one in compiled.placements}
    assert [one.loc_name for one in compiled.placements] == ["other.blend.2", "other.row_sum.3"]
    assert list(reasons) == ["other.blend", "other.row_sum"]
    if target == "gemmini-like":
        assert reasons["other.blend"] == "machines with this name are too small"


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("force", ["accelerator", "host"])
def test_containers(tmp_path: Path, force: str) -> None:
    """Programs in files run wherever their operations are."""
    compiled = accelc.compile_module(module_of(), force=force)
    assert compiled.count(force) == 2
    compiled.program.save(tmp_path / "p.acx")
    assert np.array_equal(accelc.simulate(tmp_path / "p.acx", {"a": A, "b": B}).outputs["y"], EXPECTED)


def test_containers_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the host would execute is not there."""
    with monkeypatch.context() as patch:
        install(tmp_path / "others", patch, DIALECT + LOWERINGS)
        accelc.compile_module(module_of(), force="host").program.save(tmp_path / "p.acx")
    with pytest.raises(ProgramError, match=r"segment 'host0', line 2, .*other.blend is not registered; install the"):
        accelc.simulate(tmp_path / "p.acx", {"a": A, "b": B})


def test_modules_of_nobody() -> None:
    """No package is installed that has the operation."""
    message = "holds 'other.blend', which is not of the dialect graph, and no installed package decomposes or lowers it"
    with pytest.raises(ModelError, match=message):
        accelc.compile_module(module_of())


@pytest.mark.usefixtures("others")
def test_work() -> None:
    """What a package says of its operation, or one scalar operation for each element of the result."""
    blend, total = (op for op in module_of().walk() if isinstance(op, BlendOp | RowSumOp))
    assert work_of(blend) == work_of(total) == Work(results=A.size, operations=A.size)
    assert macs_of(total) == 0


@pytest.mark.usefixtures("others")
def test_precision() -> None:
    """Types of such operations stay, behind casts."""
    block = Block(arg_types=[TensorType(bf16, (4,))])
    blend = BlendOp(block.args[0], block.args[0], 2)
    relu = graph.ReluOp(blend.result)
    block.add_ops([blend, relu, graph.ReturnOp([relu.result])])
    function = graph.FuncOp("main", ([TensorType(bf16, (4,))], [TensorType(bf16, (4,))]), Region(block))
    module = ModuleOp([function])
    set_precision(module, {}, "fp32")
    module.verify()
    assert blend.result.type == TensorType(bf16, (4,))
    assert relu.result.type == TensorType(f32, (4,))
    assert kinds_of(module) == ["other.blend", "graph.cast", "graph.relu", "graph.cast"]


@pytest.mark.usefixtures("others")
def test_constants_are_folded() -> None:
    """By the evaluation, also of what depends on weights."""
    block = Block()
    weights = [graph.WeightOp(name, TensorType(f32, A.shape)) for name in ("a", "b")]
    blend = BlendOp(weights[0].result, weights[1].result, 3)
    total = RowSumOp(blend.result)
    block.add_ops([*weights, blend, total, graph.ReturnOp([total.result])])
    module = ModuleOp([graph.FuncOp("main", ([], [total.result.type]), Region(block))])
    data = {"a": A, "b": B}
    fold_constants(module, data)
    assert kinds_of(module) == []
    assert np.array_equal(run(module, [], data)[0], EXPECTED)


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("same", [True, False])
def test_repeats(same: bool) -> None:
    """Layers of such operations are outlined, unless their properties differ."""
    block = Block(arg_types=[TensorType(f32, (4,))])
    value: SSAValue = block.args[0]
    for number in range(24):
        for op in (BlendOp(value, value, 1 if same else number), None):
            op = op or graph.TanhOp(value)
            block.add_op(op)
            value = op.results[0]
    block.add_op(graph.ReturnOp([value]))
    module = ModuleOp([graph.FuncOp("main", ([TensorType(f32, (4,))], [value.type]), Region(block))])
    x = np.linspace(-1, 1, 4, dtype=np.float32)
    (expected,) = run(module, [x], {})
    made = outline_repeats(module)
    module.verify()
    assert bool(made) is same
    assert np.array_equal(run(module, [x], {})[0], expected)


@pytest.mark.usefixtures("others")
def test_chunks_of_rows() -> None:
    """Rows that pass through such an operation stay together."""
    kind = TensorType(f32, (1024, 64))
    block = Block(arg_types=[kind])
    first = graph.ReluOp(block.args[0])
    blend = BlendOp(first.result, block.args[0], 2)
    last = graph.TanhOp(blend.result)
    block.add_ops([first, blend, last, graph.ReturnOp([last.result])])
    module = ModuleOp([graph.FuncOp("main", ([kind], [kind]), Region(block))])
    x = RNG.standard_normal((1024, 64), np.float32)
    (expected,) = run(module, [x], {})
    chunk_rows(module, load_target("tiny"), 256)
    module.verify()
    assert blend.result.type == kind
    assert np.array_equal(run(module, [x], {})[0], expected)


def loop_of(count: int) -> ModuleOp:
    """A loop that blends a value with itself."""
    kind = TensorType(f32, (4,))
    body = Block(arg_types=[TensorType(i64, ()), kind])
    blend = BlendOp(body.args[1], body.args[1], 1)
    body.add_ops([blend, graph.YieldOp([blend.result])])
    block = Block(arg_types=[kind])
    loop = graph.ForOp(count, [block.args[0]], [kind], Region(body))
    block.add_ops([loop, graph.ReturnOp(loop.outputs)])
    return ModuleOp([graph.FuncOp("main", ([kind], [kind]), Region(block), input_names=["x"], output_names=["y"])])


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(("count", "home"), [(3, "accelerator"), (5000, "host")])
def test_bodies_of_loops(count: int, home: str) -> None:
    """Short loops are unrolled, and long ones are the host's, with such an operation in it."""
    compiled = accelc.compile_module(loop_of(count), force=None if home == "host" else home)
    assert compiled.count(home) == (1 if home == "host" else count)
    x = np.array([0, 1, -2, 0] if home == "accelerator" else [0] * 4, np.float32)
    assert np.array_equal(accelc.simulate(compiled, {"x": x}).outputs["y"], x * (2**count if x.any() else 1))


def test_bodies_with_operations_of_nobody() -> None:
    """They are found before anything runs."""
    with pytest.raises(ModelError, match=r"other\.blend is no operation of the graph dialect, and no installed"):
        partition_hierarchical(loop_of(5000), load_target("tiny"))


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("others = true", None),
        ("others = false", "type"),
        ('others = false\n[[capabilities.op]]\nname = "other.blend"', None),
        ('others = false\n[[capabilities.op]]\nname = "other.blend"\ndtypes = ["bf16"]', "param:dtypes"),
        ('others = false\n[[capabilities.op]]\nname = "other.blend"\nmax_bytes = 8', "param:max_bytes"),
    ],
)
def test_capabilities(table: str, rule: str | None) -> None:
    """Machine files name such operations, with their dialect."""
    text = f"{target_path('tiny').read_text(encoding='utf-8')}\n[capabilities]\n{table}\n"
    machine = parse_target(text, "t.toml")
    found = partition_hierarchical(module_of(), machine, "accelerator-first").placements
    assert found[0].rule == rule


@pytest.mark.usefixtures("others")
def test_capabilities_with_a_predicate() -> None:
    """Predicates are over attributes of operations of graph."""
    table = '[capabilities]\nothers = true\n[[capabilities.op]]\nname = "other.blend"\nwhen = "times == 3"\n'
    with pytest.raises(TargetError, match=r"'other.blend' is of another package: .*'support'"):
        parse_target(f"{target_path('tiny').read_text(encoding='utf-8')}\n{table}", "t.toml")


@pytest.mark.parametrize(("target", "names"), [("tiny", {"other.blend"}), ("gemmini-like", {"graph.add", "graph.mul"})])
def test_a_decomposition_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, names: set[str]) -> None:
    """An operation with both is lowered where that is supported, and taken apart elsewhere."""
    install(tmp_path / "others", monkeypatch, DIALECT + LOWERINGS + DECOMPOSITIONS)
    compiled = accelc.compile_module(module_of(), target)
    assert {one.op for one in compiled.placements} == names | {"other.row_sum"}
    assert np.array_equal(accelc.simulate(compiled, {"a": A, "b": B}).outputs["y"], EXPECTED)

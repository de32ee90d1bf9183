"""Pipelines by name: what is inserted runs where it was put, and a position that does not exist is an error."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass

import accelc
from accelc import Pipeline
from accelc.dialects import engine, graph
from accelc.errors import CapacityError, UsageError
from accelc.isa.program import AcceleratorSegment
from accelc.kernels import Core, View, kernel
from accelc.passes.assign_memory import AssignMemoryPass
from accelc.targets import load_target


@pytest.fixture(scope="module")
def model() -> ModelProto:
    """A layer."""
    rng = np.random.default_rng(0)
    weights = {"w": rng.standard_normal((8, 4)).astype(np.float32)}
    nodes = [helper.make_node("MatMul", ["x", "w"], ["z"], "fc"), helper.make_node("Relu", ["z"], ["y"], "relu")]
    network = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 4])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(network, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@dataclass
class Log:
    """Hooks that write down what ran, and on what."""

    begun: list[str] = field(default_factory=list[str])
    ended: list[str] = field(default_factory=list[str])
    ops: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def begin(self, name: str, module: ModuleOp) -> None:
        self.begun.append(name)

    def end(self, name: str, module: ModuleOp) -> None:
        self.ended.append(name)
        self.ops[name] = {op.name.split(".")[0] for op in module.walk()}


class TagPass(ModulePass):
    """Gives every lane op a name."""

    name = "tag"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for one in op.walk():
            if isinstance(one, engine.LaneOp):
                one.loc_name = StringAttr("tagged")


def leaky(module: ModuleOp) -> None:
    """A ReLU with a sign: multiplies by -1 after every ReLU."""
    for op in list(module.walk()):
        if isinstance(op, graph.ReluOp):
            uses = list(op.results[0].uses)
            negative = graph.NegOp(op.results[0])
            block = op.parent
            assert block is not None
            for use in uses:
                use.operation.operands[use.index] = negative.results[0]
            block.insert_op_after(negative, op)


def test_hooks_see_every_pass(model: ModelProto) -> None:
    log = Log()
    pipeline = Pipeline.named("compile").with_hooks(before=log.begin, after=log.end)
    compiled = accelc.compile(model, "tiny", pipeline=pipeline)
    assert set(log.begun) == set(log.ended) == set(pipeline.passes)
    firsts = [log.ended.index(name) for name in pipeline.passes]
    assert firsts == sorted(firsts)
    assert "graph" in log.ops["rebufferize-inplace"]
    assert "engine" in log.ops["assign-memory"]
    assert accelc.Program.disassemble(compiled.program) == accelc.compile(model, "tiny").program.disassemble()


def test_a_pass_of_the_caller_changes_the_program(model: ModelProto) -> None:
    log = Log()
    pipeline = Pipeline.named("compile").insert_before("decompose", leaky).with_hooks(after=log.end)
    assert pipeline.passes[:4] == ("normalize-inplace", "fold-constants", "leaky", "decompose")
    x = np.random.default_rng(1).standard_normal((4, 8)).astype(np.float32)
    plain = accelc.simulate(accelc.compile(model, "tiny"), {"x": x}).outputs["y"]
    changed = accelc.simulate(accelc.compile(model, "tiny", pipeline=pipeline), {"x": x}).outputs["y"]
    assert plain.max() > 0
    np.testing.assert_array_equal(changed, -plain)
    assert log.ended[2] == "leaky"


@pytest.mark.parametrize("position", ["lower-to-engine", "schedule-engines", "assign-memory", "insert-delays"])
def test_a_pass_over_engine_programs(model: ModelProto, position: str) -> None:
    compiled = accelc.compile(model, "tiny", pipeline=Pipeline.named("compile").insert_after(position, TagPass()))
    debug = {entry.loc_name for s in compiled.program.segments if hasattr(s, "debug") for entry in s.debug}  # pyright: ignore
    assert "tagged" in debug
    assert "fc" not in debug


def test_a_pass_behind_the_last_one(model: ModelProto) -> None:
    """What is emitted is what the inserted pass left, not what was timed before."""
    pipeline = Pipeline.named("compile").insert_after("schedule-systolic-tiles", TagPass())
    (segment,) = accelc.compile(model, "tiny", pipeline=pipeline).program.segments
    assert isinstance(segment, AcceleratorSegment)
    assert {entry.loc_name for entry in segment.debug[1:]} == {"tagged"}


def test_registered_passes_by_name(model: ModelProto) -> None:
    pipeline = Pipeline.named("compile").insert_after("decompose", "canonicalize", "set-precision{precision=bf16}")
    assert "canonicalize" in pipeline.passes
    text = accelc.compile(model, "tiny", pipeline=pipeline).program.disassemble()
    assert "bf16" in text


def test_a_kernel_goes_through_a_pipeline() -> None:
    @kernel(target="tiny")
    def double(core: Core, x: View) -> None:
        tile = core.load(x)
        core.tensor_scalar(tile, tile, "mul", 2.0)
        core.store(core.output("y", (4, 8), "fp32"), tile)

    log = Log()
    pipeline = Pipeline.named("kernel").insert_after("assign-memory", TagPass()).with_hooks(after=log.end)
    x = np.ones((4, 8), np.float32)
    assert double.through(pipeline).run(x=x).outputs["y"].sum() == 64
    assert tuple(log.ended) == pipeline.passes
    assert pipeline.passes == ("schedule-engines", "assign-memory", "tag", "insert-delays", "schedule-systolic-tiles")
    with pytest.raises(UsageError, match=r"pipeline 'compile': here 'kernel' runs; begin with Pipeline\.named"):
        double.through(Pipeline.named("compile")).run(x=x)


def broken(module: ModuleOp) -> None:
    """Leaves a program out."""
    for op in list(module.body.block.ops):
        op.detach()


def invalid(module: ModuleOp) -> None:
    """Names a lane that no op has."""
    for op in module.walk():
        if isinstance(op, engine.LaneOp):
            op.lane = StringAttr("nowhere")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Pipeline.named("kernels"),
            r"unknown pipeline 'kernels'; did you mean 'kernel'\? \(pipelines: compile, ",
        ),
        (
            lambda: Pipeline.named("kernel").insert_after("assign-memry", leaky),
            r"pipeline 'kernel' has no pass 'assign-memry'; did you mean 'assign-memory'\? \(legal positions: "
            "schedule-engines, assign-memory, insert-delays, schedule-systolic-tiles",
        ),
        (
            lambda: Pipeline.named("compile").insert_before("emit", leaky),
            "pipeline 'compile' has no IR at 'emit', which works on streams of instructions; legal positions are",
        ),
        (
            lambda: Pipeline.named("compile").insert_before("decompose", "canonicalise"),
            r"unknown pass 'canonicalise'; did you mean 'canonicalize'\?",
        ),
        (
            lambda: Pipeline.named("compile").insert_before("decompose", "set-precision{kind=bf16}"),
            r"pass 'set-precision' has no option 'kind' \(its options: precision, thin, weights, save\)",
        ),
        (
            lambda: Pipeline.named("compile").insert_before("decompose", "set-precision{precision=5}"),
            "option 'precision' of pass 'set-precision' is 5: expected text, as in precision=\"5\"",
        ),
        (
            lambda: Pipeline.named("compile").insert_before("decompose", "set-precision{"),
            r"pass 'set-precision\{', character 15: Expected argument name here",
        ),
        (
            lambda: Pipeline.named("compile").insert_before("decompose", TagPass),  # pyright: ignore[reportArgumentType]
            "TagPass'> is no pass: expected the name of one, an object of a ModulePass, or a function",
        ),
    ],
)
def test_wrong_names(make: Callable[[], Pipeline], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (broken, "passes at 'assign-memory' left a module of nothing: one engine.program expected"),
        (invalid, "pass 'invalid', inserted after 'assign-memory', left invalid IR"),
    ],
)
def test_a_pass_that_leaves_no_program(model: ModelProto, change: Callable[[ModuleOp], None], message: str) -> None:
    pipeline = Pipeline.named("compile").insert_after("assign-memory", change)
    with pytest.raises(UsageError, match=message):
        accelc.compile(model, "tiny", pipeline=pipeline)
    with pytest.raises(UsageError, match="pipeline 'kernel': here 'compile' runs"):
        accelc.compile(model, "tiny", pipeline=Pipeline.named("kernel"))


def without_output(module: ModuleOp) -> None:
    """No buffer is the output any more."""
    for op in module.walk():
        if isinstance(op, engine.BufferOp) and op.role.data == "output":
            op.role = StringAttr("scratch")


def without_names(module: ModuleOp) -> None:
    """Inputs have no names any more."""
    for op in module.walk():
        if isinstance(op, graph.FuncOp):
            op.input_names = None


def another_weight(module: ModuleOp) -> None:
    """A weight that nobody knows."""
    for op in module.walk():
        if isinstance(op, graph.WeightOp):
            op.weight_name = StringAttr("mine")


def without_buffer(module: ModuleOp) -> None:
    """A buffer goes, those who use it stay."""
    for op in module.walk():
        if isinstance(op, engine.BufferOp):
            op.detach()
            op.erase(safe_erase=False)
            break


@pytest.mark.parametrize(
    ("position", "change", "message"),
    [
        (
            "assign-memory",
            without_output,
            r"left nothing of output 'out0' \(fp32 \[16\]\): what a model takes and gives",
        ),
        (
            "decompose",
            without_names,
            r'left inputs None of .* of inputs \["x"\] of .*: what a model takes and gives stays',
        ),
        ("decompose", another_weight, "made the weight 'mine', which has no data"),
        ("assign-memory", without_buffer, "left invalid IR: Erased SSA value is used by the operation"),
    ],
)
def test_a_pass_that_changes_what_others_rely_on(
    model: ModelProto, position: str, change: Callable[[ModuleOp], None], message: str
) -> None:
    with pytest.raises(UsageError, match=f"pass '{change.__name__}', inserted after '{position}', {message}"):
        accelc.compile(model, "tiny", pipeline=Pipeline.named("compile").insert_after(position, change))


@pytest.mark.parametrize("position", ["schedule-engines", "assign-memory"])
def test_what_the_callers_code_raises_ends_the_compilation(model: ModelProto, position: str) -> None:
    """A CapacityError of accelc's makes the compiler try another budget; one of the caller's is final."""
    raised: list[str] = []

    def full(module: ModuleOp) -> None:
        raised.append("pass")
        raise CapacityError("mine is full")

    def hook(name: str, module: ModuleOp) -> None:
        if name == position:
            raised.append("hook")
            raise CapacityError("mine is full")

    for pipeline in (
        Pipeline.named("compile").insert_after(position, full),
        Pipeline.named("compile").with_hooks(after=hook),
        Pipeline.named("compile").with_hooks(before=hook),
    ):
        with pytest.raises(CapacityError, match="mine is full"):
            accelc.compile(model, "tiny", pipeline=pipeline)
    assert raised == ["pass", "hook", "hook"]


def test_a_pass_of_accelc_that_is_inserted_may_not_fit(model: ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another budget is tried, as for the pass at its place."""
    tried: list[str] = []

    def fit_at_last(self: AssignMemoryPass, ctx: Context, op: ModuleOp) -> None:
        tried.append(self.name)
        if len(tried) == 1:
            raise CapacityError("not yet")

    monkeypatch.setattr(AssignMemoryPass, "apply", fit_at_last)
    pipeline = Pipeline.named("compile").insert_after("schedule-engines", "assign-memory")
    assert accelc.compile(model, "tiny", pipeline=pipeline).program.segments
    assert len(tried) > 1


def test_passes_that_are_inserted_work_for_the_machine_that_is_compiled_for(model: ModelProto) -> None:
    """IR names its machine, which need not be a preset, or may differ from the preset of that name."""
    seen: list[object] = []

    def see(module: ModuleOp) -> None:
        (program,) = (op for op in module.walk() if isinstance(op, engine.ProgramOp))
        seen.append(load_target(program.target.data))

    again = Pipeline.named("compile").insert_after("schedule-engines", "schedule-engines{heuristic=program}", see)
    for name in ("nobody-knows", "tiny"):
        machine = accelc.Target.load("tiny").replace({"name": name, "time.tick_hz": 2_800_000_000})
        assert accelc.compile(model, machine, pipeline=again).target == machine
        assert seen.pop() == machine
    assert load_target("tiny") != machine

    @kernel(target=machine)
    def copy(core: Core, x: View) -> None:
        core.store(core.output("y", (4, 8), "fp32"), core.load(x))

    copy.through(Pipeline.named("kernel").insert_after("assign-memory", "assign-memory", see)).compile(
        x=np.ones((4, 8), np.float32)
    )
    assert seen.pop() == machine

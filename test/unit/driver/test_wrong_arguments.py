"""Whatever a caller of Python's interface gives: a mistake is one AccelcError of one line, with argument and remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import ml_dtypes
import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from xdsl.dialects.builtin import ModuleOp

import accelc
from accelc.arguments import as_array
from accelc.errors import AccelcError, ModelError


class Loud:
    """Is no array, and says so in an exception of its own."""

    def __array__(self, *arguments: Any) -> Any:
        raise RuntimeError("not today\nor tomorrow")


@dataclass(frozen=True)
class Given:
    """What right calls need; of any type, since the calls here are wrong."""

    model: Any
    compiled: Any
    kernel: Any
    module: Any
    folder: Path


X = np.ones((4, 8), np.float32)


def layer(elem_type: int = TensorProto.FLOAT) -> ModelProto:
    """ReLU of a product."""
    network = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["z"], "fc"), helper.make_node("Relu", ["z"], ["y"], "relu")],
        "layer",
        [helper.make_tensor_value_info("x", elem_type, [4, 8])],
        [helper.make_tensor_value_info("y", elem_type, [4, 4])],
        [numpy_helper.from_array(np.full((8, 4), 0.5, helper.tensor_dtype_to_np_dtype(elem_type)), "w")],
    )
    return helper.make_model(network, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A model, its program, a kernel and an empty module."""

    @accelc.kernel(target="tiny")
    def copy(core: Any, x: Any) -> None:
        core.store(core.output("y", (4, 8), "fp32"), core.load(x))

    model = layer()
    return Given(model, accelc.compile(model, "tiny"), copy, ModuleOp([]), tmp_path_factory.mktemp("wrong"))


Wrong = tuple[str, Callable[[Given], object], str]


def compiling(**options: Any) -> Callable[[Given], object]:
    """Calls `compile` with wrong options."""
    return lambda g: accelc.compile(g.model, **cast(Any, {"target": "tiny", **options}))


def running(**options: Any) -> Callable[[Given], object]:
    """Calls `run` with wrong options."""
    return lambda g: accelc.run(g.model, "tiny", **options)


def simulating(inputs: Any = None, **options: Any) -> Callable[[Given], object]:
    """Calls `simulate` with wrong options."""
    return lambda g: accelc.simulate(g.compiled, {"x": X} if inputs is None else inputs, **options)


def over_devices(devices: Any = 2, inputs: Any = None, **options: Any) -> Callable[[Given], object]:
    """Calls `simulate_devices` with wrong options."""
    return lambda g: accelc.simulate_devices(g.compiled, devices, inputs, **options)


def pipeline(**fields: Any) -> Callable[[Given], object]:
    """Makes a pipeline of wrong fields."""
    return lambda g: accelc.Pipeline(**cast(Any, {"name": "compile", **fields}))


def hooked(**options: Any) -> Callable[[Given], object]:
    """Enters a hook with wrong options."""

    def enter(g: Given) -> None:
        with accelc.hook(**cast(Any, {"target": "tiny", **options})):
            raise AssertionError("entered")

    return enter


def staged(**options: Any) -> Callable[[Given], object]:
    """Calls `run_staged` with wrong options."""
    return lambda g: accelc.run_staged(g.model, **cast(Any, {"options": accelc.CompileOptions("tiny"), **options}))


TABLE: list[Wrong] = [
    ("compile", lambda g: accelc.compile(5, "tiny"), "5 is no model: expected a path, bytes of ONNX"),  # pyright: ignore
    ("compile", lambda g: accelc.compile(g.module, "tiny"), "for accelc.compile_module"),
    ("compile", compiling(target=5), "unknown target '5' (presets: "),
    ("compile", compiling(precision=5), "unknown precision '5' (precisions: model, fp32"),
    ("compile", compiling(precision=["fp32"]), "unknown precision"),
    ("compile", compiling(force=True), "unknown home 'True' to force (homes: accelerator"),
    ("compile", compiling(repeat_layers=None), "unknown choice 'None' for repeated layers (choices: auto"),
    ("compile", compiling(shapes=5), "shapes is 5: expected a mapping from names of inputs to tuples of sizes"),
    ("compile", compiling(shapes={1: (2,)}), "a key of shapes is 1: expected"),
    ("compile", compiling(shapes={"x": 4}), "shapes['x'] is 4: expected a tuple of sizes"),
    ("compile", compiling(shapes={"x": "48"}), "shapes['x'] is '48': expected a tuple of sizes"),
    ("compile", compiling(shapes={"x": (4, 8.0)}), "a size in shapes['x'] is 8.0: expected an integer of at least 0"),
    ("compile", compiling(dims=["n"]), "dims is ['n']: expected a mapping from names of dimensions to sizes"),
    ("compile", compiling(dims={"n": "a"}), "dims['n'] is 'a': expected an integer of at least 0"),
    ("compile", compiling(donate="x=y"), "donate is 'x=y': expected a mapping"),
    ("compile", compiling(donate={"x": 5}), "donate['x'] is 5: expected the name of an output"),
    ("compile", compiling(random_weights=1.5), "seed of random weights is 1.5: expected an integer of at least 0"),
    ("compile", compiling(random_weights=True), "seed of random weights is True"),
    ("compile", compiling(save_ir=5), "save_ir is 5: expected a path"),
    ("compile", compiling(no_weights="no"), "no_weights is 'no': expected True or False"),
    ("compile", compiling(pipeline="compile"), "pipeline is 'compile': expected Pipeline.named('compile')"),
    ("compile", compiling(pipeline=[]), "pipeline is []: expected Pipeline.named('compile')"),
    ("CompileOptions", lambda g: accelc.CompileOptions(dims=5), "dims is 5: expected a mapping"),  # pyright: ignore
    ("compile_module", lambda g: accelc.compile_module(5), "5 is no module: expected a ModuleOp of xDSL"),  # pyright: ignore
    ("compile_module", lambda g: accelc.compile_module(g.model), "models and files are for accelc.compile"),
    ("compile_module", lambda g: accelc.compile_module(g.module, weights=[X]), "weights is [array"),  # pyright: ignore
    ("run", lambda g: accelc.run(None), "None is no model"),  # pyright: ignore
    ("run", running(inputs=[X]), "expected a mapping from names to arrays"),
    ("run", running(inputs={"x": "abc"}), "input 'x' is 'abc': expected an array of float32"),
    ("run", running(inputs={"x": None}), "input 'x' is None: expected an array of float32"),
    ("run", running(inputs={"x": Loud()}), "input 'x' is no array: not today"),
    ("run", running(inputs={"x": [[1.0], [1.0, 2.0]]}), "input 'x' is no array: setting an array element"),
    ("run", running(inputs={"x": [1.0]}), "input 'x' has"),
    ("run", running(inputs={"x": X.astype(np.float64)}), "input 'x' has dtype float64, the model expects float32"),
    ("run", running(seed="a"), "seed is 'a': expected an integer of at least 0"),
    ("run", running(seed=-1), "seed is -1: expected an integer of at least 0"),
    ("run", running(check="false"), "check is 'false': expected True or False"),
    ("run", running(timing_only=1), "timing_only is 1: expected True or False"),
    ("run_staged", lambda g: accelc.run_staged(5), "5 is no model"),  # pyright: ignore
    ("run_staged", staged(options="tiny"), "options is 'tiny': expected CompileOptions"),
    ("run_staged", staged(inputs=5), "inputs is 5: expected a mapping from names to arrays"),
    ("run_staged", staged(inputs={"x": "abc"}), "input 'x' is 'abc': expected an array of float32"),
    ("run_staged", staged(seed=1.5), "seed is 1.5: expected an integer"),
    ("run_staged", staged(check=None), "check is None: expected True or False"),
    ("run_staged", staged(progress=5), "progress is 5: expected a function"),
    ("simulate", lambda g: accelc.simulate(5), "int is no program: expected a compiled model, a Program or a path"),  # pyright: ignore
    ("simulate", simulating(inputs=[X]), "expected a mapping from names to arrays"),
    ("simulate", simulating(inputs={"x": 1 << 70}), "input 'x' is 11805916207174113"),
    ("simulate", simulating(inputs={"x": [True]}), "input 'x' is [True]: float32 does not hold that"),
    ("simulate", simulating(target=5), "unknown target '5'"),
    ("simulate", simulating(timing_only="yes"), "timing_only is 'yes': expected True or False"),
    ("simulate", simulating(races=0), "races is 0: expected True or False"),
    ("simulate", simulating(delays=5), "delays is 5: expected a mapping from names of delays to cycles"),
    ("simulate", simulating(delays={"start.dma0": 1.5}), "delay 'start.dma0' is 1.5: expected an integer"),
    ("simulate", simulating(delays={"start.dma0": "a"}), "delay 'start.dma0' is 'a': expected an integer"),
    ("simulate_devices", lambda g: accelc.simulate_devices(5, 2), "int is no program"),  # pyright: ignore
    ("simulate_devices", over_devices(devices=1.5), "devices is 1.5: expected an integer"),
    ("simulate_devices", over_devices(inputs={"x": X}), "expected a mapping from names to arrays for each device"),
    ("simulate_devices", over_devices(inputs=[X, X]), "expected a mapping from names to arrays"),
    ("simulate_devices", over_devices(all_reduce="y"), "all_reduce is 'y': expected names of outputs in a list"),
    ("simulate_devices", over_devices(all_reduce=[5]), "an item of all_reduce is 5: expected OUTPUT"),
    ("simulate_devices", over_devices(iterations=1.5), "iterations is 1.5: expected an integer"),
    ("Target", lambda g: accelc.Target.load(None), "unknown target 'None'"),  # pyright: ignore
    ("Target", lambda g: g.compiled.target.replace(5), "changes is 5: expected a mapping from keys such as engine."),
    ("Target", lambda g: g.compiled.target.replace({5: 1}), "a key of changes is 5: expected a mapping from keys"),
    ("Program", lambda g: accelc.Program.load(5), "path of the program is 5: expected a path"),  # pyright: ignore
    ("Program", lambda g: accelc.Program.load(g.folder / "x.acx", 5), "unknown target '5'"),  # pyright: ignore
    ("Program", lambda g: g.compiled.program.save(b"x"), "path of the program is b'x': expected a path"),
    ("Pipeline", pipeline(name="bogus"), "unknown pipeline 'bogus' (pipelines: compile, kernel)"),
    ("Pipeline", pipeline(name=["compile"]), "unknown pipeline '['compile']'"),
    ("Pipeline", lambda g: accelc.Pipeline.named(5), "unknown pipeline '5' (pipelines: compile, kernel)"),  # pyright: ignore
    ("Pipeline", pipeline(inserted=None), "inserted is None: expected a tuple of passes"),
    ("Pipeline", pipeline(inserted=("canonicalize",)), "expected what insert_before and insert_after make"),
    ("Pipeline", pipeline(hooks=5), "hooks is 5: expected pairs of hooks"),
    ("Pipeline", lambda g: accelc.Pipeline("compile").with_hooks(before=5), "a hook is 5: expected a function"),  # pyright: ignore
    ("Pipeline", lambda g: accelc.Pipeline("compile").insert_before(5, "cse"), "has no pass '5' (legal positions"),  # pyright: ignore
    ("Pipeline", lambda g: accelc.Pipeline("compile").insert_after("decompose", 5), "5 is no pass: expected the name"),  # pyright: ignore
    ("kernel", lambda g: accelc.kernel(5), "kernel 5: expected a function with a signature"),  # pyright: ignore
    ("Kernel", lambda g: accelc.Kernel(5), "kernel 5: expected a function with a signature"),  # pyright: ignore
    ("Kernel", lambda g: g.kernel.scheduled(5), "unknown schedule '5'"),
    ("Kernel", lambda g: g.kernel.on(5).compile(x=X), "unknown target '5'"),
    ("Kernel", lambda g: g.kernel.through("kernel").compile(x=X), "pipeline is 'kernel': expected Pipeline.named"),
    ("Kernel", lambda g: g.kernel.compile(x=5), "input 'x' of kernel 'copy' is 5: an array or TensorSpec expected"),
    ("Kernel", lambda g: g.kernel.run(x=[[1.0], [1.0, 2.0]]), "input 'x' of kernel 'copy' is no array"),
    ("Kernel", lambda g: g.kernel.run(x=Loud()), "input 'x' of kernel 'copy' is no array: not today"),
    ("TensorSpec", lambda g: g.kernel.compile(x=accelc.TensorSpec(5, "fp32")), "has shape 5: expected a tuple of"),  # pyright: ignore
    ("TensorSpec", lambda g: g.kernel.compile(x=accelc.TensorSpec((4, 8), 5)), "has dtype 5: legal are"),  # pyright: ignore
    ("CompiledKernel", lambda g: g.kernel.compile(x=X).run(x=None), "input 'x' is None: expected an array of float32"),
    ("hook", hooked(target=5), "unknown target '5'"),
    ("hook", hooked(precision=5), "unknown precision '5'"),
    ("hook", hooked(dump_first_ir=5), "dump_first_ir is 5: expected a path"),
    ("hook", hooked(dump_second_ir=[]), "dump_second_ir is []: expected a path"),
]


@pytest.mark.parametrize(("name", "call", "message"), TABLE, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(TABLE)])
def test_wrong_arguments(given: Given, name: str, call: Callable[[Given], object], message: str) -> None:
    with pytest.raises(AccelcError) as caught:
        call(given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


RESULTS = {"AccelcError", "KernelError", "CompiledModel", "RunResult", "StagedRun", "ExecutionResult", "KernelResult"}
"""Public names that nobody but accelc calls."""
ELSEWHERE = {
    "Core": "test/unit/kernels/test_errors.py",
    "CustomInstruction": "test/unit/repo/test_instructions.py",
    "Immediate": "test/unit/repo/test_instructions.py",
}
"""Public names whose mistakes have a test of their own."""


def test_the_table_has_every_public_name() -> None:
    assert {*accelc.__all__} - {name for name, _, _ in TABLE} - RESULTS <= {*ELSEWHERE}


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int32, np.uint8, np.bool_, ml_dtypes.bfloat16])
def test_numbers_of_python_take_the_type_of_the_input(dtype: Any) -> None:
    numbers = [[True, False]] if dtype is np.bool_ else [[1, 2], [3, 4]]
    array = as_array("input 'x'", numbers, np.dtype(dtype))
    assert array.dtype == dtype
    assert array.tolist() == numbers
    assert as_array("input 'x'", [], np.dtype(dtype)).shape == (0,)


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [([1.5], np.int32), ([300], np.uint8), ([-1], np.uint8), ([-1], np.uint64), ([1], np.bool_), ([1e6], np.float16)],
)
def test_numbers_that_a_type_does_not_hold(numbers: list[float], dtype: Any) -> None:
    with pytest.raises(ModelError, match=f"{np.dtype(dtype).name} does not hold that"):
        as_array("input 'x'", numbers, np.dtype(dtype))


def test_arrays_keep_their_type() -> None:
    """What has a type is not converted: a mistake in it would stay unseen."""
    assert as_array("input 'x'", np.ones(3), np.dtype(np.float32)).dtype == np.float64
    assert as_array("input 'x'", np.float64(3), np.dtype(np.float32)).dtype == np.float64
    assert np.isinf(as_array("input 'x'", [float("inf"), 1.0], np.dtype(np.float16))[0])


def test_lists_are_arrays(given: Given) -> None:
    numbers = np.arange(32).reshape(4, 8).tolist()
    expected = accelc.simulate(given.compiled, {"x": np.array(numbers, np.float32)}).outputs["y"]
    np.testing.assert_array_equal(accelc.simulate(given.compiled, {"x": numbers}).outputs["y"], expected)
    result = accelc.run(given.model, "tiny", inputs={"x": numbers})
    np.testing.assert_array_equal(np.asarray(result.outputs["y"]), expected)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    staged_run = accelc.run_staged(given.model, accelc.CompileOptions("tiny"), inputs={"x": numbers})
    np.testing.assert_array_equal(np.asarray(staged_run.outputs["y"]), expected)


def test_integers_of_numpy_are_integers(given: Given) -> None:
    one = accelc.simulate(given.compiled, timing_only=True, delays={"start.dma0": 7}).total_ns
    assert accelc.simulate(given.compiled, timing_only=True, delays={"start.dma0": np.int64(7)}).total_ns == one  # pyright: ignore

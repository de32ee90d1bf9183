"""Results in the memory of arguments: what the machine computes, what that saves, and when it must not happen."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.parser import Parser

import accelc
from accelc.dialects import engine, graph
from accelc.driver import RunResult
from accelc.errors import UsageError
from accelc.frontends.numpy import Spec, trace
from accelc.frontends.numpy.compiled import compile_traced
from accelc.interpreters.engine import run_engine
from accelc.interpreters.graph import find_function, run
from accelc.isa.container import save_program
from accelc.isa.loader import load_program
from accelc.isa.program import AcceleratorSegment, Program, same_program
from accelc.isa.text.assembler import assemble
from accelc.isa.text.disassembler import disassemble
from accelc.lowering import lower_partition
from accelc.passes.normalize_inplace import NormalizeInplacePass
from accelc.passes.rebufferize_inplace import RebufferizeInplacePass
from accelc.runtime.execute import ExecutionResult, execute
from accelc.targets import load_target

Array = npt.NDArray[Any]
ROWS, WIDTH = 512, 64


def normal(*shape: int, seed: int = 0) -> Array:
    """Random floats."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def parsed(text: str) -> ModuleOp:
    """A module of the `graph` dialect."""
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(graph.Graph)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def node(kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> Any:
    """An ONNX node."""
    return helper.make_node(kind, inputs, [output], output, **attributes)


def model(nodes: Sequence[Any], outputs: Mapping[str, Sequence[int]], **inputs: Sequence[int]) -> ModelProto:
    """A model of floats; `at` is the position 5."""
    infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()]
    results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()]
    at = numpy_helper.from_array(np.array([5], np.int64), "at")
    body = helper.make_graph(list(nodes), "cache", infos, results, [at])
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 24)], ir_version=11)


UPDATE = node("TensorScatter", ["past", "k", "at"], "present")
SHAPES: dict[str, tuple[int, ...]] = {"past": (1, ROWS, WIDTH), "k": (1, 4, WIDTH)}


def step(*others: Any, **outputs: Sequence[int]) -> ModelProto:
    """An update of a cache, and more."""
    return model([UPDATE, *others], {"present": SHAPES["past"], **outputs}, **SHAPES)


def both(proto: ModelProto, donated: Mapping[str, str]) -> tuple[RunResult, RunResult]:
    """A model with random inputs, without and with donation: the same bits, no race, equal to the reference."""
    arrays = {name: normal(*shape, seed=seed) for seed, (name, shape) in enumerate(SHAPES.items())}
    plain = accelc.run(proto, inputs=arrays)
    given = accelc.run(proto, inputs=arrays, donate=donated)
    assert isinstance(plain, RunResult)
    assert isinstance(given, RunResult)
    for result in (plain, given):
        assert result.comparison is not None
        assert result.comparison.within_tolerance
        assert not any(s.simulation.races for s in result.execution.segments if s.simulation)
    for name, array in plain.execution.outputs.items():
        assert array.tobytes() == given.execution.outputs[name].tobytes()
    return plain, given


def in_place(program: Program) -> dict[str, str]:
    """Outputs in the memory of inputs, by input."""
    found: dict[str, str] = {}
    for segment in program.segments:
        bindings = segment.bindings if isinstance(segment, AcceleratorSegment) else ()
        inputs = {binding.offset: binding.name for binding in bindings if binding.role == "input"}
        found |= {inputs[binding.offset]: binding.name for binding in bindings if binding.role == "in_place"}
    return found


def dma_bytes(execution: ExecutionResult) -> int:
    """Bytes that transfers moved."""
    return sum(core.dma_bytes for s in execution.segments if s.simulation for core in s.simulation.cores)


def test_only_the_part_that_is_written_moves() -> None:
    """Nothing reads the cache: what crosses HBM is the new rows, in and out."""
    plain, given = both(step(), {"past": "present"})
    assert in_place(plain.compiled.program) == {}
    assert in_place(given.compiled.program) == {"past": "present"}
    assert 4 * ROWS * WIDTH <= dma_bytes(plain.execution) <= 4 * (ROWS + 8) * WIDTH
    assert dma_bytes(given.execution) <= 2 * 4 * 4 * WIDTH
    assert given.execution.total_ns < plain.execution.total_ns
    assert given.compiled.lower_bound.ns <= given.execution.total_ns


def test_a_reader_of_the_new_contents() -> None:
    """It loads the cache behind the write; the bound of the time counts that load."""
    reader = node("Relu", ["present"], "y")
    plain, given = both(step(reader, y=SHAPES["past"]), {"past": "present"})
    assert in_place(given.compiled.program) == {"past": "present"}
    assert dma_bytes(given.execution) < dma_bytes(plain.execution)
    least = 4 * (ROWS - 4) * WIDTH + 4 * ROWS * WIDTH
    assert given.compiled.lower_bound.resources["hbm"] >= least / load_target("trn-like").hbm.bytes_per_ns


def test_a_reader_of_the_old_contents_goes_first() -> None:
    """It is later in the model, and independent of the write."""
    reader = node("Relu", ["past"], "y")
    _, given = both(step(reader, y=SHAPES["past"]), {"past": "present"})
    assert in_place(given.compiled.program) == {"past": "present"}


def test_a_reader_that_needs_both_contents() -> None:
    """The update cannot be in place; the outputs are right all the same."""
    nodes = [node("ReduceSum", ["present"], "s", keepdims=1), node("Mul", ["past", "s"], "y")]
    both(step(*nodes, y=SHAPES["past"]), {"past": "present"})


def test_a_result_that_is_computed_whole() -> None:
    """It moves as many bytes, but the program needs less memory."""
    proto = model([node("Relu", ["past"], "present")], {"present": SHAPES["past"]}, **SHAPES)
    plain, given = both(proto, {"past": "present"})
    assert in_place(given.compiled.program) == {"past": "present"}
    sizes = [r.compiled.program.segments[0] for r in (plain, given)]
    assert [isinstance(s, AcceleratorSegment) for s in sizes] == [True, True]
    first, second = (s.hbm_bytes for s in sizes if isinstance(s, AcceleratorSegment))
    assert first - second == 4 * ROWS * WIDTH
    assert dma_bytes(given.execution) == dma_bytes(plain.execution)


def test_a_segment_that_reads_the_old_contents_later() -> None:
    """The host does, after the accelerator, in double precision: the memory is not given up then."""
    nodes = [
        node("ReduceMax", ["present"], "m"),
        *(node("Cast", [name], f"{name}64", to=TensorProto.DOUBLE) for name in ("past", "m")),
        node("Mod", ["past64", "m64"], "y64", fmod=1),
        node("Cast", ["y64"], "y", to=TensorProto.FLOAT),
    ]
    plain, given = both(step(*nodes, y=SHAPES["past"]), {"past": "present"})
    assert len(plain.compiled.program.segments) > 1
    assert in_place(given.compiled.program) == {}


def test_the_container_keeps_it(tmp_path: Path) -> None:
    """Saved and loaded, and as text, the program is the same and gives the same."""
    program = accelc.compile(step(), donate={"past": "present"}).program
    save_program(program, tmp_path / "x.acx")
    loaded = load_program(tmp_path / "x.acx")
    assert same_program(program, loaded)
    assert in_place(loaded) == {"past": "present"}
    assert same_program(assemble("\n".join(disassemble(program)), "x.s"), program)
    arrays = {name: normal(*shape) for name, shape in SHAPES.items()}
    kept = {name: array.copy() for name, array in arrays.items()}
    outputs = execute(loaded, loaded.target, arrays).outputs
    expected = arrays["past"].copy()
    expected[:, 5:9] = arrays["k"]
    np.testing.assert_array_equal(outputs["present"], expected)
    # The caller's own arrays are not the device's memory.
    assert all(np.array_equal(kept[name], arrays[name]) for name in arrays)


@pytest.mark.parametrize(
    ("donated", "message"),
    [
        (
            {"pest": "present"},
            "--donate pest=present: the model has no input 'pest'; did you mean 'past'? (inputs: past, k)",
        ),
        ({"past": "y"}, "--donate past=y: the model has no output 'y' (outputs: present)"),
        (
            {"past": "present", "other": "present"},
            "--donate other=present: the model has no input 'other' (inputs: past, k)",
        ),
        (
            {"k": "present"},
            "--donate k=present: an input of type tensor<1x4x64xf32> has no memory for an output of type "
            "tensor<1x512x64xf32>",
        ),
    ],
)
def test_mistakes(donated: dict[str, str], message: str) -> None:
    """Each says which option, what is wrong and what there is."""
    with pytest.raises(UsageError) as caught:
        accelc.compile(step(), donate=donated)
    assert str(caught.value) == message


def test_memory_given_twice_or_returned() -> None:
    """One output has one place; an input that is returned keeps its own."""
    shape = SHAPES["past"]
    nodes = [node("Add", ["a", "b"], "y"), node("Identity", ["a"], "same")]
    proto = model(nodes, {"y": shape, "same": shape}, a=shape, b=shape)
    with pytest.raises(UsageError) as caught:
        accelc.compile(proto, donate={"a": "y"})
    assert str(caught.value) == "--donate a=y: the model returns input 'a' as 'same', so that it has to stay"
    proto = model(nodes[:1], {"y": shape}, a=shape, b=shape)
    with pytest.raises(UsageError) as caught:
        accelc.compile(proto, donate={"a": "y", "b": "y"})
    assert str(caught.value) == "--donate b=y: output 'y' takes the memory of 'a' already"


def slices(cache: Any, x: Any) -> Any:
    """Writes parts of an argument, and reads before, between and after."""
    before = cache[2:4] + x
    cache[1:3] = x
    middle = np.maximum(cache[0:2], 0)
    cache[5:7] += x
    cache[6:8] = cache[5:7]
    return before, middle, cache[4:6] * 2


def transposed(cache: Any, x: Any) -> Any:
    """Writes through a transposed view and a reshaped one."""
    cache.T[0:2] = x.T[0:2].reshape(2, 2)[:, 0:1]
    cache.reshape(-1)[4:8] = 1.5
    return (np.exp(cache[0:1]),)


def old(cache: Any, x: Any) -> Any:
    """Returns what the argument held before."""
    kept = cache[0:2] * 1
    cache[0:2] = x
    return (kept,)


@pytest.mark.parametrize("function", [slices, transposed, old])
@pytest.mark.parametrize("target", ["trn-like", "tiny"])
def test_arguments_that_numpy_writes(function: Callable[..., Any], target: str) -> None:
    """They are given up without being asked for: their final contents lie where they did."""
    cache, x = normal(8, 6), normal(2, 6, seed=1)
    program = compile_traced(trace(function, Spec(cache.shape), Spec(x.shape)), target)
    assert in_place(program) == {"cache": "cache (written)"}
    expected = cache.copy()
    results = function(expected, x)
    found = execute(program, program.target, {"cache": cache, "x": x})
    assert not any(s.simulation.races for s in found.segments if s.simulation)
    np.testing.assert_array_equal(found.outputs["cache (written)"], expected)
    for index, result in enumerate(results):
        np.testing.assert_allclose(found.outputs[f"result{index}"], result, rtol=1e-5)


@settings(max_examples=25)
@given(st.data())
def test_random_updates(data: st.DataObject) -> None:
    """Reads and writes of rows of a donated argument, in any order: the machine, the interpreters and NumPy agree."""
    rows, width = 12, data.draw(st.sampled_from([1, 3, 8]))
    actions = data.draw(st.lists(st.tuples(st.sampled_from("rwcs"), st.integers(0, 9), st.integers(0, 9)), max_size=6))

    def program(cache: Any, x: Any) -> Any:
        results: list[Any] = [x * 2]
        for kind, a, b in actions:
            if kind == "r":
                results.append(cache[a : a + 3] + results[-1])
            elif kind == "w":
                cache[a : a + 3] = results[-1]
            elif kind == "c":
                cache[a : a + 3] = cache[b : b + 3]
            else:
                cache[a : a + 3] *= 2
        cache[0:3] = x
        return results[-1]

    rng = np.random.default_rng(len(actions))
    cache, x = (rng.integers(-4, 5, shape).astype(np.float32) for shape in ((rows, width), (3, width)))
    traced = trace(program, Spec(cache.shape), Spec(x.shape))
    expected = cache.copy()
    result = program(expected, x)
    compiled = compile_traced(traced, "tiny")
    found = execute(compiled, compiled.target, {"cache": cache, "x": x})
    assert not any(s.simulation.races for s in found.segments if s.simulation)
    np.testing.assert_array_equal(found.outputs["cache (written)"], expected)
    np.testing.assert_array_equal(found.outputs["result0"], result)
    module = traced.module.clone()
    NormalizeInplacePass().apply(Context(), module)
    pure, final = run(module, [cache, x], traced.weights)
    np.testing.assert_array_equal(pure, result)
    np.testing.assert_array_equal(final, expected)


PARTITION = """
graph.func @main(%c: tensor<8x4xf32>, %x: tensor<2x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {{
  %0, %1 = graph.partition "accelerator" (%c, %x) : (tensor<8x4xf32>, tensor<2x4xf32>)
      -> (tensor<8x4xf32>, tensor<8x4xf32>) {{
  ^bb0(%a: tensor<8x4xf32>, %b: tensor<2x4xf32>):
    %2 = graph.insert_slice %b, %a starts [3, 0] steps [1, 1] {{reuses = 1 : i64}}
      : (tensor<2x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
    %3 = graph.relu {read} : tensor<8x4xf32> -> tensor<8x4xf32>
    graph.yield %2, %3 : tensor<8x4xf32>, tensor<8x4xf32> into [0, -1]
  }}
  graph.return %0, %1 : tensor<8x4xf32>, tensor<8x4xf32>
}}
"""


@pytest.mark.parametrize(("read", "shared"), [("%2", True), ("%a", False)])
def test_lowering_does_not_trust_what_it_is_told(read: str, shared: bool) -> None:
    """Where the old contents are read after the write, the result gets memory of its own, whatever the yield says."""
    module = parsed(PARTITION.format(read=read))
    (partition,) = (op for op in find_function(module).body.block.ops if isinstance(op, graph.PartitionOp))
    target = load_target("tiny")
    lowered = lower_partition(partition, {}, target)
    updated = [op for op in lowered.program.walk() if isinstance(op, engine.BufferOp) and op.updated is not None]
    assert bool(updated) == shared
    cache, x = normal(8, 4), normal(2, 4, seed=1)
    outputs = run_engine(lowered.program, target, {"in0": cache, "in1": x})
    expected = cache.copy()
    expected[3:5] = x
    np.testing.assert_array_equal(outputs["out0"], expected.reshape(-1))
    np.testing.assert_array_equal(outputs["out1"], np.maximum(expected if shared else cache, 0).reshape(-1))


def test_partitions_that_may_not_write() -> None:
    """A partition before one that reads the argument does not write in its memory; the last one does."""
    text = """
    graph.func @main(%c: tensor<8x4xf32>, %x: tensor<2x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
      %0 = graph.partition "accelerator" (%c, %x) : (tensor<8x4xf32>, tensor<2x4xf32>) -> tensor<8x4xf32> {
      ^bb0(%a: tensor<8x4xf32>, %b: tensor<2x4xf32>):
        %2 = graph.insert_slice %b, %a starts [3, 0] steps [1, 1]
          : (tensor<2x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
        graph.yield %2 : tensor<8x4xf32>
      }
      %1 = graph.partition "host" (%0, %c) : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32> {
      ^bb1(%a: tensor<8x4xf32>, %b: tensor<8x4xf32>):
        %2 = graph.add %a, %b : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
        graph.yield %2 : tensor<8x4xf32>
      }
      graph.return %0, %1 : tensor<8x4xf32>, tensor<8x4xf32> into [0, -1]
    }
    """
    for later, expected in ((True, None), (False, [0])):
        changed = text if later else text.replace("(%0, %c)", "(%0, %0)")
        module = parsed(changed)
        RebufferizeInplacePass().apply(Context(), module)
        first = next(op for op in find_function(module).body.block.ops if isinstance(op, graph.PartitionOp))
        into = first.yield_op.into
        assert (None if into is None else list(into.get_values())) == expected

"""Models of repeated layers: the same numbers and, launch by launch, the same times, however they are compiled."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from segments_support import LAYERS, TOKENS, WIDTH, stack

import accelc
from accelc.driver import CompiledModel, CompileOptions, compile_model, run_model
from accelc.errors import ProgramError, UsageError
from accelc.interpreters.graph import run as interpret
from accelc.isa.program import AcceleratorSegment, Program, same_program
from accelc.isa.steps import Invocation, Repeat, Step, invocations
from accelc.report.figures import layer_rows, run_json
from accelc.report.timeline import segment_timelines, timelines_text
from accelc.runtime.cores import workload
from accelc.runtime.execute import ExecutionResult, execute
from accelc.targets import load_target

ALWAYS = CompileOptions("tiny", repeat_layers="always")
NEVER = CompileOptions("tiny", repeat_layers="never")
TARGET = load_target("tiny")


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    return compile_model(stack(), ALWAYS)


@pytest.fixture(scope="module")
def x() -> dict[str, Any]:
    return {"x": np.random.default_rng(1).standard_normal((TOKENS, WIDTH)).astype(np.float32)}


def test_a_layer_is_compiled_once_and_launched_again_and_again(compiled: CompiledModel) -> None:
    (segment,) = (s for s in compiled.program.segments if isinstance(s, AcceleratorSegment))
    assert [step.segment for step in invocations(compiled.program.steps)] == [segment.name] * LAYERS
    assert set(compiled.engine_programs) == {segment.name}
    unrolled = compile_model(stack(), NEVER)
    assert not unrolled.program.steps
    assert compiled.ideal_cycles.keys() != unrolled.ideal_cycles.keys()
    assert sum(compiled.ideal_cycles.values()) == pytest.approx(sum(unrolled.ideal_cycles.values()))
    assert compiled.lower_bound.resources == pytest.approx(unrolled.lower_bound.resources)


def test_the_numbers_are_those_of_the_unrolled_program(compiled: CompiledModel, x: dict[str, Any]) -> None:
    result = run_model(stack(), ALWAYS, inputs=x)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    unrolled = run_model(stack(), NEVER, inputs=x)
    for name, array in unrolled.execution.outputs.items():
        np.testing.assert_allclose(result.execution.outputs[name], array, rtol=1e-5, atol=1e-5)


def test_weights_that_layers_share_are_stored_once(x: dict[str, Any]) -> None:
    result = run_model(stack(shared=True), ALWAYS, inputs=x)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    steps = list(invocations(result.compiled.program.steps))
    separate = list(invocations(compile_model(stack(), ALWAYS).program.steps))
    assert 0 < len(steps[1].weights) < len(separate[1].weights)


def test_other_constants_need_other_code() -> None:
    """A factor of one element is part of an instruction: three values, three segments, the right numbers."""
    nodes, values = list[Any](), dict[str, Any]()
    x = "x"
    for i in range(3):
        values[f"f{i}"] = np.array([i + 2], np.float32)
        for k in range(8):
            values[f"w{i}.{k}"] = np.full((WIDTH, WIDTH), 0.1 * (k + 1), np.float32)
            nodes.append(helper.make_node("MatMul", [x, f"w{i}.{k}"], [f"m{i}.{k}"], f"{i}.mm{k}"))
            nodes.append(helper.make_node("Mul", [f"m{i}.{k}", f"f{i}"], [f"y{i}.{k}"], f"{i}.mul{k}"))
            x = f"y{i}.{k}"
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [TOKENS, WIDTH]) for n in ("x", x)]
    initializers = [numpy_helper.from_array(array, name) for name, array in values.items()]
    graph = helper.make_graph(nodes, "g", info[:1], info[1:], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    result = run_model(model, ALWAYS)
    assert result.comparison is not None
    assert result.comparison.within_tolerance


def equal_times(left: ExecutionResult, right: ExecutionResult) -> None:
    """Every launch, to the tick of every record."""
    assert [(s.name, s.ns, s.launch_ns) for s in left.segments] == [(s.name, s.ns, s.launch_ns) for s in right.segments]
    for one, other in zip(left.segments, right.segments, strict=True):
        if one.simulation is None or other.simulation is None:
            assert one.simulation is other.simulation
            continue
        assert one.simulation.engines() == other.simulation.engines()
        for a, b in zip(one.simulation.cores, other.simulation.cores, strict=True):
            for lane in a.times:
                for field in ("ready", "issue", "operands", "start", "read", "complete", "pause"):
                    np.testing.assert_array_equal(getattr(a.times[lane], field), getattr(b.times[lane], field))


@st.composite
def schedules(draw: st.DrawFn) -> list[tuple[int, int]]:
    """(Segment, launches of it) in order."""
    return draw(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=5))


PAIR: list[Program] = []


def pair() -> Program:
    """Two segments of different layers."""
    if not PAIR:
        first, second = (compile_model(stack(n), replace(ALWAYS, target="tiny")).program for n in (2, 3))
        a, b = first.segments[0], replace(second.segments[0], name="other")
        weights = {**second.weights, **first.weights}
        PAIR.append(replace(first, segments=(a, b), weights=weights, steps=()))
    return PAIR[0]


@settings(max_examples=10)
@given(schedules(), st.lists(st.integers(0, 40), min_size=1, max_size=4))
def test_skipped_launches_take_the_time_they_would_take(order: list[tuple[int, int]], cycles: list[int]) -> None:
    """Timing each segment once gives every launch the times of a full simulation, whatever the order and the delays."""
    program = pair()
    steps: list[Step] = []
    for which, count in order:
        segment = program.segments[which]
        launch = Invocation(segment.name, segment.inputs, segment.outputs)
        steps.append(launch if count == 1 else Repeat(count, (launch,)))
    program = replace(program, steps=tuple(steps))
    slots = [slot for segment in program.segments if isinstance(segment, AcceleratorSegment) for slot in segment.delays]
    delays = {slot.name: min(cycles[i % len(cycles)], slot.maximum) for i, slot in enumerate(slots)}
    skipped = execute(program, TARGET, {}, functional=False, races=False, delays=delays)
    full = execute(program, TARGET, {}, functional=False, races=False, delays=delays, skip=False)
    equal_times(skipped, full)
    assert len(skipped.segments) == sum(count for _, count in order)
    assert skipped.total_ns == full.total_ns


def test_skipped_launches_compute_the_same(compiled: CompiledModel, x: dict[str, Any]) -> None:
    skipped = execute(compiled.program, TARGET, x)
    full = execute(compiled.program, TARGET, x, skip=False)
    equal_times(skipped, full)
    for name, array in full.outputs.items():
        np.testing.assert_array_equal(skipped.outputs[name], array)
    timed = execute(compiled.program, TARGET, {}, functional=False)
    assert timed.total_ns == full.total_ns


def test_a_launch_after_another_costs_a_call_of_the_host(compiled: CompiledModel) -> None:
    timed = execute(compiled.program, TARGET, {}, functional=False)
    assert [s.launch_ns for s in timed.segments] == [0.0, TARGET.host.launch_ns, TARGET.host.launch_ns]
    assert all(s.simulation is not None and s.ns == s.simulation.total_ns + s.launch_ns for s in timed.segments)


def test_reports_show_a_row_for_each_layer_that_is_compiled(compiled: CompiledModel, x: dict[str, Any]) -> None:
    result = run_model(stack(), ALWAYS, inputs=x)
    rows = {row.name: row for row in layer_rows(compiled.program, result.execution, TARGET, compiled.ideal_cycles)}
    up = rows["h.*.up"]
    assert up.count == LAYERS
    assert up.utilization is not None
    assert 0 < up.utilization <= 1
    assert max(row.end_ns for row in rows.values()) == pytest.approx(result.execution.total_ns)
    assert run_json(result)["launches"] == {result.compiled.program.segments[0].name: LAYERS}
    engines = run_json(result)["engines"]["tensor"]
    times = [engines[key] for key in ("busy_ns", "stall_ns", "idle_ns")]
    assert sum(times) == pytest.approx(result.execution.total_ns)
    (timeline,) = segment_timelines(compiled.program, result.execution, compiled.predicted_ns)
    assert timeline.count == LAYERS
    assert f"{LAYERS} launches" in timelines_text([timeline])


def test_cores_side_by_side_need_segments_that_run_once(compiled: CompiledModel) -> None:
    with pytest.raises(
        UsageError, match=r"segment 'repeat0.accelerator0' is launched 3 times: .*--repeat-layers never"
    ):
        workload(compiled.program, TARGET)


def test_a_small_model_is_not_outlined_by_default() -> None:
    automatic, never = compile_model(stack(), CompileOptions("tiny")), compile_model(stack(), NEVER)
    assert same_program(automatic.program, never.program)


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(UsageError, match=r"unknown choice 'alway' for repeated layers; did you mean 'always'\?"):
        compile_model(stack(), CompileOptions("tiny", repeat_layers="alway"))


def test_absent_weights_take_the_time_of_those_that_are_there(compiled: CompiledModel) -> None:
    """Outlined and unrolled, to the tick: no element of a weight decides anything."""
    for options in (ALWAYS, NEVER):
        absent = run_model(stack(external=True), replace(options, no_weights=True), timing_only=True)
        given = run_model(stack(), options, timing_only=True)
        equal_times(absent.execution, given.execution)
        assert absent.compiled.program.absent_weights
        assert not given.compiled.program.absent_weights
        for array in absent.compiled.program.weights.values():
            assert array.base is not None
            assert all(stride == 0 for stride, size in zip(array.strides, array.shape, strict=True) if size > 1)


def test_absent_weights_cannot_be_multiplied(x: dict[str, Any]) -> None:
    program = compile_model(stack(external=True), replace(ALWAYS, no_weights=True)).program
    with pytest.raises(ProgramError, match=r"compiled without the elements of its weights: it can only be timed"):
        accelc.simulate(program, x)
    assert accelc.simulate(program, timing_only=True).total_ns > 0
    with pytest.raises(UsageError, match=r"ask for the time only \(--timing-only\)"):
        run_model(stack(external=True), replace(ALWAYS, no_weights=True))
    with pytest.raises(UsageError, match="no weights and random weights: give one of them"):
        compile_model(stack(external=True), replace(ALWAYS, no_weights=True, random_weights=1))


def test_the_module_computes_the_same_before_it_is_compiled(x: dict[str, Any]) -> None:
    """The interpreter of the graph executes the calls that the pipeline makes."""
    from accelc.frontends.onnx import import_onnx
    from accelc.pipelines import run_graph_passes

    imported = import_onnx(stack())
    weights = dict(imported.weights)
    expected = interpret(imported.module.clone(), [x["x"]], weights)
    run_graph_passes(imported.module, weights, TARGET, "model", repeat_layers="always")
    for got, value in zip(interpret(imported.module, [x["x"]], weights), expected, strict=True):
        np.testing.assert_allclose(got, value, rtol=1e-4, atol=1e-5)

"""Delay policies on compiled programs: throughput, power, values that stay legal, and outputs that never change."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import accelc
from accelc.cli.main import main
from accelc.errors import UsageError
from accelc.isa.container import save_program
from accelc.isa.program import Program
from accelc.runtime.cores import Workload, profile, workload
from accelc.runtime.delays.cap import Cap
from accelc.runtime.delays.control import POLICIES, controller
from accelc.runtime.delays.policies import Shifter, Slack
from accelc.runtime.delays.telemetry import Telemetry
from accelc.runtime.execute import execute
from accelc.runtime.inputs import random_inputs
from accelc.runtime.multicore import CoresResult, execute_cores, run_cores
from accelc.targets import load_target
from accelc.targets.model import Target

CORES = 4
TINY = load_target("tiny")
# Room for all four cores of the tests, on a memory that one of them can keep busy.
FOUR = replace(
    TINY,
    topology=replace(TINY.topology, cores_per_chip=CORES),
    hbm=replace(TINY.hbm, shared_bytes_per_ns=TINY.hbm.bytes_per_ns),
)
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def program() -> Program:
    """A product with many weights, then element-wise work on its result."""
    rng = np.random.default_rng(3)
    weights = [numpy_helper.from_array(rng.standard_normal((24, 64)).astype(np.float32), "w")]
    nodes = [helper.make_node("MatMul", ["x", "w"], ["v0"])]
    for number, op in enumerate(("Relu", "Exp", "Sigmoid", "Tanh", "Relu", "Exp")):
        nodes.append(helper.make_node(op, [f"v{number}"], [f"v{number + 1}"]))
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 24])],
        [helper.make_tensor_value_info("v6", TensorProto.FLOAT, [4, 64])],
        weights,
    )
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return accelc.compile(model, target="tiny").program


@pytest.fixture(scope="module")
def work(program: Program) -> Workload:
    """The program on four cores."""
    return workload(program, FOUR)


def test_delays_off_are_lockstep(work: Workload) -> None:
    off = run_cores(work, FOUR, CORES, 3)
    assert len(set(off.iteration_ns)) == 1
    assert off.iteration_ns[0] > off.alone_ns
    assert off.shifts_ns == ()
    assert all(value == 0 for core in off.values for stage in core for value in stage)


def test_staggering_gains_throughput(work: Workload) -> None:
    off, staggered = (run_cores(work, FOUR, CORES, 12, policy) for policy in ("off", "stagger"))
    assert staggered.throughput > 1.05 * off.throughput
    assert staggered.shifts_ns[0] == 0
    assert max(staggered.shifts_ns) < staggered.alone_ns


@pytest.mark.parametrize("share", [0.75, 0.85, 0.95])
def test_a_cap_holds_after_three_periods(work: Workload, share: float) -> None:
    off = run_cores(work, FOUR, CORES, 6)
    cap = share * off.settled_peak_w()
    capped = run_cores(work, FOUR, CORES, 10, "cap", cap)
    assert capped.settled_peak_w() <= cap < off.settled_peak_w()


def test_a_cap_below_idle_power_is_refused(work: Workload) -> None:
    with pytest.raises(
        UsageError, match=r"--power-cap 0.01: shifts and throttles reach .* W at least; 4 idle .* draw 0.02 W"
    ):
        controller(work, "cap", CORES, 0.01)


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_a_temperature_cap_holds_after_three_periods(work: Workload, share: float) -> None:
    off = run_cores(work, FOUR, CORES, 12)
    assert off.peak_c is not None
    ambient = 20.0
    cap = ambient + share * (max(off.peak_c) - ambient)
    capped = run_cores(work, FOUR, CORES, 12, "cap", None, cap)
    assert capped.peak_c is not None
    assert max(capped.peak_c[3:]) <= cap < max(off.peak_c[3:])
    assert capped.throttle_cycles > 0


def test_a_temperature_cap_below_that_of_idle_cores_is_refused(work: Workload) -> None:
    with pytest.raises(
        UsageError,
        match=r"--temperature-cap 21: throttles reach .* degrees at least; with 4 idle cores .* has 22 degrees",
    ):
        controller(work, "cap", CORES, None, 21.0)


def _measured(period: int, peak_w: float) -> Telemetry:
    """What sensors say of a period of which only the power matters."""
    return cast(Telemetry, SimpleNamespace(period=period, peak_w=peak_w))


def test_a_throttle_that_was_too_little_is_raised_in_proportion_and_not_tried_again(work: Workload) -> None:
    cap = 0.75 * run_cores(_unheated(work), FOUR, CORES, 6).settled_peak_w()
    control = Cap(_unheated(work), CORES, cap)
    assert control.throttle > 2
    for period in range(3):
        before = control.throttle
        control.observe(_measured(period, 1.5 * cap))
        assert control.floor == before + round(before / 2)
        assert control.throttle >= control.floor
        # The first period teaches the error of the prediction, later ones that cores do not keep their places.
        assert control.is_steady == (period == 0)
    control.observe(_measured(3, 0.1 * cap))
    assert control.throttle >= control.floor


def test_power_of_cores_that_meet_counts_no_more_traffic_than_hbm_serves(work: Workload) -> None:
    alone_bytes = FOUR.hbm.bytes_per_ns
    shares = (alone_bytes, CORES * alone_bytes, 100 * CORES * alone_bytes)
    targets = [replace(FOUR, hbm=replace(FOUR.hbm, shared_bytes_per_ns=share)) for share in shares]
    shared, free, ample = (Cap(replace(work, target=target), CORES, 1e3).plan(0).meeting_w for target in targets)
    assert shared < free == ample


def test_waiting_for_hbm_is_counted_and_ends_slack_where_there_is_none(work: Workload) -> None:
    off, staggered = (run_cores(work, FOUR, CORES, 6, policy) for policy in ("off", "stagger"))
    assert 0 < sum(staggered.hbm_stall_ns) < sum(off.hbm_stall_ns)
    wide = replace(FOUR, hbm=replace(FOUR.hbm, shared_bytes_per_ns=CORES * FOUR.hbm.bytes_per_ns))
    alone = replace(work, target=wide)
    slack = run_cores(alone, wide, CORES, 3, "slack")
    assert set(slack.hbm_stall_ns) == {0.0}
    assert all(value == 0 for core in slack.values for stage in core for value in stage)


def test_slack_costs_a_core_alone_no_time(work: Workload) -> None:
    alone = profile(work, work.values(), slack=True)
    assert max(alone.slacks.values()) > 0
    assert profile(work, work.values(alone.slacks)).period_ticks <= alone.period_ticks * 1.001


def test_shares_of_slack_that_cost_time_are_halved(work: Workload) -> None:
    alone = profile(work, work.values(), slack=True)
    (stage, slot), cycles = max(alone.slacks.items(), key=lambda item: item[1])
    control = Slack(work, alone, CORES)

    def delays(period: int, ticks: int, stalled: float = 1.0) -> list[int]:
        """Of each core at the slot of the largest slack, after a period as long as that."""
        seen = SimpleNamespace(period=period, iteration_ticks=(ticks - 1, ticks), hbm_stall_ticks=(0.0, stalled))
        control.observe(cast(Telemetry, seen))
        return [control.values(core, period + 1, 0)[stage][slot] for core in range(CORES)]

    def shares(share: float) -> list[int]:
        return [int(cycles * (share * core / (CORES - 1))) for core in range(CORES)]

    ticks = 10_000
    assert cycles >= 8
    assert Slack.TOLERANCE == 1e-3
    assert delays(0, ticks) == shares(1)
    assert delays(1, ticks) == shares(1)
    assert delays(2, ticks + 9) == shares(1)
    assert delays(3, ticks + 11) == shares(1 / 2)
    assert delays(4, 2 * ticks) == shares(1 / 4)
    assert delays(5, ticks) == shares(1 / 4)
    assert delays(0, ticks, 0.0) == [0] * CORES


def test_places_are_kept_by_waiting_for_the_slowest(work: Workload) -> None:
    shifter = Shifter(work, [0, 100], 1000)
    domain = FOUR.domain("dma0")

    def wait(core: int, iteration: int, tick: int) -> int:
        values = shifter.values(core, iteration, tick)
        return max(value for stage in values for value in stage) * domain

    assert (wait(0, 0, 0), wait(1, 0, 0)) == (0, 100)
    # Core 1 comes 50 late to its second turn at 1100: from then on all turns are 50 later.
    assert (wait(0, 1, 1000), wait(1, 1, 1150)) == (0, 0)
    assert (wait(0, 2, 2000), wait(1, 2, 2150)) == (50, 0)


def test_random_delay_vectors_change_no_bit(program: Program) -> None:
    rng = np.random.default_rng(8)
    slots = [slot for segment in program.segments for slot in getattr(segment, "delays", ())]
    assert {slot.kind for slot in slots} == {"nop", "throttle"}
    inputs = random_inputs(program.inputs, {}, 1)
    plain = execute(program, TINY, inputs)
    times: set[float] = set()
    for _ in range(50):
        delays = {slot.name: int(5000 ** rng.random()) if rng.random() < 0.5 else 0 for slot in slots}
        delayed = execute(program, TINY, inputs, delays=delays)
        assert delayed.outputs["v6"].tobytes() == plain.outputs["v6"].tobytes()
        times.add(delayed.total_ns)
    assert len(times) > 25


def test_slots_at_zero_cost_next_to_nothing(program: Program) -> None:
    from accelc.isa.program import AcceleratorSegment
    from accelc.isa.table import Opcode
    from accelc.simulator import simulate

    (segment,) = (s for s in program.segments if isinstance(s, AcceleratorSegment))
    streams = {lane: records[records["opcode"] != Opcode.DELAY] for lane, records in segment.cores[0].items()}
    without = simulate([streams], TINY, functional=False)
    with_slots = simulate(segment.cores, TINY, functional=False, delays=[0] * len(segment.delays))
    assert with_slots.total_ticks <= without.total_ticks + len(segment.delays) * TINY.domain("dma0")


@pytest.mark.parametrize("policy", POLICIES)
def test_every_core_computes_the_same_bits(program: Program, work: Workload, policy: str) -> None:
    cap = 0.9 * run_cores(work, FOUR, CORES, 4).settled_peak_w() if policy == "cap" else None
    result = run_cores(work, FOUR, CORES, 4, policy, cap)
    inputs = random_inputs(program.inputs, {}, 1)
    outputs, races = execute_cores(program, FOUR, inputs, result)
    assert outputs["v6"].tobytes() == execute(program, TINY, inputs).outputs["v6"].tobytes()
    assert races == 0


def _renamed(work: Workload) -> Workload:
    """The same delays under names that say nothing."""
    slots = tuple(tuple(replace(slot, name=f"x{slot.name}") for slot in slots) for slots in work.slots)
    return replace(work, slots=slots)


def _unheated(work: Workload) -> Workload:
    """The same work on a machine of unknown temperature."""
    assert work.target.power is not None
    return replace(work, target=replace(work.target, power=replace(work.target.power, thermal=None)))


MISTAKES: list[tuple[Callable[[Workload, Target], CoresResult], str]] = [
    (lambda work, target: run_cores(work, target, 5, 1), "5 cores: legal are 1 to 4, those of a chip of target 'tiny'"),
    (lambda work, target: run_cores(work, target, 1, 0), "0 iterations: at least 1 is needed"),
    (lambda work, target: run_cores(work, target, 1, 1, "stager"), "unknown delay policy 'stager': legal are off, "),
    (
        lambda work, target: run_cores(work, target, 1, 1, "cap"),
        "--power-cap WATTS or --temperature-cap CELSIUS and --delay-policy cap belong",
    ),
    (
        lambda work, target: run_cores(work, target, 1, 1, "off", 3.0),
        "--power-cap WATTS or --temperature-cap CELSIUS and --delay-policy cap belong",
    ),
    (
        lambda work, target: run_cores(work, target, 1, 1, "cap", math.nan),
        "--power-cap nan: expected a finite number",
    ),
    (
        lambda work, target: run_cores(work, target, 1, 1, "cap", 3.0, math.inf),
        "--temperature-cap inf: expected a finite number",
    ),
    (
        lambda work, target: run_cores(_unheated(work), target, 1, 1, "cap", None, 50.0),
        r"--temperature-cap: target 'tiny' has no \[power.thermal\] table",
    ),
    (
        lambda work, target: run_cores(replace(work, target=replace(target, power=None)), target, 1, 1, "cap", 3.0),
        r"--power-cap: target 'tiny' has no \[power\] table",
    ),
    (
        lambda work, target: run_cores(_renamed(work), target, 1, 1, "stagger"),
        r"the program has no delays 'start\.\*' that could shift a core",
    ),
]


@pytest.mark.parametrize(("act", "message"), MISTAKES)
def test_mistakes_are_named(work: Workload, act: Callable[[Workload, Target], CoresResult], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        act(work, FOUR)


def test_the_command(program: Program, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "p.acx"
    save_program(program, path)
    assert main(["sim", str(path), "--cores", "2", "--delay-policy", "stagger", "--iterations", "3"]) == 0
    text = capsys.readouterr().out
    assert "the same bits on every core" in text
    assert "(off: " in text
    assert main(["sim", str(path), "--cores", "2", "--json", "--timing-only"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["cores"], found["iterations"], found["policy"]) == (2, 8, "off")
    assert len(found["power"]["peak_w"]) == 8
    for options, message in (
        (["--power-cap", "3"], "--power-cap needs --cores N"),
        (["--cores", "3"], "3 cores: legal are 1 to 2"),
        (["--cores", "2", "--iterations", "0"], "0 iterations: at least 1 is needed"),
        (["--cores", "2", "--iterations", "100001"], "100001 iterations: each is simulated, 100000 at most"),
        (["--cores", "2", "--no-skip"], "--no-skip with --cores: there every launch of every core is timed"),
        (["--cores", "2", "--delay", "start.dma0=4"], "--delay sets values for one core"),
    ):
        assert main(["sim", str(path), *options]) == 1
        assert message in capsys.readouterr().err

"""
Random ONNX graphs (`onnx_graphs`) on the simulator against onnxruntime and ONNX's reference evaluator.

Every graph is compiled for `trn-like`, in turn as the compiler chooses and with all on the accelerator that can be. It
is equal, within the tolerance of fp32 plus what the reference's own result moves by when it is computed in fp64; or it
is rejected with a located message; all else is a failure. Where the two references contradict each other, every element
has to agree with one of them. Seeds 0, 1, ...
"""

import signal
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import FrameType
from typing import Any, cast

import numpy as np
from onnx import ModelProto
from onnx.reference import ReferenceEvaluator

from accelc import api
from accelc.errors import AccelcError
from accelc.runtime.compare import TOLERANCES
from accelc.runtime.execute import execute
from benchmarks.coverage.onnx_graphs import Array, RandomGraph, random_graph
from benchmarks.coverage.workers import Died, run_all
from benchmarks.measure import Measurement

GRAPHS, REDUCED_GRAPHS = 5_300, 20
LEAST = 5_000
"""Graphs that have to be compared or rejected; of the others no reference knows the result."""
TARGET = "trn-like"
SECONDS = 300
"""Time for one graph."""
ALLOWANCE = 8
"""Times the difference between the reference in fp32 and in fp64 that a result may be off."""


@dataclass(frozen=True)
class Judged:
    """What became of a graph: `equal`, `rejected`, `discarded` (no reference computes it), or `failed`; why."""

    seed: int
    verdict: str
    reason: str = ""
    arguing: bool = False
    """Whether the references contradict each other."""
    alone: bool = False
    """Whether onnxruntime died of the graph."""


def judge(seed: int, with_onnxruntime: bool = True) -> Judged:
    """Compiles and executes the graph of a seed; `with_onnxruntime` as one of the references."""
    warnings.simplefilter("ignore")
    graph = random_graph(seed)
    expected = references(graph, with_onnxruntime)
    if not expected:
        return Judged(seed, "discarded", "no reference computes it")
    moves = _moves(graph)
    arguing = len(expected) == 2 and difference(moves, expected[0], expected[1]) != ""
    try:
        force = "accelerator-first" if seed % 2 else None
        compiled = api.compile(graph.single, TARGET, force=force)
        got = list(execute(compiled.program, compiled.program.target, dict(graph.inputs), races=False).outputs.values())
    except AccelcError as error:
        text = str(error)
        return Judged(seed, "rejected" if text else "failed", text or "no reason given")
    except TimeoutError:
        raise
    except Exception as error:
        # Anything else is a defect, and the others are still to be judged.
        return Judged(seed, "failed", f"{type(error).__name__}: {error}")
    wrong = difference(moves, got, *expected)
    return Judged(seed, "failed" if wrong else "equal", wrong, arguing)


def references(graph: RandomGraph, with_onnxruntime: bool) -> list[Sequence[Array]]:
    """Outputs by onnxruntime, if it is asked, and by ONNX's reference evaluator, of those that compute the graph."""
    runtime = _by_onnxruntime(graph) if with_onnxruntime else None
    found = (runtime, _by_reference(graph.single, graph.inputs))
    return [one for one in found if one is not None]


def _by_onnxruntime(graph: RandomGraph) -> Sequence[Array] | None:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 4, 1, 1
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session: Any = runtime.InferenceSession(
            graph.single.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return session.run(None, dict(graph.inputs))
    except TimeoutError:
        raise
    except Exception:
        # It has exceptions of its own, without a common base but this.
        return None


def _by_reference(model: ModelProto, inputs: Mapping[str, Array]) -> Sequence[Array] | None:
    try:
        with np.errstate(all="ignore"):
            return [np.asarray(one) for one in cast(Any, ReferenceEvaluator(model)).run(None, dict(inputs))]
    except TimeoutError:
        raise
    except Exception:
        # It raises whatever the Python code of an operator raises.
        return None


def _moves(graph: RandomGraph) -> list[float]:
    """For every output, by how much rounding moves the result of the reference."""
    single, double = _by_reference(graph.single, graph.inputs), _by_reference(graph.double, graph.doubles)
    if single is None or double is None:
        return [0.0] * len(graph.single.graph.output)
    moves: list[float] = []
    for one, other in zip(single, double, strict=True):
        with np.errstate(invalid="ignore"):
            moved = np.abs(one.astype(np.float64) - other) if one.shape == other.shape else np.zeros(1)
        moves.append(float(np.nan_to_num(moved, nan=0.0, posinf=0.0).max(initial=0.0)))
    return moves


def difference(moves: Sequence[float], got: Sequence[Array], *references: Sequence[Array]) -> str:
    """How outputs differ beyond tolerance from all references, element by element; empty if they do not."""
    for number, (one, move) in enumerate(zip(got, moves, strict=True)):
        expected = [reference[number] for reference in references]
        alike = [other for other in expected if one.shape == other.shape and one.dtype == other.dtype]
        if not alike:
            other = expected[0]
            return f"output {number}: {one.dtype}{list(one.shape)} instead of {other.dtype}{list(other.shape)}"
        wrong = np.logical_and.reduce([_wrong(move, one, other) for other in alike])
        if wrong.any():
            at = tuple(int(index) for index in np.argwhere(wrong)[0])
            values = " or ".join(str(other[at]) for other in alike)
            return f"output {number}, element {list(at)}: {one[at]} instead of {values}, {int(wrong.sum())} such"
    return ""


def _wrong(move: float, got: Array, expected: Array) -> Array:
    """Elements that differ by more than `ALLOWANCE` times `move` and the tolerance of fp32."""
    tolerance = TOLERANCES["fp32"]
    assert tolerance.rtol is not None
    a, b = got.astype(np.float64), expected.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    largest = float(np.abs(b[np.isfinite(b)]).max(initial=0.0))
    absolute = tolerance.scale * largest + tolerance.atol + ALLOWANCE * move
    allowed = tolerance.rtol * np.abs(b) + absolute if got.dtype.kind == "f" else 0.0
    with np.errstate(invalid="ignore"):
        return ~(same | ((np.abs(a - b) <= allowed) & np.isfinite(a) & np.isfinite(b)))


def _timed(task: tuple[int, bool]) -> Judged:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        return judge(*task)
    except TimeoutError:
        return Judged(task[0], "failed", f"not done after {SECONDS} s")
    finally:
        signal.alarm(0)


def judged(seeds: Sequence[int], jobs: int = 2) -> Iterator[Judged]:
    """
    The verdicts of seeds, in no order, by `jobs` processes.

    onnxruntime ends the process on some operands without elements; such a graph is judged again without it.
    """
    died: list[tuple[int, bool]] = []
    for done in run_all(_timed, [(seed, True) for seed in seeds], jobs, 2 * SECONDS):
        if isinstance(done.result, Died):
            died.append((done.task[0], False))
        else:
            yield done.result
    for done in run_all(_timed, died, jobs, 2 * SECONDS):
        if isinstance(done.result, Died):
            yield Judged(done.task[0], "failed", done.result.reason)
        else:
            yield replace(done.result, alone=True)


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """Verdicts on all graphs; `reduced` takes few."""
    seeds = range(REDUCED_GRAPHS if reduced else GRAPHS)
    found = list(judged(seeds))
    verdicts = Counter(one.verdict for one in found)
    for one in found:
        if one.verdict == "failed":
            print(f"graph {one.seed}: {one.reason}", file=sys.stderr)
    for reason, count in Counter(one.reason for one in found if one.verdict == "rejected").most_common(10):
        print(f"{count} graphs rejected, such as: {reason}", file=sys.stderr)
    compared = verdicts["equal"] + verdicts["rejected"] + verdicts["failed"]
    yield Measurement.at_least("fuzz: random ONNX graphs", compared, "", 10 if reduced else LEAST)
    yield Measurement.reported("fuzz: equal to a reference", verdicts["equal"], "")
    yield Measurement.reported("fuzz: references contradict each other", sum(one.arguing for one in found), "")
    yield Measurement.reported("fuzz: of which onnxruntime dies", sum(one.alone for one in found), "")
    yield Measurement.reported("fuzz: rejected with a reason", verdicts["rejected"], "")
    yield Measurement.reported("fuzz: drawn, but no reference computes them", verdicts["discarded"], "")
    yield Measurement.at_most("fuzz: wrong, without a reason, or a crash", verdicts["failed"], "", 0)


if __name__ == "__main__":
    for verdict in judged(range(int(sys.argv[1]), int(sys.argv[2]))):
        if verdict.verdict in ("failed", "rejected"):
            print(verdict.seed, verdict.verdict, verdict.reason, flush=True)

"""What accelc finds by entry points: a scheduling heuristic and a front end."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.ir import Block, Region, SSAValue

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.rules import Priority
from accelc.analysis.scheduling.task import Task
from accelc.dialects import graph
from accelc.errors import ModelError
from accelc.frontends.imported import Array, ImportedModel, TensorSpec
from embed_xdsl.dialect import ClampOp, ClipOp, DenseOp

FP32 = np.dtype(np.float32)


def shortest_first(tasks: Sequence[Task], dependences: Dependences) -> list[Priority]:
    """Entry point of `accelc.schedulers`: of several tasks that could start, the one that takes least goes first."""
    return [(task.busy_ns + task.tail_ns, number) for number, task in enumerate(tasks)]


def import_sketch(
    path: Path, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int], random_weights: int | None
) -> ImportedModel:
    """
    Entry point of `accelc.frontends`: a file of layers, one a line; the shape of `x` may be given by the caller.

    ```
    input 4 8
    dense 16
    clip
    clamp -1 2
    ```
    """
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not lines or lines[0][0] != "input" or len(lines[0]) != 3:
        raise ModelError(f"{path}:1: expected 'input ROWS COLUMNS'")
    if dims or set(shapes) - {"x"} or len(shapes.get("x", (1, 1))) != 2:
        raise ModelError(f"{path}: the only input is x, of two axes; there are no symbolic sizes")
    shape = rows, width = shapes.get("x") or (_size(path, 1, lines[0][1]), _size(path, 1, lines[0][2]))
    rng = np.random.default_rng(random_weights or 0)
    weights: dict[str, Array] = {}
    block = Block(arg_types=[TensorType(f32, shape)])
    value: SSAValue = block.args[0]
    with ImplicitBuilder(block):
        for number, words in enumerate(lines[1:], 2):
            if words == ["clip"]:
                value = ClipOp(value).y
            elif len(words) == 3 and words[0] == "clamp":
                low, high = _bound(path, number, words[1]), _bound(path, number, words[2])
                if low > high:
                    raise ModelError(f"{path}:{number}: bounds {low} and {high} are in no order")
                value = ClampOp(value, low, high).y
            elif len(words) == 2 and words[0] == "dense":
                cols = _size(path, number, words[1])
                data = {"w": rng.standard_normal((width, cols), FP32), "b": rng.standard_normal(cols, FP32)}
                made = list[SSAValue]()
                for kind, array in data.items():
                    weights[f"line{number}.{kind}"] = array
                    made.append(graph.WeightOp(f"line{number}.{kind}", TensorType(f32, array.shape)).results[0])
                value = DenseOp(value, made[0], made[1], TensorType(f32, (rows, cols))).y
                width = cols
            else:
                raise ModelError(
                    f"{path}:{number}: '{' '.join(words)}' is no layer: expected 'dense COLUMNS', 'clip' or "
                    "'clamp LOW HIGH'"
                )
        graph.ReturnOp([value])
    given = TensorType(f32, shape)
    function = graph.FuncOp("main", ([given], [value.type]), Region(block), input_names=["x"], output_names=["y"])
    specs = TensorSpec("x", shape, FP32), TensorSpec("y", (rows, width), FP32)
    return ImportedModel(ModuleOp([function]), weights, [specs[0]], [specs[1]])


def _size(path: Path, line: int, word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 4096:
        raise ModelError(f"{path}:{line}: '{word}' is no size from 1 to 4096")
    return int(word)


def _bound(path: Path, line: int, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e30:
        raise ModelError(f"{path}:{line}: '{word}' is no number from -1e30 to 1e30")
    return number

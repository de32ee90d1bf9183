"""`split-batches` changes the order in which values are computed, never the values."""

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
from hypothesis import given
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser

from accelc.interpreters.graph import run
from accelc.passes.split_batches import split_batches
from accelc.registry import DIALECTS, load
from accelc.targets import load_target

TINY = load_target("tiny")
"""With a share of 64 of its SBUF, tensors of more than 64 floats are large."""


def parse(text: str) -> ModuleOp:
    context = Context()
    context.load_dialect(load(DIALECTS["graph"]))
    module = Parser(context, text).parse_module()
    module.verify()
    return module


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]], bool]:
    """Two batched products with other operations between, shapes of its inputs, and whether it is worth splitting."""
    outer, heads = draw(st.sampled_from([1, 2])), draw(st.sampled_from([2, 3, 4, 6]))
    m, k, n = (draw(st.sampled_from([4, 8, 16])) for _ in range(3))
    batch = f"{outer}x{heads}"
    scores = f"tensor<{batch}x{m}x{n}xf32>"
    steps = draw(st.lists(st.sampled_from(["relu", "mask", "softmax", "row"]), min_size=1, max_size=4))
    names = [f"%s{index}" for index in range(len(steps) + 1)]
    lines = [f"%s0 = graph.matmul %q, %k : (tensor<{batch}x{m}x{k}xf32>, tensor<{batch}x{k}x{n}xf32>) -> {scores}"]
    for step, (source, result) in zip(steps, pairwise(names), strict=True):
        match step:
            case "relu":
                lines.append(f"{result} = graph.relu {source} : {scores} -> {scores}")
            case "softmax":
                lines.append(f"{result} = graph.softmax {source} axis 3 : {scores} -> {scores}")
            case "mask":
                lines.append(f"{result} = graph.add {source}, %m : ({scores}, tensor<{m}x{n}xf32>) -> {scores}")
            case _:
                lines.append(f"{result} = graph.mul {source}, %r : ({scores}, tensor<{heads}x1x{n}xf32>) -> {scores}")
    values, result = f"tensor<{batch}x{n}x4xf32>", f"tensor<{batch}x{m}x4xf32>"
    lines.append(f"%c = graph.matmul {names[-1]}, %v : ({scores}, {values}) -> {result}")
    arguments = [("q", (m, k)), ("k", (k, n)), ("v", (n, 4))]
    shapes = [(outer, heads, *sizes) for _, sizes in arguments] + [(m, n), (heads, 1, n)]
    declared = [
        f"%{name} : tensor<{'x'.join(map(str, shape))}xf32>" for name, shape in zip("qkvmr", shapes, strict=True)
    ]
    body = "\n".join(lines)
    text = f"graph.func @main({', '.join(declared)}) -> {result} {{\n{body}\ngraph.return %c : {result}\n}}"
    between, after = outer * heads * m * n * 4, outer * heads * m * 4 * 4
    worthwhile = between > TINY.sbuf.bytes // 64 and between * len(names) > 2 * after
    return text, shapes, worthwhile


@given(programs(), st.integers(0, 99))
def test_values_stay(program: tuple[str, list[tuple[int, ...]], bool], seed: int) -> None:
    text, shapes, worthwhile = program
    random = np.random.default_rng(seed)
    inputs = [random.integers(-4, 5, shape).astype(np.float32) for shape in shapes]
    module = parse(text)
    expected = run(module, inputs, {})
    assert split_batches(module, TINY, 64) == worthwhile
    module.verify()
    for got, wanted in zip(run(module, inputs, {}), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)

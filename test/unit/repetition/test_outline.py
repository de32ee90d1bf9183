"""`outline-repeats` keeps what a program computes."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.ir import Block, Region, SSAValue

from accelc.dialects import graph
from accelc.interpreters.graph import run
from accelc.passes.outline_repeats import outline_repeats

SHAPE = (2, 2)
KIND = TensorType(f32, SHAPE)
Weights = dict[str, npt.NDArray[np.float32]]


@st.composite
def programs(draw: st.DrawFn) -> tuple[ModuleOp, Weights]:
    """Layers of random operations that read weights of their own, earlier values, and what all share."""
    layer = draw(
        st.lists(st.tuples(st.sampled_from(["add", "mul", "max"]), st.integers(0, 6), st.integers(0, 6)), min_size=1)
    )
    count = draw(st.integers(1, 4))
    block = Block(arg_types=[KIND, KIND])
    values: list[SSAValue] = list(block.args)
    weights: Weights = {}
    rng = np.random.default_rng(draw(st.integers(0, 100)))
    for j in range(count):
        shared_weight = draw(st.booleans())
        for k, (kind, first, second) in enumerate(layer):
            if first == 6:
                name = "shared" if shared_weight else f"{j}.{k}"
                weights[name] = rng.standard_normal(SHAPE).astype(np.float32)
                weight = graph.WeightOp(name, KIND)
                block.add_op(weight)
                left: SSAValue = weight.result
            else:
                left = values[-1 - first % len(values)]
            right = values[1] if second == 6 else values[-1 - second % len(values)]
            op = graph.BINARY_OPS[kind](left, right, KIND, loc_name=f"layer{j}.{k}")
            block.add_op(op)
            values.append(op.results[0])
    chosen = draw(st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=4))
    returned = [values[index] for index in chosen] + [values[-1]]
    block.add_op(graph.ReturnOp(returned))
    function = graph.FuncOp("main", ([KIND, KIND], [KIND] * len(returned)), Region(block))
    return ModuleOp([function]), weights


@given(programs())
def test_outlined_programs_compute_the_same(program: tuple[ModuleOp, Weights]) -> None:
    """Every result is the same bit for bit; the module is valid."""
    module, weights = program
    inputs = [np.full(SHAPE, 0.5, np.float32), np.array([[1, 2], [3, 4]], np.float32)]
    expected = run(module, inputs, weights)
    outline_repeats(module, least_saved=1)
    module.verify()
    for got, value in zip(run(module, inputs, weights), expected, strict=True):
        np.testing.assert_array_equal(got, value)


def test_layers_become_calls() -> None:
    """Eight layers of one kind leave one call each; numbers in names that change become stars."""
    block = Block(arg_types=[KIND])
    value: SSAValue = block.args[0]
    for j in range(8):
        weight = graph.WeightOp(f"w{j}", KIND)
        product = graph.MulOp(value, weight, KIND, loc_name=f"h.{j}.mul0")
        last = graph.AddOp(product, value, KIND, loc_name=f"h.{j}.add{j}")
        block.add_ops([weight, product, last])
        value = last.results[0]
    block.add_op(graph.ReturnOp([value]))
    module = ModuleOp([graph.FuncOp("main", ([KIND], [KIND]), Region(block))])
    (made,) = outline_repeats(module, least_saved=14)
    main = list(module.ops)[-1]
    assert [op.name for op in main.regions[0].block.ops] == ["graph.call"] * 8 + ["graph.return"]
    names = [op.attributes["loc_name"] for op in made.body.block.ops if "loc_name" in op.attributes]
    assert [str(name) for name in names] == ['"h.*.mul0"', '"h.*.add*"']
    assert outline_repeats(module, least_saved=1) == []

"""
Products of 8-bit operands in the place of products of f32: scales, and the operations that apply them.

Symmetric quantization (Jacob et al., CVPR 2018; Micikevicius et al., "FP8 formats for deep learning", 2022):
`x = q * step` with `q` in the narrow type and `step = max |x| / L`, where L is 127 or the largest number of E4M3, 448.
Whatever is summed in one number of the result has one step: each row of a left matrix and column of a right one, each
image and each filter of a convolution. Steps of weights are found at compile time, those of what is computed when the
program runs: no data set is needed, nothing ever saturates, and members of a batch do not depend on each other. Zero
stays zero, so pads stay what they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import TensorType, f8E4M3FN, f32, i8, i32
from xdsl.ir import Attribute, Block, Operation, SSAValue

from accelc.constants import Constants, copy_location, source_name
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import Array
from accelc.errors import ModelError
from accelc.weights import is_absent

SMALLEST = 1e-30
"""Least magnitude that counts as that of a tensor, so that one of zeros has a step."""


@dataclass(frozen=True)
class Narrow:
    """An 8-bit type of operands: its largest number used, and the type its products are summed in."""

    element: Attribute
    largest: float
    sums: Attribute

    def rounded(self, scaled: Array) -> Array:
        """Numbers of at most the largest magnitude in the narrow type."""
        limited = np.clip(scaled, -self.largest, self.largest)
        if self.element == i8:
            return np.rint(limited).astype(np.int8)
        return limited.astype(np.float32).astype(ml_dtypes.float8_e4m3fn)


NARROW = {"fp8": Narrow(f8E4M3FN, 448.0, f32), "int8": Narrow(i8, 127.0, i32)}
"""By the name of the precision."""


def steps_of(data: Array, axes: Sequence[int], largest: float) -> Array:
    """Steps in fp32, one for all elements along `axes`, which keep size 1."""
    size = np.abs(data.astype(np.float32)).max(axis=tuple(axes), keepdims=True, initial=0.0)
    return (np.maximum(size, np.float32(SMALLEST)) / np.float32(largest)).astype(np.float32)


_Key = tuple[SSAValue, tuple[int, ...]]


@dataclass
class Quantizer:
    """Replaces products of one function; an operand of several is quantized once."""

    narrow: Narrow
    constants: Constants
    _made: dict[_Key, tuple[SSAValue, SSAValue]] = field(default_factory=dict[_Key, tuple[SSAValue, SSAValue]])

    def replace(self, op: graph.ConvOp | graph.MatmulOp) -> None:
        """Multiply 8-bit operands, and scale the sums; a bias is added after that."""
        left, right = op.operands[:2]
        ranks = len(shape_of(left)), len(shape_of(right))
        if isinstance(op, graph.ConvOp):
            axes = tuple(range(1, ranks[0])), tuple(range(1, ranks[1]))
        elif min(ranks) < 2:
            return
        else:
            axes = (ranks[0] - 1,), (ranks[1] - 2,)
        (first, first_step), (second, second_step) = self._operand(left, axes[0], op), self._operand(right, axes[1], op)
        new = _Sequence(op)
        kind = TensorType(self.narrow.sums, shape_of(op.result))
        value = new.add(type(op).create(operands=[first, second], result_types=[kind], attributes=dict(op.attributes)))
        if self.narrow.sums != f32:
            value = new.add(graph.CastOp(value, f32))
        if isinstance(op, graph.ConvOp):
            value = new.add(graph.MulOp(value, new.add(graph.MulOp(first_step, second_step))))
        else:
            value = new.add(graph.MulOp(new.add(graph.MulOp(value, second_step)), first_step))
        if isinstance(op, graph.ConvOp) and op.bias is not None:
            value = new.add(graph.AddOp(value, new.add(self._column(op.bias, op))))
        block = op.parent_block()
        assert block is not None
        block.insert_ops_before(new.ops, op)
        op.results[0].replace_all_uses_with(value)
        op.detach()
        op.erase()

    def _operand(self, value: SSAValue, axes: tuple[int, ...], op: Operation) -> tuple[SSAValue, SSAValue]:
        """The narrow form of an operand and its steps along all but `axes`, which broadcast to the product."""
        if (value, axes) not in self._made:
            known = isinstance(value.owner, graph.WeightOp | graph.ConstantOp)
            self._made[value, axes] = self._known(value, axes, op) if known else self._computed(value, axes)
        return self._made[value, axes]

    def _known(self, value: SSAValue, axes: tuple[int, ...], op: Operation) -> tuple[SSAValue, SSAValue]:
        data = self.constants.data(value)
        if data is None or is_absent(data):
            raise ModelError(
                f"{op.name} '{source_name(op)}': the elements of its weight are not known, from which the steps of "
                "8-bit operands follow: give them, or compile for fp32, bf16 or fp16"
            )
        assert isinstance(value.owner, Operation)
        steps = steps_of(data, axes, self.narrow.largest)
        narrow = self.narrow.rounded(data.astype(np.float32) / steps)
        if isinstance(op, graph.ConvOp):
            steps = steps.reshape(-1, *([1] * (data.ndim - 2)))
        name = value.owner.weight_name.data if isinstance(value.owner, graph.WeightOp) else source_name(op)
        new = _Sequence(value.owner)
        made = [new.add(self.constants.make(a, f"{name}.{what}")) for a, what in ((narrow, "narrow"), (steps, "steps"))]
        new.insert_after(value)
        return made[0], made[1]

    def _computed(self, value: SSAValue, axes: tuple[int, ...]) -> tuple[SSAValue, SSAValue]:
        new = _Sequence(value.owner if isinstance(value.owner, Operation) else None)

        def number(number: float) -> SSAValue:
            return new.add(self.constants.make(np.asarray(number, np.float32), "number"))

        size = new.add(graph.ReduceOp(new.add(graph.AbsOp(value)), "max", axes, True))
        step = new.add(graph.MulOp(new.add(graph.MaxOp(size, number(SMALLEST))), number(1 / self.narrow.largest)))
        scaled = new.add(graph.DivOp(value, step))
        if self.narrow.element == i8:
            scaled = new.add(graph.RoundOp(scaled))
        narrow = new.add(graph.CastOp(scaled, self.narrow.element, saturate=self.narrow.element == f8E4M3FN))
        new.insert_after(value)
        return narrow, step

    def _column(self, bias: SSAValue, op: graph.ConvOp) -> Operation:
        """Numbers of output channels as a tensor that broadcasts to the convolution's result."""
        shape = [shape_of(bias)[0], *([1] * (len(shape_of(op.result)) - 2))]
        data = self.constants.data(bias)
        return graph.ReshapeOp(bias, shape) if data is None else self.constants.make(data.reshape(shape), "bias")


class _Sequence:
    """Operations in order that come from where another came from."""

    def __init__(self, source: Operation | None) -> None:
        self.source = source
        self.ops: list[Operation] = []

    def add(self, op: Operation) -> SSAValue:
        """Append an operation with one result."""
        if self.source is not None:
            copy_location(self.source, op)
        self.ops.append(op)
        return op.results[0]

    def insert_after(self, value: SSAValue) -> None:
        """Put all behind what gives a value."""
        if isinstance(value.owner, Block):
            first = value.owner.first_op
            assert first is not None
            value.owner.insert_ops_before(self.ops, first)
        else:
            block = value.owner.parent_block()
            assert block is not None
            block.insert_ops_after(self.ops, value.owner)

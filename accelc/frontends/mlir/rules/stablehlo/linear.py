"""Products and convolutions of StableHLO."""

from xdsl.dialects.builtin import DictionaryAttr, StringAttr, TensorType
from xdsl.ir import Attribute, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import DType, dtype_of, element_of_dtype
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.contraction import plan_contraction
from accelc.frontends.mlir.plans.convolution import Layout, plan_layout
from accelc.frontends.mlir.plans.structs import int_list, parse_layout
from accelc.frontends.mlir.rules.exact import SUM, exact_factors, whole
from accelc.frontends.mlir.view import items
from accelc.frontends.mlir.writer import Writer

Pairs = tuple[list[int], list[int]]


def contract(w: Writer, lhs: SSAValue, rhs: SSAValue, batch: Pairs, summed: Pairs, dtype: DType) -> SSAValue:
    """Product of two tensors; the result has batch axes, free ones of `lhs`, free ones of `rhs`."""
    plan = plan_contraction(shape_of(lhs), shape_of(rhs), batch, summed)
    factors = exact_factors(w, lhs, rhs, (0, 0), summed[1]) if dtype.kind in "iu" else None
    if factors is not None:
        return whole(w, contract(w, *factors, batch, summed, SUM), dtype)
    left = w.reshape(w.transpose(lhs, plan.lhs_perm), plan.lhs_shape)
    right = w.reshape(w.transpose(rhs, plan.rhs_perm), plan.rhs_shape)
    left, right = (value if _multiplies(value, dtype) else w.cast(value, dtype) for value in (left, right))
    return w.reshape(w.matmul(left, right, dtype), plan.result_shape)


def _multiplies(value: SSAValue, dtype: DType) -> bool:
    """Whether products of a value can have results of `dtype` without a cast."""
    return dtype_of(value) == dtype if dtype.kind in "iu" else dtype_of(value).kind in "fV"


def _pairs(call: Call, name: str) -> Pairs:
    found = call.view.attributes.get(name)
    if found is None:
        return [], []
    sides = [call.view.numbers(side) for side in items(found)]
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        raise call.error(f"{name} are no two lists of axes")
    return sides[0], sides[1]


def _dot_general(call: Call) -> SSAValue:
    if call.view.has("dot_dimension_numbers"):
        fields = call.view.struct("dot_dimension_numbers")
        batch = int_list(fields, "lhs_batching_dimensions"), int_list(fields, "rhs_batching_dimensions")
        summed = int_list(fields, "lhs_contracting_dimensions"), int_list(fields, "rhs_contracting_dimensions")
    else:
        batch, summed = _pairs(call, "batching_dims"), _pairs(call, "contracting_dims")
    return contract(call.writer, call.operand(0), call.operand(1), batch, summed, call.result()[1])


def _dot(call: Call) -> SSAValue:
    summed = [len(call.shape(0)) - 1], [0]
    return contract(call.writer, call.operand(0), call.operand(1), ([], []), summed, call.result()[1])


def _layout(call: Call) -> Layout:
    if not call.view.has("dim_numbers"):
        return plan_layout(*parse_layout(call.view.text("dimension_numbers")))
    sides = [[_axis_name(item) for item in items(side)] for side in items(call.view.attribute("dim_numbers"))]
    if len(sides) != 3:
        raise call.error("dim_numbers have not three lists of axes")
    return plan_layout(*sides)


def _axis_name(item: Attribute) -> str:
    return item.data if isinstance(item, StringAttr) else str(item).partition(" ")[0]


def _window(call: Call, pretty: str, generic: str, default: list[int]) -> list[int]:
    window = call.view.attributes.get("window")
    if not isinstance(window, DictionaryAttr):
        return call.view.ints(generic, default)
    found = call.view.numbers(window.data[pretty]) if pretty in window.data else default
    return default if found is None else found


def _convolution(call: Call) -> SSAValue:
    layout = _layout(call)
    spatial = len(call.shape(0)) - 2
    ones = [1] * spatial
    strides = _window(call, "stride", "window_strides", ones)
    pads = _window(call, "pad", "padding", [0] * (2 * spatial))
    between = _window(call, "lhs_dilate", "lhs_dilation", ones)
    dilations = _window(call, "rhs_dilate", "rhs_dilation", ones)
    reverse = _window(call, "reverse", "window_reversal", [0] * spatial)
    if any(len(values) != spatial for values in (strides, between, dilations, reverse)) or len(pads) != 2 * spatial:
        raise call.error(f"the window has not one entry for each of {spatial} spatial axes")
    groups = call.view.int("feature_group_count", 1)
    batches = call.view.int("batch_group_count", 1)
    w = call.writer
    x, kernel = w.transpose(call.operand(0), layout.x), w.transpose(call.operand(1), layout.kernel)
    if batches > 1:
        if groups > 1 or shape_of(x)[0] % batches:
            raise call.error(f"batch_group_count {batches} with {groups} feature groups, batch {shape_of(x)[0]}")
        # Groups of the batch are groups of channels of a smaller batch.
        rows, channels, *sizes = shape_of(x)
        parts = w.reshape(x, [batches, rows // batches, channels, *sizes])
        order = [1, 0, 2, *range(3, 3 + spatial)]
        x = w.reshape(w.transpose(parts, order), [rows // batches, batches * channels, *sizes])
        groups = batches
    if any(reverse):
        sizes = shape_of(kernel)
        flip = [0, 0, *(flag and sizes[axis + 2] > 1 for axis, flag in enumerate(reverse))]
        starts = [size - 1 if flag else 0 for size, flag in zip(sizes, flip, strict=True)]
        kernel = w.slice(kernel, starts, sizes, [-1 if flag else 1 for flag in flip])
    low, high = pads[::2], pads[1::2]
    if any(n != 1 for n in between) or any(n < 0 for n in pads):
        x = w.pad(x, [0, 0, *low], [0, 0, *high], [0, 0, *(n - 1 for n in between)])
        low = high = [0] * spatial
    return w.transpose(
        convolve(w, x, kernel, strides, [*low, *high], dilations, groups, call.result()[1]), layout.result
    )


def convolve(
    w: Writer,
    x: SSAValue,
    kernel: SSAValue,
    strides: list[int],
    pads: list[int],
    dilations: list[int],
    groups: int,
    dtype: DType,
) -> SSAValue:
    """Convolution of (N, C, ...) with (O, I, ...), rounded once to `dtype`."""
    if dtype.kind in "iu":
        x, kernel = w.cast(x, dtype), w.cast(kernel, dtype)
    plain = graph.ConvOp(x, kernel, None, strides=strides, pads=pads, dilations=dilations, group=groups)
    if dtype == dtype_of(x):
        return w.add(plain)
    result = TensorType(element_of_dtype(dtype), shape_of(plain.result))
    return w.add(graph.ConvOp(x, kernel, None, result, strides=strides, pads=pads, dilations=dilations, group=groups))


def _batch_norm_inference(call: Call) -> SSAValue:
    w, (x, scale, offset, mean, variance) = call.writer, call.first(5)
    axis, shape = call.view.int("feature_index"), call.shape()
    if not 0 <= axis < len(shape):
        raise call.error(f"feature_index {axis} of a tensor of rank {len(shape)}")
    column = [shape[axis], *[1] * (len(shape) - axis - 1)]
    scale, offset, mean, variance = (w.reshape(value, column) for value in (scale, offset, mean, variance))
    inverse = w.unary("rsqrt", w.binary("add", variance, call.view.number("epsilon")))
    return w.binary("add", w.binary("mul", w.binary("mul", w.binary("sub", x, mean), inverse), scale), offset)


RULES: Table = {
    "stablehlo.dot_general": _dot_general,
    "stablehlo.dot": _dot,
    "stablehlo.convolution": _convolution,
    "stablehlo.batch_norm_inference": _batch_norm_inference,
}
"""Rules of this module."""

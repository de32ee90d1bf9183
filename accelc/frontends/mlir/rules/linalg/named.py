"""Named operations of `linalg`: products, convolutions, poolings and elementwise functions."""

import re
from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Rule, Table
from accelc.frontends.mlir.plans.affine import IndexMap, Windows, identity_map
from accelc.frontends.mlir.rules import arith
from accelc.frontends.mlir.rules.combine import accumulate, reduce
from accelc.frontends.mlir.rules.linalg.generic import (
    Structure,
    inputs_of,
    iterate,
    labelled_convolution,
    maps_of,
    product,
)
from accelc.frontends.mlir.rules.regions import NAMES
from accelc.frontends.mlir.rules.windows import Window, reduce_windows

PRODUCTS: Mapping[str, str] = {
    "matmul": "mk,kn,mn",
    "matmul_transpose_a": "km,kn,mn",
    "matmul_transpose_b": "mk,nk,mn",
    "batch_matmul": "bmk,bkn,bmn",
    "batch_matmul_transpose_a": "bkm,bkn,bmn",
    "batch_matmul_transpose_b": "bmk,bnk,bmn",
    "batch_reduce_matmul": "bmk,bkn,mn",
    "matvec": "mk,k,m",
    "vecmat": "k,kn,n",
    "batch_matvec": "bmk,bk,bm",
    "batch_vecmat": "bk,bkn,bn",
    "dot": "k,k,",
    "quantized_matmul": "mk,kn,mn",
    "quantized_batch_matmul": "bmk,bkn,bmn",
}
"""Axes of both operands and the result."""
CONVOLUTIONS: Mapping[str, str] = {
    "conv_1d": "w,w,w",
    "conv_2d": "hw,hw,hw",
    "conv_3d": "dhw,dhw,dhw",
    "conv_1d_nwc_wcf": "nwc,wcf,nwf",
    "conv_1d_ncw_fcw": "ncw,fcw,nfw",
    "conv_2d_nhwc_hwcf": "nhwc,hwcf,nhwf",
    "conv_2d_nhwc_hwcf_q": "nhwc,hwcf,nhwf",
    "conv_2d_nhwc_fhwc": "nhwc,fhwc,nhwf",
    "conv_2d_nhwc_fhwc_q": "nhwc,fhwc,nhwf",
    "conv_2d_nchw_fchw": "nchw,fchw,nfhw",
    "conv_2d_nchw_fchw_q": "nchw,fchw,nfhw",
    "conv_2d_ngchw_fgchw": "ngchw,fgchw,ngfhw",
    "conv_2d_ngchw_gfchw": "ngchw,gfchw,ngfhw",
    "conv_2d_nhwgc_gfhwc": "nhwgc,gfhwc,nhwgf",
    "conv_3d_ndhwc_dhwcf": "ndhwc,dhwcf,ndhwf",
    "conv_3d_ncdhw_fcdhw": "ncdhw,fcdhw,nfdhw",
    "depthwise_conv_1d_nwc_wc": "nwc,wc,nwc",
    "depthwise_conv_1d_nwc_wcm": "nwc,wcm,nwcm",
    "depthwise_conv_1d_ncw_cw": "ncw,cw,ncw",
    "depthwise_conv_2d_nhwc_hwc": "nhwc,hwc,nhwc",
    "depthwise_conv_2d_nhwc_hwc_q": "nhwc,hwc,nhwc",
    "depthwise_conv_2d_nhwc_hwcm": "nhwc,hwcm,nhwcm",
    "depthwise_conv_2d_nhwc_hwcm_q": "nhwc,hwcm,nhwcm",
    "depthwise_conv_2d_nchw_chw": "nchw,chw,nchw",
    "depthwise_conv_3d_ndhwc_dhwc": "ndhwc,dhwc,ndhwc",
    "depthwise_conv_3d_ncdhw_cdhw": "ncdhw,cdhw,ncdhw",
    "depthwise_conv_3d_ndhwc_dhwcm": "ndhwc,dhwcm,ndhwcm",
}
"""Axes of input, kernel and result; d, h and w are spatial."""
_POOLING = re.compile(r"pooling_(n[cdhw]+)_(max|min|sum)(_unsigned)?")
_ELEMENTWISE: Mapping[str, str] = {
    "add": "arith.addf", "sub": "arith.subf", "mul": "arith.mulf", "div": "arith.divf", "max": "arith.maximumf",
    "min": "arith.minimumf", "powf": "math.powf", "exp": "math.exp", "log": "math.log", "abs": "math.absf",
    "ceil": "math.ceil", "floor": "math.floor", "negf": "arith.negf", "round": "math.round", "sqrt": "math.sqrt",
    "rsqrt": "math.rsqrt", "tanh": "math.tanh", "erf": "math.erf", "select": "arith.select",
    "div_unsigned": "arith.divui", "max_unsigned": "arith.maxui", "min_unsigned": "arith.minui",
}  # fmt: skip
"""Elementwise operation -> the one of numbers."""


def _letters(text: str) -> tuple[IndexMap, IndexMap, IndexMap]:
    sides = text.split(",")
    order = sorted(set("".join(sides)))
    maps = [identity_map([order.index(letter) for letter in side]) for side in sides]
    return maps[0], maps[1], maps[2]


def _unpointed(call: Call, index: int, points: int) -> SSAValue:
    """An operand of a quantized operation as wide as the result, its zero point taken away."""
    w, dtype = call.writer, dtype_of(call.operands[-1])
    wide = w.cast(call.operand(index), dtype)
    return w.binary("sub", wide, w.cast(call.operand(points), dtype))


def _require_signed(call: Call) -> None:
    if call.view.word("cast", "cast_signed") != "cast_signed":
        raise call.error("casts its operands as unsigned numbers; supported is cast_signed")


def _product_rule(letters: str, *, quantized: bool) -> Rule:
    def rule(call: Call) -> SSAValue:
        count = inputs_of(call)
        if count != (4 if quantized else 2) or len(call) != count + 1:
            raise call.error(f"has {count} inputs and {len(call) - count} outputs")
        _require_signed(call)
        maps = _letters(letters)
        if call.view.has("indexing_maps") and not quantized:
            given = maps_of(call)
            maps = given[0], given[1], given[2]
        a, b = (_unpointed(call, i, 2 + i) for i in range(2)) if quantized else call.first(2)
        found = product(call, a, b, maps, call.operand(count))
        if found is None:
            raise call.error("its maps are not those of a product")
        return found

    return rule


def _windows(call: Call, count: int) -> tuple[list[int], list[int]]:
    ones = [1] * count
    strides, dilations = call.view.ints("strides", ones), call.view.ints("dilations", ones)
    strides, dilations = ([n[0]] * count if len(n) == 1 else n for n in (strides, dilations))
    if len(strides) != count or len(dilations) != count:
        raise call.error(f"strides {strides} and dilations {dilations} for {count} spatial axes")
    return strides, dilations


def _convolution_rule(letters: str, *, quantized: bool) -> Rule:
    def rule(call: Call) -> SSAValue:
        count = inputs_of(call)
        x, kernel, result = letters.split(",")
        spatial = "".join(letter for letter in x if letter in "dhw")
        if count != (4 if quantized else 2) or len(call) != count + 1:
            raise call.error(f"has {count} inputs and {len(call) - count} outputs")
        _require_signed(call)
        strides, dilations = _windows(call, len(spatial))
        labels = Windows(x, kernel, result, spatial, tuple(strides), tuple(dilations))
        a, b = (_unpointed(call, i, 2 + i) for i in range(2)) if quantized else call.first(2)
        init = call.operand(count)
        found = labelled_convolution(call.writer, a, b, labels, dtype_of(init))
        return accumulate(call.writer, "add", found, init)

    return rule


def _pooling_rule(layout: str, kind: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        if inputs_of(call) != 2 or len(call) != 3:
            raise call.error(f"has {inputs_of(call)} inputs and {len(call) - inputs_of(call)} outputs")
        w, x, init = call.writer, call.operand(0), call.operand(2)
        axes = [axis for axis, letter in enumerate(layout) if letter in "dhw"]
        strides, dilations = _windows(call, len(axes))
        sizes, rank = shape_of(call.operand(1)), len(layout)
        if len(sizes) != len(axes) or len(shape_of(x)) != rank:
            raise call.error(f"a window of rank {len(sizes)} for a tensor of rank {len(shape_of(x))}")

        def spread(values: Sequence[int]) -> list[int]:
            return [values[axes.index(axis)] if axis in axes else 1 for axis in range(rank)]

        window = Window(spread(sizes), spread(strides), [0] * rank, [0] * rank, spread(dilations))
        name = "add" if kind == "sum" else kind
        return accumulate(w, name, reduce_windows(w, name, w.cast(x, dtype_of(init)), window), init)

    return rule


def _elementwise_rule(name: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        found = arith.RULES[name](call)
        assert isinstance(found, SSAValue)
        return call.writer.broadcast(call.writer.cast(found, call.result()[1]), call.result()[0])

    return rule


def _elementwise(call: Call) -> SSAValue:
    kind = call.view.word("kind")
    if kind not in (*_ELEMENTWISE, "reciprocal", "square") or call.view.has("indexing_maps"):
        raise call.error(f"kind '{kind}' or its maps; supported are named functions of tensors of one shape")
    found = RULES[f"linalg.{kind}"](call)
    assert isinstance(found, SSAValue)
    return found


def _reciprocal(call: Call) -> SSAValue:
    return call.writer.unary("reciprocal", call.operand(0))


def _square(call: Call) -> SSAValue:
    return call.writer.unary("square", call.operand(0))


def _copy(call: Call) -> SSAValue:
    return call.writer.cast(call.operand(0), call.result()[1])


def _fill(call: Call) -> SSAValue:
    w, (shape, dtype) = call.writer, call.result()
    return w.broadcast(w.cast(w.reshape(call.operand(0), []), dtype), shape)


def _transpose(call: Call) -> SSAValue:
    perm = call.view.ints("permutation")
    if sorted(perm) != list(range(len(call.shape()))):
        raise call.error(f"permutation {perm} of a tensor of rank {len(call.shape())}")
    return call.writer.transpose(call.operand(0), perm)


def _broadcast(call: Call) -> SSAValue:
    shape, added = call.result()[0], call.view.ints("dimensions")
    axes = [axis for axis in range(len(shape)) if axis not in added]
    if len(axes) != len(call.shape()):
        raise call.error(f"dimensions {added} do not take {list(call.shape())} to {list(shape)}")
    return call.writer.broadcast_in(call.operand(0), axes, shape)


def _reduce(call: Call) -> Sequence[SSAValue]:
    count, axes = inputs_of(call), call.view.ints("dimensions")
    rank = len(call.shape())
    if any(not 0 <= axis < rank for axis in axes) or len(call) != 2 * count:
        raise call.error(f"dimensions {axes} of {count} tensors of rank {rank} with {len(call) - count} outputs")
    operands = call.operands
    applied = call.view.attributes.get("applies")
    if isinstance(applied, StringAttr):
        kind = NAMES.get(applied.data)
        if kind is None or count != 1:
            raise call.error(f"reduces by '{applied.data}'; supported are sums, products, extremes and logical ones")
        return [reduce(call.writer, kind, operands[0], axes, operands[1])]
    kept = [axis for axis in range(rank) if axis not in axes]
    maps = [identity_map(range(rank))] * count + [identity_map(kept)] * count
    reduced = [axis in axes for axis in range(rank)]
    return iterate(call, Structure(operands[:count], operands[count:], maps, reduced, call.body()))


def _map(call: Call) -> Sequence[SSAValue]:
    applied = call.view.attributes.get("applies")
    if isinstance(applied, StringAttr):
        rule = arith.RULES.get(applied.data)
        if rule is None:
            raise call.error(f"applies '{applied.data}', which has no meaning in the graph dialect")
        found = rule(call)
        return [found] if isinstance(found, SSAValue) else found
    rank, operands, block = len(call.result()[0]), call.operands, call.body()
    # Bodies have an argument for the output in newer versions only.
    inputs = inputs_of(call)
    if len(block.args) == inputs:
        block.insert_arg(block.args[0].type if block.args else call.view.op.results[0].type, inputs)
    maps = [identity_map(range(rank))] * len(call)
    return iterate(call, Structure(operands[:inputs], operands[inputs:], maps, [False] * rank, block))


def _softmax(call: Call) -> SSAValue:
    return call.writer.add(graph.SoftmaxOp(call.operand(0), axis=call.view.int("dimension")))


def _contract(call: Call) -> SSAValue:
    _require_signed(call)
    given = maps_of(call)
    if len(given) != 3:
        raise call.error(f"has {len(given)} operands, expected 3")
    found = product(call, call.operand(0), call.operand(1), (given[0], given[1], given[2]), call.operand(2))
    if found is None:
        raise call.error("its maps are not those of a product")
    return found


def _poolings() -> dict[str, Rule]:
    names = [
        f"pooling_{layout}_{kind}"
        for layout in ("nhwc", "nchw", "nwc", "ncw", "ndhwc")
        for kind in ("max", "min", "sum")
    ]
    matches = [_POOLING.fullmatch(name) for name in names]
    return {f"linalg.{m[0]}": _pooling_rule(m[1], m[2]) for m in matches if m is not None}


RULES: Table = {
    **{f"linalg.{name}": _product_rule(letters, quantized="quantized" in name) for name, letters in PRODUCTS.items()},
    **{
        f"linalg.{name}": _convolution_rule(letters, quantized=name.endswith("_q"))
        for name, letters in CONVOLUTIONS.items()
    },
    **_poolings(),
    **{f"linalg.{name}": _elementwise_rule(function) for name, function in _ELEMENTWISE.items()},
    "linalg.elementwise": _elementwise,
    "linalg.reciprocal": _reciprocal,
    "linalg.square": _square,
    "linalg.copy": _copy,
    "linalg.fill": _fill,
    "linalg.transpose": _transpose,
    "linalg.broadcast": _broadcast,
    "linalg.reduce": _reduce,
    "linalg.map": _map,
    "linalg.softmax": _softmax,
    "linalg.contract": _contract,
}
"""Rules of this module."""

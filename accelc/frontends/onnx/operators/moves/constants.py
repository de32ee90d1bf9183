"""Importers of operators that make constants, and of those that ask for sizes."""

from math import ceil, isfinite, prod

import numpy as np

from accelc.frontends.onnx.builder import Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.tensors import check_constant_size, checked_shape, numpy_dtype, to_array


def _constant(node: Node) -> Tensor:
    name = node.proto.output[0]
    for attribute in node.proto.attribute:
        match attribute.name:
            case "value":
                return known(to_array(attribute.t, node.folder, node.builder.where), name)
            case "value_float":
                return known(np.array(attribute.f, np.float32), name)
            case "value_floats":
                return known(np.array(attribute.floats, np.float32), name)
            case "value_int":
                return known(np.array(attribute.i, np.int64), name)
            case "value_ints":
                return known(np.array(attribute.ints, np.int64), name)
            case _:
                continue
    raise node.error("only constants of numbers are supported (value, value_float(s), value_int(s))")


def _constant_of_shape(node: Node) -> Tensor:
    shape = checked_shape(node.integers(0), node.builder.where)
    value = node.tensor("value")
    fill = np.zeros(1, np.float32) if value is None else to_array(value, node.folder, node.builder.where)
    if fill.size != 1:
        raise node.error(f"attribute 'value' has {fill.size} elements, expected 1")
    # One element seen from everywhere: a filled weight costs no memory.
    return known(np.broadcast_to(fill.reshape(()), shape), node.proto.output[0])


def _shape(node: Node) -> Tensor:
    x = node.input()
    start, end = node.integer("start", 0), node.integer("end", x.rank)
    return known(np.array(x.shape[slice(start, end)], np.int64))


def _size(node: Node) -> Tensor:
    return known(np.array(prod(node.input().shape), np.int64))


def _range(node: Node) -> Tensor:
    start, limit, step = (node.single(i) for i in range(3))
    if not step or not all(isfinite(v) for v in (start, limit, step)):
        raise node.error(f"no numbers go from {start} to {limit} in steps of {step}")
    dtype, where = node.input(0).dtype, node.builder.where
    count = -((start - limit) // step) if isinstance(start, int) else ceil((limit - start) / step)
    check_constant_size(checked_shape([max(int(count), 0)], where), np.dtype(np.float64), where)
    return known(np.arange(start, limit, step).astype(dtype))


def _eye_like(node: Node) -> Tensor:
    x = node.input()
    if x.rank != 2:
        raise node.error(f"x has shape {list(x.shape)}, expected a matrix")
    code = node.integer("dtype", 0)
    dtype = numpy_dtype(code, node.builder.where) if code else x.dtype
    check_constant_size(x.shape, dtype, node.builder.where)
    return known(np.eye(*x.shape, k=node.integer("k", 0), dtype=np.bool_).astype(dtype))


OPERATORS: Table = {
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Shape": _shape,
    "Size": _size,
    "Range": _range,
    "EyeLike": _eye_like,
}

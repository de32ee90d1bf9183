"""Modules of the `graph` dialect that another compiler built, as a front end gives them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.analysis.decomposition.table import DECOMPOSITIONS
from accelc.arguments import as_array, shown
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import GraphOp, is_foreign, name_of, shape_of
from accelc.dialects.graph_ops.call import weight_names
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.errors import ModelError, suggestion
from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.lowering import LOWERINGS

Array = npt.NDArray[Any]


def import_graph(module: ModuleOp, weights: Mapping[str, npt.ArrayLike]) -> ImportedModel:
    """
    A copy of `module`, whose `graph.func @main` is the model; `weights` holds the data of every `graph.weight`.

    Arguments without names are called `arg0`, ..., results `result0`, ..., operations by what they are and their
    number. Raises ModelError for a module without
    `@main`, what is no module, one that does not verify, holds operations of other dialects or partitions, or has
    sizes that are not static, and for weights that are missing, superfluous, or of another type.
    """
    from accelc.interpreters.graph.runner import find_function

    if not isinstance(module, ModuleOp):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ModelError(
            f"{shown(module)} is no module: expected a ModuleOp of xDSL with a graph.func @main; "
            "models and files are for accelc.compile"
        )
    copy = module.clone()
    try:
        copy.verify()
    except VerifyException as error:
        raise ModelError(f"the module does not verify: {error}") from error
    function = find_function(copy)
    for number, op in enumerate(copy.walk()):
        _check_op(op, copy)
        # Layers, and how busy they keep the array, are known by names.
        computes = isinstance(op, GraphOp) and not isinstance(op, graph.WeightOp | graph.ConstantOp)
        if computes or (is_foreign(op) and op is not copy):
            op.attributes.setdefault("loc_name", StringAttr(f"{name_of(op)}.{number}"))
    inputs = _named(function.input_names, "arg", len(function.body.block.args))
    returned = function.return_op.values
    outputs = _named(function.output_names, "result", len(returned))
    for name in outputs:
        if name in inputs:
            raise ModelError(f"graph.func @main has an input and an output of the name '{name}': rename one")
    function.input_names = ArrayAttr([StringAttr(name) for name in inputs])
    function.output_names = ArrayAttr([StringAttr(name) for name in outputs])
    return ImportedModel(
        copy,
        _checked_weights(copy, weight_names(function), weights),
        _specs(inputs, function.body.block.args),
        _specs(outputs, returned),
    )


def _check_op(op: Operation, module: ModuleOp) -> None:
    if op is module:
        return
    name = name_of(op)
    if is_foreign(op) and not any(name in table.plugins() for table in (DECOMPOSITIONS, LOWERINGS)):
        raise ModelError(
            f"the module holds '{name}', which is not of the dialect graph, and no installed package decomposes or "
            "lowers it: lower it first"
        )
    if isinstance(op, graph.PartitionOp):
        raise ModelError("the module holds 'graph.partition': compilation partitions it; leave the pass out")


def _named(names: ArrayAttr[StringAttr] | None, prefix: str, count: int) -> list[str]:
    found = [f"{prefix}{index}" for index in range(count)] if names is None else [name.data for name in names]
    for name, times in Counter(found).items():
        if times > 1:
            side = "inputs" if prefix == "arg" else "outputs"
            raise ModelError(f"graph.func @main has several {side} of the name '{name}': arrays are given by name")
    return found


def _specs(names: list[str], values: "tuple[SSAValue, ...] | Any") -> list[TensorSpec]:
    specs = [TensorSpec(name, shape_of(value), dtype_of(value)) for name, value in zip(names, values, strict=True)]
    for spec in specs:
        if min(spec.shape, default=0) < 0:
            raise ModelError(f"'{spec.name}' has the shape {list(spec.shape)}: all sizes must be static")
    return specs


def _checked_weights(module: ModuleOp, needed: set[str], weights: Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """The data of the weights that are needed, as arrays of their types."""
    for name in sorted(needed - set(weights)):
        raise ModelError(f"no data given for weight '{name}'{suggestion(name, weights)}")
    for name in weights:
        if name not in needed:
            known = ", ".join(sorted(needed)) or "none"
            raise ModelError(f"the module has no weight '{name}'{suggestion(name, needed)} (its weights: {known})")
    arrays: dict[str, Array] = {}
    for op in module.walk():
        if isinstance(op, graph.WeightOp) and op.weight_name.data in needed:
            name, expected = op.weight_name.data, (shape_of(op.result), dtype_of(op.result))
            array = as_array(f"weight '{name}'", weights[name], expected[1])
            if (array.shape, array.dtype) != expected:
                raise ModelError(
                    f"weight '{name}' is {array.dtype.name}{list(array.shape)}, its type says "
                    f"{expected[1].name}{list(expected[0])}"
                )
            arrays[name] = array
    return arrays

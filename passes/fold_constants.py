"""What depends on constants and weights only, computed at compile time."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter
from xdsl.traits import Pure

from accelc.analysis.calls import refuse_calls
from accelc.constants import Constants, copy_location, read_sidecar, source_name, write_sidecar
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, is_float, is_foreign, shape_of
from accelc.dialects.graph_ops.element_types import Array, dtype_of
from accelc.interpreters.graph import evaluate, evaluator_of
from accelc.weights import is_absent, like_absent

MAX_GROWTH_ELEMENTS = 1024
"""A result with more elements than this and than all operands together is left to be computed by the program."""


def fold_constants(module: ModuleOp, weights: MutableMapping[str, Array]) -> None:
    """
    Evaluate every operation of `module` whose operands are all known, with the dialect's reference semantics.

    A tensor without elements is known. Results become constants or new entries of `weights`; what depends on an absent
    weight is absent. Operations and weights without use are removed. A weight whose data is not in `weights` counts as
    unknown. Raises ModelError if values are not legal for an operation.
    """
    refuse_calls(module, "fold-constants")
    constants = Constants(weights)
    for op in list(module.walk()):
        if isinstance(op, graph.GraphOp) or is_foreign(op):
            _fold(op, constants)
    remove_unused(module)
    constants.drop_unused(module)


def _fold(op: Operation, constants: Constants) -> None:
    if not op.operands or isinstance(op, graph.ConstantOp) or evaluator_of(op) is None:
        return
    if op.results and not op.regions and all(_is_empty(result) for result in op.results):
        _replace(op, [np.zeros(shape_of(r), dtype_of(r)) for r in op.results], constants)
        return
    operands = [_data(v, constants) for v in op.operands]
    known = [a for a in operands if a is not None]
    if len(known) != len(operands):
        return
    size = sum(prod(shape_of(r)) for r in op.results)
    if size > max(sum(a.size for a in known), MAX_GROWTH_ELEMENTS):
        return
    unknown = next((array for array in known if is_absent(array)), None)
    if unknown is None:
        # A NaN that is computed is not to be taken for an absent weight.
        arrays = tuple(np.array(array) if is_absent(array) else array for array in evaluate(op, known))
    elif all(is_float(element_of(result)) for result in op.results):
        arrays = tuple(like_absent(unknown, shape_of(result), dtype_of(result)) for result in op.results)
    else:
        return
    _replace(op, arrays, constants)


def _data(value: SSAValue, constants: Constants) -> Array | None:
    """Elements of a value that are known: of a constant, or none at all."""
    data = constants.data(value)
    return np.zeros(shape_of(value), dtype_of(value)) if data is None and _is_empty(value) else data


def _is_empty(value: SSAValue) -> bool:
    return isinstance(value.type, TensorType) and prod(shape_of(value)) == 0


def _replace(op: Operation, arrays: Sequence[Array], constants: Constants) -> None:
    base = _base_name(op)
    made = [constants.make(array, base) for array in arrays]
    for new in made:
        copy_location(op, new)
    Rewriter.replace_op(op, made, [new.results[0] for new in made])


def _base_name(op: Operation) -> str:
    """Name of the first weight an operation reads: what it computes is another form of that weight."""
    for value in op.operands:
        if isinstance(value.owner, graph.WeightOp):
            return value.owner.weight_name.data
    return source_name(op)


def remove_unused(module: ModuleOp) -> None:
    """Erase pure operations whose results nobody uses."""
    for op in reversed(list(module.walk())):
        if op.has_trait(Pure) and not any(r.uses.get_length() for r in op.results):
            op.detach()
            op.erase()


@dataclass(frozen=True)
class FoldConstantsPass(ModulePass):
    """
    Computes what depends on constants and weights only.

    Of weights it makes other weights, and what has no elements, or depends on nothing else, is known too. Takes and
    gives the pure form of `graph` (after `normalize-inplace`); weights whose data are not given stay as they are.
    Before:
    ```mlir
    graph.func @main(%x : tensor<2xf32>) -> tensor<2xf32> {
      %c = graph.constant dense<4.0> : tensor<2xf32>
      %0 = graph.sqrt %c : tensor<2xf32> -> tensor<2xf32>
      %1 = graph.mul %x, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      graph.return %1 : tensor<2xf32>
    }
    ```
    After `fold-constants`:
    ```mlir
    graph.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = graph.constant dense<2.000000e+00> : tensor<2xf32>
      %1 = graph.mul %x, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      graph.return %1 : tensor<2xf32>
    }
    ```
    """

    name = "fold-constants"

    weights: str | None = None
    """Safetensors file with the data of the weights; without it only inline constants are folded."""
    save: str | None = None
    """Safetensors file to write the weights to after the pass."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        weights = read_sidecar(self.weights)
        known = set(weights)
        fold_constants(op, weights)
        write_sidecar(self.save, weights, known, self.name)

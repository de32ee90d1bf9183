"""Calls of functions of the `graph` dialect: repeated layers, compiled once."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import (
    DenseArrayBase,
    DictionaryAttr,
    FlatSymbolRefAttrConstr,
    IntegerAttr,
    IntegerType,
    StringAttr,
    SymbolRefAttr,
    TensorType,
)
from xdsl.ir import Attribute, Operation, OpTraits, SSAValue
from xdsl.irdl import (
    VarOperand,
    VarOpResult,
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import Pure, SymbolTable, SymbolUserOpInterface
from xdsl.utils.exceptions import VerifyException

from accelc.dialects.graph_ops.base import (
    I64_ARRAY,
    I64_ATTR,
    TENSOR,
    AnyTensor,
    GraphOp,
    I64Array,
    Value,
    attributes,
    element_of,
    ints,
    require,
    shape_of,
)
from accelc.dialects.graph_ops.data import WeightOp
from accelc.dialects.graph_ops.structure import FuncOp, require_types


def callee_of(op: "CallOp") -> FuncOp | None:
    """The function a call names; None if there is none in the module."""
    found = SymbolTable.lookup_symbol(op, op.callee)
    return found if isinstance(found, FuncOp) else None


def _calls_itself(function: FuncOp) -> bool:
    """Whether a function is executed again before it ends."""
    pending, seen = [function], set[FuncOp]()
    while pending:
        for op in pending.pop().walk():
            callee = callee_of(op) if isinstance(op, CallOp) else None
            if callee is function:
                return True
            if callee is not None and callee not in seen:
                seen.add(callee)
                pending.append(callee)
    return False


class _CallUses(SymbolUserOpInterface):
    """Checks of a call against the function it names."""

    def verify(self, op: Operation) -> None:
        """The function exists, does not call itself, takes the operands, gives the results and has the weights."""
        op = cast(CallOp, op)
        op.require_chunks()
        name = op.callee.string_value()
        callee = callee_of(op)
        if callee is None:
            raise VerifyException(f"there is no graph.func @{name} in the module")
        if _calls_itself(callee):
            raise VerifyException(f"graph.func @{name} calls itself: it would not end")
        require_types(op.chunks(op.inputs, op.along), callee.function_type.inputs.data, "operands")
        require_types(op.chunks(op.outputs, op.joining), callee.function_type.outputs.data, "results")
        inside = weight_names(callee)
        for weight, given in op.weights.data.items() if op.weights is not None else ():
            require(weight in inside, f"weights: graph.func @{name} has no weight '{weight}'")
            require(isinstance(given, StringAttr), f"weights: '{weight}' must be given the name of a weight")


def weight_names(function: FuncOp, known: dict[FuncOp, set[str]] | None = None) -> set[str]:
    """
    Names of the weights that a function reads, those of functions it calls included.

    `function` does not call itself; `known` remembers what was found.
    """
    known = {} if known is None else known
    if function in known:
        return known[function]
    names: set[str] = set()
    for op in function.walk():
        if isinstance(op, WeightOp):
            names.add(op.weight_name.data)
        elif isinstance(op, CallOp):
            callee = callee_of(op)
            if callee is not None:
                given = op.given
                names |= {given.get(name, name) for name in weight_names(callee, known)}
    known[function] = names
    return names


def _chunk(value: SSAValue, axis: int, count: int) -> Attribute:
    if axis < 0:
        return value.type
    shape = list(shape_of(value))
    shape[axis] //= count
    return TensorType(element_of(value), shape)


@irdl_op_definition
class CallOp(GraphOp):
    """
    Execute a function of the module, with weights of this call in the place of the function's.

    A function that is called several times is compiled once. A call starts when all operands are there and hands over
    all results when it ends.

    ```mlir
    %y = graph.call @layer(%x) {weights = {"layers.0.w" = "layers.1.w"}} : (tensor<4xf32>) -> tensor<4xf32>
    ```

    With `times` the function is executed so often, one execution after the other: execution i gets the i-th of as many
    equal chunks of the operands that have an axis in `along` (-1: whole), and its results are the i-th chunks, along
    the axes in `joining`, of the call's results.

    ```mlir
    %y = graph.call @rows(%x, %k) times 4 along [0, -1] joining [0]
      : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32>
    ```
    """

    name = "graph.call"
    callee: SymbolRefAttr = attr_def(FlatSymbolRefAttrConstr)
    """Name of a `graph.func` of pure operations, which does not call itself."""
    weights: DictionaryAttr | None = opt_attr_def(DictionaryAttr)
    """Weight of the function -> weight of the caller that takes its place; the others keep their names."""
    times: IntegerAttr | None = opt_attr_def(I64_ATTR)
    """Number of executions, at least 2."""
    along: I64Array | None = opt_attr_def(I64_ARRAY)
    """For each operand the axis along which it is chunked, or -1; given with `times`."""
    joining: I64Array | None = opt_attr_def(I64_ARRAY)
    """For each result the axis along which its chunks are joined; given with `times`."""
    inputs: VarOperand = var_operand_def(TENSOR)
    """One per argument of the function."""
    outputs: VarOpResult[AnyTensor] = var_result_def(TENSOR)
    """One per result of the function."""

    assembly_format: ClassVar[str | None] = (
        "$callee `(` $inputs `)` (`times` $times^ `along` $along `joining` $joining)? attr-dict "
        "`:` functional-type(operands, results)"
    )
    traits: OpTraits = traits_def(Pure(), _CallUses())

    def __init__(
        self,
        callee: str,
        inputs: Sequence[Value],
        result_types: Sequence[Attribute],
        weights: Mapping[str, str] | None = None,
        *,
        times: int | None = None,
        along: Sequence[int] | None = None,
        joining: Sequence[int] | None = None,
        loc_name: str | None = None,
    ):
        given = DictionaryAttr({name: StringAttr(value) for name, value in weights.items()}) if weights else None
        super().__init__(
            operands=[[SSAValue.get(v) for v in inputs]],
            result_types=[list(result_types)],
            attributes=attributes(
                callee=SymbolRefAttr(callee),
                weights=given,
                times=times,
                along=along,
                joining=joining,
                loc_name=loc_name,
            ),
        )

    @property
    def executions(self) -> int:
        """How often the function is executed."""
        return 1 if self.times is None else self.times.value.data

    def chunks(self, values: Sequence[SSAValue], axes: DenseArrayBase[IntegerType] | None) -> list[Attribute]:
        """Types that an execution sees of operands or results, `axes` being `along` or `joining`."""
        if axes is None:
            return [value.type for value in values]
        return [_chunk(value, axis, self.executions) for value, axis in zip(values, ints(axes), strict=True)]

    def require_chunks(self) -> None:
        """Verify that `times`, `along` and `joining` are given together, one axis a value, of a size that divides."""
        given = [self.times is None, self.along is None, self.joining is None]
        require(len(set(given)) == 1, "times, along and joining are given together or not at all")
        if self.times is None or self.along is None or self.joining is None:
            return
        require(self.executions >= 2, f"times {self.executions}: expected at least 2")
        for what, values, axes in (("along", self.inputs, self.along), ("joining", self.outputs, self.joining)):
            least = -1 if what == "along" else 0
            require(len(axes) == len(values), f"{what} {list(ints(axes))} has not one entry for each of {len(values)}")
            for value, axis in zip(values, ints(axes), strict=True):
                shape = shape_of(value)
                require(least <= axis < len(shape), f"{what}: a tensor of rank {len(shape)} has no axis {axis}")
                divides = axis < 0 or shape[axis] % self.executions == 0
                require(divides, f"{what}: {shape[axis]} rows are not {self.executions} equal chunks")

    @property
    def given(self) -> dict[str, str]:
        """Weight of the function -> weight of the caller, of those that differ in name."""
        if self.weights is None:
            return {}
        return {name: value.data for name, value in self.weights.data.items() if isinstance(value, StringAttr)}

"""
Groups of operands and results whose sizes C++ MLIR has to be told.

A constraint of IRDL is a variable: all values of a variadic group have the type of its first. A group of values of
different types is therefore exported as a number of optional ones, and with more than one optional value, IRDL reads
the sizes from an attribute. xDSL does not need it: `add-segment-sizes` and `drop-segment-sizes` convert.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from xdsl.dialects.builtin import DenseArrayBase, i32
from xdsl.ir import Attribute, Operation
from xdsl.irdl import (
    AttrSizedOperandSegments,
    AttrSizedResultSegments,
    EqAttrConstraint,
    IRDLOperation,
    OpDef,
    OptionalDef,
    RangeLengthConstraint,
    RangeOf,
    VarConstraint,
    VariadicDef,
)

from accelc.errors import AccelcError, UsageError

LIMIT = 64
"""Most values of a group of values of different types, unless told otherwise."""
MOST = 1024
"""Largest limit: every value of every such group is a definition in the exported file."""


def check_limit(limit: int) -> None:
    """Raise UsageError for a limit that the export does not take."""
    if not 1 <= limit <= MOST:
        raise UsageError(f"limit {limit}: expected an integer from 1 to {MOST}")


@dataclass(frozen=True)
class Side:
    """Operands or results: the name of one in definitions, and of the attribute that has the sizes of groups."""

    noun: str
    attribute: str

    def definitions(self, definition: OpDef) -> Sequence[tuple[str, Any]]:
        """Name and definition of every group."""
        return definition.operands if self.noun == "operand" else definition.results

    def count(self, op: Operation) -> int:
        """Number of values of `op`."""
        return len(op.operands) if self.noun == "operand" else len(op.results)

    def spread(self, definition: OpDef) -> int | None:
        """Index of the group that is exported as optional values, if there is one."""
        for index, (_, group) in enumerate(self.definitions(definition)):
            variadic = isinstance(group, VariadicDef) and not isinstance(group, OptionalDef)
            constraint: Any = getattr(group, "constr", None)
            if variadic and not uniform(constraint):
                return index
        return None


SIDES = (Side("operand", "operandSegmentSizes"), Side("result", "resultSegmentSizes"))


def element_constraint(constraint: Any) -> Any:
    """Constraint of every value of a range, or None when there is no such."""
    while type(constraint) is RangeLengthConstraint:
        constraint = cast(Any, constraint).constraint
    return cast(Any, constraint).constr if isinstance(constraint, RangeOf) else None


def uniform(constraint: Any) -> bool:
    """Whether all values of a range have one type, as IRDL's `variadic` means it."""
    return isinstance(element_constraint(constraint), VarConstraint | EqAttrConstraint)


def segment_sizes(op: Operation, side: Side, limit: int = LIMIT) -> Sequence[int] | None:
    """
    Number of values of every exported group of `op`, or None when C++ MLIR does not need them.

    Raises AccelcError for more than `limit` values in a group that is exported as optional ones.
    """
    if not isinstance(op, IRDLOperation):
        return None
    definition = op.get_irdl_definition()
    index = side.spread(definition)
    if index is None:
        return None
    groups = side.definitions(definition)
    size = side.count(op) - (len(groups) - 1)
    if size > limit:
        raise AccelcError(
            f"{op.name}: {size} {side.noun}s in '{groups[index][0]}', of which C++ MLIR is told of {limit} at most: "
            "raise the limit here and in accelc export-irdl"
        )
    return [1] * index + [1] * size + [0] * (limit - size) + [1] * (len(groups) - 1 - index)


def spread(op: Operation, side: Side) -> bool:
    """Whether `op` has a group that is exported as optional values."""
    return isinstance(op, IRDLOperation) and side.spread(op.get_irdl_definition()) is not None


def keeps_sizes(op: Operation, side: Side) -> bool:
    """Whether xDSL itself has the sizes of `op` in an attribute."""
    kind = AttrSizedOperandSegments if side.noun == "operand" else AttrSizedResultSegments
    return isinstance(op, IRDLOperation) and any(
        isinstance(option, kind) and not option.as_property for option in op.get_irdl_definition().options
    )


def sizes_attr(sizes: Sequence[int]) -> Attribute:
    """Attribute that holds the sizes of groups."""
    return DenseArrayBase.from_list(i32, list(sizes))

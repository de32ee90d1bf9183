"""What IRDL cannot say about a dialect: where an exported definition accepts something else than the dialect does."""

from dataclasses import dataclass

OPTIONAL_ATTRIBUTE = "IRDL has no optional attributes: neither presence nor value is checked"
BUILTIN_PARAMETERS = "IRDL constrains the parameters of types and attributes that IRDL defines, not of builtin ones"
ELEMENTS = "IRDL does not constrain the elements of an array"
UNNAMED = "C++ MLIR has no name for the class that is the same in all versions"
ABSTRACT = "IRDL has no classes of types or attributes: any is accepted"
CONSTRAINT = "IRDL has no counterpart of the constraint: any is accepted"
GROUP_SIZE = "IRDL does not constrain the size of a group"
GROUP_LIMIT = "IRDL wants one type in a variadic group: it becomes optional values, and no more fit"
ENTRY_ARGUMENTS = "the arguments of the region are not checked"
SUCCESSORS = "IRDL says nothing of successors"
TRAITS = "IRDL has no traits"
CODE = "rules in Python"


@dataclass(frozen=True)
class Widening:
    """
    One difference between a dialect and its exported definition.

    `holder` is the op, type or attribute, such as `graph.conv`; `kind` says what `field` is: an operand, result,
    attribute, region, parameter, or the holder itself (`field` is then empty); `detail` names what is not checked.
    """

    holder: str
    kind: str
    field: str
    reason: str
    detail: str = ""

    @property
    def accepts_more(self) -> bool:
        """Whether C++ MLIR may accept what the dialect refuses; otherwise it may refuse what the dialect accepts."""
        return self.reason != GROUP_LIMIT

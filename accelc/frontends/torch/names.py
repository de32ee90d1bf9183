"""What operators, their arguments and the nodes that call them are called."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from re import findall
from typing import Any

from accelc.frontends.torch import library
from accelc.frontends.torch.library import Operator


def base_name(target: Operator) -> str:
    """
    Name of an operator without overload and the underscore of those in place.

    That of an operator that is none of `aten` begins with its namespace: `prims.sum` has other arguments than `sum`.
    """
    name = str(target._schema.name).removeprefix("aten::").replace("::", ".")
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name


def full_name(target: Operator) -> str:
    """The same with the namespace."""
    name = base_name(target)
    return name if "." in name else f"aten.{name}"


def functional(target: Operator) -> Operator | None:
    """The operator that computes what this one writes, if torch has one."""
    packet: Any = getattr(library.torch().ops.aten, base_name(target), None)
    overload = str(target._schema.overload_name) or "default"
    for name in (overload, "default"):
        found = getattr(packet, name, None) if packet is not None else None
        if found is not None:
            return found
    return None


def location(node: Any) -> str:
    """How diagnostics name a node: the line of the program if it is known, the node, its operator."""
    lines = findall(r'File "([^"]*)", line (\d+)', str(node.meta.get("stack_trace") or ""))
    own = [line for line in lines if "/torch/nn/" not in line[0]] or lines
    place = f"{Path(own[-1][0]).name}:{own[-1][1]}: " if own else ""
    kind = f" ({node.target})" if node.op == "call_function" else ""
    return f"{place}node '{node.name}'{kind}"


def bind(target: Operator, positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by the names of the schema."""
    names = [argument.name for argument in target._schema.arguments]
    return {**dict(zip(names, positional, strict=False)), **named}

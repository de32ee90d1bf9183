"""
Operators of torch that stay torch's: `graph.call_framework` with their arguments, and their execution.

Arguments other than tensors are kept as JSON, every kind of value under a tag of its own, so that a program in a file
names nothing but an operator of `aten` and plain values.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.errors import ModelError
from accelc.frontends.torch import library
from accelc.frontends.torch.library import Array, Operator, Tensor, geometry
from accelc.frontends.torch.writer import Handle, Writer

DOMAIN = "torch"
"""Domain of the operators in the IR."""
NAMESPACES = ("aten", "prims")
"""Namespaces of torch's own operators."""


def keep(writer: Writer, target: Operator, arguments: Mapping[str, Any], results: Sequence[Tensor]) -> list[SSAValue]:
    """
    The results of an operator that torch executes.

    Raises ModelError for an argument that has no form in the IR and for elements that the dialect does not have.
    """
    handles: list[Handle] = []
    encoded = {name: _encode(writer, value, handles) for name, value in arguments.items()}
    try:
        types = [
            TensorType(element_of_dtype(library.numpy_dtype(result.dtype)), geometry(result).sizes)
            for result in results
        ]
    except ValueError as error:
        raise writer.error(str(error)) from error
    op = graph.CallFrameworkOp(
        str(target),
        [writer.load(handle.variable) for handle in handles],
        types,
        domain=DOMAIN,
        onnx_attributes={"arguments": StringAttr(json.dumps(encoded))},
    )
    writer.append(op)
    return list(op.outputs)


def run_operator(op: graph.CallFrameworkOp, inputs: Sequence[Array]) -> list[Array]:
    """Execute a `graph.call_framework` of this domain. Raises ModelError when torch cannot."""
    torch = library.torch()
    name = op.op_type.data
    where = f"operator {name}" + (f" of '{op.loc_name.data}'" if op.loc_name is not None else "")
    parts = name.split(".")
    if len(parts) != 3 or parts[0] not in NAMESPACES or not all(part.isidentifier() for part in parts):
        raise ModelError(f"{where} is none of torch: expected NAMESPACE.NAME.OVERLOAD of {', '.join(NAMESPACES)}")
    target: Any = getattr(getattr(getattr(torch.ops, parts[0]), parts[1], None), parts[2], None)
    if target is None:
        raise ModelError(f"{where} is not in the installed version of torch, {torch.__version__}")
    if any(argument.name == "filename" for argument in target._schema.arguments):
        raise ModelError(f"{where} reads or writes files; supported are operators that only compute")
    tensors = [library.from_numpy(array) for array in inputs]
    try:
        text = op.onnx_attributes.data["arguments"]
        assert isinstance(text, StringAttr)
        arguments = {str(key): _decode(value, tensors) for key, value in json.loads(text.data).items()}
        with torch.no_grad():
            given = library.by_schema(target, arguments)
    except Exception as error:
        # torch raises whatever it likes for arguments that do not fit.
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"{where}: torch cannot execute it: {reason[0]}") from error
    return [library.to_numpy(tensor) for tensor in library.flat([given]) if library.is_tensor(tensor)]


def _encode(writer: Writer, given: Any, handles: list[Handle]) -> Any:
    torch = library.torch()
    if isinstance(given, Handle):
        handles.append(given)
        return {"tensor": len(handles) - 1}
    if given is None or isinstance(given, bool | int | str):
        return given
    if isinstance(given, float):
        return {"float": given.hex()}
    if isinstance(given, list | tuple):
        return [_encode(writer, item, handles) for item in cast(Sequence[Any], given)]
    for kind in ("dtype", "layout", "memory_format"):
        if isinstance(given, getattr(torch, kind)):
            return {kind: str(given).removeprefix("torch.")}
    if isinstance(given, torch.device) and given.type == "cpu":
        return {"device": "cpu"}
    raise writer.error(f"an argument of type {type(given).__name__} cannot be kept for torch")


def _decode(given: Any, tensors: Sequence[Tensor]) -> Any:
    torch = library.torch()
    if isinstance(given, list):
        return [_decode(item, tensors) for item in cast(list[Any], given)]
    if not isinstance(given, dict):
        return given
    ((kind, value),) = cast(dict[str, Any], given).items()
    match kind:
        case "tensor":
            return tensors[value]
        case "float":
            return float.fromhex(value)
        case "device":
            return torch.device("cpu")
        case "dtype" | "layout" | "memory_format" if isinstance(value, str) and value.isidentifier():
            found = getattr(torch, value)
            if isinstance(found, getattr(torch, kind)):
                return found
        case _:
            pass
    raise ValueError(f"unknown argument {given}")

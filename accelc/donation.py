"""Inputs whose memory the caller gives up: a result may lie where they did, which saves the copy of what it keeps."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from accelc.errors import UsageError, suggestion

if TYPE_CHECKING:
    from accelc.dialects.graph import FuncOp


def donate(function: "FuncOp", into: Mapping[str, str]) -> None:
    """
    Let outputs of `function`, as imported, take the memory of inputs: `into` holds the output for each input, by name.

    Raises UsageError for a name that the model does not have, for an output or an input that is named twice, one that
    the model returns as it is, or two of different types.
    """
    inputs = [name.data for name in function.input_names or ()]
    outputs = [name.data for name in function.output_names or ()]
    last = function.return_op
    numbers = [-1] * len(outputs)
    for source, result in into.items():
        where = f"--donate {source}={result}"
        for kind, name, names in (("input", source, inputs), ("output", result, outputs)):
            if name not in names:
                legal = ", ".join(names) or "none"
                raise UsageError(
                    f"{where}: the model has no {kind} '{name}'{suggestion(name, names)} ({kind}s: {legal})"
                )
        argument, index = inputs.index(source), outputs.index(result)
        given, value = function.body.block.args[argument], last.values[index]
        if numbers[index] >= 0:
            raise UsageError(f"{where}: output '{result}' takes the memory of '{inputs[numbers[index]]}' already")
        if given in last.values:
            name = outputs[list(last.values).index(given)]
            raise UsageError(f"{where}: the model returns input '{source}' as '{name}', so that it has to stay")
        if given.type != value.type:
            raise UsageError(f"{where}: an input of type {given.type} has no memory for an output of type {value.type}")
        numbers[index] = argument
    if into:
        from xdsl.dialects.builtin import DenseArrayBase, i64

        last.into = DenseArrayBase.from_list(i64, numbers)

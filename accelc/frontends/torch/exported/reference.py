"""What torch itself computes for an exported program, with everything that the program writes."""

from collections.abc import Mapping
from copy import deepcopy
from importlib import import_module
from typing import Any

from accelc.frontends.torch import library
from accelc.frontends.torch.library import Array


def run_torch(exported: Any, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """
    Execute an exported program with torch, on copies of its parameters and buffers.

    `inputs` gives an array for every tensor input, by name. The results are those of the module that
    `import_program` gives, by name: the program's, then everything that it could have written.
    """
    from accelc.frontends.torch.exported.program import WRITTEN

    torch = library.torch()
    specs = list(exported.graph_signature.input_specs)
    nodes = [node for node in exported.graph.nodes if node.op == "placeholder"]
    names = [spec.target for spec in specs if spec.target is not None]
    originals = [exported.state_dict.get(name, exported.constants.get(name)) for name in names]
    with torch.no_grad():
        # One call copies them all: those that share storage still do.
        state = dict(zip(names, deepcopy([tensor.detach() for tensor in originals]), strict=True))
        arguments: list[Any] = []
        given: dict[str, Any] = {}
        for node, spec in zip(nodes, specs, strict=True):
            if spec.target is not None:
                arguments.append(state[spec.target])
            elif hasattr(spec.arg, "value"):
                arguments.append(spec.arg.value)
            else:
                given[str(node.name)] = library.from_numpy(inputs[str(node.name)])
                arguments.append(given[str(node.name)])
        interpreter = import_module("torch.fx").Interpreter(exported.graph_module)
        results = [tensor for tensor in interpreter.run(*arguments) if tensor is not None]
    found = {f"result{i}": library.to_numpy(tensor) for i, tensor in enumerate(results)}
    for name, tensor in (*state.items(), *given.items()):
        found[name + WRITTEN] = library.to_numpy(tensor)
    return found

"""Functions of a `graph` module and how often each is executed."""

from collections import Counter

from xdsl.dialects.builtin import ModuleOp

from accelc.dialects import graph
from accelc.errors import ModelError


def functions_of(module: ModuleOp) -> list[graph.FuncOp]:
    """The functions of a module, in order."""
    return [op for op in module.body.block.ops if isinstance(op, graph.FuncOp)]


def calls_of(function: graph.FuncOp) -> list[graph.CallOp]:
    """The calls in a function, in order."""
    return [op for op in function.body.block.ops if isinstance(op, graph.CallOp)]


def is_called(function: graph.FuncOp, module: ModuleOp) -> bool:
    """Whether some function of the module calls this one."""
    return any(graph.callee_of(call) is function for other in functions_of(module) for call in calls_of(other))


def execution_counts(module: ModuleOp) -> dict[graph.FuncOp, int]:
    """How often every function runs when those that nobody calls run once."""
    functions = functions_of(module)
    callees = {f: [(graph.callee_of(call), call.executions) for call in calls_of(f)] for f in functions}
    called = {callee for found in callees.values() for callee, _ in found}
    counts = {function: int(function not in called) for function in functions}
    # Callers before their callees: no function calls itself.
    pending = [function for function in functions if function not in called]
    open_calls = Counter(callee for found in callees.values() for callee, _ in found)
    while pending:
        function = pending.pop()
        for callee, executions in callees[function]:
            if callee is None:
                continue
            counts[callee] += executions * counts[function]
            open_calls[callee] -= 1
            if not open_calls[callee]:
                pending.append(callee)
    return counts


def refuse_calls(module: ModuleOp, pass_name: str) -> None:
    """Raise ModelError if a module has calls, which `pass_name` would have to change together with what they call."""
    for op in module.walk():
        if isinstance(op, graph.CallOp):
            raise ModelError(
                f"graph.call {op.callee}: {pass_name} does not look into called functions; "
                f"run it before outline-repeats"
            )

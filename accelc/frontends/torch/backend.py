"""
The backend `accelc` of `torch.compile`: forward and backward graphs on the simulated machine.

    model = torch.compile(model, backend="accelc", options={"target": "trn-like"})

AOTAutograd takes what Dynamo traced apart into ATen operators, forward and backward. Each graph becomes one program;
operators that accelc does not know are executed by torch inside of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from accelc.errors import AccelcError, UsageError, suggestion
from accelc.frontends.torch import library
from accelc.frontends.torch.graphs import WRITTEN, ImportedGraph, import_graph
from accelc.hooking.executor import Executor, Interpreter, Machine, Runnable
from accelc.hooking.report import Report

OPTIONS = ("target", "precision", "report")
"""Options of the backend."""
DECOMPOSED = [
    "native_layer_norm",
    "native_batch_norm",
    "_native_batch_norm_legit",
    "_native_batch_norm_legit_functional",
    "_native_batch_norm_legit_no_training",
    "batch_norm_backward",
    "native_group_norm",
    "nll_loss_forward",
    "nll_loss2d_forward",
    "_log_softmax",
]
"""Operators that torch takes apart beside those of its core set; those with a rule of their own are left whole."""


@dataclass
class TorchReport(Report):
    """A report of what was compiled for torch; `kept` are operators that torch executes, and graphs that it does."""

    kept: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    graphs: int = 0

    def headline(self) -> str:
        """The first line of a summary."""
        kept = ", ".join(f"{count} x {name}" for (name, _), count in self.kept.most_common()) or "nothing"
        return f"{self.graphs} graphs; left to torch: {kept}"

    def as_json(self) -> dict[str, Any]:
        """All figures."""
        rows = [{"op": name, "reason": reason, "count": n} for (name, reason), n in self.kept.most_common()]
        return super().as_json() | {"graphs": self.graphs, "kept_for_torch": rows}


REPORT = TorchReport()
"""What the backend did in this process, unless a call gives another report."""


def accelc(module: Any, examples: Sequence[Any], *, options: dict[str, Any] | None = None, **_: Any) -> Any:
    """
    Compile a graph of Dynamo (the interface of backends of `torch.compile`).

    `options` may have `target` (a preset's name, a file, or None for the interpreter of the `graph` dialect),
    `precision`, and `report`, a `TorchReport` to count in. Raises UsageError for others and TargetError; graphs that
    cannot be compiled are executed by torch, and counted in the report with the reason.
    """
    given = dict(options or {})
    for name in given:
        if name not in OPTIONS:
            raise UsageError(f"unknown option '{name}'{suggestion(name, OPTIONS)} (options: {', '.join(OPTIONS)})")
    target: str | Path | None = given.get("target", "trn-like")
    precision: str = given.get("precision", "model")
    executor: Executor = Interpreter() if target is None else Machine.of(target, precision)
    report: TorchReport = given.get("report", REPORT)

    def compiler(graph: Any, inputs: Sequence[Any]) -> Any:
        return _boxed(compile_graph(graph, executor, report))

    common: Any = import_module("torch._dynamo.backends.common")
    attention: Any = import_module("torch.nn.attention")
    backend = common.aot_autograd(
        fw_compiler=compiler, bw_compiler=compiler, inference_compiler=compiler, decompositions=decompositions()
    )
    # Fused attention of a CPU library has no decomposition of its gradient.
    with attention.sdpa_kernel(attention.SDPBackend.MATH), library.without_layer_kernels():
        return backend(module, examples)


def decompositions() -> dict[Any, Any]:
    """How torch takes operators apart before they are imported."""
    module: Any = import_module("torch._decomp")
    aten = library.torch().ops.aten
    table = dict(module.core_aten_decompositions())
    for name in DECOMPOSED:
        packet = getattr(aten, name, None)
        for overload in packet.overloads() if packet is not None else ():
            operator = getattr(packet, overload)
            if operator in module.decomposition_table:
                table[operator] = module.decomposition_table[operator]
    return table


def compile_graph(graph: Any, executor: Executor, report: TorchReport) -> Callable[..., list[Any]]:
    """A function that executes a graph of ATen operators as a program, or with torch if it cannot be one."""
    report.graphs += 1
    try:
        imported = import_graph(graph)
        runnable = executor.compile(imported.traced)
    except AccelcError as error:
        report.kept["graph", str(error).splitlines()[0]] += 1
        return lambda *arguments: list(graph(*arguments))
    report.second_irs += 1
    report.kept.update(imported.kept)
    (output,) = (node for node in graph.graph.nodes if node.op == "output")
    examples = [getattr(node, "meta", {}).get("val") for node in library.flat(output.args[0])]
    return _Compiled(imported, runnable, examples, report)


@dataclass
class _Compiled:
    imported: ImportedGraph
    runnable: Runnable
    examples: Sequence[Any]
    """torch's word on sizes and strides of every result."""
    report: TorchReport

    def __call__(self, *arguments: Any) -> list[Any]:
        from time import perf_counter

        imported = self.imported
        start = perf_counter()
        given = {
            name: library.to_numpy(value)
            for name, value in zip(imported.inputs, arguments, strict=True)
            if name is not None
        }
        outcome = self.runnable.run(given)
        for index in imported.written:
            name = imported.inputs[index]
            arguments[index].detach().copy_(library.from_numpy(outcome.outputs[f"{name}{WRITTEN}"]))
        results: list[Any] = []
        for source, example in zip(imported.outputs, self.examples, strict=True):
            if isinstance(source, str):
                results.append(_like(library.from_numpy(outcome.outputs[source]), example))
            else:
                results.append(None if source is None else arguments[source])
        self.report.executed(self.runnable.placements, outcome, perf_counter() - start)
        return results


def _like(tensor: Any, example: Any) -> Any:
    """The tensor with the strides that torch expects; elements that it repeats are stored once."""
    sizes, strides = tuple(example.shape), tuple(example.stride())
    if tuple(tensor.stride()) == strides:
        return tensor
    once = tensor[tuple(slice(0, 1) if stride == 0 else slice(None) for stride in strides)]
    placed = library.torch().empty_strided(tuple(once.shape), strides, dtype=tensor.dtype)
    return placed.copy_(once).expand(sizes)


def _boxed(function: Callable[..., Any]) -> Any:
    return import_module("functorch.compile").make_boxed_func(function)

"""
accelc: a multi-level compiler and cycle-level simulator for many-engine accelerators.

`accelc.compile` turns a model into a program, `accelc.run` executes it too and checks the result, and
`accelc.simulate` executes a program, compiled here or read from a file. Nothing heavy is imported before it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accelc.api import compile, compile_module, run, simulate, simulate_devices
    from accelc.driver import CompiledModel, RunResult
    from accelc.errors import AccelcError, KernelError
    from accelc.hooking import hook
    from accelc.isa.custom import CustomInstruction, Immediate
    from accelc.isa.program import Program
    from accelc.kernels import CompiledKernel, Core, Kernel, KernelResult, TensorSpec, kernel
    from accelc.options import CompileOptions
    from accelc.pipelines import Pipeline
    from accelc.runtime.execute import ExecutionResult
    from accelc.staged.running import StagedRun, run_staged
    from accelc.targets.model import Target

__all__ = [
    "AccelcError",
    "CompileOptions",
    "CompiledKernel",
    "CompiledModel",
    "Core",
    "CustomInstruction",
    "ExecutionResult",
    "Immediate",
    "Kernel",
    "KernelError",
    "KernelResult",
    "Pipeline",
    "Program",
    "RunResult",
    "StagedRun",
    "Target",
    "TensorSpec",
    "compile",
    "compile_module",
    "hook",
    "kernel",
    "run",
    "run_staged",
    "simulate",
    "simulate_devices",
]

_HOMES = {
    "compile": "accelc.api",
    "compile_module": "accelc.api",
    "hook": "accelc.hooking",
    "run": "accelc.api",
    "run_staged": "accelc.staged.running",
    "simulate": "accelc.api",
    "simulate_devices": "accelc.api",
    "CompiledModel": "accelc.driver",
    "CompileOptions": "accelc.options",
    "RunResult": "accelc.driver",
    "AccelcError": "accelc.errors",
    "KernelError": "accelc.errors",
    "CompiledKernel": "accelc.kernels",
    "Core": "accelc.kernels",
    "Kernel": "accelc.kernels",
    "KernelResult": "accelc.kernels",
    "TensorSpec": "accelc.kernels",
    "kernel": "accelc.kernels",
    "ExecutionResult": "accelc.runtime.execute",
    "CustomInstruction": "accelc.isa.custom",
    "Immediate": "accelc.isa.custom",
    "Pipeline": "accelc.pipelines",
    "Program": "accelc.isa.program",
    "StagedRun": "accelc.staged.running",
    "Target": "accelc.targets.model",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'accelc' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Public names, imported or not."""
    return sorted({*globals(), *_HOMES})

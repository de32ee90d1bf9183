"""Target `accelc-asm`: the text of a binary program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.target import Target

from accelc.constants import read_sidecar


@dataclass(frozen=True)
class AssemblyTarget(Target):
    """
    Text of the binary program of a lowered module, as `accelc dis` prints it and `accelc as` reads it.

    Takes engine programs with addresses (`assign-memory`), with or without the `graph` function they come from.
    """

    name = "accelc-asm"

    weights: str | None = None
    """Safetensors file with the data of the weights, as `lower-to-engine{save=FILE}` writes it."""

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        """Print `module`. Raises ProgramError, located in the printed module, for what is not lowered."""
        from accelc.isa.text.disassembler import disassemble
        from accelc.outputs.program import program_of

        weights: Mapping[str, npt.NDArray[Any]] = read_sidecar(self.weights)
        for line in disassemble(program_of(module, weights)):
            output.write(f"{line}\n")

"""Target `acx`: the container that `accelc sim` executes."""

import sys
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.target import Target

from accelc.constants import read_sidecar
from accelc.errors import UsageError
from accelc.files import atomic_file


@dataclass(frozen=True)
class BinaryTarget(Target):
    """A form of output that is bytes. xDSL's drivers know text only: they need `file`, `accelc-opt` does not."""

    @abstractmethod
    def encode(self, ctx: Context, module: ModuleOp) -> bytes:
        """The bytes for `module`."""

    @property
    @abstractmethod
    def destination(self) -> str | None:
        """File to write, `-` for standard output, None for where the driver writes."""

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        """Write to `destination`; nothing is written to `output`. Raises UsageError without a destination."""
        if self.destination is None:
            raise UsageError(
                f"-t {self.name} writes bytes, and this driver's output is text: name a file, or - for standard "
                f"output, as in -t '{self.name}{{file=\"x.{self.name}\"}}'"
            )
        data = self.encode(ctx, module)
        if self.destination == "-":
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            return
        with atomic_file(Path(self.destination)) as file:
            file.write(data)


@dataclass(frozen=True)
class ContainerTarget(BinaryTarget):
    """
    The binary program of a lowered module as an `.acx` container, as `accelc compile` writes it.

    Takes engine programs with addresses (`assign-memory`), with or without the `graph` function they come from.
    """

    name = "acx"

    weights: str | None = None
    """Safetensors file with the data of the weights, as `lower-to-engine{save=FILE}` writes it."""
    file: str | None = None
    """File to write, or `-` for standard output; `accelc-opt` writes to `-o` or standard output without it."""

    @property
    def destination(self) -> str | None:
        """The option `file`."""
        return self.file

    def encode(self, ctx: Context, module: ModuleOp) -> bytes:
        """The container of `module`. Raises ProgramError, located in the printed module, for what is not lowered."""
        from accelc.isa.container import save_program
        from accelc.outputs.program import program_of

        program = program_of(module, read_sidecar(self.weights))
        with TemporaryDirectory(prefix="accelc-") as folder:
            path = Path(folder) / "program.acx"
            save_program(program, path)
            return path.read_bytes()

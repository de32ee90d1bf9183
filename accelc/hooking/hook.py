"""`accelc.hook()`: a session as a context manager."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from accelc import arguments
from accelc.hooking.executor import Executor, Interpreter, Machine
from accelc.hooking.program.namespace import hooked
from accelc.hooking.session import Session


@contextmanager
def hook(
    target: str | Path | None = "trn-like",
    *,
    precision: str = "model",
    dump_first_ir: str | Path | None = None,
    dump_second_ir: str | Path | None = None,
) -> Generator[Session]:
    """
    Execute the NumPy code inside on the simulated machine `target`, where it can; None: in the `graph` interpreter.

    Arrays that the code makes, in files that belong to no library, are device arrays; they stay usable afterwards, with
    NumPy alone. `precision` is one of `driver.PRECISIONS`. The folders get every first IR and every second IR as MLIR.
    The session's `report` says what happened. Raises TargetError and UsageError; inside, what NumPy raises.
    """
    executor: Executor = Interpreter() if target is None else Machine.of(target, precision)
    first = None if dump_first_ir is None else arguments.path("dump_first_ir", dump_first_ir)
    second = None if dump_second_ir is None else arguments.path("dump_second_ir", dump_second_ir)
    session = Session(executor, first, second)
    with hooked(session):
        try:
            yield session
        finally:
            session.close()

"""`accelc.frontends.torch.hook()`: operators of torch, as they are dispatched, on the simulated machine."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from accelc.hooking.executor import Executor, Interpreter, Machine

if TYPE_CHECKING:
    from accelc.frontends.torch.eager.session import TorchSession


@contextmanager
def hook(target: str | Path | None = "trn-like", *, precision: str = "model") -> "Generator[TorchSession]":
    """
    Execute torch's operators inside on the machine `target`, where they can be; None: in the `graph` interpreter.

    New tensors are `HookedTensor`, which stay usable afterwards; tensors from before are written at once where the code
    writes them. The session's `report` says what happened. Raises ModelError without torch, TargetError, UsageError.
    """
    from accelc.frontends.torch.eager.session import TorchSession, mode

    executor: Executor = Interpreter() if target is None else Machine.of(target, precision)
    session = TorchSession(executor)
    try:
        with mode(session):
            yield session
    finally:
        session.close()

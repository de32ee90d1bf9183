"""Work in processes that may die or hang, such as a framework's on an operand that its authors did not think of."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection, get_context
from time import monotonic
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Died:
    """What there is instead of a result."""

    reason: str


@dataclass(frozen=True)
class Done(Generic[Task, Result]):
    """A task, and its result if its process lived."""

    task: Task
    result: Result | Died


def run_all(
    work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int, seconds: float
) -> Iterator[Done[Task, Result]]:
    """
    `work` on all tasks in `jobs` processes, which have what this one has in memory; in no order.

    A process that dies, or takes more than `seconds` for a task, is replaced. Results are sent between processes.
    """
    # Forked, for what is in memory takes seconds to make.
    context = get_context("fork")
    todo = list(reversed(tasks))
    busy: dict[Any, tuple[Any, Task, float]] = {}

    def start() -> None:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        process.start()
        theirs.close()
        give(ours, process)

    def give(pipe: Any, process: Any) -> None:
        if todo:
            task = todo.pop()
            pipe.send(task)
            busy[pipe] = process, task, monotonic()
        else:
            # Later processes have the other end too: closing this one would not end it.
            process.terminate()
            pipe.close()

    for _ in range(min(jobs, len(todo))):
        start()
    while busy:
        ready: list[Any] = list(connection.wait(list(busy), timeout=5))
        now = monotonic()
        late = [pipe for pipe, (_, _, since) in busy.items() if now - since > seconds]
        for pipe in dict.fromkeys([*ready, *late]):
            process, task, _ = busy.pop(pipe)
            try:
                if pipe not in ready:
                    raise EOFError
                result: Result = pipe.recv()
            except (EOFError, OSError):
                process.kill()
                process.join()
                yield Done(task, Died(f"its process ended with {process.exitcode}"))
                if todo:
                    start()
                continue
            yield Done(task, result)
            give(pipe, process)


def _serve(pipe: Any, work: Callable[[Any], Any]) -> None:
    os.nice(5)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send(work(task))

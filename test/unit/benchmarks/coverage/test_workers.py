"""Work in processes: all tasks are done, and one that kills its process is named."""

import os
import time

from benchmarks.coverage.workers import Died, run_all


def work(task: int) -> int:
    """Squares, except that 3 ends its process and 5 never ends."""
    if task == 3:
        os._exit(7)
    if task == 5:
        time.sleep(1000)
    return task * task


def test_all_tasks_are_done_whatever_one_does() -> None:
    found = {done.task: done.result for done in run_all(work, range(8), jobs=2, seconds=1)}
    assert {task: result for task, result in found.items() if not isinstance(result, Died)} == {
        task: task * task for task in (0, 1, 2, 4, 6, 7)
    }
    assert found[3] == Died("its process ended with 7")
    assert isinstance(found[5], Died)


def test_nothing_to_do() -> None:
    assert list(run_all(work, [], jobs=2, seconds=1)) == []

"""The scoreboard of ONNX's tests at reduced size."""

from importlib import import_module
from typing import Any

import pytest


@pytest.fixture(name="board")
def _board() -> Any:
    return import_module("benchmarks.coverage.onnx_scoreboard")


def test_figures_of_a_few_cases(board: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """All pass that the reference passes; the lists can be printed; tiers are those of the operators."""
    names = board.selected(board.REDUCED)
    rows = list(board.run_cases(names, 2, "trn-like", True))
    assert {row.name for row in rows} == set(names)
    assert len(names) == board.REDUCED.count("|") + 1
    assert all(row.status == "pass" for row in rows)
    by_name = {row.name: row for row in rows}
    assert by_name["test_add"].on_accelerator
    assert not by_name["test_nonzero_example"].on_accelerator
    assert not by_name["test_string_concat"].simple
    counted = board.totals(rows)
    assert (counted.cases, counted.passed) == (len(names), len(names))
    assert counted.passed_of_reference == counted.reference
    board._print(rows, 5, True)
    assert "simple" in capsys.readouterr().out


def test_cases_that_fail_are_counted(board: Any) -> None:
    """A wrong result, a diagnostic, a process that dies."""
    from accelc.errors import ModelError

    row = board.Row("test", "node")
    board._judged(row, lambda: (_ for _ in ()).throw(ModelError("no")))
    assert (row.status, row.message) == ("unsupported", "no")
    board._judged(row, lambda: (_ for _ in ()).throw(AssertionError("not equal")))
    assert (row.status, row.message) == ("fail", "AssertionError: not equal")
    rows = [board.Row("a", "node", "pass", True, True), board.Row("b", "node", "fail", True, True)]
    assert board.totals(rows).passed_of_reference == 1
    assert board.totals(rows).on_accelerator == 1


def test_a_process_that_dies_fails_its_case(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the others go on."""
    import os

    execute = board.run_case

    def deadly(name: str, *rest: Any) -> Any:
        if name == "test_add":
            os._exit(7)
        return execute(name, *rest)

    monkeypatch.setattr(board, "run_case", deadly)
    rows = {row.name: row for row in board.run_cases(["test_add", "test_reshape_one_dim"], 1, "trn-like", False)}
    assert rows["test_add"].message == "its process ended with 7"
    assert rows["test_reshape_one_dim"].status == "pass"

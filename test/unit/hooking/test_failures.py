"""Segments that cannot be compiled or executed: interpreted with the reason, never silently wrong."""

from typing import Any

import numpy as np
import pytest

from accelc.errors import CapacityError, SimulationError
from accelc.frontends.numpy import Traced
from accelc.hooking import Session
from accelc.hooking.executor import InterpretedSegment, Interpreter


class Failing(Interpreter):
    """Compiles nothing."""

    def compile(self, traced: Traced) -> InterpretedSegment:
        """Always refuses."""
        raise CapacityError("no buffer has a place")


def arrays(session: Session) -> tuple[Any, Any]:
    """An array, and one that a recorded instruction makes of it."""
    x = session.wrap(np.ones((2, 3), np.float32), {})
    return x, x + 1


def test_what_cannot_be_compiled_is_interpreted() -> None:
    """The numbers are right, the report has the reason."""
    session = Session(Failing())
    _, y = arrays(session)
    np.testing.assert_array_equal(np.asarray(y), np.full((2, 3), 2))
    assert session.report.interpreted == {"no buffer has a place": 1}


def test_elements_that_were_never_computed_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that goes on after an error gets another one, no numbers."""

    def fail(self: Any, inputs: Any) -> Any:
        raise SimulationError("deadlock")

    session = Session(Interpreter())
    x, y = arrays(session)
    monkeypatch.setattr(InterpretedSegment, "run", fail)
    with pytest.raises(SimulationError, match="deadlock"):
        float(y.sum())
    with pytest.raises(SimulationError, match="were never computed"):
        np.asarray(y)
    assert np.asarray(x).tolist() == [[1.0] * 3] * 2

"""Lets the tests of this folder import what they share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accelc.passes import schedule_engines

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="module")
def estimated_schedules() -> Iterator[None]:
    """Orders are chosen by estimates, not by timing several: for tests of numbers, which no order may change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule_engines, "REHEARSED_OPS", 0)
        yield

"""Nearly all multiply-accumulates of a recurrent network are executed on the accelerator."""

from importlib import import_module
from typing import Any

import pytest


@pytest.mark.slow
def test_reduced() -> None:
    """Silero's layers, the LSTM among them."""
    module: Any = import_module("benchmarks.coverage.models")
    (found,) = module.measure(reduced=True)
    assert found.ok
    assert found.value == 1

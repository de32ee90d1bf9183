"""The kernel of the example is right, without races, and as fast as what the compiler makes of the same network."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def module() -> Any:
    """The benchmark."""
    return import_module("benchmarks.embedding.kernels")


def test_reduced(module: Any) -> None:
    """All limits hold, and the compiler is as fast as the kernel where both have one group of samples."""
    found = {one.name: one for one in module.measure(reduced=True)}
    assert all(one.ok for one in found.values()), found
    cycles = found["kernel 512x512x512: cycles"]
    page = (Path(__file__).parents[4] / "docs" / "kernels.md").read_text(encoding="utf-8")
    assert f"| {cycles.value:,.0f} | {cycles.baseline:,.0f} |" in page
    assert 0.95 < found["kernel 512x512x512: over the compiler's"].value < 1.05
    assert 0.9 < found["kernel 512x512x512: the compiler's, over one store"].value < 1.0


def test_a_wrong_result_is_found(module: Any) -> None:
    """The comparison is able to fail."""
    arrays = module.inputs(512, 128, 128)
    result = module.one_store.run(**arrays)
    assert module.error_of(result, **arrays) < module.TOLERANCE
    assert module.error_of(result, **arrays | {"bias": np.zeros(128, np.float32)}) > 0.1

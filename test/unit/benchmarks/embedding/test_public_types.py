"""Every public name of accelc has a type that other packages see."""

import pytest

from benchmarks.embedding import public_types

pytest.importorskip("pyright", reason="pyright is not installed: pip install 'accelc[dev]'")


@pytest.mark.slow
def test_all_names_have_types() -> None:
    """All limits hold, for some thousands of names."""
    found = {one.name: one for one in public_types.measure(reduced=True)}
    assert all(one.ok for one in found.values()), found
    assert found["types: public names"].value > 5000

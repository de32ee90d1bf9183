"""Provides one profiled model."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from accelc.driver import RunResult, run_model
from accelc.profile import Profile, profile

sys.path.append(str(Path(__file__).parents[3] / "examples"))


@pytest.fixture(scope="session")
def squeezenet() -> RunResult:
    """A timing of a published network."""
    path: Path = import_module("model_files").light_models()["squeezenet"]
    return run_model(path, timing_only=True, check=False)


@pytest.fixture(scope="session")
def squeezenet_profile(squeezenet: RunResult) -> Profile:
    """Its profile."""
    return profile(squeezenet.compiled.program, squeezenet.execution, squeezenet.compiled.target)


sys.path.append(str(Path(__file__).parent))

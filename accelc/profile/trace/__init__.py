"""Traces of a profile, for the viewers of Perfetto and Chrome."""

from pathlib import Path

from accelc.files import atomic_file
from accelc.profile.build import Profile
from accelc.profile.trace.chrome import write_chrome
from accelc.profile.trace.model import TraceModel, trace_model
from accelc.profile.trace.perfetto import write_perfetto

__all__ = ["TraceModel", "trace_model", "write_chrome", "write_perfetto", "write_trace"]


def write_trace(profile: Profile, path: Path) -> int:
    """
    Writes the trace of a profile and returns its bytes: JSON for a `path` that ends in `.json`, else Perfetto's format.

    Raises OSError.
    """
    model = trace_model(profile)
    write = write_chrome if path.suffix == ".json" else write_perfetto
    with atomic_file(path) as file:
        return write(model, file)

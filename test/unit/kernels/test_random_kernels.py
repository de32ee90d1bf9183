"""Random kernels compute what NumPy computes, without races, with waits that are all needed."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy_core import Story, interpreted

from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.analysis.sync.verify import verify_records
from accelc.emit.emitter import emit
from accelc.isa.records import Wait, field
from accelc.kernels import CompiledKernel, Core, View, kernel

X = np.random.default_rng(0).integers(-3, 4, (16, 16)).astype(np.float32)


def compiled(story: Story, schedule: str) -> CompiledKernel:
    @kernel(target="tiny", schedule=schedule)
    def told(core: Core, x: View) -> None:
        story(core, x)

    return told.compile(x=X)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 12),
    st.sampled_from(["portfolio", "program", "written", "queues", "places"]),
)
def test_they_compute_what_numpy_computes(seed: int, calls: int, schedule: str) -> None:
    pinned = schedule in ("queues", "places")
    story = Story(seed, calls, queues=pinned, places=schedule == "places")
    program = compiled(story, "written" if pinned else schedule)
    result = program.run(x=X)
    expected = interpreted(story, {"x": X})
    assert not result.races
    assert list(result.outputs) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(result.outputs[name], array, err_msg=name)
    assert result.cycles == program.time().cycles > 0


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 8), st.booleans())
def test_every_deleted_wait_is_missed(seed: int, calls: int, places: bool) -> None:
    program = compiled(Story(seed, calls, places=places), "written" if places else "portfolio")
    emitted = emit(program.engine, program.target).records
    records, _ = write_sync(emitted, synchronize_records(emitted, program.target))
    assert verify_records(records, program.target) == []
    waits = np.flatnonzero(field(records, "wait_condition") != Wait.NONE).tolist()
    assert waits
    for wait in waits:
        less = records.copy()
        for name in ("wait_condition", "wait_semaphore", "wait_value"):
            field(less, name)[wait] = 0
        assert verify_records(less, program.target, limit=1), f"the wait of record {wait} is not missed"

"""`normalize-inplace` on random IR: the pure program computes what the interpreter's storage computes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.traits import is_side_effect_free

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints
from accelc.errors import UsageError
from accelc.interpreters.graph import find_function, run
from accelc.passes.normalize_inplace import NormalizeInplacePass
from benchmarks.five_passes.programs.inplace_programs import SHAPES, random_program


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 40, 4096]))
def test_random_programs_keep_their_results(seed: int, unroll: int) -> None:
    """Results and the final contents of written arguments agree; no memory effect is left."""
    module = random_program(seed)
    rng = np.random.default_rng(seed)
    initial = [rng.integers(-9, 9, shape).astype(np.float32) for shape in SHAPES[1:]]
    others = [rng.integers(-9, 9, 3).astype(np.float32), np.asarray(bool(rng.integers(2)))]
    storages = [array.copy() for array in initial]
    expected = run(module, [*storages, *others], {})
    NormalizeInplacePass(unroll=unroll).apply(Context(), module)
    module.verify()
    function = find_function(module)
    assert all(is_side_effect_free(op) for op in function.body.block.ops if not isinstance(op, graph.ReturnOp))
    given_ = [array.copy() for array in initial]
    results = run(module, [*given_, *others], {})
    mutates = function.return_op.mutates
    expected += [storages[i] for i in (ints(mutates) if mutates is not None else ())]
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(given_, initial, strict=True):
        np.testing.assert_array_equal(a, b)
    for index, (a, b) in enumerate(zip(storages, initial, strict=True)):
        assert (mutates is not None and index in ints(mutates)) or np.array_equal(a, b)


@pytest.mark.parametrize("seed", range(20))
def test_normalized_programs_stay_as_they_are(seed: int) -> None:
    """The pass is idempotent."""
    module = random_program(seed)
    NormalizeInplacePass().apply(Context(), module)
    once = str(module)
    NormalizeInplacePass().apply(Context(), module)
    assert str(module) == once


def test_unrolling_takes_a_number_of_operations() -> None:
    """A negative limit is refused."""
    with pytest.raises(UsageError, match="unroll -1 is no number of operations"):
        NormalizeInplacePass(unroll=-1).apply(Context(), random_program(0))

"""`chunk-rows` splits decoders into loops that compute the same."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from accelc.dialects import graph
from accelc.frontends.onnx import import_onnx, with_random_weights
from accelc.generators.configs import DecoderConfig
from accelc.generators.decoder import decoder_model
from accelc.interpreters.graph import run
from accelc.passes.chunk_rows import chunk_rows
from accelc.passes.decompose import decompose
from accelc.passes.fold_constants import fold_constants
from accelc.passes.outline_repeats import outline_repeats
from accelc.targets import load_target

TINY = load_target("tiny")
GPT = DecoderConfig(2, 32, 4, 4, 64, 50, 64, gated=False, tied=True, epsilon=1e-5)
LLAMA = DecoderConfig(2, 32, 4, 2, 48, 50, 64, gated=True, tied=False, epsilon=1e-5)


@pytest.mark.parametrize("config", [GPT, LLAMA], ids=["gpt", "llama"])
@settings(max_examples=3)
@given(tokens=st.sampled_from([40, 48, 64]), rows=st.sampled_from([8, 12, 16]))
def test_chunks_of_a_decoder_compute_the_same(config: DecoderConfig, tokens: int, rows: int) -> None:
    model = with_random_weights(decoder_model("tiny", config, "prefill", tokens), 1)
    imported = import_onnx(model, {}, {})
    module, weights = imported.module, dict(imported.weights)
    ids = np.random.default_rng(0).integers(0, config.vocabulary, (1, tokens))
    fold_constants(module, weights)
    decompose(module, weights)
    expected = run(module, [ids], weights)
    outline_repeats(module)
    made = chunk_rows(module, TINY, rows)
    module.verify()
    assert [function.sym_name.data for function in made] == ["repeat0.rows0", "repeat0.rows1"]
    times = {op.executions for op in module.walk() if isinstance(op, graph.CallOp) and op.times is not None}
    assert times == {min(n for n in range(1, tokens + 1) if tokens % n == 0 and tokens // n <= rows)}
    for got, wanted in zip(run(module, [ids], weights), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)

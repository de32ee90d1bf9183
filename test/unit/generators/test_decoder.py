"""Generated decoders: published sizes, and decoding one token equals reading it with the ones before."""

import zlib
from dataclasses import replace
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import ModelProto, TensorProto, numpy_helper

from accelc.cli.main import main
from accelc.driver import CompileOptions, run_model
from accelc.errors import UsageError
from accelc.generators.configs import CONFIGS, DecoderConfig
from accelc.generators.decoder import decoder_model
from accelc.isa.steps import Launch, events
from accelc.targets.reader import preset_path

Array = npt.NDArray[Any]

GPT = DecoderConfig(2, 32, 4, 4, 64, 50, 16, gated=False, tied=True, epsilon=1e-5)
LLAMA = DecoderConfig(2, 32, 4, 2, 48, 50, 16, gated=True, tied=False, epsilon=1e-5)


def with_weights(model: ModelProto) -> ModelProto:
    """The model with data for its declared weights, which depend on their names only."""
    result = ModelProto.FromString(model.SerializeToString())
    for tensor in result.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            random = np.random.default_rng(zlib.crc32(tensor.name.encode()))
            array = 0.2 * random.standard_normal(tuple(tensor.dims), np.float32)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    return result


def outputs(model: ModelProto, inputs: dict[str, Array]) -> dict[str, Array]:
    session: Any = import_module("onnxruntime").InferenceSession(with_weights(model).SerializeToString())
    names = [output.name for output in model.graph.output]
    return dict(zip(names, session.run(names, inputs), strict=True))


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("gpt2", 124.439808),
        ("gpt2-medium", 354.823168),
        ("gpt2-large", 774.030080),
        ("gpt2-xl", 1557.611200),
        ("llama-2-7b", 6738.415616),
        ("llama-2-13b", 13015.864320),
        ("llama-3-8b", 8030.261248),
    ],
)
def test_the_published_number_of_parameters_is_declared(name: str, millions: float) -> None:
    model = decoder_model(name, CONFIGS[name], "prefill", 8)
    declared = [t for t in model.graph.initializer if t.data_location == TensorProto.EXTERNAL]
    assert sum(prod(tensor.dims) for tensor in declared) == CONFIGS[name].parameters == round(millions * 1e6)


@pytest.mark.parametrize("config", [GPT, LLAMA], ids=["gpt", "llama"])
def test_decoding_a_token_equals_reading_it_with_the_earlier_ones(config: DecoderConfig) -> None:
    ids = np.random.default_rng(0).integers(0, config.vocabulary, (1, 9))
    all_at_once = outputs(decoder_model("tiny", config, "prefill", 9), {"input_ids": ids})
    earlier = outputs(decoder_model("tiny", config, "prefill", 8), {"input_ids": ids[:, :8]})
    past = {name.replace("present", "past"): array for name, array in earlier.items() if name != "logits"}
    decoded = outputs(decoder_model("tiny", config, "decode", 8), {"input_ids": ids[:, 8:], **past})
    assert set(decoded) == set(all_at_once)
    assert np.abs(all_at_once["logits"] - earlier["logits"]).max() > 1e-3
    for name, array in all_at_once.items():
        np.testing.assert_allclose(decoded[name], array, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("phase", ["prefill", "decode"])
@pytest.mark.parametrize("config", [GPT, LLAMA], ids=["gpt", "llama"])
def test_a_generated_model_runs(config: DecoderConfig, phase: str) -> None:
    model = decoder_model("tiny", config, phase, 8)
    onnx: Any = import_module("onnx")
    onnx.checker.check_model(with_weights(model), full_check=True)
    result = run_model(model, CompileOptions(random_weights=1))
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    matmuls = [p for p in result.compiled.placements if p.op == "graph.matmul"]
    assert len(matmuls) == config.layers * (9 if config.gated else 8) + 1
    assert all(p.home == "accelerator" for p in matmuls)


def test_layers_compiled_once_in_chunks_of_rows_compute_the_same(tmp_path: Path) -> None:
    """With an SBUF of 2 MiB a layer of 512 tokens becomes two loops, and both layers launch the same code."""
    text = preset_path("trn-like").read_text()
    small = tmp_path / "small.toml"
    small.write_text(text.replace("partition_bytes = 196_608", "partition_bytes = 16_384"))
    assert small.read_text() != text
    config = replace(LLAMA, positions=512)
    options = CompileOptions(target=small, random_weights=1, repeat_layers="always")
    result = run_model(decoder_model("tiny", config, "prefill", 512), options)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    program = result.compiled.program
    launches = [launch.invocation.segment for launch in events(program.schedule) if isinstance(launch, Launch)]
    for name in ("repeat0.rows0.accelerator0", "repeat0.rows1.accelerator0"):
        assert launches.count(name) == config.layers * 2
    assert not any(segment.simulation.races for segment in result.execution.segments if segment.simulation)


def test_fewer_layers() -> None:
    one, two = (decoder_model("tiny", LLAMA, "prefill", 8, layers) for layers in (1, None))
    assert len(one.graph.node) < len(two.graph.node)
    same = decoder_model("tiny", replace(LLAMA, layers=1), "prefill", 8)
    assert one.SerializeToString() == same.SerializeToString()


@pytest.mark.parametrize(
    ("phase", "tokens", "layers", "message"),
    [
        ("prefil", 8, None, "unknown phase 'prefil'"),
        ("prefill", 17, None, "17 tokens: prefill of tiny takes 1 to 16"),
        ("decode", 16, None, "16 tokens: decode of tiny takes 1 to 15"),
        ("prefill", 0, None, "0 tokens: prefill of tiny takes 1 to 16"),
        ("prefill", 8, 3, "3 layers: tiny has 1 to 2"),
    ],
)
def test_what_a_decoder_cannot_be(phase: str, tokens: int, layers: int | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        decoder_model("tiny", GPT, phase, tokens, layers)


def test_the_command_writes_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "gpt2.onnx"
    assert main(["generate", "gpt2", "--phase", "decode", "--tokens", "7", "--layers", "1", "-o", str(path)]) == 0
    assert "gpt2-decode-7" in capsys.readouterr().out
    model = ModelProto.FromString(path.read_bytes())
    assert [value.name for value in model.graph.input] == ["input_ids", "past.0.key", "past.0.value"]


def test_an_unknown_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "gpt3", "-o", str(tmp_path / "x.onnx")]) == 1
    assert "unknown model 'gpt3'; did you mean 'gpt2'?" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

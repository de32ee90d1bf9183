"""Published networks give the results of onnxruntime, as imported and after the passes, in every precision."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import ModelProto, TensorProto, numpy_helper
from onnx_support import close, execute, minilm, model_files, onnxruntime_results

from accelc.frontends.onnx import ImportedModel, import_onnx, run_reference, with_random_weights
from accelc.interpreters.graph import run
from accelc.passes.decompose import decompose
from accelc.passes.fold_constants import fold_constants
from accelc.passes.set_precision import set_precision

Array = npt.NDArray[Any]

# 7 columns, 5 rows: enough to give the text networks strokes to look at.
GLYPHS = {"H": "10001 10001 11111 10001 10001", "I": "111 010 010 010 111", "L": "1000 1000 1000 1000 1111"}


def picture(height: int, width: int) -> Array:
    """Dark letters on a light ground, f32 (1, 3, height, width) in [-1, 1]."""
    image = np.ones((height, width), np.float32)
    size = max(height // 10, 2)
    left = size
    for letter in "HILL":
        rows = np.array([[int(c) for c in row] for row in GLYPHS[letter].split()], np.float32)
        patch = np.kron(rows, np.ones((size, size), np.float32))
        part = image[2 * size : 2 * size + patch.shape[0], left : left + patch.shape[1]]
        part -= 1.8 * patch[:, : part.shape[1]]
        left += patch.shape[1] + size
    return np.ascontiguousarray(np.broadcast_to(image, (1, 3, height, width)))


def speech(shape: tuple[int, ...]) -> Array:
    """A buzzing vowel: harmonics of 120 Hz, sampled at 16 kHz."""
    time = np.arange(np.prod(shape)) / 16000
    voice = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 20))
    return (0.1 * np.asarray(voice)).astype(np.float32).reshape(shape)


def inputs_of(name: str, imported: ImportedModel) -> list[Array]:
    """Inputs that look like what a network was made for."""
    arrays: list[Array] = []
    for spec in imported.inputs:
        if name == "magika":
            source = (b"import os\n\n\ndef main() -> None:\n    print(os.getcwd())\n" * 40)[:1024]
            arrays.append(np.frombuffer(source * 2, np.uint8)[None].astype(spec.dtype))
        elif name.startswith("ocr"):
            arrays.append(picture(*spec.shape[2:]))
        elif name == "silero" and spec.name == "input":
            arrays.append(speech(spec.shape))
        elif name == "silero":
            arrays.append(np.zeros(spec.shape, spec.dtype))
        else:
            arrays.append(np.random.default_rng(0).standard_normal(spec.shape).astype(spec.dtype))
    return arrays


def by_name(imported: ImportedModel, inputs: Sequence[Array]) -> Mapping[str, Array]:
    """Inputs by name."""
    return {spec.name: array for spec, array in zip(imported.inputs, inputs, strict=True)}


def kinds_of(imported: ImportedModel) -> set[str]:
    """Operations of a model."""
    return {op.name for op in imported.function.body.block.ops}


def check_model(model: ModelProto, imported: ImportedModel, inputs: Sequence[Array]) -> list[Array]:
    """Compare with onnxruntime; no operator is left to a framework."""
    expected = onnxruntime_results(model, by_name(imported, inputs))
    assert "graph.call_framework" not in kinds_of(imported)
    before, after = execute(imported, inputs)
    close(before, expected)
    close(after, expected)
    assert not kinds_of(imported) & {"graph.softmax", "graph.lrn", "graph.conv_transpose", "graph.pow"}
    return expected


def load(path: Path) -> ModelProto:
    """The model in a file."""
    return ModelProto.FromString(path.read_bytes())


LIGHT = [
    *("bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50"),
    *("shufflenet", "squeezenet", "vgg19", "zfnet512"),
]


def test_all_light_models_are_tested() -> None:
    """The list is what the onnx package ships."""
    assert sorted(model_files.light_models()) == LIGHT


@pytest.mark.parametrize("name", LIGHT)
def test_light_models_give_the_results_shipped_beside_them(name: str) -> None:
    """Filled weights stay one element of memory until they change."""
    path = model_files.light_models()[name]
    imported = import_onnx(path)
    stored = path.with_name(f"{path.stem}_output_0.pb")
    expected = numpy_helper.to_array(TensorProto.FromString(stored.read_bytes()))
    assert all(a.base is not None or a.nbytes < 2**20 for a in imported.weights.values())
    source = np.arange(np.prod(imported.inputs[0].shape), dtype=np.float32)
    image = (source / source.size).reshape(imported.inputs[0].shape)
    before, after = execute(imported, [image])
    close(before, [expected], 1e-3)
    close(after, [expected], 1e-3)


@pytest.mark.parametrize("name", LIGHT)
def test_light_models_with_random_weights(name: str) -> None:
    """Layout mistakes, which filled weights hide, would show."""
    model = with_random_weights(load(model_files.light_models()[name]), 7)
    imported = import_onnx(model)
    (expected,) = check_model(model, imported, inputs_of(name, imported))
    assert np.isfinite(expected).all()
    assert expected.std() > 1e-4 * np.abs(expected).max() > 0


REAL = ["magika", "silero", "ocr_direction", "ocr_detection", "ocr_recognition"]


@pytest.mark.parametrize("name", REAL)
def test_networks_with_published_weights(name: str) -> None:
    """And what bf16 makes of them points in the same direction."""
    path = model_files.file_of(name)
    imported = import_onnx(path, model_files.INPUT_SHAPES[name])
    inputs = inputs_of(name, imported)
    expected = check_model(load(path), imported, inputs)
    check_bf16(import_onnx(path, model_files.INPUT_SHAPES[name]), inputs, expected)


def check_bf16(imported: ImportedModel, inputs: Sequence[Array], expected: Sequence[Array]) -> None:
    """In bf16 the first result keeps its type and its direction."""
    fold_constants(imported.module, imported.weights)
    decompose(imported.module, imported.weights)
    set_precision(imported.module, imported.weights, "bf16")
    imported.module.verify()
    rounded = run(imported.module, inputs, imported.weights, run_reference)
    a, b = (np.asarray(v[0], np.float64).reshape(-1) for v in (rounded, expected))
    assert rounded[0].dtype == np.float32
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.999


def test_transformer_encoder_understands_sentences() -> None:
    """Its vectors are close for close meanings; numbers as onnxruntime's."""
    folder = model_files.file_of("minilm").parent
    model = minilm.build(folder)
    vocabulary = minilm.read_vocabulary(folder)
    imported = import_onnx(model, model_files.INPUT_SHAPES["minilm"])
    texts = ["A man is eating food.", "Someone eats a meal.", "The stock market fell sharply today."]
    tokens = [minilm.tokenize(text, vocabulary, 32) for text in texts]
    meal, food, market = (onnxruntime_results(model, by_name(imported, pair))[0] for pair in tokens)
    assert (meal @ food.T).item() > 0.7
    assert (meal @ market.T).item() < 0.1
    expected = check_model(model, imported, tokens[0])
    assert "graph.gelu" in kinds_of(imported)
    assert "graph.erf" not in kinds_of(imported)
    check_bf16(import_onnx(model, model_files.INPUT_SHAPES["minilm"]), tokens[0], expected)


def test_tokens_are_those_of_the_published_tokenizer() -> None:
    """Words split into pieces, accents dropped, punctuation apart, padding masked."""
    vocabulary = minilm.read_vocabulary(model_files.file_of("minilm").parent)
    ids, mask = minilm.tokenize("Accélerators, embeddings!", vocabulary, 12)
    names = {number: token for token, number in vocabulary.items()}
    assert [names[i] for i in ids[0][mask[0] == 1]] == [
        *("[CLS]", "accelerator", "##s", ",", "em", "##bed", "##ding", "##s", "!", "[SEP]")
    ]
    assert mask[0].tolist() == [1] * 10 + [0] * 2

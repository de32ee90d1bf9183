"""Published networks, and inputs on which they have something to say."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import ModelProto

Array = npt.NDArray[Any]
EXAMPLES = Path(__file__).parents[3] / "examples"

GLYPHS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "C": "01111 10000 10000 10000 10000 10000 01111",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "L": "10000 10000 10000 10000 10000 10000 11111",
}
"""Letters of a 5 x 7 font."""


def text_image(text: str, height: int, width: int, scale: int) -> Array:
    """Black letters on white in the middle of an image: float32 (1, 3, height, width) from -1 to 1."""
    rows = [" ".join(GLYPHS[letter].split()[row] for letter in text) for row in range(7)]
    pattern = np.array([[cell == "1" for cell in row] for row in rows]).repeat(scale, 0).repeat(scale, 1)
    image = np.ones((1, 3, height, width), np.float32)
    top, left = (height - pattern.shape[0]) // 2, (width - pattern.shape[1]) // 2
    image[:, :, top : top + pattern.shape[0], left : left + pattern.shape[1]][:, :, pattern] = -1.0
    return image


def voice(samples: int) -> Array:
    """A voiced sound at 16 kHz: pulses of 160 Hz through one resonance at 760 Hz, float32."""
    time = np.arange(200)
    pulses = (np.arange(samples) % 100 == 0).astype(np.float64)
    resonance = np.exp(-time / 40) * np.sin(0.3 * time)
    return (0.5 * np.convolve(pulses, resonance)[:samples]).astype(np.float32)


@pytest.fixture(scope="session")
def example() -> Callable[[str], Any]:
    """Imports a module of the folder `examples`."""

    def load(name: str) -> Any:
        if str(EXAMPLES) not in sys.path:
            sys.path.append(str(EXAMPLES))
        return import_module(name)

    return load


@pytest.fixture(scope="session")
def light_models(example: Callable[[str], Any]) -> Mapping[str, Path]:
    """The nine convolutional networks of the package `onnx`, by name."""
    return example("model_files").light_models()


@pytest.fixture(scope="session")
def real_models(example: Callable[[str], Any]) -> Callable[[str], tuple[Path | ModelProto, Mapping[str, Array]]]:
    """A network with trained weights, and inputs for it, by the name in `examples/model_files.py`."""

    def load(name: str) -> tuple[Path | ModelProto, Mapping[str, Array]]:
        path: Path = example("model_files").file_of(name)
        match name:
            case "magika":
                source = Path(__file__).read_bytes()[:2048]
                data = np.full((1, 2048), 256, np.int32)
                data[0, : len(source)] = np.frombuffer(source, np.uint8)
                return path, {"bytes": data}
            case "silero":
                state = np.zeros((1, 1, 128), np.float32)
                return path, {"input": voice(4 * 576).reshape(4, 576), "h": state, "c": state}
            case "ocr_direction":
                return path, {"x": text_image("ACE", 48, 192, 5)}
            case "ocr_detection":
                return path, {"x": text_image("LACE", 96, 160, 5)}
            case "ocr_recognition":
                return path, {"x": text_image("LACE", 48, 160, 5)}
            case _:
                minilm = example("minilm")
                vocabulary = minilm.read_vocabulary(path.parent)
                ids, mask = minilm.tokenize("The accelerator runs a transformer.", vocabulary, 32)
                return minilm.build(path.parent), {"input_ids": ids, "attention_mask": mask}

    return load

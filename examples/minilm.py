"""
A transformer encoder, all-MiniLM-L6-v2, built as an ONNX model from its published weights.

Sentences become vectors of 384 numbers whose scalar product says how close their meanings are (Reimers and Gurevych
2019, Wang et al. 2020). `python examples/minilm.py -o minilm.onnx "some sentence"` writes the model, and the sentence
as `minilm.input_ids.npy` and `minilm.attention_mask.npy`, for `accelc run minilm.onnx --input input_ids=...`.
"""

import argparse
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from model_files import file_of
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from accelc.weights import load_weights

Array = npt.NDArray[Any]

OPSET = 17
MASKED = -1e4
"""Added to the attention scores of positions that are not there; what the model was trained with."""


class _Network:
    """Nodes and initializers of an ONNX graph; methods append a node and give the name of its result."""

    def __init__(self, weights: Mapping[str, Array]):
        self._weights = weights
        self.nodes: list[NodeProto] = []
        self.initializers: dict[str, TensorProto] = {}

    def apply(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Append one node."""
        result = name or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [result], result, **attributes))
        return result

    def constant(self, value: "float | Sequence[int]") -> str:
        """A float scalar, or a vector of integers."""
        array = np.array(value, np.float32 if isinstance(value, float) else np.int64)
        name = f"constant.{array.tolist()}"
        self.initializers[name] = numpy_helper.from_array(array, name)
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        """A published tensor."""
        array = self._weights[name]
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array.T if transposed else array), name)
        return name

    def linear(self, x: str, name: str) -> str:
        """x W' + b."""
        product = self.apply("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.apply("Add", product, self.weight(f"{name}.bias"), name=name)

    def normalize(self, x: str, name: str, epsilon: float) -> str:
        """Layer normalization over the features."""
        return self.apply(
            "LayerNormalization",
            x,
            self.weight(f"{name}.weight"),
            self.weight(f"{name}.bias"),
            axis=-1,
            epsilon=epsilon,
            name=name,
        )

    def gelu(self, x: str) -> str:
        """x / 2 * (1 + erf(x / sqrt 2))."""
        erf = self.apply("Erf", self.apply("Div", x, self.constant(float(np.sqrt(2)))))
        gate = self.apply("Add", erf, self.constant(1.0))
        return self.apply("Mul", self.apply("Mul", x, gate), self.constant(0.5))


def _embeddings(net: _Network, epsilon: float) -> str:
    words = net.apply("Gather", net.weight("embeddings.word_embeddings.weight"), "input_ids")
    length = net.apply("Slice", net.apply("Shape", "input_ids"), *(net.constant([i]) for i in (1, 2)))
    table = net.weight("embeddings.position_embeddings.weight")
    positions = net.apply("Slice", table, net.constant([0]), length, net.constant([0]))
    types = net.weight("embeddings.token_type_embeddings.weight")
    first = net.apply("Slice", types, net.constant([0]), net.constant([1]), net.constant([0]))
    total = net.apply("Add", net.apply("Add", words, positions), first)
    return net.normalize(total, "embeddings.LayerNorm", epsilon)


def _attention(net: _Network, x: str, mask: str, prefix: str, heads: int, width: int) -> str:
    def split(name: str, perm: Sequence[int]) -> str:
        projected = net.linear(x, f"{prefix}.self.{name}")
        return net.apply("Transpose", net.apply("Reshape", projected, net.constant([0, 0, heads, -1])), perm=perm)

    queries, keys, values = split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]), split("value", [0, 2, 1, 3])
    scale = net.constant(float(np.sqrt(width / heads)))
    scores = net.apply("Add", net.apply("Div", net.apply("MatMul", queries, keys), scale), mask)
    context = net.apply("MatMul", net.apply("Softmax", scores, axis=-1), values)
    joined = net.apply("Reshape", net.apply("Transpose", context, perm=[0, 2, 1, 3]), net.constant([0, 0, width]))
    return net.linear(joined, f"{prefix}.output.dense")


def build(folder: Path) -> ModelProto:
    """
    The encoder with mean pooling and normalization, from a folder with `model.safetensors` and `config.json`.

    Inputs `input_ids` and `attention_mask`: i64 (batch, sequence); output `embedding`: f32 (batch, features).
    """
    config: dict[str, Any] = json.loads((folder / "config.json").read_text())
    net = _Network(load_weights(folder / "model.safetensors"))
    epsilon, heads, width = config["layer_norm_eps"], config["num_attention_heads"], config["hidden_size"]
    x = _embeddings(net, epsilon)
    present = net.apply("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = net.apply("Sub", net.constant(1.0), net.apply("Unsqueeze", present, net.constant([1, 2])))
    mask = net.apply("Mul", absent, net.constant(MASKED))
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}"
        attention = _attention(net, x, mask, f"{prefix}.attention", heads, width)
        x = net.normalize(net.apply("Add", attention, x), f"{prefix}.attention.output.LayerNorm", epsilon)
        inner = net.gelu(net.linear(x, f"{prefix}.intermediate.dense"))
        outer = net.linear(inner, f"{prefix}.output.dense")
        x = net.normalize(net.apply("Add", outer, x), f"{prefix}.output.LayerNorm", epsilon)
    weights = net.apply("Unsqueeze", present, net.constant([2]))
    axis = net.constant([1])
    total = net.apply("ReduceSum", net.apply("Mul", x, weights), axis, keepdims=0)
    mean = net.apply("Div", total, net.apply("ReduceSum", weights, axis, keepdims=0))
    norm = net.apply("Max", net.apply("ReduceL2", mean, axes=[1]), net.constant(1e-12))
    net.apply("Div", mean, norm, name="embedding")
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", width])
    graph = helper.make_graph(net.nodes, "all-MiniLM-L6-v2", ids, [output], list(net.initializers.values()))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def tokenize(text: str, vocabulary: Mapping[str, int], length: int) -> tuple[Array, Array]:
    """Token numbers and attention mask, i64 (1, length), of a text: BERT's uncased WordPiece (Devlin et al. 2018)."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    tokens = [vocabulary["[CLS]"]]
    for word in re.findall(r"\w+|[^\w\s]", plain):
        tokens += _pieces(word, vocabulary)
    tokens = [*tokens[: length - 1], vocabulary["[SEP]"]]
    padding = [0] * (length - len(tokens))
    ids, mask = tokens + padding, [1] * len(tokens) + padding
    return np.array([ids], np.int64), np.array([mask], np.int64)


def _pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    pieces: list[int] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        end = next((e for e in range(len(word), start, -1) if prefix + word[start:e] in vocabulary), None)
        if end is None:
            return [vocabulary["[UNK]"]]
        pieces.append(vocabulary[prefix + word[start:end]])
        start = end
    return pieces


def read_vocabulary(folder: Path) -> dict[str, int]:
    """Number of every token."""
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {token: index for index, token in enumerate(lines)}


def main() -> None:
    """Write the model and one sentence."""
    parser = argparse.ArgumentParser(description="write all-MiniLM-L6-v2 as ONNX, and a sentence as its inputs")
    parser.add_argument("sentence", nargs="?", default="The accelerator runs a transformer.")
    parser.add_argument("-o", "--output", type=Path, default=Path("minilm.onnx"), help="file to write")
    parser.add_argument("--length", type=int, default=32, help="number of tokens, padding included")
    arguments = parser.parse_args()
    folder = file_of("minilm").parent
    output: Path = arguments.output
    output.write_bytes(build(folder).SerializeToString())
    arrays = tokenize(arguments.sentence, read_vocabulary(folder), arguments.length)
    for name, array in zip(("input_ids", "attention_mask"), arrays, strict=True):
        np.save(output.with_name(f"{output.stem}.{name}.npy"), array)
    print(f"wrote {output} and its inputs {output.stem}.input_ids.npy, {output.stem}.attention_mask.npy")


if __name__ == "__main__":
    main()

"""
Decoder-only transformers as ONNX models, without weights.

The graphs have the operators that exporters of trained models write: no attention operator, no fused norms. Weights
are declared with their shapes as external data that nobody has, so that the file is small whatever the model. Only
the tables of rotary positions, which follow from the dimensions, are there. Sources: Radford et al. 2019 (GPT-2),
Touvron et al. 2023 (Llama 2), Su et al. 2021 (rotary positions), Ainslie et al. 2023 (shared key and value heads).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from accelc.errors import UsageError
from accelc.generators.configs import DecoderConfig

OPSET = 20
ABSENT = "weights-not-included.bin"
"""Where the declared weights would be."""
MASKED = -1e9
"""Added to the scores of later tokens."""

PHASES = ("prefill", "decode")


def decoder_model(name: str, config: DecoderConfig, phase: str, tokens: int, layers: int | None = None) -> ModelProto:
    """
    One step of a decoder, batch 1.

    `prefill` reads `tokens` tokens: `input_ids` i64 [1, tokens] -> `logits` f32 [1, vocabulary] of the last one and,
    for layer i, `present.i.key` and `present.i.value` f32 [1, kv_heads, tokens, head_width]. `decode` reads one token
    after `tokens` earlier ones, whose keys and values are the inputs `past.i.key` and `past.i.value`. `layers`
    replaces the number of layers. Raises UsageError for a phase that does not exist, or more tokens than the model
    has positions.
    """
    if phase not in PHASES:
        raise UsageError(f"unknown phase '{phase}' (phases: {', '.join(PHASES)})")
    longest = config.positions if phase == "prefill" else config.positions - 1
    if not 1 <= tokens <= longest:
        raise UsageError(f"{tokens} tokens: {phase} of {name} takes 1 to {longest}")
    if layers is not None:
        if not 1 <= layers <= config.layers:
            raise UsageError(f"{layers} layers: {name} has 1 to {config.layers}")
        config = replace(config, layers=layers)
    return _Decoder(config, phase, tokens).model(f"{name}-{phase}-{tokens}")


class _Decoder:
    def __init__(self, config: DecoderConfig, phase: str, tokens: int) -> None:
        self.config = config
        self.decodes = phase == "decode"
        self.first = tokens if self.decodes else 0
        """Position of the first token that is read."""
        self.read = 1 if self.decodes else tokens
        self.tokens = self.first + self.read
        """Tokens that are attended to."""
        self.nodes: list[NodeProto] = []
        self.initializers: dict[str, TensorProto] = {}
        self.inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, self.read])]
        self.outputs = [self._float("logits", [1, config.vocabulary])]

    def model(self, name: str) -> ModelProto:
        config = self.config
        table = self.weight("embed_tokens.weight", [config.vocabulary, config.width])
        x = self.apply("Gather", table, "input_ids", name="embed_tokens")
        if not config.gated:
            positions = self.weight("embed_positions.weight", [config.positions, config.width])
            x = self.apply("Add", x, self.slice(positions, 0, self.first, self.tokens))
        mask = None if self.decodes else self._mask()
        tables = self._rotary_tables() if config.gated else None
        for layer in range(config.layers):
            prefix = f"layers.{layer}"
            x = self.apply("Add", x, self._attention(self.norm(x, f"{prefix}.input_norm"), layer, mask, tables))
            x = self.apply("Add", x, self._mlp(self.norm(x, f"{prefix}.post_norm"), f"{prefix}.mlp"))
        last = self.reshape(self.slice(self.norm(x, "final_norm"), 1, self.read - 1, self.read), [1, config.width])
        head = table if config.tied else self.weight("lm_head.weight", [config.vocabulary, config.width])
        self.apply("Gemm", last, head, transB=1, name="lm_head", result="logits")
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, list(self.initializers.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)

    def _attention(self, x: str, layer: int, mask: str | None, tables: tuple[str, str] | None) -> str:
        config, prefix = self.config, f"layers.{layer}.attention"
        queries = self._heads(x, f"{prefix}.query", config.heads)
        keys = self._heads(x, f"{prefix}.key", config.kv_heads)
        values = self._heads(x, f"{prefix}.value", config.kv_heads)
        if tables is not None:
            queries, keys = self._rotate(queries, tables), self._rotate(keys, tables)
        keys, values = self._cached(keys, layer, "key"), self._cached(values, layer, "value")
        queries = self.apply("Mul", queries, self.number(config.head_width**-0.5))
        transposed = self.apply("Transpose", self._shared(keys), perm=[0, 1, 3, 2])
        scores = self.apply("MatMul", queries, transposed, name=f"{prefix}.scores")
        if mask is not None:
            scores = self.apply("Add", scores, mask)
        weights = self.apply("Softmax", scores, axis=-1, name=f"{prefix}.softmax")
        context = self.apply("MatMul", weights, self._shared(values), name=f"{prefix}.context")
        joined = self.reshape(self.apply("Transpose", context, perm=[0, 2, 1, 3]), [1, self.read, config.width])
        return self.linear(joined, f"{prefix}.output", config.width, config.width)

    def _mlp(self, x: str, prefix: str) -> str:
        config = self.config
        inner = self.linear(x, f"{prefix}.up", config.width, config.hidden)
        if config.gated:
            gate = self.linear(x, f"{prefix}.gate", config.width, config.hidden)
            inner = self.apply("Mul", self.apply("Mul", gate, self.apply("Sigmoid", gate)), inner)
        else:
            inner = self.apply("Gelu", inner, approximate="tanh")
        return self.linear(inner, f"{prefix}.down", config.hidden, config.width)

    def _heads(self, x: str, name: str, heads: int) -> str:
        """Projection as [1, heads, tokens, head width]."""
        config = self.config
        projected = self.linear(x, name, config.width, heads * config.head_width)
        split = self.reshape(projected, [1, self.read, heads, config.head_width])
        return self.apply("Transpose", split, perm=[0, 2, 1, 3])

    def _cached(self, x: str, layer: int, kind: str) -> str:
        """Keys or values of all tokens so far, an output of the model."""
        config, name = self.config, f"present.{layer}.{kind}"
        sizes = [1, config.kv_heads, self.tokens, config.head_width]
        self.outputs.append(self._float(name, sizes))
        if not self.decodes:
            return self.apply("Identity", x, result=name)
        past = f"past.{layer}.{kind}"
        self.inputs.append(self._float(past, [*sizes[:2], self.first, sizes[3]]))
        return self.apply("Concat", past, x, axis=2, result=name)

    def _shared(self, x: str) -> str:
        """Every key or value head once for each query head that uses it."""
        config = self.config
        shared = config.heads // config.kv_heads
        if shared == 1:
            return x
        sizes = [1, config.kv_heads, shared, self.tokens, config.head_width]
        wide = self.apply("Expand", self.reshape(x, [*sizes[:2], 1, *sizes[3:]]), self.integers(sizes))
        return self.reshape(wide, [1, config.heads, self.tokens, config.head_width])

    def _rotate(self, x: str, tables: tuple[str, str]) -> str:
        """x cos + (-x2, x1) sin, x1 and x2 being the halves of each head."""
        half, width = self.config.head_width // 2, self.config.head_width
        low, high = self.slice(x, 3, 0, half), self.slice(x, 3, half, width)
        turned = self.apply("Concat", self.apply("Neg", high), low, axis=3)
        cosine, sine = tables
        return self.apply("Add", self.apply("Mul", x, cosine), self.apply("Mul", turned, sine))

    def _rotary_tables(self) -> tuple[str, str]:
        config = self.config
        exponents = np.arange(0, config.head_width, 2) / config.head_width
        angles = np.arange(self.first, self.tokens)[:, None] * config.rotary_base**-exponents
        both = np.concatenate([angles, angles], axis=1)
        for name, table in (("rotary.cosine", np.cos(both)), ("rotary.sine", np.sin(both))):
            self.initializers[name] = numpy_helper.from_array(table.astype(np.float32), name)
        return "rotary.cosine", "rotary.sine"

    def _mask(self) -> str:
        """What is added to the scores [token, token it attends to]."""
        filled = helper.make_tensor("value", TensorProto.FLOAT, [1], [MASKED])
        square = self.apply("ConstantOfShape", self.integers([self.read, self.tokens]), value=filled)
        return self.apply("Trilu", square, self.integer(1), upper=1, name="causal_mask")

    def norm(self, x: str, name: str) -> str:
        """Root-mean-square norm, or layer norm with bias."""
        config = self.config
        scale = self.weight(f"{name}.weight", [config.width])
        if not config.gated:
            bias = self.weight(f"{name}.bias", [config.width])
            return self.apply("LayerNormalization", x, scale, bias, axis=-1, epsilon=config.epsilon, name=name)
        squares = self.apply("ReduceMean", self.apply("Mul", x, x), self.integers([-1]), keepdims=1)
        root = self.apply("Sqrt", self.apply("Add", squares, self.number(config.epsilon)))
        return self.apply("Mul", self.apply("Div", x, root), scale, name=name)

    def linear(self, x: str, name: str, inputs: int, outputs: int) -> str:
        """x W, plus a bias in models that have them."""
        product = self.apply("MatMul", x, self.weight(f"{name}.weight", [inputs, outputs]), name=name)
        if self.config.gated:
            return product
        return self.apply("Add", product, self.weight(f"{name}.bias", [outputs]))

    def apply(self, kind: str, *inputs: str, name: str = "", result: str = "", **attributes: Any) -> str:
        """Append one node and give the name of its result."""
        label = name or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [result or label], label, **attributes))
        return result or label

    def slice(self, x: str, axis: int, begin: int, end: int) -> str:
        """Elements `begin` to `end` along one axis."""
        return self.apply("Slice", x, self.integers([begin]), self.integers([end]), self.integers([axis]))

    def reshape(self, x: str, sizes: Sequence[int]) -> str:
        """The same elements with other sizes."""
        return self.apply("Reshape", x, self.integers(sizes))

    def weight(self, name: str, sizes: Sequence[int]) -> str:
        """A float32 tensor whose data are not there."""
        if name not in self.initializers:
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=sizes)
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=ABSENT)
            self.initializers[name] = tensor
        return name

    def number(self, value: float) -> str:
        """A float scalar."""
        return self._constant(np.array(value, np.float32))

    def integers(self, values: Sequence[int]) -> str:
        """A vector of integers."""
        return self._constant(np.array(values, np.int64))

    def integer(self, value: int) -> str:
        """An integer."""
        return self._constant(np.array(value, np.int64))

    def _constant(self, array: np.ndarray[Any, Any]) -> str:
        name = f"constant.{array.tolist()}"
        self.initializers[name] = numpy_helper.from_array(array, name)
        return name

    @staticmethod
    def _float(name: str, sizes: Sequence[int]) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(sizes))

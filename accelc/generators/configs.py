"""Dimensions of published decoder-only transformers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from accelc.errors import UsageError, suggestion


@dataclass(frozen=True)
class DecoderConfig:
    """
    Dimensions of a decoder.

    `width` features in and out of each of `layers` layers, `heads` query heads sharing `kv_heads` key and value
    heads, `hidden` features inside the MLP; `positions` is the longest sequence. With `gated` the MLP is
    silu(x G) * (x U), its norms are root mean squares and positions are rotary; without, it is gelu(x U), its norms
    are layer norms with biases everywhere, and positions are learned. `tied`: the head is the table of embeddings.
    """

    layers: int
    width: int
    heads: int
    kv_heads: int
    hidden: int
    vocabulary: int
    positions: int
    gated: bool
    tied: bool
    epsilon: float
    rotary_base: float = 10000.0

    @property
    def head_width(self) -> int:
        """Features of one head."""
        return self.width // self.heads

    @property
    def parameters(self) -> int:
        """Number of weights."""
        kv = self.kv_heads * self.head_width
        attention = 2 * self.width * self.width + 2 * self.width * kv
        tables = self.vocabulary * self.width * (1 if self.tied else 2)
        if self.gated:
            return tables + self.layers * (attention + 3 * self.width * self.hidden + 2 * self.width) + self.width
        biases = 2 * self.width + 2 * kv + self.hidden + self.width
        layer = attention + 2 * self.width * self.hidden + biases + 4 * self.width
        return tables + self.positions * self.width + self.layers * layer + 2 * self.width


def _gpt2(layers: int, width: int, heads: int) -> DecoderConfig:
    return DecoderConfig(layers, width, heads, heads, 4 * width, 50257, 1024, gated=False, tied=True, epsilon=1e-5)


CONFIGS: Mapping[str, DecoderConfig] = MappingProxyType(
    {
        # Radford et al. 2019
        "gpt2": _gpt2(12, 768, 12),
        "gpt2-medium": _gpt2(24, 1024, 16),
        "gpt2-large": _gpt2(36, 1280, 20),
        "gpt2-xl": _gpt2(48, 1600, 25),
        # Touvron et al. 2023
        "llama-2-7b": DecoderConfig(32, 4096, 32, 32, 11008, 32000, 4096, gated=True, tied=False, epsilon=1e-5),
        "llama-2-13b": DecoderConfig(40, 5120, 40, 40, 13824, 32000, 4096, gated=True, tied=False, epsilon=1e-5),
        # Grattafiori et al. 2024
        "llama-3-8b": DecoderConfig(
            32, 4096, 32, 8, 14336, 128256, 8192, gated=True, tied=False, epsilon=1e-5, rotary_base=500000.0
        ),
    }
)
"""Published models by name."""


def decoder_config(name: str) -> DecoderConfig:
    """The dimensions of a published model. Raises UsageError for a name that is not in `CONFIGS`."""
    if name not in CONFIGS:
        raise UsageError(f"unknown model '{name}'{suggestion(name, CONFIGS)} (models: {', '.join(CONFIGS)})")
    return CONFIGS[name]

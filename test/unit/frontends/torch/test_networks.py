"""Networks: convolutions with statistics in training, attention, and operators one by one."""

from collections.abc import Callable
from typing import Any

import pytest
from torch_support import Program, check, normal, torch, written

nn: Any = torch.nn
F: Any = torch.nn.functional


def cnn() -> Any:
    """A small network with most layers of classifiers of images."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding="same", groups=2),
        nn.BatchNorm2d(8),
        nn.ReLU6(inplace=True),
        nn.AvgPool2d(2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.5).eval(),
        nn.Linear(8, 5),
    )


@pytest.mark.parametrize("simulate", [False, True], ids=["interpreter", "simulator"])
def test_batch_normalization_in_training_writes_its_statistics(simulate: bool) -> None:
    network = cnn().train()
    network[10].eval()
    statistics = ("running_mean", "running_var", "num_batches_tracked")
    assert written(check(network, normal(2, 3, 16, 16), simulate=simulate)) == [
        f"{layer}.{name}" for layer in (1, 5) for name in statistics
    ]


def test_a_convolutional_network_that_only_computes_writes_nothing() -> None:
    assert not written(check(cnn().eval(), normal(2, 3, 16, 16)))


def language() -> Any:
    """Embedding, a transformer block, and a projection with the embedding's weight: scores of the next token."""
    embedding, projection = nn.Embedding(11, 8), nn.Linear(8, 11, bias=False)
    projection.weight = embedding.weight
    block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0, activation="gelu")

    def function(self: Any, tokens: Any) -> Any:
        return self.projection(self.block(self.embedding(tokens)))

    return Program(function, embedding=embedding, block=block, projection=projection)


@pytest.mark.parametrize("simulate", [False, True], ids=["interpreter", "simulator"])
def test_a_transformer_block(simulate: bool) -> None:
    tokens = torch.arange(10).reshape(2, 5)
    check(language().train(), tokens, simulate=simulate)


def test_causal_attention_and_masks() -> None:
    def function(_: Any, x: Any, mask: Any) -> Any:
        return (
            F.scaled_dot_product_attention(x, x, x, is_causal=True),
            F.scaled_dot_product_attention(x, x, x, attn_mask=mask, scale=0.5),
            F.scaled_dot_product_attention(x, x, x, attn_mask=mask > 0),
        )

    check(Program(function), normal(1, 2, 4, 8), torch.eye(4) + 0.5)


def first(self: Any, x: Any) -> Any:
    """The first result of a layer."""
    return self.layer(x)[0]


LAYERS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "lstm": (lambda: Program(first, layer=nn.LSTM(3, 4)), (2, 1, 3)),
    "group_norm": (lambda: nn.GroupNorm(2, 4), (2, 4, 5)),
    "instance_norm": (lambda: nn.InstanceNorm2d(3, track_running_stats=True), (2, 3, 4, 4)),
    "rms_norm": (lambda: nn.RMSNorm(4), (2, 4)),
    "conv_transpose": (lambda: nn.ConvTranspose2d(2, 3, 3, stride=2), (1, 2, 4, 4)),
    "conv1d": (lambda: nn.Conv1d(2, 3, 3, dilation=2), (1, 2, 9)),
    "adaptive_pool": (lambda: nn.AdaptiveAvgPool2d((2, 3)), (1, 2, 4, 6)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    make, shape = LAYERS[name]
    check(make(), normal(*shape))


def several(_: Any, x: Any) -> Any:
    """Many operators on one matrix."""
    return [
        *(f(x) for f in (F.hardswish, F.leaky_relu, F.elu, F.softplus, F.mish, F.silu, F.gelu, torch.sigmoid)),
        *(f(x) for f in (torch.abs, torch.exp, torch.sign, torch.floor, torch.cos, torch.tanh, torch.erf)),
        F.gelu(x, approximate="tanh"),
        *(x.std(), x.var(0), x.logsumexp(1), x.norm(), x.prod(1), x.amax(0), x.argmax(1), x.max(1)[0]),
        *(x.cumsum(0), x.flip(0), x.roll(1, 0), x.roll(2), x.tril(), x.triu(1), x.repeat(2, 1)),
        *(F.normalize(x), F.log_softmax(x, 1), F.pad(x, (1, 2), value=3.0), F.softmax(x, 0)),
        *(torch.cat([x, x], 1), torch.stack([x, x], 1), torch.outer(x[0], x[1]), torch.einsum("ij,kj->ik", x, x)),
        *(x.int(), x // 1.0, 1 - x, x**3, 2 / x, -x, x**2, x.clamp(min=0), (x > 0) & (x < 1), x != x.t().t()),
        *(torch.where(x > 0, x, 0.5), x.masked_fill(x > 0, -1.0), torch.maximum(x, -x), x.lerp(x + 1, 0.25)),
        *(torch.zeros_like(x), torch.full((2,), 3.0) + x[0, 0], torch.arange(4) * 2, x.new_ones(2)),
        *(x[:, torch.tensor([0, 2])], x.index_select(0, torch.tensor([1])), x.addcdiv(x, x + 9), x.to(torch.float16)),
    ]


def test_operators_one_by_one() -> None:
    check(Program(several), normal(3, 4))

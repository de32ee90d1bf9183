"""Networks with random weights for tests and benchmarks of `torch.compile`."""

from importlib import import_module
from typing import Any

# An optional package, whose annotations are incomplete.
torch: Any = import_module("torch")
nn: Any = torch.nn
functional: Any = torch.nn.functional
Tensor = Any


class Attention(nn.Module):
    """Self-attention with one projection of queries, keys and values."""

    def __init__(self, width: int, heads: int, *, causal: bool) -> None:
        nn.Module.__init__(self)
        self.heads, self.causal = heads, causal
        self.inner = nn.Linear(width, 3 * width)
        self.outer = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) to the same."""
        batch, tokens, width = x.shape
        split = self.inner(x).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(split[0], split[1], split[2], is_causal=self.causal)
        return self.outer(mixed.transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    """A layer of a transformer; `first` says whether normalization comes before attention."""

    def __init__(self, width: int, heads: int, *, causal: bool, first: bool) -> None:
        nn.Module.__init__(self)
        self.first = first
        self.attention = Attention(width, heads, causal=causal)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.inner = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU("tanh" if first else "none"))
        self.outer = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) to the same."""
        if self.first:
            x = x + self.attention(self.norms[0](x))
            return x + self.outer(self.inner(self.norms[1](x)))
        x = self.norms[0](x + self.attention(x))
        return self.norms[1](x + self.outer(self.inner(x)))


class Bert(nn.Module):
    """BERT's shape: embeddings of tokens, positions and segments, layers that normalize last, a pooled class."""

    def __init__(self, words: int = 50, width: int = 32, heads: int = 4, layers: int = 2, tokens: int = 12) -> None:
        nn.Module.__init__(self)
        self.words = nn.Embedding(words, width)
        self.positions = nn.Embedding(tokens, width)
        self.segments = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.Sequential(*(Block(width, heads, causal=False, first=False) for _ in range(layers)))
        self.pool = nn.Linear(width, width)
        self.head = nn.Linear(width, 3)

    def forward(self, words: Tensor, segments: Tensor) -> Tensor:
        """(batch, tokens) integers to (batch, 3)."""
        places = torch.arange(words.shape[1])
        x = self.norm(self.words(words) + self.positions(places) + self.segments(segments))
        return self.head(torch.tanh(self.pool(self.layers(x)[:, 0])))


class Gpt(nn.Module):
    """GPT's shape: causal layers that normalize first, an output matrix that is that of the embedding."""

    def __init__(self, words: int = 40, width: int = 32, heads: int = 4, layers: int = 2, tokens: int = 12) -> None:
        nn.Module.__init__(self)
        self.words = nn.Embedding(words, width)
        self.positions = nn.Parameter(torch.randn(tokens, width) * 0.1)
        self.layers = nn.Sequential(*(Block(width, heads, causal=True, first=True) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)

    def forward(self, words: Tensor) -> Tensor:
        """(batch, tokens) integers to (batch, tokens, words)."""
        x = self.words(words) + self.positions[: words.shape[1]]
        return self.norm(self.layers(x)) @ self.words.weight.T


class Cnn(nn.Module):
    """Convolutions, strided, depthwise and pointwise, with BatchNorm, a residual and poolings."""

    def __init__(self, width: int = 8) -> None:
        nn.Module.__init__(self)
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.pool = nn.MaxPool2d(2)
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU6(),
            nn.Conv2d(width, width, 1, bias=False),
            nn.BatchNorm2d(width),
        )
        self.down = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.head = nn.Linear(2 * width, 4)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 3, height, width) to (batch, 4)."""
        x = self.pool(self.stem(x))
        x = functional.silu(self.down(x + self.body(x)))
        return self.head(functional.adaptive_avg_pool2d(x, 1).flatten(1))


def examples(name: str, layers: int = 2) -> tuple[Any, tuple[Tensor, ...], Tensor]:
    """A network with random weights, inputs, and the classes its outputs should be; `layers` are a transformer's."""
    torch.manual_seed(0)
    match name:
        case "bert":
            inputs: tuple[Tensor, ...] = torch.randint(0, 50, (2, 12)), torch.randint(0, 2, (2, 12))
            return Bert(layers=layers), inputs, torch.tensor([0, 2])
        case "gpt":
            words = torch.randint(0, 40, (2, 13))
            return Gpt(layers=layers), (words[:, :-1],), words[:, 1:]
        case _:
            return Cnn(), (torch.randn(4, 3, 12, 12),), torch.tensor([0, 1, 2, 3])


def loss_of(scores: Tensor, classes: Tensor) -> Tensor:
    """Cross entropy over the last axis."""
    return functional.cross_entropy(scores.flatten(0, -2), classes.flatten())


def trained(module: Any, inputs: tuple[Tensor, ...], classes: Tensor, wrap: Any) -> list[tuple[str, Tensor]]:
    """
    Scores, loss, gradients, then the state after one step of SGD with momentum.

    `wrap` makes the forward pass with the loss something that can be called.
    """

    def forward(*given: Tensor) -> tuple[Tensor, Tensor]:
        *values, wanted = given
        scores = module(*values)
        return scores, loss_of(scores, wanted)

    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    scores, loss = wrap(forward)(*inputs, classes)
    loss.backward()
    found = [("scores", scores.detach()), ("loss", loss.detach())]
    found += [(f"{name}.grad", p.grad.clone()) for name, p in module.named_parameters() if p.grad is not None]
    optimizer.step()
    return found + [(name, value.clone()) for name, value in module.state_dict().items()]

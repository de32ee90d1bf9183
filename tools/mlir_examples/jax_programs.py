"""Small programs of jax, with their inputs. Nothing here runs without jax, which only this tool needs."""

import itertools

# pyright: reportUnknownLambdaType=false
# jax is not installed where types are checked.
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")
lax: Any = import_module("jax.lax")
nn: Any = import_module("jax.nn")

Program = tuple[Callable[..., Any], tuple[Any, ...]]
NHWC = ("NHWC", "HWIO", "NHWC")
RNG = np.random.default_rng(5)


def _normal(*shape: int, scale: float = 1.0) -> Any:
    return (RNG.standard_normal(shape) * scale).astype(np.float32)


def _integers(*shape: int, low: int = -50, high: int = 50) -> Any:
    return RNG.integers(low, high, shape).astype(np.int32)


# --- Show 5 -----------------------------------------------------------------------------------------------------------


def mlp_step(params: Any, x: Any, y: Any) -> Any:
    """Loss of a three-layer perceptron, and its parameters after one step of gradient descent."""

    def loss(params: Any) -> Any:
        *hidden, (weight, bias) = params
        h = x
        for w, b in hidden:
            h = nn.relu(h @ w + b)
        chosen = jnp.take_along_axis(nn.log_softmax(h @ weight + bias), y[:, None], 1)
        return -jnp.mean(chosen)

    value, gradient = jax.value_and_grad(loss)(params)
    return value, jax.tree.map(lambda p, g: p - 0.1 * g, params, gradient)


def _norm(x: Any, scale: Any, offset: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * scale + offset


def transformer_block(p: Any, x: Any) -> Any:
    """A block of causal attention and a two-layer perceptron, normalized before each."""
    batch, tokens, width = x.shape
    heads = 4
    h = _norm(x, p["g1"], p["b1"])
    q, k, v = ((h @ p[name]).reshape(batch, tokens, heads, width // heads) for name in ("wq", "wk", "wv"))
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(width // heads)
    scores = jnp.where(jnp.tril(jnp.ones((tokens, tokens), bool)), scores, -1e9)
    mixed = jnp.einsum("bhqk,bkhd->bqhd", nn.softmax(scores, -1), v).reshape(batch, tokens, width)
    x = x + mixed @ p["wo"]
    return x + nn.gelu(_norm(x, p["g2"], p["b2"]) @ p["w1"], approximate=False) @ p["w2"]


def cnn_step(params: Any, x: Any) -> Any:
    """Loss and gradients of a network with strided, depthwise convolutions, max pooling, and its largest outputs."""

    def outputs(first: Any, depthwise: Any) -> Any:
        h = nn.relu(lax.conv_general_dilated(x, first, (2, 2), "SAME", dimension_numbers=NHWC))
        h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        h = lax.conv_general_dilated(h, depthwise, (1, 1), "SAME", dimension_numbers=NHWC, feature_group_count=8)
        return h.mean((1, 2))

    value, gradient = jax.value_and_grad(lambda p: jnp.sum(jnp.square(outputs(*p))))(params)
    return value, gradient, jnp.argmax(outputs(*params), -1)


# --- forms of operations ----------------------------------------------------------------------------------------------


def cumsum(x: Any) -> Any:
    """Running sums, which are windows."""
    return jnp.cumsum(x, 1), jnp.cumsum(x, 0)


def loops(x: Any) -> Any:
    """Counting loops, one in another, and one that ends by a number of its state."""

    def body(i: Any, carry: Any) -> Any:
        return lax.fori_loop(0, 3, lambda j, d: d * 0.5 + x[i % 4] * j, carry)

    last = lax.while_loop(lambda s: s[0] < 7, lambda s: (s[0] + 2, s[1] * 1.5), (1, x))
    return lax.fori_loop(0, 5, lambda k, c: jnp.tanh(c) + x * k, x), lax.fori_loop(0, 2, body, x[0]), last[1]


def branches(x: Any, i: Any) -> Any:
    """Branches of two and of three bodies."""
    return (
        lax.cond(i > 0, lambda u: u + 1, lambda u: u * 2, x),
        lax.switch(i, [lambda u: u, lambda u: -u, lambda u: u * 3], x),
    )


def moving_slices(x: Any, i: Any) -> Any:
    """Slices at places that are inputs."""
    part = lax.dynamic_slice(x, (i, 0), (2, 3))
    return (
        part,
        lax.dynamic_update_slice(x, part, (i, 1)),
        lax.dynamic_slice(x, (i, i), (2, 3)),
        lax.dynamic_update_slice(x, part, (i, i)),
        lax.dynamic_update_slice(x, part, (1, 2)),
    )


def take(x: Any, i: Any) -> Any:
    """Gathers of rows, columns, elements, and with NaN for what is outside."""
    return (
        x[i],
        x[:, i],
        x[i, i],
        jnp.take_along_axis(x[:3], i[:, None], 1),
        jnp.take(x, i + 2, axis=0, mode="fill"),
    )


def scatter(x: Any, i: Any) -> Any:
    """Scatters that replace and combine; the last is partly outside."""
    return (
        x.at[i].add(1.0),
        x.at[:, 1].set(5.0),
        x.at[i].set(x[:3]),
        x.at[i, i].max(2.0),
        x.at[1:3, 2:4].add(1.0),
        x.at[i].mul(2.0),
        x.at[i + 2].add(3.0),
    )


def sorts(x: Any) -> Any:
    """Sorts both ways, with indices, and the largest elements."""
    holes = jnp.where(x > 0.5, jnp.nan, jnp.round(x))
    return jnp.sort(x, -1), lax.top_k(x, 2), jnp.argsort(x), jnp.sort(holes, 0, descending=True), jnp.argsort(holes)


def reductions(x: Any) -> Any:
    """Reductions of floats, integers and truth values, and indices of extremes."""
    whole = (x * 10).astype(jnp.int32)
    return (
        (x > 0).sum(1), (x > 0).any(1), (x > -1).all(0), x.max(), x.min(0), x.prod(1), x.argmax(1), x.argmin(0),
        x.mean(), x.var(0), whole.sum(1), whole.max(1),
    )  # fmt: skip


def elementwise(x: Any, y: Any) -> Any:
    """Functions of floats."""
    positive, whole = jnp.abs(x), (x * 10).astype(jnp.int32)
    return (
        jnp.log1p(positive), jnp.expm1(x), x % 0.3, whole % 3, whole // 3, lax.rem(x, y), jnp.floor(x), jnp.ceil(x),
        jnp.round(x), jnp.trunc(x), lax.erf(x), nn.gelu(x), nn.silu(x), jnp.clip(x, 0, 1), jnp.where(x > y, x, y),
        jnp.power(positive, y), jnp.sign(x), jnp.isfinite(x), jnp.isnan(x), x != y, lax.rsqrt(positive), jnp.cbrt(x),
        jnp.sin(x), jnp.logaddexp(x, y), nn.softplus(x), lax.erfc(x), (x > 0) & (y > 0), ~(x > 0), jnp.tan(x),
        jnp.hypot(x, y), jnp.sinh(x), jnp.arctan2(x, y), jnp.arctan(x), jnp.arcsin(jnp.sin(x)), jnp.arccos(jnp.cos(x)),
    )  # fmt: skip


def integers(a: Any, b: Any) -> Any:
    """Functions of integers."""
    return (
        a << 2, a >> 1, lax.shift_right_logical(a, 3), a & b, a | b, a ^ b, ~a, a // jnp.maximum(jnp.abs(b), 1),
        jnp.abs(a), -a, jnp.clip(a, -3, 3), a.astype(jnp.uint32) >> 2, lax.shift_left(a, jnp.abs(b) % 40),
    )  # fmt: skip


def movement(x: Any) -> Any:
    """Pads, slices, reversals, joins and repeats."""
    return (
        jnp.pad(x, 1), jnp.pad(x, ((0, 1), (2, 0)), constant_values=3.0), x[::2, ::-1], x.T, x.reshape(2, -1),
        jnp.concatenate([x, x + 1], 1), jnp.tile(x, (2, 1)), jnp.roll(x, 1, 0), jnp.tril(x), jnp.eye(4) @ x,
        jnp.linspace(0, 1, 5), jnp.repeat(x, 2, 1), lax.pad(x, 0.0, ((1, -1, 1), (0, 0, 2))),
    )  # fmt: skip


def products(a: Any, b: Any) -> Any:
    """Products with batch axes and several free or summed ones, and of other types."""
    return (
        jnp.einsum("bij,bjk->bik", a, b),
        jnp.einsum("bij,cjk->bcik", a, b),
        jnp.tensordot(a, b, ([0, 2], [0, 1])),
        a.astype(jnp.bfloat16) @ b.astype(jnp.bfloat16),
        jnp.dot(a[0, 0], b[0, :, 0]),
        (a * 5).astype(jnp.int8) @ (b * 5).astype(jnp.int8),
    )


def convolutions(x: Any, w: Any, grouped: Any, transposed: Any) -> Any:
    """Strided, grouped, dilated and transposed convolutions, in two layouts."""
    convolve = lax.conv_general_dilated
    return (
        convolve(x, w, (2, 2), "SAME", dimension_numbers=NHWC),
        convolve(x, grouped, (1, 1), "VALID", dimension_numbers=NHWC, feature_group_count=4),
        convolve(x, w, (1, 1), ((2, 2), (2, 2)), rhs_dilation=(2, 2), dimension_numbers=NHWC),
        lax.conv_transpose(x, transposed, (2, 2), "SAME"),
        convolve(jnp.transpose(x, (0, 3, 1, 2)), jnp.transpose(w, (3, 2, 0, 1)), (1, 2), ((1, 0), (-1, 2))),
    )


def pooling(x: Any) -> Any:
    """Windows of maxima, minima and sums, and gradients of maxima."""

    def maxima(x: Any, size: int, pads: str) -> Any:
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, 2, 2, 1), pads)

    return (
        maxima(x, 2, "VALID"),
        maxima(x, 3, "SAME"),
        lax.reduce_window(x, 0.0, lax.add, (1, 3, 3, 1), (1, 1, 1, 1), "SAME"),
        lax.reduce_window(x, jnp.inf, lax.min, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"),
        jax.grad(lambda x: jnp.sum(jnp.sin(maxima(x, 3, "SAME"))))(x),
    )


def recurrence(x: Any, w: Any, u: Any) -> Any:
    """A scan over time."""

    def step(h: Any, t: Any) -> Any:
        h = jnp.tanh(t @ w + h @ u)
        return h, h

    return lax.scan(step, jnp.zeros((3, 5)), x)


def _layers(*sizes: int) -> Any:
    return [(_normal(a, b, scale=0.3), _normal(b, scale=0.1)) for a, b in itertools.pairwise(sizes)]


def programs() -> dict[str, Program]:
    """Every program with inputs, by name."""
    x, rows = _normal(4, 6), np.array([3, 1, 0], np.int32)
    names = ("wq", "wk", "wv", "wo", "w1", "w2")
    shapes = ((32, 32),) * 4 + ((32, 64), (64, 32))
    block = {name: _normal(*shape, scale=0.2) for name, shape in zip(names, shapes, strict=True)}
    block |= {name: _normal(32, scale=0.2) + (name[0] == "g") for name in ("g1", "b1", "g2", "b2")}
    found: list[Program] = [
        (mlp_step, (_layers(20, 32, 16, 10), _normal(8, 20), _integers(8, low=0, high=10))),
        (transformer_block, (block, _normal(2, 8, 32))),
        (cnn_step, ((_normal(3, 3, 3, 8), _normal(3, 3, 1, 16)), _normal(2, 16, 16, 3))),
        (cumsum, (x,)),
        (loops, (x,)),
        (branches, (x, np.int32(1))),
        (moving_slices, (x, np.int32(1))),
        (take, (x, rows)),
        (scatter, (x, rows)),
        (sorts, (x,)),
        (reductions, (x,)),
        (elementwise, (x, _normal(4, 6))),
        (integers, (_integers(4, 6), _integers(4, 6))),
        (movement, (x,)),
        (products, (_normal(2, 3, 4), _normal(2, 4, 5))),
        (convolutions, (_normal(2, 8, 8, 4), _normal(3, 3, 4, 6), _normal(3, 3, 1, 8), _normal(3, 3, 4, 6))),
        (pooling, (_normal(2, 8, 8, 3),)),
        (recurrence, (_normal(6, 3, 4), _normal(4, 5), _normal(5, 5))),
    ]
    return {function.__name__: (function, inputs) for function, inputs in found}

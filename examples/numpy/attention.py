"""One block of a transformer on random tokens: attention, residuals, layer norm, GELU. NumPy alone."""

import numpy as np


def layer_norm(x, scale, shift):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * scale + shift


def softmax(x):
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def attention(x, weights, heads):
    tokens, width = x.shape
    query, key, value = (
        (x @ weights[name]).reshape(tokens, heads, width // heads).transpose(1, 0, 2) for name in "qkv"
    )
    scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(width // heads))
    mask = np.triu(np.full((tokens, tokens), -1e9, np.float32), 1)
    mixed = softmax(scores + mask) @ value
    return mixed.transpose(1, 0, 2).reshape(tokens, width) @ weights["o"]


def block(x, weights, heads):
    x = x + attention(layer_norm(x, weights["s1"], weights["t1"]), weights, heads)
    inner = layer_norm(x, weights["s2"], weights["t2"]) @ weights["up"]
    inner = 0.5 * inner * (1 + np.tanh(np.float32(0.7978845608) * (inner + 0.044715 * inner**3)))
    return x + inner @ weights["down"]


def main():
    rng = np.random.default_rng(2)
    tokens, width, heads = 48, 64, 4
    shapes = {name: (width, width) for name in "qkvo"} | {"up": (width, 4 * width), "down": (4 * width, width)}
    weights = {name: (rng.standard_normal(shape) / 8).astype(np.float32) for name, shape in shapes.items()}
    for name in ("s1", "s2"):
        weights[name] = np.ones(width, np.float32)
        weights["t" + name[1]] = np.zeros(width, np.float32)
    x = rng.standard_normal((tokens, width)).astype(np.float32)
    y = block(x, weights, heads)
    print("mean", round(float(y.mean()), 4), "deviation", round(float(y.std()), 4))
    return {"y": y}


if __name__ == "__main__":
    result = main()

"""Train a perceptron with one hidden layer to tell three spirals apart: `python mlp.py [steps]`, NumPy alone."""

import sys

import numpy as np


def spirals(counts, rng):
    """Points (n, 2) on as many spirals as there are counts, with noise, and their classes as rows of one 1."""
    points, labels = [], []
    for kind, count in enumerate(counts):
        radius = np.sqrt(rng.random(count))
        angle = 4 * radius + 2.1 * kind
        points.append(np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1))
        labels.append(np.repeat(np.eye(len(counts))[kind : kind + 1], count, axis=0))
    noise = 0.02 * rng.standard_normal((sum(counts), 2))
    return (np.concatenate(points) + noise).astype(np.float32), np.concatenate(labels).astype(np.float32)


def main(steps):
    rng = np.random.default_rng(0)
    x, y = spirals((24, 40, 64), rng)
    w1 = (rng.standard_normal((2, 32)) * 0.7).astype(np.float32)
    b1 = np.zeros(32, np.float32)
    w2 = (rng.standard_normal((32, 3)) * 0.3).astype(np.float32)
    b2 = np.zeros(3, np.float32)
    rate = 0.5
    for step in range(steps):
        hidden = np.tanh(x @ w1 + b1)
        scores = hidden @ w2 + b2
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        loss = -np.mean(np.sum(y * np.log(probabilities), axis=1))
        gradient = (probabilities - y) / len(x)
        back = (gradient @ w2.T) * (1 - hidden * hidden)
        w2 -= rate * (hidden.T @ gradient)
        b2 -= rate * gradient.sum(axis=0)
        w1 -= rate * (x.T @ back)
        b1 -= rate * back.sum(axis=0)
        if step % 5 == 0:
            print(f"step {step:3}  loss {loss:.4f}")
    right = np.mean(scores.argmax(axis=1) == y.argmax(axis=1))
    print(f"{right:.1%} right")
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "probabilities": probabilities}


if __name__ == "__main__":
    result = main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

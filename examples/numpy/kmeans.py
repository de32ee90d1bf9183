"""Find the centres of clusters of points with Lloyd's algorithm: `python kmeans.py [clusters]`, NumPy alone."""

import sys

import numpy as np


def main(clusters):
    rng = np.random.default_rng(1)
    true = rng.uniform(-4, 4, (clusters, 2))
    points = (true[rng.integers(0, clusters, 256)] + 0.3 * rng.standard_normal((256, 2))).astype(np.float32)
    centres = points[:clusters].copy()
    for step in range(20):
        distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        nearest = np.argmin(distances, axis=1)
        members = (nearest[:, None] == np.arange(clusters)).astype(np.float32)
        counts = np.maximum(members.sum(axis=0), 1)
        moved = (members.T @ points) / counts[:, None]
        shift = np.abs(moved - centres).max()
        centres = moved
        print(f"step {step}: moved {shift:.5f}")
        if shift < 1e-4:
            break
    return {"centres": centres, "nearest": nearest}


if __name__ == "__main__":
    result = main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)

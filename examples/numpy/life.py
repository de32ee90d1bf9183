"""Conway's Game of Life on a torus, with slices and writes in place: `python life.py [steps]`, NumPy alone."""

import sys

import numpy as np


def step(world):
    """Change the inner part of a world with a border, whose border is then that of a torus."""
    world[0], world[-1] = world[-2], world[1]
    world[:, 0], world[:, -1] = world[:, -2], world[:, 1]
    inner = world[1:-1, 1:-1]
    neighbours = world[:-2, :-2] + world[:-2, 1:-1] + world[:-2, 2:] + world[1:-1, :-2]
    neighbours += world[1:-1, 2:] + world[2:, :-2] + world[2:, 1:-1] + world[2:, 2:]
    born = (neighbours == 3) & (inner == 0)
    stays = ((neighbours == 2) | (neighbours == 3)) & (inner == 1)
    inner[...] = 0
    inner[born | stays] = 1


def main(steps):
    world = np.zeros((34, 34), np.float32)
    glider = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]])
    world[3:6, 3:6] = glider
    world[20:23, 10:13] = glider.T
    world[1:-1, 1:-1][np.random.default_rng(3).random((32, 32)) > 0.85] = 1
    for _ in range(steps):
        step(world)
    for row in world[1:-1:2]:
        print("".join(".#"[int(cell)] for cell in row[1:-1]))
    print(int(world[1:-1, 1:-1].sum()), "alive")
    return {"world": world}


if __name__ == "__main__":
    result = main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)

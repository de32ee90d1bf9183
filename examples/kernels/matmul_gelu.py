"""
`y = gelu(x w + bias)` written by hand for the engines of one core: load, matmul, activation, store.

`python examples/kernels/matmul_gelu.py` compiles it, executes it on the simulated machine and compares with NumPy. The
kernel says what each engine does and in which tiles; the order of the instructions, addresses, DMA queues and
synchronization are chosen by the passes that compile models.
"""

from math import erf

import numpy as np

from accelc.kernels import Core, View, kernel


@kernel(target="trn-like")
def matmul_gelu(core: Core, x: View, w: View, bias: View) -> None:
    """x [m, k], w [k, n] and bias [n] give y [m, n]; sizes are multiples of the tile sizes."""
    (m, k), n = x.shape, w.shape[1]
    rows, columns, moving = core.tile_size.pmax, core.tile_size.gemm_stationary_fmax, core.tile_size.gemm_moving_fmax
    y = core.output("y", (m, n), "fp32")
    # The contraction lies on the partitions, in k // rows steps; the bias on those of the results.
    w_tile = core.load(w.reshape(k // rows, rows, n).transpose(1, 0, 2))
    bias_tile = core.load(bias.reshape(n // columns, columns).T)
    for first in range(0, m, moving):
        samples = slice(first, first + moving)
        x_tile = core.load(x[samples].reshape(moving, k // rows, rows).transpose(2, 1, 0))
        for j in range(n // columns):
            features = slice(j * columns, (j + 1) * columns)
            acc = core.psum((columns, moving))
            for step in range(k // rows):
                core.nc_matmul(acc, w_tile[:, step, features], x_tile[:, step], accumulate=step > 0)
            out = core.sbuf((columns, moving), "fp32")
            core.activation(out, "gelu", acc, bias_tile[:, j : j + 1])
            core.store(y[samples, features].T, out)


def main() -> None:
    """Run it on random numbers."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((512, 512)).astype(np.float32)
    w = (rng.standard_normal((512, 512)) / np.sqrt(512)).astype(np.float32)
    bias = rng.standard_normal(512).astype(np.float32)
    result = matmul_gelu.run(x=x, w=w, bias=bias)
    z = x.astype(np.float64) @ w + bias
    expected = z / 2 * (1 + np.vectorize(erf)(z / np.sqrt(2)))
    error = np.abs(result.outputs["y"] - expected).max()
    print(f"{result.cycles:,} cycles, {len(result.races)} races, largest error {error:.1e}")


if __name__ == "__main__":
    main()

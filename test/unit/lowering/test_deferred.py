"""Weights are packed when they are asked for, once, and not for a program that is given up."""

from typing import Any

import numpy as np
import pytest
from lowering_support import Body, check_lowering, partition_of
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.lowering import Budget, lower_partition
from accelc.lowering.deferred import F32, Array, Deferred, DeferredWeights
from accelc.lowering.products import packing
from accelc.targets import load_target

RNG = np.random.default_rng(0)


def normal(*shape: int) -> F32:
    """Random numbers."""
    return RNG.standard_normal(shape).astype(np.float32)


def counted(count: list[int], array: Array) -> Deferred:
    """The array, and one more computation in `count`."""

    def compute() -> Array:
        count[0] += 1
        return array

    return Deferred(array.shape, array.dtype, compute)


def test_what_is_asked_for_is_computed_once() -> None:
    """Symbols and lengths are known without any computation."""
    count = [0]
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    weights = DeferredWeights({"a": counted(count, array), "b": array.T, "c": counted(count, array)})
    assert (list(weights), len(weights), count) == (["a", "b", "c"], 3, [0])
    for _ in range(2):
        np.testing.assert_array_equal(weights["a"], array.reshape(-1))
        np.testing.assert_array_equal(weights["b"], array.T.reshape(-1))
    assert count == [1]
    assert Deferred((2, 3), np.dtype(np.float32), lambda: array).nbytes == array.nbytes


def test_lowering_packs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two programs, only the tiles of the one whose weights are read are packed."""
    tiles: list[tuple[int, ...]] = []

    def record(*arguments: Any) -> F32:
        tile = tile_of(*arguments)
        tiles.append(tile.shape)
        return tile

    tile_of = packing._tile_of  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(packing, "_tile_of", record)
    x, weight = normal(1, 130, 6, 6), normal(200, 130, 3, 3)

    def build(body: Body) -> list[SSAValue]:
        return [body.add(graph.ConvOp(body.args[0], body.weight(weight), pads=(1, 1, 1, 1)))]

    partition, weights = partition_of([x], build)
    lowered = [lower_partition(partition, weights, load_target("trn-like"), Budget(share)) for share in (0.5, 0.0)]
    assert tiles == []
    assert sum(data.size for data in lowered[1].weights.values()) == weight.size
    assert sum(np.prod(shape) for shape in tiles) == weight.size
    check_lowering([x], build, "trn-like")

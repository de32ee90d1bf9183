"""Pools: integers, images wider than a partition, windows larger than one, zeros around what is not positive."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from lowering_support import Body, check_lowering
from xdsl.dialects.builtin import bf16, f8E4M3FN, f32
from xdsl.ir import Attribute, SSAValue

from accelc.dialects import graph


def normal(*shape: int, seed: int = 0) -> Any:
    """Random floats."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.int64])
def test_maxima_of_integers(dtype: type[np.generic]) -> None:
    """The least integer is the padding."""
    limits = np.iinfo(np.dtype(dtype).name)
    x = np.random.default_rng(1).integers(limits.min, limits.max, (2, 3, 7, 6), dtype)
    x[:, :, :3] = limits.min

    def build(body: Body) -> list[SSAValue]:
        return [body.add(graph.PoolOp(body.args[0], "max", (3, 2), strides=(2, 1), pads=(1, 1, 1, 0)))]

    check_lowering([x], build, "trn-like")


@pytest.mark.parametrize("element", [f32, bf16, f8E4M3FN], ids=str)
def test_maxima_of_infinities(element: Attribute) -> None:
    """The padding is less than anything but -inf, and no NaN, also where a type has no infinity."""
    x = np.full((1, 3, 5, 5), -np.inf, np.float32)
    x[0, 0, 2, 2], x[0, 1, 0, 0] = np.nan, -3.4028235e38

    def build(body: Body) -> list[SSAValue]:
        narrow = body.add(graph.CastOp(body.args[0], element, saturate=element == f8E4M3FN))
        return [body.add(graph.PoolOp(narrow, "max", (3, 3), strides=(1, 1), pads=(1, 1, 1, 1)))]

    check_lowering([x], build, "trn-like")


def test_averages_of_nothing() -> None:
    """Windows of padding alone have no average."""

    def build(body: Body) -> list[SSAValue]:
        return [body.add(graph.PoolOp(body.args[0], "average", (2, 2), strides=(1, 1), pads=(2, 2, 2, 2)))]

    check_lowering([normal(1, 3, 4, 4)], build, "trn-like")


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(
    ("shape", "kernel", "strides", "dilations", "pads"),
    [
        ((1, 1, 900), (5,), (3,), (2,), (4, 3)),
        ((1, 2, 3, 600), (2, 4), (1, 2), (1, 1), (1, 2, 0, 1)),
        ((1, 1, 30, 30), (20, 18), (3, 4), (1, 1), (9, 12, 0, 3)),
    ],
)
def test_images_that_no_partition_holds(
    shape: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    pads: Sequence[int],
    kind: str,
) -> None:
    """Columns are cut, and windows taken apart, where a partition has 4 KiB."""

    def build(body: Body) -> list[SSAValue]:
        pool = graph.PoolOp(body.args[0], kind, kernel, strides=strides, dilations=dilations, pads=pads)
        return [body.add(pool)]

    check_lowering([normal(*shape)], build, "tiny")


@pytest.mark.parametrize(("target", "channels"), [("tiny", 4), ("trn-like", 128)])
def test_zeros_around_a_convolution_are_no_padding_of_maxima(target: str, channels: int) -> None:
    """Of what is not positive, though the convolution beside the pool reads them."""

    def build(body: Body) -> list[SSAValue]:
        known = body.weight(normal(1, channels, 6, 6, seed=1) - 5)
        x = body.add(graph.SubOp(body.args[0], body.add(graph.AbsOp(known))))
        conv = graph.ConvOp(x, body.weight(normal(4, channels, 3, 3, seed=2)), pads=(1, 1, 1, 1))
        return [body.add(conv), body.add(graph.PoolOp(x, "max", (3, 3), pads=(1, 1, 1, 1)))]

    check_lowering([normal(1, channels, 6, 6)], build, target, tolerance=2e-4)

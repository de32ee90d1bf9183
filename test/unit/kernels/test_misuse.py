"""Kernels that are wrong as a whole: places of tiles, views that escape, choices, inputs, functions that are none."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

import accelc
from accelc import Core, KernelError, TensorSpec
from accelc.errors import ModelError, UsageError
from accelc.kernels import View

X = TensorSpec((128, 512), "fp32")


def test_tiles_that_do_not_fit_together() -> None:
    @accelc.kernel
    def kernel(core: Core, x: View) -> None:
        accs = [core.psum((128, 512), name=f"acc{n}") for n in range(9)]
        tile = core.load(x)
        for acc in accs:
            core.nc_matmul(acc, tile[:, :128], tile)
        for acc in accs:
            core.activation(tile, "relu", acc)

    with pytest.raises(
        KernelError, match="psum tile 'acc8' needs 2048 bytes in each partition while 8 other tiles hold 163"
    ):
        kernel.compile(x=X)


def test_addresses_are_given_to_all_tiles_or_none() -> None:
    @accelc.kernel
    def kernel(core: Core, x: View) -> None:
        core.memset(core.sbuf((128, 4), "fp32", "a", at=0), 0.0)
        core.memset(core.sbuf((128, 4), "fp32", "b"), 0.0)

    with pytest.raises(
        KernelError, match="sbuf tile 'b' has no address, 'a' has one: give all tiles in sbuf theirs, or none"
    ):
        kernel.compile(x=X)


@pytest.mark.parametrize(("at", "queue"), [(0, None), (None, 3)])
def test_a_scheduler_does_not_move_what_the_kernel_placed(at: int | None, queue: int | None) -> None:
    @accelc.kernel(schedule="portfolio")
    def kernel(core: Core, x: View) -> None:
        core.dma_copy(core.sbuf((128, 512), "fp32", at=at), x, queue)

    with pytest.raises(KernelError, match="schedule 'portfolio' chooses addresses and queues, this call chose its own"):
        kernel.compile(x=X)


def test_views_do_not_leave_their_kernel() -> None:
    kept: list[View] = []

    @accelc.kernel
    def kernel(core: Core, x: View) -> None:
        kept.append(core.load(x))
        core.memset(kept[0], 0.0)

    kernel.compile(x=X)
    with pytest.raises(KernelError, match="belongs to another kernel, or another compilation of this one"):
        kernel.compile(x=X)


def test_choices_are_compiled_for() -> None:
    @accelc.kernel(target="tiny")
    def kernel(core: Core, x: View, *, free: int, rows: int = 4) -> None:
        core.store(core.output("y", (rows, free), "fp32"), core.load(x[:rows, :free]))

    x = np.arange(32, dtype=np.float32).reshape(4, 8)
    assert (kernel.inputs, kernel.choices) == (("x",), ("free", "rows"))
    np.testing.assert_array_equal(kernel.run(x=x, free=3).outputs["y"], x[:, :3])
    np.testing.assert_array_equal(kernel.run(x=x, free=3, rows=2).outputs["y"], x[:2, :3])
    with pytest.raises(UsageError, match="kernel 'kernel': no value given for its choice 'free'"):
        kernel.run(x=x)
    with pytest.raises(UsageError, match="expected a function of a core, a name for each input, and choices behind"):
        accelc.kernel(lambda *arrays: None)


def test_inputs_are_checked() -> None:
    @accelc.kernel
    def kernel(core: Core, x: View) -> None:
        core.load(x)

    for arguments, message in (
        ({}, "kernel 'kernel': no array given for input 'x'"),
        ({"x": X, "z": X}, "kernel 'kernel' has no input 'z' (its inputs: x)"),
        ({"x": np.zeros((4, 4))}, "input 'x' of kernel 'kernel' has dtype float64: legal are float32, bfloat16"),
        ({"x": [1.0]}, "input 'x' of kernel 'kernel' is [1.0]: an array or TensorSpec expected"),
        ({"x": np.zeros((0, 4), np.float32)}, "has shape [0, 4]: it has no elements"),
        ({"x": TensorSpec((2.5,), "fp32")}, "has shape (2.5,): expected a tuple of sizes"),  # pyright: ignore[reportArgumentType]
        ({"x": TensorSpec(4, "fp32")}, "has shape 4: expected a tuple of sizes"),  # pyright: ignore[reportArgumentType]
        ({"x": TensorSpec((1,) * 33, "fp32")}, "has 33 axes: legal are up to 32"),
        ({"x": TensorSpec((1 << 40,), "fp32")}, "it is larger than the 17179869184 bytes of hbm"),
    ):
        with pytest.raises(UsageError, match=re.escape(message)):
            kernel.compile(**arguments)
    with pytest.raises(UsageError, match="unknown schedule 'portfolios'; did you mean 'portfolio'"):
        kernel.scheduled("portfolios")
    with pytest.raises(ModelError, match="input 'x' of kernel 'kernel' is no array: "):
        kernel.run(x=[[1.0], [1.0, 2.0]])


def test_functions_that_are_no_kernels() -> None:
    def generator(core: Core) -> Iterator[None]:
        yield

    with pytest.raises(UsageError, match="kernel 'generator': calling it runs nothing of it; expected no 'yield'"):
        accelc.kernel(generator)  # pyright: ignore[reportArgumentType, reportCallIssue]
    with pytest.raises(UsageError, match="kernel 5: expected a function with a signature"):
        accelc.kernel(5)  # pyright: ignore[reportArgumentType, reportCallIssue]

"""What a kernel says is what the machine does: places, queues, orders, element types, and files."""

from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import accelc
from accelc import TensorSpec
from accelc.isa.program import AcceleratorSegment
from accelc.kernels import Core, View, kernel
from accelc.targets import parse_target

X = np.random.default_rng(0).integers(-8, 8, (128, 256)).astype(np.float32)


@kernel
def placed(core: Core, x: View) -> None:
    """Two halves, each in the tile of the other's turn, on queues of their own."""
    y = core.output("y", x.shape, "fp32")
    for turn in range(2):
        part = slice(turn * 128, (turn + 1) * 128)
        tile = core.sbuf((128, 128), "fp32", f"half{turn}", at=4096)
        acc = core.psum((128, 128), name=f"acc{turn}", bank=turn)
        core.dma_copy(tile, x[:, part], queue=turn)
        core.nc_matmul(acc, tile, tile)
        result = core.sbuf((128, 128), "fp32", f"result{turn}", at=8192)
        core.tensor_copy(result, acc)
        core.dma_copy(y[:, part], result, queue=2 + turn)


def test_places_and_queues_are_kept() -> None:
    compiled = placed.compile(x=X)
    for line in (
        '%half0 = engine.buffer "half0" scratch sbuf<128x128xf32> at 4096',
        '%half1 = engine.buffer "half1" scratch sbuf<128x128xf32> at 4096',
        '%acc1 = engine.buffer "acc1" scratch psum<128x128xf32> at 2048',
        "engine.dma_copy on dma1 %x[128 + (128, 128):(256, 1)] to %half1[0:128, 0:128]",
        "engine.dma_copy on dma3 %result1[0:128, 0:128] to %y",
    ):
        assert line in compiled.ir
    result = compiled.run(x=X)
    expected = np.concatenate([half.T @ half for half in (X[:, :128], X[:, 128:])], axis=1)
    np.testing.assert_array_equal(result.outputs["y"], expected)
    assert not result.races
    assert compiled.sync_emitted > 0


def test_an_engine_that_only_this_machine_has(lut_machine: str) -> None:
    @kernel(target=parse_target(lut_machine, "lut.toml"))
    def soft(core: Core, x: View) -> None:
        tile = core.load(x)
        core.activation(tile, "softplus", tile, scale=2.0, engine="lut")
        core.store(core.output("y", x.shape, "fp32"), tile)

    x = X[:4, :64]
    compiled = soft.compile(x=x)
    assert "engine.activate on lut softplus(2.0 * %" in compiled.ir
    result = compiled.run(x=x)
    np.testing.assert_allclose(result.outputs["y"], np.logaddexp(0, 2 * x), rtol=1e-6, atol=1e-6)
    assert not result.races


def test_scheduling_is_no_slower_than_the_order_written() -> None:
    @kernel
    def many(core: Core, x: View) -> None:
        y = core.output("y", x.shape, "fp32")
        for first in range(0, 256, 64):
            tile = core.load(x[:, first : first + 64])
            core.activation(tile, "relu", tile)
            core.store(y[:, first : first + 64], tile)

    cycles = {name: many.scheduled(name).compile(x=X).time().cycles for name in ("written", "program", "portfolio")}
    assert cycles["portfolio"] <= cycles["program"] < cycles["written"]
    assert many.compile(x=X).time().cycles == cycles["portfolio"]


def test_lines_of_the_kernel_are_in_the_debug_map() -> None:
    (segment,) = placed.compile(x=X).program.segments
    assert isinstance(segment, AcceleratorSegment)
    first = placed.function.__code__.co_firstlineno
    names = {entry.loc_name for entry in segment.debug[1:]}
    assert names == {f"test_kernels.py:{first + line}" for line in (8, 9, 11, 12)}


def test_a_program_of_a_kernel_in_a_file(tmp_path: Path) -> None:
    compiled = placed.compile(x=X)
    compiled.program.save(tmp_path / "placed.acx")
    program = accelc.Program.load(tmp_path / "placed.acx", "trn-like")
    assert program.disassemble() == compiled.program.disassemble()
    assert accelc.simulate(program, timing_only=True).total_ns == compiled.time().ns


def test_constants_and_spaces() -> None:
    identity = np.eye(16, dtype=np.float32)

    @kernel(target="trn-like")
    def transposed(core: Core, x: View) -> None:
        columns, tile = core.load(core.constant(identity, "identity")), core.load(x)
        acc = core.psum((16, 16))
        core.nc_matmul(acc, tile, columns)
        out = core.sbuf((16, 16), "fp32")
        core.tensor_copy(out, acc)
        scratch = core.hbm((16, 16), "fp32")
        core.store(scratch, out)
        core.dma_copy(core.output("y", (16, 16), "fp32"), scratch)

    x = X[:16, :16]
    np.testing.assert_array_equal(transposed.run(x=x).outputs["y"], x.T)


def test_constants_are_copied() -> None:
    given = np.ones((4, 4), np.float32)

    @kernel(target="tiny")
    def constant(core: Core) -> None:
        core.store(core.output("y", (4, 4), "fp32"), core.load(core.constant(given)))

    compiled = constant.compile()
    given[...] = 2.0
    np.testing.assert_array_equal(compiled.run().outputs["y"], np.ones((4, 4)))


def test_names_are_free() -> None:
    @kernel(target="tiny")
    def named(core: Core, in1: View) -> None:
        tile = core.sbuf((4, 4), "fp32", "out0", at=np.int64(64))  # pyright: ignore[reportArgumentType]
        core.dma_copy(tile, in1)
        for name in ("in0", "out0"):
            core.store(core.output(name, (4, 4), "fp32"), tile)

    x = np.arange(16, dtype=np.float32).reshape(4, 4)
    outputs = named.run(in1=x).outputs
    assert list(outputs) == ["in0", "out0"]
    for array in outputs.values():
        np.testing.assert_array_equal(array, x)


@pytest.mark.parametrize(("dtype", "accumulator"), [("bfloat16", "fp32"), ("int8", "int32"), ("float16", "fp32")])
def test_element_types(dtype: str, accumulator: str) -> None:
    @kernel
    def squared(core: Core, x: View) -> None:
        tile = core.load(x)
        acc = core.psum((128, 128), accumulator)
        core.nc_matmul(acc, tile[:, :128], tile[:, 128:])
        out = core.sbuf((128, 128), accumulator)
        core.tensor_copy(out, acc)
        core.store(core.output("y", (128, 128), accumulator), out)

    x = X.astype(np.dtype(getattr(ml_dtypes, dtype, dtype)))
    np.testing.assert_array_equal(squared.run(x=x).outputs["y"], X[:, :128].T @ X[:, 128:])


def test_other_operations() -> None:
    """Softmax over the free axis, with one number per partition."""

    @kernel
    def softmax(core: Core, x: View) -> None:
        tile, wide = core.load(x), core.sbuf(x.shape, "fp32")
        most, total = core.sbuf((128, 1), "fp32"), core.sbuf((128, 1), "fp32")
        core.tensor_reduce(most, tile, "max")
        core.tensor_tensor(wide, tile, most, "sub")
        core.activation(wide, "exp", wide)
        core.tensor_reduce(total, wide, "add")
        core.tensor_tensor(wide, wide, total, "div")
        core.memset(tile, 1.0)
        core.scalar_tensor_tensor(wide, tile, "mul", total, "mul", wide)
        core.tensor_tensor(wide, wide, total, "div")
        core.store(core.output("y", x.shape, "fp32"), wide)

    exponents = np.exp(X - X.max(axis=1, keepdims=True))
    expected = exponents / exponents.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax.run(x=X).outputs["y"], expected, rtol=1e-5)


def test_stationary_tiles_of_a_machine_with_a_weight_fifo() -> None:
    @kernel(target="tpu-like")
    def product(core: Core, x: View) -> None:
        weights, tile = core.wfifo((128, 128), "bf16"), core.load(x)
        core.dma_copy(weights, x[:, :128])
        acc = core.psum((128, 256))
        core.nc_matmul(acc, weights, tile)
        out = core.sbuf((128, 256), "fp32")
        core.tensor_copy(out, acc)
        core.store(core.output("y", (128, 256), "fp32"), out)

    x = X.astype(ml_dtypes.bfloat16)
    np.testing.assert_array_equal(product.run(x=x).outputs["y"], X[:, :128].T @ X)
    larger = product.on(accelc.Target.load("tpu-like").replace({"memory.hbm.bytes_per_ns": 340.0, "name": "fast"}))
    assert larger.compile(x=x).time().cycles <= product.compile(x=x).time().cycles


def test_limits_of_the_machine() -> None:
    sizes: list[int] = []

    @kernel(target="tiny")
    def sized(core: Core, x: View) -> None:
        size = core.tile_size
        sizes.extend([size.pmax, size.gemm_stationary_fmax, size.gemm_moving_fmax, size.psum_fmax])
        core.store(core.output("y", (4,), "int32").reshape(2, 2), core.load(x.reshape(2, 2)))

    compiled = sized.compile(x=TensorSpec((4,), "int32"))
    assert sizes == [4, 4, 16, 16]
    x = np.arange(4, dtype=np.int32)
    np.testing.assert_array_equal(compiled.run(x=x).outputs["y"], x)
    with pytest.raises(accelc.AccelcError, match=r"input 'x' has shape \[5\], the model expects \[4\]"):
        compiled.run(x=np.arange(5, dtype=np.int32))


def test_a_kernel_of_a_function_and_a_machine() -> None:
    def relu(core: Core, x: View) -> None:
        tile = core.load(x)
        core.activation(tile, "relu", tile)
        core.store(core.output("y", x.shape, "fp32"), tile)

    x = X[:4, :8]
    both, decorated = kernel(relu, target="tiny", schedule="written"), kernel(target="tiny", schedule="written")(relu)
    assert both.compile(x=x).program.disassemble() == decorated.compile(x=x).program.disassemble()
    assert kernel(relu).compile(x=x).target.name == "trn-like"


def test_views_are_numpys() -> None:
    """Slices, steps, negative ends, transposes and reshapes of tensors in HBM."""

    @kernel(target="tiny")
    def cut(core: Core, x: View) -> None:
        core.store(core.output("a", (4, 3), "fp32"), core.load(x[-4:, 1:-2:2]))
        core.store(core.output("b", (2, 8), "fp32"), core.load(x[3:1:-1]))
        core.store(core.output("c", (4, 2), "fp32"), core.load(x[0].reshape(2, 4).T))
        core.store(core.output("d", (4, 6), "fp32"), core.load(x[1, 2].broadcast_to(4, 6)))

    x = np.arange(40, dtype=np.float32).reshape(5, 8)
    found = cut.run(x=x).outputs
    np.testing.assert_array_equal(found["a"], x[-4:, 1:-2:2])
    np.testing.assert_array_equal(found["b"], x[3:1:-1])
    np.testing.assert_array_equal(found["c"], x[0].reshape(2, 4).T)
    np.testing.assert_array_equal(found["d"], np.broadcast_to(x[1, 2], (4, 6)))

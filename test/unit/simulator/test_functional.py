"""Functional execution: the result of every instruction, addresses, poison, and what is refused."""

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from accelc.errors import SimulationError
from accelc.isa import encode
from accelc.isa.records import Records, Space
from accelc.isa.table import FUNCTIONS, Opcode
from accelc.simulator import poisoned, simulate
from accelc.simulator.bounds import check_bounds
from accelc.simulator.decode import decode_core
from accelc.simulator.functional import CoreExecutor
from accelc.simulator.memory import CoreMemory, core_memory
from accelc.simulator.order import untimed_order
from accelc.targets import load_target
from accelc.targets.model import Target

TINY = load_target("tiny")
LANE = {name: code for code, name in enumerate(TINY.lanes)}
ITEM = {"fp32": 4, "bf16": 2, "int8": 1, "int32": 4, "uint8": 1}
Array = npt.NDArray[Any]
Fields = npt.NDArray[np.void]


def sbuf(
    dtype: str, offset: int, sizes: Sequence[int], strides: Sequence[int] | None = None, start: int = 0, count: int = 4
) -> Fields:
    """Operand in SBUF; contiguous without strides."""
    steps = [int(np.prod(sizes[d + 1 :])) for d in range(len(sizes))] if strides is None else strides
    return encode.operands(Space.SBUF, dtype, start, count, offset, sizes, steps)


def psum(dtype: str, offset: int, size: int, count: int = 4) -> Fields:
    """Contiguous operand in PSUM."""
    return encode.operands(Space.PSUM, dtype, 0, count, offset, [size], [1])


class Core:
    """Memories to fill, execute on and read."""

    def __init__(self, target: Target = TINY) -> None:
        self.target = target
        self.memory: CoreMemory = core_memory(target, poisoned(4096))

    def put(self, offset: int, values: Array, space: Space = Space.SBUF) -> None:
        """Stores `values` [partitions, elements] at a byte offset of the first partitions."""
        memory = self.memory[space]
        rows = memory.data.reshape(memory.partitions, memory.width)
        raw = np.ascontiguousarray(values).view(np.uint8)
        rows[: raw.shape[0], offset : offset + raw.shape[1]] = raw

    def get(self, dtype: str | type[Any], offset: int, size: int, space: Space = Space.SBUF, count: int = 4) -> Array:
        """Elements of the first `count` partitions."""
        kind = np.dtype(dtype)
        memory = self.memory[space]
        rows = memory.data.reshape(memory.partitions, memory.width)
        return rows[:count, offset : offset + size * kind.itemsize].copy().view(kind)

    def run(self, lane: str, *records: Records, sum_order: str = "column-sequential") -> None:
        """Checks and executes records on one lane."""
        stream = np.concatenate([*records, encode.control_records(LANE[lane], Opcode.HALT)])
        code = decode_core({lane: stream}, self.target)
        check_bounds(code, self.target, len(self.memory[Space.HBM].data))
        CoreExecutor(code, self.target, self.memory, sum_order).run(untimed_order(code, self.target))


RNG = np.random.default_rng(7)
LEFT = RNG.standard_normal((4, 6)).astype(np.float32)
RIGHT = RNG.standard_normal((4, 6)).astype(np.float32)


def test_tensor_tensor_reads_strided_and_broadcast_operands() -> None:
    core = Core()
    core.put(0, LEFT)
    core.put(64, RIGHT)
    out, left = sbuf("fp32", 128, [2, 3]), sbuf("fp32", 0, [2, 3], [1, 2])
    core.run("vector", encode.tensor_tensor_records(LANE["vector"], "sub", out, left, sbuf("fp32", 64, [6], [0])))
    transposed = LEFT.reshape(4, 3, 2).transpose(0, 2, 1).reshape(4, 6)
    np.testing.assert_array_equal(core.get(np.float32, 128, 6), transposed - RIGHT[:, :1])


def test_operands_start_at_their_partition() -> None:
    core = Core()
    core.put(0, LEFT)
    core.put(64, np.zeros((4, 6), np.float32))
    copy = encode.copy_records(
        LANE["vector"], sbuf("fp32", 64, [6], start=0, count=2), sbuf("fp32", 0, [6], start=2, count=2)
    )
    core.run("vector", copy)
    np.testing.assert_array_equal(core.get(np.float32, 64, 6), np.concatenate([LEFT[2:], np.zeros((2, 6))]))


def test_negative_strides_walk_backwards() -> None:
    core = Core()
    core.put(0, LEFT)
    core.run("vector", encode.copy_records(LANE["vector"], sbuf("fp32", 64, [6]), sbuf("fp32", 20, [6], [-1])))
    np.testing.assert_array_equal(core.get(np.float32, 64, 6), LEFT[:, ::-1])


def test_strides_of_many_bytes_do_not_wrap() -> None:
    core = Core(load_target("trn-like"))
    core.put(0, LEFT[:, :1])
    core.put(80000, LEFT[:, 1:2])
    far = sbuf("fp32", 0, [2], [20000])
    core.run("vector", encode.copy_records(LANE["vector"], sbuf("fp32", 64, [2]), far))
    np.testing.assert_array_equal(core.get(np.float32, 64, 2), LEFT[:, :2])


def test_tensor_scalar_chains_two_operations_and_converts() -> None:
    core = Core()
    core.put(0, LEFT)
    record = encode.tensor_scalar_records(
        LANE["vector"], "mul", 100.0, "add", 0.5, sbuf("int8", 64, [6]), sbuf("fp32", 0, [6])
    )
    core.run("vector", record)
    expected = np.clip(np.rint(LEFT * np.float32(100) + np.float32(0.5)), -128, 127).astype(np.int8)
    np.testing.assert_array_equal(core.get(np.int8, 64, 6), expected)


def test_scalar_tensor_tensor_takes_one_scalar_per_partition() -> None:
    core = Core()
    core.put(0, LEFT)
    core.put(64, RIGHT)
    core.put(200, np.array([[1.0], [2.0], [3.0], [4.0]], np.float32))
    record = encode.scalar_tensor_tensor_records(
        LANE["vector"], "mul", "add", 200, sbuf("fp32", 128, [6]), sbuf("fp32", 0, [6]), sbuf("fp32", 64, [6])
    )
    core.run("vector", record)
    scalars = np.array([[1], [2], [3], [4]], np.float32)
    np.testing.assert_array_equal(core.get(np.float32, 128, 6), LEFT * scalars + RIGHT)


@pytest.mark.parametrize(("op", "function"), [("add", np.add), ("max", np.maximum), ("min", np.minimum)])
def test_reduce_takes_the_innermost_dimensions(op: str, function: np.ufunc) -> None:
    core = Core()
    core.put(0, LEFT)
    core.run("vector", encode.reduce_records(LANE["vector"], op, 1, sbuf("fp32", 64, [2]), sbuf("fp32", 0, [2, 3])))
    parts = LEFT.reshape(4, 2, 3)
    expected = function(function(parts[..., 0], parts[..., 1]), parts[..., 2])
    np.testing.assert_array_equal(core.get(np.float32, 64, 2), expected)


def test_reduce_of_all_dimensions_leaves_one_element() -> None:
    core = Core()
    core.put(0, LEFT)
    core.run("vector", encode.reduce_records(LANE["vector"], "max", 2, sbuf("fp32", 64, [1]), sbuf("fp32", 0, [2, 3])))
    np.testing.assert_array_equal(core.get(np.float32, 64, 1), LEFT.max(axis=1, keepdims=True))


def test_partition_reduce_writes_one_partition() -> None:
    core = Core()
    core.put(0, LEFT)
    record = encode.partition_reduce_records(
        LANE["gpsimd"], "max", sbuf("fp32", 64, [6], count=1), sbuf("fp32", 0, [6])
    )
    core.run("gpsimd", record)
    np.testing.assert_array_equal(core.get(np.float32, 64, 6, count=1), LEFT.max(axis=0, keepdims=True))


def test_memset_writes_only_its_pattern() -> None:
    core = Core()
    core.put(0, LEFT)
    core.run("vector", encode.memset_records(LANE["vector"], 2.5, sbuf("fp32", 0, [3], [2])))
    expected = LEFT.copy()
    expected[:, ::2] = 2.5
    np.testing.assert_array_equal(core.get(np.float32, 0, 6), expected)


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name in TINY.engines["scalar"].funcs])
def test_activate_applies_scale_bias_and_function(function: str) -> None:
    core = Core()
    source = np.abs(LEFT) + np.float32(0.1)
    core.put(0, source)
    core.put(200, np.array([[0.0], [0.25], [0.5], [0.75]], np.float32))
    bias = sbuf("fp32", 200, [6], [0])
    record = encode.activate_records(
        LANE["scalar"], function, 2.0, None, sbuf("fp32", 64, [6]), sbuf("fp32", 0, [6]), bias
    )
    core.run("scalar", record)
    x = source.astype(np.float64) * 2 + np.array([[0.0], [0.25], [0.5], [0.75]])
    erf = np.vectorize(__import__("math").erf)
    reference = {
        "identity": x,
        "relu": x,
        "sign": np.sign(x),
        "sin": np.sin(x),
        "cos": np.cos(x),
        "atan": np.arctan(x),
        "floor": np.floor(x),
        "ceil": np.ceil(x),
        "round": np.rint(x),
        "trunc": np.trunc(x),
        "gelu": x * 0.5 * (1 + erf(x / np.sqrt(2))),
        "silu": x / (1 + np.exp(-x)),
        "sigmoid": 1 / (1 + np.exp(-x)),
        "tanh": np.tanh(x),
        "exp": np.exp(x),
        "ln": np.log(x),
        "sqrt": np.sqrt(x),
        "rsqrt": 1 / np.sqrt(x),
        "square": x * x,
        "erf": erf(x),
        "reciprocal": 1 / x,
    }[function]
    np.testing.assert_allclose(core.get(np.float32, 64, 6), reference, rtol=2e-6, atol=1e-6)


def test_matmul_overwrites_then_accumulates_with_two_planes_in_turn() -> None:
    core = Core()
    first, second = LEFT[:, :4].copy(), RIGHT[:, :4].copy()
    core.put(0, first)
    core.put(16, second)
    core.put(64, LEFT)
    tensor = LANE["tensor"]
    core.run(
        "tensor",
        encode.load_stationary_records(tensor, sbuf("fp32", 0, [4])),
        encode.matmul_records(tensor, psum("fp32", 0, 6), sbuf("fp32", 64, [6]), swap=True),
        encode.load_stationary_records(tensor, sbuf("fp32", 16, [4])),
        encode.matmul_records(tensor, psum("fp32", 64, 6), sbuf("fp32", 64, [6])),
        encode.matmul_records(tensor, psum("fp32", 0, 6), sbuf("fp32", 64, [6]), accumulate=True, swap=True),
    )
    # A load alone changes nothing: the product at byte 64 still uses the first plane.
    np.testing.assert_allclose(core.get(np.float32, 64, 6, Space.PSUM), first.T @ LEFT, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        core.get(np.float32, 0, 6, Space.PSUM), first.T @ LEFT + second.T @ LEFT, rtol=1e-5, atol=1e-6
    )


def test_matmul_writes_only_the_columns_used() -> None:
    core = Core()
    core.put(0, LEFT[:, :2].copy())
    core.put(64, LEFT)
    core.put(0, np.full((4, 6), 9, np.float32), Space.PSUM)
    tensor = LANE["tensor"]
    core.run(
        "tensor",
        encode.load_stationary_records(tensor, sbuf("fp32", 0, [2], count=2)),
        encode.matmul_records(tensor, psum("fp32", 0, 6, count=2), sbuf("fp32", 64, [6], count=2), swap=True),
    )
    result = core.get(np.float32, 0, 6, Space.PSUM)
    np.testing.assert_allclose(result[:2], LEFT[:2, :2].T @ LEFT[:2], rtol=1e-5, atol=1e-6)
    assert (result[2:] == 9).all()


def test_int8_products_accumulate_in_int32() -> None:
    core = Core()
    core.put(0, np.full((4, 4), 127, np.int8))
    core.put(64, np.full((4, 5), -128, np.int8))
    tensor = LANE["tensor"]
    core.run(
        "tensor",
        encode.load_stationary_records(tensor, sbuf("int8", 0, [4])),
        encode.matmul_records(tensor, psum("int32", 0, 5), sbuf("int8", 64, [5]), swap=True),
        encode.matmul_records(tensor, psum("int32", 0, 5), sbuf("int8", 64, [5]), accumulate=True),
    )
    assert (core.get(np.int32, 0, 5, Space.PSUM) == 2 * 4 * 127 * -128).all()


def test_dma_transposes_between_hbm_and_partitions_and_converts() -> None:
    core = Core()
    source = RNG.standard_normal((6, 4)).astype(np.float32)
    core.memory[Space.HBM].data[32 : 32 + source.nbytes] = source.view(np.uint8).ravel()
    record = encode.dma_copy_records(
        LANE["dma0"],
        encode.dma_sides(Space.SBUF, "bf16", 8, [4, 6], [TINY.sbuf.partition_bytes, 2]),
        encode.dma_sides(Space.HBM, "fp32", 32, [4, 6], [4, 16]),
    )
    core.run("dma0", record)
    np.testing.assert_array_equal(core.get(ml_dtypes.bfloat16, 8, 6), source.T.astype(ml_dtypes.bfloat16))


def test_uninitialised_memory_is_nan() -> None:
    core = Core()
    core.put(0, LEFT[:, :3].copy())
    record = encode.tensor_tensor_records(
        LANE["vector"], "add", sbuf("fp32", 64, [6]), sbuf("fp32", 0, [6]), sbuf("fp32", 0, [6])
    )
    core.run("vector", record)
    result = core.get(np.float32, 64, 6)
    assert np.isfinite(result[:, :3]).all()
    assert np.isnan(result[:, 3:]).all()
    for kind in (ml_dtypes.bfloat16, np.float16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2):
        assert np.isnan(poisoned(8).view(kind).astype(np.float32)).all()


def gather(
    index: int = 256, kind: str = "int32", sizes: Sequence[int] = (1, 2, 3, 4), dtype: str = "fp32", code: int = 0
) -> Records:
    """(1, 2, 3, 4) elements of the (1, 2, 5, 4) at byte 0, to byte 512; another code of the index type if not 0."""
    whole, dense = (
        encode.dma_sides(Space.HBM, as_, base, shape, [ITEM[as_] * int(np.prod(shape[d + 1 :])) for d in range(4)])
        for as_, base, shape in (("fp32", 0, (1, 2, 5, 4)), (dtype, 512, sizes))
    )
    records = encode.indexed_records(LANE["dma0"], dense, whole, index, kind, None)
    if code:
        records["aux"][:, 0] = code
    return records


def test_an_indexed_transfer_reads_its_indices_when_it_is_executed() -> None:
    """Rows of memory, from the front and from the end; one row may be picked twice."""
    core = Core()
    table = np.arange(40, dtype=np.float32)
    core.put(0, table[None], Space.HBM)
    core.put(256, np.array([[4, -5, 4]], np.int32), Space.HBM)
    core.run("dma0", gather())
    expected = table.reshape(2, 5, 4)[:, [4, 0, 4]].reshape(1, 24)
    np.testing.assert_array_equal(core.get(np.float32, 512, 24, Space.HBM, 1), expected)
    core.put(256, np.array([[1, 1, 5]], np.int32), Space.HBM)
    with pytest.raises(SimulationError, match=r"lane 'dma0' record 0 .*: index 5 is outside \[-5, 5\)"):
        core.run("dma0", gather())


REFUSED: list[tuple[str, str, list[Records]]] = [
    ("vector", "src0.*touches bytes 4092 to 4100", [
        encode.copy_records(1, sbuf("fp32", 0, [2]), sbuf("fp32", 4092, [2]))]),
    ("vector", "dst.*ends at partition 5 of 4", [
        encode.memset_records(1, 0.0, sbuf("fp32", 0, [2], start=1, count=4))]),
    ("vector", "src0.*gives 3 elements, dst has 2", [
        encode.copy_records(1, sbuf("fp32", 0, [2]), sbuf("fp32", 0, [3]))]),
    ("vector", "src0.*2 partitions, dst has 4", [
        encode.copy_records(1, sbuf("fp32", 0, [2]), sbuf("fp32", 0, [2], count=2))]),
    ("tensor", "dst.*cross a bank of 64 bytes", [
        encode.load_stationary_records(0, sbuf("fp32", 0, [4])),
        encode.matmul_records(0, psum("fp32", 60, 2), sbuf("fp32", 0, [2]), swap=True)]),
    ("tensor", "src0.*17 elements per partition, at most 16", [
        encode.matmul_records(0, psum("fp32", 0, 16), sbuf("fp32", 0, [17]))]),
    ("tensor", "holds no stationary operand", [
        encode.matmul_records(0, psum("fp32", 0, 2), sbuf("fp32", 0, [2]))]),
    ("tensor", "no stationary operand has been loaded", [
        encode.matmul_records(0, psum("fp32", 0, 2), sbuf("fp32", 0, [2]), swap=True)]),
    ("tensor", "record 1 .ls.*all 1 shadow planes", [
        encode.load_stationary_records(0, sbuf("fp32", 0, [4])),
        encode.load_stationary_records(0, sbuf("fp32", 0, [4]))]),
    ("tensor", "accumulate in fp32", [
        encode.load_stationary_records(0, sbuf("fp32", 0, [4])),
        encode.matmul_records(0, psum("int32", 0, 2), sbuf("fp32", 0, [2]), swap=True)]),
    ("tensor", "active stationary operand is 4 x 3", [
        encode.load_stationary_records(0, sbuf("fp32", 0, [3])),
        encode.matmul_records(0, psum("fp32", 0, 2), sbuf("fp32", 0, [2]), swap=True)]),
    ("dma0", "src.*touches bytes 4092 to 4100 of 4096", [
        encode.dma_copy_records(
            LANE["dma0"],
            encode.dma_sides(Space.SBUF, "fp32", 0, [2], [4]),
            encode.dma_sides(Space.HBM, "fp32", 4092, [2], [4]))]),
    ("dma0", "dst.*touches partitions 2 to 5 of 4", [
        encode.dma_copy_records(
            LANE["dma0"],
            encode.dma_sides(Space.SBUF, "fp32", 2 * 4096, [4], [4096]),
            encode.dma_sides(Space.HBM, "fp32", 0, [4], [4]))]),
    ("dma0", "dst.*visits 2 elements, src 3", [
        encode.dma_copy_records(
            LANE["dma0"],
            encode.dma_sides(Space.SBUF, "fp32", 0, [2], [4]),
            encode.dma_sides(Space.HBM, "fp32", 0, [3], [4]))]),
    ("dma0", "dst.*its sizes do not fit those of src", [gather(sizes=(1, 2, 3, 2))]),
    ("dma0", "dst.*dtype code 8, src has 1: nothing is converted", [gather(dtype="int32")]),
    ("dma0", "index_type.*dtype code 6 is none of an index", [gather(code=6)]),
    ("dma0", "index_type.*dtype code 99 is none of an index", [gather(code=99)]),
    ("dma0", "index.*touches bytes 4088 to 4100 of 4096 in hbm", [gather(4088)]),
    ("dma0", "index.*touches bytes 4080 to 4104 of 4096 in hbm", [gather(4080, "int64")]),
]  # fmt: skip


@pytest.mark.parametrize(("lane", "message", "records"), REFUSED, ids=[row[1] for row in REFUSED])
def test_illegal_records_are_refused_with_lane_record_and_field(
    lane: str, message: str, records: list[Records]
) -> None:
    with pytest.raises(SimulationError, match=rf"lane '{lane}' record {len(records) - 1}.*{message}|{message}"):
        Core().run(lane, *records)


def test_streams_are_decoded_strictly() -> None:
    halt = encode.control_records(LANE["vector"], Opcode.HALT)
    with pytest.raises(SimulationError, match="ends in its only HALT"):
        simulate([{"vector": encode.control_records(LANE["vector"], Opcode.NOP)}], TINY, functional=False)
    with pytest.raises(SimulationError, match=r"lane 'warp'.*tensor, vector"):
        simulate([{"warp": halt}], TINY, functional=False)
    wrong = halt.copy()
    wrong["opcode"] = int(Opcode.MM)
    with pytest.raises(SimulationError, match=r"lane 'vector' record 0 .mm.*is not an instruction of this lane"):
        simulate([{"vector": wrong}], TINY, functional=False)
    waits = halt.copy()
    encode.set_wait(waits, 32, 1)
    with pytest.raises(SimulationError, match=r"semaphore 32 does not exist.*0 to 31"):
        simulate([{"vector": waits}], TINY, functional=False)


def test_functional_execution_needs_suitable_hbm() -> None:
    streams = {"vector": encode.control_records(LANE["vector"], Opcode.HALT)}
    with pytest.raises(SimulationError, match="pass `hbm`"):
        simulate([streams], TINY)
    with pytest.raises(SimulationError, match="1048577 bytes: target 'tiny' has 1048576"):
        simulate([streams], TINY, poisoned(TINY.hbm.bytes + 1))
    with pytest.raises(SimulationError, match="1 HBM arrays for 2 cores"):
        simulate([streams, streams], TINY, poisoned(64))
    with pytest.raises(SimulationError, match=r"3 cores of streams.*has 2"):
        simulate([streams] * 3, TINY, functional=False)


def test_cores_have_their_own_memories() -> None:
    def store(value: float) -> dict[str, Records]:
        fill = encode.memset_records(LANE["vector"], value, sbuf("fp32", 0, [2], count=1))
        encode.set_update(fill, 0, 3, encode.Update.ADD_AT_COMPLETE)
        copy = encode.dma_copy_records(
            LANE["dma0"],
            encode.dma_sides(Space.HBM, "fp32", 0, [2], [4]),
            encode.dma_sides(Space.SBUF, "fp32", 0, [2], [4]),
        )
        encode.set_wait(copy, 3, 1)
        return {
            "vector": np.concatenate([fill, encode.control_records(LANE["vector"], Opcode.HALT)]),
            "dma0": np.concatenate([copy, encode.control_records(LANE["dma0"], Opcode.HALT)]),
        }

    memories = [poisoned(64), poisoned(64)]
    result = simulate([store(1.0), store(2.0)], TINY, memories)
    assert [memory[:8].view(np.float32).tolist() for memory in memories] == [[1.0, 1.0], [2.0, 2.0]]
    assert result.races == ()
    assert result.instructions == 8

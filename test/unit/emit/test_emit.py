"""Emission of hand-written programs: records, their order, and what a target refuses."""

from dataclasses import replace
from itertools import product
from time import process_time

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

from accelc.dialects.engine import Engine, ProgramOp
from accelc.dialects.tile import Tile
from accelc.emit import EmittedProgram, emit, split_streams
from accelc.errors import AccelcError, CapacityError, ProgramError
from accelc.isa.records import Flag, Records, Space, as_dma
from accelc.isa.table import Opcode
from accelc.isa.validation.context import Limits, Stream
from accelc.isa.validation.stream import validate_stream
from accelc.passes.schedule_engines import schedule_engines
from accelc.targets import load_target
from accelc.targets.model import CostRule

TINY = load_target("tiny")
BUFFERS = """
  %x = engine.buffer "x" input hbm<96xbf16> at 0
  %w = engine.buffer "w" scratch sbuf<4x24xbf16> at 0
  %v = engine.buffer "v" scratch sbuf<4x96xbf16> at 64
  %p = engine.buffer "p" scratch psum<4x64xf32> at 0
  %y = engine.buffer "y" scratch sbuf<4x64xf32> at 512
"""
PRODUCT = "%w at [0, 8] m 6, %v at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2] into %p at 0 + (32, 16)"
ONE_STEP = "%w at [0] m 4, %v at [0] over (24):(1) n_block 12 rows [0:4] into %p at 0 + (32, 16)"


def program(body: str, buffers: str = BUFFERS) -> ProgramOp:
    """A program of `body` over `buffers`."""
    context = Context()
    for dialect in (Builtin, Engine, Tile):
        context.load_dialect(dialect)
    text = f'engine.program @main target "tiny" {{{buffers}{body}\n engine.end }}'
    module = Parser(context, text).parse_module()
    module.verify()
    found = module.body.block.first_op
    assert isinstance(found, ProgramOp)
    return found


def emitted(body: str, buffers: str = BUFFERS) -> EmittedProgram:
    """Records of a program for `tiny`."""
    return emit(program(body, buffers), TINY)


def opcodes(records: Records) -> list[str]:
    """Names of the instructions."""
    return [Opcode(code).name for code in records["opcode"].tolist()]


def test_product_in_row_order() -> None:
    """A tile per block, accumulation from the second step on, swap after every load."""
    result = emitted(f"engine.matmul on tensor {PRODUCT}")
    records = result.records
    assert opcodes(records) == ["LS", "MM"] * 8
    mm = records[records["opcode"] == Opcode.MM]
    assert (mm["flags"] & Flag.ACCUMULATE).tolist() == [0, 1] * 4
    assert (mm["flags"] & Flag.SWAP != 0).all()
    assert result.blocks[::2].tolist() == [[i, j, s] for i in range(2) for j in range(2) for s in range(2)]
    destination, source = mm["operand"][:, 0], mm["operand"][:, 1]
    assert destination["offset"].tolist() == [0, 0, 64, 64, 128, 128, 192, 192]
    assert destination["part_count"].tolist() == [4] * 4 + [2] * 4
    assert (destination["space"] == Space.PSUM).all()
    assert source["offset"].tolist() == [64, 112, 88, 136] * 2
    assert source["part_count"].tolist() == [4, 2] * 4
    stationary = records[::2]["operand"][:, 1]
    assert stationary["offset"].tolist() == [0, 16, 0, 16, 8, 24, 8, 24]
    assert stationary["size"][:, 3].tolist() == [4] * 4 + [2] * 4


def test_product_in_column_order_reuses_tiles() -> None:
    """A tile serves both column blocks; the second product does not swap."""
    records = emitted(f"tile.matmul on tensor {PRODUCT} grid [2, 2, 2] block [4, 12, 4] order column panel 2").records
    assert opcodes(records) == ["LS", "MM", "MM"] * 4
    mm = records[records["opcode"] == Opcode.MM]
    assert (mm["flags"] & Flag.SWAP != 0).tolist() == [True, False] * 4
    assert (mm["flags"] & Flag.ACCUMULATE).tolist() == [0, 0, 1, 1] * 2


def test_accumulating_product_never_overwrites() -> None:
    """`accumulate` sets the flag in the first step too."""
    records = emitted(f"engine.matmul on tensor {PRODUCT} accumulate").records
    mm = records[records["opcode"] == Opcode.MM]
    assert (mm["flags"] & Flag.ACCUMULATE == 1).all()


def test_the_array_keeps_its_tile_between_products() -> None:
    """The same tile is not loaded twice in a row, unless its buffer was written in between or it is another one."""
    one = f"engine.matmul on tensor {ONE_STEP}\n"
    assert opcodes(emitted(one * 2).records) == ["LS", "MM", "MM", "MM", "MM"]
    write = "engine.memset on vector 0.0 into %w[0:4, 0:4]\n"
    assert opcodes(emitted(one + write + one).records) == ["LS", "MM", "MM", "MEMSET", "LS", "MM", "MM"]
    other = one.replace("m 4", "m 3")
    assert opcodes(emitted(one + other).records) == ["LS", "MM", "MM", "LS", "MM", "MM"]
    read = "engine.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16]\n"
    assert opcodes(emitted(one + read + one).records) == ["LS", "MM", "MM", "COPY", "MM", "MM"]


def test_steps_with_one_tile_load_it_once() -> None:
    """The terms of a split operand meet the same stationary tile one after the other."""
    product = (
        "%w at [8, 8, 0] m 4, %v at [0, 24, 0] over (12):(1) n_block 12 rows [0:4, 0:4, 0:4] into %p at 0 + (32, 16)"
    )
    assert opcodes(emitted(f"engine.matmul on tensor {product}").records) == ["LS", "MM", "MM", "LS", "MM"]
    fewer = product.replace("[0:4, 0:4, 0:4]", "[0:4, 0:2, 0:4]")
    assert opcodes(emitted(f"engine.matmul on tensor {fewer}").records) == ["LS", "MM"] * 3


def test_elementwise_blocks() -> None:
    """Equal parts of the outermost dimension, contiguous dimensions merged."""
    result = emitted(
        "tile.activate on scalar relu(1.0 * %p[0:4, 0 + (2, 3, 4):(32, 4, 1)] + 0.5) "
        "into %y[0:4, 0 + (2, 3, 4):(12, 4, 1)] blocks 2"
    )
    assert opcodes(result.records) == ["ACT", "ACT"]
    assert result.blocks.tolist() == [[0, -1, -1], [1, -1, -1]]
    out, source = result.records["operand"][:, 0], result.records["operand"][:, 1]
    assert out["offset"].tolist() == [512, 512 + 48]
    assert source["offset"].tolist() == [0, 128]
    assert out["size"].tolist() == [[1, 1, 1, 12]] * 2


def test_transfer_has_one_record() -> None:
    """Partitions come first; addresses in SBUF are partition * partition_bytes + offset."""
    records = emitted("engine.dma_copy on dma1 %x[0 + (2, 12):(40, 1)] to %v[2:4, 5:17]").records
    side = as_dma(records)["dst"][0]
    assert (int(side["base"]), side["size"].tolist()) == (2 * 4096 + 64 + 10, [1, 1, 2, 12])
    assert side["stride"].tolist() == [0, 0, 4096, 2]
    assert TINY.lanes[records["lane"][0]] == "dma1"


def test_tables() -> None:
    """Debug entries, delays and bound buffers belong to the records that name them."""
    result = emitted(
        'engine.delay on dma0 "a" default 1 maximum 5\n'
        'engine.memset on vector 0.0 into %y[0:4, 0:64] {layer = 3 : i64, loc_name = "conv1"}\n'
        'engine.delay on scalar "b" default 2 maximum 9'
    )
    assert [(d.name, d.lane, d.default, d.maximum) for d in result.delays] == [
        ("a", "dma0", 1, 5),
        ("b", "scalar", 2, 9),
    ]
    assert result.records["link"][[0, 2]].tolist() == [0, 1]
    entry = result.debug[int(result.records["debug"][1])]
    assert (entry.op, entry.loc_name, entry.layer) == ("engine.memset", "conv1", 3)
    assert result.macro.tolist() == [0, 1, 2]
    (bound,) = result.bound
    assert (bound.symbol, bound.role, bound.offset, bound.nbytes, bound.dtype, bound.elements) == (
        "x", "input", 0, 192, "bf16", 96,
    )  # fmt: skip


def test_empty_program() -> None:
    """No ops: no records, one HALT a lane."""
    result = emitted("")
    assert len(result.records) == 0
    assert [opcodes(stream) for stream in split_streams(result.records, TINY).values()] == [["HALT"]] * 6


def test_streams_pass_the_loader() -> None:
    """What is emitted is what the loader accepts."""
    result = emitted(
        "engine.dma_copy on dma0 %x[0:96] to %v[0:4, 0:24]\n"
        f"engine.matmul on tensor {PRODUCT}\n"
        "engine.activate on scalar relu(1.0 * %p[0:4, 0 + (2, 12):(16, 1)] + 0.0) into %y[0:4, 0:24]\n"
        "engine.tensor_tensor on vector %p[0:2, 0:16] add %y[0:2, 0:16] into %y[0:2, 16:32]\n"
        "engine.reduce on vector max %y[0:4, 0 + (4, 6):(6, 1)] axes 1 into %y[0:4, 60:64]\n"
        "engine.partition_reduce on gpsimd add %y[0:4, 0:8] into %y[1:2, 8:16]"
    )
    limits = Limits(len(result.debug), (), TINY.hbm.bytes)
    for lane, records in split_streams(result.records, TINY).items():
        validate_stream(Stream("test", "0", 0, lane, records, TINY, limits))


def refused(error: type[AccelcError], message: str, body: str, buffers: str = BUFFERS) -> None:
    """Expects that emission of a program raises `error` with `message`."""
    with pytest.raises(error, match=message):
        emitted(body, buffers)


def test_limits_of_the_array() -> None:
    """Moving elements, rows, accumulator."""
    refused(
        CapacityError,
        r"engine.matmul of 'fc1' moves 24 elements in a block: the array of target 'tiny' takes 16; reduce n_block",
        f'engine.matmul on tensor {PRODUCT.replace("n_block 12", "n_block 24")} {{loc_name = "fc1"}}',
    )
    small = replace(TINY, tensor=replace(TINY.tensor, rows=2))
    with pytest.raises(CapacityError, match="contracts 4 rows in a step: the array of target 'tiny' has 2; split"):
        emit(program(f"engine.matmul on tensor {PRODUCT}"), small)
    integers = BUFFERS.replace("24xbf16", "24xi8").replace("4x96xbf16", "4x96xi8")
    refused(
        CapacityError,
        "accumulates int8 in fp32: target 'tiny' accumulates it in int32",
        f"engine.matmul on tensor {PRODUCT}",
        integers,
    )


def test_limits_of_psum() -> None:
    """A block lies in one bank and in its buffer."""
    refused(
        CapacityError,
        r"writes bytes 16 to 80 of a partition, across banks of 64 bytes in psum of target 'tiny'; reduce n_block or "
        "align buffer 'p'",
        f"engine.matmul on tensor {ONE_STEP.replace('n_block 12', 'n_block 16')}",
        BUFFERS.replace("psum<4x64xf32> at 0", "psum<4x56xf32> at 16"),
    )
    refused(
        CapacityError,
        "writes bytes 0 to 304 of a partition: buffer 'p' covers 0 to 256",
        f"engine.matmul on tensor {PRODUCT.replace('(32, 16)', '(48, 16)')}",
    )


def test_limits_of_memories() -> None:
    """A buffer lies in a memory of the target; a value no field holds names the op it comes from."""
    refused(
        CapacityError,
        "buffer 'f' is in memory 'wfifo', which target 'tiny' does not have",
        "engine.dma_copy on dma0 %x[0:16] to %f[0:1, 0:16]",
        BUFFERS + '%f = engine.buffer "f" scratch wfifo<4x16xbf16> at 0',
    )
    for type_, place, message in (
        ("4x64xf32", 4000, "lies at bytes 4000 to 4256: each partition of sbuf of target 'tiny' has 4096; run assign"),
        ("8x4xf32", 0, "has 8 partitions: sbuf of target 'tiny' has 4"),
    ):
        buffer = f'%b = engine.buffer "b" scratch sbuf<{type_}> at {place}'
        refused(CapacityError, f"buffer 'b' {message}", "", BUFFERS + buffer)


def test_limits_of_partitions() -> None:
    """Compute engines start at multiples of the quantum, for products too; a DMA starts anywhere."""
    refused(
        CapacityError,
        r"engine.copy accesses 2 partitions from 1 of buffer 'y': sbuf of target 'tiny' allows up to 1 at multiples of "
        r"1, up to 2 at multiples of 2, up to 4 at multiples of 4; move the tensor to other partitions",
        "engine.copy on vector %y[1:3, 0:8] into %y[0:2, 8:16]",
    )
    refused(
        CapacityError,
        "engine.matmul accesses 2 partitions from 1 of buffer 'w'",
        f"engine.matmul on tensor {PRODUCT.replace('0:2', '1:3')}",
    )
    assert len(emitted("engine.dma_copy on dma0 %y[1:3, 0:8] to %y[2:4, 8:16]").records) == 1


def test_limits_of_records() -> None:
    """Dimensions and sizes of patterns."""
    refused(
        CapacityError,
        r"access to buffer 'y', 'y' needs 5 free dimensions",
        "engine.copy on vector %y[0:4, 0 + (2, 2, 2, 2, 2):(32, 15, 7, 3, 1)]"
        " into %y[0:4, 0 + (2, 2, 2, 2, 2):(16, 8, 4, 2, 1)]",
    )
    refused(
        CapacityError,
        r"transfer of buffer 'y' needs 5 dimensions .*: a DMA of 'tiny' has 4 of up to 4294967295 elements and ",
        "engine.dma_copy on dma0 %y[0:4, 0 + (2, 2, 2, 2):(32, 15, 7, 3)] to %y[0:4, 0:16]",
    )
    large = replace(TINY, hbm=replace(TINY.hbm, bytes=1 << 33))
    buffers = BUFFERS + '%h = engine.buffer "h" input hbm<1100000001xbf16> at 0'
    with pytest.raises(CapacityError, match=r"buffer 'h' needs 1 dimensions .* strides up to 2147483647 bytes; split"):
        emit(program("engine.dma_copy on dma0 %h[0 + (2):(1100000000)] to %y[0:1, 0:2]", buffers), large)


def test_addresses_and_lanes() -> None:
    """Every buffer used has an address, every lane exists."""
    refused(
        ProgramError,
        "buffer 'y' has no address: run assign-memory before emission",
        "engine.memset on vector 0.0 into %y[0:4, 0:8]",
        BUFFERS.replace(" at 512", ""),
    )
    refused(ProgramError, "buffer 'x' has no address", "", BUFFERS.replace("hbm<96xbf16> at 0", "hbm<96xbf16>"))
    refused(
        ProgramError,
        r"engine.dma_copy on lane 'dma7': target 'tiny' has tensor, vector, scalar, gpsimd, dma0, dma1",
        "engine.dma_copy on dma7 %x[0:96] to %v[0:4, 0:24]",
    )


def test_lanes_execute_what_their_engine_has() -> None:
    """An op without a cost rule and a function outside the table of the engine are refused before the container."""
    refused(
        ProgramError,
        r"engine.memset of 'zero' on lane 'scalar': target 'tiny' has no cost rule for 'memset' there, so the engine "
        r"does not execute it; it executes activate, copy$",
        'engine.memset on scalar 0.0 into %y[0:4, 0:16] {loc_name = "zero"}',
    )
    refused(
        ProgramError,
        r"engine.activate of 'act' on lane 'scalar' applies 'softplus': target 'tiny' has the functions identity, .*",
        'engine.activate on scalar softplus(1.0 * %y[0:4, 0:16] + 0.0) into %y[0:4, 0:16] {loc_name = "act"}',
    )
    slow = replace(TINY, tensor=replace(TINY.tensor, rate={"fp32": 1.0, "int8": 1.0}))
    product = program(f"engine.matmul on tensor {PRODUCT}")
    with pytest.raises(
        ProgramError, match=r"engine.matmul multiplies bf16: the array of target 'tiny' multiplies fp32, int8"
    ):
        emit(product, slow)
    with pytest.raises(ProgramError, match=r"engine.matmul multiplies bf16: the array"):
        schedule_engines(product, slow)


def test_engines_that_execute_something_for_some_operands_only() -> None:
    """An estimate and emission refuse what the simulator would."""
    only = replace(TINY.engines["vector"], cost=(CostRule("copy", 1.0, when="all_bf16 & contiguous"),))
    target = replace(TINY, engines={**TINY.engines, "vector": only})
    message = (
        "engine.copy of 'n' on lane 'vector': target 'tiny' has no cost rule for it there; the engine executes 'copy' "
        "only if all_bf16 & contiguous$"
    )
    wide = program('engine.copy on vector %y[0:4, 0:8] into %y[0:4, 8:16] {loc_name = "n"}')
    strided = program('engine.copy on vector %v[0:4, 0 + (4):(2)] into %w[0:4, 0:4] {loc_name = "n"}')
    for made, use in product((wide, strided), (schedule_engines, emit)):
        with pytest.raises(ProgramError, match=message):
            use(made, target)
    assert opcodes(emit(program("engine.copy on vector %v[0:4, 0:4] into %w[0:4, 0:4]"), target).records) == ["COPY"]


def test_integers_that_an_engine_lacks() -> None:
    """Arithmetic on integers alone needs them; int64 is needed for any use."""
    none = replace(TINY.engines["vector"], integers=())
    target = replace(TINY, engines={**TINY.engines, "vector": none})
    buffers = BUFFERS.replace("sbuf<4x64xf32>", "sbuf<4x64xKIND>")
    add = 'engine.tensor_scalar on vector %y[0:4, 0:8] add VALUE into %y[0:4, 8:16] {loc_name = "n"}'
    copy = 'engine.copy on vector %y[0:4, 0:8] into %y[0:4, 8:16] {loc_name = "n"}'
    assert opcodes(emit(program(add.replace("VALUE", "0.5"), buffers.replace("KIND", "i32")), target).records) == ["TS"]
    assert opcodes(emit(program(copy, buffers.replace("KIND", "i32")), target).records) == ["COPY"]
    for body, kind, name in ((add, "i32", "int32"), (add, "i8", "int8"), (copy, "i64", "int64")):
        message = (
            rf"engine.(tensor_scalar|copy) of 'n' on lane 'vector' computes with {name}: target 'tiny' has integer"
        )
        with pytest.raises(ProgramError, match=message + " arithmetic in no dtype there"):
            emit(program(body.replace("VALUE", "1.0"), buffers.replace("KIND", kind)), target)


def test_transfers_that_a_target_cannot_make() -> None:
    """Gathers and ways to combine are those of the DMA engines."""
    buffers = """
  %i = engine.buffer "i" input hbm<3xi32> at 0
  %x = engine.buffer "x" input hbm<24xf32> at 64
  %y = engine.buffer "y" output hbm<12xf32> at 192
"""
    whole, dense = "%x[0 + (1, 1, 6, 4):(24, 24, 4, 1)]", "%y[0 + (1, 1, 3, 4):(12, 12, 4, 1)]"
    gather = program(f'engine.dma_gather on dma0 {whole} at %i[0:3] to {dense} {{loc_name = "n"}}', buffers)
    scatter = f"engine.dma_scatter on dma0 {dense} KIND at %i[0:3] to {whole}"
    refused(
        ProgramError,
        r"engine.dma_scatter needs 'fma': the DMA engines of target 'tiny' have copy, cast, transpose, gather, ",
        scatter.replace("KIND", "mul"),
        buffers,
    )
    for kind in ("none", "add"):
        assert opcodes(emitted(scatter.replace("KIND", kind), buffers).records) == ["DMA_SCATTER"]
    assert opcodes(emit(gather, TINY).records) == ["DMA_GATHER"]
    with pytest.raises(
        ProgramError, match=r"engine.dma_gather of 'n' needs 'gather': the DMA engines of .* have copy$"
    ):
        emit(gather, replace(TINY, dma=replace(TINY.dma, ops=("copy",))))


def test_fifty_thousand_records_take_less_than_a_second() -> None:
    """All blocks of a product come from array operations: no Python object per record."""
    array = replace(TINY, tensor=replace(TINY.tensor, cols=1, rows=1))
    steps = 400
    offsets = ", ".join(["0", "8"] * (steps // 2))
    rows = ", ".join(["0:1"] * steps)
    made = program(
        f"engine.matmul on tensor %w at [{offsets}] m 8, %v at [{offsets}] over (8):(1) n_block 1 rows [{rows}]"
        " into %p at 0 + (8, 1)"
    )
    begin = process_time()
    result = emit(made, array)
    assert process_time() - begin < 1
    assert len(result.records) == 2 * 64 * steps

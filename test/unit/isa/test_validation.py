"""Every rule of the loader: one broken field, one diagnostic that names it."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from accelc.errors import ProgramError
from accelc.isa import encode
from accelc.isa.program import AcceleratorSegment, DebugEntry, DelaySlot, HbmBinding, HostSegment, Program, ValueType
from accelc.isa.records import Records, Space, Update, as_dma
from accelc.isa.table import TABLE, Opcode
from accelc.isa.validation import Limits, Stream, validate_program, validate_stream
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

WithStream = Callable[[Program, str, Records], Program]
Mutation = Callable[[Any], None]


def device(program: Program) -> AcceleratorSegment:
    """The first segment."""
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    return segment


def setter(path: str, value: Any) -> Mutation:
    """Assigns a field given as `name`, `name[i]`, `name[i].member`, or `dst.member` of the DMA form."""

    def mutate(records: Any) -> None:
        if path.split(".")[0] in ("dst", "src"):
            side, member = path.split(".")
            as_dma(records)[side][member.split("[")[0]][0, *_index(member)] = value
            return
        target = records
        parts = path.split(".")
        for part in parts[:-1]:
            target = target[part.split("[")[0]][0, *_index(part)].reshape(1)
        target[parts[-1].split("[")[0]][0, *_index(parts[-1])] = value

    return mutate


def _index(part: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\[(\d+)\]", part))


RECORDS = [
    ("vector", 1, "opcode", 99, "(opcode 99): field 'opcode' = 99: unknown opcode (known: 1 nop, 2 halt"),
    ("vector", 1, "opcode", 0, "(opcode 0): field 'opcode' = 0: unknown opcode"),
    ("vector", 1, "opcode", 16, "field 'opcode' = 16: legal on the lanes tensor"),
    ("tensor", 3, "opcode", 64, "field 'opcode' = 64: legal on the lanes dma"),
    ("vector", 1, "opcode", 34, "field 'opcode' = 34: 'vector' of target 'tiny' has no cost rule 'scalar_tensor_tenso"),
    ("vector", 1, "lane", 2, "(tt): field 'lane' = 2: must be 1, the lane of its stream"),
    ("vector", 1, "debug", 3, "field 'debug' = 3: the debug map has entries 0 to 2"),
    ("tensor", 1, "flags", 6, "field 'flags' = 6 in byte 3: legal flags are 3"),
    ("vector", 1, "wait_bits", 4, "field 'wait_bits' = 4: must be zero: only a wait with condition 3 compares"),
    ("vector", 1, "operand[0].reserved", 1, "field 'dst.reserved' = 1 in byte 30: must be zero"),
    ("vector", 2, "operand[2].size[3]", 1, "field 'src1.size' = 1 in byte 98: must be zero: 'ts' does not use it"),
    ("vector", 1, "imm[2]", 1.0, "field 'imm' = 128 in byte 118: must be zero"),
    ("vector", 1, "aux[3]", 1, "field 'aux' = 1 in byte 123: must be zero"),
    ("vector", 1, "link", 1, "field 'link' = 1 in byte 124: must be zero"),
    ("dma0", 0, "src.reserved", 1, "field 'src.reserved' = 1 in byte 70: must be zero: 'dma_copy' does not use it"),
    ("dma0", 0, "aux[0]", 1, "field 'aux' = 1 in byte 120: must be zero"),
    ("tensor", 0, "wait_condition", 4, "field 'wait_condition' = 4: legal are 0 to 3"),
    ("tensor", 0, "wait_condition", 3, "field 'wait_bits' = 0: semaphores of target 'tiny' have 1 to 16 bits to comp"),
    ("tensor", 0, "wait_condition", 0, "field 'wait_value' = 16: must be zero: the record has no wait condition"),
    ("tensor", 1, "wait_semaphore", 1, "field 'wait_semaphore' = 1: must be zero: the record has no wait condition"),
    ("tensor", 0, "wait_semaphore", 32, "field 'wait_semaphore' = 32: target 'tiny' has semaphores 0 to 31"),
    ("tensor", 0, "wait_value", 32768, "field 'wait_value' = 32768: semaphores hold 0 to 32767"),
    ("tensor", 0, "wait_value", -1, "field 'wait_value' = -1: semaphores hold 0 to 32767"),
    ("vector", 7, "opcode", 3, "field 'wait_condition' = 0: 'sem_wait' needs a condition"),
    ("vector", 7, "opcode", 4, "field 'update0.op' = 0: 'sem_upd' needs an update"),
    ("tensor", 1, "update[1].op", 3, "field 'update1.op' = 3: legal are 0 to 2"),
    ("tensor", 1, "update[0].op", 0, "field 'update0.semaphore' = 1: must be zero: the record has no such update"),
    ("tensor", 2, "update[0].value", 1, "field 'update0.value' = 1: must be zero: the record has no such update"),
    ("tensor", 1, "update[1].semaphore", 32, "field 'update1.semaphore' = 32: target 'tiny' has semaphores 0 to 31"),
    ("tensor", 1, "update[0].value", 0, "field 'update0.value' = 0: an update adds at least 1"),
    ("vector", 1, "aux[0]", 0, "field 'op' = 0: legal are 1 add, 2 sub"),
    ("vector", 1, "aux[0]", 23, "field 'op' = 23: legal are"),
    ("vector", 2, "aux[1]", 23, "field 'op1' = 23: legal are 0 none, 1 add"),
    ("vector", 3, "imm[1]", -0.0, "field 'value1' = -0.0: must be zero: op1 is none"),
    ("vector", 4, "aux[0]", 2, "field 'op' = 2: legal are 1 add, 5 max, 6 min"),
    ("vector", 4, "aux[1]", 0, "field 'dims' = 0: legal are 1 to 4"),
    ("vector", 4, "aux[1]", 5, "field 'dims' = 5: legal are 1 to 4"),
    ("vector", 1, "aux[0]", 20, "field 'op' = shl: shifts are of integers, by whole numbers"),
    ("vector", 2, "aux[1]", 22, "field 'op1' = sar: shifts are of integers, by whole numbers"),
    ("vector", 10, "imm[0]", 0.5, "field 'op0' = shl: shifts are of integers, by whole numbers"),
    ("vector", 10, "imm[1]", 3e9, "field 'op0' = shl: shifts are of integers, by whole numbers"),
    ("vector", 10, "operand[0].dtype", 1, "field 'op0' = shl: shifts are of integers, by whole numbers"),
    ("vector", 11, "operand[1].dtype", 9, "field 'src0.dtype' = int64: 'vector' of target 'tiny' has integer arithm"),
    ("vector", 9, "operand[0].dtype", 9, "field 'dst.dtype' = int64: 'vector' of target 'tiny' has integer arithmeti"),
    ("vector", 9, "operand[2].size[3]", 7, "field 'src1.size' = [1, 1, 1, 7]: the sizes must visit 8 elements"),
    ("scalar", 0, "aux[0]", 24, "field 'func' = 24: legal are 0 identity"),
    ("scalar", 0, "aux[0]", 3, "field 'func' = gelu_tanh: 'scalar' of target 'tiny' has the functions identity, relu"),
    ("scalar", 1, "imm[1]", 1.0, "field 'bias' = 1.0: must be zero: src1 holds the bias"),
    ("vector", 7, "link", 2, "field 'slot' = 2: the delay table has 2 entries"),
    ("vector", 7, "link", 1, "field 'slot' = 1: delay of lane 'dma1'"),
    ("vector", 1, "operand[2].part_count", 0, "field 'src1.part_count' = 0: the operand is missing"),
    ("scalar", 0, "operand[2].size[0]", 1, "field 'src1.part_count' = 0: the operand is absent, but its other fields"),
    ("vector", 1, "operand[0].space", 1, "field 'dst.space' = hbm: here 'vector' writes sbuf, psum"),
    ("vector", 1, "operand[0].space", 9, "field 'dst.space' = 9: here 'vector' writes sbuf, psum"),
    ("gpsimd", 0, "operand[1].space", 3, "field 'src0.space' = psum: here 'gpsimd' reads sbuf"),
    ("tensor", 0, "operand[1].space", 3, "field 'src0.space' = psum: here 'tensor' reads sbuf"),
    ("vector", 1, "operand[0].dtype", 0, "field 'dst.dtype' = 0: legal are 1 fp32"),
    ("vector", 1, "operand[0].dtype", 10, "field 'dst.dtype' = 10: legal are 1 fp32"),
    ("vector", 1, "operand[1].dtype", 2, "field 'src0.dtype' = bf16: 'psum' holds elements of at least 4 bytes"),
    ("vector", 1, "operand[0].offset", 1026, "field 'dst.offset' = 1026: must be a multiple of the element's size"),
    ("vector", 1, "operand[0].size[1]", 0, "field 'dst.size' = [1, 0, 1, 8]: sizes are at least 1"),
    ("vector", 1, "operand[0].part_start", 2, "field 'dst.part_count' = 6: 'sbuf' has 4 partitions"),
    ("gpsimd", 0, "operand[0].part_count", 3, "field 'dst.part_count' = 3: the result has one partition"),
    ("vector", 1, "operand[0].offset", 4068, "field 'dst.offset' = 4068: touches bytes 4068 to 4099 of a partition of"),
    ("vector", 4, "operand[1].offset", 6, "field 'src0.offset' = 6: touches bytes -2 to 13 of a partition of 4096 byt"),
    ("vector", 1, "operand[1].offset", 240, "field 'src0.offset' = 240: touches bytes 240 to 271 of a partition of 25"),
    ("vector", 6, "operand[0].size[0]", 2048, "field 'dst.size' = [2048, 1, 2, 4]: writes more elements than fit the"),
    ("vector", 1, "operand[1].part_count", 2, "field 'src0.part_count' = 2: dst has 4 partitions"),
    ("vector", 1, "operand[2].size[3]", 7, "field 'src1.size' = [1, 1, 1, 7]: the sizes must visit 8 elements, as dst"),
    ("scalar", 1, "operand[2].size[3]", 7, "field 'src1.size' = [1, 1, 1, 7]: the sizes must visit 8 elements"),
    ("vector", 4, "operand[0].size[3]", 3, "field 'dst.size' = [1, 1, 1, 3]: src0 without its reduced dimensions visi"),
    ("vector", 4, "operand[1].part_count", 2, "field 'src0.part_count' = 2: dst has 4 partitions"),
    ("gpsimd", 0, "operand[1].size[3]", 7, "field 'src0.size' = [1, 1, 1, 7]: the sizes must visit 8 elements, as dst"),
    ("tensor", 0, "operand[1].dtype", 8, "field 'src0.dtype' = int32: the array of target 'tiny' multiplies "),
    ("tensor", 1, "operand[1].dtype", 7, "field 'src0.dtype' = uint8: the array of target 'tiny' multiplies "),
    ("tensor", 0, "operand[1].size[3]", 5, "field 'src0.size' = [1, 1, 1, 5]: the array has 4 columns"),
    ("tensor", 1, "operand[1].size[2]", 5, "field 'src0.size' = [1, 1, 5, 4]: the array of target 'tiny' streams at m"),
    ("tensor", 1, "operand[0].dtype", 8, "field 'dst.dtype' = int32: products of bf16 accumulate in fp32"),
    ("tensor", 1, "operand[0].offset", 100, "field 'dst.offset' = 100: the result must lie in one bank of 64 bytes"),
    ("tensor", 1, "operand[0].space", 2, "field 'dst.space' = sbuf: here 'tensor' writes psum"),
    ("tensor", 1, "flags", 0, "field 'flags' = 0: no stationary operand is active: an earlier 'mm' must swap"),
    ("tensor", 2, "flags", 3, "field 'flags' = 3: swaps, but no loaded stationary operand is pending"),
    ("tensor", 0, "operand[1].part_count", 2, "field 'src0.part_count' = 4: must be 2, the rows of the active station"),
    ("tensor", 0, "operand[1].size[3]", 2, "field 'dst.part_count' = 4: must be 2, the columns of the active stationa"),
    ("tensor", 0, "operand[1].dtype", 6, "field 'src0.dtype' = bf16: cannot be multiplied with the stationary int8"),
    ("tensor", 2, "operand[0].size[3]", 4, "field 'dst.size' = [1, 1, 1, 4]: src0 visits 8 elements"),
    ("dma0", 0, "dst.space", 3, "field 'dst.space' = psum: here 'dma0' writes hbm, sbuf, host"),
    ("dma0", 0, "src.dtype", 0, "field 'src.dtype' = 0: legal are 1 fp32"),
    ("dma0", 0, "src.size[0]", 0, "field 'src.size' = [0, 1, 4, 4]: sizes are at least 1"),
    ("dma0", 0, "src.base", 1, "field 'src.base' = 1: must be a multiple of the element's size"),
    ("dma0", 0, "src.stride[3]", 3, "field 'src.stride' = [0, 0, 8, 3]: must be multiples of the element's size"),
    ("dma0", 0, "src.base", 4080, "field 'src.base' = 4080: touches bytes 4080 to 4111 of the 4096 bytes of hbm of th"),
    ("dma0", 0, "src.base", 2**64 - 2, "of the 4096 bytes of hbm of the program"),
    ("dma0", 0, "src.stride[2]", -8, "field 'src.base' = 0: touches bytes -24 to 7 of the 4096 bytes of hbm"),
    ("dma0", 2, "src.base", 4 * 4096, "field 'src.base' = 16384: touches partitions 4 to 7 of the 4 of sbuf"),
    ("dma0", 2, "src.base", 4092, "field 'src.base' = 4092: touches bytes 4092 to 4123 of a partition of 4096 bytes"),
    ("dma0", 2, "src.stride[2]", 4100, "a stride over partitions of sbuf is a multiple of 4096 bytes"),
    ("dma0", 2, "src.size[3]", 7, "field 'dst.size' = [1, 1, 4, 8]: src visits 28 elements"),
    ("dma0", 0, "dst.size[0]", 2**31, "field 'dst.size' = [2147483648, 1, 4, 4]: writes more elements than fit the 16"),
    ("dma1", 0, "src.space", 2, "field 'src.space' = 2: must be 1 (hbm)"),
    ("dma1", 0, "dst.dtype", 8, "field 'src.dtype' = 1: an indexed transfer converts nothing"),
    ("dma1", 0, "src.size[3]", 1, "field 'src.size' = [1, 1, 4, 1]: dst has [1, 1, 2, 2]: all but dimension 2 must"),
    ("dma1", 0, "src.size[2]", 2**20, "field 'src.base' = 64: touches bytes 64 to 8388671 of the 4096 bytes of hbm"),
    ("dma1", 0, "link", 33, "field 'index' = 132: bytes 132 to 147 of the index tensor: must be inside the 4096"),
    ("dma1", 0, "link", 1022, "field 'index' = 4088: bytes 4088 to 4103 of the index tensor: must be inside the 409"),
    ("dma1", 1, "link", 2**32 - 1, "field 'index' = 17179869180: bytes 17179869180 to 17179869187 of the index tensor"),
    ("dma1", 0, "aux[0]", 1, "field 'index_type' = 1: legal are 8 int32, 9 int64"),
    ("dma1", 0, "aux[1]", 1, "field 'aux' = 1 in byte 121: must be zero: 'dma_gather' does not use it"),
    ("dma1", 1, "aux[1]", 2, "field 'op' = 2: legal are 0 none, 1 add, 3 mul, 5 max, 6 min"),
    ("dma1", 1, "aux[1]", 3, "field 'op' = 3: the DMA engines of target 'tiny' have copy, cast, transpose, gather"),
]  # fmt: skip


@pytest.mark.parametrize(("lane", "index", "path", "value", "message"), RECORDS)
def test_broken_field_is_named(
    program: Program, with_stream: WithStream, lane: str, index: int, path: str, value: Any, message: str
) -> None:
    stream = device(program).cores[0][lane].copy()
    setter(path, value)(stream[index : index + 1])
    with pytest.raises(ProgramError) as caught:
        validate_program(with_stream(program, lane, stream), "x.acx")
    text = str(caught.value)
    assert text.startswith(f"x.acx: segment 0 'main': core 0: stream '{lane}': record ")
    assert message in text


def test_every_instruction_is_valid_somewhere(program: Program) -> None:
    """The table of broken fields starts from a program in which nothing is wrong and nothing is missing."""
    validate_program(program, "x.acx")
    used = {int(code) for stream in device(program).cores[0].values() for code in stream["opcode"]}
    assert used == {int(opcode) for opcode in TABLE} - {int(Opcode.STT)}


def halt(lane: int = 0) -> Records:
    return encode.control_records(lane, Opcode.HALT)


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (halt()[:0], "stream 'tensor': empty: a stream ends in 'halt'"),
        (encode.control_records(0, Opcode.NOP), "record 0 (nop): field 'opcode' = 1: a stream ends in 'halt'"),
        (np.concatenate([halt(), halt()]), "record 0 (halt): field 'opcode' = 2: only the last record is 'halt'"),
    ],
)
def test_a_stream_ends_in_one_halt(program: Program, with_stream: WithStream, stream: Records, message: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(message)):
        validate_program(with_stream(program, "tensor", stream), "x.acx")


def test_shadow_planes_bound_the_loads(program: Program, with_stream: WithStream) -> None:
    stream = device(program).cores[0]["tensor"]
    twice = np.concatenate([stream[:1], stream])
    with pytest.raises(ProgramError, match=r"record 1 \(ls\).*all 1 shadow planes hold an operand that no 'mm' has"):
        validate_program(with_stream(program, "tensor", twice), "x.acx")


def test_reloading_after_the_swap_is_valid(program: Program, with_stream: WithStream) -> None:
    stream = device(program).cores[0]["tensor"]
    validate_program(with_stream(program, "tensor", np.concatenate([stream[:3], stream[:3], stream[-1:]])), "x.acx")


@pytest.mark.parametrize(
    ("count", "start", "message"),
    [
        (1, 3, ""),
        (2, 2, ""),
        (2, 1, "field 'dst.part_start' = 1: an access of 2 to 2 partitions starts at a multiple of 2"),
        (3, 1, "field 'dst.part_start' = 1: an access of 3 to 4 partitions starts at a multiple of 4"),
    ],
)
def test_start_partition_rules(program: Program, with_stream: WithStream, count: int, start: int, message: str) -> None:
    pattern = encode.operands(Space.SBUF, "fp32", start, count, 0, (4,), (1,))
    stream = np.concatenate([encode.memset_records(1, 0.0, pattern), halt(1)])
    broken = with_stream(program, "vector", stream)
    if not message:
        validate_program(broken, "x.acx")
        return
    with pytest.raises(ProgramError, match=re.escape(message)):
        validate_program(broken, "x.acx")


def trn_stream(records: Records, lane: str) -> None:
    target = load_target("trn-like")
    code = target.lanes.index(lane)
    records["lane"] = code
    validate_stream(Stream("x", "main", 0, lane, np.concatenate([records, halt(code)]), target, Limits(1, (), 1 << 20)))


@pytest.mark.parametrize(
    ("scalar", "message"),
    [(0, ""), (2, "field 'scalar' = 2: must be a multiple of 4"), (196608, "inside the 196608 bytes of a partition")],
)
def test_scalars_of_stt_lie_in_sbuf(scalar: int, message: str) -> None:
    pattern = encode.operands(Space.SBUF, "fp32", 0, 128, 64, (4,), (1,))
    records = encode.scalar_tensor_tensor_records(1, "mul", "add", scalar, pattern, pattern, pattern)
    if not message:
        trn_stream(records, "vector")
        return
    with pytest.raises(ProgramError, match=re.escape(message)):
        trn_stream(records, "vector")


def test_a_stream_whose_activations_all_have_a_bias() -> None:
    pattern = encode.operands(Space.SBUF, "fp32", 0, 128, 64, (4,), (1,))
    trn_stream(encode.activate_records(2, "gelu", 1.0, None, pattern, pattern, pattern), "scalar")


def test_start_partitions_of_the_large_target() -> None:
    pattern = encode.operands(Space.SBUF, "fp32", 32, 64, 0, (4,), (1,))
    with pytest.raises(ProgramError, match="an access of 33 to 64 partitions starts at a multiple of 64"):
        trn_stream(encode.memset_records(1, 0.0, pattern), "vector")


def test_targets_limit_dimensions() -> None:
    target = load_target("gemmini-like")
    pattern = encode.operands(Space.SBUF, "fp32", 0, 16, 0, (2, 2, 2), (16, 4, 1))
    code = target.lanes.index("vector")
    stream = np.concatenate([encode.memset_records(code, 0.0, pattern), halt(code)])
    with pytest.raises(ProgramError, match="'sbuf' is accessed in at most 2 dimensions"):
        validate_stream(Stream("x", "main", 0, "vector", stream, target, Limits(1, (), 1)))
    code = target.lanes.index("dma0")
    side = encode.dma_sides(Space.HBM, "int8", 0, (2, 2, 2), (16, 4, 1))
    stream = np.concatenate([encode.dma_copy_records(code, side, side), halt(code)])
    with pytest.raises(ProgramError, match="the DMA engines of target 'gemmini-like' have 2 dimensions"):
        validate_stream(Stream("x", "main", 0, "dma0", stream, target, Limits(1, (), 64)))


def test_a_dma_that_cannot_convert() -> None:
    tiny = load_target("tiny")
    target = replace(tiny, dma=replace(tiny.dma, ops=("copy",)))
    code = target.lanes.index("dma0")
    source, wide = (encode.dma_sides(Space.HBM, dtype, 0, (2,), (4,)) for dtype in ("int8", "fp32"))
    stream = np.concatenate([encode.dma_copy_records(code, wide, source), halt(code)])
    with pytest.raises(ProgramError, match="the DMA engines of target 'tiny' cannot cast"):
        validate_stream(Stream("x", "main", 0, "dma0", stream, target, Limits(1, (), 64)))


def test_indexed_transfers_that_a_target_lacks() -> None:
    """Both are refused where the DMA engines have neither."""
    tiny = load_target("tiny")
    target = replace(tiny, dma=replace(tiny.dma, ops=("copy", "cast")))
    whole, dense = (encode.dma_sides(Space.HBM, "fp32", 64 * n, (1, 1, n, 1), (4, 4, 4, 4)) for n in (4, 2))
    for sides, op in (((dense, whole), None), ((whole, dense), "none")):
        stream = np.concatenate([encode.indexed_records(4, *sides, 0, "int32", op), halt(4)])
        with pytest.raises(
            ProgramError, match=r"field 'opcode' = 6[56]: the DMA engines of target 'tiny' have copy, c"
        ):
            validate_stream(Stream("x", "main", 0, "dma0", stream, target, Limits(1, (), 1024)))


def test_integers_that_an_engine_lacks() -> None:
    """Arithmetic on integers needs the dtype of each operand; the same on floats, and copies, do not."""
    tiny = load_target("tiny")
    vector = replace(tiny.engines["vector"], integers=("int32",))
    target = replace(tiny, engines={**tiny.engines, "vector": vector})

    def add(*dtypes: str) -> Records:
        sides = (encode.operands(Space.SBUF, kind, 0, 4, 64 * i, (4,), (1,)) for i, kind in enumerate(dtypes))
        return encode.tensor_tensor_records(1, "add", *sides)

    def validate(records: Records) -> None:
        stream = np.concatenate([records, halt(1)])
        validate_stream(Stream("x", "main", 0, "vector", stream, target, Limits(1, (), 64)))

    validate(add("int32", "int32", "int32"))
    validate(add("fp32", "int8", "int32"))
    for dtypes, name in ((("int8", "int32", "int32"), "dst"), (("int32", "int32", "uint8"), "src1")):
        message = rf"field '{name}.dtype' = u?int8: 'vector' of target 'tiny' has integer arithmetic in int32"
        with pytest.raises(ProgramError, match=message):
            validate(add(*dtypes))


def test_update_points_of_the_target() -> None:
    tiny = load_target("tiny")
    target = replace(tiny, sync=replace(tiny.sync, update_points=("complete",)))
    records = encode.control_records(1, Opcode.SEM_UPD)
    encode.set_update(records, 0, 3, Update.ADD_AT_READ)
    with pytest.raises(ProgramError, match=r"field 'update0\.op' = 1: target 'tiny' has no update point 'read'"):
        validate_stream(Stream("x", "main", 0, "vector", np.concatenate([records, halt(1)]), target, Limits(1, (), 1)))


def test_semaphores_that_overflow(program: Program, with_stream: WithStream) -> None:
    records = encode.control_records(1, Opcode.SEM_UPD, 2)
    encode.set_update(records, 0, 3, Update.ADD_AT_COMPLETE, 40000)
    broken = with_stream(program, "vector", np.concatenate([records, halt(1)]))
    with pytest.raises(
        ProgramError, match=r"core 0: semaphore 3 'vector .*' is raised to 80000, it holds at most 32767"
    ):
        validate_program(broken, "x.acx")


def changed(program: Program, **values: Any) -> Program:
    return replace(program, segments=(replace(device(program), **values), *program.segments[1:]))


def rebound(program: Program, index: int, **values: Any) -> Program:
    bindings = list(device(program).bindings)
    bindings[index] = replace(bindings[index], **values)
    return changed(program, bindings=tuple(bindings))


PROGRAMS: list[tuple[Callable[[Program], Program], str]] = [
    (lambda p: changed(p, hbm_bytes=1 << 21), "field 'hbm_bytes' = 2097152: target 'tiny' has 1048576 bytes"),
    (lambda p: changed(p, cores=()), "0 cores: target 'tiny' has 1 to 2"),
    (lambda p: changed(p, cores=({"scaler": halt()},)), "core 0: target 'tiny' has no lane 'scaler' (lanes: tensor"),
    (lambda p: changed(p, semaphores=tuple(map(str, range(33)))), "33 semaphores: target 'tiny' has 32"),
    (lambda p: changed(p, semaphores=("a", "a")), "semaphore 'a' occurs twice"),
    (lambda p: changed(p, delays=(DelaySlot("a", "vector", 1, 1),) * 2), "delay 'a' occurs twice"),
    (lambda p: changed(p, delays=(DelaySlot("a", "x", 1, 1),)), "delay 'a': target 'tiny' has no lane 'x'"),
    (lambda p: changed(p, delays=(DelaySlot("a", "vector", 2, 1),)), "delay 'a': default 2 is not in 0 to 1"),
    (lambda p: changed(p, debug=()), "entry 0 of the debug map must be empty"),
    (lambda p: changed(p, debug=(DebugEntry("x", "", None),)), "entry 0 of the debug map must be empty"),
    (lambda p: rebound(p, 3, offset=4092), "binding of scratch 'spill': bytes 4092 to 4098 of 4096 bytes of hbm"),
    (lambda p: rebound(p, 1, offset=66), "binding of input 'x': offset 66 is not a multiple of 4"),
    (lambda p: rebound(p, 0, name="v"), "binding of weight 'v': there is no such weight"),
    (lambda p: rebound(p, 0, dtype="fp16"), "binding of weight 'w': fp16[4, 4] does not match the weight, bfloat16[4,"),
    (lambda p: rebound(p, 0, shape=(16,)), "binding of weight 'w': bf16[16] does not match the weight"),
    (lambda p: rebound(p, 1, name="q"), "binding of input 'q': the segment has no such input"),
    (lambda p: rebound(p, 1, role="scratch"), "input 'x' is not bound to memory"),
    (lambda p: rebound(p, 2, role="scratch"), "output 'y' is not bound to memory"),
    (lambda p: rebound(p, 1, offset=28), "bindings of weight 'w' and input 'x' overlap at byte 28"),
    (lambda p: rebound(p, 2, offset=68), "bindings of input 'x' and output 'y' overlap at byte 68"),
    (
        lambda p: rebound(p, 2, role="in_place"),
        "binding of in_place 'y': no input, or one that has an output already, begins at byte 192",
    ),
    (
        lambda p: rebound(p, 2, role="in_place", offset=64, shape=(32,)),
        "binding of in_place 'y': fp32[32] does not match the input 'x' in that place, fp32[4, 8]",
    ),
    (lambda p: rebound(p, 1, shape=(4, 7)), "binding of input 'x' has 28 elements, the value has 32"),
    (lambda p: replace(p, segments=(*p.segments, p.segments[1])), "segment 2 'tail': output 'z' exists already"),
    (
        lambda p: replace(p, segments=(*p.segments, HostSegment("tail", "host", (), ("q",), ""))),
        "segment 2 'tail': an earlier segment has the same name",
    ),
    (
        lambda p: replace(p, segments=(p.segments[0], HostSegment("tail", "moon", ("y",), ("z",), ""))),
        "segment 1 'tail': field 'place' = 'moon': expected host | framework",
    ),
    (lambda p: replace(p, segments=p.segments[::-1]), "segment 0 'tail': input 'y' is no input, weight or earlier res"),
    (lambda p: replace(p, segments=p.segments[:1]), "x.acx: output 'z' is not computed by any segment"),
    (lambda p: replace(p, inputs=p.inputs * 2), "x.acx: input 'x' occurs twice"),
    (lambda p: replace(p, outputs=(ValueType("z", "float31", ()),)), "output 'z': unknown dtype 'float31'"),
    (lambda p: replace(p, target_text="name = "), "x.acx: target of the program: "),
    (lambda p: replace(p, target_text=p.target_text + "\n"), "the target description is not in canonical form"),
    (
        lambda p: replace(p, target_text=p.target_text.replace("minor = 0", "minor = 7")),
        "target 'tiny' has instruction set 1.7 with records of 128 bytes: supported is 1.0",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("mutate", "message"), PROGRAMS)
def test_broken_program_is_refused(program: Program, mutate: Callable[[Program], Program], message: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(message)) as caught:
        validate_program(mutate(program), "x.acx")
    assert str(caught.value).startswith("x.acx: ")


def test_weights_may_share_memory_with_outputs(program: Program) -> None:
    """Only data written before the start must be disjoint, and outputs from inputs."""
    validate_program(rebound(rebound(program, 2, offset=0), 1, offset=192), "x.acx")


def test_an_output_may_take_the_memory_of_an_input(program: Program) -> None:
    """Then nothing else may need the input: no later segment, no output."""
    shared = rebound(program, 2, role="in_place", offset=64)
    validate_program(shared, "x.acx")
    late = replace(shared, segments=(*shared.segments, HostSegment("late", "host", ("x",), ("q",), "")))
    with pytest.raises(ProgramError, match="'late': input 'x': an earlier segment wrote a result in its place"):
        validate_program(late, "x.acx")
    returned = replace(shared, outputs=(*shared.outputs, ValueType("x", "float32", (4, 8))))
    with pytest.raises(ProgramError, match="output 'x': a segment wrote a result in its place"):
        validate_program(returned, "x.acx")
    twice = changed(shared, outputs=("y", "v"), bindings=(*device(shared).bindings, device(shared).bindings[2]))
    bindings = (*device(twice).bindings[:-1], replace(device(twice).bindings[2], name="v"))
    with pytest.raises(ProgramError, match="binding of in_place 'v': no input, or one that has an output already"):
        validate_program(changed(twice, bindings=bindings), "x.acx")


def test_other_targets_of_the_same_name_are_accepted(program: Program) -> None:
    tiny = load_target("tiny")
    faster = replace(tiny, dma=replace(tiny.dma, bytes_per_ns=8.0))
    validate_program(replace(program, target_text=canonical_toml(faster)), "x.acx")


def test_binding_sizes() -> None:
    assert HbmBinding("x", "input", 0, "bf16", (3, 5)).nbytes == 30
    assert HbmBinding("x", "input", 0, "fp32", ()).nbytes == 4

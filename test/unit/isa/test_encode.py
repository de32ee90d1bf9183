"""The record builders: every argument lands in its field, and a value that does not fit is refused by name."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.isa import encode
from accelc.isa.encode import FieldError
from accelc.isa.records import DTYPES, RECORD, RECORD_BYTES, Flag, Records, Space, Update, as_dma, empty_records
from accelc.isa.table import ALU_OPS, BY_MNEMONIC, FUNCTIONS, TABLE, Form, Opcode

U16, U32 = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)
I16, I32 = st.integers(-(2**15), 2**15 - 1), st.integers(-(2**31), 2**31 - 1)
A = encode.operands(Space.SBUF, "fp32", 0, 4, 8, (2, 3), (3, 1))
B = encode.operands(Space.PSUM, "fp32", 0, 4, 16, (6,), (1,))
C = encode.operands(Space.SBUF, "bf16", 0, 4, 32, (6,), (0,))


def test_the_frame_has_no_holes() -> None:
    assert RECORD.itemsize == RECORD_BYTES == 128
    assert RECORD.fields is not None
    covered = [start + offset for kind, start, *_ in RECORD.fields.values() for offset in range(kind.itemsize)]
    assert covered == list(range(128))


def test_the_table_is_consistent() -> None:
    assert set(TABLE) == set(Opcode)
    assert len(BY_MNEMONIC) == len(TABLE)
    for row in TABLE.values():
        places = [(use.field, use.index) for use in row.fields]
        assert len(set(places)) == len(places), row.mnemonic
        assert len({use.label for use in row.fields}) == len(row.fields), row.mnemonic
        slots = [use.slot for use in row.operands]
        assert len(set(slots)) == len(slots), row.mnemonic
        assert bool(row.operands) == (row.form is Form.OPERANDS), row.mnemonic


@given(st.sampled_from(DTYPES[1:]), U16, U16, U32, st.lists(st.tuples(U16, I16), min_size=1, max_size=4))
def test_operands(dtype: str, start: int, count: int, offset: int, dims: list[tuple[int, int]]) -> None:
    sizes, strides = [size for size, _ in dims], [stride for _, stride in dims]
    pattern = encode.operands(Space.PSUM, dtype, start, count, offset, sizes, strides)
    head = [pattern[name].tolist() for name in ("space", "dtype", "part_start", "part_count", "reserved", "offset")]
    assert head == [[Space.PSUM], [DTYPES.index(dtype)], [start], [count], [0], [offset]]
    assert pattern["size"].tolist() == [[1] * (4 - len(dims)) + sizes]
    assert pattern["stride"].tolist() == [[0] * (4 - len(dims)) + strides]


@given(st.integers(0, 2**63 - 1), st.lists(st.tuples(U32, I32), min_size=1, max_size=4))
def test_dma_sides(base: int, dims: list[tuple[int, int]]) -> None:
    sizes, strides = [size for size, _ in dims], [stride for _, stride in dims]
    side = encode.dma_sides(Space.HBM, "int8", base, sizes, strides)
    head = [side[name].tolist() for name in ("space", "dtype", "reserved", "base")]
    assert head == [[Space.HBM], [DTYPES.index("int8")], [0], [base]]
    assert side["size"].tolist() == [[1] * (4 - len(dims)) + sizes]
    assert side["stride"].tolist() == [[0] * (4 - len(dims)) + strides]


def fields(records: Records) -> dict[str, object]:
    """Parameter fields of a single record."""
    (row,) = records
    return {name: row[name].tolist() for name in ("flags", "imm", "aux", "link")}


CASES: list[tuple[Callable[[], Records], Opcode, dict[str, object]]] = [
    (lambda: encode.load_stationary_records(3, A), Opcode.LS, {}),
    (lambda: encode.matmul_records(3, B, A), Opcode.MM, {}),
    (lambda: encode.matmul_records(3, B, A, accumulate=True), Opcode.MM, {"flags": int(Flag.ACCUMULATE)}),
    (lambda: encode.matmul_records(3, B, A, swap=True), Opcode.MM, {"flags": int(Flag.SWAP)}),
    (lambda: encode.tensor_tensor_records(3, "sub", A, B, C), Opcode.TT, {"aux": [ALU_OPS.index("sub"), 0, 0, 0]}),
    (
        lambda: encode.tensor_scalar_records(3, "mul", 2.0, "add", 0.5, A, B),
        Opcode.TS,
        {"aux": [ALU_OPS.index("mul"), ALU_OPS.index("add"), 0, 0], "imm": [2.0, 0.5, 0.0]},
    ),
    (
        lambda: encode.tensor_scalar_records(3, "mul", 2.0, "none", 7.0, A, B),
        Opcode.TS,
        {"aux": [ALU_OPS.index("mul"), 0, 0, 0], "imm": [2.0, 0.0, 0.0]},
    ),
    (
        lambda: encode.scalar_tensor_tensor_records(3, "mul", "add", 512, A, B, C),
        Opcode.STT,
        {"aux": [ALU_OPS.index("mul"), ALU_OPS.index("add"), 0, 0], "link": 512},
    ),
    (lambda: encode.reduce_records(3, "max", 2, A, B), Opcode.REDUCE, {"aux": [ALU_OPS.index("max"), 2, 0, 0]}),
    (lambda: encode.copy_records(3, A, B), Opcode.COPY, {}),
    (lambda: encode.select_records(3, A, B, C), Opcode.SELECT, {}),
    (lambda: encode.memset_records(3, 1.5, A), Opcode.MEMSET, {"imm": [1.5, 0.0, 0.0]}),
    (
        lambda: encode.activate_records(3, "tanh", 2.0, 0.5, A, B),
        Opcode.ACT,
        {"aux": [FUNCTIONS.index("tanh"), 0, 0, 0], "imm": [2.0, 0.5, 0.0]},
    ),
    (
        lambda: encode.activate_records(3, "tanh", 2.0, None, A, B, C),
        Opcode.ACT,
        {"aux": [FUNCTIONS.index("tanh"), 0, 0, 0], "imm": [2.0, 0.0, 0.0]},
    ),
    (lambda: encode.partition_reduce_records(3, "min", A, B), Opcode.PART_REDUCE, {"aux": [6, 0, 0, 0]}),
    (lambda: encode.control_records(3, Opcode.NOP), Opcode.NOP, {}),
    (lambda: encode.delay_records(3, 9), Opcode.DELAY, {"link": 9}),
]  # fmt: skip


@pytest.mark.parametrize(("build", "opcode", "expected"), CASES)
def test_builders(build: Callable[[], Records], opcode: Opcode, expected: dict[str, object]) -> None:
    records = build()
    zero: dict[str, object] = {"flags": 0, "imm": [0.0, 0.0, 0.0], "aux": [0, 0, 0, 0], "link": 0}
    assert (records["opcode"].tolist(), records["lane"].tolist()) == ([opcode], [3])
    assert fields(records) == {**zero, **expected}


def test_builders_place_operands() -> None:
    (record,) = encode.tensor_tensor_records(0, "add", A, B, C)
    assert [slot.tobytes() for slot in record["operand"]] == [A.tobytes(), B.tobytes(), C.tobytes()]
    (record,) = encode.load_stationary_records(0, A)
    assert [slot.tobytes() for slot in record["operand"]] == [bytes(28), A.tobytes(), bytes(28)]


def test_dma_records_hold_both_sides() -> None:
    source = encode.dma_sides(Space.HBM, "fp32", 4, (2,), (4,))
    destination = encode.dma_sides(Space.SBUF, "bf16", [0, 2], (2,), (2,))
    records = encode.dma_copy_records(5, destination, source)
    assert as_dma(records)["dst"]["base"].tolist() == [0, 2]
    assert as_dma(records)["src"]["base"].tolist() == [4, 4]
    assert records["opcode"].tolist() == [Opcode.DMA_COPY] * 2


def test_builders_are_vectorised() -> None:
    starts = encode.operands(Space.SBUF, "fp32", 0, 4, [0, 4, 8], (2,), (1,))
    records = encode.matmul_records(0, starts, A, swap=[True, False, True])
    assert records["operand"]["offset"][:, 0].tolist() == [0, 4, 8]
    assert records["flags"].tolist() == [2, 0, 2]


def test_waits_and_updates() -> None:
    records = encode.control_records(0, Opcode.NOP, 2)
    encode.set_wait(records, 3, [5, 6])
    encode.set_update(records, 1, 4, Update.ADD_AT_READ, 2)
    assert records["wait_semaphore"].tolist() == [3, 3]
    assert records["wait_value"].tolist() == [5, 6]
    assert records["wait_condition"].tolist() == [1, 1]
    assert records["update"][:, 1].tolist() == [(4, 1, 2), (4, 1, 2)]
    assert records["update"][:, 0].tolist() == [(0, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: encode.operands(Space.SBUF, "fp31", 0, 1, 0, (1,), (1,)), "field 'dtype': unknown value 'fp31'"),
        (lambda: encode.operands(Space.SBUF, "fp32", -1, 1, 0, (1,), (1,)), "field 'part_start': -1 does not fit"),
        (lambda: encode.operands(Space.SBUF, "fp32", 0, 1, 2**32, (1,), (1,)), "field 'offset': 4294967296 does not"),
        (lambda: encode.operands(Space.SBUF, "fp32", 0, 1, 0, (65536,), (1,)), "field 'size': 65536 does not fit"),
        (lambda: encode.operands(Space.SBUF, "fp32", 0, 1, 0, (1,), (32768,)), "legal range is -32768 to 32767"),
        (lambda: encode.operands(Space.SBUF, "fp32", 0, 1, 0, (1,) * 5, (1,) * 5), "field 'size': 5 dimensions"),
        (lambda: encode.dma_sides(Space.HBM, "fp32", -4, (1,), (1,)), "field 'base': -4 does not fit"),
        (lambda: encode.copy_records(-1, A, B), "field 'lane': -1 does not fit"),
        (lambda: encode.tensor_tensor_records(0, "plus", A, B, C), "unknown value 'plus', legal are none"),
        (lambda: encode.activate_records(0, "rel", 1.0, 0.0, A, B), "field 'func': unknown value 'rel'"),
        (lambda: encode.activate_records(0, "relu", 1.0, 1.0, A, B, C), "field 'bias': must be zero when a bias"),
        (lambda: encode.control_records(256, Opcode.NOP), "field 'lane': 256 does not fit"),
        (lambda: encode.reduce_records(0, "add", 256, A, B), "field 'dims': 256 does not fit"),
        (lambda: encode.set_wait(empty_records(1), 256, 1), "field 'wait_semaphore': 256 does not fit"),
        (lambda: encode.set_update(empty_records(1), 0, 1, Update.ADD_AT_READ, 65536), "field 'update.value': 65536"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(build: Callable[[], object], message: str) -> None:
    with pytest.raises(FieldError, match=re.escape(message)):
        build()


def test_fractions_are_no_field_values() -> None:
    fractions: Any = np.array([0.5])
    with pytest.raises(FieldError, match="field 'x': expected integers, got float64"):
        encode.checked("x", fractions, np.dtype(np.uint8))


def test_checked_gives_wide_integers() -> None:
    values = encode.checked("x", np.array([1, 255], np.uint8), np.dtype(np.uint8))
    assert values.dtype == np.int64

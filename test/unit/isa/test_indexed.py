"""Indexed transfers: text, rules, execution."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.footprint import access_table
from accelc.errors import ProgramError
from accelc.isa.encode import FieldError, dma_sides, indexed_records
from accelc.isa.records import RECORD, Records, Space
from accelc.isa.table import COMBINE_OPS
from accelc.isa.text.disassembler import disassemble_records
from accelc.isa.text.record_parser import parse_record
from accelc.targets import load_target


def side(base: int, sizes: tuple[int, int, int, int]) -> np.ndarray:
    """A dense fp32 side in HBM."""
    strides = [4 * int(np.prod(sizes[axis + 1 :])) for axis in range(4)]
    return dma_sides(Space.HBM, "fp32", base, sizes, strides)


def gather(index: int = 512, kind: str = "int64", op: str | None = None) -> Records:
    """(2, 3, 5, 4) elements at byte 0, (2, 3, 2, 4) at byte 1024."""
    whole, dense = side(0, (2, 3, 5, 4)), side(1024, (2, 3, 2, 4))
    both = (dense, whole) if op is None else (whole, dense)
    return indexed_records(5, *both, index, kind, op)


@given(st.sampled_from([None, *COMBINE_OPS]), st.sampled_from(["int32", "int64"]), st.integers(0, 2**28))
def test_text_gives_the_record_back(op: str | None, kind: str, word: int) -> None:
    """Both instructions, all ways to combine."""
    records = gather(8 * word, kind, op)
    (line,) = disassemble_records(records)
    assert line.startswith("dma_gather index=0x" if op is None else "dma_scatter index=0x")
    assert np.frombuffer(parse_record(line, 5), RECORD) == records


@pytest.mark.parametrize("index", [6, -4, 2**34, 2**40])
def test_what_does_not_fit_a_record(index: int) -> None:
    """Index tensors lie at whole words of the first 16 GiB."""
    with pytest.raises(FieldError, match=rf"field 'index': byte {index} is no multiple of 4 from 0 to 17179869180"):
        gather(index)
    assert gather(2**34 - 4)["link"] == 2**32 - 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("index=0x200", "index=0x202", "field 'index' = 0x202: expected a multiple of 4 bytes"),
        ("index=0x200", "index=0x400000000", "field 'index' = 0x400000000: expected an integer from 0 to 17179869180"),
        ("index=0x200 ", "", "'dma_scatter' needs index="),
        ("index_type=int64", "index_type=fp32", r"field 'index_type' = fp32: expected int32 \| int64"),
        ("op=add", "op=sub", r"field 'op' = sub: expected none \| add \| mul \| max \| min"),
    ],
)
def test_text_that_is_no_record(old: str, new: str, message: str) -> None:
    """The field is named."""
    (line,) = disassemble_records(gather(op="add"))
    assert old in line
    with pytest.raises(ProgramError, match=message):
        parse_record(line.replace(old, new), 5)


@settings(max_examples=30)
@given(st.sampled_from([None, *COMBINE_OPS]))
def test_every_element_of_the_indexed_side_counts(op: str | None) -> None:
    """Which ones are meant only the run knows; a scatter also reads what it writes to."""
    table = access_table(gather(op=op), load_target("trn-like"))
    found = {
        (write, base, prod(sizes))
        for write, base, sizes in zip(table.is_write.tolist(), table.base.tolist(), table.sizes.tolist(), strict=True)
    }
    if op is None:
        assert found == {(False, 0, 120), (False, 512, 4), (True, 1024, 48)}
    else:
        assert found == {(True, 0, 120), (False, 0, 120), (False, 512, 4), (False, 1024, 48)}

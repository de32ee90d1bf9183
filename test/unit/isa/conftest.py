"""A small valid program for `tiny` that holds every instruction, for the tests to save, print and break."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from accelc.isa import encode
from accelc.isa.program import (
    NO_DEBUG,
    AcceleratorSegment,
    DebugEntry,
    DelaySlot,
    HbmBinding,
    HostSegment,
    Program,
    ValueType,
)
from accelc.isa.records import Records, Space, Update
from accelc.isa.table import Opcode
from accelc.numerics import DTYPES
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

LANES = {lane: code for code, lane in enumerate(load_target("tiny").lanes)}
SBUF, PSUM, HBM = Space.SBUF, Space.PSUM, Space.HBM


def closed(lane: str, *parts: Records) -> Records:
    """The records as a stream of `lane`."""
    return np.concatenate([*parts, encode.control_records(LANES[lane], Opcode.HALT)])


def _tensor() -> Records:
    lane = LANES["tensor"]
    weights = encode.operands(SBUF, "bf16", 0, 4, 0, (4,), (1,))
    moving = encode.operands(SBUF, "bf16", 0, 4, 64, (2, 4), (4, 1))
    out = encode.operands(PSUM, "fp32", 0, 4, 64, (8,), (1,))
    load = encode.load_stationary_records(lane, weights)
    first = encode.matmul_records(lane, out, moving, swap=True)
    encode.set_wait(load, 0, 16)
    encode.set_update(first, 0, 1, Update.ADD_AT_READ)
    encode.set_update(first, 1, 2, Update.ADD_AT_COMPLETE)
    first["debug"] = 1
    second = encode.matmul_records(lane, out, moving, accumulate=True)
    return closed("tensor", load, first, second, encode.control_records(lane, Opcode.NOP))


def _vector() -> Records:
    lane = LANES["vector"]
    src = encode.operands(PSUM, "fp32", 0, 4, 64, (8,), (1,))
    dst = encode.operands(SBUF, "fp32", 0, 4, 1024, (8,), (1,))
    half = encode.operands(SBUF, "bf16", 0, 4, 2048, (2, 4), (-4, 1))
    half["offset"] += 8
    few = encode.operands(SBUF, "fp32", 0, 4, 1024, (2,), (1,))
    whole = encode.operands(SBUF, "int32", 0, 4, 1024, (8,), (1,))
    wait = encode.control_records(lane, Opcode.SEM_WAIT)
    encode.set_wait(wait, 2, 1)
    signal = encode.control_records(lane, Opcode.SEM_UPD)
    encode.set_update(signal, 0, 3, Update.ADD_AT_COMPLETE, 5)
    return closed(
        "vector",
        wait,
        encode.tensor_tensor_records(lane, "add", dst, src, dst),
        encode.tensor_scalar_records(lane, "mul", 1.5, "max", -0.0, dst, src),
        encode.tensor_scalar_records(lane, "add", float("inf"), "none", 0.0, dst, src),
        encode.reduce_records(lane, "max", 1, few, half),
        encode.copy_records(lane, half, src),
        encode.memset_records(lane, float("nan"), half),
        encode.delay_records(lane, 0),
        signal,
        encode.select_records(lane, dst, src, dst),
        encode.tensor_scalar_records(lane, "shl", 3.0, "and", 255.0, whole, whole),
        encode.tensor_tensor_records(lane, "add", whole, whole, whole),
    )


def _scalar() -> Records:
    lane = LANES["scalar"]
    src = encode.operands(PSUM, "fp32", 0, 4, 64, (8,), (1,))
    dst = encode.operands(SBUF, "fp32", 0, 4, 3072, (8,), (1,))
    bias = encode.operands(SBUF, "fp32", 0, 4, 512, (8,), (0,))
    return closed(
        "scalar",
        encode.activate_records(lane, "gelu", 0.1, 0.5, dst, src),
        encode.activate_records(lane, "identity", 1.0, None, dst, src, bias),
    )


def _gpsimd() -> Records:
    src = encode.operands(SBUF, "fp32", 0, 4, 1024, (8,), (1,))
    dst = encode.operands(SBUF, "fp32", 0, 1, 1024, (8,), (1,))
    return closed("gpsimd", encode.partition_reduce_records(LANES["gpsimd"], "add", dst, src))


def _dma() -> Records:
    lane = LANES["dma0"]
    weights = encode.dma_sides(HBM, "bf16", 0, (4, 4), (8, 2))
    inside = encode.dma_sides(SBUF, "bf16", 0, (4, 4), (4096, 2))
    load = encode.dma_copy_records(lane, inside, weights)
    encode.set_update(load, 1, 0, Update.ADD_AT_COMPLETE, 16)
    values = encode.dma_sides(HBM, "fp32", 64, (4, 2, 4), (32, 16, 4))
    moved = encode.dma_sides(SBUF, "bf16", 64, (4, 2, 4), (4096, 8, 2))
    result = encode.dma_sides(SBUF, "fp32", 1024, (4, 8), (4096, 4))
    out = encode.dma_sides(HBM, "fp32", 192, (4, 8), (32, 4))
    return closed(
        "dma0", load, encode.dma_copy_records(lane, moved, values), encode.dma_copy_records(lane, out, result)
    )


def _indexed() -> Records:
    lane = LANES["dma1"]
    table = encode.dma_sides(HBM, "fp32", 64, (1, 1, 4, 2), (0, 0, 8, 4))
    rows = encode.dma_sides(HBM, "fp32", 96, (1, 1, 2, 2), (0, 0, 8, 4))
    return closed(
        "dma1",
        encode.indexed_records(lane, rows, table, 128, "int64", None),
        encode.indexed_records(lane, table, rows, 132, "int32", "add"),
    )


def build_program() -> Program:
    """A program of two segments, the first with every instruction of ISA 1.0 that `tiny` executes."""
    streams = {"tensor": _tensor(), "vector": _vector(), "scalar": _scalar(), "gpsimd": _gpsimd()}
    streams |= {"dma0": _dma(), "dma1": _indexed()}
    weights = {"w": np.arange(16).astype(DTYPES["bf16"]).reshape(4, 4)}
    device = AcceleratorSegment(
        "main",
        ("x",),
        ("y",),
        (streams,),
        4096,
        (
            HbmBinding("w", "weight", 0, "bf16", (4, 4)),
            HbmBinding("x", "input", 64, "fp32", (4, 8)),
            HbmBinding("y", "output", 192, "fp32", (4, 8)),
            HbmBinding("spill", "scratch", 1024, "int8", (7,)),
        ),
        ("dma0.complete", "tensor.read", "tensor.complete", 'vector "done"; ok'),
        (DelaySlot("before", "vector", 3, 100), DelaySlot("unused", "dma1", 2, 9, 1)),
        (NO_DEBUG, DebugEntry("engine.matmul", "conv/1 ; \n\u00e9", 0), DebugEntry("engine.copy", "", None)),
    )
    host = HostSegment("tail", "host", ("y",), ("z",), "graph.func @tail() {\n.end\n}\r\n")
    return Program(
        canonical_toml(load_target("tiny")),
        (ValueType("x", "float32", (4, 8)),),
        (ValueType("z", "int64", (1,)),),
        (device, host),
        weights,
        "accelc 0.1.0",
    )


@pytest.fixture
def with_stream() -> Callable[[Program, str, Records], Program]:
    """Function giving the program with another stream on one lane of its first segment."""
    return _with_stream


def _with_stream(program: Program, lane: str, stream: Records) -> Program:
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    changed = replace(segment, cores=({**segment.cores[0], lane: stream},))
    return replace(program, segments=(changed, *program.segments[1:]))


@pytest.fixture
def program() -> Program:
    """The small program."""
    return build_program()

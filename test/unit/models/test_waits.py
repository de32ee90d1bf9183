"""No wait of a compiled model is superfluous: each one that is deleted is missed by both checkers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import accelc
from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.analysis.sync.verify import verify_records
from accelc.driver import CompiledModel
from accelc.emit.emitter import emit
from accelc.emit.streams import split_streams
from accelc.isa.records import Records, Wait, field
from accelc.isa.table import Opcode
from accelc.simulator import simulate

pytestmark = pytest.mark.slow


def synchronized(compiled: CompiledModel) -> Records:
    """Records of the one accelerator segment in program order, with waits and updates."""
    (program,) = compiled.engine_programs.values()
    records = emit(program, compiled.target).records
    return write_sync(records, synchronize_records(records, compiled.target))[0]


def check_deleted(records: Records, compiled: CompiledModel, waits: list[int]) -> None:
    """Deletes each of `waits`, alone."""
    assert verify_records(records, compiled.target) == []
    assert waits
    for wait in waits:
        less = records.copy()
        for name in ("wait_condition", "wait_semaphore", "wait_value"):
            field(less, name)[wait] = 0
        assert verify_records(less, compiled.target, limit=1), f"verify-sync does not miss the wait of record {wait}"
        streams = split_streams(less, compiled.target)
        found = simulate([streams], compiled.target, functional=False, timing=False).races
        assert found, f"the race detector does not miss the wait of record {wait}"


def waits_of(records: Records) -> list[int]:
    """Records that wait."""
    return np.flatnonzero(field(records, "wait_condition") != Wait.NONE).tolist()


def test_every_wait_of_a_small_network_is_needed() -> None:
    rng = np.random.default_rng(0)
    weights = {
        "w0": rng.standard_normal((6, 3, 3, 3)).astype(np.float32),
        "b0": rng.standard_normal(6).astype(np.float32),
        "w1": rng.standard_normal((24, 5)).astype(np.float32),
        "s": np.array([1, 24], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"], "relu"),
        helper.make_node("MaxPool", ["r"], ["p"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Reshape", ["p", "s"], ["f"], "flat"),
        helper.make_node("MatMul", ["f", "w1"], ["m"], "fc"),
        helper.make_node("Softmax", ["m"], ["y"], "softmax"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    compiled = accelc.compile(model, "tiny", force="accelerator")
    records = synchronized(compiled)
    check_deleted(records, compiled, waits_of(records))


def test_every_wait_around_indexed_transfers_is_needed() -> None:
    """Indices, tables and places of updates are computed by other engines, and read again."""
    nodes = [
        helper.make_node("Relu", ["x"], ["r"], "relu"),
        helper.make_node("Add", ["i", "i"], ["j"], "indices"),
        helper.make_node("Gather", ["r", "j"], ["g"], "gather"),
        helper.make_node("Exp", ["g"], ["e"], "exp"),
        helper.make_node("ScatterND", ["r", "k", "e"], ["s"], "scatter", reduction="add"),
        helper.make_node("Tanh", ["s"], ["y"], "tanh"),
    ]
    inputs = {"x": (TensorProto.FLOAT, [6, 5]), "i": (TensorProto.INT64, [3]), "k": (TensorProto.INT64, [3, 1])}
    graph = helper.make_graph(
        nodes,
        "indexed",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [6, 5])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    compiled = accelc.compile(model, "tiny", force="accelerator-first")
    records = synchronized(compiled)
    opcodes = set(field(records, "opcode").tolist())
    assert {Opcode.DMA_GATHER, Opcode.DMA_SCATTER} <= opcodes
    check_deleted(records, compiled, waits_of(records))


def test_sampled_waits_of_squeezenet_are_needed(light_models: Mapping[str, Path]) -> None:
    compiled = accelc.compile(light_models["squeezenet"])
    records = synchronized(compiled)
    waits = waits_of(records)
    chosen = np.random.default_rng(0).choice(waits, min(200, len(waits)), replace=False).tolist()
    check_deleted(records, compiled, chosen)

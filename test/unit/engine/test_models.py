"""A whole model: the interpreter of both levels and the simulator give the same bits."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx

from accelc import numerics
from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.dialects.engine import BufferOp, ProgramOp, buffer_type
from accelc.dialects.graph import PartitionOp
from accelc.emit import emit, split_streams
from accelc.frontends.onnx import import_onnx
from accelc.interpreters.engine import run_engine
from accelc.lowering import Budget, lower_partition
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.pipelines import run_graph_passes
from accelc.simulator import poisoned, simulate
from accelc.targets import load_target

Array = npt.NDArray[np.generic]

SQUEEZENET = Path(onnx.__file__).parent / "backend/test/data/light/light_squeezenet.onnx"
TARGET = load_target("trn-like")


def lowered() -> tuple[ProgramOp, dict[str, Array]]:
    """SqueezeNet's accelerator program and random data for its inputs and weights."""
    imported = import_onnx(SQUEEZENET)
    weights = dict(imported.weights)
    run_graph_passes(imported.module, weights, TARGET, "model")
    partitions = [op for op in imported.module.walk() if isinstance(op, PartitionOp)]
    program = lower_partition(partitions[0], weights, TARGET, Budget(resident=0.5)).program
    rng = np.random.default_rng(0)
    data: dict[str, Array] = {}
    for op in program.body.block.ops:
        if isinstance(op, BufferOp) and op.role.data in ("input", "weight"):
            kind = buffer_type(op.result)
            values = rng.normal(size=kind.free_elements).astype(np.float32) * np.float32(0.05)
            data[op.symbol.data] = numerics.cast(values, kind.dtype)
    return program, data


def test_squeezenet_is_bit_exact_at_every_level() -> None:
    """Random weights, since constants hide mistakes of layout."""
    program, data = lowered()
    expected = run_engine(program, TARGET, data)
    assign_memory(program, TARGET)
    schedule_systolic_tiles(program, TARGET)
    tiled = run_engine(program, TARGET, data)
    emitted = emit(program, TARGET)
    records, _ = write_sync(emitted.records, synchronize_records(emitted.records, TARGET))
    hbm = poisoned(2 * max(bound.offset + bound.nbytes for bound in emitted.bound) + (1 << 26))
    for bound in emitted.bound:
        if bound.symbol in data:
            hbm[bound.offset : bound.offset + bound.nbytes] = data[bound.symbol].view(np.uint8)
    simulate([split_streams(records, TARGET)], TARGET, hbm, timing=False, races=False)
    outputs = [bound for bound in emitted.bound if bound.role == "output"]
    assert len(outputs) == len(expected) >= 1
    for bound in outputs:
        simulated = hbm[bound.offset : bound.offset + bound.nbytes].tobytes()
        assert simulated == expected[bound.symbol].tobytes() == tiled[bound.symbol].tobytes()
        values = expected[bound.symbol].astype(np.float32)
        assert np.isfinite(values).all()
        assert values.std() > 0

"""`sketch.scale` as a program of accelc's `engine`, without a graph: load, multiply, store."""

from dataclasses import dataclass

from xdsl.builder import ImplicitBuilder
from xdsl.context import Context
from xdsl.dialects.builtin import FloatAttr, ModuleOp, StringAttr, f32
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern, op_type_rewrite_pattern

from accelc.dialects import engine
from accelc.dialects.engine import AccessAttr, BufferType
from accelc.errors import CapacityError
from accelc.targets import load_target
from embed_xdsl.dialect import ScaleOp


@dataclass(frozen=True)
class _ScaleToEngine(RewritePattern):
    target: str

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ScaleOp, rewriter: PatternRewriter) -> None:
        machine, elements = load_target(self.target), op.elements.value.data
        partitions = machine.sbuf.partitions
        columns, rest = divmod(elements, partitions)
        if rest or 8 * columns > machine.sbuf.partition_bytes:
            raise CapacityError(
                f"sketch.scale @{op.symbol}: {elements} elements; target '{machine.name}' takes multiples of "
                f"{partitions} up to {partitions * machine.sbuf.partition_bytes // 8}: split the data"
            )
        whole, tile = (elements,), (partitions, columns)
        flat, rows = AccessAttr.of(0, 1, tile), AccessAttr.of(0, partitions, (columns,))
        block = Block()
        with ImplicitBuilder(block):
            x = engine.BufferOp("x", "input", BufferType.of(whole, f32, "hbm")).result
            y = engine.BufferOp("y", "output", BufferType.of(whole, f32, "hbm")).result
            a = engine.BufferOp("a", "scratch", BufferType.of(tile, f32, "sbuf")).result
            b = engine.BufferOp("b", "scratch", BufferType.of(tile, f32, "sbuf")).result
            _copy(x, flat, a, rows)
            engine.TensorScalarOp.create(
                operands=[a, b],
                attributes={
                    "lane": StringAttr("vector"),
                    "op0": StringAttr("mul"),
                    "op1": StringAttr("none"),
                    "value0": op.factor,
                    "value1": FloatAttr(0.0, f32),
                    "source_ap": rows,
                    "out_ap": rows,
                },
            )
            _copy(b, rows, y, flat)
            engine.EndOp.create()
        rewriter.replace(op, engine.ProgramOp(op.symbol, machine.name, Region(block)), [])


def _copy(source: SSAValue, source_ap: AccessAttr, destination: SSAValue, destination_ap: AccessAttr) -> None:
    # The scheduler will choose among the queues of the machine.
    attributes = {"lane": StringAttr("dma0"), "source_ap": source_ap, "destination_ap": destination_ap}
    engine.DmaCopyOp.create(operands=[source, destination], attributes=attributes)


@dataclass(frozen=True)
class ConvertSketchToEnginePass(ModulePass):
    """Kernels become engine programs, which accelc schedules, places, synchronizes and emits."""

    name = "convert-sketch-to-engine"

    target: str = "sketch-npu"
    """The machine."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        PatternRewriteWalker(_ScaleToEngine(self.target)).rewrite_module(op)

"""
Chains of layers for the block scheduler: programs of the `tile` level whose array never waits for HBM.

Layer `l` multiplies a matrix of `rows[l]` x `rows[l - 1]` square blocks with `tokens` moving columns; lane `scalar`
evacuates every output block into SBUF, where the next layer reads it. All layers share one resident matrix: only the
array, the evacuating engine and the latencies between them are measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xdsl.dialects.builtin import FloatAttr, StringAttr, bf16, f32
from xdsl.ir import Block, Operation, Region

from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.analysis.tiles.chain import Layer
from accelc.analysis.tiles.order import Order
from accelc.dialects import engine, tile
from accelc.dialects.engine import AccessAttr, BufferOp, BufferType, ProgramOp, i64_array, i64_attr
from accelc.emit.chains import find_chains, signal_ticks
from accelc.emit.emitter import emit
from accelc.emit.streams import split_streams
from accelc.passes.assign_memory import assign_memory
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.simulator import simulate
from accelc.simulator.result import CoreResult
from accelc.targets.model import Target


@dataclass(frozen=True)
class Chain:
    """`rows[0]` input blocks, then the output blocks of every layer; `tokens` moving columns of type `dtype`."""

    rows: tuple[int, ...]
    tokens: int
    dtype: str = "f32"
    last: int = 0
    """Columns that the last output block of every layer lacks: a ragged edge."""


@dataclass(frozen=True)
class ChainResult:
    """Cycles of the array: computing, idle between its first and last product, and until the last output is there."""

    work: float
    idle: float
    total: float


def random_chain(random: Random, layers: int, blocks: tuple[int, int], tokens: Sequence[int], dtype: str) -> Chain:
    """A chain whose layers have between `blocks[0]` and `blocks[1]` output blocks each."""
    rows = tuple(random.randint(*blocks) for _ in range(layers + 1))
    return Chain(rows, random.choice(tokens), dtype, random.choice((0, 0, 32, 64)))


def chain_program(chain: Chain, target: Target) -> ProgramOp:
    """The chain as an engine program, not yet scheduled."""
    size, tokens = target.tensor.cols, chain.tokens
    partitions = target.sbuf.partitions
    kind = {"f32": f32, "bf16": bf16}[chain.dtype]
    most = max(chain.rows)
    weights = BufferOp("w", "scratch", BufferType.of((partitions, most * most * size), kind, "sbuf"))
    values = [BufferOp(f"x{i}", "scratch", BufferType.of((partitions, most * tokens), kind, "sbuf")) for i in (0, 1)]
    sums = [BufferOp(f"p{i}", "scratch", BufferType.of((partitions, most * tokens), f32, "psum")) for i in (0, 1)]
    ops: list[Operation] = []
    for index in range(1, len(chain.rows)):
        steps, rows = chain.rows[index - 1], chain.rows[index]
        short = chain.last if index > 1 else 0
        source, out, psum = values[(index - 1) % 2].result, values[index % 2].result, sums[index % 2].result
        ops.append(
            engine.MatmulOp.create(
                operands=[weights.result, source, psum],
                attributes={
                    "lane": StringAttr("tensor"),
                    "m": i64_attr(rows * size - chain.last),
                    "step_rows": i64_array([target.tensor.rows] * (steps - 1) + [target.tensor.rows - short]),
                    "step_partitions": i64_array([0] * steps),
                    "stationary_offsets": i64_array([s * most * size for s in range(steps)]),
                    "moving_offsets": i64_array([s * tokens for s in range(steps)]),
                    "moving_sizes": i64_array([tokens]),
                    "moving_strides": i64_array([1]),
                    "n_block": i64_attr(tokens),
                    "out_offset": i64_attr(0),
                    "out_m_stride": i64_attr(tokens),
                    "out_n_stride": i64_attr(rows * tokens),
                },
            )
        )
        access = AccessAttr.of(0, partitions, (rows, tokens))
        ops.append(
            engine.ActivateOp.create(
                operands=[psum, out],
                attributes={
                    "lane": StringAttr("scalar"),
                    "scale": FloatAttr(1.0, 32),
                    "bias_value": FloatAttr(0.0, 32),
                    "func": StringAttr("relu"),
                    "source_ap": access,
                    "out_ap": access,
                },
            )
        )
    return ProgramOp("chain", target.name, Region(Block([weights, *values, *sums, *ops, engine.EndOp()])))


def chain_layers(chain: Chain, target: Target) -> list[Layer]:
    """The chain for the block-time model, in cycles of the array, as the pass finds it in the program."""
    program = chain_program(chain, target)
    schedule_systolic_tiles(program, target, "row")
    (found,) = find_chains(program, target)
    return found.layers


def simulate_chain(chain: Chain, target: Target, orders: Sequence[Order]) -> ChainResult:
    """Times of the chain on the simulator, its layers in the given orders."""
    program = chain_program(chain, target)
    assign_memory(program, target)
    schedule_systolic_tiles(program, target, "row")
    products = [op for op in program.body.block.ops if isinstance(op, tile.MatmulOp)]
    for op, order in zip(products, orders, strict=True):
        op.attributes["order"] = tile.OrderAttr.of(order)
    program.verify()
    core = _simulate(program, target)
    lane, cycle = core.times["tensor"], target.domain("tensor")
    # The first record loads a tile, the second is the first product; only the last record, HALT, follows the products.
    begin, end = int(lane.start[1]), int(lane.read.max())
    idle = end - begin - core.tensor_ticks
    total = core.total_ticks + signal_ticks(target) - begin
    return ChainResult(core.tensor_ticks / cycle, idle / cycle, total / cycle)


def simulate_program(program: ProgramOp, target: Target) -> float:
    """Nanoseconds of a program that has addresses and whose blocks are scheduled."""
    return target.time.ticks_to_ns(_simulate(program, target).total_ticks)


def _simulate(program: ProgramOp, target: Target) -> CoreResult:
    emitted = emit(program, target)
    records, _ = write_sync(emitted.records, synchronize_records(emitted.records, target))
    streams, delays = split_streams(records, target), [slot.default for slot in emitted.delays]
    return simulate([streams], target, functional=False, races=False, delays=delays).cores[0]

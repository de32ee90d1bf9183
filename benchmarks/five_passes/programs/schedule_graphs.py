"""Random programs for the scheduler: graphs of loads, products, elementwise ops and stores, in a random legal order."""

from dataclasses import dataclass, field
from random import Random

from xdsl.dialects.builtin import FloatAttr, StringAttr, f32
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from accelc.dialects import engine
from accelc.dialects.engine import AccessAttr, BufferOp, BufferType, ProgramOp, i64_array, i64_attr
from accelc.targets.model import Target

WIDTHS = (64, 128, 256, 512)
"""Elements per partition of the values of a graph; a bank of PSUM holds the largest."""
MOST_NODES = 40


@dataclass
class Graph:
    """Builds one program; `values` are SBUF buffers with their widths, `unread` those no op has read yet."""

    random: Random
    target: Target
    buffers: list[BufferOp] = field(default_factory=list[BufferOp])
    ops: list[Operation] = field(default_factory=list[Operation])
    values: list[tuple[SSAValue, int]] = field(default_factory=list[tuple[SSAValue, int]])
    unread: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])

    @property
    def rows(self) -> int:
        """Partitions of every buffer."""
        return self.target.sbuf.partitions

    def buffer(self, role: str, space: str, width: int) -> SSAValue:
        """A buffer of `width` elements in each partition, or of as many in HBM."""
        shape = (self.rows * width,) if space == "hbm" else (self.rows, width)
        self.buffers.append(BufferOp(f"b{len(self.buffers)}", role, BufferType.of(shape, f32, space)))
        return self.buffers[-1].result

    def add(self, kind: type[Operation], lane: str, operands: list[SSAValue], **attributes: Attribute) -> None:
        """Appends an op."""
        self.ops.append(kind.create(operands=operands, attributes={"lane": StringAttr(lane), **attributes}))
        for operand in operands[:-1]:
            self.unread.pop(operand, None)

    def whole(self, width: int) -> AccessAttr:
        """The first `width` elements of all partitions."""
        return AccessAttr.of(0, self.rows, (width,))

    def flat(self, width: int) -> AccessAttr:
        """As many elements in HBM, row after row."""
        return AccessAttr.of(0, 1, (self.rows, width))

    def load(self, width: int) -> SSAValue:
        """A value from HBM."""
        source, value = self.buffer("input", "hbm", width), self.buffer("scratch", "sbuf", width)
        patterns = {"source_ap": self.flat(width), "destination_ap": self.whole(width)}
        self.add(engine.DmaCopyOp, "dma0", [source, value], **patterns)
        return value

    def store(self, value: SSAValue, width: int) -> None:
        """A result to HBM."""
        patterns = {"source_ap": self.whole(width), "destination_ap": self.flat(width)}
        self.add(engine.DmaCopyOp, "dma0", [value, self.buffer("output", "hbm", width)], **patterns)

    def operand(self) -> tuple[SSAValue, int]:
        """A value, rather a recent one."""
        return self.values[-1 - min(int(self.random.expovariate(0.25)), len(self.values) - 1)]

    def node(self) -> tuple[SSAValue, int]:
        """One more value: loaded, a sum, a function, or a product with weights of its own."""
        kind = self.random.choice(("load", "sum", "function", "product", "product"))
        if kind == "load" or not self.values:
            width = self.random.choice(WIDTHS)
            return self.load(width), width
        source, width = self.operand()
        if kind == "sum":
            other, limit = self.operand()
            width = min(width, limit)
            out = self.buffer("scratch", "sbuf", width)
            whole = self.whole(width)
            patterns = {"lhs_ap": whole, "rhs_ap": whole, "out_ap": whole}
            self.add(engine.TensorTensorOp, "vector", [source, other, out], op=StringAttr("add"), **patterns)
        elif kind == "function":
            out = self.buffer("scratch", "sbuf", width)
            self.activate(source, out, width)
        else:
            weights = self.load(self.target.tensor.cols)
            psum, out = self.buffer("scratch", "psum", width), self.buffer("scratch", "sbuf", width)
            self.multiply(weights, source, psum, width)
            if self.random.random() < 0.5:
                self.activate(psum, out, width)
            else:
                patterns = {"source_ap": self.whole(width), "out_ap": self.whole(width)}
                self.add(engine.CopyOp, "vector", [psum, out], **patterns)
        return out, width

    def activate(self, source: SSAValue, out: SSAValue, width: int) -> None:
        """`relu` on lane `scalar`."""
        immediates = {"scale": FloatAttr(1.0, 32), "bias_value": FloatAttr(0.0, 32), "func": StringAttr("relu")}
        patterns = {"source_ap": self.whole(width), "out_ap": self.whole(width)}
        self.add(engine.ActivateOp, "scalar", [source, out], **immediates, **patterns)

    def multiply(self, weights: SSAValue, source: SSAValue, psum: SSAValue, width: int) -> None:
        """A product with a square of weights into one bank."""
        self.add(
            engine.MatmulOp,
            "tensor",
            [weights, source, psum],
            m=i64_attr(self.target.tensor.cols),
            step_rows=i64_array([self.rows]),
            step_partitions=i64_array([0]),
            stationary_offsets=i64_array([0]),
            moving_offsets=i64_array([0]),
            moving_sizes=i64_array([width]),
            moving_strides=i64_array([1]),
            n_block=i64_attr(width),
            out_offset=i64_attr(0),
            out_m_stride=i64_attr(width),
            out_n_stride=i64_attr(width),
        )


def random_program(seed: int, target: Target) -> ProgramOp:
    """A program of up to `MOST_NODES` values; those that nothing reads are its results."""
    random = Random(seed)
    graph = Graph(random, target)
    for _ in range(random.randint(8, MOST_NODES)):
        value, width = graph.node()
        graph.values.append((value, width))
        graph.unread[value] = width
    for value, width in list(graph.unread.items()):
        graph.store(value, width)
    return ProgramOp(f"graph{seed}", target.name, Region(Block([*graph.buffers, *graph.ops, engine.EndOp()])))

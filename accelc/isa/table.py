"""
The instruction table: the one place that says which instructions exist and which record fields each uses.

Encoder, decoder, assembler, disassembler, loader and `docs/reference/isa.md` all read `TABLE`, to which other packages
add rows (`accelc.isa.custom`); a field an instruction does not list must be zero in its records. ISA 1.0 is
straight-line: no loops, branches or registers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from accelc.isa.records import Flag
from accelc.targets.model import ADDED

if TYPE_CHECKING:
    from accelc.isa.custom import Extension

ISA_VERSION = (1, 0)
"""(major, minor) of the instruction set this package implements."""

ALU_OPS = (
    "none",
    "add",
    "sub",
    "mul",
    "div",
    "max",
    "min",
    "equal",
    "less",
    "greater",
    "less_equal",
    "greater_equal",
    "rsub",
    "rdiv",
    "not_equal",
    "pow",
    "mod",
    "and",
    "or",
    "xor",
    "shl",
    "shr",
    "sar",
)
"""
ALU operation names by code. `rsub` and `rdiv` swap the operands; comparisons give 1 or 0; `mod` has the sign of the
divisor. `and`, `or`, `xor` are those of bits on integers, of truth values on floats; shifts (`shr` fills with zeros,
`sar` with the sign) are on integers only.
"""

INTEGER_ONLY = ("shl", "shr", "sar")
"""ALU operations without a meaning on floats."""

COMBINE_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"none": (), "add": ("add",), "mul": ("fma",), "max": ("max",), "min": ("min",)}
)
"""ALU operations by which `dma_scatter` combines elements, `none` replaces; what of a target's `dma.ops` each needs."""
COMBINE_OPS = tuple(COMBINE_NEEDS)

REDUCE_OPS = ("add", "max", "min")
"""ALU operations that `reduce` and `part_reduce` accept."""

FUNCTIONS = (
    "identity",
    "relu",
    "gelu",
    "gelu_tanh",
    "silu",
    "sigmoid",
    "tanh",
    "exp",
    "ln",
    "sqrt",
    "rsqrt",
    "square",
    "abs",
    "sign",
    "erf",
    "softplus",
    "sin",
    "reciprocal",
    "cos",
    "atan",
    "floor",
    "ceil",
    "round",
    "trunc",
)
"""Activation function names by code; a target supports the subset in its engine's `funcs`."""

ELEMENTWISE_LANES = ("vector", "scalar", "gpsimd", ADDED)
ANY_LANE = ("tensor", *ELEMENTWISE_LANES, "dma")


class Opcode(IntEnum):
    """Opcode numbers; zero is never legal, so that zeroed memory is not a program."""

    NOP = 1
    HALT = 2
    SEM_WAIT = 3
    SEM_UPD = 4
    DELAY = 5
    LS = 16
    MM = 17
    TT = 32
    TS = 33
    STT = 34
    REDUCE = 35
    COPY = 36
    MEMSET = 37
    ACT = 38
    PART_REDUCE = 39
    SELECT = 40
    DMA_COPY = 64
    DMA_GATHER = 65
    DMA_SCATTER = 66


CUSTOM_OPCODES = range(192, 256)
"""Numbers for instructions of other packages (`accelc.isa.custom`): accelc has none there."""


class Form(Enum):
    """Which fields of the frame a record uses beyond the header."""

    OPERANDS = "operands"
    DMA = "dma"
    CONTROL = "control"


class Access(Enum):
    """How an instruction touches an operand."""

    READ = "read"
    WRITE = "write"


class Kind(Enum):
    """What the value of a parameter field means."""

    ALU = "ALU operation code"
    ALU_OR_NONE = "ALU operation code, 0 = none"
    REDUCE = "ALU operation code (add, max, min)"
    FUNCTION = "activation function code"
    COUNT = "number of dimensions, 1 to 4"
    FLOAT = "fp32 immediate"
    OFFSET = "SBUF byte offset"
    SLOT = "delay slot id"
    WORD = "HBM address in units of 4 bytes"
    INDEX_TYPE = "dtype code, int32 or int64"
    COMBINE = "ALU operation code (none, add, mul, max, min)"
    FLAG = "bit of `flags`"


@dataclass(frozen=True)
class OperandUse:
    """One operand of an instruction: frame slot (0 dst, 1 src0, 2 src1), direction and role."""

    slot: int
    access: Access
    role: str
    optional: bool = False


@dataclass(frozen=True)
class FieldUse:
    """One parameter field: record field (`aux`, `imm`, `link`, `flags`), index or bit, assembler keyword, kind."""

    field: str
    index: int
    label: str
    kind: Kind
    role: str


@dataclass(frozen=True)
class Instruction:
    """
    One row of the table.

    `lanes` are the engines whose streams may hold it (`dma` stands for every DMA queue). `cost_op` is the name of
    the target's cost rule that times it; an engine without such a rule does not execute it (empty: not timed by
    a cost rule). `mnemonic` is that of the opcode, unless `extension` says which package has the instruction.
    """

    opcode: int
    lanes: tuple[str, ...]
    form: Form
    action: str
    notes: str
    operands: tuple[OperandUse, ...] = ()
    fields: tuple[FieldUse, ...] = ()
    cost_op: str = ""
    mnemonic: str = ""
    extension: "Extension | None" = None

    def __post_init__(self) -> None:
        if self.extension is None:
            object.__setattr__(self, "mnemonic", Opcode(self.opcode).name.lower())

    def reads(self) -> tuple[int, ...]:
        """Operand slots the instruction reads (an optional one only where its `part_count` is not zero)."""
        return tuple(use.slot for use in self.operands if use.access is Access.READ)

    def writes(self) -> tuple[int, ...]:
        """Operand slots the instruction writes."""
        return tuple(use.slot for use in self.operands if use.access is Access.WRITE)


DST, SRC0, SRC1 = 0, 1, 2


def _dst(role: str) -> OperandUse:
    return OperandUse(DST, Access.WRITE, role)


def _src(role: str) -> OperandUse:
    return OperandUse(SRC0, Access.READ, role)


ELEMENTWISE_NOTE = (
    "All operands have the same number of partitions and visit the same number of elements, each in the order of "
    "its own pattern. Arithmetic is in the engine's compute dtype; the result is converted to the dtype of `dst`."
)
_INTEGER_NOTE = (
    " Where all operands are integers and the immediates whole numbers below 2^31 in size, arithmetic is in two's "
    "complement instead: in int64 if one of them is int64, else in int32; results wrap, division truncates, and "
    "dividing by 0 gives 0. The engine's `integers` lists the dtypes it has this for."
)

_INDEXED_NOTE = (
    "Both sides are in HBM, have one dtype, and agree in their first, second and last size. The index tensor is dense "
    "in HBM, [first size, m]; an index below 0 counts from the end, one outside of the elements there are is an error "
    "at run time. A hazard with any element of the indexed side counts."
)
_INDEX_FIELDS = (
    FieldUse("link", 0, "index", Kind.WORD, "where the index tensor is"),
    FieldUse("aux", 0, "index_type", Kind.INDEX_TYPE, "dtype of the index tensor"),
)

_INSTRUCTIONS = (
    Instruction(
        Opcode.NOP,
        ANY_LANE,
        Form.CONTROL,
        "Nothing.",
        "Carries a wait or updates like any record; occupies the sequencer for its decode time.",
    ),
    Instruction(
        Opcode.HALT,
        ANY_LANE,
        Form.CONTROL,
        "Ends the stream.",
        "Exactly one per stream, as its last record. The core is done when all its lanes have halted.",
    ),
    Instruction(
        Opcode.SEM_WAIT,
        ANY_LANE,
        Form.CONTROL,
        "Blocks the lane until the wait condition holds.",
        "The wait fields must be set. Used when an instruction needs more waits than the one it carries.",
    ),
    Instruction(
        Opcode.SEM_UPD,
        ANY_LANE,
        Form.CONTROL,
        "Applies its updates.",
        "At least one update must be set. In order with the lane: fires when every earlier record of the lane has "
        "reached the same phase.",
    ),
    Instruction(
        Opcode.DELAY,
        ANY_LANE,
        Form.CONTROL,
        "Keeps the lane idle for the current value of a delay slot, in cycles of the lane.",
        "The value comes from the delay table of the container and can be changed without touching the stream. A slot "
        "of kind `throttle` sets the least number of cycles between issues of the lane instead, until its next one.",
        fields=(FieldUse("link", 0, "slot", Kind.SLOT, "index into the delay table"),),
    ),
    Instruction(
        Opcode.LS,
        ("tensor",),
        Form.OPERANDS,
        "Loads the stationary operand [K partitions, M free elements] into the shadow plane of the array.",
        "K is at most the rows and M at most the columns of the array. The plane takes effect with the next `mm` "
        "that has `swap`; loading while every shadow plane holds an operand not yet swapped in is invalid.",
        operands=(_src("stationary operand, K partitions x M elements"),),
    ),
    Instruction(
        Opcode.MM,
        ("tensor",),
        Form.OPERANDS,
        "dst[m, n] = sum over k of stationary[k, m] * src0[k, n], or `+=` with `accumulate`.",
        "`src0` has K partitions and N elements, `dst` M partitions and N elements, for the K and M of the active "
        "stationary operand. N is at most the target's `moving_max`; `dst` lies in one PSUM bank and has the "
        "accumulator dtype of the operands' dtype. `swap` makes the plane loaded first among the pending ones the "
        "active one before the product starts.",
        operands=(_dst("result, M partitions x N elements"), _src("moving operand, K partitions x N elements")),
        fields=(
            FieldUse("flags", Flag.ACCUMULATE, "accumulate", Kind.FLAG, "add to PSUM instead of overwriting"),
            FieldUse("flags", Flag.SWAP, "swap", Kind.FLAG, "activate the pending stationary plane first"),
        ),
    ),
    Instruction(
        Opcode.TT,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = src0 op src1.",
        ELEMENTWISE_NOTE + _INTEGER_NOTE,
        operands=(_dst("result"), _src("left operand"), OperandUse(SRC1, Access.READ, "right operand")),
        fields=(FieldUse("aux", 0, "op", Kind.ALU, "operation"),),
        cost_op="tensor_tensor",
    ),
    Instruction(
        Opcode.TS,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = (src0 op0 value0) op1 value1.",
        ELEMENTWISE_NOTE + _INTEGER_NOTE + " With op1 = none the second step is left out and `value1` must be zero.",
        operands=(_dst("result"), _src("operand")),
        fields=(
            FieldUse("aux", 0, "op0", Kind.ALU, "first operation"),
            FieldUse("aux", 1, "op1", Kind.ALU_OR_NONE, "second operation"),
            FieldUse("imm", 0, "value0", Kind.FLOAT, "first immediate"),
            FieldUse("imm", 1, "value1", Kind.FLOAT, "second immediate"),
        ),
        cost_op="tensor_scalar",
    ),
    Instruction(
        Opcode.STT,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = (src0 op0 scalar) op1 src1, with one fp32 scalar per partition.",
        ELEMENTWISE_NOTE + " The scalar of a partition is at byte `scalar` of the same partition of SBUF as "
        "`src0` uses.",
        operands=(_dst("result"), _src("left operand"), OperandUse(SRC1, Access.READ, "right operand")),
        fields=(
            FieldUse("aux", 0, "op0", Kind.ALU, "operation with the scalar"),
            FieldUse("aux", 1, "op1", Kind.ALU, "operation with src1"),
            FieldUse("link", 0, "scalar", Kind.OFFSET, "SBUF byte offset of the fp32 scalars"),
        ),
        cost_op="scalar_tensor_tensor",
    ),
    Instruction(
        Opcode.REDUCE,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = op over the innermost `dims` dimensions of src0, in index order.",
        "`dst` visits as many elements as the remaining outer dimensions of `src0` have, with the same partitions."
        + _INTEGER_NOTE,
        operands=(_dst("result"), _src("operand")),
        fields=(
            FieldUse("aux", 0, "op", Kind.REDUCE, "operation"),
            FieldUse("aux", 1, "dims", Kind.COUNT, "number of innermost dimensions reduced"),
        ),
        cost_op="reduce",
    ),
    Instruction(
        Opcode.COPY,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = src0, converted to the dtype of dst.",
        ELEMENTWISE_NOTE,
        operands=(_dst("result"), _src("operand")),
        cost_op="copy",
    ),
    Instruction(
        Opcode.MEMSET,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = value, converted to the dtype of dst.",
        "Writes every element of the pattern.",
        operands=(_dst("result"),),
        fields=(FieldUse("imm", 0, "value", Kind.FLOAT, "value"),),
        cost_op="memset",
    ),
    Instruction(
        Opcode.ACT,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = func(scale * src0 + bias); bias is src1 where present, else the immediate.",
        ELEMENTWISE_NOTE + " `func` must be in the engine's `funcs`. With `src1` present the immediate `bias` "
        "must be zero.",
        operands=(
            _dst("result"),
            _src("operand"),
            OperandUse(SRC1, Access.READ, "bias operand", optional=True),
        ),
        fields=(
            FieldUse("aux", 0, "func", Kind.FUNCTION, "activation function"),
            FieldUse("imm", 0, "scale", Kind.FLOAT, "factor of src0"),
            FieldUse("imm", 1, "bias", Kind.FLOAT, "bias when src1 is absent"),
        ),
        cost_op="activate",
    ),
    Instruction(
        Opcode.PART_REDUCE,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = op over the partitions of src0, in partition order.",
        "`dst` has one partition and visits as many elements as `src0`." + _INTEGER_NOTE,
        operands=(_dst("result, one partition"), _src("operand")),
        fields=(FieldUse("aux", 0, "op", Kind.REDUCE, "operation"),),
        cost_op="partition_reduce",
    ),
    Instruction(
        Opcode.SELECT,
        ELEMENTWISE_LANES,
        Form.OPERANDS,
        "dst = src0, converted to the dtype of dst, where src1 is not zero; elsewhere dst keeps what it holds.",
        "All operands have the same number of partitions and visit the same number of elements, each in the order of "
        "its own pattern. What is not a number counts as not zero.",
        operands=(_dst("result"), _src("value"), OperandUse(SRC1, Access.READ, "predicate")),
        cost_op="select",
    ),
    Instruction(
        Opcode.DMA_COPY,
        ("dma",),
        Form.DMA,
        "Copies src to dst, element by element in the order of both patterns, converting the dtype.",
        "Both sides visit the same number of elements. In a partitioned memory a byte address is "
        "partition * partition_bytes + offset; a stride of at least one partition is a multiple of it, and the other "
        "strides stay inside a partition.",
    ),
    Instruction(
        Opcode.DMA_GATHER,
        ("dma",),
        Form.DMA,
        "dst[b, o, m, r] = src[b, o, i(b, m), r], where i(b, m) is element [b, m] of the index tensor.",
        _INDEXED_NOTE + " The third size of `src` is the number of elements that can be picked.",
        fields=_INDEX_FIELDS,
    ),
    Instruction(
        Opcode.DMA_SCATTER,
        ("dma",),
        Form.DMA,
        "dst[b, o, i(b, m), r] = dst[b, o, i(b, m), r] op src[b, o, m, r], where i(b, m) is element [b, m] of the "
        "index tensor; with `none` the element is replaced.",
        _INDEXED_NOTE + " The third size of `dst` is the number of elements that can be written. They are written in "
        "order of (b, o, m): of several for one place the last one stays. Arithmetic is in the dtype of `dst`.",
        fields=(*_INDEX_FIELDS, FieldUse("aux", 1, "op", Kind.COMBINE, "how elements are combined")),
    ),
)

TRANSFERS = (Opcode.DMA_COPY, Opcode.DMA_GATHER, Opcode.DMA_SCATTER)
"""Instructions that move data through a DMA queue."""
INDEXED = (Opcode.DMA_GATHER, Opcode.DMA_SCATTER)
"""Those of them that read an index tensor."""
INDEXED_DIM = 2
"""Dimension of both sides of an indexed transfer that the indices count along."""

TABLE: Mapping[int, Instruction] = MappingProxyType({row.opcode: row for row in _INSTRUCTIONS})
"""Every instruction of accelc by opcode; `accelc.isa.custom` finds those of other packages too."""

BY_MNEMONIC: Mapping[str, Instruction] = MappingProxyType({row.mnemonic: row for row in _INSTRUCTIONS})
"""Every instruction of accelc by its assembler name."""

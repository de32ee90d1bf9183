"""What cost rules may ask about a macro-op, as the simulator answers it for the records made of the op."""

from collections.abc import Sequence

from xdsl.dialects.builtin import FloatAttr, StringAttr

from accelc.dialects.engine import AccessAttr, BufferType, CustomFields, LaneOp, MemsetOp, access, buffer_type
from accelc.dialects.tile import blocks_of
from accelc.targets.conditions import Facts

Operand = tuple[BufferType, AccessAttr]


def cost_op(op: LaneOp) -> str:
    """Name of the cost rule of an elementwise op: its own, or that of the instruction of another package."""
    return op.instruction.data if isinstance(op, CustomFields) else op.name.split(".")[1]


def facts_of(op: LaneOp) -> Facts:
    """Facts of an elementwise op; of one in blocks, those of a block."""
    blocks = blocks_of(op)
    read, written = sources(op), _operands(op, op.WRITES)
    both = [*read, *written]
    alu = op.attributes.get("op0") or op.attributes.get("op")
    value = op.attributes.get("value")
    return Facts(
        alu=alu.data if isinstance(alu, StringAttr) else "",
        one_src_psum_one_sbuf=sorted(kind.space.data for kind, _ in read) == ["psum", "sbuf"],
        all_bf16=all(kind.dtype == "bf16" for kind, _ in both),
        contiguous=all(abs(innermost(pattern.part(blocks, 0))) == 1 for _, pattern in both),
        zero=isinstance(op, MemsetOp) and isinstance(value, FloatAttr) and value.value.data == 0,
        half=all(kind.itemsize == 2 for kind, _ in written),
        int64=any(kind.dtype == "int64" for kind, _ in both),
    )


def sources(op: LaneOp) -> list[Operand]:
    """Tensor operands that an elementwise op reads: neither scalars per partition nor what it keeps of its result."""
    return _operands(op, [(name, pattern) for name, pattern in op.READS if name not in ("scalar", "out")])


def operands(op: LaneOp) -> list[Operand]:
    """The same and the result."""
    return [*sources(op), *_operands(op, op.WRITES)]


def _operands(op: LaneOp, names: Sequence[tuple[str, str]]) -> list[Operand]:
    found: list[Operand] = []
    for operand, attribute in names:
        pattern = access(op, attribute)
        if pattern is not None:
            found.append((buffer_type(getattr(op, operand)), pattern))
    return found


def innermost(pattern: AccessAttr) -> int:
    """Stride of the innermost dimension of more than one element; 1 where there is none."""
    return next(
        (step for size, step in zip(reversed(pattern.shape), reversed(pattern.steps), strict=True) if size > 1), 1
    )

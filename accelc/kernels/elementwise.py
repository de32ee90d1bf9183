"""Operations of the engines that work on tiles element by element."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ArrayAttr
from xdsl.ir import Attribute

from accelc.dialects.engine import (
    ActivateOp,
    CopyOp,
    CustomOp,
    LaneOp,
    MemsetOp,
    PartitionReduceOp,
    ReduceOp,
    ScalarTensorTensorOp,
    SelectOp,
    TensorScalarOp,
    TensorTensorOp,
    i64_attr,
)
from accelc.errors import ProgramError
from accelc.isa.custom import custom_named
from accelc.kernels.location import caller
from accelc.kernels.recorder import Recorder, access, check_lane_name, number, require_views, text
from accelc.kernels.views import View, is_integer
from accelc.targets.model import Target, is_dma


class Elementwise:
    """
    The part of `Core` for the scalar, vector and gpsimd engines.

    Sources broadcast along their free axes to the shape of the destination. Unless the integers of all operands are
    computed as such, arithmetic is in fp32, and the result is converted to the destination's type.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def target(self) -> Target:
        """The machine."""
        return self._recorder.target

    def activation(
        self,
        destination: View,
        func: str,
        source: View,
        bias: View | float = 0.0,
        scale: float = 1.0,
        engine: str = "scalar",
    ) -> None:
        """
        `destination = func(scale * source + bias)` on the scalar engine, or another that the target has `func` for.

        A bias is a number or a tile; one of shape [partitions, 1] holds one value per partition.
        """
        require_views(destination=destination, source=source)
        sources = [self._fitted(source, destination)]
        attributes: dict[str, Attribute] = {
            "func": text("func", func),
            "scale": number("scale", scale),
            "bias_value": number("bias", 0.0 if isinstance(bias, View) else bias),
            "source_ap": access(sources[0]),
            "out_ap": access(destination),
        }
        operands = [sources[0], destination]
        if isinstance(bias, View):
            sources.append(self._fitted(bias, destination))
            attributes["bias_ap"] = access(sources[1])
            operands.append(sources[1])
        self._on(engine, ActivateOp, operands, attributes, sources, destination)

    def tensor_tensor(self, destination: View, lhs: View, rhs: View, op: str, engine: str = "vector") -> None:
        """`destination = lhs op rhs` elementwise; comparisons give 1 or 0."""
        require_views(destination=destination, lhs=lhs, rhs=rhs)
        left, right = self._fitted(lhs, destination), self._fitted(rhs, destination)
        attributes = {
            "op": text("op", op),
            "lhs_ap": access(left),
            "rhs_ap": access(right),
            "out_ap": access(destination),
        }
        self._on(engine, TensorTensorOp, [left, right, destination], attributes, [left, right], destination)

    def tensor_scalar(
        self,
        destination: View,
        source: View,
        op0: str,
        value0: float,
        op1: str = "none",
        value1: float = 0.0,
        engine: str = "vector",
    ) -> None:
        """`destination = (source op0 value0) op1 value1`, numbers being fp32."""
        require_views(destination=destination, source=source)
        view = self._fitted(source, destination)
        attributes = {
            "op0": text("op0", op0),
            "op1": text("op1", op1),
            "value0": number("value0", value0),
            "value1": number("value1", value1),
            "source_ap": access(view),
            "out_ap": access(destination),
        }
        self._on(engine, TensorScalarOp, [view, destination], attributes, [view], destination)

    def scalar_tensor_tensor(
        self,
        destination: View,
        lhs: View,
        op0: str,
        scalar: View,
        op1: str,
        rhs: View,
        engine: str = "vector",
    ) -> None:
        """`destination = (lhs op0 scalar) op1 rhs`; `scalar` [partitions, 1] is fp32 in SBUF, one per partition."""
        require_views(destination=destination, lhs=lhs, scalar=scalar, rhs=rhs)
        left, right = self._fitted(lhs, destination), self._fitted(rhs, destination)
        attributes = {
            "op0": text("op0", op0),
            "op1": text("op1", op1),
            "lhs_ap": access(left),
            "scalar_ap": access(scalar),
            "rhs_ap": access(right),
            "out_ap": access(destination),
        }
        operands = [left, scalar, right, destination]
        self._on(engine, ScalarTensorTensorOp, operands, attributes, [left, scalar, right], destination)

    def tensor_reduce(self, destination: View, source: View, op: str, axes: int = 1, engine: str = "vector") -> None:
        """Reduce the `axes` innermost free axes of `source` with `add`, `max` or `min`, in index order."""
        require_views(destination=destination, source=source)
        attributes = {
            "op": text("op", op),
            "axes": i64_attr(_count(axes)),
            "source_ap": access(source),
            "out_ap": access(destination),
        }
        self._on(engine, ReduceOp, [source, destination], attributes, [source], destination)

    def partition_reduce(self, destination: View, source: View, op: str, engine: str = "gpsimd") -> None:
        """Reduce the partitions of `source` to one with `add`, `max` or `min`, in partition order."""
        require_views(destination=destination, source=source)
        attributes = {"op": text("op", op), "source_ap": access(source), "out_ap": access(destination)}
        self._on(engine, PartitionReduceOp, [source, destination], attributes, [source], destination)

    def tensor_copy(self, destination: View, source: View, engine: str = "vector") -> None:
        """`destination = source`, converted, on a compute engine."""
        require_views(destination=destination, source=source)
        view = self._fitted(source, destination)
        attributes = {"source_ap": access(view), "out_ap": access(destination)}
        self._on(engine, CopyOp, [view, destination], attributes, [view], destination)

    def select(self, destination: View, source: View, predicate: View, engine: str = "vector") -> None:
        """`destination = source` where `predicate` is not zero; elsewhere it keeps what it holds."""
        require_views(destination=destination, source=source, predicate=predicate)
        view, where = self._fitted(source, destination), self._fitted(predicate, destination)
        attributes = {"source_ap": access(view), "predicate_ap": access(where), "out_ap": access(destination)}
        reads = [view, where, destination]
        self._on(engine, SelectOp, reads, attributes, reads, destination)

    def custom(
        self,
        destination: View,
        instruction: str,
        source: View,
        /,
        *others: View,
        engine: str | None = None,
        **immediates: float,
    ) -> None:
        """
        `destination = instruction(source, others..., immediates...)`, an instruction of another package by its name.

        There are as many sources as it has, and each of its immediates by its label. Without `engine` it is on the
        first one that has a cost rule for it.
        """
        sources = {"source": source, **{f"source {number}": other for number, other in enumerate(others, 2)}}
        require_views(destination=destination, **sources)
        try:
            row, _ = custom_named(text("instruction", instruction).data)
        except ProgramError as error:
            raise caller().error(str(error)) from None
        labels = [use.label for use in row.fields]
        for label in (*immediates, *labels):
            if label not in labels or label not in immediates:
                problem = f"no immediate '{label}'" if label not in labels else f"immediate '{label}' is missing"
                raise caller().error(f"{instruction}: {problem}: it has {', '.join(labels) or 'none'}")
        if len(sources) != len(row.reads()):
            raise caller().error(f"{instruction}: {len(sources)} sources given, it has {len(row.reads())}")
        views = [self._fitted(view, destination) for view in sources.values()]
        attributes = {
            "instruction": text("instruction", instruction),
            "immediates": ArrayAttr([number(label, immediates[label]) for label in labels]),
            "out_ap": access(destination),
            **{name: access(view) for name, view in zip(("source_ap", "other_ap"), views, strict=False)},
        }
        able = (name for name, unit in self.target.engines.items() if unit.has(instruction))
        self._on(
            engine or next(able, "vector"),
            CustomOp,
            [views[0], destination, *views[1:]],
            attributes,
            views,
            destination,
        )

    def memset(self, destination: View, value: float, engine: str = "vector") -> None:
        """Write `value`, an fp32 number, to every element."""
        require_views(destination=destination)
        attributes = {"value": number("value", value), "out_ap": access(destination)}
        self._on(engine, MemsetOp, [destination], attributes, [], destination)

    def _on(
        self,
        lane: str,
        op_type: type[LaneOp],
        operands: Sequence[View],
        attributes: Mapping[str, Attribute],
        reads: Sequence[View],
        writes: View,
    ) -> None:
        check_lane_name(lane, self.target)
        if is_dma(lane):
            raise caller().error(f"{op_type.name} on queue '{lane}': a compute engine executes it")
        self._recorder.append(op_type, lane, operands, attributes, reads, writes)

    def _fitted(self, source: View, destination: View) -> View:
        """`source` broadcast along its free axes to the shape of `destination`."""
        if source.shape == destination.shape or not (source.on_chip and destination.on_chip):
            return source
        return source.broadcast_to(*destination.shape)


def _count(axes: object) -> int:
    if not is_integer(axes):
        raise caller().error(f"axes is {axes!r}: expected a number of axes")
    assert isinstance(axes, int)
    return axes

"""What a function does: partitions, calls, and what the host computes between them, in order."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from xdsl.ir import Block, Operation, OpResult, Region, SSAValue
from xdsl.rewriter import Rewriter

from accelc.dialects.graph import CallOp, ConstantOp, FuncOp, PartitionOp, ReturnOp, WeightOp, YieldOp, callee_of

FREE_OPS = (WeightOp, ConstantOp)


@dataclass(frozen=True)
class Use:
    """
    Something that becomes a segment, its values by key.

    `partition` is what the accelerator executes, else `function` what `place` does; `once`: in the model's function,
    which runs once.
    """

    name: str
    place: str
    inputs: tuple[Hashable, ...]
    outputs: tuple[Hashable, ...]
    partition: PartitionOp | None
    function: FuncOp | None
    once: bool

    def weights(self) -> list[str]:
        """Names of the weights it reads, each once."""
        body = self.partition or self.function
        assert body is not None
        return list(dict.fromkeys(op.weight_name.data for op in body.walk() if isinstance(op, WeightOp)))


@dataclass(frozen=True)
class Code:
    """
    A function: what it does in order, and the keys of its results.

    Keys are values of the function, or names of what the host makes of them; results with the same key are the same.
    """

    function: FuncOp
    items: tuple[Use | CallOp, ...]
    results: tuple[Hashable, ...]


class Coder:
    """
    Codes of functions, each made once.

    A value that a call returns twice has the key of its first result.
    """

    def __init__(self) -> None:
        self._codes: dict[FuncOp, Code] = {}

    def code(self, function: FuncOp, prefix: str = "", *, distinct: bool = False) -> Code:
        """Code of a function whose segments get names with `prefix`; `distinct`: results have different keys."""
        if function not in self._codes:
            self._codes[function] = _Function(function, prefix, self.key).code(distinct=distinct)
        return self._codes[function]

    def called(self, call: CallOp) -> Code:
        """Code of the function that is called."""
        callee = callee_of(call)
        assert callee is not None
        return self.code(callee, f"{callee.sym_name.data}.")

    def key(self, value: SSAValue) -> Hashable:
        """The key of a value of a function."""
        if isinstance(value, OpResult) and isinstance(value.op, CallOp):
            results = self.called(value.op).results
            return value.op.outputs[results.index(results[value.index])]
        return value


class _Function:
    def __init__(self, function: FuncOp, prefix: str, key: Callable[[SSAValue], Hashable]) -> None:
        self.function = function
        self.prefix = prefix
        self.once = not prefix
        self.key = key
        self.known: set[SSAValue] = set(function.body.block.args)
        self.made: dict[SSAValue, Hashable] = {}
        """Values that the host computes because something outside of partitions needs them."""
        self.items: list[Use | CallOp] = []

    def code(self, *, distinct: bool) -> Code:
        ops = [op for op in self.function.body.block.ops if isinstance(op, PartitionOp | CallOp)]
        for index, op in enumerate(ops):
            name = f"{self.prefix}{op.home.data if isinstance(op, PartitionOp) else 'call'}{index}"
            loose = [v for v in op.inputs if v not in self.known and v not in self.made]
            if isinstance(op, CallOp):
                loose = [v for v in loose if not isinstance(v.owner, FREE_OPS)]
            if loose:
                self._compute(f"{name}.operands", loose, [(name, i) for i in range(len(loose))])
            self.items.append(op if isinstance(op, CallOp) else self._use(op, name))
            self.known.update(op.outputs)
        results = self._results(distinct=distinct)
        return Code(self.function, tuple(self.items), results)

    def _key(self, value: SSAValue) -> Hashable:
        return self.made.get(value) or self.key(value)

    def _use(self, op: PartitionOp, name: str) -> Use:
        inputs = tuple(self._key(v) for v in op.inputs)
        if op.home.data == "accelerator":
            return Use(name, op.home.data, inputs, tuple(op.outputs), op, None, self.once)
        body = op.body.clone()
        last = body.block.last_op
        assert isinstance(last, YieldOp)
        Rewriter.replace_op(last, ReturnOp(last.operands), [])
        function = FuncOp(name, ([v.type for v in op.inputs], [v.type for v in op.outputs]), body)
        return Use(name, op.home.data, inputs, tuple(op.outputs), None, function, self.once)

    def _results(self, *, distinct: bool) -> tuple[Hashable, ...]:
        """Keys of the results; arguments and what is outside of partitions is copied, with `distinct` all repeats."""
        keys: list[Hashable] = []
        copied: list[tuple[SSAValue, Hashable]] = []
        for index, value in enumerate(self.function.return_op.values):
            key = self._key(value)
            computed = isinstance(value.owner, PartitionOp | CallOp)
            if not computed or (distinct and key in keys):
                key = ("result", index)
                copied.append((value, key))
            keys.append(key)
        if copied:
            self._compute(f"{self.prefix}results", [v for v, _ in copied], [key for _, key in copied])
        return tuple(keys)

    def _compute(self, name: str, values: Sequence[SSAValue], keys: Sequence[Hashable]) -> None:
        """A segment of the host that computes `values` from known values by the ops outside of partitions."""
        needed = self._needed(values)
        arguments = list(dict.fromkeys(v for op in needed for v in op.operands if v in self.known))
        arguments += [v for v in dict.fromkeys(values) if v in self.known and v not in arguments]
        block = Block(arg_types=[v.type for v in arguments])
        mapped: dict[SSAValue, SSAValue] = dict(zip(arguments, block.args, strict=True))
        for op in needed:
            block.add_op(op.clone(value_mapper=mapped))
        block.add_op(ReturnOp([mapped[v] for v in values]))
        function = FuncOp(name, ([v.type for v in arguments], [v.type for v in values]), Region(block))
        self.items.append(Use(name, "host", tuple(map(self._key, arguments)), tuple(keys), None, function, self.once))
        self.made.update({v: key for v, key in zip(values, keys, strict=True) if v not in self.known})

    def _needed(self, values: Sequence[SSAValue]) -> list[Operation]:
        """Ops outside of partitions that `values` depend on, in order of the block."""
        found: set[Operation] = set()
        pending = [v for v in values if v not in self.known]
        while pending:
            value = pending.pop()
            assert isinstance(value, OpResult)
            if value.op not in found:
                found.add(value.op)
                pending += [v for v in value.op.operands if v not in self.known]
        return [op for op in self.function.body.block.ops if op in found]

"""A lowered module as a binary program."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any, NoReturn, cast

import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr, TensorType
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.dialects.engine import BufferOp, ProgramOp, buffer_type
from accelc.dialects.graph import CallOp, FuncOp, PartitionOp, ReturnOp, WeightOp
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of_element
from accelc.emit.overwrites import check_overwrites
from accelc.errors import ProgramError
from accelc.isa.program import Program, Segment, ValueType
from accelc.numerics import DTYPES
from accelc.pipelines import EmittedPartition
from accelc.pipelines.finishing import Value, emit_program, weight_name
from accelc.segments import build_segments
from accelc.segments.capacity import check_capacity
from accelc.segments.coding import FREE_OPS
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Target

Array = npt.NDArray[Any]

GRAPH_PIPELINE = "normalize-inplace,decompose,partition-hierarchical,lower-to-engine,schedule-engines,assign-memory"
"""What brings `graph` to where output begins, at the least."""
ENGINE_PIPELINE = "schedule-engines,assign-memory"
"""What brings `engine` there."""


def program_of(module: ModuleOp, weights: Mapping[str, Array]) -> Program:
    """
    The binary program of `module`, whose engine programs have addresses; it stays as it is.

    With a `graph.func @main`, whose accelerator partitions name their programs (`lower-to-engine`), its arguments and
    results are those of the program. Otherwise the module holds nothing but programs: segments in their order, and the
    program's inputs and outputs are their buffers, by their symbols, behind `<program>.` if there are several.
    `weights` holds the data of weights, and of the buffers of role `weight` as `<program>.<symbol>`.

    Nothing but emission and synchronization is done here; both are checked as in `accelc compile`. Raises ProgramError,
    located in the printed module, for what is not lowered; what `finish_program` raises.
    """
    from accelc.isa.validation import validate_program

    programs = {op.sym_name.data: op for op in module.ops if isinstance(op, ProgramOp)}
    functions = [op for op in module.ops if isinstance(op, FuncOp)]
    for op in module.ops:
        if not isinstance(op, ProgramOp | FuncOp):
            _refuse(op, "is of neither graph nor engine; lower it first, with the passes of its dialect")
    if not programs:
        if functions:
            _refuse(_work(functions[0]), f"is not lowered; run -p {GRAPH_PIPELINE} first")
        raise ProgramError(
            f"the module is empty: expected engine programs, or graph functions after -p {GRAPH_PIPELINE}"
        )
    for program in programs.values():
        _check(program)
    target = _target(programs)
    for program in programs.values():
        check_overwrites(program, target)
    if not functions:
        result = _of_programs(programs, weights, target)
    else:
        result = _of_function(functions, programs, weights, target)
    check_capacity(result, target)
    validate_program(result, "its program")
    return result


def _refuse(op: Operation, message: str) -> NoReturn:
    text = f"{op.name} {message}"
    op.emit_error(text, ProgramError(text))


def _work(function: FuncOp) -> Operation:
    """What to point at in a function that is not lowered: its first operation that computes something."""
    ops = [op for op in function.body.block.ops if op.operands]
    return ops[0] if ops else function


def _check(program: ProgramOp) -> None:
    for op in program.body.block.ops:
        if isinstance(op, BufferOp) and op.address is None:
            _refuse(op, f'"{op.symbol.data}" has no address; run -p {ENGINE_PIPELINE} first')


def _target(programs: Mapping[str, ProgramOp]) -> Target:
    (first, *others) = programs.values()
    for op in others:
        if op.target != first.target:
            _refuse(
                op,
                f'@{op.sym_name.data} is for target "{op.target.data}", @{first.sym_name.data} for '
                f'"{first.target.data}"; a program is for one machine: emit them one by one',
            )
    return load_target(first.target.data)


# --- programs alone ---------------------------------------------------------------------------------------------------


def _of_programs(programs: Mapping[str, ProgramOp], weights: Mapping[str, Array], target: Target) -> Program:
    types: dict[str, list[ValueType]] = {"input": [], "output": []}
    found: dict[str, Array] = {}
    segments = list[Segment]()
    for name, program in programs.items():
        prefix = f"{name}." if len(programs) > 1 else ""
        bound: dict[str, dict[str, Value]] = {"input": {}, "output": {}}
        for op in program.body.block.ops:
            if not isinstance(op, BufferOp):
                continue
            kind = buffer_type(op.result)
            sides = {op.role.data: op.symbol.data, **({"output": op.updated.data} if op.updated is not None else {})}
            for role, symbol in sides.items():
                if role in bound:
                    shape = tuple(kind.dims)
                    bound[role][symbol] = prefix + symbol, shape
                    types[role].append(ValueType(prefix + symbol, DTYPES[kind.dtype].name, shape))
        found.update(_weights(program, name, weights))
        segments.append(emit_program(program, name, bound["input"], bound["output"], target).segment)
    return _program(target, types["input"], types["output"], segments, found)


def _weights(program: ProgramOp, segment: str, weights: Mapping[str, Array]) -> dict[str, Array]:
    """Data of the weight buffers of a program, by their names in `segment`."""
    found: dict[str, Array] = {}
    for op in program.body.block.ops:
        if isinstance(op, BufferOp) and op.role.data == "weight":
            stored = f"{program.sym_name.data}.{op.symbol.data}"
            if stored not in weights:
                _refuse(
                    op,
                    f"\"{op.symbol.data}\" has no data: expected '{stored}' in the safetensors file of the option "
                    "weights=FILE, which lower-to-engine{save=FILE} writes",
                )
            found[weight_name(segment, op.symbol.data)] = weights[stored]
    return found


# --- a function and its partitions ------------------------------------------------------------------------------------


def _of_function(
    functions: list[FuncOp], programs: Mapping[str, ProgramOp], weights: Mapping[str, Array], target: Target
) -> Program:
    main = next((op for op in functions if op.sym_name.data == "main"), functions[0])
    for function in functions:
        _check_function(function, weights)
    emitted: set[str] = set()

    def compile_accelerator(
        op: PartitionOp, name: str, inputs: tuple[str, ...], outputs: tuple[str, ...], data: Mapping[str, Array]
    ) -> EmittedPartition:
        symbol = op.attributes.get("program")
        if not isinstance(symbol, StringAttr) or symbol.data not in programs:
            _refuse(op, '"accelerator" names no program of the module; run -p lower-to-engine first')
        if symbol.data in emitted:
            _refuse(
                op, "is called with several sets of weights, which only accelc compile packs; do not outline repeats"
            )
        emitted.add(symbol.data)
        program = programs[symbol.data]
        bound = _values(inputs, op.inputs, "in"), _values(outputs, op.outputs, "out")
        segment = emit_program(program, name, *bound, target).segment
        return EmittedPartition(segment, _weights(program, name, weights))

    built = build_segments(main, weights, compile_accelerator)
    for name, program in programs.items():
        if name not in emitted:
            _refuse(program, f"@{name} belongs to no partition that @{main.sym_name.data} reaches; remove it")
    # Without names of their own, they have those of `accelc.compile_module`.
    inputs = _interface(main.input_names, main.function_type.inputs.data, "arg")
    outputs = _interface(main.output_names, main.function_type.outputs.data, "result")
    result = _program(target, inputs, outputs, built.segments, built.weights)
    return replace(result, steps=built.steps, buffers=tuple(built.buffers))


def _check_function(function: FuncOp, weights: Mapping[str, Array]) -> None:
    for op in function.body.block.ops:
        if not isinstance(op, (PartitionOp, CallOp, ReturnOp, *FREE_OPS)):
            _refuse(op, f"stands in no partition; run -p {GRAPH_PIPELINE} first")
    for op in function.body.block.ops:
        accelerated = isinstance(op, PartitionOp) and op.home.data == "accelerator"
        for inner in () if accelerated else op.walk():
            if isinstance(inner, WeightOp) and inner.weight_name.data not in weights:
                _refuse(
                    inner,
                    f'"{inner.weight_name.data}" has no data; name the safetensors file with it in the option '
                    "weights=FILE",
                )


def _values(names: tuple[str, ...], values: Iterable[SSAValue], prefix: str) -> dict[str, Value]:
    pairs = zip(names, values, strict=True)
    return {f"{prefix}{index}": (name, shape_of(value)) for index, (name, value) in enumerate(pairs)}


def _interface(names: ArrayAttr[StringAttr] | None, types: Sequence[Attribute], kind: str) -> tuple[ValueType, ...]:
    found: list[ValueType] = []
    for index, given in enumerate(types):
        tensor = cast("TensorType[Attribute]", given)
        name = f"{kind}{index}" if names is None else names.data[index].data
        found.append(ValueType(name, dtype_of_element(tensor.element_type).name, tuple(tensor.get_shape())))
    return tuple(found)


def _program(
    target: Target,
    inputs: Sequence[ValueType],
    outputs: Sequence[ValueType],
    segments: Sequence[Segment],
    weights: Mapping[str, Array],
) -> Program:
    return Program(
        target_text=canonical_toml(target),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        segments=tuple(segments),
        weights=weights,
        compiler=f"accelc {version('accelc')}",
    )

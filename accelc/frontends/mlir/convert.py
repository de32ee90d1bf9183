"""Functions of other compilers as `graph.func`: calls inlined, every operation by its rule."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, FunctionType, ModuleOp, NameLoc, StringAttr, TensorType
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.traits import Pure

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import name_of, shape_of
from accelc.dialects.graph_ops.element_types import Array, dtype_of, element_of_dtype
from accelc.errors import AccelcError
from accelc.frontends.mlir.call import Call, Env, Table
from accelc.frontends.mlir.view import ConversionError, View
from accelc.frontends.mlir.writer import Writer

MAX_CALLS = 64
"""Functions that call each other."""
MAX_OPERATIONS = 200_000
"""Operations of a program with all calls inlined."""
RETURNS = frozenset(["func.return", "stablehlo.return", "tosa.yield", "linalg.yield", "tensor.yield", "scf.yield"])
"""Ends of blocks."""

GLOBALS = frozenset(["sdy.mesh", "ml_program.global"])
"""Operations beside functions, which have no effect."""


def convert_module(module: ModuleOp, rules: Table, weights: dict[str, Array]) -> None:
    """
    Turn every function of `module` that is not private into a `graph.func`, in place.

    Private functions are inlined where they are called and vanish. Elements of large constants become new entries of
    `weights`. Raises ConversionError for what `rules` do not convert; the module is unchanged then.
    """
    for op in _outside(module):
        raise ConversionError(op, f"{name_of(op)}: stands outside of any function")
    converter = Converter(module, rules, weights)
    roots = [op for op in converter.functions.values() if _visibility(op) != "private"]
    if not roots:
        raise ConversionError(module, "has no func.func that is not private: nothing to convert")
    made = [(op, converter.function(op)) for op in roots]
    for op, new in made:
        parent = op.parent_block()
        assert parent is not None
        parent.insert_op_before(new, op)
    for op in list(module.walk()):
        if isinstance(op, func.FuncOp) or name_of(op) in GLOBALS:
            op.detach()
            op.erase(safe_erase=False)
    for name in [name for name in module.attributes if "." in name]:
        del module.attributes[name]


def _outside(module: ModuleOp) -> Iterator[Operation]:
    """What is in a module, or one inside it, and is no function."""
    for op in module.ops:
        if isinstance(op, ModuleOp):
            yield from _outside(op)
        elif not isinstance(op, func.FuncOp | graph.FuncOp) and name_of(op) not in GLOBALS:
            yield op


def _visibility(op: func.FuncOp) -> str:
    return op.sym_visibility.data if op.sym_visibility is not None else "public"


class Converter:
    """State of one conversion: the functions by name, the rules, the data of constants."""

    def __init__(self, module: ModuleOp, rules: Table, weights: dict[str, Array]):
        self.functions: dict[str, func.FuncOp] = {}
        for op in module.walk():
            if isinstance(op, func.FuncOp):
                if op.sym_name.data in self.functions:
                    raise ConversionError(op, f"func.func: there are two functions '@{op.sym_name.data}'")
                self.functions[op.sym_name.data] = op
        self.rules = rules
        self.weights = weights
        self.stack: list[str] = []
        """Names of the functions being inlined."""
        self.converted: int = 0
        self.domains: list[tuple[int, ...]] = []
        """Sizes of the iterations whose bodies are being converted."""

    def function(self, op: func.FuncOp) -> graph.FuncOp:
        """The `graph.func` of a function."""
        view = View(op)
        if len(op.body.blocks) != 1:
            raise view.error(f"'{op.sym_name.data}' has {len(op.body.blocks)} blocks, expected one")
        block = op.body.block
        types = [_tensor(view, argument.type) for argument in block.args]
        body = Block(arg_types=types)
        for argument, source in zip(body.args, block.args, strict=True):
            argument.name_hint = source.name_hint
        writer = Writer(body, self.weights)
        env: Env = dict(zip(block.args, body.args, strict=True))
        self.stack.append(op.sym_name.data)
        results = self.block(block, env, writer)
        self.stack.pop()
        writer.name, writer.error = op.sym_name.data, view.error
        body.add_op(graph.ReturnOp(results))
        for unused in reversed(list(body.ops)):
            if unused.has_trait(Pure) and not any(result.uses.get_length() for result in unused.results):
                unused.detach()
                unused.erase()
        return graph.FuncOp(
            op.sym_name.data,
            FunctionType.from_lists(types, [value.type for value in results]),
            Region(body),
            input_names=_unique(_entry_names(op, "inputs") or [_input_name(op, i) for i in range(len(types))]),
            output_names=_unique(_entry_names(op, "outputs") or [_output_name(op, i) for i in range(len(results))]),
        )

    def call(self, call: Call, name: str, operands: Sequence[SSAValue]) -> list[SSAValue]:
        """The results of a function of the module, inlined."""
        callee = self.functions.get(name)
        if callee is None or len(callee.body.blocks) != 1:
            raise call.error(f"calls '@{name}', which has no body here; supported are functions of the same file")
        if name in self.stack:
            raise call.error(f"'@{name}' calls itself; supported are functions that do not")
        if len(self.stack) >= MAX_CALLS:
            raise call.error(f"calls more than {MAX_CALLS} functions deep")
        block = callee.body.block
        if len(operands) != len(block.args):
            raise call.error(f"'@{name}' takes {len(block.args)} operands, not {len(operands)}")
        self.stack.append(name)
        results = self.block(block, dict(zip(block.args, operands, strict=True)), call.writer)
        self.stack.pop()
        return results

    def block(self, block: Block, env: Env, writer: Writer) -> list[SSAValue]:
        """
        Convert the operations of a block into `writer`; the values it returns. `env` gets their results.

        Raises ConversionError for a block that does not end in return or yield.
        """
        last = block.last_op
        for op in block.ops:
            if op is last and name_of(op) in RETURNS:
                view = View(op)
                return [Call(view, writer, env, self).value(value) for value in op.operands]
            self.operation(op, env, writer)
        owner = block.parent_op()
        raise ConversionError(owner or block.ops.first or _nowhere(), "a block does not end in return or yield")

    def operation(self, op: Operation, env: Env, writer: Writer) -> None:
        """Convert one operation."""
        view = View(op)
        self.converted += 1
        if self.converted > MAX_OPERATIONS:
            raise view.error(f"the program has more than {MAX_OPERATIONS} operations with its calls inlined")
        rule = self.rules.get(view.name)
        if rule is None:
            raise view.error(self._unknown(view.name))
        previous = writer.name, writer.error
        writer.name, writer.error = view.location or f"{view.name}.{self.converted}", view.error
        try:
            found = rule(Call(view, writer, env, self))
        except ConversionError:
            raise
        except (AccelcError, ValueError) as error:
            # Shape rules of the dialect, and plans, raise these.
            raise view.error(str(error)) from error
        results = [found] if isinstance(found, SSAValue) else list(found)
        if len(results) != len(op.results):
            raise view.error(f"has {len(op.results)} results, expected {len(results)}")
        for declared, value in zip(op.results, results, strict=True):
            _check(view, declared, value)
            env[declared] = value
            if value.name_hint is None:
                value.name_hint = declared.name_hint
        writer.name, writer.error = previous

    def _unknown(self, name: str) -> str:
        dialect = name.partition(".")[0]
        known = sorted({rule.partition(".")[0] for rule in self.rules})
        if dialect not in known:
            return f"is of the dialect '{dialect}'; converted here are {', '.join(known)}"
        return "has no meaning in the graph dialect (docs/mlir.md lists what has)"


def _check(view: View, declared: SSAValue, value: SSAValue) -> None:
    """Verify that a rule gave what the operation declares. Values inside bodies are numbers that stand for tensors."""
    kind: Attribute = declared.type
    if not isinstance(kind, TensorType):
        return
    shape, dtype = view.spec(declared)
    if shape_of(value) != shape or dtype_of(value) != dtype:
        raise view.error(
            f"gives {dtype_of(value).name}{list(shape_of(value))} by its operands and attributes, "
            f"but its type is {declared.type}"
        )


def _nowhere() -> Operation:
    return ModuleOp([])


def _tensor(view: View, kind: Attribute) -> TensorType[Attribute]:
    shape, dtype = view.spec(kind)
    return TensorType(element_of_dtype(dtype), shape)


def _unique(names: Sequence[str]) -> list[str]:
    """Names made different by numbers behind those that come again."""
    taken, numbers, found = set(names), dict[str, int](), list[str]()
    for name in names:
        number = numbers.get(name, -1) + 1
        while number and f"{name}.{number}" in taken:
            number += 1
        numbers[name] = number
        found.append(f"{name}.{number}" if number else name)
    return found


def _entry_names(op: func.FuncOp, side: str) -> list[str]:
    """The names of all arguments or results that TensorFlow gives a function, if it does."""
    entry = op.attributes.get("tf.entry_function")
    names = entry.data.get(side) if isinstance(entry, DictionaryAttr) else None
    found = names.data.split(",") if isinstance(names, StringAttr) else []
    counted = op.function_type.inputs if side == "inputs" else op.function_type.outputs
    return found if len(found) == len(counted.data) else []


def _entry(attributes: ArrayAttr[DictionaryAttr] | None, index: int) -> Mapping[str, Attribute]:
    entries = cast(tuple[Any, ...], attributes.data) if attributes is not None else ()
    return entries[index].data if index < len(entries) and isinstance(entries[index], DictionaryAttr) else {}


def _input_name(op: func.FuncOp, index: int) -> str:
    """The name in the argument's location or attributes, else in the text."""
    argument = op.body.block.args[index]
    if isinstance(argument.location, NameLoc):
        return argument.location.desc.data
    entry = _entry(op.arg_attrs, index)
    named = entry.get("jax.arg_info", entry.get("ml_program.identifier"))
    if isinstance(named, StringAttr):
        return named.data.removeprefix("tensor_")
    return argument.name_hint or f"arg{index}"


def _output_name(op: func.FuncOp, index: int) -> str:
    entry = _entry(op.res_attrs, index)
    named = entry.get("jax.result_info", entry.get("ml_program.identifier"))
    if isinstance(named, StringAttr) and named.data:
        return named.data.removeprefix("tensor_")
    return f"result{index}"

"""
Nodes of a PyTorch graph, one after the other.

Every node is also executed by torch on tensors without elements. What aliases what is what torch then says: the schema
of the operator names the arguments it writes, and results that share the storage of an argument are views of it. So
there is no list of views, only rules for operators that compute something; an operator that has none is replaced by
what torch executes for it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.analysis.inplace.strided import row_major
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.errors import ModelError
from accelc.frontends.torch import library
from accelc.frontends.torch.library import Operator, Tensor, geometry, is_tensor, storage_of
from accelc.frontends.torch.names import base_name, bind, full_name, functional, location
from accelc.frontends.torch.rules import RULES
from accelc.frontends.torch.rules.call import Call
from accelc.frontends.torch.storages import Storages
from accelc.frontends.torch.writer import Handle, Writer

IN_PLACE_FUNCTIONS: Mapping[str, str] = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "div": "div",
    **{name: name for name in ("abs", "exp", "log", "neg", "relu", "sigmoid", "sqrt", "square", "tanh")},
}
"""Operators that `graph.apply_` executes on a variable when types and shapes allow."""

CHECKS = frozenset(["_assert_tensor_metadata"])
"""Operators without results whose condition torch has checked when it executed them without elements."""
INLINED = frozenset(["wrap_with_set_grad_enabled"])
"""Operators that only execute a graph."""
MAX_DEPTH = 16
"""Replacements of operators inside each other."""


class _Missing:
    """A result that no rule computes."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


Keep = Callable[[Operator, Mapping[str, Any], Sequence[Tensor], str], list[SSAValue]]
"""Values of the results of an operator that cannot be imported, and the reason why not."""


class Importer:
    """
    Imports the nodes of a graph, and of the graphs that replace its operators.

    With `keep`, operators that cannot be imported become what it says; without it they are errors.
    """

    def __init__(self, writer: Writer, keep: Keep | None = None) -> None:
        self.writer = writer
        self.storages: Storages = Storages()
        self._keep = keep
        self._depth = 0
        self._node_now: Any = None

    def run(self, module: Any, arguments: Sequence[Any], *, located: bool = True) -> Any:
        """The results of a graph module whose placeholders stand for these arguments."""
        known: dict[Any, Any] = {}
        given = iter(arguments)
        for node in module.graph.nodes:
            if located:
                self.writer.name, self.writer.where = str(node.name), location(node)
            match node.op:
                case "placeholder":
                    known[node] = next(given)
                case "get_attr":
                    known[node] = self._attribute(module, str(node.target))
                case "call_function":
                    known[node] = self._node(node, known)
                case "output":
                    return self._resolve(node.args[0], known)
                case kind:
                    raise self.writer.error(f"nodes of kind {kind} cannot be imported; export the program without them")
        raise self.writer.error("the graph has no output")

    def _attribute(self, module: Any, name: str) -> Any:
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part, None)
        if hasattr(found, "graph"):
            return found
        if not is_tensor(found) or hasattr(found, "fake_mode"):
            raise self.writer.error(f"attribute '{name}' is {type(found).__name__}; supported are graphs and tensors")
        return self.new(self.writer.constant(self._elements(found), name), _dense(found))

    def _elements(self, tensor: Tensor) -> library.Array:
        try:
            return library.to_numpy(tensor)
        except ValueError as error:
            raise self.writer.error(str(error)) from error

    def new(self, value: SSAValue, shadow: Tensor) -> Handle:
        """A tensor in storage of its own."""
        try:
            return self.storages.create(self.writer, value, shadow)
        except ValueError as error:
            raise self.writer.error(str(error)) from error

    def _resolve(self, given: Any, known: Mapping[Any, Any]) -> Any:
        """Arguments of a node with handles for nodes."""
        if isinstance(given, list | tuple):
            return [self._resolve(item, known) for item in cast(Sequence[Any], given)]
        if isinstance(given, dict):
            return {key: self._resolve(item, known) for key, item in cast(dict[str, Any], given).items()}
        if type(given).__name__ == "Node":
            found = known[given]
            if isinstance(found, _Missing):
                raise self.writer.error(found.reason)
            return found
        return given

    def _node(self, node: Any, known: Mapping[Any, Any]) -> Any:
        target = node.target
        self._node_now = node
        name = getattr(target, "__name__", str(target))
        if name == "getitem":
            return known[node.args[0]][node.args[1]]
        if name == "_set_grad_enabled":
            return None
        positional = cast(list[Any], self._resolve(list(node.args), known))
        named = cast(dict[str, Any], self._resolve(dict(node.kwargs), known))
        if name in INLINED:
            _, module, *arguments = positional
            return self.run(module, arguments)
        if not hasattr(target, "_schema"):
            raise self.writer.error(
                f"operator {name} cannot be imported; supported are aten operators on tensors of static shapes"
            )
        return self.call(target, positional, named)

    # --- one operator ---------------------------------------------------------------------------------------------

    def call(self, target: Operator, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """What one operator gives for handles and plain values, in the nesting of torch's results."""
        arguments = bind(target, positional, named)
        handles = [leaf for leaf in library.flat(list(arguments.values())) if isinstance(leaf, Handle)]
        before = [geometry(handle.shadow) for handle in handles]
        given = self._execute(target, positional, named)
        results = [leaf for leaf in library.flat([given]) if is_tensor(leaf)]
        if [geometry(handle.shadow) for handle in handles] != before:
            raise self.writer.error("changes the shape of a tensor in place; use the operator without underscore")
        written = [a.name for a in target._schema.arguments if a.alias_info is not None and a.alias_info.is_write]
        if not target._schema.returns and not written and base_name(target) in CHECKS:
            return None
        if not results:
            raise self.writer.error("has no tensor among its results; supported are operators that give tensors")
        if written:
            found = self._in_place(target, arguments, written, results)
        elif any(_aliased(handles, result) for result in results):
            found = [self._view(handles, result) for result in results]
        else:
            found = self._fresh(target, arguments, results)
        if is_tensor(given):
            return found[0]
        return _regrouped(given, iter(found))

    def _execute(self, target: Operator, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """What torch gives for tensors without elements."""
        try:
            return target(*_shadowed(list(positional)), **_shadowed(dict(named)))
        except Exception as error:
            # torch raises what it likes, for programs that export would have refused too.
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise self.writer.error(f"torch refuses it without the elements: {reason[0]}") from error

    def _view(self, handles: Sequence[Handle], result: Tensor) -> Handle:
        if _aliased(handles, result) is None:
            raise self.writer.error("gives views and new tensors at once; supported is one of them")
        try:
            return self.storages.view(self.writer, result)
        except ValueError as error:
            raise self.writer.error(f"{error}; use a copy, for example clone()") from error

    def _in_place(
        self, target: Operator, arguments: Mapping[str, Any], written: Sequence[str], results: Sequence[Tensor]
    ) -> list[Any]:
        """`x = f(x, ...)`: what the operator without underscore computes, stored."""
        if len(written) != 1 or not isinstance(arguments.get(written[0]), Handle):
            raise self.writer.error(
                f"writes {', '.join(written)} in place; supported are operators that write one tensor"
            )
        home: Handle = arguments[written[0]]
        if any(_aliased([home], result) is None for result in results):
            raise self.writer.error("writes an argument and gives new tensors; supported is one of them")
        self._require_order(home, arguments)
        self.storages.written.add(storage_of(home.shadow))
        if not self._applied(target, arguments, home):
            rest = {name: value for name, value in arguments.items() if written != [name] or name == "self"}
            pure = functional(target)
            (value,) = self._values(pure, base_name(target), rest, [results[0]], target)
            if isinstance(value, _Missing):
                raise self.writer.error(value.reason)
            self.writer.append(graph.StoreOp(home.variable, self.writer.cast(value, _dtype(home.shadow))))
        return [Handle(home.variable, result) for result in results]

    def _require_order(self, home: Handle, arguments: Mapping[str, Any]) -> None:
        """Raise ModelError for an operand with cells in common with what is written, unless it is the very same."""
        for leaf in library.flat(list(arguments.values())):
            if not isinstance(leaf, Handle) or _aliased([home], leaf.shadow) is None:
                continue
            one, other = geometry(home.shadow), geometry(leaf.shadow)
            if one != other and np.intersect1d(library.cells(one), library.cells(other)).size:
                raise self.writer.error(
                    "reads cells that it writes, as other elements: torch leaves open in which order; use clone()"
                )

    def _applied(self, target: Operator, arguments: Mapping[str, Any], home: Handle) -> bool:
        """Write in one operation of the dialect where it has one for these arguments."""
        kind = IN_PLACE_FUNCTIONS.get(base_name(target))
        if kind is None or arguments.get("self") is not home or not set(arguments) <= {"self", "other"}:
            return False
        if kind in graph.UNARY_OPS:
            self._apply(kind, home, [])
            return True
        call = Call(self.writer, target, arguments, [home.shadow])
        dtype = _dtype(home.shadow)
        if call.common("self", "other") != dtype or dtype.kind == "b" or (kind == "div" and dtype.kind in "iu"):
            return False
        self._apply(kind, home, [call.operand("other", dtype)])
        return True

    def _apply(self, kind: str, home: Handle, operands: Sequence[SSAValue]) -> None:
        self.writer.append(graph.ApplyOp(kind, home.variable, operands))

    def _fresh(self, target: Operator, arguments: Mapping[str, Any], results: Sequence[Tensor]) -> list[Any]:
        values = self._values(target, base_name(target), arguments, results, target)
        return [
            value if isinstance(value, _Missing) else self.new(value, result)
            for value, result in zip(values, results, strict=True)
        ]

    def _values(
        self,
        target: Operator | None,
        name: str,
        arguments: Mapping[str, Any],
        results: Sequence[Tensor],
        written_as: Operator,
    ) -> list[Any]:
        """Values of the results of an operator that writes nothing, by rule, else as `keep` says."""
        if self._keep is None or target is None or self._depth:
            return self._computed(target, name, arguments, results, written_as)
        node, last = self._node_now, self.writer.block.last_op
        used = {user.args[1] for user in node.users if getattr(user.target, "__name__", "") == "getitem"}
        try:
            values = self._computed(target, name, arguments, results, written_as)
            missing = [v for index, v in enumerate(values) if isinstance(v, _Missing) and index in used]
            if not missing:
                return values
            reason = missing[0].reason
        except ModelError as error:
            reason = str(error)
        self._depth = 0
        # What a rule wrote before it gave up has no users.
        while self.writer.block.last_op is not last and self.writer.block.last_op is not None:
            self.writer.block.erase_op(self.writer.block.last_op)
        return list(self._keep(target, arguments, results, reason))

    def _computed(
        self,
        target: Operator | None,
        name: str,
        arguments: Mapping[str, Any],
        results: Sequence[Tensor],
        written_as: Operator,
    ) -> list[Any]:
        """Values of the results of an operator, by its rule or by what torch executes for it."""
        rule = RULES.get(name)
        if rule is None:
            return self._replaced(target, arguments, written_as)
        call = Call(self.writer, written_as, arguments, list(results))
        try:
            found = rule(call)
            call.require_all_read()
            values = found if isinstance(found, list) else [found]
            self.storages.written |= call.written
            return [
                self._checked(value, result, index)
                for index, (value, result) in enumerate(zip(values, results, strict=True))
            ]
        except (VerifyException, ValueError) as error:
            raise self.writer.error(str(error)) from error

    def _checked(self, value: SSAValue | None, result: Tensor, index: int) -> Any:
        if value is None:
            return _Missing(f"uses result {index} of {self.writer.where}, which is not computed")
        shape, dtype = geometry(result).sizes, _dtype(result)
        if shape_of(value) != shape:
            value = self.writer.broadcast(value, shape)
        return self.writer.cast(value, dtype)

    def _replaced(self, target: Operator | None, arguments: Mapping[str, Any], written_as: Operator) -> list[Any]:
        """Values of an operator without rule: the graph that torch executes for it, imported."""
        if target is None or self._depth >= MAX_DEPTH:
            raise self._unsupported(written_as)
        handles = [leaf for leaf in library.flat(list(arguments.values())) if isinstance(leaf, Handle)]

        def execute(*shadows: Tensor) -> list[Any]:
            stand_ins = dict(zip(map(id, handles), shadows, strict=True))
            named = _mapped(dict(arguments), lambda handle: stand_ins[id(handle)])
            return [leaf for leaf in library.flat([library.by_schema(target, named)]) if is_tensor(leaf)]

        try:
            replacement = library.traced(execute, [handle.shadow for handle in handles], target)
        except Exception as error:
            raise self._unsupported(written_as) from error
        if any(node.target is target for node in replacement.graph.nodes):
            raise self._unsupported(written_as)
        self._depth += 1
        # What the replacement writes are its own tensors.
        results = self.run(replacement, handles, located=False)
        self._depth -= 1
        return [self.writer.load(handle.variable) for handle in results]

    def _unsupported(self, target: Operator) -> ModelError:
        return self.writer.error(
            f"operator {full_name(target)} cannot be imported; supported are views, writes in place, {len(RULES)} "
            "operators with rules, and those that torch takes apart into them"
        )


def _dtype(tensor: Tensor) -> library.DType:
    return library.numpy_dtype(tensor.dtype)


def _dense(like: Tensor) -> Tensor:
    sizes = geometry(like).sizes
    return library.shadow(sizes, row_major(sizes), like.dtype)


def _aliased(handles: Sequence[Handle], result: Tensor) -> Handle | None:
    """The argument whose storage a result shares."""
    storage = storage_of(result)
    return next((handle for handle in handles if storage_of(handle.shadow) == storage), None)


def _mapped(given: Any, function: Callable[[Handle], Any]) -> Any:
    if isinstance(given, Handle):
        return function(given)
    if isinstance(given, list | tuple):
        return [_mapped(item, function) for item in cast(Sequence[Any], given)]
    if isinstance(given, dict):
        return {key: _mapped(item, function) for key, item in cast(dict[str, Any], given).items()}
    return given


def _shadowed(given: Any) -> Any:
    return _mapped(given, lambda handle: handle.shadow)


def _regrouped(given: Any, found: Any) -> Any:
    """Handles in the nesting of torch's results."""
    if is_tensor(given):
        return next(found)
    if isinstance(given, list | tuple):
        return [_regrouped(item, found) for item in cast(Sequence[Any], given)]
    return given

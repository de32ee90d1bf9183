"""Whole programs of `torch.export`: their parameters, buffers, inputs and results."""

from collections.abc import Iterable, Sequence
from typing import Any

from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Block, Region

from accelc.analysis.inplace.strided import Strided, row_major
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
from accelc.dialects.graph_ops.inplace import VarType
from accelc.errors import ModelError
from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.frontends.torch import library
from accelc.frontends.torch.importer import Importer
from accelc.frontends.torch.library import Tensor, geometry
from accelc.frontends.torch.writer import Handle, Writer

WRITTEN = " (written)"
"""Follows the name of an input, buffer or parameter that the program writes, in the name of its final contents."""


def import_program(exported: Any) -> ImportedModel:
    """
    Import a `torch.export.ExportedProgram` as exported, without `run_decompositions`: writes in place stay writes.

    The arguments of `graph.func @main` are the program's tensor inputs, as variables; parameters, buffers and
    constants are weights, in variables if they share storage as they do in the program. The results are those of the
    program, then the final contents of the buffers and parameters that it writes, then of the inputs that it writes,
    the last of which `normalize-inplace` adds. Results that are None are left out.

    Raises ModelError that names the line of the program, the node and the operator, for what cannot be imported:
    sizes that are not static, operators without tensors, effects other than writes. torch's tensors without elements
    (FakeTensor) say what is a view of what; nothing is executed with elements.
    """
    with library.shadows():
        return _Program(exported).run()


class _Program:
    def __init__(self, exported: Any) -> None:
        self.exported = exported
        self.signature = exported.graph_signature
        self.placeholders = [node for node in exported.graph.nodes if node.op == "placeholder"]
        self.writer = Writer(Block())
        self.importer = Importer(self.writer)
        self.state: dict[str, Handle] = {}
        """Parameters, buffers and constants, by name."""
        self.inputs: list[tuple[TensorSpec, Handle]] = []

    def run(self) -> ImportedModel:
        arguments = self._arguments()
        returned = self.importer.run(self.exported.graph_module, arguments)
        results = self._results(returned)
        writer, storages = self.writer, self.importer.storages
        names = [name for name, _ in results]
        values = [writer.load(handle.variable) for _, handle in results]
        for name, handle in self.state.items():
            if storages.is_written(handle.shadow):
                names.append(name + WRITTEN)
                values.append(writer.load(handle.variable))
        writer.block.add_op(graph.ReturnOp(values))
        specs = [spec for spec, _ in self.inputs]
        main = graph.FuncOp(
            "main",
            ([argument.type for argument in writer.block.args], [value.type for value in values]),
            Region(writer.block),
            input_names=[spec.name for spec in specs],
            output_names=names,
        )
        module = ModuleOp([main])
        module.verify()
        outputs = [TensorSpec(name, shape_of(v), dtype_of(v)) for name, v in zip(names, values, strict=True)]
        for spec, handle in self.inputs:
            if storages.is_written(handle.shadow):
                outputs.append(TensorSpec(spec.name + WRITTEN, spec.shape, spec.dtype))
        return ImportedModel(module, writer.weights, specs, outputs)

    def _arguments(self) -> list[Any]:
        specs = list(self.signature.input_specs)
        tensors = dict(_state(self.exported, specs))
        self._load(tensors, [spec.target for spec in specs if spec.target is not None])
        arguments: list[Any] = []
        for node, spec in zip(self.placeholders, specs, strict=True):
            self.writer.name, self.writer.where = str(node.name), f"input '{node.name}'"
            kind = spec.kind.name
            if kind in ("PARAMETER", "BUFFER", "CONSTANT_TENSOR"):
                arguments.append(self.state[spec.target])
            elif kind == "USER_INPUT" and hasattr(spec.arg, "value"):
                arguments.append(spec.arg.value)
            elif kind == "USER_INPUT":
                arguments.append(self._input(node))
            else:
                raise self.writer.error(f"is a {kind}; supported are tensors, parameters and buffers")
        return arguments

    def _input(self, node: Any) -> Handle:
        value = node.meta.get("val")
        if not library.is_tensor(value):
            raise self.writer.error(f"is {type(value).__name__}; supported are tensors")
        if not all(isinstance(n, int) for n in (*value.shape, *value.stride())):
            raise self.writer.error(f"has sizes {[str(n) for n in value.shape]}; export it with static shapes")
        name = str(node.name)
        try:
            place, dtype = geometry(value), library.numpy_dtype(value.dtype)
            spec = TensorSpec(name, place.sizes, dtype)
            variable = self.writer.block.insert_arg(
                VarType(TensorType(element_of_dtype(dtype), place.sizes)), len(self.writer.block.args)
            )
            variable.name_hint = name
            shadow = library.shadow(place.sizes, place.strides, value.dtype)
            handle = self.importer.storages.create(self.writer, variable, shadow)
        except ValueError as error:
            raise self.writer.error(str(error)) from error
        self.inputs.append((spec, handle))
        return handle

    def _load(self, tensors: dict[str, Tensor], names: Sequence[str]) -> None:
        """Put parameters, buffers and constants into storages, those that share one in torch into one."""
        groups: dict[Any, list[str]] = {}
        for name in dict.fromkeys(names):
            self.writer.name, self.writer.where = name, f"tensor '{name}'"
            tensor = tensors.get(name)
            if tensor is None or not library.is_tensor(tensor):
                raise self.writer.error(f"is {type(tensor).__name__}; supported are tensors that come with the program")
            key = tensor.untyped_storage().data_ptr() if tensor.numel() else name
            groups.setdefault(key, []).append(name)
        for group in groups.values():
            self.writer.name, self.writer.where = group[0], f"tensor '{group[0]}'"
            try:
                self._load_group(group, [tensors[name] for name in group])
            except ValueError as error:
                raise self.writer.error(str(error)) from error

    def _load_group(self, names: Sequence[str], tensors: Sequence[Tensor]) -> None:
        places = {geometry(tensor) for tensor in tensors}
        if len({tensor.dtype for tensor in tensors}) > 1:
            raise ValueError(f"shares storage with tensors of other types: {', '.join(names)}")
        first = tensors[0]
        if len(places) == 1:
            shadow = library.shadow(*_packed(geometry(first)), first.dtype)
            value = self.writer.constant(library.to_numpy(first), names[0])
            handle = self.importer.new(value, shadow)
            self.state |= dict.fromkeys(names, handle)
            return
        cells = first.untyped_storage().nbytes() // first.element_size()
        whole = self.writer.constant(library.storage_to_numpy(first), names[0])
        root = self.importer.new(whole, library.shadow((cells,), (1,), first.dtype))
        for name, tensor in zip(names, tensors, strict=True):
            place = geometry(tensor)
            seen = root.shadow.as_strided(place.sizes, place.strides, place.offset)
            self.state[name] = self.importer.storages.view(self.writer, seen)

    def _results(self, returned: Any) -> list[tuple[str, Handle]]:
        results: list[tuple[str, Handle]] = []
        self.writer.name = self.writer.where = "results"
        for found, spec in zip(returned, self.signature.output_specs, strict=True):
            if spec.kind.name != "USER_OUTPUT":
                raise ModelError(
                    f"result '{spec.arg.name}' is a {spec.kind.name}: the program was changed after export"
                )
            if found is None:
                continue
            if not isinstance(found, Handle):
                raise ModelError(f"result {len(results)} is {type(found).__name__}; supported are tensors and None")
            results.append((f"result{len(results)}", found))
        return results


def _packed(place: Strided) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sizes and strides of a tensor with the same elements and order in memory, in a storage that it fills."""
    order = sorted(range(len(place.sizes)), key=lambda d: (-place.strides[d], d))
    dense = row_major([place.sizes[d] for d in order])
    return place.sizes, tuple(dense[order.index(d)] for d in range(len(order)))


def _state(exported: Any, specs: Iterable[Any]) -> Iterable[tuple[str, Tensor]]:
    for spec in specs:
        name = spec.target
        if name is not None:
            yield name, exported.state_dict.get(name, exported.constants.get(name))

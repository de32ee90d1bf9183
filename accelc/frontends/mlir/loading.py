"""Files of MLIR text as models of the driver."""

from collections.abc import Mapping
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import ParseError
from xdsl.utils.lexer import Span

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import Array
from accelc.errors import ModelError, UsageError, suggestion
from accelc.files import read_at_most
from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.frontends.mlir.convert import convert_module
from accelc.frontends.mlir.rules import all_rules
from accelc.frontends.mlir.syntax import UpstreamParser
from accelc.frontends.mlir.view import ConversionError, spec_of

SUFFIX = ".mlir"
"""Ending of the names of files of MLIR text."""
MAX_BYTES = 1 << 28
"""Largest file, bytes."""


def import_mlir(
    path: Path, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int], random_weights: int | None
) -> ImportedModel:
    """
    The program in a file of `stablehlo`, `tosa` or `linalg` text: its function `@main`, or its only public one.

    Raises ParseError, located in the file, for text that is not MLIR and for operations that have no meaning in the
    `graph` dialect; ModelError for a file that cannot be read; UsageError for options of models of other kinds.
    """
    if dims:
        raise UsageError(f"--dim {next(iter(dims))}: the sizes of an MLIR program are fixed; export it with others")
    if random_weights is not None:
        raise UsageError("--random-weights is for ONNX models; the weights of an MLIR program are in its text")
    module, weights = convert_text(_read(path), str(path))
    function = _main(module, str(path))
    imported = ImportedModel(module, weights, *_interface(function))
    for name, shape in shapes.items():
        known = {spec.name: spec.shape for spec in imported.inputs}
        if name not in known:
            names = ", ".join(known) or "none"
            raise ModelError(f"the model has no input '{name}'{suggestion(name, known)} (its inputs: {names})")
        if tuple(shape) != known[name]:
            raise ModelError(f"input '{name}' has shape {list(known[name])}, not {list(shape)}: its type says so")
    return imported


def _read(path: Path) -> str:
    try:
        return read_at_most(path, MAX_BYTES).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ModelError(f"model '{path}': byte {error.start} is not UTF-8 text: not an MLIR file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"cannot read model '{path}': {reason}") from error


def convert_text(text: str, name: str) -> tuple[ModuleOp, dict[str, Array]]:
    """The program in `text` as a module of the `graph` dialect, with the data of its weights. Raises ParseError."""
    context = Context(allow_unregistered=True)
    for dialect, factory in get_all_dialects().items():
        context.register_dialect(dialect, factory)
    parser = UpstreamParser(context, text, name)
    weights: dict[str, Array] = {}
    if not text.strip():
        raise ParseError(parser.here, "the text is empty")
    try:
        module = parser.parse_module()
    except (ParseError, MemoryError):
        raise
    except RecursionError as error:
        raise ParseError(parser.here, "nested too deeply to parse") from error
    except Exception as error:
        # xDSL's parser lets ValueError, KeyError, VerifyException ... escape on malformed text.
        raise ParseError(parser.here, f"cannot parse: {error or type(error).__name__}") from error
    try:
        convert_module(module, all_rules(), weights)
    except ConversionError as error:
        place = parser.places.get(error.op, Span(0, 0, parser.lexer.input))
        raise ParseError(place, str(error)) from error
    except RecursionError as error:
        raise ParseError(Span(0, 0, parser.lexer.input), "bodies are nested too deeply to convert") from error
    module.verify()
    return module, weights


def _main(module: ModuleOp, name: str) -> graph.FuncOp:
    functions = [op for op in module.ops if isinstance(op, graph.FuncOp)]
    main = [op for op in functions if op.sym_name.data == "main"] or functions
    if len(main) != 1:
        names = ", ".join(f"@{op.sym_name.data}" for op in functions)
        raise ModelError(f"{name}: has the functions {names}; expected @main, or one function that is not private")
    for op in functions:
        if op is not main[0]:
            op.detach()
            op.erase(safe_erase=False)
    main[0].sym_name = type(main[0].sym_name)("main")
    return main[0]


def _interface(function: graph.FuncOp) -> tuple[list[TensorSpec], list[TensorSpec]]:
    found: list[list[TensorSpec]] = []
    sides = (
        (function.function_type.inputs.data, function.input_names),
        (function.function_type.outputs.data, function.output_names),
    )
    for types, names in sides:
        assert names is not None
        specs = list[TensorSpec]()
        for kind, name in zip(types, names.data, strict=True):
            specs.append(TensorSpec(name.data, *spec_of(kind)))
        found.append(specs)
    return found[0], found[1]

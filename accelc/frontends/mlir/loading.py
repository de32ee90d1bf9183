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
from accelc.errors import ModelError, PluginError, UsageError, suggestion
from accelc.files import read_at_most
from accelc.frontends.graph_module import import_graph
from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.frontends.mlir.convert import convert_module
from accelc.frontends.mlir.rules import all_rules
from accelc.frontends.mlir.syntax import UpstreamParser
from accelc.frontends.mlir.view import ConversionError, spec_of
from accelc.located import describe_parse_error
from accelc.plugins import universe
from accelc.registry import UNIVERSE
from accelc.weights import load_weights

SUFFIX = ".mlir"
"""Ending of the names of files of MLIR text."""
WEIGHTS = ".safetensors"
"""Ending of the file beside a text of the `graph` dialect that holds the data of its weights."""
MAX_BYTES = 1 << 28
"""Largest file, bytes."""


def import_mlir(
    path: Path, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int], random_weights: int | None
) -> ImportedModel:
    """
    The program in a file of `stablehlo`, `tosa` or `linalg` text: its function `@main`, or its only public one.

    In a file of our `graph` dialect it is `graph.func @main`, with the data of its weights in the safetensors file of
    the same name. Raises ModelError for a file that cannot be read, located in it for text that is not MLIR and for
    operations that have no meaning in the `graph` dialect, and what `import_graph` raises; UsageError for options of
    models of other kinds.
    """
    if dims:
        raise UsageError(f"--dim {next(iter(dims))}: the sizes of an MLIR program are fixed; export it with others")
    if random_weights is not None:
        raise UsageError(
            "--random-weights is for ONNX models; the weights of an MLIR program are in its text, or beside it"
        )
    try:
        imported = _imported(path)
    except ParseError as error:
        raise ModelError(describe_parse_error(error), located=True) from error
    for name, shape in shapes.items():
        known = {spec.name: spec.shape for spec in imported.inputs}
        if name not in known:
            names = ", ".join(known) or "none"
            raise ModelError(f"the model has no input '{name}'{suggestion(name, known)} (its inputs: {names})")
        if tuple(shape) != known[name]:
            raise ModelError(f"input '{name}' has shape {list(known[name])}, not {list(shape)}: its type says so")
    return imported


def _imported(path: Path) -> ImportedModel:
    module, parser = _parsed(_read(path), str(path))
    if any(isinstance(op, graph.FuncOp) for op in module.ops):
        return _import_graph(module, path)
    weights = _converted(module, parser)
    return ImportedModel(module, weights, *_interface(_main(module, str(path))))


def _read(path: Path) -> str:
    try:
        return read_at_most(path, MAX_BYTES).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ModelError(f"model '{path}': byte {error.start} is not UTF-8 text: not an MLIR file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"cannot read model '{path}': {reason}") from error


def _import_graph(module: ModuleOp, path: Path) -> ImportedModel:
    """A module of the `graph` dialect, whose weights lie beside it."""
    named = [op.weight_name.data for op in module.walk() if isinstance(op, graph.WeightOp)]
    beside = path.with_suffix(WEIGHTS)
    if named and not beside.is_file():
        raise ModelError(
            f"model '{path}' has the weight '{named[0]}': expected its data in '{beside}', a safetensors file such as "
            "passes write with the option save=FILE"
        )
    try:
        data = load_weights(beside) if named else {}
    except OSError as error:
        raise ModelError(f"cannot read the weights '{beside}' of model '{path}': {error.strerror}") from error
    for name in named:
        if name not in data:
            raise ModelError(f"model '{path}': '{beside}' has no weight '{name}'{suggestion(name, data)}")
    try:
        # The file may have more, for other modules.
        return import_graph(module, {name: data[name] for name in named})
    except ModelError as error:
        raise ModelError(f"model '{path}': {error}") from error


def convert_text(text: str, name: str) -> tuple[ModuleOp, dict[str, Array]]:
    """The program in `text` as a module of the `graph` dialect, with the data of its weights. Raises ParseError."""
    module, parser = _parsed(text, name)
    return module, _converted(module, parser)


def _parsed(text: str, name: str) -> tuple[ModuleOp, UpstreamParser]:
    context = Context(allow_unregistered=True)
    # Other packages are asked only for text of ours, in which they may have operations.
    ours = universe().all_dialects if "graph.func" in text else {}
    for dialect, factory in {**get_all_dialects(), **UNIVERSE.all_dialects, **ours}.items():
        context.register_dialect(dialect, factory)
    parser = UpstreamParser(context, text, name)
    if not text.strip():
        raise ParseError(parser.here, "the text is empty")
    try:
        return parser.parse_module(), parser
    except (ParseError, PluginError, MemoryError):
        raise
    except RecursionError as error:
        raise ParseError(parser.here, "nested too deeply to parse") from error
    except Exception as error:
        # xDSL's parser lets ValueError, KeyError, VerifyException ... escape on malformed text.
        raise ParseError(parser.here, f"cannot parse: {error or type(error).__name__}") from error


def _converted(module: ModuleOp, parser: UpstreamParser) -> dict[str, Array]:
    """Convert a module in place; gives the data of its weights."""
    weights: dict[str, Array] = {}
    try:
        convert_module(module, all_rules(), weights)
    except ConversionError as error:
        place = parser.places.get(error.op, Span(0, 0, parser.lexer.input))
        raise ParseError(place, str(error)) from error
    except RecursionError as error:
        raise ParseError(Span(0, 0, parser.lexer.input), "bodies are nested too deeply to convert") from error
    module.verify()
    return weights


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

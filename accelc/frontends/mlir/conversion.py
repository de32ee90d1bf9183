"""What the passes `convert-stablehlo-to-graph`, `convert-tosa-to-graph` and `convert-linalg-to-graph` share."""

from xdsl.dialects.builtin import ModuleOp

from accelc.constants import write_sidecar
from accelc.dialects.graph_ops.element_types import Array
from accelc.errors import ModelError
from accelc.frontends.mlir.convert import convert_module
from accelc.frontends.mlir.rules import rules_for
from accelc.frontends.mlir.view import ConversionError


def convert(module: ModuleOp, dialect: str, save: str | None, name: str) -> None:
    """
    Convert a module of one dialect in place; `save` is a file for the weights, without which there may be none.

    Raises ModelError, with the operation underlined in the printed module, for what has no meaning in `graph`.
    """
    weights: dict[str, Array] = {}
    try:
        convert_module(module, rules_for(dialect), weights)
    except ConversionError as error:
        error.op.emit_error(str(error), ModelError(str(error)))
    except RecursionError as error:
        raise ModelError("bodies are nested too deeply to convert") from error
    write_sidecar(save, weights, set(), name)

"""How to compile, checked when it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from accelc import arguments
from accelc.errors import UsageError, suggestion

if TYPE_CHECKING:
    from accelc.targets.model import Target

PRECISIONS = ("model", "fp32", "bf16", "fp16", "fp8", "int8")
"""`model` keeps the types of the model; the others store and multiply floats in that type."""
FORCED = ("accelerator", "host", "accelerator-first")
"""
Homes all operations can be sent to; a framework only executes operators of its own.

With `accelerator-first` the accelerator gets whatever its capabilities allow, however small, and only the rest has
another home; with `accelerator` there must be no rest.
"""
REPEAT_LAYERS = ("auto", "always", "never")
"""When repeated layers are compiled once and launched one by one: in large models, where there are any, or not."""
DEFAULT_TARGET = "trn-like"


@dataclass(frozen=True)
class CompileOptions:
    """
    How to compile.

    `target` is a preset's name, a file or a machine; `shapes` and `dims` bind symbolic dimensions by input and by name;
    `random_weights` replaces the model's weights by seeded random ones; `save_ir` is a folder that gets the IR after
    every stage; `force` is one of `FORCED` for all operations; without it the compiler chooses. `donate` names, for
    inputs whose memory the caller gives up, the outputs that may lie there: the input is undefined after the run.
    `repeat_layers` is one of `REPEAT_LAYERS`. With `no_weights` float weights in files beside the model are not read:
    the program has their types only and can be timed, not executed. Raises UsageError for a value that no compilation
    has.
    """

    target: "str | Path | Target" = DEFAULT_TARGET
    precision: str = "model"
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    dims: Mapping[str, int] = field(default_factory=dict[str, int])
    random_weights: int | None = None
    save_ir: Path | None = None
    force: str | None = None
    donate: Mapping[str, str] = field(default_factory=dict[str, str])
    repeat_layers: str = "auto"
    no_weights: bool = False

    def __post_init__(self) -> None:
        _check_choices(self)
        _check_sizes(self)
        if self.save_ir is not None:
            arguments.path("save_ir", self.save_ir)
        if arguments.flag("no_weights", self.no_weights) and self.random_weights is not None:
            raise UsageError("no weights and random weights: give one of them")
        if self.random_weights is not None:
            arguments.integer("seed of random weights", self.random_weights, 0)


def _check_choices(options: CompileOptions) -> None:
    if not arguments.is_one(options.precision, PRECISIONS):
        raise UsageError(
            f"unknown precision '{options.precision}'{suggestion(options.precision, PRECISIONS)} "
            f"(precisions: {', '.join(PRECISIONS)})"
        )
    if options.force is not None and not arguments.is_one(options.force, FORCED):
        raise UsageError(
            f"unknown home '{options.force}' to force{suggestion(options.force, FORCED)} (homes: {', '.join(FORCED)})"
        )
    if not arguments.is_one(options.repeat_layers, REPEAT_LAYERS):
        raise UsageError(
            f"unknown choice '{options.repeat_layers}' for repeated layers"
            f"{suggestion(options.repeat_layers, REPEAT_LAYERS)} (choices: {', '.join(REPEAT_LAYERS)})"
        )


def _check_sizes(options: CompileOptions) -> None:
    for name, sizes in arguments.mapping("shapes", options.shapes, "from names of inputs to tuples of sizes").items():
        for size in arguments.items(f"shapes['{name}']", sizes, "a tuple of sizes"):
            arguments.integer(f"a size in shapes['{name}']", size, 0)
    for name, size in arguments.mapping("dims", options.dims, "from names of dimensions to sizes").items():
        arguments.integer(f"dims['{name}']", size, 0)
    for name, output in arguments.mapping("donate", options.donate, "from names of inputs to names of outputs").items():
        if not isinstance(output, str):
            arguments.refuse(f"donate['{name}']", output, "the name of an output")

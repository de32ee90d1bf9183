"""Decompositions: ours, and those of operations that other packages add to graphs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
)

from accelc.analysis.decomposition.convolution import DecomposeConvTranspose
from accelc.analysis.decomposition.fusions import ComposeGelu, ComposeSilu, FoldIntoConvolution
from accelc.analysis.decomposition.parts import (
    DecomposeDivision,
    DecomposeGlobalPool,
    DecomposeLrn,
    DecomposePower,
    DecomposeSoftmax,
)
from accelc.analysis.decomposition.reductions import DecomposeArgmax, DecomposePool, DecomposeProduct
from accelc.analysis.decomposition.replacement import ConstantPattern
from accelc.constants import Constants
from accelc.dialects.graph_ops.base import name_of
from accelc.errors import AccelcError
from accelc.plugins import Plugin, Table

Decomposition = Callable[[Constants], RewritePattern]
"""A pattern class: its objects may look at data of weights, and make new ones."""

PATTERNS: Sequence[type[ConstantPattern]] = (
    ComposeGelu,
    ComposeSilu,
    DecomposeSoftmax,
    DecomposeLrn,
    DecomposeConvTranspose,
    DecomposePower,
    DecomposeDivision,
    DecomposeGlobalPool,
    DecomposePool,
    DecomposeArgmax,
    DecomposeProduct,
    FoldIntoConvolution,
)
"""Ours, in the order they are tried: a recognized function must be whole when its pattern looks at it."""


@dataclass(frozen=True)
class _Foreign(RewritePattern):
    """A pattern of another package, for the operation it is registered for; what it raises is its mistake."""

    plugin: Plugin
    pattern: RewritePattern

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if name_of(op) != self.plugin.name:
            return
        try:
            self.pattern.match_and_rewrite(op, rewriter)
        except AccelcError:
            raise
        except Exception as error:
            self.plugin.fail(f"failed to take {name_of(op)} apart: {type(error).__name__}: {error}", error)


def _checked(plugin: Plugin, value: object) -> Decomposition:
    if not (isinstance(value, type) and issubclass(value, RewritePattern)):
        raise ValueError("a subclass of RewritePattern that is made with the Constants of a module")

    def made(constants: Constants) -> RewritePattern:
        try:
            pattern: RewritePattern = cast("type[Any]", value)(constants)
        except AccelcError:
            raise
        except Exception as error:
            plugin.fail(f"cannot be made with the constants of a module: {type(error).__name__}: {error}", error)
        return _Foreign(plugin, pattern)

    return made


DECOMPOSITIONS: Table[Decomposition] = Table(
    "accelc.decompositions", {pattern.__name__: pattern for pattern in PATTERNS}, _checked
)
"""`PATTERNS` by their names; an entry point's name is that of the operation it takes apart, such as `sketch.dense`."""


def foreign_patterns(module: ModuleOp, constants: Constants) -> list[RewritePattern]:
    """Patterns of other packages for operations that are in `module`. Raises PluginError for one that is none."""
    known = DECOMPOSITIONS.plugins()
    if not known:
        return []
    found = list[RewritePattern]()
    for name in dict.fromkeys(map(name_of, module.walk())):
        if name in known and (made := DECOMPOSITIONS.get(name)) is not None:
            found.append(made(constants))
    return found


def decompose_foreign(module: ModuleOp, constants: Constants) -> None:
    """Take operations of other packages apart, and nothing else. Raises PluginError."""
    patterns = foreign_patterns(module, constants)
    if patterns:
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(module)

"""The trait that ties operations to their simplification patterns, which are imported when first used."""

from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import HasCanonicalizationPatternsTrait


class Simplifies(HasCanonicalizationPatternsTrait):
    """The operation has patterns in `accelc.dialects.graph_ops.patterns`."""

    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        """All patterns; each looks at the operation's class first."""
        from accelc.dialects.graph_ops.patterns import PATTERNS

        return PATTERNS

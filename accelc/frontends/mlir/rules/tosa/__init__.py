"""
Rules of `tosa` (mlplatform.org/tosa), of version 1.0 and of the versions before.

Since 1.0 shapes, pads and zero points are operands that must be constants; before, they were attributes.
"""

from accelc.frontends.mlir.call import Call, Results, Rule, Table
from accelc.frontends.mlir.rules.tosa import elementwise, linear, movement, quantized

_WITH_NAN_MODE = ("argmax", "clamp", "maximum", "max_pool2d", "minimum", "reduce_max", "reduce_min")


def _propagating(rule: Rule) -> Rule:
    """The rule, for NaN that propagates, as it does without the attribute."""

    def checked(call: Call) -> Results:
        mode = call.view.word("nan_mode", "PROPAGATE")
        if mode != "PROPAGATE":
            raise call.error(f"nan_mode '{mode}'; supported is PROPAGATE")
        return rule(call)

    return checked


_RULES: Table = {**elementwise.RULES, **linear.RULES, **movement.RULES, **quantized.RULES}
RULES: Table = {**_RULES, **{f"tosa.{name}": _propagating(_RULES[f"tosa.{name}"]) for name in _WITH_NAN_MODE}}
"""All rules of the dialect."""

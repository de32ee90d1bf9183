"""What operations of each dialect compute, as tables of rules by name."""

from accelc.frontends.mlir.call import Table


def rules_for(dialect: str) -> Table:
    """
    The rules for programs of `stablehlo`, `tosa` or `linalg`, with those of dialects that occur in all of them.

    Imported where it is used: a pass needs one of them.
    """
    from accelc.frontends.mlir.rules import arith, functions

    common = {**functions.RULES, **arith.RULES}
    match dialect:
        case "stablehlo":
            from accelc.frontends.mlir.rules import stablehlo

            return {**common, **stablehlo.RULES}
        case "tosa":
            from accelc.frontends.mlir.rules import tensor, tosa

            return {**common, **tensor.RULES, **tosa.RULES}
        case _:
            from accelc.frontends.mlir.rules import linalg, tensor

            return {**common, **tensor.RULES, **linalg.RULES}


def all_rules() -> Table:
    """The rules of all dialects: for programs that mix them."""
    return {name: rule for dialect in ("stablehlo", "tosa", "linalg") for name, rule in rules_for(dialect).items()}

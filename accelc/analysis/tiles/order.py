"""Names and parameters of block orders; `blocks.block_order` has their meaning."""

from dataclasses import dataclass

STRATEGIES = ("row", "column", "alternate", "diagonal", "switch")


@dataclass(frozen=True)
class Order:
    """
    A strategy with its parameters.

    `switch` is the number of contraction steps that strategy "switch" does in column order before it turns to row
    order; `panel` is the largest number of outputs accumulated at the same time.
    """

    strategy: str
    switch: int = 0
    panel: int = 1

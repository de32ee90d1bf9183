"""What a program does, step by step; its form in the manifest and as text."""

from accelc.isa.steps.model import (
    MAX_DEPTH,
    MAX_LAUNCHES,
    Binding,
    Carried,
    Event,
    Invocation,
    Launch,
    Operand,
    Place,
    Repeat,
    Slice,
    Step,
    count_launches,
    depth,
    events,
    invocations,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_LAUNCHES",
    "Binding",
    "Carried",
    "Event",
    "Invocation",
    "Launch",
    "Operand",
    "Place",
    "Repeat",
    "Slice",
    "Step",
    "count_launches",
    "depth",
    "events",
    "invocations",
]

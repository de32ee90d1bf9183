"""Whether what all launches of a program need is in HBM at the same time."""

from accelc.errors import CapacityError
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.steps import invocations
from accelc.targets.model import Target


def check_capacity(program: Program, target: Target) -> None:
    """
    Raise CapacityError if the weights of all launches, and the rest of the largest segment, take more than HBM has.

    Weights stay in HBM from the first launch to the last; what else a segment keeps there, only while it runs.
    """
    segments = {s.name: s for s in program.segments if isinstance(s, AcceleratorSegment)}
    weights: dict[str, int] = {}
    other = 0
    for step in invocations(program.schedule):
        segment = segments.get(step.segment)
        if segment is not None:
            own = {b.name: b.nbytes for b in segment.bindings if b.role == "weight"}
            weights |= {step.weights.get(name, name): nbytes for name, nbytes in own.items()}
            other = max(other, segment.hbm_bytes - sum(own.values()))
    needed = sum(weights.values())
    if needed + other > target.hbm.bytes:
        raise CapacityError(
            f"the program needs {needed} bytes of HBM for its weights and {other} for other tensors, target "
            f"'{target.name}' has {target.hbm.bytes}: use a smaller --precision or a target with more memory"
        )

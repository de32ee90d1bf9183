"""Which earlier record of its own lane an engine makes a record wait for: the engine's address scoreboard."""

import numpy as np

from accelc.analysis.footprint import footprint
from accelc.isa.records import Flag, Records, field
from accelc.isa.table import Opcode
from accelc.simulator.decode import LaneCode
from accelc.targets.model import Target


def interlocks(lane: LaneCode, target: Target) -> list[int]:
    """
    For every record the latest earlier record of the lane whose results it must see complete, -1 where none.

    Elementwise engines read their operands while busy and write after, so only what was written before matters. The
    array adds to and overwrites PSUM in the order of its products, element behind element: only an operand it reads
    from what it wrote itself makes it wait. DMA queues do not interlock.
    """
    none = [-1] * len(lane)
    if lane.is_dma or not any(opcode >= Opcode.LS for opcode in lane.opcodes):
        return none
    records: Records = lane.records
    if lane.name == "tensor":
        port = target.port("tensor")
        if not set(port.read) & set(port.write):
            return none
        records = records.copy()
        field(records, "flags")[:] &= np.uint8(0xFF ^ Flag.ACCUMULATE)
    touched = footprint(records, target)
    writer = {space: touched.shadow(space) for space in touched.spaces}
    latest = none
    for record in range(len(lane)):
        accesses = touched.of(record)
        for access in accesses:
            if access.is_write and lane.name == "tensor":
                continue
            last = int(writer[access.space][access.groups, access.cells].max())
            latest[record] = max(latest[record], last)
        for access in accesses:
            if access.is_write:
                writer[access.space][access.groups, access.cells] = record
    return latest

"""
The tables of a profile: typed NumPy columns, one array element a row, no Python object a row.

Ticks are integers of the target's grid, counted from the start of the timing that a row belongs to: a segment that was
invoked several times with the same times is listed once (`Profile.timings`), and `Invocations` says when it ran. Names
are codes into the tuples of `Profile`. A column that refers to a row of `Instructions` is -1 where there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Reals = npt.NDArray[np.float64]
Column = npt.NDArray[Any]


class Reason(IntEnum):
    """Why a lane did not work. The first ten are stalls, `IDLE` is the time after a lane's end."""

    FETCH = 0
    """Fetch and decode of the record."""
    TRIGGER = 1
    """A DMA queue's least interval between two triggers."""
    THROTTLE = 2
    """A throttle of `insert-delays` keeps issues apart."""
    SEMAPHORE = 3
    """The producer of the value waited for had not come to its update."""
    SIGNAL = 4
    """The update was made, and on its way: latency of the increment and wake-up."""
    INTERLOCK = 5
    """Results of an earlier record of the same lane were not visible yet."""
    SHADOW = 6
    """All shadow planes of the array held stationary operands not yet swapped in."""
    STATIONARY = 7
    """The stationary operand to swap in was still being loaded."""
    DMA_START = 8
    """From the trigger of a transfer to its first byte."""
    PORT = 9
    """Another lane held a port of a memory that only one of them can use."""
    DELAY = 10
    """A DELAY record."""
    IDLE = 11
    """After the lane's last record, until the last lane ends."""

    @property
    def label(self) -> str:
        """Name in tables and traces."""
        return self.name.lower().replace("_", " ")


SIMULATOR_REASON: Mapping[Reason, str] = {
    Reason.FETCH: "fetch",
    Reason.TRIGGER: "fetch",
    Reason.THROTTLE: "fetch",
    Reason.SEMAPHORE: "semaphore",
    Reason.SIGNAL: "semaphore",
    Reason.INTERLOCK: "operands",
    Reason.SHADOW: "operands",
    Reason.STATIONARY: "operands",
    Reason.DMA_START: "operands",
    Reason.PORT: "port",
    Reason.DELAY: "delay",
}
"""The reason under which the simulator's own statistics (`simulator.stats.REASONS`) count a stall."""


class Counter(IntEnum):
    """
    What a row of `Counters` counts.

    The first three are flows: `amount` is what flowed in the window. The others are levels: `amount` is the highest.
    """

    MACS = 0
    """Multiply-accumulates of the array; `value`: share of the MACs of all its PEs."""
    HBM = 1
    """Bytes over the interface of HBM; `value`: bytes per ns."""
    DMA = 2
    """Bytes that transfers move; `value`: bytes per ns."""
    SBUF = 3
    """Bytes of SBUF that hold values still to be read; `value`: the mean."""
    PSUM = 4
    """The same of PSUM."""
    QUEUE = 5
    """Transfers triggered and not done, by DMA queue; `value`: the mean."""


@dataclass(frozen=True)
class Table:
    """Columns of equal length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def columns(self) -> dict[str, Column]:
        """All columns by name, in order."""
        return {column.name: getattr(self, column.name) for column in fields(self)}

    def take(self, rows: "Ints | npt.NDArray[np.bool_] | slice") -> Self:
        """The selected rows."""
        return type(self)(*(column[rows] for column in self.columns().values()))

    @classmethod
    def join(cls, parts: "Sequence[Table]") -> Self:
        """All rows of tables of this type, one after the other."""
        columns = [[part.columns()[column.name] for part in parts if len(part)] for column in fields(cls)]
        return cls(*(np.concatenate(column) if column else np.zeros(0, np.int64) for column in columns))


@dataclass(frozen=True)
class Invocations(Table):
    """Launches of segments in the order in which they ran."""

    segment: Codes
    """Code into `Profile.segments`."""
    timing: Codes
    """Index into `Profile.timings`, -1 for a segment of host or framework."""
    begin_ns: Reals
    """Since the start of the program."""
    ns: Reals
    transfer_ns: Reals
    """Part of `ns` in which values move between HBM and host."""
    launch_ns: Reals
    """Part of `ns` that the host needs before a timing begins."""


@dataclass(frozen=True)
class Lanes(Table):
    """Engines and DMA queues; `busy + stall + idle` is the total of the timing. Ordered by timing, core, lane."""

    timing: Codes
    core: Codes
    lane: Codes
    """Code into `Profile.lane_names`."""
    first: Ints
    """Row of `Instructions` of its first record; its records follow each other."""
    count: Ints
    """Number of records."""
    busy: Ints
    stall: Ints
    idle: Ints


@dataclass(frozen=True)
class Instructions(Table):
    """Records as executed; the order is that of `Lanes`, then the program counter."""

    owner: Codes
    """Row of `Lanes`."""
    pc: Codes
    opcode: npt.NDArray[np.uint16]
    node: Codes
    """Code into `Profile.nodes`: the node of the model, code 0 where unknown."""
    op: Codes
    """Code into `Profile.ops`: the macro-op of the engine dialect, code 0 where unknown."""
    layer: Codes
    """Layer number of the model, -1 where unknown."""
    ready: Ints
    """Ticks: fetched and decoded,"""
    issue: Ints
    """its wait holds,"""
    operands: Ints
    """what it needs of its own lane is there,"""
    start: Ints
    """its unit begins,"""
    read: Ints
    """operands read (transfers: data moved),"""
    complete: Ints
    """results visible."""
    macs: Ints
    """Multiply-accumulates of a product, else 0."""
    ideal: Reals
    """Ticks that the MACs need on the whole array at the rate of their type."""
    debug: Codes
    """
    Index into the debug map of the segment: the number of its macro-op among those on lanes in the compiler's last IR
    (`--save-ir`), counted from 1; 0 where unknown.
    """


@dataclass(frozen=True)
class Stalls(Table):
    """
    Intervals in which a lane did not work; they do not overlap, and with the time it worked they fill the timing.

    In order of lane and time. Stalls of a lane sum to `Lanes.stall`, by `SIMULATOR_REASON` to the simulator's stalls.
    """

    owner: Codes
    """Row of `Lanes`."""
    begin: Ints
    end: Ints
    reason: npt.NDArray[np.uint8]
    """`Reason`."""
    instruction: Ints
    """Row of the record that did not go on; -1 for `IDLE`."""
    semaphore: Codes
    """Its number for `SEMAPHORE` and `SIGNAL`, else -1."""
    producer: Ints
    """Row of the record that the stall waited for: the update, the earlier result, the holder of the port."""


@dataclass(frozen=True)
class Transfers(Table):
    """DMA transfers, in the order of `Instructions`."""

    instruction: Ints
    bytes: Ints
    """Bytes that arrive."""
    hbm_bytes: Ints
    """Bytes over HBM's interface; a copy inside HBM counts twice."""
    role: Codes
    """Code into `Profile.roles`: what the side in HBM is bound to."""
    start: Ints
    end: Ints
    alone: Ints
    """Ticks it would take with all engines and all of HBM for itself; the rest of `end - start` is for sharing."""
    descriptors: Ints
    """Contiguous runs, of all DMA engines."""


@dataclass(frozen=True)
class Updates(Table):
    """Updates of semaphores, by timing, core, semaphore and time."""

    instruction: Ints
    """The record that makes it."""
    semaphore: Codes
    fired: Ints
    """When the record made it."""
    visible: Ints
    """When waits see it."""
    amount: Codes
    count: Ints
    """The semaphore after it."""


@dataclass(frozen=True)
class Flows(Table):
    """Waits and the updates that satisfied them, in the order of the waiting records."""

    consumer: Ints
    """Row of the record that waits."""
    producer: Ints
    """Row of the record whose update brought the semaphore to the value waited for."""
    update: Ints
    """Row of `Updates`."""
    semaphore: Codes
    slack: Ints
    """Ticks from the moment the consumer could know of the update to its issue; 0: it stood waiting."""

    def shifted(self, updates: int) -> "Flows":
        """The same with `update` counted from another first row."""
        return Flows(self.consumer, self.producer, self.update + updates, self.semaphore, self.slack)


@dataclass(frozen=True)
class Counters(Table):
    """Quantities over equal windows of a timing, the last one shorter; ordered by timing, core, counter, lane, time."""

    timing: Codes
    core: Codes
    counter: npt.NDArray[np.uint8]
    """`Counter`."""
    lane: Codes
    """Code into `Profile.lane_names`, -1 for a quantity of the whole core."""
    begin: Ints
    end: Ints
    amount: Ints
    """What flowed in the window, exactly; of levels, the highest."""
    value: Reals
    """Mean over the window."""


@dataclass(frozen=True)
class Layers(Table):
    """
    Nodes of the model by timing, in the order in which they begin; a timing's cores together.

    `compute` counts each tick once in which any compute engine of a core works for the node, `moving` the same of its
    DMA queues; nodes overlap.
    """

    timing: Codes
    node: Codes
    layer: Codes
    instructions: Ints
    begin: Ints
    end: Ints
    """When the last result of the node is visible."""
    compute: Ints
    moving: Ints
    macs: Ints
    ideal: Reals
    """Ticks that its MACs need on the whole array at the rate of their types."""
    bytes: Ints
    """Bytes moved by DMA."""
    hbm_bytes: Ints
    stalls: Ints
    """[rows, reasons]: ticks that records of the node stood still, of all lanes, by `Reason` (`IDLE` is 0)."""

"""
The segment under way: instructions are recorded, executed together, and compiled once for each structure.

A segment ends when the program looks at elements that it computes, or where a loop of the program comes round.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from time import perf_counter
from types import FrameType
from typing import Any

import numpy as np

from accelc.errors import AccelcError
from accelc.hooking import segment as second_ir
from accelc.hooking.arrays.array import DeviceArray
from accelc.hooking.arrays.geometry import Array
from accelc.hooking.arrays.storage import Storages
from accelc.hooking.executor import Executor, Interpreter, Runnable
from accelc.hooking.instruction import FirstIR
from accelc.hooking.report import Report
from accelc.hooking.segment import Record, SecondIR, Segment, name_of, storages_of

LONG_SEGMENT = 48
"""Instructions from which on a segment ends where a loop of the program comes round."""
MAX_SEGMENT = 512
"""Instructions at which it ends in any case."""
MAX_PROGRAMS = 256
"""Compiled segments that are kept."""
OWN = f"{Path(__file__).parent}{os.sep}"
NUMPY = f"{Path(np.__file__).parent}{os.sep}"


@dataclass
class Compiled:
    """What is known of all segments of one structure."""

    second: SecondIR
    runnable: Runnable
    numbers: list[bytes]
    """Values of the numbers, which all but `second.numbers` must have."""


class Recorder:
    """
    Records and executes segments; with a folder, every second IR is written there when it is built.

    Threads that record or execute wait for each other; `lock` is for what has to know that nothing is executed.
    `outside_seconds` are those of the call under way that are not the hook's: NumPy, compilation, execution.
    """

    def __init__(self, executor: Executor, report: Report, storages: Storages, dump: Path | None) -> None:
        self.executor = executor
        self.report = report
        self.storages = storages
        self.segment: Segment = Segment(0)
        self.lock: RLock = RLock()
        self.outside_seconds: float = 0.0
        self._dump = dump
        self._compiled: dict[Any, Compiled] = {}
        self._fallback = Interpreter()

    def record(
        self, session: Any, first: FirstIR, operands: Sequence[DeviceArray | None], numbers: tuple[Array, ...]
    ) -> Any:
        """Add an instruction; what the program gets for it."""
        frame, site = _site()
        with self.lock:
            segment = self.segment
            if (len(segment.records) >= LONG_SEGMENT and site in segment.sites) or len(segment.records) >= MAX_SEGMENT:
                self.flush()
                segment = self.segment
            segment.sites.add(site)
            results: list[DeviceArray] = []
            for kind in first.results:
                storage = self.storages.new(kind.root, kind.dtype)
                shadow = storage.buffer if kind.axes is None else storage.buffer.transpose(kind.axes)
                results.append(DeviceArray(session, storage, shadow, (shadow.shape, shadow.strides, 0), kind.is_number))
            line = (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("?", 0)
            places = tuple(None if v is None else (v.storage, v.place) for v in operands)
            segment.append(Record(first, places, numbers, tuple(v.storage for v in results), line))
            if any(v is not None and v.storage.escaped and v.storage.is_shared() for v in operands):
                self.flush()
        if first.returned is not None:
            return operands[first.returned]
        if first.grouped:
            return tuple(results)
        return results[0] if results else None

    def flush(self) -> None:
        """
        Execute the segment under way.

        Raises AccelcError if a program cannot be executed at all; what it would have computed then stays pending.
        """
        with self.lock:
            segment = self.segment
            if not segment.records:
                return
            start = perf_counter()
            self.segment = Segment(segment.number + 1)
            try:
                live = segment.live()
                if live:
                    self._execute(segment, live)
                for storage in segment.storages:
                    storage.pending = False
            finally:
                self.outside_seconds += perf_counter() - start

    def _execute(self, segment: Segment, live: frozenset[int]) -> None:
        key, numbers = segment.key(live), segment.numbers()
        values = [number.tobytes() for number in numbers]
        found = self._compiled.get(key)
        varying: frozenset[int] = frozenset()
        if found is not None:
            varying = frozenset(found.second.numbers)
            changed = [n for n, (a, b) in enumerate(zip(values, found.numbers, strict=True)) if a != b]
            if not varying.issuperset(changed):
                varying, found = varying | frozenset(changed), None
        if found is None:
            self._compiled.pop(key, None)
            if len(self._compiled) >= MAX_PROGRAMS:
                self._compiled.pop(next(iter(self._compiled)))
            found = self._compiled[key] = self._compile(segment, live, varying, values)
        second = found.second
        inputs = {name_of(n): segment.storages[n].buffer for n in second.inputs}
        inputs |= {f"n{n}": numbers[n] for n in second.numbers}
        start = perf_counter()
        try:
            outcome = found.runnable.run(inputs)
        except AccelcError as error:
            self.report.interpreted[str(error).splitlines()[0]] += len(segment.records)
            outcome = self._fallback.compile(second.traced).run(inputs)
        self.report.executed(found.runnable.placements, outcome, perf_counter() - start)
        for index, storage in enumerate(storages_of(second.results, segment)):
            np.copyto(storage.buffer, outcome.outputs[f"result{index}"])
        for n in second.written:
            np.copyto(segment.storages[n].buffer, outcome.outputs[f"{name_of(n)} (written)"])

    def _compile(
        self, segment: Segment, live: frozenset[int], varying: frozenset[int], values: list[bytes]
    ) -> Compiled:
        start = perf_counter()
        second = second_ir.build(segment, live, varying)
        self.report.second_irs += 1
        dump(self._dump, self.report.second_irs, "segment", second.traced.module)
        try:
            runnable: Runnable = self.executor.compile(second.traced)
        except AccelcError as error:
            self.report.interpreted[str(error).splitlines()[0]] += len(segment.records)
            runnable = self._fallback.compile(second.traced)
        self.report.compile_seconds += perf_counter() - start
        return Compiled(second, runnable, values)


def _site() -> tuple[FrameType | None, int]:
    """The program's frame that called, and a number for where it and its callers are."""
    frame: FrameType | None = sys._getframe(3)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_code.co_filename.startswith((OWN, NUMPY)):
        frame = frame.f_back
    caller, site = frame, 0
    while caller is not None and caller.f_code.co_name != "<module>":
        site = hash((site, id(caller.f_code), caller.f_lasti))
        caller = caller.f_back
    return frame, site if caller is None else hash((site, caller.f_lasti))


def dump(folder: Path | None, number: int, name: str, module: Any) -> None:
    """Write a module into a folder, if there is one."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:04}-{name}.mlir").write_text(f"{str(module).rstrip()}\n", encoding="utf-8")

"""
A trace as JSON in the Trace Event Format, for `chrome://tracing` and https://ui.perfetto.dev; needs no package.

Times are microseconds with three digits: whole nanoseconds, as in the protobuf.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from accelc.profile.tables import Ints
from accelc.profile.trace.args import CHUNK, Argument, ArgumentSource, Flowing
from accelc.profile.trace.model import Kind, TraceModel


def write_chrome(model: TraceModel, file: BinaryIO, texts: bool | None = None) -> int:
    """Writes a trace and returns its bytes; `texts` as in `ArgumentSource`."""
    written = file.write(b'{"displayTimeUnit": "ns", "traceEvents": [\n')
    ahead = ""
    for event in _events(model, texts):
        written += file.write((ahead + json.dumps(event, separators=(",", ":"))).encode())
        ahead = ",\n"
    return written + file.write(b"\n]}\n")


def _events(model: TraceModel, texts: bool | None) -> Iterator[dict[str, Any]]:
    process = list(range(len(model.tracks)))
    for index, track in enumerate(model.tracks):
        if track.kind is Kind.PROCESS:
            yield {"ph": "M", "name": "process_name", "pid": index, "args": {"name": track.name}}
            continue
        process[index] = process[track.parent]
        if track.kind is Kind.EVENTS:
            place = {"pid": process[index], "tid": index}
            yield {"ph": "M", "name": "thread_name", **place, "args": {"name": track.name}}
            yield {"ph": "M", "name": "thread_sort_index", **place, "args": {"sort_index": index}}
    source, flowing = ArgumentSource(model, texts), Flowing(model)
    for begin in range(0, len(model.events), CHUNK):
        yield from _chunk(model, source, flowing, process, slice(begin, begin + CHUNK))
    samples = model.samples
    counted: list[int] = samples.track.tolist()
    for track, ns, value in zip(counted, samples.ns.tolist(), samples.value.tolist(), strict=True):
        name = model.tracks[track].name
        yield {"ph": "C", "pid": process[track], "name": name, "ts": ns / 1000, "args": {"value": value}}


def _chunk(
    model: TraceModel, source: ArgumentSource, flowing: Flowing, process: list[int], chosen: slice
) -> Iterator[dict[str, Any]]:
    events = model.events
    columns = (events.track, events.begin_ns, events.end_ns, events.name, events.category)
    lists: list[list[int]] = [column[chosen].tolist() for column in columns]
    row, run = events.row[chosen], events.invocation[chosen]
    leaving, reaching = _by_event(*flowing.leaving(row, run)), _by_event(*flowing.reaching(row, run))
    every = _arguments(source, source.of(events, chosen), len(row))
    for track, begin, end, name, category, out, into, args in zip(*lists, leaving, reaching, every, strict=True):
        place: dict[str, Any] = {"pid": process[track], "tid": track, "ts": begin / 1000}
        what: dict[str, Any] = {"name": model.names[name], "cat": model.categories[category], **place, "args": args}
        yield {"ph": "i", "s": "t", **what} if end < 0 else {"ph": "X", "dur": (end - begin) / 1000, **what}
        for flow in out:
            yield {"ph": "s", "id": flow, "name": "semaphore", "cat": "flow", **place}
        for flow in into:
            yield {"ph": "f", "bp": "e", "id": flow, "name": "semaphore", "cat": "flow", **place}


def _by_event(ids: Ints, count: Ints) -> list[list[int]]:
    every: list[int] = ids.tolist()
    ends: list[int] = np.cumsum(count).tolist()
    return [every[end - size : end] for end, size in zip(ends, count.tolist(), strict=True)]


def _arguments(source: ArgumentSource, arguments: list[Argument], count: int) -> list[dict[str, int | str]]:
    found: list[dict[str, int | str]] = [{} for _ in range(count)]
    for argument in arguments:
        strings = source.strings if argument.named else argument.texts
        at: list[int] = np.flatnonzero(argument.rows).tolist()
        values: list[int] = argument.values[argument.rows].tolist()
        for index, value in zip(at, values, strict=True):
            found[index][argument.name] = value if strings is None else strings[value]
    return found

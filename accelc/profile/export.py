"""
The tables as files for other tools: CSV, or Parquet with the package `pyarrow`.

Codes are written as the names they stand for, and rows that refer to a lane also name its timing, core and lane. Ticks
stay ticks: `timings` has their length in nanoseconds.
"""

import csv
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np

from accelc.errors import UsageError, suggestion
from accelc.files import atomic_file
from accelc.isa.custom import mnemonic
from accelc.profile.build import Profile
from accelc.profile.tables import Column, Counter, Reason, Table

FORMATS = ("csv", "parquet")


def check_format(name: str) -> None:
    """Raises UsageError for a format that does not exist, or whose package is not installed."""
    if name not in FORMATS:
        raise UsageError(
            f"unknown format of tables '{name}'{suggestion(name, FORMATS)} (formats: {', '.join(FORMATS)})"
        )
    if name == "parquet" and find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet files need the package pyarrow: install it with: pip install 'accelc[profile]', or choose csv"
        )


def named_columns(profile: Profile) -> dict[str, dict[str, Column]]:
    """Every table as columns of numbers and names (NumPy strings), with one more table `timings`."""
    tables = {"timings": _timings(profile)}
    for name, table in profile.tables().items():
        tables[name] = _named(profile, table)
    return tables


def write_tables(profile: Profile, folder: Path, kind: str = "csv") -> list[Path]:
    """
    Writes one file for each table into `folder`, which is made if it is not there; returns their paths.

    Raises UsageError as `check_format` does, and OSError.
    """
    check_format(kind)
    folder.mkdir(parents=True, exist_ok=True)
    write = _write_csv if kind == "csv" else _write_parquet
    paths: list[Path] = []
    for name, columns in named_columns(profile).items():
        paths.append(folder / f"{name}.{kind}")
        write(columns, paths[-1])
    return paths


def _timings(profile: Profile) -> dict[str, Column]:
    timings = profile.timings
    return {
        "timing": np.arange(len(timings), dtype=np.int64),
        "segment": np.array([timing.segment.name for timing in timings], np.str_),
        "total": np.array([timing.total_ticks for timing in timings], np.int64),
        "invocations": np.array([timing.invocations for timing in timings], np.int64),
        "tick_ns": np.full(len(timings), 1e9 / profile.target.time.tick_hz),
    }


def _named(profile: Profile, table: Table) -> dict[str, Column]:
    names: Mapping[str, tuple[str, ...]] = {
        "segment": profile.segments,
        "lane": profile.lane_names,
        "node": profile.nodes,
        "op": profile.ops,
        "role": profile.roles,
        "reason": tuple(reason.label for reason in Reason),
        "counter": tuple(counter.name.lower() for counter in Counter),
    }
    found: dict[str, Column] = {}
    for name, column in table.columns().items():
        if name == "owner":
            lanes = profile.lanes.take(column)
            found |= {"timing": lanes.timing, "core": lanes.core, "lane": _decoded(lanes.lane, profile.lane_names)}
        elif name == "opcode":
            used = {code: mnemonic(code) for code in np.unique(column).tolist()}
            found[name] = _decoded(column, [used.get(code, "") for code in range(max(used, default=0) + 1)])
        elif name == "stalls":
            for reason in Reason:
                if reason is not Reason.IDLE:
                    found[f"stall_{reason.name.lower()}"] = column[:, reason]
        else:
            found[name] = _decoded(column, names[name]) if name in names else column
    return found


def _decoded(codes: Column, names: "tuple[str, ...] | list[str]") -> Column:
    """Names of codes; -1 is the empty name."""
    return np.array([*names, ""], np.str_)[codes.astype(np.int64)]


def _write_csv(columns: Mapping[str, Column], path: Path) -> None:
    with atomic_file(path) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
        # What is written stays written, and the file open for its owner.
        text.detach()


def _write_parquet(columns: Mapping[str, Column], path: Path) -> None:
    arrow: Any = import_module("pyarrow")
    write: Callable[..., None] = import_module("pyarrow.parquet").write_table
    arrays = {
        name: arrow.array(column.astype(object) if column.dtype.kind == "U" else column)
        for name, column in columns.items()
    }
    with atomic_file(path) as file:
        write(arrow.table(arrays), file)

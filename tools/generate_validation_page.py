"""Write `docs/validation.md`: what the simulator was checked against; `--check` fails if it is not current."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from inspect import getsource
from types import ModuleType
from typing import Any

from docgen.pages import REFERENCE, table, write_or_check

ROOT = REFERENCE.parent.parent
SIMULATOR = ROOT / "accelc" / "simulator"
BEGIN = "Not modelled: "
"""What such a sentence of a docstring begins with; it ends its paragraph."""
INTRODUCTION = """\
<!-- Written by tools/generate_validation_page.py from benchmarks/ and accelc/simulator/: do not change it here. -->
# What the simulator's cycles were checked against

No figure on this page was measured on an accelerator. Cycles are checked against models written independently of the
simulator, against the formulas and runs of another simulator, and against published figures. All comparisons are part
of `python benchmarks/run.py simulator`, which fails if a limit is missed; the test suite does the same at reduced size.

A cycle count runs from the first fetch to the cycle in which the last result is visible in its memory. A row of results
*leaves* the array when it is at the end of the deskew registers below; it is *visible* in the accumulators one cycle
and the write latency later.
"""
ARRAY = """\
## The array, cycle by cycle and bit by bit

`pe_array.py` (in `benchmarks/simulator/validation/`) is an array of PEs in NumPy, register by register, one Python step
per cycle; `machine.py` puts a sequencer, a load port, a moving port and accumulators around it. It imports nothing
of the simulator and has no formula. `systolic.v` is the array, its ports and accumulators in Verilog, simulated with
Icarus Verilog (`apt install iverilog`; where it is missing, the benchmark and the tests say so). Random streams of
loads, products and pauses are encoded as records, timed by `CoreTimer` and executed by `CoreExecutor`; the models
get the same streams.
"""
DATA = """\
Operands of the NumPy model are bf16, fp32 (a quarter of the rate) and int8, with zeros of both signs among the
floats; the bits of the accumulators are compared. Those of the Verilog array are int8, whose sums are exact. Issue
cycles of the Verilog array are those of the simulator; the NumPy model has a sequencer of its own. Tests break the
models on purpose, one register, wire or parameter at a time, and require that it is found.
"""
FOLDS = """\
## SCALE-Sim 3.0.0

A weight-stationary fold of `T` vectors on `R x C` PEs takes `2R + C + T - 2` cycles there: `R` to load, the rest
until the last row has left. Single folds take exactly as many cycles here, from the start of the load until the
last row leaves. SCALE-Sim reports one less, the number of its last cycle counted from 0. Its runs (in a virtual
environment of its own, NumPy before 2) give its formula, for both dataflows.

An output-stationary fold takes `R + C + K - 2` cycles there, to the last product; so does a NumPy model of such an
array, which then needs `R` more to drain. The simulator executes weight-stationary arrays only.

SCALE-Sim never overlaps folds. Here the next weights are loaded while a fold streams, and the next fold enters
while one drains, so that `n` folds take `R + (n - 1) max(R, T) + R + C + T - 2` cycles. ResNet-50 on 128 x 128 PEs,
one row of weights per cycle, the array alone:
"""
SPEED = """\
The benchmark also compiles layers for `trn-like` and simulates all engines and DMA queues, timing only, and lets
SCALE-Sim simulate the same layers in the same run: simulation, the shortest of several, has to be {speedup:.0f} times
faster in processor time, and all layers have to be compiled and simulated in less than {memory:.0f} MB. Layers
timed: {timed}.
"""
PUBLISHED = """\
## Published figures

Each is recomputed from a preset by records that the simulator times. *independent*: nothing in the preset was
chosen to give it; *fitted*: one number was; *restated*: the figure itself is in the preset, so that only the way to
it is tested. Limits: {limit:.0%} for independent and fitted figures, {restated:.1%} for restated ones, none for
those marked *.
"""
EXPLAINED = """\
Without a limit are figures read off a profile, or made of overheads. A dependent ACT takes longer here because the
preset counts the 189 ns (264 cycles) from the end of the 64 cycles in which it reads, not from its start; the
durations read off the profile are nearer to that.

Throughput of DMAs of `[128, bytes]` on Trainium2, in percent of the largest, one number fitted (880 ns between
descriptors that an engine makes). Published are the markers of a figure whose axis has no numbers, read to 0.3
points.
"""
MECHANISMS = (
    ("loads, shadow plane, swap, skew, streams, drain, back-to-back issue", "NumPy and Verilog arrays", "0 cycles"),
    ("sums in the array and in the accumulators", "NumPy (bf16, fp32, int8) and Verilog (int8) arrays", "0 bits"),
    ("several load vectors per cycle, rates below 1", "NumPy array; Verilog has one of each", "0 cycles"),
    ("least interval of products, loads of the whole array, write latency", "NumPy and Verilog arrays", "0 cycles"),
    ("fetch, decode, queue depth, DELAY, of the lane of the array", "NumPy machine", "0 cycles"),
    ("single folds", "SCALE-Sim: formula, own runs", "0 cycles"),
    ("chains of folds", "closed formula of the overlap", "0 cycles"),
    ("peak rates, memory rates", "published figures, below", "{independent}"),
    ("DMA packets and issue interval", "published curve, below", "{curve}"),
    ("time between elementwise instructions", "published cost tables, below; restated", "{restated}"),
    ("latency of the scalar engine", "published profile and guide, below", "{latency}"),
    (
        "event loop as a whole",
        "`benchmarks/simulator/oracles/plain_timing.py`, event by event, by the same costs",
        "0 ticks",
    ),
    ("HBM and DMA engines shared by queues and cores", "closed forms in tests; nothing published", "-"),
    ("collective operations on rings and meshes", "closed forms of the literature, in tests; nothing measured", "0 ns"),
    ("latency of semaphores, fetch rate, queue depth (values)", "nothing: assumptions of the presets", "unknown"),
    ("SBUF ports, exclusive groups, stride penalty", "documented rules, in tests; no measured times", "unknown"),
)


def page() -> Iterator[str]:
    """Lines of the page."""
    sys.path.insert(0, str(ROOT))
    array, scalesim, published = (
        import_module(f"benchmarks.simulator.validate_{name}") for name in ("array", "scalesim", "published")
    )
    figures = [(figure, *figure.error()) for figure in published.figures()]
    curve = published.curve()
    worst = {
        kind: f"{max(abs(error) for figure, _, error in figures if figure.kind == kind and figure.limited):.1%}"
        for kind in ("independent", "restated")
    }
    latencies = [error for figure, _, error in figures if figure.name.startswith(("ACT [", "dependent ACT"))]
    worst["latency"] = f"{min(latencies):+.0%} to {max(latencies):+.0%}"
    worst["curve"] = f"{max(abs(simulated - shown) for _, shown, simulated in curve):.1f} points"
    yield from INTRODUCTION.splitlines()
    yield ""
    yield "## Mechanisms\n"
    rows = [(name, against, error.format(**worst)) for name, against, error in MECHANISMS]
    yield from table(("mechanism", "checked against", "error"), rows)
    yield from _not_modelled()
    yield from _array(array)
    yield from _folds(scalesim)
    yield from _published(published, figures, curve)


def _not_modelled() -> Iterator[str]:
    """The sentences of the modules' own docstrings, and keys that no code but the reader names."""
    yield "## Not modelled\n"
    rows: list[tuple[str, str]] = []
    for path in sorted(SIMULATOR.rglob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for paragraph in text.split("\n\n"):
            sentence = " ".join(paragraph.split()).partition(BEGIN)[2]
            if sentence:
                rows.append((f"`{path.relative_to(ROOT)}`", sentence))
    yield from table(("module", "does not model"), rows)
    yield (
        "Nor are there output-stationary arrays, delays of several cycles between PEs (`pe_latency` other than 1 is a "
        "factor of the depth that no model here checks), more than one shadow plane in the checks above, rows and "
        "refresh of DRAM, registers, loops and branches (the instruction set has none), throttling by current, and "
        "anything that the host does but its time by operations and bytes."
    )
    yield ""
    unread = sorted(_unread())
    if unread:
        yield f"Keys of a machine description that no code but its reader names: {', '.join(unread)}."
        yield ""


def _unread() -> Iterator[str]:
    """Keys of the model whose name appears nowhere else; common names may be missed."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "accelc").rglob("*.py")
        if "targets" not in path.relative_to(ROOT / "accelc").parts
    )
    model = import_module("accelc.targets.model")
    named = set(re.findall(r"\.(\w+)", code)) | set(re.findall(r"self\.(\w+)", getsource(model)))
    for section, item in (
        ("memory", model.LinearMemory),
        ("memory", model.PartitionedMemory),
        ("sequencer", model.Sequencer),
        ("sync", model.Sync),
        ("engine", model.TensorEngine),
        ("engine", model.ComputeEngine),
        ("dma", model.Dma),
        ("numerics", model.Numerics),
    ):
        yield from (f"`{section}.{field.name}`" for field in fields(item) if field.name not in named)


def _array(array: ModuleType) -> Iterator[str]:
    yield from ARRAY.splitlines()
    yield ""
    shapes, large, verilog = (
        ", ".join(f"{rows}x{cols}" for rows, cols in shapes)
        for shapes in (array.SHAPES, array.LARGE, array.VERILOG_SHAPES)
    )
    rows = (
        ("NumPy", f"{array.PRODUCTS:,}", f"{shapes}; {large}", "start of every instruction, every row", "0"),
        ("Verilog", f"{array.VERILOG_PRODUCTS:,}", verilog, "start of every instruction, every row", "0"),
    )
    yield from table(("model", "random products", "rows x columns of PEs", "compared", "differences allowed"), rows)
    yield from DATA.splitlines()
    yield ""


def _folds(scalesim: ModuleType) -> Iterator[str]:
    yield from FOLDS.splitlines()
    yield ""
    rows: list[tuple[str, ...]] = []
    total, theirs = 0, 0
    for layer, cycles, formula in scalesim.layer_cycles(scalesim.resnet50_layers()):
        size = f"{layer.vectors} x {layer.depth} x {layer.filters}"
        rows.append((layer.name, size, f"{formula:,}", f"{cycles:,}", f"{formula / cycles:.2f}"))
        total, theirs = total + cycles, theirs + formula
    rows.append(("all", "", f"{theirs:,}", f"{total:,}", f"{theirs / total:.2f}"))
    yield from table(("layer", "vectors x depth x filters", "SCALE-Sim", "here", "ratio"), rows)
    text = SPEED.format(speedup=scalesim.MIN_SPEEDUP, memory=scalesim.MAX_BYTES / 1e6, timed=", ".join(scalesim.TIMED))
    yield from text.splitlines()
    yield ""


def _published(
    published: ModuleType, figures: list[tuple[Any, float, float]], curve: list[tuple[int, float, float]]
) -> Iterator[str]:
    limits = PUBLISHED.format(limit=published.MAX_ERROR, restated=published.MAX_RESTATED_ERROR)
    yield from limits.splitlines()
    yield ""
    yield from table(("figure", "kind", "published", "here", "error"), [_row(*figure) for figure in figures])
    yield from EXPLAINED.splitlines()
    yield ""
    points = [(f"{size}", f"{shown:.1f}", f"{simulated:.1f}") for size, shown, simulated in curve]
    yield from table(("bytes per partition", "published", "here"), points)


def _row(figure: Any, value: float, error: float) -> tuple[str, ...]:
    return (
        figure.name,
        figure.kind + ("" if figure.limited else " *"),
        f"{figure.published:g} {figure.unit}",
        f"{value:.4g}",
        f"{error:+.1%}",
    )


if __name__ == "__main__":
    sys.exit(write_or_check(REFERENCE.parent / "validation.md", page(), __file__))

"""Runs streams on the array of `systolic.v` with Icarus Verilog, and compares them with the simulator."""

import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.simulator.validation.compare import Totals, compare_observed
from benchmarks.simulator.validation.machine import Load, Observed, Product, Row
from benchmarks.simulator.validation.pe_array import Array
from benchmarks.simulator.validation.streams import Stream, random_machine, random_stream, simulate_stream

SOURCE = Path(__file__).with_name("systolic.v")
TOOLS = ("iverilog", "vvp")
STREAM = 160
"""Products in one run: what SBUF holds the operands of."""


def find_simulator() -> str | None:
    """Path of Icarus Verilog's compiler, None if the compiler or the runtime is not installed."""
    return which(TOOLS[0]) if all(which(tool) for tool in TOOLS) else None


def compare_verilog(
    rng: np.random.Generator, shape: tuple[int, int], from_top: bool, products: int, totals: Totals
) -> None:
    """Adds random streams of an array of `shape`, `products` in all, to `totals`."""
    while products > 0:
        count = min(products, STREAM)
        machine = random_machine(rng, shape, "int8", one_bus=True, from_top=from_top)
        stream = random_stream(rng, machine, "int8", count)
        simulated = simulate_stream(stream)
        compare_observed(stream, simulated, run_verilog(stream, simulated.times.issue), totals)
        products -= count


def run_verilog(stream: Stream, issue: Array) -> Observed:
    """
    Starts and rows of an int8 stream whose instruction `i` is issued in cycle `issue[i]`.

    Raises RuntimeError with what Icarus Verilog says if it fails, if the columns of a row leave the array in different
    cycles, or if it does not end.
    """
    loads = [number for number, one in enumerate(stream.program) if isinstance(one, Load)]
    products = [number for number, one in enumerate(stream.program) if isinstance(one, Product)]
    with TemporaryDirectory() as folder:
        parameters = _write(Path(folder), stream, loads, products, issue)
        values = [f"-Ptestbench.{name}={value}" for name, value in parameters.items()]
        _call("iverilog", "-g2005", "-o", "array.vvp", *values, "-s", "testbench", str(SOURCE), folder=folder)
        printed = _call("vvp", "-n", "array.vvp", folder=folder)
    seen = Observed()
    for line in printed.splitlines():
        kind, *words = line.split()
        if kind == "L":
            seen.start[loads[int(words[0])]] = int(words[1])
        elif kind == "P":
            seen.start[products[int(words[0])]] = int(words[1])
        elif kind == "R":
            number = products[int(words[0])]
            rows = seen.rows.setdefault(number, [])
            if int(words[1]) != len(rows):
                raise RuntimeError(f"product {number}: row {words[1]} is written as row {len(rows)}")
            one = stream.program[number]
            assert isinstance(one, Product)
            # Column 0 is last. Columns that are not written may be undefined.
            used = bytes.fromhex(words[4][-8 * one.columns :])
            rows.append(Row(int(words[2]), int(words[3]), np.frombuffer(used, ">i4")[::-1].astype(np.int32)))
            seen.cycles = int(words[3])
        else:
            raise RuntimeError(f"the Verilog array printed '{line}'")
    return seen


def _write(folder: Path, stream: Stream, loads: list[int], products: list[int], issue: Array) -> dict[str, int]:
    """Stimulus files in `folder`; parameters of the test bench."""
    machine, shape = stream.machine, stream.machine.shape
    if machine.steps != 1 or shape.buses != 1 or machine.planes != 1:
        raise RuntimeError("the Verilog array has one load bus and one shadow plane and takes an element every cycle")
    vectors: list[Array] = []
    load_lines: list[str] = []
    for number in loads:
        one = stream.program[number]
        assert isinstance(one, Load)
        whole = np.zeros((shape.rows, shape.cols), np.int8)
        whole[: len(one.weights), : one.weights.shape[1]] = one.weights
        lines = whole if shape.from_top else whole.T
        length = len(lines) if machine.full_loads else one.weights.shape[0 if shape.from_top else 1]
        vectors.extend(lines[:length])
        load_lines.append(f"{int(issue[number]):08x}{length:08x}")
    elements: list[Array] = []
    product_lines: list[str] = []
    height = 0
    for number in products:
        one = stream.program[number]
        assert isinstance(one, Product)
        count = one.moving.shape[1]
        whole = np.zeros((count, shape.rows), np.int8)
        whole[:, : len(one.moving)] = one.moving.T
        elements.extend(whole)
        flags = one.columns << 2 | one.swap << 1 | one.accumulate
        product_lines.append(f"{int(issue[number]):08x}{count:08x}{one.address:08x}{flags:08x}")
        height = max(height, one.address + count)
    files = {
        "loads": load_lines,
        "products": product_lines,
        "vectors": [bytes(vector[::-1]).hex() for vector in vectors],
        "elements": [bytes(element[::-1]).hex() for element in elements],
    }
    for name, text in files.items():
        (folder / f"{name}.hex").write_text("\n".join(text) + "\n", encoding="ascii")
    return {
        "ROWS": shape.rows,
        "COLS": shape.cols,
        "FROM_TOP": int(shape.from_top),
        "INTERVAL": machine.interval,
        "WRITE_LATENCY": machine.write_latency,
        "LOADS": len(loads),
        "PRODUCTS": len(products),
        "VECTORS": len(vectors),
        "ELEMENTS": len(elements),
        "HEIGHT": height,
        "CYCLES": 4 * (int(issue[-1]) + len(vectors) + len(elements) + len(products) * 100),
    }


def _call(*command: str, folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        raise RuntimeError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout

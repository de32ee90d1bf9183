"""`accelc targets`: list, show and check machine descriptions."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from accelc.errors import AccelcError, TargetError
from accelc.targets import load_target, target_names
from accelc.targets.canonical import target_hash
from accelc.targets.model import PartitionedMemory, Target
from accelc.targets.reader import target_path

UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `accelc targets`; without one, it lists."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", parser_class=type(parser))
    listing = actions.add_parser("list", help="list the presets (the default)", allow_abbrev=False)
    showing = actions.add_parser("show", help="describe one machine", allow_abbrev=False)
    showing.add_argument("target", metavar="TARGET", help="name of a preset, or path of a .toml file")
    form = showing.add_mutually_exclusive_group()
    form.add_argument("--toml", action="store_true", help="print the file itself, to start a machine of your own from")
    form.add_argument("--json", action="store_true", help="print every key and its value, defaults included, as JSON")
    checking = actions.add_parser("check", help="validate files; status 1 if any is wrong", allow_abbrev=False)
    checking.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a .toml file")
    for action in (listing, showing, checking):
        # Accepted after the action too; `accelc` itself acts on it.
        action.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def execute(arguments: argparse.Namespace) -> int:
    """Run the chosen action. Raises TargetError for an unknown target or a mistake in a file."""
    if arguments.action == "check":
        check(arguments.files)
    elif arguments.action == "show" and arguments.toml:
        load_target(arguments.target)
        print(target_path(arguments.target).read_text(encoding="utf-8"), end="")
    elif arguments.action == "show" and arguments.json:
        print(json.dumps(asdict(load_target(arguments.target)), indent=2))
    elif arguments.action == "show":
        show(load_target(arguments.target))
    else:
        list_presets()
    return 0


def size(count: int) -> str:
    """`count` bytes in the largest binary unit that keeps it at 1 or more."""
    unit, name = next((unit, name) for unit, name in UNITS if count >= unit or unit == 1)
    return f"{count / unit:.4g} {name}"


def peak_macs_per_ns(target: Target) -> tuple[str, float]:
    """Dtype with the highest rate, and multiply-accumulates per nanosecond of one core's array in it."""
    dtype, rate = max(target.tensor.rate.items(), key=lambda entry: entry[1])
    return dtype, target.tensor.rows * target.tensor.cols * rate * target.time.cycles_per_ns("tensor")


def summary(target: Target) -> dict[str, str]:
    """The figures a reader compares machines by, each with its unit."""
    dtype, macs = peak_macs_per_ns(target)
    return {
        "array": f"{target.tensor.rows} x {target.tensor.cols}",
        "clock": f"{target.time.cycles_per_ns('tensor'):.4g} GHz",
        "peak": f"{2 * macs / 1e3:.4g} TOPS {dtype}",
        "SBUF": size(target.sbuf.bytes),
        "PSUM": f"{size(target.psum.bytes)}, {target.psum.banks} banks",
        "HBM": f"{size(target.hbm.bytes)}, {target.hbm.bytes_per_ns:g} GB/s",
        "DMA": f"{target.dma.engines} x {target.dma.rings_per_engine} rings, {target.dma.bytes_per_ns:g} GB/s each",
        "cores": f"{target.topology.chips} x {target.topology.cores_per_chip}",
    }


def list_presets() -> None:
    """Print one line a preset, in aligned columns under a heading."""
    presets = [load_target(name) for name in target_names()]
    rows = [("target", *summary(presets[0]))]
    rows += [(preset.name, *summary(preset).values()) for preset in presets]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _memory(memory: PartitionedMemory) -> str:
    banks = f" in {memory.banks} banks" if memory.banks > 1 else ""
    return f"{memory.partitions} partitions x {size(memory.partition_bytes)}{banks}"


def show(target: Target) -> None:
    """Print the summary, the memories, the engines with what they execute, and the hash programs are bound to."""
    print(f"{target.name}: ISA {target.isa.major}.{target.isa.minor}, sha256 {target_hash(target)}\n")
    entries = summary(target)
    entries["SBUF"] += f": {_memory(target.sbuf)}"
    entries["PSUM"] = f"{size(target.psum.bytes)}: {_memory(target.psum)}"
    if target.wfifo is not None:
        entries["weight FIFO"] = f"{size(target.wfifo.bytes)}: {target.wfifo.fifo_tiles} tiles"
    entries["semaphores"] = f"{target.sync.semaphores} of {target.sync.width_bits} bits"
    entries["host"] = f"{target.host.ops_per_ns:g} operations/ns, {target.host.bytes_per_ns:g} GB/s"
    rates = ", ".join(f"{dtype} {rate:g}" for dtype, rate in target.tensor.rate.items())
    entries["tensor"] = f"rows/cycle: {rates}; at most {target.tensor.moving_max} moving columns"
    for name, engine in target.engines.items():
        operations = ", ".join(dict.fromkeys(rule.op for rule in engine.cost))
        entries[name] = f"{engine.lanes} lanes: {operations}"
        if engine.funcs:
            entries[f"{name} functions"] = ", ".join(engine.funcs)
    width = max(map(len, entries))
    for key, value in entries.items():
        print(f"{key.ljust(width)}  {value}")


def check(paths: list[Path]) -> None:
    """Validate every file of `paths`. Raises TargetError with the mistakes of all of them."""
    mistakes: list[str] = []
    for path in paths:
        try:
            target = load_target(path)
        except AccelcError as error:
            mistakes.append(str(error))
        else:
            print(f"{path}: target '{target.name}' is valid (sha256 {target_hash(target)})")
    if mistakes:
        raise TargetError("\n".join(mistakes), located=True)

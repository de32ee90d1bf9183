"""Options and output that several commands share."""

import argparse
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from accelc.driver import DEFAULT_TARGET, FORCED, PRECISIONS, REPEAT_LAYERS, CompileOptions
from accelc.errors import UsageError
from accelc.runtime.inputs import parse_assignment, parse_size

TRACE_SUFFIXES = (".pftrace", ".perfetto-trace", ".json")
"""Endings of the names of traces: the last is Chrome's format, the others Perfetto's."""
MODEL_FILES = "ONNX file, .pt2 file of torch.export.save, or .mlir file of stablehlo, tosa or linalg"


def add_compile_arguments(parser: argparse.ArgumentParser, metavar: str = "MODEL", files: str = MODEL_FILES) -> None:
    """Add the arguments of `CompileOptions`; `metavar` and `files` are the help on the model."""
    parser.add_argument("model", metavar=metavar, type=Path, help=files)
    parser.add_argument(
        "--target", default=DEFAULT_TARGET, help=f"preset or path of a .toml file (default: {DEFAULT_TARGET})"
    )
    parser.add_argument(
        "--precision", default="model", metavar="TYPE", help=f"{', '.join(PRECISIONS)} (default: %(default)s)"
    )
    parser.add_argument(
        "--dim", action="append", default=[], metavar="NAME=N", help="size of a symbolic dimension of the inputs"
    )
    parser.add_argument(
        "--shape", action="append", default=[], metavar="NAME=AxBxC", help="shape of an input, such as data=1x3x224x224"
    )
    parser.add_argument(
        "--random-weights", type=int, metavar="SEED", help="replace the weights by random ones (reproducible)"
    )
    parser.add_argument(
        "--save-ir",
        type=output_path,
        metavar="DIR",
        help="write the IR, then the streams, after every stage into this folder",
    )
    parser.add_argument(
        "--force",
        metavar="HOME",
        help=f"run all operations on one of {', '.join(FORCED[:2])}, or with {FORCED[2]} on the accelerator all it has "
        "(default: the compiler chooses)",
    )
    parser.add_argument(
        "--repeat-layers",
        default="auto",
        metavar="WHEN",
        help=f"{', '.join(REPEAT_LAYERS)}: compile repeated layers once and launch them one by one "
        "(default: %(default)s, in large models)",
    )
    parser.add_argument(
        "--no-weights",
        action="store_true",
        help="do not read weights in files beside the model: the program can only be timed",
    )
    parser.add_argument(
        "--donate",
        action="append",
        default=[],
        metavar="INPUT=OUTPUT",
        help="give up the memory of an input, so that an output may be written there",
    )


def add_trace_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--trace`."""
    parser.add_argument(
        "--trace",
        type=_trace_path,
        metavar="FILE",
        help="write a trace for ui.perfetto.dev to FILE.pftrace, or in Chrome's format to FILE.json",
    )


def output_path(text: str) -> Path:
    """A file or folder to write; an empty name is an error, not the working directory."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def _trace_path(text: str) -> Path:
    path = output_path(text)
    if path.suffix not in TRACE_SUFFIXES:
        raise argparse.ArgumentTypeError(f"'{text}' ends in none of {', '.join(TRACE_SUFFIXES)} (Chrome's format)")
    return path


def compile_options(arguments: argparse.Namespace) -> CompileOptions:
    """Options from parsed arguments. Raises UsageError."""
    return CompileOptions(
        target=arguments.target,
        precision=arguments.precision,
        shapes={name: parse_shape(sizes, f"--shape {name}") for name, sizes in assignments(arguments.shape, "--shape")},
        dims={name: parse_size(size, f"--dim {name}") for name, size in assignments(arguments.dim, "--dim")},
        random_weights=arguments.random_weights,
        save_ir=arguments.save_ir,
        force=arguments.force,
        donate=dict(assignments(arguments.donate, "--donate")),
        repeat_layers=arguments.repeat_layers,
        no_weights=arguments.no_weights,
    )


def parse_shape(text: str, where: str) -> tuple[int, ...]:
    """Sizes of `AxBxC`. Raises UsageError."""
    return tuple(parse_size(size, where) for size in text.split("x"))


def assignments(texts: list[str], option: str) -> Iterator[tuple[str, str]]:
    """Both sides of every `NAME=VALUE`; a name given twice is a UsageError."""
    seen: set[str] = set()
    for text in texts:
        name, value = parse_assignment(text, option)
        if name in seen:
            raise UsageError(f"{option}: '{name}' is given twice")
        seen.add(name)
        yield name, value


@contextmanager
def progress_bar(total: int | None = None) -> Generator[Callable[[str], None]]:
    """A callback that shows each step on stderr while it runs; it shows nothing when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("start", total=total)

        def show(step: str) -> None:
            progress.update(task, description=step, advance=1)

        yield show

"""`accelc-opt`: `xdsl-opt` with accelc's dialects and passes, and one diagnostic per mistake."""

import argparse
import gc
import sys
from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from errno import EISDIR
from functools import cached_property
from inspect import signature
from io import StringIO
from os import strerror
from pathlib import Path
from typing import IO, Any, NoReturn

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.universe import Universe
from xdsl.utils.arg_spec import parse_pipeline, parse_spec
from xdsl.utils.exceptions import DiagnosticException, ParseError, ShrinkException
from xdsl.xdsl_opt_main import xDSLOptMain

from accelc.cli.diagnostics import guarded
from accelc.errors import AccelcError, UsageError, suggestion
from accelc.files import atomic_file
from accelc.irdl.form import from_cpp
from accelc.parsing import SafeParser
from accelc.plugins import universe
from accelc.registry import BINARY_TARGETS, TARGETS, UNIVERSE, load
from accelc.specs import check_options


class _Deferred(StringIO):
    """Output kept until the run has succeeded, so that a failing run leaves no partial file."""

    def close(self) -> None:
        """Keep the text: the base driver closes its output even when it fails."""


class AccelcOptMain(xDSLOptMain):
    """xDSL's optimizer driver over all dialects and passes of xDSL and accelc."""

    version_format = "accelc-opt built from xdsl version {xdsl_version}"
    _output: _Deferred | None = None
    _bytes: bytes | None = None
    """Output of a binary target."""
    _parser: SafeParser | None = None
    """The parser at work, which knows the place when something else finds the mistake."""

    @cached_property
    def _universe(self) -> Universe:
        """All that is installed, and ours also when accelc is not. Raises PluginError."""
        known = universe()
        ours = UNIVERSE
        return Universe(
            all_dialects={**ours.all_dialects, **known.all_dialects},
            all_passes={**ours.all_passes, **known.all_passes},
            all_targets={**ours.all_targets, **known.all_targets},
        )

    def register_all_dialects(self) -> None:
        """Register xDSL's dialects, ours, and every installed universe's."""
        for name, factory in self._universe.all_dialects.items():
            self.ctx.register_dialect(name, factory)

    def register_all_frontends(self) -> None:
        """Register the parser of MLIR text."""

        def parse_mlir(stream: IO[bytes]) -> ModuleOp:
            self._parser = self._make_parser(stream.read())
            module = self._parser.parse_module(not self.args.no_implicit_module)
            from_cpp(module)
            return module

        self.available_frontends["mlir"] = parse_mlir

    def _make_parser(self, text: str | bytes) -> SafeParser:
        """The parser for a text: that of other compilers' dialects if the text has them or the pipeline reads them."""
        name, passes = self.get_input_name(), self.args.passes or ""
        reads = "-to-graph" in passes
        if not reads and (b"stablehlo." if isinstance(text, bytes) else "stablehlo.") not in text:  # pyright: ignore[reportOperatorIssue]
            return SafeParser(self.ctx, text, name)
        from accelc.frontends.mlir.syntax import UpstreamParser
        from accelc.frontends.mlir.syntax.parser import DIALECTS

        # Other passes want the operations that xDSL defines.
        return UpstreamParser(self.ctx, text, name, DIALECTS if reads else ("stablehlo", "chlo"))

    def register_all_targets(self) -> None:
        """Register all forms of output."""
        self.available_targets.update(self._universe.all_targets)

    def register_all_passes(self) -> None:
        """Register all passes, ours first: they head the help text."""
        self.available_passes.update(self._universe.all_passes)

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        """Add accelc's options to those of `xdsl-opt`."""
        super().register_all_arguments(arg_parser)
        arg_parser.add_argument("--debug", action="store_true", help="show a traceback for errors")
        arg_parser.add_argument(
            "--list-passes", action="store_true", help="print accelc's passes with their options and exit"
        )

        def complain(message: str) -> NoReturn:
            raise UsageError(f"{message} (see 'accelc-opt --help')")

        arg_parser.error = complain

    def setup_pipeline(self) -> None:
        """Build the pass pipeline. Raises UsageError for an unknown pass or option."""
        try:
            for spec in parse_pipeline(self.args.passes):
                if spec.name not in self.available_passes:
                    near = suggestion(spec.name, self.available_passes)
                    raise UsageError(f"unknown pass '{spec.name}'{near} (see 'accelc-opt --list-passes')")
                check_options("pass", self.available_passes[spec.name](), spec)
            super().setup_pipeline()
        except ValueError as error:
            raise UsageError(f"in -p '{self.args.passes}': {error}") from error

    def prepare_output(self) -> IO[str]:
        """Standard output, or a buffer that `run` writes to the file at the end."""
        if self.args.output_file is None:
            return sys.stdout
        self._output = _Deferred()
        return self._output

    def parse_chunk(self, chunk: IO[bytes], file_extension: str, start_offset: int = 0) -> ModuleOp | None:
        """Parse one chunk. Raises ParseError, or AccelcError when the bytes are beyond the parser."""
        try:
            return super().parse_chunk(chunk, file_extension, start_offset)
        except (ParseError, ShrinkException, MemoryError):
            raise
        except DiagnosticException as error:
            if self._parser is not None:
                # Kept as it is for --verify-diagnostics; an attribute's verifier does not know where it stands.
                location = replace(self._parser.here, line_offset=start_offset).get_location()
                error.add_note(f"while parsing {location}")
            raise
        except UnicodeDecodeError as error:
            raise AccelcError(
                f"{self.get_input_name()}: byte {error.start} is not UTF-8 text: not an MLIR file"
            ) from error
        except RecursionError as error:
            raise AccelcError(f"{self.get_input_name()}: nested too deeply to parse") from error
        except Exception as error:
            # xDSL's parser lets ValueError, KeyError, UnregisteredConstructException ... escape on malformed text.
            message = f"cannot parse: {error or type(error).__name__}"
            if self._parser is None:
                raise AccelcError(f"{self.get_input_name()}: {message}") from error
            raise ParseError(self._parser.here, message) from error

    def run(self) -> None:
        """Process the input; write the output file only on success. Raises UsageError for a file of an unknown kind."""
        if self.args.list_passes:
            list_passes()
            return
        self._check_target()
        extension = Path(self.args.input_file or "stdin.mlir").suffix.removeprefix(".")
        if self.args.input_file and Path(self.args.input_file).is_dir():
            raise IsADirectoryError(EISDIR, strerror(EISDIR), self.args.input_file)
        if not self.args.frontend and extension not in self.available_frontends:
            known = ", ".join(f".{name}" for name in self.available_frontends)
            raise UsageError(f"'{self.args.input_file}': unknown file extension '.{extension}' (known: {known})")
        super().run()
        if self._output is not None:
            with atomic_file(Path(self.args.output_file)) as file:
                file.write(self._output.getvalue().encode() if self._bytes is None else self._bytes)
        elif self._bytes is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(self._bytes)

    def _check_target(self) -> None:
        """Raise UsageError for several forms of output, and for options that the one has not."""
        if len(list(parse_pipeline(self.args.target))) > 1:
            raise UsageError(f"-t '{self.args.target}': expected one form of output")
        spec = parse_spec(self.args.target)
        entry: Any = self.available_targets[spec.name]
        # Targets of xDSL's old style are functions of a module.
        if "{" in self.args.target and not signature(entry).parameters:
            check_options("form of output", entry(), spec)
            try:
                entry().from_spec(spec)
            except ValueError as error:
                raise UsageError(f"-t '{self.args.target}': {error}") from error

    def output_resulting_program(self, prog: ModuleOp) -> str:
        """
        The text of a module; bytes of a binary target are kept for the end.

        Raises UsageError for a binary target of a split input.
        """
        spec = parse_spec(self.args.target)
        if spec.name not in BINARY_TARGETS:
            return super().output_resulting_program(prog)
        target = load(TARGETS[spec.name]).from_spec(spec)
        if target.destination is not None:
            return super().output_resulting_program(prog)
        if self.args.split_input_file:
            raise UsageError(f"-t {spec.name} writes one file: leave --split-input-file out")
        self._bytes = target.encode(self.ctx, prog)
        return ""


def pass_summary(pass_class: type[ModulePass]) -> str:
    """First line of a pass's docstring."""
    lines = (pass_class.__doc__ or "").strip().splitlines()
    return lines[0] if lines else ""


def list_passes() -> None:
    """Print every pass of accelc, its options with defaults, and the first line of its docstring."""
    for name, factory in UNIVERSE.all_passes.items():
        pass_class = factory()
        print(f"{name}: {pass_summary(pass_class)}")
        for option in fields(pass_class):
            default = "required" if option.default is MISSING else f"default {option.default}"
            print(f"    {option.name.replace('_', '-')}: {option.type} ({default})")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `accelc-opt` with `argv` (the process's arguments by default) and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        # The modules imported so far stay to the end of the process. Looking for garbage among them, while dialects
        # are loaded and again at exit, would take a fifth of the time of a run on a small file.
        gc.freeze()

    def body() -> int:
        AccelcOptMain("accelc's modular optimizer driver", words).run()
        return 0

    return guarded(body, debug="--debug" in words)


if __name__ == "__main__":
    sys.exit(main())

"""`sketch-opt`: this compiler's driver. It is xDSL's; accelc's dialects, passes and targets come by its universe."""

import argparse
import sys
from collections.abc import Sequence

from xdsl.utils.exceptions import ArgSpecParseError, DiagnosticException, ParseError
from xdsl.xdsl_opt_main import xDSLOptMain

PIPELINE = (
    "convert-sketch-to-engine{{target={npu}}}",
    "normalize-inplace",
    "convert-sketch-to-graph",
    "sketch-drop-relu",
    'decompose{{weights="{weights}"}}',
    "partition-hierarchical{{target={npu} force=accelerator-first}}",
    'lower-to-engine{{target={npu} weights="{weights}" save="{weights}.lowered"}}',
    "schedule-engines{{heuristic=shortest-first}}",
    "assign-memory",
)
"""Passes of ours and of accelc, from layers to programs with addresses."""


class SketchOptMain(xDSLOptMain):
    """xDSL's driver with one option more."""

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        """Add `--compile`."""
        super().register_all_arguments(arg_parser)
        arg_parser.add_argument(
            "--compile", metavar="WEIGHTS", help="run all passes, with the weights of this safetensors file"
        )

    def setup_pipeline(self) -> None:
        """Build the pipeline: all passes with `--compile`, else those of `-p`."""
        if self.args.compile is not None:
            self.args.passes = ",".join(PIPELINE).format(npu="sketch-npu", weights=self.args.compile)
        super().setup_pipeline()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the driver; a mistake in the input, for which xDSL has these exceptions, is one message and status 1."""
    try:
        SketchOptMain("layers to programs of an accelerator", sys.argv[1:] if argv is None else list(argv)).run()
    except (DiagnosticException, ParseError, ArgSpecParseError, OSError, ValueError) as error:
        print(f"error: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`accelc generate`: write a published transformer as an ONNX model without weights."""

import argparse
from importlib.util import find_spec

from accelc.cli.options import output_path
from accelc.errors import ModelError
from accelc.files import atomic_file
from accelc.generators.configs import CONFIGS, decoder_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", help=", ".join(CONFIGS))
    parser.add_argument("--phase", default="prefill", help="prefill or decode (default: %(default)s)")
    parser.add_argument(
        "--tokens",
        type=int,
        metavar="N",
        help="tokens that prefill reads, or that come before the one decode reads (default: 1024)",
        default=1024,
    )
    parser.add_argument("--layers", type=int, metavar="N", help="only the first N layers")
    parser.add_argument("-o", "--output", required=True, type=output_path, metavar="FILE.onnx", help="file to write")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command. Raises UsageError. Raises ModelError without the package onnx."""
    config = decoder_config(arguments.model)
    if find_spec("onnx") is None:
        raise ModelError("writing ONNX models needs the package onnx: install it with: pip install 'accelc[onnx]'")
    from accelc.generators.decoder import decoder_model

    model = decoder_model(arguments.model, config, arguments.phase, arguments.tokens, arguments.layers)
    with atomic_file(arguments.output) as file:
        file.write(model.SerializeToString())
    print(f"{arguments.output}: {model.graph.name}, {len(model.graph.node)} operators, weights not included")
    return 0

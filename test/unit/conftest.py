"""Settings of all unit tests, which may import what the benchmarks measure."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A shared or slow computer must not fail a test; a failure prints how to reproduce it. The suite gives the same answer
# on the same sources; `--hypothesis-profile=explore` looks for new examples.
settings.register_profile("accelc", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("accelc")

# First: packages of others install folders of that name, too.
sys.path.insert(0, str(Path(__file__).parents[2]))

LUT = """\
[engine.lut]
lanes = 4
min_ii = 1
latency = 2
compute = "fp32"
funcs = ["tanh", "gelu_tanh", "softplus"]
cost = [ { op = "activate", cpe = 0.25 }, { op = "tensor_tensor", when = "op_in(div)", cpe = 0.25 } ]
[[port]]
engine = "lut"
read = ["sbuf", "psum"]
write = ["sbuf", "psum"]
"""


@pytest.fixture
def lut_machine() -> str:
    """The machine `tiny` with a SIMD engine `lut` of its own, as TOML."""
    from accelc.targets.reader import preset_path

    tiny = preset_path("tiny").read_text(encoding="utf-8")
    return tiny.replace("mem = 1\n", "mem = 1\nlut = 2\n", 1).replace("[dma]", LUT + "[dma]", 1)

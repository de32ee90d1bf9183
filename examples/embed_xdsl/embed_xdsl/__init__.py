"""A small compiler that is not accelc's: the dialect `sketch`, on top of accelc's `graph` and `engine`."""

from pathlib import Path

SKETCH_NPU = Path(__file__).parent / "sketch-npu.toml"
"""Entry point `sketch-npu` of `accelc.targets`: the machine has a name wherever accelc takes one."""

"""The machine description: typed values, their reader, and the presets."""

from accelc.targets.reader import load_target, parse_target, target_names

__all__ = ["load_target", "parse_target", "target_names"]

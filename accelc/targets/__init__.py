"""The machine description: typed values, their reader, and the presets."""

from accelc.targets.reader import in_use, load_target, parse_target, target_names

__all__ = ["in_use", "load_target", "parse_target", "target_names"]

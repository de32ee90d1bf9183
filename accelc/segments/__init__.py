"""A partitioned module as a program: segments, the steps that launch them, names of values, host functions as text."""

from accelc.segments.building import CompileAccelerator, Repack, Segments, build_segments

__all__ = ["CompileAccelerator", "Repack", "Segments", "build_segments"]

"""Writes in place: values for programs that write, and buffers for values."""

"""Clocks, counters, event registers and loops of the synchronization analysis."""

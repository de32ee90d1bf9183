"""Hazards, vector clocks, counters, event registers and loops of the synchronization analysis, and its verifier."""

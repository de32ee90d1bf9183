"""Repeated stretches of a sequence of operations; no IR."""

"""Operators of torch hooked as they are dispatched, in eager mode."""
